/** The File menu. */

import { Button, Menu, Text } from '@mantine/core';
import { keyLabel } from '../shortcuts.ts';

/** `onUserManagement` is undefined until the engine has told of licences. */
export function FileMenu({ onUserManagement }: { readonly onUserManagement: (() => void) | undefined }) {
	return (
		<Menu position="bottom-start" withinPortal={false}>
			<Menu.Target>
				<Button variant="subtle" size="compact-sm" color="gray">
					File
				</Button>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Item disabled={!onUserManagement} rightSection={<Text size="xs">{keyLabel('Ctrl+U')}</Text>} onClick={onUserManagement}>
					User Management
				</Menu.Item>
			</Menu.Dropdown>
		</Menu>
	);
}

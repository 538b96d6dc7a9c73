/** In place of the panels while no Battery licence is reserved here. */

import { Alert, Button, Stack, Text } from '@mantine/core';
import type { LicensingStatus } from '../types.ts';

export function Locked({ status, onManage }: { readonly status: LicensingStatus; readonly onManage: () => void }) {
	return (
		<Alert color="orange" variant="light" title="The battery toolbox is locked" role="status">
			<Stack align="flex-start" gap="sm">
				<Text size="sm">It works while a Battery licence is reserved on this computer. Now it is locked: {status.toolboxes.battery.reason}.</Text>
				<Button size="sm" onClick={onManage}>
					Open User Management
				</Button>
			</Stack>
		</Alert>
	);
}

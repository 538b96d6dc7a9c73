/** The Help menu. */

import { Menu } from '@mantine/core';
import { useVersion } from '../help/use-version.ts';
import { usePage } from '../page.ts';
import { BarMenu } from './bar-menu.tsx';
import { KeyItem } from './key-item.tsx';

export function HelpMenu() {
	const { preferences, view } = usePage();
	return (
		<BarMenu title="Help">
			<KeyItem keys="?" />
			<Menu.Item onClick={() => preferences.set({ tipSeen: false })}>What to try first</Menu.Item>
			<Menu.Divider />
			<Menu.Item onClick={() => view.set({ console: true })}>Scripting commands</Menu.Item>
			<Menu.Item component="a" href="/api/docs" target="_blank" rel="noreferrer">
				HTTP API reference
			</Menu.Item>
			<Menu.Divider />
			<Version />
		</BarMenu>
	);
}

/** Asked for when the menu is opened. */
function Version() {
	const version = useVersion();
	return <Menu.Label>{version === undefined ? 'Microjoule' : `Microjoule ${version}`}</Menu.Label>;
}

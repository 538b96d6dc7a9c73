/** The menu bar. `F10` puts the focus on it. */

import { Menubar } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { usePage } from '../page.ts';
import { BatteryMenu } from './battery-menu.tsx';
import { DeviceMenu } from './device-menu.tsx';
import { FileMenu } from './file-menu.tsx';
import { HelpMenu } from './help-menu.tsx';
import classes from './menus.module.css';
import { ToolsMenu } from './tools-menu.tsx';
import { ViewMenu } from './view-menu.tsx';

export function MenuBar() {
	const { shortcuts, view } = usePage();
	const bar = useRef<HTMLDivElement>(null);
	useEffect(
		() =>
			shortcuts.bind([
				{ keys: 'F10', group: 'Page', what: 'Menu bar', whileTyping: true, run: () => bar.current?.querySelector<HTMLElement>('[role=menuitem][tabindex="0"]')?.focus() },
			]),
		[shortcuts],
	);
	return (
		<Menubar ref={bar} className={classes.bar} aria-label="Menu bar">
			<FileMenu onUserManagement={() => view.set({ dialog: 'users' })} />
			<ViewMenu />
			<DeviceMenu />
			<ToolsMenu />
			<BatteryMenu />
			<HelpMenu />
		</Menubar>
	);
}

/** The Tools menu: recording, selecting, the script console. */

import { Menu } from '@mantine/core';
import { BarMenu } from './bar-menu.tsx';
import { KeyItem } from './key-item.tsx';

export function ToolsMenu() {
	return (
		<BarMenu title="Tools">
			<KeyItem keys="Space" />
			<Menu.Divider />
			<KeyItem keys="Alt+A" />
			<KeyItem keys="Esc" />
			<KeyItem keys="S" />
			<KeyItem keys="D" />
			<KeyItem keys="Del" />
			<Menu.Divider />
			<KeyItem keys="Alt+C" />
			<KeyItem keys="Ctrl+," />
		</BarMenu>
	);
}

/** The View menu: what the chart shows, and how the page looks. */

import { Menu } from '@mantine/core';
import { usePage } from '../page.ts';
import { type Theme, themes } from '../settings/preferences.ts';
import { useStore } from '../store.ts';
import { BarMenu } from './bar-menu.tsx';
import { KeyItem } from './key-item.tsx';

export function ViewMenu() {
	const { preferences, choice } = usePage();
	const { theme } = useStore(preferences);
	const { stacked } = useStore(choice);
	return (
		<BarMenu title="View">
			<KeyItem keys="L" />
			<KeyItem keys="F" />
			<KeyItem keys="Alt+Z" />
			<KeyItem keys="+" />
			<KeyItem keys="-" />
			<KeyItem keys="Backspace" />
			<Menu.Divider />
			<Menu.CheckboxItem checked={stacked} onChange={(checked) => choice.set({ stacked: checked })}>
				A pane for each trace
			</Menu.CheckboxItem>
			<KeyItem keys="G" />
			<KeyItem keys="Ctrl+B" />
			<Menu.Divider />
			<Menu.Label>Theme</Menu.Label>
			<Menu.RadioGroup value={theme} onChange={(value) => preferences.set({ theme: value as Theme })}>
				{Object.entries(themes).map(([value, title]) => (
					<Menu.RadioItem key={value} value={value}>
						{title}
					</Menu.RadioItem>
				))}
			</Menu.RadioGroup>
			<Menu.Divider />
			<KeyItem keys="Ctrl+," />
		</BarMenu>
	);
}

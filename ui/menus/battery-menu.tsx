/** The Battery menu: the toolbox's tabs. */

import { Button, Menu } from '@mantine/core';
import type { BatteryTab } from '../battery/battery-choice.ts';
import { batteryTabs } from '../battery/battery-choice.ts';
import { usePage } from '../page.ts';

export function BatteryMenu() {
	const { battery } = usePage();
	return (
		<Menu position="bottom-start" withinPortal={false}>
			<Menu.Target>
				<Button variant="subtle" size="compact-sm" color="gray">
					Battery
				</Button>
			</Menu.Target>
			<Menu.Dropdown>
				{Object.entries(batteryTabs).map(([tab, title]) => (
					<Menu.Item key={tab} onClick={() => battery.set({ tab: tab as BatteryTab })}>
						{title}
					</Menu.Item>
				))}
			</Menu.Dropdown>
		</Menu>
	);
}

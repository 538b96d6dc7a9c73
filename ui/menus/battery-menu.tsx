/** The Battery menu: the toolbox's tabs. */

import { Menu } from '@mantine/core';
import type { BatteryTab } from '../battery/battery-choice.ts';
import { batteryTabs } from '../battery/battery-choice.ts';
import { useBench } from '../bench.ts';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { BarMenu } from './bar-menu.tsx';

export function BatteryMenu() {
	const { battery, bench } = usePage();
	const { licensing } = useBench(bench);
	const { tab: opened } = useStore(battery);
	return (
		<BarMenu title="Battery">
			{Object.entries(batteryTabs).map(([tab, title]) => (
				<Menu.Item key={tab} disabled={licensing === null} onClick={() => battery.set({ tab: tab as BatteryTab })}>
					{title}
				</Menu.Item>
			))}
			<Menu.Divider />
			<Menu.Item disabled={opened === null} onClick={() => battery.set({ tab: null })}>
				Back to the chart
			</Menu.Item>
		</BarMenu>
	);
}

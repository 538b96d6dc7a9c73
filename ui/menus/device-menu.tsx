/** The Device menu: the output of each device, and whether the live picture shows it. */

import { Menu } from '@mantine/core';
import { useBench } from '../bench.ts';
import { switchOutput } from '../devices/actions.ts';
import { shownDevices, usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { BarMenu } from './bar-menu.tsx';
import { KeyItem } from './key-item.tsx';

export function DeviceMenu() {
	const { bench, choice } = usePage();
	const { devices } = useBench(bench);
	const chosen = useStore(choice);
	const shown = shownDevices(chosen, devices);
	return (
		<BarMenu title="Device">
			<KeyItem keys="Alt+P" />
			<KeyItem keys="Alt+O" />
			{devices.map((device) => (
				<Menu.Sub key={device.id}>
					<Menu.Sub.Target>
						<Menu.Sub.Item>{device.name}</Menu.Sub.Item>
					</Menu.Sub.Target>
					<Menu.Sub.Dropdown>
						<Menu.CheckboxItem checked={device.settings.main} disabled={!device.connected} onChange={(on) => void switchOutput(device, on)}>
							Output
						</Menu.CheckboxItem>
						<Menu.CheckboxItem
							checked={shown.includes(device.id)}
							onChange={(show) => choice.set({ devicesChosen: true, devices: show ? [...shown, device.id] : shown.filter((id) => id !== device.id) })}
						>
							Show in the chart
						</Menu.CheckboxItem>
					</Menu.Sub.Dropdown>
				</Menu.Sub>
			))}
			{devices.length === 0 && <Menu.Item disabled>No instrument is open</Menu.Item>}
		</BarMenu>
	);
}

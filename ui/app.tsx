/** The page's frame: header, devices, chart, what is under it, recordings. Everything else is in the rooms that it puts together. */

import { Badge, Group, Tabs, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';
import { BatteryPlace } from './battery/battery-place.tsx';
import { useBench } from './bench.ts';
import { Chart } from './chart/chart.tsx';
import { DeviceCard, switchOutput } from './devices/device-card.tsx';
import { EnabledLicences } from './licensing/enabled-licences.tsx';
import { UserManagement } from './licensing/user-management.tsx';
import { BatteryMenu } from './menus/battery-menu.tsx';
import { FileMenu } from './menus/file-menu.tsx';
import classes from './page.module.css';
import { usePage } from './page.ts';
import { StatisticsPanel } from './panels/statistics-panel.tsx';
import { RecordButton, toggleRecording } from './recordings/record-button.tsx';
import { RecordingList } from './recordings/recording-list.tsx';
import { useStore } from './store.ts';
import { TokenForm } from './token-form.tsx';

export function App() {
	const page = usePage();
	const { bench, shortcuts } = page;
	const { devices, recordings, current, licensing, connection, needsToken, loaded } = useBench(bench);
	const choice = useStore(page.choice);
	const { tab: batteryTab } = useStore(page.battery);
	const [managing, setManaging] = useState(false);
	const shown = (choice.devicesChosen ? choice.devices : devices.slice(0, 1).map(({ id }) => id)).filter((id) => devices.some((device) => device.id === id));

	useEffect(
		() =>
			bench.onFault((device, message) => {
				const name = bench.state().devices.find(({ id }) => id === device)?.name ?? device;
				notifications.show({ color: 'red', title: name, message });
			}),
		[bench],
	);

	useEffect(() => {
		const firstDevice = () => bench.state().devices[0];
		return shortcuts.bind([
			{ keys: 'Space', group: 'Recording', what: 'Record, or stop', run: () => void toggleRecording(bench.state().current !== null) },
			{
				keys: 'Alt+P',
				group: 'Recording',
				what: "Switch the first device's output",
				when: () => firstDevice() !== undefined,
				run: () => void switchOutput(firstDevice(), !firstDevice().settings.main),
			},
			{ keys: 'Ctrl+U', group: 'Page', what: 'User Management', whileTyping: true, when: () => bench.state().licensing !== null, run: () => setManaging(true) },
		]);
	}, [bench, shortcuts]);

	if (needsToken) return <TokenForm onToken={() => bench.start()} />;
	const [opened = null] = choice.recordings ?? [];
	return (
		<div className={classes.page}>
			<header className={classes.header}>
				<Group gap="xs" wrap="nowrap">
					<Title order={1} size="h4">
						Microjoule
					</Title>
					<FileMenu onUserManagement={licensing ? () => setManaging(true) : undefined} />
					{licensing && <BatteryMenu />}
				</Group>
				<Group gap="sm" wrap="nowrap">
					{connection === 'lost' && (
						<Badge color="red" variant="light" role="status">
							Reconnecting…
						</Badge>
					)}
					<RecordButton current={current} disabled={connection !== 'open' || (!current && devices.length === 0)} />
				</Group>
			</header>
			<aside className={classes.devices} aria-label="Devices">
				{devices.map((device, index) => (
					<DeviceCard
						key={device.id}
						bench={bench}
						device={device}
						index={index}
						shown={shown.includes(device.id)}
						onShow={(show) => page.choice.set({ devicesChosen: true, devices: show ? [...shown, device.id] : shown.filter((id) => id !== device.id) })}
					/>
				))}
				{loaded && devices.length === 0 && (
					<Text size="sm" c="dimmed">
						No instrument is open. Connect one and restart Microjoule, or start it with --sim arc.
					</Text>
				)}
			</aside>
			<main className={classes.main}>
				<BatteryPlace onManage={() => setManaging(true)} />
				{/* The chart stays, hidden, so that its picture is there at once when one returns to it. */}
				<div hidden={batteryTab !== null}>
					<Chart />
					{opened !== null && (
						<Tabs defaultValue="statistics" className={classes.panels} keepMounted={false}>
							<Tabs.List>
								<Tabs.Tab value="statistics">Statistics</Tabs.Tab>
							</Tabs.List>
							<Tabs.Panel value="statistics" pt="xs">
								<StatisticsPanel />
							</Tabs.Panel>
						</Tabs>
					)}
				</div>
			</main>
			<section className={classes.recordings} aria-label="Recordings">
				<Text size="xs" fw={600} c="dimmed" tt="uppercase" mb={4}>
					Recordings
				</Text>
				<RecordingList
					recordings={recordings}
					currentId={current?.id}
					opened={opened}
					onOpen={(id) => {
						page.battery.set({ tab: null });
						page.choice.set({ recordings: id === null ? null : [id] });
					}}
				/>
			</section>
			{licensing && (
				<>
					<EnabledLicences status={licensing} />
					<UserManagement status={licensing} opened={managing} onClose={() => setManaging(false)} />
				</>
			)}
		</div>
	);
}

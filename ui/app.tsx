/** The page's frame: header, devices, the picture, recordings; and the keys that work everywhere. */

import { Badge, Button, Group, Menu, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useRef, useState } from 'react';
import { type Bench, useBench } from './bench.ts';
import { LiveChart } from './chart/live-chart.tsx';
import { DeviceCard, switchOutput } from './devices/device-card.tsx';
import { isTyping, isUserManagement, userManagementKeys } from './keys.ts';
import { EnabledLicences } from './licensing/enabled-licences.tsx';
import { UserManagement } from './licensing/user-management.tsx';
import classes from './page.module.css';
import { RecordButton, toggleRecording } from './recordings/record-button.tsx';
import { RecordingList } from './recordings/recording-list.tsx';
import { RecordingView } from './recordings/recording-view.tsx';
import { TokenForm } from './token-form.tsx';

export function App({ bench }: { bench: Bench }) {
	const { devices, recordings, current, licensing, connection, needsToken, loaded } = useBench(bench);
	const [opened, setOpened] = useState<string | null>(null);
	const [managing, setManaging] = useState(false);
	/** Devices in the chart; undefined until someone has chosen: then it is the first. */
	const [chosen, setChosen] = useState<readonly string[]>();
	const shown = (chosen ?? devices.slice(0, 1).map(({ id }) => id)).filter((id) => devices.some((device) => device.id === id));

	useEffect(
		() =>
			bench.onFault((device, message) => {
				const name = bench.state().devices.find(({ id }) => id === device)?.name ?? device;
				notifications.show({ color: 'red', title: name, message });
			}),
		[bench],
	);

	const keys = useRef<(event: KeyboardEvent) => void>(() => {});
	keys.current = (event) => {
		if (licensing && isUserManagement(event)) {
			event.preventDefault(); // the browser would show the page's source
			setManaging(true);
			return;
		}
		if (isTyping(event) || event.repeat) return;
		if (event.key === ' ' && !event.altKey && !event.ctrlKey) {
			event.preventDefault();
			void toggleRecording(current !== null);
		} else if (event.altKey && event.code === 'KeyP') {
			event.preventDefault();
			const device = devices.find(({ id }) => id === shown[0]) ?? devices[0];
			if (device) void switchOutput(device, !device.settings.main);
		}
	};
	useEffect(() => {
		const listener = (event: KeyboardEvent) => keys.current(event);
		globalThis.addEventListener('keydown', listener);
		return () => globalThis.removeEventListener('keydown', listener);
	}, []);

	if (needsToken) return <TokenForm onToken={() => bench.start()} />;
	return (
		<div className={classes.page}>
			<header className={classes.header}>
				<Group gap="xs" wrap="nowrap">
					<Title order={1} size="h4">
						Microjoule
					</Title>
					{licensing && (
						<Menu position="bottom-start" withinPortal={false}>
							<Menu.Target>
								<Button variant="subtle" size="compact-sm" color="gray">
									File
								</Button>
							</Menu.Target>
							<Menu.Dropdown>
								<Menu.Item rightSection={<Text size="xs">{userManagementKeys}</Text>} onClick={() => setManaging(true)}>
									User Management
								</Menu.Item>
							</Menu.Dropdown>
						</Menu>
					)}
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
						onShow={(show) => setChosen(show ? [...shown, device.id] : shown.filter((id) => id !== device.id))}
					/>
				))}
				{loaded && devices.length === 0 && (
					<Text size="sm" c="dimmed">
						No instrument is open. Connect one and restart Microjoule, or start it with --sim arc.
					</Text>
				)}
			</aside>
			<main className={classes.main}>
				{/* The live chart stays, hidden, so that its picture is there at once when one returns to it. */}
				<div hidden={opened !== null}>
					<LiveChart bench={bench} devices={devices} shown={shown} />
				</div>
				{opened !== null && <RecordingView key={opened} id={opened} devices={devices} />}
			</main>
			<section className={classes.recordings} aria-label="Recordings">
				<Text size="xs" fw={600} c="dimmed" tt="uppercase" mb={4}>
					Recordings
				</Text>
				<RecordingList recordings={recordings} currentId={current?.id} opened={opened} onOpen={setOpened} />
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

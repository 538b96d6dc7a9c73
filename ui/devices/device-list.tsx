/** The devices of the bench, what can be added to it, and the switch that makes everything safe. */

import { Button, Group, Skeleton, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useBench } from '../bench.ts';
import { shownDevices, usePage } from '../page.ts';
import { keyLabel } from '../shortcuts.ts';
import { useStore } from '../store.ts';
import { switchAllOff } from './actions.ts';
import { AddDevice } from './add-device.tsx';
import { DeviceCard } from './device-card.tsx';
import classes from './devices.module.css';

const allOffKey = 'Alt+O';

export function DeviceList() {
	const { bench, choice, shortcuts } = usePage();
	const { devices, loaded } = useBench(bench);
	const shown = shownDevices(useStore(choice), devices);
	const anyOn = devices.some(({ connected, settings }) => connected && settings.main);

	useEffect(() => shortcuts.bind([{ keys: allOffKey, group: 'Recording', what: 'Switch all outputs off', whileTyping: true, run: () => void switchAllOff() }]), [shortcuts]);

	return (
		<>
			<div className={classes.header}>
				<Text size="xs" fw={600} c="dimmed" tt="uppercase">
					Devices
				</Text>
				<Group gap={6}>
					{devices.length > 0 && (
						<Button
							size="compact-xs"
							color={anyOn ? 'red.9' : 'gray'}
							variant={anyOn ? 'filled' : 'default'}
							disabled={!anyOn}
							title={anyOn ? keyLabel(allOffKey) : 'All outputs are off.'}
							onClick={() => void switchAllOff()}
						>
							All outputs off
						</Button>
					)}
					<AddDevice />
				</Group>
			</div>
			{!loaded && <Skeleton height={190} radius="md" aria-hidden="true" />}
			{devices.map((device, index) => (
				<DeviceCard
					key={device.id}
					bench={bench}
					device={device}
					index={index}
					shown={shown.includes(device.id)}
					onShow={(show) => choice.set({ devicesChosen: true, devices: show ? [...shown, device.id] : shown.filter((id) => id !== device.id) })}
				/>
			))}
			{loaded && devices.length === 0 && (
				<Text size="sm" c="dimmed">
					No instrument is open. Connect one and press Add, or add a simulated one to look around.
				</Text>
			)}
		</>
	);
}

/** One device: whether its output is on, for everyone to see, its voltage and limit, its live readings, and what is wrong with it. */

import { Badge, Card, Checkbox, Group, SimpleGrid, Switch, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { api } from '../api.ts';
import { SupplyNote } from '../battery/supply-note.tsx';
import type { Bench } from '../bench.ts';
import { quantity } from '../format.ts';
import classes from '../page.module.css';
import { colorOf, quantities } from '../quantities.ts';
import type { DeviceState } from '../types.ts';
import { Reading } from './reading.tsx';
import { SettingField } from './setting-field.tsx';

/** Relative: from here on a clock's deviation is worth a remark. */
const clockRemark = 0.001;

interface DeviceCardProps {
	readonly bench: Bench;
	readonly device: DeviceState;
	readonly index: number;
	readonly shown: boolean;
	onShow(shown: boolean): void;
}

export function DeviceCard({ bench, device, index, shown, onShow }: DeviceCardProps) {
	const [busy, setBusy] = useState(false);
	const on = device.settings.main;
	const toggle = async () => {
		setBusy(true);
		await switchOutput(device, !on);
		setBusy(false);
	};
	return (
		<Card withBorder padding="sm" radius="md" component="section" aria-label={device.name} className={on ? classes.deviceOn : classes.deviceOff} data-device={device.id}>
			<Group justify="space-between" wrap="nowrap" gap="xs">
				<div className={classes.deviceName}>
					<Text fw={600} truncate>
						{device.name}
					</Text>
					<Text size="xs" c="dimmed" truncate title={device.port}>
						{device.simulated ? 'Simulated' : device.port} · firmware {device.firmwareVersion}
					</Text>
				</div>
				<Switch
					size="lg"
					color="red"
					onLabel="ON"
					offLabel="OFF"
					checked={on}
					disabled={busy || !device.connected}
					onChange={() => void toggle()}
					aria-label={`Output of ${device.name}`}
				/>
			</Group>
			<div className={classes.readings}>
				{quantities.map(({ channel, label, unit }) => (
					<div key={channel}>
						<Text size="xs" c="dimmed">
							{label}
						</Text>
						<Reading bench={bench} device={device.id} channel={channel} unit={unit} color={colorOf(index, channel)} />
					</div>
				))}
			</div>
			<SimpleGrid cols={2} spacing="xs">
				<SettingField device={device} name="mainVoltage" label="Voltage" />
				<SettingField device={device} name="maxCurrent" label="Current limit" />
			</SimpleGrid>
			<SupplyNote device={device.id} />
			<Group gap="xs" mt="xs">
				<Checkbox size="xs" label="Show" checked={shown} onChange={(event) => onShow(event.currentTarget.checked)} aria-label={`Show ${device.name} in the chart`} />
				{!device.connected && <Badge color="red">Disconnected</Badge>}
				{device.lost > 0 && (
					<Badge color="red" variant="light" title="Samples that never arrived; they are left out of every figure.">
						{device.lost.toLocaleString('en')} samples lost
					</Badge>
				)}
				{device.clock && Math.abs(device.clock.deviation) > clockRemark && (
					<Badge color="orange" variant="light" title="The device's clock against this computer's. It is never applied to charge or energy.">
						Clock {device.clock.deviation > 0 ? '+' : '−'}
						{quantity(Math.abs(device.clock.deviation) * 100, '%', 3)}
					</Badge>
				)}
			</Group>
		</Card>
	);
}

export async function switchOutput(device: DeviceState, on: boolean): Promise<void> {
	try {
		await api.switchOutput(device.id, on);
	} catch (error) {
		notifications.show({ color: 'red', title: `Output of ${device.name}`, message: (error as Error).message });
	}
}

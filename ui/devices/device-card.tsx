/** One device: whether its output is on, for everyone to see, its voltage and limit, its live readings, what is wrong with it, and folded away all the rest. */

import { Badge, Card, Checkbox, Group, SimpleGrid, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { SupplyNote } from '../battery/supply-note.tsx';
import type { Bench } from '../bench.ts';
import { quantity } from '../format.ts';
import { colorOf, quantities } from '../quantities.ts';
import type { DeviceState } from '../types.ts';
import { switchOutput } from './actions.ts';
import { DeviceMenu } from './device-menu.tsx';
import { DeviceName } from './device-name.tsx';
import { DeviceSections } from './device-sections.tsx';
import classes from './devices.module.css';
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
	const [renaming, setRenaming] = useState(false);
	const on = device.settings.main;
	const toggle = async () => {
		setBusy(true);
		await switchOutput(device, !on);
		setBusy(false);
	};
	return (
		<Card
			withBorder
			padding="sm"
			radius="md"
			component="section"
			aria-label={device.name}
			className={classes.card}
			data-device={device.id}
			data-output={device.connected ? (on ? 'on' : 'off') : 'gone'}
		>
			<Group justify="space-between" wrap="nowrap" gap={4}>
				<div className={classes.name}>
					<DeviceName device={device} renaming={renaming} onDone={() => setRenaming(false)} />
					<Text size="xs" c="dimmed" truncate title={device.port}>
						{device.simulated ? 'Simulated' : device.port} · firmware {device.firmwareVersion}
					</Text>
				</div>
				<Switch
					size="lg"
					color="red.9"
					onLabel="ON"
					offLabel="OFF"
					classNames={{ trackLabel: classes.switchLabel }}
					checked={on}
					disabled={busy || !device.connected}
					title={device.connected ? undefined : 'The device is unplugged.'}
					onChange={() => void toggle()}
					aria-label={`Output of ${device.name}`}
				/>
				<DeviceMenu device={device} onRename={() => setRenaming(true)} />
			</Group>
			<div className={classes.output} data-testid="output-state">
				<span className={classes.lamp} aria-hidden="true" />
				{outputText(device)}
			</div>
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
				{!device.connected && (
					<Badge color="red.9" title="Reconnect it, then add it again.">
						Disconnected
					</Badge>
				)}
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
			<DeviceSections device={device} />
		</Card>
	);
}

/** What is at the terminals, in words. */
function outputText({ connected, settings }: DeviceState): string {
	const { main, mainVoltage, mainCurrent, powerRegulation } = settings;
	if (!connected) return 'Unplugged';
	if (!main) return 'Output off';
	switch (powerRegulation) {
		case 'voltage':
			return `Output on, ${quantity(mainVoltage, 'V', 4)}`;
		case 'current':
			return `Output on, ${quantity(mainCurrent, 'A', 4)} regulated`;
		case 'inline':
			return 'Output on, in line with another supply';
		case 'off':
			return 'Output on, not regulated';
	}
}

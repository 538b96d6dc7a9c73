/** A device's settings beside voltage and limit, made from their descriptions, with what they come to: sense pins, supply, temperature. */

import { Badge, Group, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { api } from '../api.ts';
import { quantity } from '../format.ts';
import type { DeviceState, SettingName } from '../types.ts';
import classes from './devices.module.css';
import { SettingControl } from './setting-control.tsx';

/** Settings that have a place of their own on the card, in the expansion port's section, or in the terminal. */
const elsewhere: ReadonlySet<SettingName> = new Set([
	'main',
	'mainVoltage',
	'maxCurrent',
	'expansionPort',
	'expansionVoltage',
	'expansionSupply',
	'gpo1',
	'gpo2',
	'tx',
	'uart',
	'uartBaudRate',
]);
/** Channels whose present value tells what the instrument itself lives on. */
const own = ['vb', 'vj', 'vpwr', 'tp', 'tm'];
const askEveryMs = 3000;

const senseStates: Readonly<Record<string, { readonly text: string; readonly color: string }>> = {
	active: { text: 'Sense pins in use', color: 'teal.9' },
	inactive: { text: 'Sense pins not at the output', color: '#a84300' },
	cal_invalid: { text: 'Sense pins not calibrated', color: '#a84300' },
};

export default function SettingsPanel({ device }: { readonly device: DeviceState }) {
	return (
		<Stack gap="xs">
			{device.settingSpecs
				.filter(({ name }) => !elsewhere.has(name))
				.map((spec) => (
					<div key={spec.name}>
						<SettingControl device={device} spec={spec} />
						{spec.name === 'fourWire' && device.settings.fourWire && <SenseState device={device} />}
					</div>
				))}
			<OwnState device={device} />
		</Stack>
	);
}

function SenseState({ device: { id, connected } }: { readonly device: DeviceState }) {
	const state = useRepeated(connected, () => api.fourWire(id));
	const known = senseStates[state ?? ''];
	return known ? (
		<Badge mt={4} color={known.color} title="They are used while each lies close to the output.">
			{known.text}
		</Badge>
	) : null;
}

function OwnState({ device: { id, connected, channels } }: { readonly device: DeviceState }) {
	const asked = channels.filter((channel) => own.includes(channel.id));
	const values = useRepeated(connected, () => Promise.all(asked.map((channel) => api.value(id, channel.id).catch(() => Number.NaN))));
	return (
		<Group gap="md" className={classes.present} aria-label="Of the instrument itself" role="group">
			{asked.map((channel, index) => (
				<div key={channel.id} data-value={channel.id}>
					<Text size="xs" c="dimmed">
						{channel.label}
					</Text>
					<Text size="sm">{quantity(values?.[index], channel.unit, 3)}</Text>
				</div>
			))}
		</Group>
	);
}

/** The latest answer to a question asked every few seconds, one after the other; undefined while there is none. */
function useRepeated<T>(possible: boolean, ask: () => Promise<T>): T | undefined {
	const [answer, setAnswer] = useState<T>();
	// biome-ignore lint/correctness/useExhaustiveDependencies: the same question every time
	useEffect(() => {
		if (!possible) return setAnswer(undefined);
		let timer = 0;
		let over = false;
		const turn = async () => {
			const latest = await ask().catch(() => undefined);
			if (over) return;
			setAnswer(latest);
			timer = window.setTimeout(turn, askEveryMs);
		};
		void turn();
		return () => {
			over = true;
			clearTimeout(timer);
		};
	}, [possible]);
	return answer;
}

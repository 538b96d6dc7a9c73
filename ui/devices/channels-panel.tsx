/** Which channels of a device are measured, and how often. Some always are; what is chosen while recording holds from the next recording on. */

import { Checkbox, NativeSelect, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { api, type ChannelChoice } from '../api.ts';
import { useBench } from '../bench.ts';
import { usePage } from '../page.ts';
import type { DeviceState, MeasuredChannel } from '../types.ts';
import { attempt } from './actions.ts';
import classes from './devices.module.css';

/** Measured as long as a device is open. */
const always: ReadonlySet<string> = new Set(['mc', 'mv', 'mp']);

export default function ChannelsPanel({ device }: { readonly device: DeviceState }) {
	const { bench } = usePage();
	const { current } = useBench(bench);
	const [choice, setChoice] = useState<ChannelChoice>();
	const measured = device.channels.map(({ id, measured, rate }) => `${id} ${measured} ${rate}`).join();
	// biome-ignore lint/correctness/useExhaustiveDependencies: a script may have chosen others
	useEffect(() => {
		let over = false;
		void api.channelChoice(device.id).then(
			(latest) => !over && setChoice(latest),
			() => {},
		);
		return () => {
			over = true;
		};
	}, [device.id, measured]);
	if (!choice) return null;
	const choose = async (next: ChannelChoice) => {
		setChoice(next);
		if (!(await attempt(`Channels of ${device.name}`, () => api.chooseChannels(device.id, next)))) setChoice(choice);
	};
	return (
		<Stack gap={2}>
			{device.channels
				.filter(({ kind }) => kind === 'analog')
				.map((channel) => (
					<Channel key={channel.id} device={device} channel={channel} choice={choice} onChoose={(next) => void choose(next)} />
				))}
			{current && (
				<Text size="xs" c="dimmed">
					While recording: what is changed here holds from the next recording on.
				</Text>
			)}
		</Stack>
	);
}

interface ChannelProps {
	readonly device: DeviceState;
	readonly channel: MeasuredChannel;
	readonly choice: ChannelChoice;
	onChoose(choice: ChannelChoice): void;
}

function Channel({ device, channel, choice, onChoose }: ChannelProps) {
	const { id, label, rates, defaultRate } = channel;
	const chosen = choice.channels.includes(id);
	const by = device.channels.find((other) => other.brings?.includes(id) && (other.measured || choice.channels.includes(other.id)));
	/** Measured without having been chosen. */
	const given = !chosen && (always.has(id) || by !== undefined);
	return (
		<div className={classes.channel} data-channel={id}>
			<Checkbox
				size="xs"
				label={label}
				checked={chosen || given}
				disabled={!device.connected || given}
				title={given ? (by ? `Comes with ${by.label}.` : 'Always measured.') : undefined}
				aria-label={`Measure ${label} of ${device.name}`}
				onChange={(event) => onChoose({ ...choice, channels: event.currentTarget.checked ? [...choice.channels, id] : choice.channels.filter((other) => other !== id) })}
			/>
			{rates.length > 1 ? (
				<NativeSelect
					size="xs"
					className={classes.rate}
					aria-label={`Rate of ${label} of ${device.name}`}
					disabled={!device.connected}
					value={String(choice.rates[id] ?? channel.rate ?? defaultRate)}
					data={rates.map((rate) => ({ value: String(rate), label: rateText(rate) }))}
					onChange={(event) => onChoose({ ...choice, rates: { ...choice.rates, [id]: Number(event.currentTarget.value) } })}
				/>
			) : (
				<Text size="xs" c="dimmed">
					{rateText(rates[0])}
				</Text>
			)}
		</div>
	);
}

function rateText(rateHz: number): string {
	return rateHz >= 1000 ? `${rateHz / 1000} kS/s` : `${rateHz} S/s`;
}

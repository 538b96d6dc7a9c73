/** A load as it was recorded: its real waveform, of one device, from here to there. */

import { Fieldset, NativeSelect, Stack, Text } from '@mantine/core';
import { duration } from '../format.ts';
import type { DeviceState, RecordingSummary } from '../types.ts';
import classes from './battery.module.css';
import { FigureField } from './figure-field.tsx';
import { kinds } from './words.ts';

export interface RecordedPart {
	/** Empty: none chosen. */
	readonly recording: string;
	readonly device: string;
	/** s; undefined: its beginning and its end. */
	readonly from: number | undefined;
	readonly to: number | undefined;
}

interface Props {
	readonly part: RecordedPart;
	readonly recordings: readonly RecordingSummary[];
	readonly devices: readonly DeviceState[];
	readonly onChange: (part: RecordedPart) => void;
}

export function RecordedLoad({ part, recordings, devices, onChange }: Props) {
	const recording = recordings.find(({ id }) => id === part.recording);
	const measured = (summary: RecordingSummary | undefined) => summary?.channels.filter(({ id }) => id === 'mc').map(({ device }) => device) ?? [];
	const choose = (id: string) => {
		const [device = ''] = measured(recordings.find((candidate) => candidate.id === id));
		onChange({ recording: id, device, from: undefined, to: undefined });
	};
	if (recordings.length === 0) return <Text size="sm">Nothing is recorded yet.</Text>;
	return (
		<Fieldset legend="Recorded, over and over">
			<Stack gap="sm">
				<NativeSelect label="Recording" value={part.recording} onChange={(event) => choose(event.currentTarget.value)}>
					<option value="" disabled>
						Choose a recording
					</option>
					{recordings.toReversed().map(({ id, name, duration: lengthS }) => (
						<option key={id} value={id}>
							{name} · {duration(lengthS)}
						</option>
					))}
				</NativeSelect>
				<div className={classes.fields}>
					<NativeSelect
						label="Device"
						value={part.device}
						disabled={!recording}
						onChange={(event) => onChange({ ...part, device: event.currentTarget.value })}
						data={measured(recording).map((id) => ({ value: id, label: devices.find((device) => device.id === id)?.name ?? id }))}
					/>
					<FigureField kind={kinds.time} label="From" placeholder="its beginning" value={part.from} onChange={(from) => onChange({ ...part, from })} />
					<FigureField kind={kinds.time} label="To" placeholder="its end" value={part.to} onChange={(to) => onChange({ ...part, to })} />
				</div>
			</Stack>
		</Fieldset>
	);
}

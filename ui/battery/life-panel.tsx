/** How long will it last? The load, the battery that carries it, and the answer. */

import { Alert, Button, Group, SegmentedControl, Stack } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { DeviceState, Estimate, EstimateRequest, RecordingSummary } from '../types.ts';
import classes from './battery.module.css';
import { batteryApi } from './battery-api.ts';
import type { AskedAbout } from './battery-choice.ts';
import { blankBattery, LifeBattery, lifeBatteryOf } from './life-battery.tsx';
import { LifeResult } from './life-result.tsx';
import { type PhaseRow, PhasesTable, phasesAtStart } from './phases-table.tsx';
import { RecordedLoad, type RecordedPart } from './recorded-load.tsx';
import type { BatteryState } from './use-battery.ts';

interface Props {
	readonly devices: readonly DeviceState[];
	readonly recordings: readonly RecordingSummary[];
	readonly battery: BatteryState;
	readonly asked: AskedAbout | undefined;
}

/** The answer, with what it is drawn with. */
interface Answer {
	readonly estimate: Estimate;
	readonly cutoffV: number | undefined;
}

export function LifePanel({ devices, recordings, battery: { profiles }, asked }: Props) {
	const [source, setSource] = useState<'phases' | 'recording'>('phases');
	const [phases, setPhases] = useState<readonly PhaseRow[]>(phasesAtStart);
	const [part, setPart] = useState<RecordedPart>({ recording: '', device: '', from: undefined, to: undefined });
	const [cell, setCell] = useState(blankBattery);
	const [answer, setAnswer] = useState<Answer>();
	const [failure, setFailure] = useState<string>();
	const [busy, setBusy] = useState(false);
	const running = useRef<AbortController>(undefined);
	useEffect(() => () => running.current?.abort(), []);

	const finished = recordings.filter((recording) => recording.finished);
	const known = useRef(recordings);
	known.current = recordings;
	useEffect(() => {
		if (!asked) return;
		const device = known.current.find(({ id }) => id === asked.recording)?.channels.find(({ id }) => id === 'mc')?.device;
		setSource('recording');
		setPart({ recording: asked.recording, device: device ?? '', from: asked.from, to: asked.to });
		setAnswer(undefined);
		setFailure(undefined);
	}, [asked]);

	const estimate = async (event: FormEvent) => {
		event.preventDefault();
		running.current?.abort();
		const controller = new AbortController();
		running.current = controller;
		setBusy(true);
		setFailure(undefined);
		try {
			const question: EstimateRequest = { ...lifeBatteryOf(cell), load: source === 'phases' ? phasesOf(phases) : recordedOf(part) };
			const found = await batteryApi.estimate(question, controller.signal);
			const ofCell = profiles?.profiles.find(({ id }) => id === cell.profileId)?.cutoffV;
			setAnswer({ estimate: found, cutoffV: cell.cutoffV ?? (ofCell && ofCell * cell.series) });
		} catch (error) {
			if (controller.signal.aborted) return;
			setAnswer(undefined);
			setFailure((error as Error).message);
		} finally {
			if (running.current === controller) setBusy(false);
		}
	};
	return (
		<div className={classes.columns}>
			<form onSubmit={(event) => void estimate(event)} noValidate aria-label="Life estimate">
				<Stack gap="md">
					<SegmentedControl
						size="xs"
						aria-label="Load"
						value={source}
						onChange={(value) => setSource(value as typeof source)}
						data={[
							{ value: 'phases', label: 'Phases' },
							{ value: 'recording', label: 'A recording' },
						]}
					/>
					{source === 'phases' ? <PhasesTable phases={phases} onChange={setPhases} /> : <RecordedLoad part={part} recordings={finished} devices={devices} onChange={setPart} />}
					<LifeBattery battery={cell} profiles={profiles?.profiles ?? []} onChange={setCell} />
					<div role="alert">
						{failure !== undefined && (
							<Alert color="red" variant="light">
								{failure}
							</Alert>
						)}
					</div>
					<Group className={classes.submit}>
						<Button type="submit" loading={busy}>
							Estimate
						</Button>
					</Group>
				</Stack>
			</form>
			<div aria-live="polite">{answer && <LifeResult estimate={answer.estimate} cutoffV={answer.cutoffV} />}</div>
		</div>
	);
}

function phasesOf(rows: readonly PhaseRow[]): EstimateRequest['load'] {
	return {
		phases: rows.map(({ name, durationS, draw, value, peakA }, index) => {
			const title = name.trim() || `phase ${index + 1}`;
			if (value === undefined || Number.isNaN(value)) throw new Error(`What ${title} draws is missing.`);
			if (durationS === undefined || !(durationS > 0)) throw new Error(`The time of ${title} is missing.`);
			if (Number.isNaN(peakA)) throw new Error(`The peak of ${title} is no figure.`);
			return { name: title, durationS, ...(draw === 'current' ? { currentA: value } : { powerW: value }), ...(peakA !== undefined && { peakA }) };
		}),
	};
}

function recordedOf({ recording, device, from, to }: RecordedPart): EstimateRequest['load'] {
	if (recording === '') throw new Error('Choose a recording.');
	if (device === '') throw new Error('Choose the device whose current counts.');
	if (Number.isNaN(from) || Number.isNaN(to)) throw new Error('From and to are times within the recording, in s.');
	return { recording, device, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

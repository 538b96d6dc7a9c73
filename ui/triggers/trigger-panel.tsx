/** The trigger's panel: what begins a recording, what ends it, how often; arm, disarm, fire by hand; what has happened so far. */

import { Alert, Button, Group, SegmentedControl, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api.ts';
import { useBench } from '../bench.ts';
import { duration } from '../format.ts';
import { usePage } from '../page.ts';
import type { TriggerStatus } from '../types.ts';
import { ConditionFields } from './condition-fields.tsx';
import { draftOf, type PlanDraft, planOf } from './plan-draft.ts';
import { stateText } from './trigger-button.tsx';
import classes from './triggers.module.css';

export default function TriggerPanel({ trigger }: { readonly trigger: TriggerStatus }) {
	const { bench } = usePage();
	const { devices, recordings } = useBench(bench);
	const [draft, setDraft] = useState(() => draftOf(trigger.plan, devices));
	const [error, setError] = useState<string>();
	const set = (change: Partial<PlanDraft>) => setDraft((now) => ({ ...now, ...change }));
	const run = (work: () => Promise<unknown>) => {
		setError(undefined);
		void (async () => work())().catch((thrown: Error) => setError(thrown.message));
	};
	const { state, reason, last, plan } = trigger;
	const active = state === 'armed' || state === 'waiting' || state === 'triggered';
	const field = (key: 'pre' | 'after' | 'times' | 'name', label: string, placeholder?: string) => (
		<TextInput size="xs" label={label} placeholder={placeholder} value={draft[key]} onChange={(event) => set({ [key]: event.currentTarget.value })} />
	);
	return (
		<Stack gap="sm">
			<Switch label="Begin recordings" checked={draft.starts} onChange={(event) => set({ starts: event.currentTarget.checked })} />
			{draft.starts && (
				<fieldset className={classes.part}>
					<legend>Start</legend>
					<ConditionFields of="Start" draft={draft.start} types={['edge', 'level', 'digital', 'text', 'manual']} onChange={(start) => set({ start })} />
					<div className={classes.fields} style={{ marginTop: 8 }}>
						{field('pre', 'Time before it')}
						{field('name', 'Names', 'Recording')}
						{field('times', 'Recordings', 'no end')}
					</div>
				</fieldset>
			)}
			<fieldset className={classes.part}>
				<legend>Stop</legend>
				{draft.starts && (
					<SegmentedControl
						size="xs"
						mb="xs"
						aria-label="What ends a recording"
						value={draft.stops}
						onChange={(stops) => set({ stops: stops as PlanDraft['stops'] })}
						data={[
							{ value: 'time', label: 'After a time' },
							{ value: 'condition', label: 'At a condition' },
							{ value: 'hand', label: 'By hand' },
						]}
					/>
				)}
				{draft.starts && draft.stops === 'time' && <div className={classes.fields}>{field('after', 'Time after it')}</div>}
				{(!draft.starts || draft.stops === 'condition') && (
					<ConditionFields of="Stop" draft={draft.stop} types={['level', 'edge', 'digital', 'text']} onChange={(stop) => set({ stop })} />
				)}
				{!draft.starts && <div className={classes.fields}>{field('times', 'Recordings', 'no end')}</div>}
			</fieldset>
			{error && (
				<Alert color="red" p="xs" role="alert">
					{error}
				</Alert>
			)}
			<Group justify="space-between">
				<div aria-live="polite" data-testid="trigger-state">
					<Text size="sm" fw={600}>
						{stateText(trigger)}
					</Text>
					{reason && <Text size="sm">{reason}</Text>}
					{last && (
						<Text size="sm" c="dimmed">
							{last.what}, {duration(last.atS)} into {recordings.find(({ id }) => id === last.recording)?.name ?? last.recording}
						</Text>
					)}
				</div>
				<Group gap="xs">
					{state === 'armed' && plan?.start && (
						<Button variant="default" onClick={() => run(api.fireTrigger)}>
							Fire now
						</Button>
					)}
					{active && (
						<Button variant="default" onClick={() => run(api.disarmTrigger)}>
							Disarm
						</Button>
					)}
					<Button
						disabled={devices.length === 0}
						title={devices.length === 0 ? 'No instrument is open.' : undefined}
						onClick={() => run(() => api.armTrigger(planOf(draft, devices)))}
					>
						{active ? 'Arm anew' : 'Arm'}
					</Button>
				</Group>
			</Group>
		</Stack>
	);
}

/** The user logs of a recording: made, renamed, shifted in time, deleted. Undo takes back all but the making. */

import { ActionIcon, Button, Group, Popover, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api.ts';
import { useBench } from '../bench.ts';
import { parseQuantity } from '../format.ts';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import type { ProjectStatus } from '../types.ts';

type UserLog = NonNullable<ProjectStatus['recordings'][number]['logs']>[number];

export function UserLogs() {
	const { bench, chart } = usePage();
	const { project } = useBench(bench);
	const { tracks } = useStore(chart.layout);
	const [error, setError] = useState<string>();
	const [name, setName] = useState('');
	const origin = tracks.find((track) => track.origin.kind === 'recorded')?.origin;
	if (origin?.kind !== 'recorded' || project?.readOnly) return null;
	const { recording } = origin;
	const logs = project?.recordings.find(({ id }) => id === recording)?.logs ?? [];
	const change = async (work: () => Promise<unknown>) => {
		setError(undefined);
		try {
			await work();
		} catch (thrown) {
			setError((thrown as Error).message);
		}
	};
	return (
		<Popover withArrow position="bottom-end" trapFocus shadow="md">
			<Popover.Target>
				<Button size="xs" variant="default">
					User logs{logs.length > 0 ? ` (${logs.length})` : ''}
				</Button>
			</Popover.Target>
			<Popover.Dropdown aria-label="User logs">
				<Stack gap="xs">
					{logs.map((log) => (
						<UserLogLine key={log.id} recording={recording} log={log} change={change} />
					))}
					<Group
						gap="xs"
						align="end"
						component="form"
						renderRoot={(props) => (
							<form
								{...props}
								onSubmit={(event) => {
									event.preventDefault();
									if (name.trim() !== '') void change(() => api.createLog(recording, name.trim())).then(() => setName(''));
								}}
							/>
						)}
					>
						<TextInput size="xs" label="New user log" placeholder="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} />
						<Button size="xs" type="submit" disabled={name.trim() === ''}>
							Create
						</Button>
					</Group>
					{error && (
						<Text size="xs" c="red" role="alert">
							{error}
						</Text>
					)}
				</Stack>
			</Popover.Dropdown>
		</Popover>
	);
}

function UserLogLine({ recording, log, change }: { readonly recording: string; readonly log: UserLog; change(work: () => Promise<unknown>): Promise<void> }) {
	const { id, name, offset = 0 } = log;
	const [draftName, setDraftName] = useState<string>();
	const [draftShift, setDraftShift] = useState<string>();
	const shift = draftShift === undefined ? offset : parseQuantity(draftShift, 's');
	const rename = () => {
		const next = draftName?.trim();
		setDraftName(undefined);
		if (next && next !== name) void change(() => api.changeLog(recording, id, { name: next }));
	};
	const move = () => {
		if (Number.isNaN(shift)) return;
		setDraftShift(undefined);
		if (shift !== offset) void change(() => api.changeLog(recording, id, { offset: shift }));
	};
	return (
		<Group gap="xs" align="end" wrap="nowrap">
			<TextInput
				size="xs"
				label="Name"
				aria-label={`Name of ${name}`}
				value={draftName ?? name}
				onChange={(event) => setDraftName(event.currentTarget.value)}
				onBlur={rename}
				onKeyDown={(event) => event.key === 'Enter' && rename()}
			/>
			<TextInput
				size="xs"
				w={90}
				label="Shift"
				aria-label={`Shift of ${name}`}
				value={draftShift ?? `${offset} s`}
				error={Number.isNaN(shift)}
				onChange={(event) => setDraftShift(event.currentTarget.value)}
				onBlur={move}
				onKeyDown={(event) => event.key === 'Enter' && move()}
			/>
			<ActionIcon variant="default" size={30} aria-label={`Delete ${name}`} title="Delete; undo brings it back" onClick={() => void change(() => api.deleteLog(recording, id))}>
				×
			</ActionIcon>
		</Group>
	);
}

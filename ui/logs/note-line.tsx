/** Writes a line into a user log: now, while it is recorded, or at the first marker of the recording that is shown. */

import { Button, Select, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { api } from '../api.ts';
import { useBench } from '../bench.ts';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { stampOf } from './log-row.ts';
import classes from './logs.module.css';

/** Made for the first line where there is no log yet. */
const firstLog = 'Notes';

export function NoteLine() {
	const { bench, chart } = usePage();
	const { current, project } = useBench(bench);
	const { mode, tracks } = useStore(chart.layout);
	const { markers } = useStore(chart.marks);
	const [text, setText] = useState('');
	const [chosen, setChosen] = useState<string | null>(null);
	const [busy, setBusy] = useState(false);

	const shown = tracks.find(({ origin }) => origin.kind === 'recorded');
	const recording = mode === 'live' || !shown ? current?.id : shown.origin.kind === 'recorded' ? shown.origin.recording : undefined;
	if (recording === undefined || project?.readOnly) return null;
	const isNow = recording === current?.id && (mode === 'live' || markers[0] === null);
	const timeS = isNow || markers[0] === null ? undefined : markers[0] - (shown?.shiftS ?? 0);
	const logs = project?.recordings.find(({ id }) => id === recording)?.logs ?? [];
	const log = logs.find(({ id }) => id === chosen) ?? logs[0];
	const possible = isNow || timeS !== undefined;

	const write = async () => {
		if (text.trim() === '' || !possible) return;
		setBusy(true);
		try {
			const target = log?.id ?? (await api.createLog(recording, firstLog)).log;
			await api.appendLog(recording, target, [{ time: timeS, text: text.trim() }]);
			setText('');
		} catch (error) {
			notifications.show({ color: 'red', title: 'Note', message: (error as Error).message });
		} finally {
			setBusy(false);
		}
	};
	const label = isNow ? 'Note now' : timeS === undefined ? 'Note: click into the log or set marker A first' : `Note at marker A, ${stampOf(timeS)}`;
	return (
		<form
			className={classes.note}
			onSubmit={(event) => {
				event.preventDefault();
				void write();
			}}
		>
			<TextInput size="xs" className={classes.noteText} label={label} value={text} maxLength={2000} disabled={!possible} onChange={(event) => setText(event.currentTarget.value)} />
			{logs.length > 1 && (
				<Select
					size="xs"
					w={140}
					label="User log"
					allowDeselect={false}
					value={log?.id ?? null}
					onChange={setChosen}
					data={logs.map(({ id, name }) => ({ value: id, label: name }))}
				/>
			)}
			<Button size="xs" type="submit" variant="light" loading={busy} disabled={!possible || text.trim() === ''}>
				Add note
			</Button>
		</form>
	);
}

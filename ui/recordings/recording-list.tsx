/**
 * The project's recordings. A click on one opens it, its box lays it over those that are shown, dragging or Alt with an arrow puts it at another place. The
 * first entry is the live picture.
 */

import { Button, Group, NavLink, Text } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api.ts';
import { useBench } from '../bench.ts';
import { attempt } from '../devices/actions.ts';
import pageClasses from '../page.module.css';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { RecordingDetails } from './recording-details.tsx';
import { RecordingRow } from './recording-row.tsx';
import classes from './recordings.module.css';

export function RecordingList() {
	const page = usePage();
	const { bench, choice, preferences, battery } = page;
	const { recordings, current, project } = useBench(bench);
	const { recordings: chosen } = useStore(choice);
	const { newestFirst } = useStore(preferences);
	const [detailed, setDetailed] = useState<string | null>(null);
	/** The one that is dragged, and the place in the list where it would go. */
	const [drag, setDrag] = useState<{ readonly id: string; readonly over: number } | null>(null);
	const listed = newestFirst ? recordings.toReversed() : recordings;
	const shown = chosen ?? [];

	const show = (ids: readonly string[]) => {
		battery.set({ tab: null });
		choice.set({ recordings: ids.length > 0 ? ids : null });
	};
	/** `place` counts in the list as it is shown. */
	const move = (id: string, place: number) => {
		if (place < 0 || place >= listed.length || listed[place].id === id) return;
		void attempt('Order of the recordings', () => api.moveRecording(id, newestFirst ? listed.length - 1 - place : place));
	};
	const why = project?.readOnly ?? undefined;
	return (
		<nav aria-label="Recordings">
			<Group justify="space-between" mb={4} wrap="nowrap">
				<Text size="xs" fw={600} c="dimmed" tt="uppercase">
					Recordings
				</Text>
				<Button size="compact-xs" variant="subtle" onClick={() => preferences.set({ newestFirst: !newestFirst })} title="Order of the list">
					{newestFirst ? 'Newest first' : 'As in the project'}
				</Button>
			</Group>
			<NavLink component="button" label="Live" active={chosen === null} onClick={() => show([])} leftSection={<span className={pageClasses.liveMark} />} />
			<ul className={classes.list}>
				{listed.map((recording, index) => (
					<RecordingRow
						key={recording.id}
						recording={recording}
						entry={project?.recordings.find(({ id }) => id === recording.id)}
						inProgress={recording.id === current?.id}
						opened={shown.includes(recording.id)}
						readOnly={why}
						dropMark={drag && drag.id !== recording.id && drag.over === index ? (listed.findIndex(({ id }) => id === drag.id) < index ? 'below' : 'above') : undefined}
						onOpen={() => show([recording.id])}
						onShow={(over) => show(over ? [...shown, recording.id] : shown.filter((id) => id !== recording.id))}
						onDetails={() => setDetailed(recording.id)}
						onDeleted={() => shown.includes(recording.id) && show(shown.filter((id) => id !== recording.id))}
						onMove={(by) => move(recording.id, index + by)}
						onDrag={(over) => setDrag(over ? { id: recording.id, over: index } : null)}
						onDragOver={() => drag && drag.over !== index && setDrag({ ...drag, over: index })}
						onDrop={() => {
							if (drag) move(drag.id, index);
							setDrag(null);
						}}
					/>
				))}
			</ul>
			{recordings.length === 0 && (
				<Text size="sm" c="dimmed" px="sm" py={6}>
					{project ? 'Nothing recorded yet. Press Record, or the space bar.' : 'No project is open. Open one, or create one, in the File menu.'}
				</Text>
			)}
			{detailed !== null && <RecordingDetails key={detailed} id={detailed} onClose={() => setDetailed(null)} />}
		</nav>
	);
}

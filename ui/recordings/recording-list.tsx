/** The project's recordings, newest first; a click opens one, or goes back to the live picture. */

import { ActionIcon, Badge, NavLink, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { api } from '../api.ts';
import { duration } from '../format.ts';
import classes from '../page.module.css';
import type { RecordingSummary } from '../types.ts';

interface RecordingListProps {
	readonly recordings: readonly RecordingSummary[];
	readonly currentId: string | undefined;
	/** Null for the live picture. */
	readonly opened: string | null;
	onOpen(id: string | null): void;
}

export function RecordingList({ recordings, currentId, opened, onOpen }: RecordingListProps) {
	return (
		<nav aria-label="Recordings">
			<NavLink component="button" label="Live" active={opened === null} onClick={() => onOpen(null)} leftSection={<span className={classes.liveMark} />} />
			{recordings.toReversed().map((recording) => (
				<div key={recording.id} className={classes.recordingRow}>
					<NavLink
						component="button"
						label={recording.name}
						active={opened === recording.id}
						onClick={() => onOpen(recording.id)}
						description={`${new Date(recording.start).toLocaleString()}${recording.finished ? ` · ${duration(recording.duration)}` : ''}`}
						rightSection={<Marks recording={recording} recordingNow={recording.id === currentId} />}
						data-recording={recording.id}
					/>
					{recording.id !== currentId && <DeleteButton recording={recording} onDeleted={() => opened === recording.id && onOpen(null)} />}
				</div>
			))}
			{recordings.length === 0 && (
				<Text size="sm" c="dimmed" px="sm" py={6}>
					Nothing recorded yet. Press Record, or the space bar.
				</Text>
			)}
		</nav>
	);
}

function Marks({ recording, recordingNow }: { recording: RecordingSummary; recordingNow: boolean }) {
	if (recordingNow)
		return (
			<Badge color="red" size="sm">
				Recording
			</Badge>
		);
	if (recording.lost > 0)
		return (
			<Badge color="red" variant="light" size="sm" title="Samples lost, over all channels">
				{recording.lost.toLocaleString('en')} lost
			</Badge>
		);
	if (!recording.finished)
		return (
			<Badge color="orange" variant="light" size="sm" title="The program ended before the recording did.">
				Interrupted
			</Badge>
		);
	return null;
}

function DeleteButton({ recording, onDeleted }: { recording: RecordingSummary; onDeleted: () => void }) {
	const [sure, setSure] = useState(false);
	const remove = async () => {
		if (!sure) return setSure(true);
		try {
			await api.deleteRecording(recording.id);
			onDeleted();
		} catch (error) {
			notifications.show({ color: 'red', title: recording.name, message: (error as Error).message });
		}
	};
	return (
		<ActionIcon
			variant={sure ? 'filled' : 'subtle'}
			color={sure ? 'red' : 'gray'}
			w={sure ? 62 : undefined}
			onClick={() => void remove()}
			onBlur={() => setSure(false)}
			aria-label={sure ? `Really delete ${recording.name}` : `Delete ${recording.name}`}
		>
			{sure ? <Text size="xs">Delete?</Text> : <span aria-hidden="true">×</span>}
		</ActionIcon>
	);
}

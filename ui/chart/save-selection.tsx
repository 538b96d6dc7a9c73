/** Gives the selection a name, a colour and a note, and saves it in the project. */

import { Alert, Button, Group, Modal, NativeSelect, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useBench } from '../bench.ts';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { ColorField } from './color-field.tsx';
import { defaultSelectionColor, freeName, selectionCalls, shiftOf } from './named-selections.ts';
import { momentText } from './time-text.ts';

export function SaveSelection({ opened, onClose }: { readonly opened: boolean; onClose(): void }) {
	const { bench, chart } = usePage();
	const { project, recordings } = useBench(bench);
	const { tracks } = useStore(chart.layout);
	const { chosen } = useStore(chart.marks);
	const shown = [...new Set(tracks.flatMap(({ origin }) => (origin.kind === 'recorded' ? [origin.recording] : [])))];
	const [name, setName] = useState('');
	const [note, setNote] = useState('');
	const [color, setColor] = useState(defaultSelectionColor);
	const [recording, setRecording] = useState<string>();
	const [error, setError] = useState<string>();

	useEffect(() => {
		if (!opened) return;
		setName(freeName(bench.state().project?.selections ?? []));
		setNote('');
		setError(undefined);
		setRecording(undefined);
	}, [opened, bench]);

	const of = recording ?? shown[0];
	const save = async () => {
		if (!chosen) return;
		const shift = shiftOf({ recording: of }, tracks) ?? 0;
		try {
			await selectionCalls.add({ name: name.trim(), from: chosen.from - shift, to: chosen.to - shift, recording: of, color, ...(note.trim() !== '' && { note: note.trim() }) });
			onClose();
		} catch (thrown) {
			setError((thrown as Error).message);
		}
	};
	return (
		<Modal opened={opened && chosen !== null && project !== null} onClose={onClose} title="Save selection" closeButtonProps={{ 'aria-label': 'Close' }}>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					void save();
				}}
			>
				<Stack gap="sm">
					{chosen && (
						<Text size="sm" c="dimmed">
							{momentText(chosen.from, (chosen.to - chosen.from) * 1e-3)} to {momentText(chosen.to, (chosen.to - chosen.from) * 1e-3)}
						</Text>
					)}
					<Group align="end" gap="xs" wrap="nowrap">
						<TextInput label="Name" flex={1} value={name} required maxLength={200} data-autofocus onChange={(event) => setName(event.currentTarget.value)} />
						<ColorField label="Colour" value={color} onChange={setColor} />
					</Group>
					{shown.length > 1 && (
						<NativeSelect
							label="Of the recording"
							value={of}
							onChange={(event) => setRecording(event.currentTarget.value)}
							data={shown.map((id) => ({ value: id, label: recordings.find((each) => each.id === id)?.name ?? id }))}
						/>
					)}
					<Textarea label="Note" autosize minRows={2} maxLength={10_000} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
					{error && <Alert color="red">{error}</Alert>}
					<Group justify="end">
						<Button variant="default" onClick={onClose}>
							Cancel
						</Button>
						<Button type="submit">Save</Button>
					</Group>
				</Stack>
			</form>
		</Modal>
	);
}

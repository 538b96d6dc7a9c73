/** What the project notes of a recording: note, colour, and how far it is shifted in time against the others. */

import { Button, ColorSwatch, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api.ts';
import { useBench } from '../bench.ts';
import { parseQuantity } from '../format.ts';
import { Dialog } from '../layout/dialog.tsx';
import { usePage } from '../page.ts';

/** Told apart on light and on dark ground. */
const colors = { Blue: '#1c7ed6', Teal: '#0c8599', Green: '#2f9e44', Yellow: '#e67700', Red: '#e03131', Pink: '#c2255c', Violet: '#7048e8', Grey: '#868e96' } as const;

export function RecordingDetails({ id, onClose }: { readonly id: string; onClose(): void }) {
	const { bench } = usePage();
	const { recordings, project } = useBench(bench);
	const entry = project?.recordings.find((candidate) => candidate.id === id);
	const recording = recordings.find((candidate) => candidate.id === id);
	const [note, setNote] = useState(entry?.note ?? '');
	const [color, setColor] = useState(entry?.color ?? null);
	const [offset, setOffset] = useState(`${entry?.offset ?? 0} s`);
	const [error, setError] = useState<string>();
	if (!recording) return null;
	const save = async () => {
		const shiftS = parseQuantity(offset, 's');
		if (Number.isNaN(shiftS)) return setError(`"${offset}" is no time. Type for example -20 ms.`);
		try {
			await api.changeRecording(id, { note: note.trim() === '' ? null : note, color, offset: shiftS });
			onClose();
		} catch (thrown) {
			setError((thrown as Error).message);
		}
	};
	return (
		<Dialog title={recording.name} opened onClose={onClose} size="md">
			<Stack gap="sm">
				<Textarea label="Note" autosize minRows={3} maxRows={10} maxLength={10_000} data-autofocus value={note} onChange={(event) => setNote(event.currentTarget.value)} />
				<div role="radiogroup" aria-label="Colour">
					<Text size="sm" fw={500} mb={4}>
						Colour
					</Text>
					<Group gap={8}>
						<Button size="compact-xs" variant={color === null ? 'filled' : 'default'} role="radio" aria-checked={color === null} onClick={() => setColor(null)}>
							By channel
						</Button>
						{Object.entries(colors).map(([name, value]) => (
							<ColorSwatch
								key={value}
								component="button"
								type="button"
								role="radio"
								size={24}
								color={value}
								aria-label={name}
								aria-checked={color === value}
								onClick={() => setColor(value)}
								style={{ outline: color === value ? '2px solid var(--mantine-color-text)' : undefined, outlineOffset: 2, cursor: 'pointer' }}
							/>
						))}
					</Group>
					<Text size="xs" c="dimmed" mt={4}>
						Its traces have it where several recordings lie over each other.
					</Text>
				</div>
				<TextInput
					label="Shift in time"
					description="Against the other recordings; later is positive."
					value={offset}
					error={error}
					onChange={(event) => setOffset(event.currentTarget.value)}
					onKeyDown={(event) => event.key === 'Enter' && void save()}
				/>
				<Group justify="end">
					<Button variant="default" onClick={onClose}>
						Cancel
					</Button>
					<Button onClick={() => void save()}>Save</Button>
				</Group>
			</Stack>
		</Dialog>
	);
}

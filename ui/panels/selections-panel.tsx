/** The project's named selections: each is gone to, renamed, coloured, noted, hidden or deleted here, and below are their figures. */

import { Button, Group, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useBench } from '../bench.ts';
import { ColorField } from '../chart/color-field.tsx';
import { defaultSelectionColor, type NamedSelection, selectionCalls, shiftOf } from '../chart/named-selections.ts';
import { momentText } from '../chart/time-text.ts';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import classes from './panels.module.css';
import { SelectionFigures } from './selection-figures.tsx';

export default function SelectionsPanel() {
	const { bench } = usePage();
	const { project } = useBench(bench);
	const selections = project?.selections ?? [];
	if (selections.length === 0)
		return (
			<Text size="sm" c="dimmed">
				No selection has a name yet. Select something in the chart, then press Shift+S to name it.
			</Text>
		);
	return (
		<>
			<ul className={classes.selections}>
				{selections.map((selection) => (
					<Item key={selection.name} selection={selection} />
				))}
			</ul>
			<SelectionFigures />
		</>
	);
}

function Item({ selection }: { readonly selection: NamedSelection }) {
	const { bench, chart, choice } = usePage();
	const { recordings } = useBench(bench);
	const { tracks } = useStore(chart.layout);
	const { name, from, to, recording, note = '', color = defaultSelectionColor, hidden = false } = selection;
	const change = (what: Parameters<typeof selectionCalls.change>[1]) => void selectionCalls.change(name, what).catch(complain);
	const shift = shiftOf(selection, tracks);
	const goTo = () => {
		if (shift !== undefined) return chart.showSelection({ from: from + shift, to: to + shift });
		if (recording === undefined) return;
		choice.set({ recordings: [recording] });
		// Its recording is laid out first; the selection has a place on the axis then.
		const unsubscribe = chart.layout.subscribe((layout) => {
			const laid = shiftOf(selection, layout.tracks);
			if (laid === undefined) return;
			unsubscribe();
			queueMicrotask(() => chart.showSelection({ from: from + laid, to: to + laid }));
		});
	};
	const resolutionS = (to - from) * 1e-3;
	return (
		<li className={classes.selection} data-selection={name}>
			<ColorField label={`Colour of ${name}`} value={color} onChange={(next) => change({ color: next })} />
			<Edited label={`Name of ${name}`} value={name} required onDone={(next) => change({ name: next })} />
			<Edited label={`Note on ${name}`} value={note} placeholder="Note" onDone={(next) => change({ note: next === '' ? null : next })} />
			<Text size="xs" c="dimmed" className={classes.when}>
				{momentText(from, resolutionS)} to {momentText(to, resolutionS)}
				{recording !== undefined && `, ${recordings.find(({ id }) => id === recording)?.name ?? recording}`}
			</Text>
			<Group gap={4} wrap="nowrap">
				<Button size="compact-xs" variant="light" aria-label={`Go to ${name}`} onClick={goTo}>
					Go to
				</Button>
				<Button size="compact-xs" variant="default" aria-label={`${hidden ? 'Show' : 'Hide'} ${name}`} onClick={() => change({ hidden: !hidden })}>
					{hidden ? 'Show' : 'Hide'}
				</Button>
				<Button size="compact-xs" variant="default" aria-label={`Delete ${name}`} onClick={() => void selectionCalls.remove(name).catch(complain)}>
					Delete
				</Button>
			</Group>
		</li>
	);
}

const complain = (error: Error) => notifications.show({ color: 'red', message: error.message });

interface EditedProps {
	readonly label: string;
	readonly value: string;
	readonly placeholder?: string;
	readonly required?: boolean;
	onDone(value: string): void;
}

/** A text that is changed when its field is left or Enter pressed; Escape takes back what was typed. */
function Edited({ label, value, placeholder, required, onDone }: EditedProps) {
	const [draft, setDraft] = useState<string>();
	const finish = () => {
		const typed = draft?.trim();
		setDraft(undefined);
		if (typed !== undefined && typed !== value && !(required && typed === '')) onDone(typed);
	};
	return (
		<TextInput
			size="xs"
			aria-label={label}
			placeholder={placeholder}
			maxLength={required ? 200 : 10_000}
			value={draft ?? value}
			onChange={(event) => setDraft(event.currentTarget.value)}
			onBlur={finish}
			onKeyDown={(event) => {
				if (event.key === 'Enter') finish();
				if (event.key === 'Escape') setDraft(undefined);
			}}
		/>
	);
}

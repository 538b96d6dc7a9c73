/** The figures of the project's named selections, a row each: what every phase of a measurement costs, at a glance. */

import { Group, Text } from '@mantine/core';
import { useState } from 'react';
import { api, type Window } from '../api.ts';
import { useBench } from '../bench.ts';
import { duration, quantity } from '../format.ts';
import { usePage } from '../page.ts';
import type { ChannelStatistics } from '../types.ts';
import { ChannelSelect, chosenTrack } from './channel-select.tsx';
import { CopyMenu } from './copy-menu.tsx';
import { DataTable } from './data-table.tsx';
import { type Column, type Order, sorted } from './table-data.ts';
import { useAnswer } from './use-answer.ts';
import { ownWindow, useScope } from './use-scope.ts';

interface Row {
	readonly selection: string;
	readonly note: string;
	readonly recording: { readonly id: string; readonly name: string };
	/** s: of the chart's axis where the recording is shown, else of the recording itself. */
	readonly window: Window;
	readonly shown: boolean;
	/** Undefined where the recording does not have the channel. */
	readonly figure: ChannelStatistics | undefined;
}

export function SelectionFigures() {
	const page = usePage();
	const { bench, chart, choice } = page;
	const { project, recordings } = useBench(bench);
	const { recordings: shown, tracks, grown } = useScope();
	const [key, setKey] = useState<string>();
	const [order, setOrder] = useState<Order | null>(null);
	const [picked, setPicked] = useState<string>();
	const selections = project?.selections ?? [];
	const track = chosenTrack(tracks, key);

	const asked = selections.flatMap(({ name, from, to, note = '', recording }) => {
		const own = recording === undefined ? shown : recordings.filter(({ id }) => id === recording);
		return own.map(({ id, name: recordingName }): Omit<Row, 'figure'> => {
			const place = shown.find((each) => each.id === id);
			// Those of one recording are in its time; those of the project are in the axis's.
			const shiftS = recording === undefined ? 0 : (place?.shiftS ?? 0);
			return { selection: name, note, recording: { id, name: recordingName }, window: { from: from + shiftS, to: to + shiftS }, shown: place !== undefined };
		});
	});
	const { value: rows = [], error } = useAnswer(JSON.stringify([asked, track?.key, shown, grown]), async (signal) => {
		const answered: Row[] = [];
		for (const row of asked) {
			const shiftS = shown.find(({ id }) => id === row.recording.id)?.shiftS ?? 0;
			const all = await api.statistics(row.recording.id, ownWindow(row.window, shiftS), signal);
			const figure = all.find(({ device, channel }) => `${device}.${channel}` === track?.key) ?? all.find(({ channel }) => channel === track?.channel);
			answered.push({ ...row, figure });
		}
		return answered;
	});

	const columns = columnsOf(track?.track.unit ?? 'A');
	const inOrder = sorted(rows, columns, order);
	const pick = (row: Row) => {
		setPicked(keyOf(row));
		if (!row.shown) return choice.set({ recordings: [row.recording.id] });
		const around = (row.window.to - row.window.from) / 4;
		chart.select(row.window, true);
		chart.show({ from: row.window.from - around, to: row.window.to + around }, { remember: true });
	};
	return (
		<>
			<Group justify="space-between" align="flex-end" gap="xs" mb={6}>
				<ChannelSelect tracks={tracks} value={track?.key} onChange={setKey} />
				<CopyMenu
					name={`Selections of ${project?.name}`}
					disabled={rows.length === 0}
					text={() => [columns.map(({ label }) => label), ...inOrder.map((row) => columns.map(({ text }) => text(row)))]}
					csv={() => [columns.map(({ csv }) => csv), ...inOrder.map((row) => columns.map((column) => column.value(row)))]}
				/>
			</Group>
			{error && (
				<Text size="sm" c="red" mb={6}>
					{error}
				</Text>
			)}
			<DataTable
				label="Figures of selections"
				columns={columns}
				rows={inOrder}
				keyOf={keyOf}
				order={order}
				onOrder={setOrder}
				picked={picked}
				onPick={pick}
				nameOf={({ selection, recording, shown: isShown }) => `${isShown ? 'Show' : 'Open the recording of'} ${selection}, ${recording.name}`}
			/>
		</>
	);
}

const keyOf = ({ selection, recording }: Row) => `${recording.id} ${selection}`;

function columnsOf(unit: string): readonly Column<Row>[] {
	const all: readonly (Column<Row> | false)[] = [
		{ id: 'selection', label: 'Selection', csv: 'selection', value: ({ selection }) => selection, text: ({ selection }) => selection, words: true },
		{ id: 'recording', label: 'Recording', csv: 'recording', value: ({ recording }) => recording.name, text: ({ recording }) => recording.name, words: true },
		{ id: 'from', label: 'From', csv: 'from_s', value: ({ window }) => window.from, text: ({ window }) => duration(window.from, 6) },
		{ id: 'duration', label: 'Duration', csv: 'duration_s', value: ({ figure }) => figure?.duration, text: ({ figure }) => duration(figure?.duration ?? Number.NaN, 5) },
		{ id: 'average', label: 'Average', csv: `average_${unit}`, value: ({ figure }) => figure?.average, text: ({ figure }) => quantity(figure?.average, unit, 5) },
		{ id: 'max', label: 'Maximum', csv: `max_${unit}`, value: ({ figure }) => figure?.max, text: ({ figure }) => quantity(figure?.max, unit) },
		unit === 'A' && { id: 'charge', label: 'Charge', csv: 'charge_C', value: ({ figure }) => figure?.charge, text: ({ figure }) => quantity(figure?.charge, 'C', 5) },
		(unit === 'A' || unit === 'W') && {
			id: 'energy',
			label: 'Energy',
			csv: 'energy_J',
			value: ({ figure }) => figure?.energy,
			text: ({ figure }) => quantity(figure?.energy, 'J', 5),
		},
		{ id: 'lost', label: 'Lost', csv: 'lost_samples', value: ({ figure }) => figure?.lost, text: ({ figure }) => (figure ? figure.lost.toLocaleString('en') : '') },
		{ id: 'note', label: 'Note', csv: 'note', value: ({ note }) => note, text: ({ note }) => note, words: true },
	];
	return all.filter((column) => column !== false);
}

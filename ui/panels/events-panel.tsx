/**
 * The events of a channel: where it is above a threshold, each with its start, duration, charge and energy. A click on one selects it in the chart and goes
 * there; ↑ and ↓ walk from one to the next. A selection made here does not narrow what is searched.
 */

import { Group, NativeSelect, Text } from '@mantine/core';
import { useRef, useState } from 'react';
import type { Window } from '../api.ts';
import { quantity } from '../format.ts';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { analysis } from './analysis-api.ts';
import { ChannelSelect, chosenTrack } from './channel-select.tsx';
import { CopyMenu } from './copy-menu.tsx';
import { DataTable } from './data-table.tsx';
import { type EventRow, eventColumns, totalsText } from './events-columns.ts';
import type { Scope } from './figures-choice.ts';
import { ScopeBar } from './scope-bar.tsx';
import { type Order, sorted } from './table-data.ts';
import { TypedQuantity } from './typed-quantity.tsx';
import { useAnswer } from './use-answer.ts';
import { ownWindow, useScope } from './use-scope.ts';

/** Of an event's length, what is shown of its surroundings on each side; s at least. */
const surroundings = 0.75;
const leastSurroundingsS = 1e-3;

export default function EventsPanel() {
	const { chart, figures } = usePage();
	const { chosen } = useStore(chart.marks);
	const { extent } = useStore(chart.layout);
	const { scope } = useStore(figures);
	const of = useScope();
	const [key, setKey] = useState<string>();
	const [recordingId, setRecordingId] = useState<string>();
	const [threshold, setThreshold] = useState<number>();
	const [minGap, setMinGap] = useState<number>();
	const [order, setOrder] = useState<Order | null>(null);
	const [picked, setPicked] = useState<{ readonly key: string; readonly window: Window; readonly scope: Scope }>();
	/** Where it was searched before an event was picked. */
	const searched = useRef(of.window);
	const isPicked = picked !== undefined && chosen === picked.window && scope === picked.scope;
	if (!isPicked) searched.current = of.window;

	const recording = of.recordings.find(({ id }) => id === recordingId) ?? of.recordings[0];
	const tracks = of.tracks.filter((track) => track.recording === recording?.id);
	const chosenOne = chosenTrack(tracks, key);
	const unit = chosenOne?.track.unit ?? '';
	const window = searched.current;
	const shiftS = recording?.shiftS ?? 0;
	const question = chosenOne ? JSON.stringify([recording.id, chosenOne.key, ownWindow(window, shiftS), threshold, minGap, of.grown]) : null;
	const { value, error, busy } = useAnswer(question, (signal) =>
		analysis.events(recording.id, { channel: chosenOne?.key ?? '', threshold, minGap }, ownWindow(window, shiftS), signal),
	);

	const rows = (value?.segments ?? []).map((segment, index): EventRow => ({ ...segment, number: index + 1, startS: segment.start + shiftS }));
	const columns = eventColumns(unit);
	const inOrder = sorted(rows, columns, order);
	const totals = totalsText(rows, unit);
	const pick = (row: EventRow) => {
		const event = { from: row.startS, to: row.startS + row.duration };
		const around = Math.max(leastSurroundingsS, surroundings * row.duration);
		setPicked({ key: keyOf(row), window: event, scope });
		chart.select(event, true);
		chart.show({ from: event.from - around, to: event.to + around }, { remember: true });
	};

	return (
		<>
			<ScopeBar of={{ scope: window ? of.scope : 'all' }} span={window ?? extent} busy={busy} error={error}>
				<CopyMenu
					name={`Events of ${recording?.name ?? ''}`}
					disabled={rows.length === 0}
					text={() => [columns.map(({ label }) => label), ...inOrder.map((row) => columns.map(({ text }) => text(row))), columns.map(({ id }) => totals?.[id] ?? '')]}
					csv={() => [columns.map(({ csv }) => csv), ...inOrder.map((row) => columns.map((column) => column.value(row)))]}
				/>
			</ScopeBar>
			<Group gap="sm" align="flex-start" mb={6}>
				{of.recordings.length > 1 && (
					<NativeSelect
						size="xs"
						label="Recording"
						value={recording?.id}
						onChange={(event) => setRecordingId(event.currentTarget.value)}
						data={of.recordings.map(({ id, name }) => ({ value: id, label: name }))}
					/>
				)}
				<ChannelSelect
					tracks={tracks}
					value={chosenOne?.key}
					onChange={(next) => {
						setKey(next);
						setThreshold(undefined);
					}}
				/>
				<TypedQuantity
					key={unit}
					label="Above"
					unit={unit}
					negative
					placeholder={value?.threshold != null && threshold === undefined ? `${quantity(value.threshold, unit, 3)} (found)` : 'found by itself'}
					onChange={setThreshold}
				/>
				<TypedQuantity label="Join gaps up to" unit="s" placeholder="0 s" onChange={setMinGap} />
			</Group>
			<Text size="sm" mb={6} data-testid="events-found" aria-live="polite">
				{value && wordsOf(value.threshold, value.total, rows.length, unit)}
			</Text>
			{rows.length > 0 && (
				<DataTable
					label="Events"
					columns={columns}
					rows={inOrder}
					keyOf={keyOf}
					order={order}
					onOrder={setOrder}
					totals={totals}
					picked={isPicked ? picked.key : undefined}
					onPick={pick}
					nameOf={({ number }) => `Show event ${number}`}
				/>
			)}
		</>
	);
}

const keyOf = ({ device, channel, firstSample }: EventRow) => `${device}.${channel} ${firstSample}`;

function wordsOf(threshold: number | null, total: number, listed: number, unit: string): string {
	if (threshold === null) return 'The values form one group, so no threshold suggests itself. Type one.';
	const above = `above ${quantity(threshold, unit, 4)}`;
	if (total === 0) return `Nothing is ${above}. Type a lower threshold.`;
	const found = `${total.toLocaleString('en')} ${total === 1 ? 'event' : 'events'} ${above}`;
	if (listed < total) return `${found}; the first ${listed.toLocaleString('en')} are listed and added up. Type a higher threshold, or join events across gaps.`;
	return `${found}. A click shows one; ↑ and ↓ go on from there.`;
}

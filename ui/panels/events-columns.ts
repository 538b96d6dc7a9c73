/** The columns of the table of events, and what its rows add up to. Pure. */

import { duration, quantity } from '../format.ts';
import type { Segment } from '../types.ts';
import type { Column } from './table-data.ts';

export interface EventRow extends Segment {
	/** From 1, in time. */
	readonly number: number;
	/** s of the chart's axis. */
	readonly startS: number;
}

export function eventColumns(unit: string): readonly Column<EventRow>[] {
	const of = `_${unit}`;
	const all: readonly (Column<EventRow> | false)[] = [
		{ id: 'number', label: 'Event', csv: 'event', value: ({ number }) => number, text: ({ number }) => number.toLocaleString('en') },
		{ id: 'start', label: 'Start', csv: 'start_s', value: ({ startS }) => startS, text: ({ startS }) => duration(startS, 6) },
		{ id: 'duration', label: 'Duration', csv: 'duration_s', value: (row) => row.duration, text: (row) => duration(row.duration) },
		unit === 'A' && { id: 'charge', label: 'Charge', csv: 'charge_C', value: ({ charge }) => charge, text: ({ charge }) => quantity(charge, 'C') },
		(unit === 'A' || unit === 'W') && { id: 'energy', label: 'Energy', csv: 'energy_J', value: ({ energy }) => energy, text: ({ energy }) => quantity(energy, 'J') },
		{ id: 'average', label: 'Average', csv: `average${of}`, value: ({ average }) => average, text: ({ average }) => quantity(average, unit) },
		{ id: 'peak', label: 'Peak', csv: `peak${of}`, value: ({ peak }) => peak, text: ({ peak }) => quantity(peak, unit) },
		{ id: 'lost', label: 'Lost', csv: 'lost_samples', value: ({ lost }) => lost, text: ({ lost }) => lost.toLocaleString('en') },
	];
	return all.filter((column) => column !== false);
}

export interface EventTotals {
	/** s, C, J: sums. */
	readonly duration: number;
	readonly charge: number;
	readonly energy: number;
	/** Of all their valid samples, and the highest of their peaks, in the channel's unit. */
	readonly average: number;
	readonly peak: number;
	readonly lost: number;
}

export function eventTotals(rows: readonly EventRow[]): EventTotals {
	const sum = (of: (row: EventRow) => number | null | undefined) => rows.reduce((total, row) => total + (of(row) ?? 0), 0);
	const valid = sum(({ samples, lost }) => samples - lost);
	return {
		duration: sum((row) => row.duration),
		charge: sum(({ charge }) => charge),
		energy: sum(({ energy }) => energy),
		average: sum(({ average, samples, lost }) => average * (samples - lost)) / valid,
		peak: rows.reduce((most, { peak }) => Math.max(most, peak), Number.NEGATIVE_INFINITY),
		lost: sum(({ lost }) => lost),
	};
}

export function totalsText(rows: readonly EventRow[], unit: string): Readonly<Record<string, string>> | undefined {
	if (rows.length === 0) return undefined;
	const totals = eventTotals(rows);
	return {
		number: `Σ ${rows.length.toLocaleString('en')}`,
		duration: duration(totals.duration),
		charge: quantity(totals.charge, 'C'),
		energy: quantity(totals.energy, 'J'),
		average: quantity(totals.average, unit),
		peak: quantity(totals.peak, unit),
		lost: totals.lost.toLocaleString('en'),
	};
}

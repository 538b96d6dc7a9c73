/**
 * A statistics window in samples: [from, to) in s, clipped to the data, with its edges snapped to a sample boundary that lies within 1e-6
 * of a sample. Sample k covers [k, k + 1) in these units.
 */

import { MicrojouleError } from '../../drivers/errors.ts';

const snapSamples = 1e-6;

export interface Window {
	/** Edges in samples, possibly inside one; end ≥ begin. */
	readonly begin: number;
	readonly end: number;
}

/** Throws INVALID_VALUE for edges that are no numbers or the wrong way round. */
export function windowOf(fromS: number | undefined, toS: number | undefined, rate: number, count: number): Window {
	const from = fromS ?? 0;
	const to = toS ?? Number.POSITIVE_INFINITY;
	for (const [name, value] of [
		['from', from],
		['to', to],
	] as const)
		if (Number.isNaN(value)) throw new MicrojouleError('INVALID_VALUE', `The window's ${name} is not a number; give a time in s.`, { [name]: value });
	if (from > to) throw new MicrojouleError('INVALID_VALUE', `The window begins at ${from} s and ends before that, at ${to} s; from must not be above to.`, { from, to });
	const clip = (edge: number) => Math.min(Math.max(snap(edge * rate), 0), count);
	return { begin: clip(from), end: clip(to) };
}

/** A window of the recording's time as a window of a channel's own, which the project may have shifted. */
export function ownWindow(channel: { readonly offset?: number }, fromS: number | undefined, toS: number | undefined): { from: number | undefined; to: number | undefined } {
	const { offset = 0 } = channel;
	// A window that is open at the beginning is so also for a channel shifted to before it.
	return offset === 0 ? { from: fromS, to: toS } : { from: (fromS ?? Number.NEGATIVE_INFINITY) - offset, to: (toS ?? Number.POSITIVE_INFINITY) - offset };
}

/** The samples [first, last) that overlap a window, be it partly. */
export function sampleRange(fromS: number | undefined, toS: number | undefined, rate: number, count: number): [first: number, last: number] {
	const { begin, end } = windowOf(fromS, toS, rate, count);
	const first = Math.floor(begin);
	return [first, end > begin ? Math.ceil(end) : first];
}

function snap(edge: number): number {
	const nearest = Math.round(edge);
	return Math.abs(edge - nearest) <= snapSamples ? nearest : edge;
}

/** A stretch of samples that share a weight: the first and last of a window count by their overlap. */
export interface Stretch {
	readonly from: number;
	readonly to: number;
	readonly weight: number;
}

/** The window as up to three stretches, in order. */
export function stretches({ begin, end }: Window): Stretch[] {
	if (end <= begin) return [];
	const first = Math.floor(begin);
	const last = Math.ceil(end) - 1;
	if (first === last) return [{ from: first, to: first + 1, weight: end - begin }];
	const list: Stretch[] = [];
	const wholeFrom = Math.ceil(begin);
	const wholeTo = Math.floor(end);
	if (wholeFrom > first) list.push({ from: first, to: wholeFrom, weight: wholeFrom - begin });
	if (wholeTo > wholeFrom) list.push({ from: wholeFrom, to: wholeTo, weight: 1 });
	if (wholeTo <= last) list.push({ from: wholeTo, to: wholeTo + 1, weight: end - wholeTo });
	return list;
}

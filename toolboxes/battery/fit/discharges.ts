/** Finds what a measurement consists of: discharges between charges, rests within them and before them. Charges shorter than a pulse is are part of the discharge they interrupt. */

import { givenCharge, peakCurrentA, type Run } from './measurement.ts';

/** Rows [from, to): the last row of the rest, or of the charge, before it, up to its end. */
export interface Stretch {
	readonly from: number;
	readonly to: number;
}

/** A current below this share of the largest is none: instruments have offsets. */
const restShare = 0.002;
/** Share of the charge that the run goes up and down by, beyond which a charge ends a discharge. */
const turnShare = 0.2;

export function restLimitA(run: Run): number {
	return restShare * peakCurrentA(run);
}

/** Every discharge that takes a fifth or more of all the charge that moves. In order. */
export function discharges(run: Run): Stretch[] {
	const charge = givenCharge(run);
	const lowest = charge.reduce((a, b) => Math.min(a, b));
	const highest = charge.reduce((a, b) => Math.max(a, b));
	const turn = turnShare * (highest - lowest);
	const limit = restLimitA(run);
	const found: Stretch[] = [];
	let low = 0;
	let high = 0;
	let falling = true;
	const end = () => found.push({ from: loadBegin(run, low, limit) - 1, to: high + 1 });
	for (let k = 1; k < charge.length; k++) {
		if (falling) {
			if (charge[k] < charge[low]) low = k;
			if (charge[k] - charge[low] >= turn && turn > 0) {
				falling = false;
				high = k;
			}
		} else {
			if (charge[k] > charge[high]) high = k;
			if (charge[high] - charge[k] >= turn) {
				end();
				falling = true;
				low = k;
			}
		}
	}
	if (!falling) end();
	return found.map(({ from, to }) => ({ from, to: trimmedEnd(run, from, to, limit) }));
}

/** The first row of a load at or after `from`, not before row 1. */
function loadBegin({ currentA }: Run, from: number, limit: number): number {
	let k = Math.max(1, from);
	while (k < currentA.length - 1 && currentA[k] <= limit) k++;
	return k;
}

/** Without a rest at the end. */
function trimmedEnd({ currentA }: Run, from: number, to: number, limit: number): number {
	let end = to;
	while (end > from + 2 && Math.abs(currentA[end - 1]) <= limit) end--;
	return end;
}

/** First row of the rest that ends with row `last`; `last` itself where the cell did not rest. */
export function restBegin({ currentA }: Run, last: number, limit: number): number {
	let first = last;
	while (first > 0 && Math.abs(currentA[first]) <= limit && Math.abs(currentA[first - 1]) <= limit) first--;
	return first;
}

/** s that the rest lasts which ends with row `last`. */
export function restDurationS(run: Run, last: number): number {
	const begin = restBegin(run, last, restLimitA(run));
	return run.timeS[last] - run.timeS[Math.max(0, begin - 1)];
}

/** Last rows of rests within a stretch that a load follows; `from` is always the first of them. */
export function restEnds(run: Run, { from, to }: Stretch): number[] {
	const limit = restLimitA(run);
	const ends = [from];
	for (let k = from + 1; k < to - 1; k++) {
		if (Math.abs(run.currentA[k]) <= limit && run.currentA[k + 1] > limit) ends.push(k);
	}
	return ends;
}

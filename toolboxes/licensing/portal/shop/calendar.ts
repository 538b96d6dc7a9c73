/** Periods of subscriptions by the calendar, in UTC. All of them are counted from one anchor, so that 31 January, 28 February, 31 March follow each other. */

import type { Term } from '../../licence.ts';

const dayMs = 86_400_000;

/** How long a licence goes on working while its renewal is tried again. */
export const graceMs = 7 * dayMs;
/** Between two tries. */
export const retryMs = dayMs;

const monthsOf: Readonly<Record<Term, number | undefined>> = { monthly: 1, yearly: 12, perpetual: undefined };

/** ms since 1970 → the same day and time `months` later, or the last day of that month if it is shorter. */
export function addMonths(time: number, months: number): number {
	const date = new Date(time);
	const day = date.getUTCDate();
	date.setUTCDate(1);
	date.setUTCMonth(date.getUTCMonth() + months);
	const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
	return date.setUTCDate(Math.min(day, lastDay));
}

/** The first end of a period after `time`; undefined for a perpetual licence, which has none. */
export function periodEnd(term: Term, anchor: number, time: number): number | undefined {
	const months = monthsOf[term];
	if (months === undefined) return undefined;
	let count = 1;
	while (addMonths(anchor, count * months) <= time) count++;
	return addMonths(anchor, count * months);
}

/**
 * The difference of two traces: the first less the second, column by column. Columns of two recordings seldom have the same edges, so the difference has
 * the edges of both. Its mean is that of the columns' means; the true difference of any two samples lies between its minimum and maximum. Pure.
 */

import type { Trace } from './trace.ts';

/** Fills `into` over the time that both traces cover. What is lost in one is lost in the difference. */
export function fillDifference(into: Trace, first: Trace, second: Trace): void {
	into.reserve(first.count + second.count);
	let count = 0;
	let a = 0;
	let b = 0;
	const endOf = ({ t, count: columns, endS }: Trace, index: number) => (index + 1 < columns ? t[index + 1] : endS);
	while (a < first.count && b < second.count) {
		const begin = Math.max(first.t[a], second.t[b]);
		const endA = endOf(first, a);
		const endB = endOf(second, b);
		const end = Math.min(endA, endB);
		if (end > begin) {
			into.t[count] = begin;
			into.min[count] = first.min[a] - second.max[b];
			into.max[count] = first.max[a] - second.min[b];
			into.mean[count] = first.mean[a] - second.mean[b];
			into.lossy[count] = first.lossy[a] | second.lossy[b];
			into.endS = end;
			count++;
		}
		if (endA <= endB) a++;
		if (endB <= endA) b++;
	}
	into.count = count;
}

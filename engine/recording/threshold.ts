/**
 * A threshold that tells a signal's events from its rest: between the two groups that its values form, on a logarithmic scale. The split is the one that
 * keeps each group's spread smallest (N. Otsu, A threshold selection method from gray-level histograms, IEEE SMC-9, 1979), with the
 * logarithm of the counts as weights so that rare events count beside long sleep; the threshold is the middle of the emptiest stretch between the
 * two groups' most frequent values.
 */

import type { Histogram } from './histogram.ts';

/** Share of the values' spread that the groups' distance must explain. One group alone reaches 0.75: a uniform one. */
const leastDistance = 0.8;

/** In the histogram's unit; null where its values form one group. `edges` ascend by equal ratios. */
export function thresholdOf({ edges, counts }: Pick<Histogram, 'edges' | 'counts'>): number | null {
	const weights = counts.map((count) => Math.log1p(count));
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	const mean = weights.reduce((sum, weight, k) => sum + weight * k, 0) / total;
	const variance = weights.reduce((sum, weight, k) => sum + weight * (k - mean) ** 2, 0) / total;
	if (!(variance > 0)) return null;
	let best = { between: 0, split: 0 };
	for (let split = 1, weight = 0, moment = 0; split < counts.length; split++) {
		weight += weights[split - 1];
		moment += weights[split - 1] * (split - 1);
		if (weight === 0 || weight === total) continue;
		const share = weight / total;
		const between = (share * (mean - moment / weight) ** 2) / (1 - share);
		if (between > best.between) best = { between, split };
	}
	if (best.between < leastDistance * variance) return null;
	const low = mostFrequent(counts, 0, best.split);
	const high = mostFrequent(counts, best.split, counts.length);
	const [from, to] = emptiest(counts, low + 1, high);
	return Math.sqrt(edges[from] * edges[to]);
}

function mostFrequent(counts: readonly number[], from: number, to: number): number {
	let most = from;
	for (let k = from; k < to; k++) if (counts[k] > counts[most]) most = k;
	return most;
}

/** The longest stretch of the smallest count in [from, to), as edges; the edge between neighbours where there is nothing between them. */
function emptiest(counts: readonly number[], from: number, to: number): [number, number] {
	const least = Math.min(...counts.slice(from, to));
	let found: [number, number] = [from, from];
	for (let begin = from; begin < to; ) {
		let end = begin;
		while (end < to && counts[end] === least) end++;
		if (end - begin > found[1] - found[0]) found = [begin, end];
		begin = end + 1;
	}
	return found;
}

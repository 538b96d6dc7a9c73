/** What a lane is to those who draw it, be it live or recorded. */

import type { Lane as RecordedLane, Runs } from '../types.ts';

export interface DrawnLane {
	/** Unique. */
	readonly key: string;
	/** The recording it is of; undefined for a live one. */
	readonly recording?: string;
	readonly device: string;
	readonly channel: string;
	readonly kind: RecordedLane['kind'];
	/** For people. */
	readonly label: string;
	/** s on the chart's axis: what is added to the times of the runs. */
	readonly shiftS: number;
	readonly runs: Runs;
	readonly level?: 0 | 1 | null;
	readonly levels?: readonly (0 | 1)[];
}

/** Number of the first run that ends at or behind a time. */
export function firstRunFrom({ to }: Runs, timeS: number): number {
	let [low, high] = [0, to.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (to[middle] < timeS) low = middle + 1;
		else high = middle;
	}
	return low;
}

/** Number of the run nearest to a time, if it is not farther than `withinS`; −1 otherwise. */
export function nearestRun(runs: Runs, timeS: number, withinS: number): number {
	const after = firstRunFrom(runs, timeS);
	const distance = (number: number) => Math.max(0, runs.from[number] - timeS, timeS - runs.to[number]);
	const near = [after - 1, after].filter((number) => number >= 0 && number < runs.to.length && distance(number) <= withinS);
	return near.length === 0 ? -1 : near.reduce((best, number) => (distance(number) < distance(best) ? number : best));
}

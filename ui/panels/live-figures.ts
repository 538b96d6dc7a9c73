/** Figures of a live trace, made of what is drawn: as good as its columns, which hold exact extremes and means. Pure. */

import type { Window } from '../api.ts';
import type { Trace } from '../chart/trace.ts';

export interface LiveFigures {
	/** In the channel's unit; NaN where nothing valid is in the window. */
	readonly min: number;
	readonly max: number;
	readonly average: number;
	/** s that the valid columns cover. */
	readonly durationS: number;
}

/** Columns count that begin in [from, to); all are of one width but the last. */
export function liveFigures({ t, min, max, mean, count, endS }: Pick<Trace, 't' | 'min' | 'max' | 'mean' | 'count' | 'endS'>, { from, to }: Window): LiveFigures {
	let [low, high, weighed, durationS] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
	for (let i = 0; i < count; i++) {
		if (t[i] < from || t[i] >= to || Number.isNaN(mean[i])) continue;
		const width = (i + 1 < count ? t[i + 1] : endS) - t[i];
		low = Math.min(low, min[i]);
		high = Math.max(high, max[i]);
		weighed += width * mean[i];
		durationS += width;
	}
	return durationS > 0 ? { min: low, max: high, average: weighed / durationS, durationS } : { min: Number.NaN, max: Number.NaN, average: Number.NaN, durationS: 0 };
}

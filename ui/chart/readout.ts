/** What a trace shows at one moment: the figures of the column that covers it. Pure. */

import { quantity } from '../format.ts';
import type { Trace } from './trace.ts';

export interface ColumnFigures {
	readonly min: number;
	readonly mean: number;
	readonly max: number;
	/** s that the column covers. */
	readonly widthS: number;
	/** Some of its samples are missing. */
	readonly lossy: boolean;
}

/** Undefined where the trace has no column. */
export function figuresAt(trace: Trace, timeS: number): ColumnFigures | undefined {
	const { t, count, endS } = trace;
	if (count === 0 || !(timeS >= t[0] && timeS < endS)) return undefined;
	let low = 0;
	let high = count;
	while (high - low > 1) {
		const middle = (low + high) >> 1;
		if (t[middle] <= timeS) low = middle;
		else high = middle;
	}
	const end = low + 1 < count ? t[low + 1] : endS;
	return { min: trace.min[low], mean: trace.mean[low], max: trace.max[low], widthS: end - t[low], lossy: trace.lossy[low] !== 0 };
}

/** `12.35 mA`, with the extremes behind it where they differ; `lost` where no sample is valid; empty where there is nothing. */
export function figuresText(figures: ColumnFigures | undefined, unit: string): string {
	if (!figures) return '';
	const { min, mean, max } = figures;
	if (Number.isNaN(mean)) return 'lost';
	if (min === max) return quantity(mean, unit);
	return `${quantity(mean, unit)} (${quantity(min, unit, 3)} … ${quantity(max, unit, 3)})`;
}

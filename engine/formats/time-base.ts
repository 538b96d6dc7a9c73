/**
 * From the times of a table's rows to a uniform column: the rate, and for each row how many samples are missing before it. Times jitter and are
 * rounded, so rows are counted; only a step of 1.5 samples or more leaves something out. A row that repeats the time before is dropped.
 */

/** The rate that these times (in s) have, and how many of their steps are 0. `resolutionS` is what the times are rounded to. */
export function estimateRate(timesS: Float64Array, resolutionS: number): { rate: number; standing: number } {
	const steps = timesS.subarray(1).map((time, k) => time - timesS[k]);
	const moving = steps.filter((step) => step > 0).sort();
	if (moving.length === 0) return { rate: Number.NaN, standing: steps.length };
	const step = moving[(moving.length - 1) >> 1];
	// Rounded times make the median step coarse; the time that many whole steps take is fine.
	let count = 0;
	for (const each of moving) count += Math.max(1, Math.round(each / step));
	const span = timesS[timesS.length - 1] - timesS[0];
	return { rate: roundRate(count / span, Math.max(1e-5, (2 * resolutionS) / span)), standing: steps.length - moving.length };
}

/** A rate that may be a whole number, or have a whole number of µs as its step, is that. */
function roundRate(rate: number, tolerance: number): number {
	const near = (candidate: number) => candidate > 0 && Math.abs(rate / candidate - 1) <= tolerance;
	if (near(Math.round(rate))) return Math.round(rate);
	const step = 1e6 / Math.round(1e6 / rate);
	return near(step) ? step : rate;
}

export class TimeBase {
	readonly rate: number;
	/** Rows dropped: the same once more; another value at a time already taken. */
	repeated = 0;
	conflicting = 0;
	/** Samples for which there was no row, and the stretches they form. */
	missing = 0;
	stretches = 0;
	#before = Number.NEGATIVE_INFINITY;

	constructor(rate: number) {
		this.rate = rate;
	}

	/** Samples missing before the row at `timeS`; −1 when the row is to be dropped; NaN when time runs backwards. */
	place(timeS: number, sameRow: boolean): number {
		const before = this.#before;
		if (timeS === before) {
			if (sameRow) this.repeated++;
			else this.conflicting++;
			return -1;
		}
		if (!(timeS > before)) return Number.NaN;
		this.#before = timeS;
		const steps = (timeS - before) * this.rate;
		if (steps < 1.5 || before === Number.NEGATIVE_INFINITY) return 0;
		const missing = Math.round(steps) - 1;
		this.missing += missing;
		if (missing > 0) this.stretches++;
		return missing;
	}

	/** What was mended, for people. */
	notes(): string[] {
		const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
		return [
			this.repeated > 0 && `${plural(this.repeated, 'repeated row')} dropped`,
			this.conflicting > 0 && `${plural(this.conflicting, 'row')} dropped that had another value at a time already taken`,
			this.missing > 0 && `${plural(this.missing, 'missing sample')} in ${plural(this.stretches, 'gap')}`,
		].filter((note) => note !== false);
	}
}

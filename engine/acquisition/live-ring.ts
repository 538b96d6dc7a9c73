/**
 * The recent past of one live channel, as min/max/mean buckets: what a viewer sees the moment it connects, and what every envelope is
 * folded from. Owns three rings of fixed size; never holds a sample, never allocates while samples arrive.
 *
 * Three rings rather than one, so that a short window is fine and a long one cheap: 8192 buckets of about 1 ms (8 s), 4096 of 4 ms (16 s)
 * and 4096 of 16 ms (65 s), at 14 bytes a bucket 229 kB a channel: 22 MB for 96 channels. A bucket is a whole number of samples and its
 * edges are multiples of its size since sample 0, so buckets of all rings, and all columns made of them, nest. NaN samples (losses) count
 * in no figure; a bucket of nothing else is NaN with a valid count of 0.
 */

/** Fine buckets to a bucket of each ring, and the buckets each ring holds. */
const ringFactors = [1, 4, 16] as const;
const ringLengths = [8192, 4096, 4096] as const;
const levelCount = ringFactors.length;
/** Nominal duration of the finest bucket, s. */
const bucketS = 0.001;

/** How a window is cut into columns: `ring` buckets are folded `bucketsPerColumn` at a time. */
export interface ColumnPlan {
	readonly ring: number;
	readonly bucketsPerColumn: number;
	readonly samplesPerColumn: number;
	/** Columns that cover the window, at most the pixels asked for. */
	readonly columns: number;
}

/** Where folded columns go; all of one length. */
export interface ColumnTarget {
	readonly min: Float32Array;
	readonly max: Float32Array;
	readonly mean: Float32Array;
}

export class LiveRing {
	readonly rate: number;
	/** Samples in the finest bucket. */
	readonly bucketSamples: number;
	/** Samples seen since sample 0, lost ones included. */
	samples = 0;
	/** NaN samples among them. */
	lost = 0;

	readonly #min: Float32Array[] = [];
	readonly #max: Float32Array[] = [];
	readonly #mean: Float32Array[] = [];
	readonly #valid: Uint16Array[] = [];
	/** Complete buckets of each ring since sample 0. */
	readonly #complete = new Float64Array(levelCount);
	/** The bucket being filled, per ring: at level 0 of samples, above of the complete buckets one level below. */
	readonly #openMin = new Float64Array(levelCount).fill(Number.POSITIVE_INFINITY);
	readonly #openMax = new Float64Array(levelCount).fill(Number.NEGATIVE_INFINITY);
	readonly #openSum = new Float64Array(levelCount);
	readonly #openValid = new Float64Array(levelCount);
	/** Samples in the open bucket of level 0. */
	#openSamples = 0;
	/** The result of the last fold. */
	#foldMin = 0;
	#foldMax = 0;
	#foldSum = 0;
	#foldValid = 0;

	/** `start`: index of the first sample that will come; what lies before it was never seen and is drawn as nothing, but not as lost. */
	constructor(rate: number, start = 0) {
		this.rate = rate;
		this.bucketSamples = Math.max(1, Math.round(rate * bucketS));
		this.samples = start;
		this.#openSamples = start % this.bucketSamples;
		const buckets = Math.floor(start / this.bucketSamples);
		for (const [level, factor] of ringFactors.entries()) this.#complete[level] = Math.floor(buckets / factor);
		for (const length of ringLengths) {
			this.#min.push(new Float32Array(length));
			this.#max.push(new Float32Array(length));
			this.#mean.push(new Float32Array(length));
			this.#valid.push(new Uint16Array(length));
		}
	}

	/** Appends consecutive samples. */
	push(column: Float32Array): void {
		const { bucketSamples } = this;
		let position = 0;
		while (position < column.length) {
			const end = Math.min(column.length, position + bucketSamples - this.#openSamples);
			let min = this.#openMin[0];
			let max = this.#openMax[0];
			let sum = 0;
			let invalid = 0;
			for (let index = position; index < end; index++) {
				const value = column[index];
				if (value < min) min = value;
				if (value > max) max = value;
				if (Number.isNaN(value)) invalid++;
				else sum += value;
			}
			const count = end - position;
			this.#openMin[0] = min;
			this.#openMax[0] = max;
			this.#openSum[0] += sum;
			this.#openValid[0] += count - invalid;
			this.#openSamples += count;
			this.samples += count;
			this.lost += invalid;
			position = end;
			if (this.#openSamples === bucketSamples) this.#closeBucket();
		}
	}

	/** Appends `count` lost samples. */
	pushLost(count: number): void {
		const block = new Float32Array(Math.min(count, 65_536)).fill(Number.NaN);
		for (let left = count; left > 0; left -= block.length) this.push(left < block.length ? block.subarray(0, left) : block);
	}

	/** The finest columns, at most `pixels` of them, that show `windowS` seconds. */
	plan(windowS: number, pixels: number): ColumnPlan {
		const windowBuckets = (windowS * this.rate) / this.bucketSamples;
		let ring = 0;
		// One column of reserve: the oldest bucket of a full ring is the next to go.
		while (ring < levelCount - 1 && windowBuckets > (ringLengths[ring] - 64) * ringFactors[ring]) ring++;
		const factor = ringFactors[ring];
		const bucketsPerColumn = Math.max(1, Math.ceil(windowBuckets / pixels / factor));
		const samplesPerColumn = bucketsPerColumn * factor * this.bucketSamples;
		return { ring, bucketsPerColumn, samplesPerColumn, columns: Math.max(1, Math.ceil((windowS * this.rate) / samplesPerColumn)) };
	}

	/** The first column of a plan whose buckets are all still held. */
	oldestColumn(plan: ColumnPlan): number {
		const oldestBucket = Math.max(0, this.#complete[plan.ring] - ringLengths[plan.ring]);
		return Math.ceil(oldestBucket / plan.bucketsPerColumn);
	}

	/** Folds columns [first, last) of a plan into the target; the last one may be incomplete. */
	fold(plan: ColumnPlan, first: number, last: number, target: ColumnTarget): void {
		for (let column = first; column < last; column++) {
			this.#fold(plan.ring, column * plan.bucketsPerColumn, (column + 1) * plan.bucketsPerColumn);
			const at = column - first;
			const valid = this.#foldValid;
			target.min[at] = valid > 0 ? this.#foldMin : Number.NaN;
			target.max[at] = valid > 0 ? this.#foldMax : Number.NaN;
			target.mean[at] = valid > 0 ? this.#foldSum / valid : Number.NaN;
		}
	}

	/** Mean of the last `durationS` seconds; NaN when none of it is valid. */
	recentMean(durationS: number): number {
		const buckets = Math.min(ringLengths[0], Math.ceil((durationS * this.rate) / this.bucketSamples));
		const complete = this.#complete[0];
		this.#fold(0, Math.max(0, complete - buckets), complete + 1);
		return this.#foldValid > 0 ? this.#foldSum / this.#foldValid : Number.NaN;
	}

	#closeBucket(): void {
		for (let level = 0; level < levelCount; level++) {
			const length = ringLengths[level];
			const slot = this.#complete[level] % length;
			const valid = this.#openValid[level];
			const empty = valid === 0;
			this.#min[level][slot] = empty ? Number.NaN : this.#openMin[level];
			this.#max[level][slot] = empty ? Number.NaN : this.#openMax[level];
			this.#mean[level][slot] = empty ? Number.NaN : this.#openSum[level] / valid;
			this.#valid[level][slot] = Math.min(valid, 65_535);
			this.#complete[level]++;
			const above = level + 1;
			if (above < levelCount) {
				if (this.#openMin[level] < this.#openMin[above]) this.#openMin[above] = this.#openMin[level];
				if (this.#openMax[level] > this.#openMax[above]) this.#openMax[above] = this.#openMax[level];
				this.#openSum[above] += this.#openSum[level];
				this.#openValid[above] += valid;
			}
			this.#openMin[level] = Number.POSITIVE_INFINITY;
			this.#openMax[level] = Number.NEGATIVE_INFINITY;
			this.#openSum[level] = 0;
			this.#openValid[level] = 0;
			if (above === levelCount || (this.#complete[0] * ringFactors[0]) % ringFactors[above] !== 0) break;
		}
		this.#openSamples = 0;
	}

	/** Folds buckets [first, last) of a ring; the bucket after the last complete one is the open one, made of what the levels below hold too. */
	#fold(level: number, first: number, last: number): void {
		const complete = this.#complete[level];
		const length = ringLengths[level];
		const mins = this.#min[level];
		const maxs = this.#max[level];
		const means = this.#mean[level];
		const valids = this.#valid[level];
		let min = Number.POSITIVE_INFINITY;
		let max = Number.NEGATIVE_INFINITY;
		let sum = 0;
		let valid = 0;
		const end = Math.min(last, complete);
		for (let bucket = Math.max(first, complete - length); bucket < end; bucket++) {
			const slot = bucket % length;
			const count = valids[slot];
			if (count === 0) continue;
			if (mins[slot] < min) min = mins[slot];
			if (maxs[slot] > max) max = maxs[slot];
			sum += means[slot] * count;
			valid += count;
		}
		if (last > complete) {
			for (let open = level; open >= 0; open--) {
				if (this.#openMin[open] < min) min = this.#openMin[open];
				if (this.#openMax[open] > max) max = this.#openMax[open];
				sum += this.#openSum[open];
				valid += this.#openValid[open];
			}
		}
		this.#foldMin = min;
		this.#foldMax = max;
		this.#foldSum = sum;
		this.#foldValid = valid;
	}
}

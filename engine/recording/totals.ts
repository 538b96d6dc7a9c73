/**
 * The sums behind a window's statistics: exact at the edges from samples, and from the summary pyramid in between. Cost does not grow with
 * the window, except where summaries are missing.
 *
 * Sums are float64: 128 samples, then up to sixteen partial sums a level, then the top level one after the other. The longest chain is
 * the top level's, one addition every 524 288 samples, so the rounding error stays below 1e-12 of Σ|x| over 10⁹ samples.
 */

import { Entries, type Split } from './entries.ts';
import type { RecordedChannel } from './format.ts';
import { levels } from './format.ts';
import { type Forcing, forcedAt, RangeSplitter } from './range-split.ts';
import type { RecordingReader } from './reader.ts';
import { stretches, type Window } from './window.ts';

/** Samples read at once where there is no summary. */
const chunkSamples = 1 << 16;
/** Filled and used up without a pause in between, so all may share them: fresh memory for every window would cost more than the sums. */
const sharedSamples = new Float32Array(levels[1]);
const sharedEntries = Entries.allocate(256, 1);

/** Sums of one range: weights, squared weights and weighted values. */
export interface RangeSums {
	weight: number;
	weightSquared: number;
	sum: number;
}

export class Totals {
	/** Valid and lost samples that overlap the window, each counted fully. */
	samples = 0;
	lost = 0;
	min = Number.NaN;
	max = Number.NaN;
	/** Σ of the valid samples' overlaps, in samples, and of overlap × value and overlap × value². */
	weight = 0;
	sum = 0;
	sumOfSquares = 0;
	switches = 0;
	saturated = 0;
	/** Fine, middle, coarse. */
	readonly ranges: readonly [RangeSums, RangeSums, RangeSums] = [noSums(), noSums(), noSums()];

	/** Adds consecutive samples of one weight. */
	addSamples(samples: Float32Array, weight: number, splitter: RangeSplitter, forcing: Forcing, index: number): void {
		let count = 0;
		let min = Number.POSITIVE_INFINITY;
		let max = Number.NEGATIVE_INFINITY;
		let sum = 0;
		let squares = 0;
		for (let k = 0; k < samples.length; k++) {
			const x = samples[k];
			if (Number.isNaN(x)) continue;
			count++;
			if (x < min) min = x;
			if (x > max) max = x;
			sum += x;
			squares += x * x;
		}
		splitter.reset();
		splitter.addChanging(samples, 0, samples.length, index, forcing);
		this.lost += samples.length - count;
		if (count > 0) this.#add(count, min, max, sum, squares, weight, splitter);
	}

	/** Adds whole entries [from, to) of a level from 2048 on, over `block` samples each. Stops at one that was never written; returns where it stopped. */
	addEntries(entries: Entries, from: number, to: number, block: number): number {
		let count = 0;
		let min = Number.POSITIVE_INFINITY;
		let max = Number.NEGATIVE_INFINITY;
		let sum = 0;
		let squares = 0;
		const split = { middleCount: 0, coarseCount: 0, middleSum: 0, coarseSum: 0, switches: 0, saturated: 0 };
		let i = from;
		for (; i < to; i++) {
			const valid = entries.count(i);
			if (valid === 0) {
				if (entries.unwritten(i)) break;
				continue;
			}
			count += valid;
			const low = entries.min(i);
			const high = entries.max(i);
			if (low < min) min = low;
			if (high > max) max = high;
			sum += entries.sum(i);
			squares += entries.sumOfSquares(i);
			split.middleCount += entries.middleCount(i);
			split.coarseCount += entries.coarseCount(i);
			split.middleSum += entries.middleSum(i);
			split.coarseSum += entries.coarseSum(i);
			split.switches += entries.switches(i);
			split.saturated += entries.saturated(i);
		}
		this.lost += (i - from) * block - count;
		if (count > 0) this.#add(count, min, max, sum, squares, 1, split);
		return i;
	}

	#add(count: number, min: number, max: number, sum: number, squares: number, weight: number, split: Split): void {
		this.samples += count;
		this.min = this.min < min ? this.min : min;
		this.max = this.max > max ? this.max : max;
		this.weight += count * weight;
		this.sum += sum * weight;
		this.sumOfSquares += squares * weight;
		this.switches += split.switches;
		this.saturated += split.saturated;
		addRange(this.ranges[0], count - split.middleCount - split.coarseCount, sum - split.middleSum - split.coarseSum, weight);
		addRange(this.ranges[1], split.middleCount, split.middleSum, weight);
		addRange(this.ranges[2], split.coarseCount, split.coarseSum, weight);
	}
}

function noSums(): RangeSums {
	return { weight: 0, weightSquared: 0, sum: 0 };
}

function addRange(range: RangeSums, count: number, sum: number, weight: number): void {
	if (count === 0) return;
	range.weight += count * weight;
	range.weightSquared += count * weight * weight;
	range.sum += sum * weight;
}

/** The totals of a channel over a window. */
export async function totals(reader: RecordingReader, channel: RecordedChannel, window: Window): Promise<Totals> {
	const result = new Totals();
	const forcing = await reader.forcing(channel);
	const collector = new Collector(reader, channel, forcing, result);
	for (const { from, to, weight } of stretches(window)) {
		if (weight < 1) collector.samples(from, to, weight);
		else await collector.whole(from, to);
	}
	return result;
}

class Collector {
	#reader: RecordingReader;
	#channel: RecordedChannel;
	#forcing: Forcing;
	#totals: Totals;
	#splitter: RangeSplitter;
	#available: number[];
	/** Where the last piece ended: the splitter knows the range before that sample. */
	#splitterAt = -1;
	#scratch = sharedSamples;

	constructor(reader: RecordingReader, channel: RecordedChannel, forcing: Forcing, result: Totals) {
		this.#reader = reader;
		this.#channel = channel;
		this.#forcing = forcing;
		this.#totals = result;
		this.#splitter = new RangeSplitter(channel);
		const settled = reader.settledUntil(channel, forcing);
		this.#available = levels.map((block, level) => Math.min(reader.entryCount(channel, level), Math.floor(settled / block)));
	}

	/** Whole samples [from, to), by the largest entries that fit, else by samples. */
	async whole(from: number, to: number): Promise<void> {
		let at = from;
		while (at < to) {
			const level = this.#levelAt(at, to);
			if (level > 0) {
				at = this.#addEntries(level, at, to);
				continue;
			}
			// Up to the next 2048-block, or further where there are no summaries at all.
			const fold = levels[1];
			const boundary = (Math.floor(at / fold) + 1) * fold;
			const until = Math.min(to, boundary / fold < this.#available[1] ? boundary : at + chunkSamples);
			this.samples(at, until, 1);
			if (until - at === chunkSamples) await new Promise((resolve) => setImmediate(resolve));
			at = until;
		}
	}

	/** Samples [from, to), at most a chunk, of one weight. */
	samples(from: number, to: number, weight: number): void {
		if (this.#scratch.length < to - from) this.#scratch = new Float32Array(to - from);
		const view = this.#scratch.subarray(0, to - from);
		this.#reader.readInto(this.#channel, from, view);
		if (this.#splitterAt !== from && this.#channel.ranges.length > 1) this.#splitter.previous = rangeBefore(this.#reader, this.#channel, this.#splitter, this.#forcing, from);
		this.#totals.addSamples(view, weight, this.#splitter, this.#forcing, from);
		this.#splitterAt = to;
	}

	/** The highest level of which an entry begins at `at` and ends by `to`; 0 when samples must do. */
	#levelAt(at: number, to: number): number {
		for (let level = levels.length - 1; level > 0; level--) {
			const block = levels[level];
			const index = at / block;
			if (index === Math.floor(index) && at + block <= to && index < this.#available[level]) return level;
		}
		return 0;
	}

	/** Adds consecutive entries of a level up to where a larger one begins; returns where it got to. */
	#addEntries(level: number, at: number, to: number): number {
		const block = levels[level];
		const first = at / block;
		let last = Math.min(Math.floor(to / block), this.#available[level]);
		if (level + 1 < levels.length) {
			const upper = levels[level + 1];
			const next = Math.ceil((at + 1) / upper) * upper;
			// Beyond the next boundary a larger entry may do; where it does not, the next call goes on.
			last = Math.min(last, next / block);
		}
		last = Math.min(last, first + sharedEntries.length);
		const { entries, offset } = this.#reader.entries(this.#channel, level, first, last, sharedEntries);
		const reached = first + this.#totals.addEntries(entries, offset, offset + last - first, block) - offset;
		// Allocated but never written before a power failure: this level cannot be trusted from here on.
		if (reached < last) this.#available[level] = Math.min(this.#available[level], reached);
		return reached * block;
	}
}

/** Range of the last valid sample before `index`; −1 when there is none. */
function rangeBefore(reader: RecordingReader, channel: RecordedChannel, splitter: RangeSplitter, forcing: Forcing, index: number): number {
	let length = 16;
	for (let end = index; end > 0; ) {
		const start = Math.max(0, end - length);
		const view = new Float32Array(end - start);
		reader.readInto(channel, start, view);
		for (let k = view.length - 1; k >= 0; k--) if (!Number.isNaN(view[k])) return splitter.rangeOf(view[k], forcedAt(forcing, start + k));
		end = start;
		length = Math.min(length * 8, chunkSamples);
	}
	return -1;
}

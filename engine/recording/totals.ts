/**
 * The sums behind a window's statistics: exact at the edges from samples, and from the summary pyramid in between. Cost does not grow with
 * the window, except where summaries are missing.
 *
 * Sums are float64: 128 samples, then up to sixteen partial sums a level, then the top level one after the other. The longest chain is
 * the top level's, one addition every 524 288 samples, so the rounding error stays below 1e-12 of Σ|x| over 10⁹ samples.
 */

import { Entries } from './entries.ts';
import type { RecordedChannel } from './format.ts';
import { levels } from './format.ts';
import { type Forcing, forcedAt, RangeSplitter } from './range-split.ts';
import type { RecordingReader } from './reader.ts';
import { stretches, type Window } from './window.ts';

/** Samples read at once where there is no summary. */
const chunkSamples = 1 << 16;

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

	/** Adds a whole entry of a level from 2048 on, over `block` samples. */
	addEntry(entries: Entries, i: number, block: number): void {
		const count = entries.count(i);
		this.lost += block - count;
		if (count === 0) return;
		const split = entrySplit;
		split.middleCount = entries.middleCount(i);
		split.coarseCount = entries.coarseCount(i);
		split.middleSum = entries.middleSum(i);
		split.coarseSum = entries.coarseSum(i);
		split.switches = entries.switches(i);
		split.saturated = entries.saturated(i);
		this.#add(count, entries.min(i), entries.max(i), entries.sum(i), entries.sumOfSquares(i), 1, split);
	}

	#add(count: number, min: number, max: number, sum: number, squares: number, weight: number, split: typeof entrySplit): void {
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

const entrySplit = { middleCount: 0, coarseCount: 0, middleSum: 0, coarseSum: 0, switches: 0, saturated: 0 };

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
	#scratch = new Float32Array(0);
	#entries: Entries | undefined;

	constructor(reader: RecordingReader, channel: RecordedChannel, forcing: Forcing, result: Totals) {
		this.#reader = reader;
		this.#channel = channel;
		this.#forcing = forcing;
		this.#totals = result;
		this.#splitter = new RangeSplitter(channel);
		this.#available = levels.map((_, level) => reader.entryCount(channel, level));
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
		if (this.#scratch.length < to - from) this.#scratch = new Float32Array(Math.max(levels[1], to - from));
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
			if (at % block === 0 && at + block <= to && at / block < this.#available[level]) return level;
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
		if (!this.#entries || this.#entries.length < last - first) this.#entries = Entries.allocate(Math.max(16, Math.min(last - first, 4096)), level);
		last = Math.min(last, first + this.#entries.length);
		const { entries, offset } = this.#reader.entries(this.#channel, level, first, last, this.#entries);
		for (let i = 0; i < last - first; i++) {
			if (entries.unwritten(offset + i)) {
				// Allocated but never written before a power failure: this level cannot be trusted from here on.
				this.#available[level] = Math.min(this.#available[level], first + i);
				return (first + i) * block;
			}
			this.#totals.addEntry(entries, offset + i, block);
		}
		return last * block;
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

/**
 * Percentiles of a window, exact, with memory that does not depend on its length: valid samples are counted by the upper half of their bits in a
 * first pass, and in a second one those of the few halves that hold a wanted rank are counted by the lower half. Every value found is
 * therefore a sample's own float32.
 *
 * The p-th percentile of n samples in ascending order lies at position (n − 1)·p/100, counted from 0, and is interpolated between its two
 * neighbours: numpy's default. A sample that lies partly in the window counts fully.
 */

import { MicrojouleError } from '../../drivers/errors.ts';
import type { RecordedChannel } from './format.ts';
import type { RecordingReader } from './reader.ts';
import { type Visitor, walkAll } from './walk.ts';
import { ownWindow, sampleRange } from './window.ts';

export interface Percentile {
	/** 0 … 100. */
	readonly percent: number;
	/** In the channel's unit; NaN where nothing valid lies in the window. */
	readonly value: number;
}

const halves = 1 << 16;

/** Throws INVALID_VALUE for a percentage outside 0 … 100. */
export async function percentiles(
	reader: RecordingReader,
	channel: RecordedChannel,
	fromS: number | undefined,
	toS: number | undefined,
	percents: readonly number[],
	reached?: (share: number) => void,
): Promise<Percentile[]> {
	for (const percent of percents)
		if (!(percent >= 0 && percent <= 100)) throw new MicrojouleError('INVALID_VALUE', `The percentile ${percent} was asked for; it must be from 0 to 100.`, { percent });
	const own = ownWindow(channel, fromS, toS);
	const [from, to] = sampleRange(own.from, own.to, channel.rate, channel.count);
	const progress = (pass: number) => (index: number) => reached?.((pass + (index - from) / Math.max(1, to - from)) / 2);
	const upper = new UpperCount();
	await walkAll(reader, channel, from, to, upper, progress(0));
	const total = upper.counts.reduce((sum, count) => sum + count, 0);
	if (total === 0) return percents.map((percent) => ({ percent, value: Number.NaN }));

	const positions = percents.map((percent) => ((total - 1) * percent) / 100);
	const ranks = [...new Set(positions.flatMap((position) => [Math.floor(position), Math.ceil(position)]))].sort((a, b) => a - b);
	const wanted = halvesOf(upper.counts, ranks);
	const lower = new LowerCount(new Set([...wanted.values()].map(({ half }) => half)));
	await walkAll(reader, channel, from, to, lower, progress(1));
	const valueAt = (rank: number) => {
		const { half, before } = wanted.get(rank) as { half: number; before: number };
		return lower.value(half, rank - before);
	};
	return percents.map((percent, i) => {
		const below = Math.floor(positions[i]);
		const low = valueAt(below);
		const high = valueAt(Math.ceil(positions[i]));
		return { percent, value: low === high ? low + 0 : low + (high - low) * (positions[i] - below) };
	});
}

/** Bits of a float32 as an unsigned number that orders like the float: negative ones inverted, others with the sign bit set. */
function orderOf(bits: number): number {
	return bits & 0x8000_0000 ? ~bits >>> 0 : (bits | 0x8000_0000) >>> 0;
}

class UpperCount implements Visitor {
	readonly counts = new Float64Array(halves);

	samples(samples: Float32Array): void {
		const bits = new Uint32Array(samples.buffer, samples.byteOffset, samples.length);
		const { counts } = this;
		for (let k = 0; k < samples.length; k++) if (!Number.isNaN(samples[k])) counts[orderOf(bits[k]) >>> 16]++;
	}
}

/** For each rank, the half that holds it and how many samples lie in smaller ones. */
function halvesOf(counts: Float64Array, ranks: readonly number[]): Map<number, { half: number; before: number }> {
	const found = new Map<number, { half: number; before: number }>();
	let half = 0;
	let before = 0;
	for (const rank of ranks) {
		while (before + counts[half] <= rank) before += counts[half++];
		found.set(rank, { half, before });
	}
	return found;
}

class LowerCount implements Visitor {
	/** Where the counts of a half begin, −1 for those that are not counted. */
	readonly #start = new Int32Array(halves).fill(-1);
	readonly #counts: Float64Array;

	constructor(wanted: ReadonlySet<number>) {
		this.#counts = new Float64Array(wanted.size * halves);
		let next = 0;
		for (const half of wanted) this.#start[half] = halves * next++;
	}

	samples(samples: Float32Array): void {
		const bits = new Uint32Array(samples.buffer, samples.byteOffset, samples.length);
		const start = this.#start;
		const counts = this.#counts;
		for (let k = 0; k < samples.length; k++) {
			const order = orderOf(bits[k]);
			const at = start[order >>> 16];
			if (at >= 0 && !Number.isNaN(samples[k])) counts[at + (order & 0xffff)]++;
		}
	}

	/** The sample of a rank among those of a half. */
	value(half: number, rank: number): number {
		const start = this.#start[half];
		let low = 0;
		for (let before = 0; ; low++) {
			before += this.#counts[start + low];
			if (before > rank) break;
		}
		const order = ((half << 16) | low) >>> 0;
		const bits = Uint32Array.of(order & 0x8000_0000 ? order & 0x7fff_ffff : ~order >>> 0);
		return new Float32Array(bits.buffer)[0];
	}
}

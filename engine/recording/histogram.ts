/**
 * How often which values occur in a window, and what they add up to: bins of equal width, or of equal ratio, up to the largest valid sample. Exact: a
 * value belongs to the bin whose edges, as stated, enclose it — the lower one included, the upper one too in the last bin. Blocks whose minimum and
 * maximum lie in one bin are counted without a look at their samples.
 *
 * A sample that lies partly in the window counts fully.
 */

import { MicrojouleError } from '../../drivers/errors.ts';
import type { Entries } from './entries.ts';
import type { RecordedChannel } from './format.ts';
import type { RecordingReader } from './reader.ts';
import { totals } from './totals.ts';
import { type Visitor, walkAll } from './walk.ts';
import { ownWindow, sampleRange } from './window.ts';

/** linear: equal widths from the smallest sample on. logarithmic: equal ratios over at most seven decades below the largest. */
export type Spacing = 'linear' | 'logarithmic';

export interface Histogram {
	/** In the channel's unit: bins + 1 ascending edges; none where there is nothing to put between them. */
	readonly edges: readonly number[];
	/** Samples in each bin. */
	readonly counts: readonly number[];
	/** What they add up to, in the channel's unit; divided by the rate, a current's charge in C and a power's energy in J. */
	readonly sums: readonly number[];
	/** Valid samples below the first edge, and their sum: none where bins are linear. */
	readonly below: { readonly count: number; readonly sum: number };
}

export const mostBins = 100_000;
/** Smallest edge of logarithmic bins against the largest: what is smaller is noise about zero. */
const logarithmicReach = 1e-7;

/** Throws INVALID_VALUE for a number of bins that is none. */
export async function histogram(
	reader: RecordingReader,
	channel: RecordedChannel,
	fromS: number | undefined,
	toS: number | undefined,
	bins: number,
	reached?: (share: number) => void,
	spacing: Spacing = 'linear',
): Promise<Histogram> {
	if (!(Number.isInteger(bins) && bins >= 1 && bins <= mostBins))
		throw new MicrojouleError('INVALID_VALUE', `A histogram of ${bins} bins was asked for; it must be a whole number from 1 to ${mostBins}.`, { bins });
	const own = ownWindow(channel, fromS, toS);
	const [from, to] = sampleRange(own.from, own.to, channel.rate, channel.count);
	const { min, max, samples, sum } = await totals(reader, channel, { begin: from, end: to });
	if (Number.isNaN(min) || (spacing === 'logarithmic' && max <= 0)) return { edges: [], counts: [], sums: [], below: { count: samples, sum } };
	if (!Number.isFinite(max - min))
		throw new MicrojouleError('NOT_SUPPORTED', `The channel ${channel.id} has infinite samples in this window; they have no place in bins of equal width.`, {
			channel: channel.id,
		});
	const counter = new BinCounter(spacing === 'linear' ? linearEdges(min, max, bins) : logarithmicEdges(Math.max(min, max * logarithmicReach), max, bins), spacing);
	await walkAll(reader, channel, from, to, counter, (index) => reached?.((index - from) / (to - from)));
	const { edges, counts, sums } = counter;
	const last = edges.length - 1;
	return { edges: [...edges], counts: [...counts.subarray(0, last)], sums: [...sums.subarray(0, last)], below: { count: counts[last], sum: sums[last] } };
}

/** All samples alike: one bin of no width holds them. */
function linearEdges(min: number, max: number, bins: number): Float64Array {
	const count = min === max ? 1 : bins;
	return Float64Array.from({ length: count + 1 }, (_, k) => (k === count ? max : min + ((max - min) * k) / count));
}

function logarithmicEdges(min: number, max: number, bins: number): Float64Array {
	const count = min === max ? 1 : bins;
	return Float64Array.from({ length: count + 1 }, (_, k) => (k === 0 ? min : k === count ? max : min * (max / min) ** (k / count)));
}

class BinCounter implements Visitor {
	readonly edges: Float64Array;
	/** The last one, beyond the bins, is what lies below them. */
	readonly counts: Float64Array;
	readonly sums: Float64Array;
	readonly #spacing: Spacing;
	readonly #scale: number;

	constructor(edges: Float64Array, spacing: Spacing) {
		const bins = edges.length - 1;
		const [min, max] = [edges[0], edges[bins]];
		this.edges = edges;
		this.counts = new Float64Array(edges.length);
		this.sums = new Float64Array(edges.length);
		this.#spacing = spacing;
		this.#scale = min === max ? 0 : bins / (spacing === 'linear' ? max - min : Math.log(max / min));
	}

	block(entries: Entries, i: number, _index: number, _length: number): boolean {
		const count = entries.count(i);
		if (count === 0) return true;
		const bin = this.#bin(entries.min(i));
		if (bin !== this.#bin(entries.max(i))) return false;
		this.counts[bin] += count;
		this.sums[bin] += entries.sum(i);
		return true;
	}

	samples(samples: Float32Array): void {
		for (let k = 0; k < samples.length; k++) {
			const x = samples[k];
			if (Number.isNaN(x)) continue;
			const bin = this.#bin(x);
			this.counts[bin]++;
			this.sums[bin] += x;
		}
	}

	#bin(value: number): number {
		const { edges } = this;
		const last = edges.length - 2;
		if (value < edges[0]) return last + 1;
		const place = (this.#spacing === 'linear' ? value - edges[0] : Math.log(value / edges[0])) * this.#scale;
		let bin = Math.min(last, Math.max(0, Math.floor(place)));
		// The product is rounded; the edges decide.
		while (bin > 0 && value < edges[bin]) bin--;
		while (bin < last && value >= edges[bin + 1]) bin++;
		return bin;
	}
}

/**
 * How often which values occur in a window: bins of equal width from the smallest to the largest valid sample. Exact: a value belongs to the
 * bin whose edges, as stated, enclose it — the lower one included, the upper one too in the last bin. Blocks whose minimum and maximum
 * lie in one bin are counted without a look at their samples.
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

export interface Histogram {
	/** In the channel's unit: bins + 1 ascending edges; none where nothing valid lies in the window. */
	readonly edges: readonly number[];
	/** Samples in each bin. */
	readonly counts: readonly number[];
}

export const mostBins = 100_000;

/** Throws INVALID_VALUE for a number of bins that is none. */
export async function histogram(
	reader: RecordingReader,
	channel: RecordedChannel,
	fromS: number | undefined,
	toS: number | undefined,
	bins: number,
	reached?: (share: number) => void,
): Promise<Histogram> {
	if (!(Number.isInteger(bins) && bins >= 1 && bins <= mostBins))
		throw new MicrojouleError('INVALID_VALUE', `A histogram of ${bins} bins was asked for; it must be a whole number from 1 to ${mostBins}.`, { bins });
	const own = ownWindow(channel, fromS, toS);
	const [from, to] = sampleRange(own.from, own.to, channel.rate, channel.count);
	const { min, max } = await totals(reader, channel, { begin: from, end: to });
	if (Number.isNaN(min)) return { edges: [], counts: [] };
	if (!Number.isFinite(max - min))
		throw new MicrojouleError('NOT_SUPPORTED', `The channel ${channel.id} has infinite samples in this window; they have no place in bins of equal width.`, {
			channel: channel.id,
		});
	const counter = new BinCounter(min, max, bins);
	await walkAll(reader, channel, from, to, counter, (index) => reached?.((index - from) / (to - from)));
	return { edges: [...counter.edges], counts: [...counter.counts] };
}

class BinCounter implements Visitor {
	readonly edges: Float64Array;
	readonly counts: Float64Array;
	readonly #scale: number;

	constructor(min: number, max: number, bins: number) {
		// All samples alike: one bin of no width holds them.
		const count = min === max ? 1 : bins;
		this.edges = Float64Array.from({ length: count + 1 }, (_, k) => (k === count ? max : min + ((max - min) * k) / count));
		this.counts = new Float64Array(count);
		this.#scale = min === max ? 0 : count / (max - min);
	}

	block(entries: Entries, i: number, _index: number, _length: number): boolean {
		const count = entries.count(i);
		if (count === 0) return true;
		const bin = this.#bin(entries.min(i));
		if (bin !== this.#bin(entries.max(i))) return false;
		this.counts[bin] += count;
		return true;
	}

	samples(samples: Float32Array): void {
		for (let k = 0; k < samples.length; k++) if (!Number.isNaN(samples[k])) this.counts[this.#bin(samples[k])]++;
	}

	#bin(value: number): number {
		const { edges } = this;
		const last = edges.length - 2;
		let bin = Math.min(last, Math.max(0, Math.floor((value - edges[0]) * this.#scale)));
		// The product is rounded; the edges decide.
		while (bin > 0 && value < edges[bin]) bin--;
		while (bin < last && value >= edges[bin + 1]) bin++;
		return bin;
	}
}

/**
 * Events of a signal: the segments in which it is above a threshold. A segment begins with the first sample above the threshold, and ends
 * before the first one that is at or below the threshold less the hysteresis, or that was lost: what was not measured is not called high.
 * Segments with a gap of at most `minGapS` between them are one, and the samples of the gap belong to it.
 *
 * The summary pyramid passes over stretches in which nothing begins or ends. Segments are yielded as they are found, so memory does not grow.
 */

import { MicrojouleError } from '../../drivers/errors.ts';
import { energyOf, railOf } from './energy.ts';
import type { Entries } from './entries.ts';
import type { RecordedChannel } from './format.ts';
import type { RecordingReader } from './reader.ts';
import { totals } from './totals.ts';
import { type Visitor, walk } from './walk.ts';
import { ownWindow, sampleRange } from './window.ts';

export interface SegmentQuery {
	/** s; default: all of it. A sample that lies partly in the window belongs to it. */
	readonly from?: number;
	readonly to?: number;
	/** In the channel's unit. */
	readonly threshold: number;
	/** In the channel's unit, not negative; default 0. */
	readonly hysteresis?: number;
	/** s, not negative; default 0. */
	readonly minGapS?: number;
}

export interface Segment {
	readonly device: string;
	readonly channel: string;
	/** s after the recording's start, and s. */
	readonly start: number;
	readonly duration: number;
	/** Its first sample, and how many it has, those lost included. */
	readonly firstSample: number;
	readonly samples: number;
	/** Lost samples, inside a joined gap. */
	readonly lost: number;
	/** Largest value and average of the valid samples, in the channel's unit. */
	readonly peak: number;
	readonly average: number;
	/** C; currents only. */
	readonly charge?: number;
	/** J; currents and powers, as in statistics. */
	readonly energy?: number;
}

/** Throws INVALID_VALUE for a threshold that is no number, or a negative hysteresis or gap. */
export async function* segments(reader: RecordingReader, channel: RecordedChannel, query: SegmentQuery, reached?: (share: number) => void): AsyncGenerator<Segment> {
	for await (const stretch of stretches(reader, channel, query, reached)) yield measured(reader, channel, stretch);
}

/** The samples [begin, end) of each segment, unmeasured. Throws like `segments`. */
export async function* stretches(reader: RecordingReader, channel: RecordedChannel, query: SegmentQuery, reached?: (share: number) => void): AsyncGenerator<Stretch> {
	const { threshold, hysteresis = 0, minGapS = 0 } = query;
	if (!Number.isFinite(threshold)) throw new MicrojouleError('INVALID_VALUE', `The threshold is ${threshold}; it must be a number of ${channel.unit}.`, { threshold });
	for (const [name, value] of Object.entries({ hysteresis, minGapS }))
		if (!(value >= 0)) throw new MicrojouleError('INVALID_VALUE', `${name} is ${value}; it must be at least 0.`, { [name]: value });
	const own = ownWindow(channel, query.from, query.to);
	const [from, to] = sampleRange(own.from, own.to, channel.rate, channel.count);
	const finder = new Finder(threshold, threshold - hysteresis, minGapS * channel.rate + 1e-6);
	for await (const at of walk(reader, channel, from, to, finder)) {
		reached?.((at - from) / Math.max(1, to - from));
		if (at === to) finder.end(to);
		yield* finder.found.splice(0);
	}
}

export interface Stretch {
	readonly begin: number;
	readonly end: number;
}

class Finder implements Visitor {
	/** Complete ones that nobody has fetched yet. */
	readonly found: Stretch[] = [];
	readonly #upper: number;
	readonly #lower: number;
	readonly #minGapSamples: number;
	/** First sample of the segment under way, −1 when there is none. */
	#begin = -1;
	/** The last one that has ended: the next may still join it. */
	#pending: Stretch | undefined;

	constructor(upper: number, lower: number, minGapSamples: number) {
		this.#upper = upper;
		this.#lower = lower;
		this.#minGapSamples = minGapSamples;
	}

	block(entries: Entries, i: number, _index: number, length: number): boolean {
		// Comparisons with the NaN of an empty block are false: it begins nothing.
		if (this.#begin < 0) return !(entries.max(i) > this.#upper);
		return entries.count(i) === length && entries.min(i) > this.#lower;
	}

	samples(samples: Float32Array, index: number): void {
		const upper = this.#upper;
		const lower = this.#lower;
		for (let k = 0; k < samples.length; k++) {
			const x = samples[k];
			if (this.#begin < 0) {
				if (x > upper) this.#start(index + k);
			} else if (!(x > lower)) this.#stop(index + k);
		}
	}

	/** The window ends at `index`. */
	end(index: number): void {
		if (this.#begin >= 0) this.#stop(index);
		if (this.#pending) this.found.push(this.#pending);
		this.#pending = undefined;
	}

	#start(index: number): void {
		const before = this.#pending;
		this.#pending = undefined;
		if (before && index - before.end <= this.#minGapSamples) this.#begin = before.begin;
		else {
			if (before) this.found.push(before);
			this.#begin = index;
		}
	}

	#stop(index: number): void {
		this.#pending = { begin: this.#begin, end: index };
		this.#begin = -1;
	}
}

/** What a stretch comes to. */
export async function measured(reader: RecordingReader, channel: RecordedChannel, { begin, end }: Stretch): Promise<Segment> {
	const { rate, unit, offset = 0 } = channel;
	const sums = await totals(reader, channel, { begin, end });
	const rail = railOf(reader, channel);
	const energy = rail && (await energyOf(reader, rail, begin / rate, end / rate));
	return {
		device: channel.device,
		channel: channel.id,
		start: begin / rate + offset,
		duration: (end - begin) / rate,
		firstSample: begin,
		samples: end - begin,
		lost: sums.lost,
		peak: sums.max,
		average: sums.sum / sums.weight,
		...(unit === 'A' ? { charge: sums.sum / rate } : {}),
		...(energy ? { energy: energy.energy } : {}),
	};
}

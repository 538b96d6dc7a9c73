/**
 * Which range each sample of a channel was taken in, for the uncertainty of sums: a sample is in the finest range whose span holds its
 * magnitude, except that while the coarse range is forced (setting `range: high`) nothing is in the finest. The instruments do not state
 * the range; magnitude is what there is. This file decides and counts; it reads no file.
 *
 * A switch between two consecutive valid samples belongs to the later one. A sample at or beyond the coarsest span is saturated.
 */

import type { Entries, Split } from './entries.ts';
import type { RecordedChannel, RecordedDevice, RecordedEvent } from './format.ts';
import { levels } from './format.ts';

/** When the coarse range was forced, in sample indices of one channel. */
export interface Forcing {
	readonly atStart: boolean;
	/** Ascending by index; each holds until the next. */
	readonly changes: { readonly index: number; readonly forced: boolean }[];
}

/** A setting change as far as ranges go. */
export interface RangeChange {
	readonly time: number;
	readonly forced: boolean;
}

/** The first sample at or after a time in s; a time within 1e-6 of a sample is that sample. */
export function indexAt(time: number, rate: number): number {
	const position = time * rate;
	const nearest = Math.round(position);
	return Math.abs(position - nearest) <= 1e-6 ? nearest : Math.ceil(position);
}

/** The range change that an event announces, if it does. */
export function rangeChange(event: RecordedEvent): RangeChange | undefined {
	return event.type === 'setting' && event.setting === 'range' ? { time: event.time, forced: event.value === 'high' } : undefined;
}

/** Forcing applies to a channel that ranges: a rail's current with more than one range. */
export function ranges(channel: RecordedChannel): boolean {
	return channel.ranges.length > 1 && channel.rail !== undefined;
}

export function forcingOf(channel: RecordedChannel, device: RecordedDevice | undefined, changes: readonly RangeChange[]): Forcing {
	if (!ranges(channel)) return { atStart: false, changes: [] };
	const list = changes.map(({ time, forced }) => ({ index: indexAt(time, channel.rate), forced })).sort((a, b) => a.index - b.index);
	return { atStart: device?.settings.range === 'high', changes: list };
}

export function forcedAt(forcing: Forcing, index: number): boolean {
	let { atStart: forced } = forcing;
	for (const change of forcing.changes) {
		if (change.index > index) break;
		forced = change.forced;
	}
	return forced;
}

/** The first change after `index`, or Infinity. */
export function nextChange(forcing: Forcing, index: number): number {
	for (const change of forcing.changes) if (change.index > index) return change.index;
	return Number.POSITIVE_INFINITY;
}

/** Where the coarse range is first forced, or no longer; Infinity when it never changes. */
export function firstSwitch({ atStart, changes }: Forcing): number {
	return changes.find(({ forced }) => forced !== atStart)?.index ?? Number.POSITIVE_INFINITY;
}

/** Splits a stream of samples by range, block by block; it remembers the range of the last valid sample. */
export class RangeSplitter implements Split {
	middleCount = 0;
	coarseCount = 0;
	middleSum = 0;
	coarseSum = 0;
	switches = 0;
	saturated = 0;
	/** Range of the last valid sample: 0 fine, 1 middle, 2 coarse; −1 before any. */
	previous = -1;
	/** Upper limits of the fine and the middle range, and where the coarsest ends. */
	readonly #fine: number;
	readonly #middle: number;
	readonly #end: number;

	constructor(channel: RecordedChannel) {
		const spans = channel.ranges.map((range) => range.span);
		const last = spans.length - 1;
		this.#end = last >= 0 ? spans[last] : Number.POSITIVE_INFINITY;
		this.#fine = last >= 1 ? spans[0] : Number.POSITIVE_INFINITY;
		this.#middle = last >= 2 ? spans[1] : Number.POSITIVE_INFINITY;
	}

	/** 0 fine, 1 middle, 2 coarse. */
	rangeOf(value: number, forced: boolean): number {
		const magnitude = Math.abs(value);
		if (magnitude > this.#fine) return magnitude > this.#middle ? 2 : 1;
		return forced ? 1 : 0;
	}

	/** Forgets the counts, not the last range. */
	reset(): void {
		this.middleCount = 0;
		this.coarseCount = 0;
		this.middleSum = 0;
		this.coarseSum = 0;
		this.switches = 0;
		this.saturated = 0;
	}

	/** Adds consecutive samples taken while forcing did not change. */
	add(samples: Float32Array, from: number, to: number, forced: boolean): void {
		const fine = forced ? -1 : this.#fine;
		const middle = this.#middle;
		const end = this.#end;
		let { previous } = this;
		for (let k = from; k < to; k++) {
			const x = samples[k];
			if (Number.isNaN(x)) continue;
			const magnitude = x < 0 ? -x : x;
			const range = magnitude <= fine ? 0 : magnitude <= middle ? 1 : 2;
			if (range === 1) {
				this.middleCount++;
				this.middleSum += x;
			} else if (range === 2) {
				this.coarseCount++;
				this.coarseSum += x;
			}
			if (magnitude >= end) this.saturated++;
			if (range !== previous) {
				if (previous >= 0) this.switches++;
				previous = range;
			}
		}
		this.previous = previous;
	}

	/**
	 * Adds all samples behind one entry without looking at them, where its minimum and maximum show that all are in one range and none is
	 * saturated. Returns whether it could.
	 */
	addUniform(entries: Entries, i: number, forced: boolean): boolean {
		const count = entries.count(i);
		if (count === 0) return true;
		const min = entries.min(i);
		const max = entries.max(i);
		const largest = Math.max(max, -min);
		const smallest = min > 0 ? min : max < 0 ? -max : 0;
		const range = this.rangeOf(largest, forced);
		if (largest >= this.#end || this.rangeOf(smallest, forced) !== range) return false;
		if (range === 1) {
			this.middleCount += count;
			this.middleSum += entries.sum(i);
		} else if (range === 2) {
			this.coarseCount += count;
			this.coarseSum += entries.sum(i);
		}
		if (this.previous >= 0 && this.previous !== range) this.switches++;
		this.previous = range;
		return true;
	}

	/**
	 * The split of one 2048-sample block (or a last, shorter one): `blocks` are its level-128 entries from `first` on, `folded` entry `at` their
	 * fold, `samples` its samples and `index` the place of the first in the channel.
	 */
	addFold(samples: Float32Array, index: number, blocks: Entries, first: number, folded: Entries, at: number, forcing: Forcing): void {
		const end = index + samples.length;
		const forced = forcedAt(forcing, index);
		const steady = nextChange(forcing, index) >= end;
		if (steady && this.addUniform(folded, at, forced)) return;
		const block = levels[0];
		for (let from = 0, i = first; from < samples.length; from += block, i++) {
			const to = Math.min(from + block, samples.length);
			if (steady) {
				if (!this.addUniform(blocks, i, forced)) this.add(samples, from, to, forced);
			} else this.addChanging(samples, from, to, index, forcing);
		}
	}

	/** Adds samples [from, to) of `samples`, whose first lies at `index`, across changes of forcing. */
	addChanging(samples: Float32Array, from: number, to: number, index: number, forcing: Forcing): void {
		for (let at = from; at < to; ) {
			const until = Math.min(to, nextChange(forcing, index + at) - index);
			this.add(samples, at, until, forcedAt(forcing, index + at));
			at = until;
		}
	}
}

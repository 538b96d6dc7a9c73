/**
 * Which range a current was measured in. The instruments do not say; a sample's magnitude does: nothing above a range's span can have
 * been measured in it, and the instrument returns to the finer range once the current has fallen well below. The switches are reported as
 * events; statistics split samples by magnitude on their own.
 */

import type { Channel } from '../../drivers/instrument.ts';
import { processKernels } from '../decode/kernels.ts';
import { Entries } from '../recording/entries.ts';
import type { AcquisitionEvent } from './tap.ts';

/** Back to the finer range below this share of its span. */
const hysteresis = 0.9;
/** A current that hops between ranges is reported at most this often a second; statistics count every switch. */
const maxEventsPerSecond = 20;
/** Blocks are passed over by their extremes, so many at a time; only one that leaves the range is walked through. */
const blockSamples = 512;
const blocksAtOnce = 64;

export class RangeTracker {
	readonly channel: string;
	/** The high range is forced: nothing is measured in the finest. */
	forced: boolean;
	#spans: readonly number[];
	#names: readonly string[];
	#range = -1;
	/** Magnitudes from low to high leave the range as it is. */
	#low = Number.POSITIVE_INFINITY;
	#high = Number.POSITIVE_INFINITY;
	readonly #blocks = Entries.allocate(blocksAtOnce, 0);
	#second = -1;
	#reported = 0;

	constructor(channel: Channel, forced: boolean) {
		this.channel = channel.id;
		this.forced = forced;
		this.#spans = channel.ranges.map((range) => range.span);
		this.#names = channel.ranges.map((range) => range.name);
	}

	/** Scans consecutive samples, the first at `timeS`; lost ones (NaN) change nothing. */
	scan(column: Float32Array, timeS: number, stepS: number, emit: (event: AcquisitionEvent) => void): void {
		const blocks = this.#blocks;
		const kernels = processKernels();
		this.#setBounds(); // `forced` may have changed
		for (let at = 0; at < column.length; ) {
			const count = kernels.summarize(column.subarray(at, at + blocksAtOnce * blockSamples), blocks.bytes, blockSamples);
			for (let b = 0; b < count; b++, at += blockSamples)
				if (this.#leaves(blocks.min(b), blocks.max(b))) this.#walk(column, at, Math.min(at + blockSamples, column.length), timeS, stepS, emit);
		}
	}

	/** Whether samples between these extremes may lie outside the bounds; extremes are NaN where nothing is valid. */
	#leaves(min: number, max: number): boolean {
		const smallest = min > 0 ? min : max < 0 ? -max : 0;
		return Math.max(max, -min) > this.#high || (smallest < this.#low && min <= max);
	}

	#walk(column: Float32Array, from: number, to: number, timeS: number, stepS: number, emit: (event: AcquisitionEvent) => void): void {
		for (let i = from; i < to; i++) {
			const magnitude = Math.abs(column[i]);
			if (magnitude < this.#low || magnitude > this.#high) {
				this.#enter(magnitude);
				this.#report(timeS + i * stepS, emit);
			}
		}
	}

	#enter(magnitude: number): void {
		const last = this.#spans.length - 1;
		this.#range = this.#finest;
		while (this.#range < last && magnitude > this.#spans[this.#range]) this.#range++;
		this.#setBounds();
	}

	get #finest(): number {
		return this.forced ? 1 : 0;
	}

	/** Before the first sample, and once a range is no longer allowed, any magnitude is outside. */
	#setBounds(): void {
		const range = this.#range;
		const finest = this.#finest;
		this.#low = range < finest ? Number.POSITIVE_INFINITY : range > finest ? this.#spans[range - 1] * hysteresis : -1;
		this.#high = range < this.#spans.length - 1 ? this.#spans[range] : Number.POSITIVE_INFINITY;
	}

	#report(time: number, emit: (event: AcquisitionEvent) => void): void {
		const second = Math.floor(time);
		if (second !== this.#second) {
			this.#second = second;
			this.#reported = 0;
		}
		if (this.#reported++ < maxEventsPerSecond) emit({ type: 'range', time, channel: this.channel, range: this.#names[this.#range] });
	}
}

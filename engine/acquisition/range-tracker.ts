/**
 * Which range a current was measured in. The instruments do not say; a sample's magnitude does: nothing above a range's span can have
 * been measured in it, and the instrument returns to the finer range once the current has fallen well below. The switches are reported as
 * events; statistics split samples by magnitude on their own.
 */

import type { Channel } from '../../drivers/instrument.ts';
import type { AcquisitionEvent } from './tap.ts';

/** Back to the finer range below this share of its span. */
const hysteresis = 0.9;
/** A current that hops between ranges is reported at most this often a second; statistics count every switch. */
const maxEventsPerSecond = 20;

export class RangeTracker {
	readonly channel: string;
	/** The high range is forced: nothing is measured in the finest. */
	forced: boolean;
	#spans: readonly number[];
	#names: readonly string[];
	#range = -1;
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
		const last = this.#spans.length - 1;
		let [low, high] = this.#bounds();
		for (let i = 0; i < column.length; i++) {
			const magnitude = Math.abs(column[i]);
			if (!(magnitude < low || magnitude > high)) continue;
			let range = this.forced ? 1 : 0;
			while (range < last && magnitude > this.#spans[range]) range++;
			this.#range = range;
			[low, high] = this.#bounds();
			this.#report(timeS + i * stepS, emit);
		}
	}

	/** Magnitudes within the bounds leave the range as it is. */
	#bounds(): [number, number] {
		if (this.#range < 0) return [Number.POSITIVE_INFINITY, 0];
		const finest = this.forced ? 1 : 0;
		const low = this.#range > finest ? this.#spans[this.#range - 1] * hysteresis : -1;
		const high = this.#range < this.#spans.length - 1 ? this.#spans[this.#range] : Number.POSITIVE_INFINITY;
		return [low, high];
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

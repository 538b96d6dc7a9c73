/** One live channel as the page holds it: the last columns of its subscription, in a ring. Never holds more than was asked for. */

import type { Trace } from '../chart/trace.ts';
import type { FramePart } from './live-frame.ts';

const capacity = 16_384;

export class LiveTrack {
	rate = 1;
	samplesPerColumn = 1;
	/** Columns [first, end) are held. */
	first = 0;
	end = 0;
	/** s: where the newest sample ends. */
	endS = 0;
	lost = 0;
	reading = Number.NaN;
	readonly #min = new Float32Array(capacity);
	readonly #max = new Float32Array(capacity);
	readonly #mean = new Float32Array(capacity);

	apply(part: FramePart): void {
		const { firstColumn, min, max, mean } = part;
		if (part.reset || part.samplesPerColumn !== this.samplesPerColumn || firstColumn > this.end || firstColumn < this.first) {
			this.first = firstColumn;
			this.samplesPerColumn = part.samplesPerColumn;
			this.rate = part.rate;
		}
		for (let index = 0; index < min.length; index++) {
			const slot = (firstColumn + index) % capacity;
			this.#min[slot] = min[index];
			this.#max[slot] = max[index];
			this.#mean[slot] = mean[index];
		}
		this.end = firstColumn + min.length;
		this.first = Math.max(this.first, this.end - capacity);
		this.endS = ((this.end - 1) * this.samplesPerColumn + part.lastSamples) / this.rate;
		this.lost = part.lost;
		this.reading = part.reading;
	}

	/** Copies the columns that lie in [fromS, toS) to a trace for painting, `shiftS` later on its axis. */
	copyTo(trace: Trace, fromS: number, toS: number, shiftS = 0): void {
		const columnS = this.samplesPerColumn / this.rate;
		const from = Math.max(this.first, Math.floor(fromS / columnS));
		const to = Math.min(this.end, Math.ceil(toS / columnS));
		const count = Math.max(0, to - from);
		trace.reserve(count);
		trace.count = count;
		for (let index = 0; index < count; index++) {
			const slot = (from + index) % capacity;
			trace.t[index] = (from + index) * columnS + shiftS;
			trace.min[index] = this.#min[slot];
			trace.max[index] = this.#max[slot];
			trace.mean[index] = this.#mean[slot];
			trace.lossy[index] = 0; // the stream tells of columns that are lost as a whole
		}
		trace.endS = Math.min(this.endS, to * columnS) + shiftS;
	}
}

/** Turns the device's bitmap of digital inputs, one value a millisecond, into level changes. */

import type { AcquisitionEvent } from './tap.ts';

export class EdgeDetector {
	#channels: readonly string[];
	#last = -1;

	/** `channels[b]` is the channel whose level is bit b. */
	constructor(channels: readonly string[]) {
		this.#channels = channels;
	}

	/** Scans consecutive bitmaps, the first at `timeS`. The first bitmap ever states every channel's initial level; lost ones (NaN) are skipped. */
	scan(bitmaps: Float32Array, timeS: number, stepS: number, emit: (event: AcquisitionEvent) => void): void {
		for (let i = 0; i < bitmaps.length; i++) {
			const bitmap = bitmaps[i];
			if (bitmap === this.#last || Number.isNaN(bitmap)) continue;
			for (let bit = 0; bit < this.#channels.length; bit++) {
				const level = ((bitmap >> bit) & 1) as 0 | 1;
				if (this.#last < 0 || level !== ((this.#last >> bit) & 1)) emit({ type: 'edge', time: timeS + i * stepS, channel: this.#channels[bit], level });
			}
			this.#last = bitmap;
		}
	}
}

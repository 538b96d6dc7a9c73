/**
 * A tap that passes everything on to taps which come and go: whoever wants every live sample joins here once, and needs not know which measurement
 * runs. None of them may hold a stream up.
 */

import type { AcquisitionEvent, Tap, TapChannel } from './tap.ts';

export interface LiveTap extends Tap {
	samples(channel: TapChannel, start: number, column: Float32Array): void;
}

export class FanOut implements LiveTap {
	readonly #taps = new Set<LiveTap>();

	/** Returns what ends it. */
	add(tap: LiveTap): () => void {
		this.#taps.add(tap);
		return () => void this.#taps.delete(tap);
	}

	samples(channel: TapChannel, start: number, column: Float32Array): void {
		for (const tap of this.#taps) tap.samples(channel, start, column);
	}

	event(device: string, event: AcquisitionEvent): void {
		for (const tap of this.#taps) tap.event(device, event);
	}
}

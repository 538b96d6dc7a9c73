/**
 * Collects the sample frames of one measurement into batches of one layout and hands them to the sink when they are full or have waited
 * long enough. It also keeps the measurement's place in the stream: how many frames have passed since the first, lost ones included, by
 * the frame counter. It owns the batch it fills, and touches samples only to copy them.
 */

import type { Clock } from '../clock.ts';
import type { BatchBuffer, MeasurementSink } from '../instrument.ts';
import { isIntactFrame } from './frame.ts';
import { type PackedLayout, parsePackedLayout, sameLayout } from './packed.ts';

/** Frames looked back through for one whose checksum is good, to read a counter that can be trusted. */
const lookBack = 64;

export interface BatcherOptions {
	readonly batchBytes: number;
	readonly latencyS: number;
	/** Which layouts belong to the measurement now. */
	accepts(layout: PackedLayout): boolean;
	/** The first frame is in. */
	started(layout: PackedLayout): void;
	/** A buffer is free again after `append` or `packed` found none. */
	roomAgain(): void;
}

export class Batcher {
	layout: PackedLayout | undefined;
	readonly #sink: MeasurementSink;
	readonly #clock: Clock;
	readonly #options: BatcherOptions;
	#buffer: BatchBuffer | undefined;
	#frames = 0;
	#capacity = 0;
	#arrivedAt = 0;
	#cancelTimer: (() => void) | undefined;
	#waiting = false;
	/** A frame with a trusted counter, and its index since the first frame of the measurement; −1 before the first. */
	#markCounter = 0;
	#markIndex = -1;
	/** Index of the next frame after the batches handed over. */
	#nextIndex = 0;
	/** Copy of the last intact frame handed over. */
	#latest: Uint8Array<ArrayBuffer> | undefined;
	#latestLayout: PackedLayout | undefined;
	/** Clock time of the last sample frame, accepted or not. */
	lastFrameAt = Number.NEGATIVE_INFINITY;

	constructor(sink: MeasurementSink, clock: Clock, options: BatcherOptions) {
		this.#sink = sink;
		this.#clock = clock;
		this.#options = options;
	}

	get started(): boolean {
		return this.#markIndex >= 0;
	}

	append(bytes: Uint8Array, at: number, frames: number): number {
		const layout = this.layout as PackedLayout;
		const { frameBytes } = layout;
		const now = this.#clock.now();
		this.lastFrameAt = now;
		let taken = 0;
		while (taken < frames) {
			const buffer = this.#buffer ?? this.#takeBuffer(layout);
			if (!buffer) break;
			const count = Math.min(frames - taken, this.#capacity - this.#frames);
			const from = at + taken * frameBytes;
			buffer.bytes.set(bytes.subarray(from, from + count * frameBytes), this.#frames * frameBytes);
			this.#frames += count;
			taken += count;
			this.#arrivedAt = now;
			if (this.#markIndex < 0) {
				this.#markCounter = counterAt(bytes, at, layout);
				this.#markIndex = 0;
				this.#options.started(layout);
			}
			if (this.#frames === this.#capacity) this.flush();
		}
		return taken;
	}

	/** A verified sample frame whose layout is not the running one. */
	packed(bytes: Uint8Array, at: number, frameBytes: number): 'done' | 'invalid' | 'full' {
		const layout = parsePackedLayout(bytes, at, frameBytes);
		if (!layout) return 'invalid';
		this.lastFrameAt = this.#clock.now();
		if (!this.#options.accepts(layout)) return 'done';
		if (!this.layout || !sameLayout(layout, this.layout)) {
			this.flush();
			this.layout = layout;
		}
		return this.append(bytes, at, 1) === 0 ? 'full' : 'done';
	}

	/** Hands over what has been collected. */
	flush(): void {
		this.#cancelTimer?.();
		this.#cancelTimer = undefined;
		const buffer = this.#buffer;
		const layout = this.layout;
		if (!buffer || !layout || this.#frames === 0) return;
		this.#nextIndex = this.position();
		this.#keepLatest(buffer, layout);
		const frames = this.#frames;
		this.#buffer = undefined;
		this.#frames = 0;
		this.#sink.batch({ buffer, layout, frames, arrivedAt: this.#arrivedAt });
	}

	/** Frames since the first one of the measurement, lost ones included: the index of the next frame to come. */
	position(): number {
		const { layout } = this;
		const buffer = this.#buffer;
		if (!buffer || !layout || this.#frames === 0 || this.#markIndex < 0) return this.#nextIndex;
		for (let back = 0; back < Math.min(lookBack, this.#frames); back++) {
			const at = (this.#frames - 1 - back) * layout.frameBytes;
			if (!isIntactFrame(buffer.bytes, at, layout.frameBytes)) continue;
			const counter = counterAt(buffer.bytes, at, layout);
			const ahead = (counter - this.#markCounter) >>> 0;
			// A counter that runs backwards has been reset: nothing to go by but the frames themselves.
			if (ahead >= 0x8000_0000) break;
			this.#markIndex += ahead;
			this.#markCounter = counter;
			return this.#markIndex + 1 + back;
		}
		return this.#nextIndex + this.#frames;
	}

	/** The last intact frame; a view that holds until the next byte arrives. */
	latest(): { readonly frame: Uint8Array; readonly layout: PackedLayout } | undefined {
		if (this.#buffer && this.layout) this.#keepLatest(this.#buffer, this.layout);
		return this.#latest && this.#latestLayout ? { frame: this.#latest, layout: this.#latestLayout } : undefined;
	}

	/** Gives an unused buffer back and stops waiting for one. */
	close(): void {
		this.flush();
		this.#cancelTimer?.();
		this.#buffer?.release();
		this.#buffer = undefined;
		this.layout = undefined;
	}

	#takeBuffer(layout: PackedLayout): BatchBuffer | undefined {
		const whole = Math.max(1, Math.floor(this.#options.batchBytes / layout.frameBytes));
		// Blocks of the summaries downstream fold evenly when batches are multiples of 64 frames.
		const capacity = whole >= 64 ? whole - (whole % 64) : whole;
		const buffer = this.#sink.take(capacity * layout.frameBytes);
		if (!buffer) {
			if (!this.#waiting) {
				this.#waiting = true;
				this.#sink.freed(() =>
					queueMicrotask(() => {
						this.#waiting = false;
						this.#options.roomAgain();
					}),
				);
			}
			return undefined;
		}
		this.#buffer = buffer;
		this.#capacity = capacity;
		this.#frames = 0;
		this.#cancelTimer = this.#clock.after(this.#options.latencyS, () => {
			this.#cancelTimer = undefined;
			this.flush();
		});
		return buffer;
	}

	#keepLatest(buffer: BatchBuffer, layout: PackedLayout): void {
		const { frameBytes } = layout;
		for (let back = 1; back <= Math.min(lookBack, this.#frames); back++) {
			const at = (this.#frames - back) * frameBytes;
			if (!isIntactFrame(buffer.bytes, at, frameBytes)) continue;
			if (this.#latest?.length !== frameBytes) this.#latest = new Uint8Array(frameBytes);
			this.#latest.set(buffer.bytes.subarray(at, at + frameBytes));
			this.#latestLayout = layout;
			return;
		}
	}
}

function counterAt(bytes: Uint8Array, at: number, layout: PackedLayout): number {
	const p = at + layout.counterOffset;
	return (bytes[p] | (bytes[p + 1] << 8) | (bytes[p + 2] << 16) | (bytes[p + 3] << 24)) >>> 0;
}

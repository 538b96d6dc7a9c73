/**
 * The live samples of a subscription's channels, from the instruments' streams to binary frames. It never holds a stream up and keeps a bounded amount: what
 * a slow client cannot take is left out, and the next frame says how much.
 */

import type { LiveTap } from '../../../engine/acquisition/fan-out.ts';
import { channelKey } from '../../../engine/acquisition/live.ts';
import type { AcquisitionEvent, TapChannel } from '../../../engine/acquisition/tap.ts';
import { BlockMeans } from './block-means.ts';
import { encodeSampleFrame } from './sample-frame.ts';

/** What frames go to. */
export interface FrameSink {
	/** Whether it can take more now. */
	readonly hasRoom: boolean;
	/** Calls back once when it can. */
	whenRoom(callback: () => void): void;
	send(frame: Uint8Array): Promise<void>;
}

/** Values that wait for a channel: a third of a second at 50 kHz. */
const capacity = 16_384;

export class LiveSamples implements LiveTap {
	readonly #parts: ReadonlyMap<string, LivePart>;
	readonly #sink: FrameSink;
	#scheduled = false;
	#ended = false;

	/** `rateHz`: values a second at most. */
	constructor(subscription: number, channels: readonly { readonly device_id: string; readonly channel: string }[], rateHz: number | undefined, sink: FrameSink) {
		this.#sink = sink;
		this.#parts = new Map(channels.map(({ device_id, channel }, place) => [channelKey(device_id, channel), new LivePart(subscription, place, rateHz)]));
	}

	samples(channel: TapChannel, start: number, column: Float32Array): void {
		const part = this.#parts.get(channelKey(channel.device, channel.id));
		if (!part) return;
		part.push(channel.rate, start, column);
		this.#schedule();
	}

	event(_device: string, _event: AcquisitionEvent): void {}

	end(): void {
		this.#ended = true;
	}

	/** Whatever one batch of an instrument brought goes into one frame a channel. */
	#schedule(): void {
		if (this.#scheduled) return;
		this.#scheduled = true;
		setImmediate(() => this.#flush());
	}

	#flush(): void {
		this.#scheduled = false;
		for (const part of this.#parts.values()) {
			while (!this.#ended) {
				if (!this.#sink.hasRoom) {
					this.#scheduled = true;
					return void this.#sink.whenRoom(() => this.#flush());
				}
				const frame = part.take();
				if (!frame) break;
				this.#sink.send(frame).catch(() => {}); // the client is gone, and the subscription with it
			}
		}
	}
}

/** One channel. */
class LivePart {
	readonly #subscription: number;
	readonly #place: number;
	readonly #wantedHz: number | undefined;
	#means = new BlockMeans(1);
	#rateHz = 0;
	/** The sample that comes next. */
	#nextSample = 0;
	/** Samples still to pass over: a block that began before the subscription is left out. */
	#skip = 0;
	/** Index of the value that comes next, and of the one that follows the last that was sent. */
	#nextValue = 0;
	#sentTo = 0;
	readonly #values = new Float32Array(capacity);
	#count = 0;
	/** Index of the first of `values`. */
	#first = 0;
	#restarted = false;
	#lostTold = 0;
	/** The end of the measurement before. */
	#last: Uint8Array | undefined;

	constructor(subscription: number, place: number, wantedHz: number | undefined) {
		this.#subscription = subscription;
		this.#place = place;
		this.#wantedHz = wantedHz;
	}

	push(rateHz: number, start: number, given: Float32Array): void {
		if (rateHz !== this.#rateHz || start !== this.#nextSample) {
			this.#last = this.take() ?? this.#last;
			this.#restarted = this.#rateHz !== 0;
			this.#rateHz = rateHz;
			this.#means = BlockMeans.forRate(rateHz, this.#wantedHz);
			this.#lostTold = 0;
			const { block } = this.#means;
			this.#nextValue = Math.ceil(start / block);
			this.#sentTo = this.#nextValue;
			this.#skip = this.#nextValue * block - start;
		}
		this.#nextSample = start + given.length;
		const skipped = Math.min(this.#skip, given.length);
		this.#skip -= skipped;
		const values = this.#means.fold(skipped > 0 ? given.subarray(skipped) : given);
		const kept = Math.min(values.length, capacity - this.#count);
		if (this.#count === 0) this.#first = this.#nextValue;
		this.#values.set(kept < values.length ? values.subarray(0, kept) : values, this.#count);
		this.#count += kept;
		this.#nextValue += values.length;
	}

	take(): Uint8Array | undefined {
		if (this.#last) {
			const last = this.#last;
			this.#last = undefined;
			return last;
		}
		if (this.#count === 0) return undefined;
		const frame = encodeSampleFrame({
			subscription: this.#subscription,
			place: this.#place,
			restarted: this.#restarted,
			rateHz: this.#rateHz / this.#means.block,
			index: this.#first,
			missing: this.#first - this.#sentTo,
			lost: this.#means.lost - this.#lostTold,
			values: this.#values.subarray(0, this.#count),
		});
		this.#lostTold = this.#means.lost;
		this.#sentTo = this.#first + this.#count;
		this.#count = 0;
		this.#restarted = false;
		return frame;
	}
}

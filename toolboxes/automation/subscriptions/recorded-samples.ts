/**
 * The samples of a subscription to a recording, as binary frames: all channels side by side in time, as fast as the client takes them, none left out. One
 * that is being recorded is sent as it grows.
 */

import type { RecordedChannel } from '../../../engine/recording/format.ts';
import type { RecordingReader } from '../../../engine/recording/reader.ts';
import { analogChannel, offsetOf } from '../channel-data.ts';
import { BlockMeans } from './block-means.ts';
import type { FrameSink } from './live-samples.ts';
import { encodeSampleFrame } from './sample-frame.ts';

/** Samples read at a time. */
const pieceSamples = 65_536;

export interface RecordedWindow {
	/** s in the recording's time; the ends of the data where undefined. */
	readonly from?: number;
	readonly to?: number;
	/** Values a second at most, Hz. */
	readonly rateHz?: number;
}

/** How many frames may still be sent: a client that cannot hold its transport up gives them bit by bit. */
export class Credit {
	#frames: number;
	#ended = false;
	#wake = Promise.withResolvers<void>();

	constructor(frames: number) {
		this.#frames = frames;
	}

	get ended(): boolean {
		return this.#ended;
	}

	give(frames: number): void {
		this.#frames += frames;
		this.#again();
	}

	/** Nobody waits any longer. */
	end(): void {
		this.#ended = true;
		this.#again();
	}

	/** Resolves when more was given, or it has ended. */
	get changed(): Promise<void> {
		return this.#wake.promise;
	}

	/** Takes one; waits for it where there is none. */
	async take(): Promise<void> {
		while (this.#frames <= 0 && !this.#ended) await this.#wake.promise;
		this.#frames--;
	}

	#again(): void {
		this.#wake.resolve();
		this.#wake = Promise.withResolvers<void>();
	}
}

/** Sends the samples of a recording, in one go or, while it grows, a piece after the other. */
export class RecordedSamples {
	readonly #parts: readonly RecordedPart[];
	readonly #sink: FrameSink;
	readonly #credit: Credit;

	constructor(subscription: number, reader: RecordingReader, channels: readonly RecordedChannel[], window: RecordedWindow, sink: FrameSink, credit: Credit) {
		this.#parts = channels.map((channel, place) => new RecordedPart(subscription, place, { reader, channel, isAll: false }, window));
		this.#sink = sink;
		this.#credit = credit;
	}

	/**
	 * Sends what there is and was not sent yet; `isAll`: no more will come. Resolves to whether the window's end was reached, or the credit's; rejects when the
	 * client is gone.
	 */
	async send(reader: RecordingReader, isAll: boolean): Promise<boolean> {
		const parts = this.#parts;
		for (const part of parts) part.know(reader, isAll);
		const stepS = pieceSamples / Math.max(...parts.map(({ rateHz }) => rateHz));
		const beginS = Math.min(...parts.filter(({ done }) => !done).map(({ atS }) => atS));
		for (let step = 1; parts.some(({ done }) => !done); step++) {
			for (const part of parts) {
				const frame = await part.next(beginS + step * stepS);
				if (frame) await this.#credit.take();
				if (this.#credit.ended) return true;
				if (frame) await this.#sink.send(frame);
			}
		}
		return parts.every(({ atEnd }) => atEnd);
	}
}

/** What a part knows of its channel at one moment. */
interface Known {
	readonly reader: RecordingReader;
	readonly channel: RecordedChannel;
	readonly isAll: boolean;
}

class RecordedPart {
	readonly rateHz: number;
	readonly #subscription: number;
	readonly #place: number;
	readonly #means: BlockMeans;
	readonly #samples = new Float32Array(pieceSamples);
	/** The sample that comes next, and the one behind the window: both at the beginning of a block. */
	#at: number;
	readonly #end: number;
	#known: Known;
	#nextValue: number;
	#lostTold = 0;

	constructor(subscription: number, place: number, known: Known, { from, to, rateHz }: RecordedWindow) {
		const { channel } = known;
		this.rateHz = channel.rate;
		this.#subscription = subscription;
		this.#place = place;
		this.#known = known;
		this.#means = BlockMeans.forRate(channel.rate, rateHz);
		const { block } = this.#means;
		const sampleAt = (timeS: number) => (timeS - offsetOf(channel)) * channel.rate;
		// An edge within a millionth of a sample of a boundary is that boundary.
		const first = from === undefined ? 0 : Math.max(0, Math.floor(sampleAt(from) + 1e-6));
		this.#nextValue = Math.floor(first / block);
		this.#at = this.#nextValue * block;
		const end = to === undefined ? Number.POSITIVE_INFINITY : Math.ceil(sampleAt(to) - 1e-6);
		this.#end = Math.max(this.#at, Math.ceil(end / block) * block);
	}

	/** There may be more now. */
	know(reader: RecordingReader, isAll: boolean): void {
		const { device, id } = this.#known.channel;
		this.#known = { reader, channel: analogChannel(reader, device, id), isAll };
	}

	/** s since the first sample. */
	get atS(): number {
		return this.#at / this.rateHz;
	}

	/** Nothing more can be sent of what is known. */
	get done(): boolean {
		return this.#at >= Math.min(this.#end, this.#known.channel.count) && !this.#hasRest;
	}

	/** Nothing more will be sent, whatever comes. */
	get atEnd(): boolean {
		return this.#at >= this.#end;
	}

	/** Goes on to a time, s since the first sample; undefined where that makes no value. */
	async next(untilS: number): Promise<Uint8Array | undefined> {
		const { reader, channel } = this.#known;
		const until = Math.min(this.#end, channel.count, this.#at + pieceSamples, Math.round(untilS * channel.rate));
		if (until < this.#at) return undefined;
		const samples = this.#samples.subarray(0, until - this.#at);
		await reader.fill(channel, this.#at, samples);
		this.#at = until;
		const means = this.#means;
		let values = means.fold(samples);
		// Whole blocks, and what there is of the last one of the recording.
		if (this.#hasRest) values = Float32Array.of(...values, means.rest() as number);
		if (values.length === 0) return undefined;
		const frame = encodeSampleFrame({
			subscription: this.#subscription,
			place: this.#place,
			restarted: false,
			rateHz: channel.rate / means.block,
			index: this.#nextValue,
			missing: 0,
			lost: means.lost - this.#lostTold,
			values,
		});
		this.#nextValue += values.length;
		this.#lostTold = means.lost;
		return frame;
	}

	get #hasRest(): boolean {
		const { channel, isAll } = this.#known;
		return isAll && this.#at === channel.count && this.#means.isOpen;
	}
}

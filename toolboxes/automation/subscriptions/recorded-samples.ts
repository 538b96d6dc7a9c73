/**
 * The samples of a subscription to a recording, as binary frames: all channels side by side in time, as fast as the client takes them, none left out.
 */

import type { RecordedChannel } from '../../../engine/recording/format.ts';
import type { RecordingReader } from '../../../engine/recording/reader.ts';
import { offsetOf } from '../channel-data.ts';
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

/** Resolves when everything was sent, or the credit has ended; rejects when the client is gone. */
export async function sendRecorded(
	subscription: number,
	reader: RecordingReader,
	channels: readonly RecordedChannel[],
	window: RecordedWindow,
	sink: FrameSink,
	credit: Credit,
): Promise<void> {
	const parts = channels.map((channel, place) => new RecordedPart(subscription, place, reader, channel, window));
	const stepS = pieceSamples / Math.max(...channels.map(({ rate }) => rate));
	const beginS = Math.min(...parts.map(({ beginS }) => beginS));
	for (let step = 1; parts.some(({ done }) => !done); step++) {
		for (const part of parts) {
			const frame = await part.next(beginS + step * stepS);
			if (frame) await credit.take();
			if (credit.ended) return;
			if (frame) await sink.send(frame);
		}
	}
}

class RecordedPart {
	readonly #subscription: number;
	readonly #place: number;
	readonly #reader: RecordingReader;
	readonly #channel: RecordedChannel;
	readonly #means: BlockMeans;
	readonly #samples = new Float32Array(pieceSamples);
	readonly #end: number;
	#at: number;
	#nextValue: number;
	#lostTold = 0;

	constructor(subscription: number, place: number, reader: RecordingReader, channel: RecordedChannel, { from, to, rateHz }: RecordedWindow) {
		this.#subscription = subscription;
		this.#place = place;
		this.#reader = reader;
		this.#channel = channel;
		this.#means = BlockMeans.forRate(channel.rate, rateHz);
		const { block } = this.#means;
		const sampleAt = (timeS: number) => (timeS - offsetOf(channel)) * channel.rate;
		// An edge within a millionth of a sample of a boundary is that boundary.
		const first = from === undefined ? 0 : Math.max(0, Math.floor(sampleAt(from) + 1e-6));
		this.#nextValue = Math.floor(Math.min(first, channel.count) / block);
		this.#at = this.#nextValue * block;
		const end = to === undefined ? channel.count : Math.min(channel.count, Math.ceil(sampleAt(to) - 1e-6));
		// Whole blocks, and what there is of the last one of the recording.
		this.#end = Math.max(this.#at, Math.min(channel.count, Math.ceil(end / block) * block));
	}

	get beginS(): number {
		return this.#at / this.#channel.rate;
	}

	get done(): boolean {
		return this.#at >= this.#end;
	}

	/** Goes on to a time, s since the first sample; undefined where that makes no value. */
	async next(untilS: number): Promise<Uint8Array | undefined> {
		const until = Math.min(this.#end, this.#at + pieceSamples, Math.round(untilS * this.#channel.rate));
		if (until <= this.#at) return undefined;
		const samples = this.#samples.subarray(0, until - this.#at);
		await this.#reader.fill(this.#channel, this.#at, samples);
		this.#at = until;
		const means = this.#means;
		let values = means.fold(samples);
		const rest = this.#at === this.#channel.count ? means.rest() : undefined;
		if (rest !== undefined) values = Float32Array.of(...values, rest);
		if (values.length === 0) return undefined;
		const frame = encodeSampleFrame({
			subscription: this.#subscription,
			place: this.#place,
			restarted: false,
			rateHz: this.#channel.rate / means.block,
			index: this.#nextValue,
			missing: 0,
			lost: means.lost - this.#lostTold,
			values,
		});
		this.#nextValue += values.length;
		this.#lostTold = means.lost;
		return frame;
	}
}

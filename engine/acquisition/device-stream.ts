/**
 * One device's part of a running measurement, where its frames become columns on a time axis:
 *
 *   instrument ── FrameBatch ──► decoder (workers, any order) ──► here: original order again, frame counter → index
 *                                                                  │ gaps become NaN and an event, GPI bitmaps become edges
 *                                                                  ▼
 *                                                     taps: recorder, live hub, subscribers
 *
 * It owns the order of batches and events, the frame index, and the clock estimate. It never stores a sample, and holds the driver up
 * (through the decoder's bounded buffers) when a tap is slow.
 */

import { messageOf } from '../../drivers/errors.ts';
import type { BatchBuffer, Channel, FrameBatch, FrameLayout, Instrument, InstrumentEvent, LayoutChannel, MeasurementSink } from '../../drivers/instrument.ts';
import type { DecodedBatch, Decoder } from '../decode/decoded.ts';
import { ClockEstimator } from './clock-estimator.ts';
import { EdgeDetector } from './edge-detector.ts';
import { RangeTracker } from './range-tracker.ts';
import type { AcquisitionEvent, Tap, TapChannel } from './tap.ts';

type Item = { readonly batch: FrameBatch; readonly decoded: Promise<DecodedBatch> } | { readonly event: InstrumentEvent };

/** A counter may jump ahead by what can have passed, and this much more (s), before it is taken for a restarted counter. */
const plausibleJumpS = 10;
const nanBlock = new Float32Array(16_384).fill(Number.NaN);

export interface StreamStatistics {
	/** Frames on the time axis: received and lost. */
	readonly frames: number;
	readonly lostFrames: number;
	/** Sample frames whose checksum failed; each is also among the lost. */
	readonly damagedFrames: number;
	/** Frames received twice or from before the start, dropped. */
	readonly staleFrames: number;
}

export class DeviceStream implements MeasurementSink {
	readonly instrument: Instrument;
	readonly clock = new ClockEstimator();
	readonly taps = new Set<Tap>();
	#decoder: Decoder;
	#queue: Item[] = [];
	#begin: () => void = () => {};
	#begun = new Promise<void>((resolve) => {
		this.#begin = resolve;
	});
	#draining: Promise<void> | undefined;
	#failure: unknown;
	#layout: FrameLayout | undefined;
	#channels: (TapChannel | undefined)[] = [];
	#digital: EdgeDetector | undefined;
	#ranges: RangeTracker[] = [];
	#standing = new Map<string, AcquisitionEvent>();
	#base = 0;
	#next = 0;
	#settling = 0;
	#started = false;
	#pendingDamaged = 0;
	#lastArrival = Number.NaN;
	#lost = 0;
	#damaged = 0;
	#stale = 0;

	constructor(instrument: Instrument, decoder: Decoder, taps: Iterable<Tap> = []) {
		this.instrument = instrument;
		this.#decoder = decoder;
		for (const tap of taps) this.taps.add(tap);
	}

	/** Frames delivered so far: the index of the next one. */
	get nextFrame(): number {
		return this.#next;
	}

	/** The end of what is being delivered at this moment: between batches the same as nextFrame. */
	get settledFrame(): number {
		return this.#settling;
	}

	/** The digital levels and ranges that hold now: the last event of each. */
	get standing(): Iterable<AcquisitionEvent> {
		return this.#standing.values();
	}

	/** Frames a second, nominal; known once the first frame has come. */
	get frameRate(): number {
		return this.#layout?.frameRate ?? 1000;
	}

	get statistics(): StreamStatistics {
		return { frames: this.#next, lostFrames: this.#lost, damagedFrames: this.#damaged, staleFrames: this.#stale };
	}

	/** What went wrong in decoding or in a tap; the stream delivers nothing more after that. */
	get failure(): unknown {
		return this.#failure;
	}

	/** Lets delivery begin; what came before has waited. */
	begin(): void {
		this.#begin();
	}

	take(byteLength: number): BatchBuffer | undefined {
		return this.#decoder.take(byteLength);
	}

	freed(callback: () => void): void {
		this.#decoder.freed(callback);
	}

	batch(batch: FrameBatch): void {
		const decoded = this.#decoder.decode(batch);
		decoded.catch(() => {}); // reported when its turn comes
		this.#queue.push({ batch, decoded });
		this.#draining ??= this.#drain();
	}

	event(event: InstrumentEvent): void {
		this.#queue.push({ event });
		this.#draining ??= this.#drain();
	}

	/** Resolves when all that was handed over so far has reached the taps. Damaged frames at the very end are placed now. */
	async finish(): Promise<void> {
		while (this.#draining) await this.#draining;
		if (this.#pendingDamaged > 0 && !this.#failure) await this.#gap(this.#pendingDamaged);
	}

	async #drain(): Promise<void> {
		await this.#begun;
		for (let item = this.#queue.shift(); item; item = this.#queue.shift()) {
			try {
				if ('event' in item) this.#emit(item.event);
				else await this.#deliver(item.batch, await item.decoded);
			} catch (error) {
				this.#failure ??= error;
				for (const tap of this.taps)
					tap.event(this.instrument.identity.id, { type: 'fault', fault: 'device', message: `The stream stopped: ${messageOf(error)}`, time: this.#next / this.frameRate });
			}
		}
		this.#draining = undefined;
	}

	async #deliver(batch: FrameBatch, decoded: DecodedBatch): Promise<void> {
		try {
			if (this.#failure) return;
			if (!this.#adopt(batch.layout)) return; // frames of another layout: the counter will show the loss
			await this.#place(batch, decoded);
			if (this.#started) this.clock.add(batch.arrivedAt, this.#next / this.frameRate);
			this.#lastArrival = batch.arrivedAt;
		} finally {
			decoded.release();
		}
	}

	/** Cuts the batch into runs of good, consecutive frames and puts each at its place on the time axis. */
	async #place(batch: FrameBatch, decoded: DecodedBatch): Promise<void> {
		const { frames, counters, damaged } = decoded;
		let bad = 0;
		for (let frame = 0; frame < frames; ) {
			if (damaged[bad] === frame) {
				this.#damaged++;
				this.#pendingDamaged++;
				this.#rescan(batch, frame);
				bad++;
				frame++;
				continue;
			}
			const end = Math.min(frames, damaged[bad] ?? frames);
			const index = this.#indexOf(counters[frame], batch.arrivedAt);
			if (index < this.#next) {
				this.#stale++;
				frame++;
				continue;
			}
			if (index > this.#next) await this.#gap(index - this.#next);
			this.#pendingDamaged = 0;
			let length = 1;
			while (frame + length < end && counters[frame + length] === (counters[frame] + length) >>> 0) length++;
			await this.#run(batch.layout, decoded, frame, length);
			frame += length;
		}
	}

	/** Index on the time axis of the frame with this counter. */
	#indexOf(counter: number, arrivedAt: number): number {
		if (!this.#started) {
			this.#started = true;
			// Damaged frames before the first good one were received all the same.
			this.#base = (counter - this.#pendingDamaged) >>> 0;
		}
		const ahead = (counter - this.#base - this.#next) | 0;
		const elapsedS = Number.isNaN(this.#lastArrival) ? 0 : Math.max(0, arrivedAt - this.#lastArrival);
		if (ahead >= -this.frameRate && ahead <= (plausibleJumpS + 2 * elapsedS) * this.frameRate) return this.#next + ahead;
		this.#base = (counter - this.#next - this.#pendingDamaged) >>> 0;
		this.#emit({ type: 'fault', fault: 'device', message: `The frame counter jumped to ${counter}; time lost there, if any, is unknown.`, time: this.#next / this.frameRate });
		return this.#next + this.#pendingDamaged;
	}

	#rescan(batch: FrameBatch, frame: number): void {
		const { frameBytes } = batch.layout;
		this.instrument.rescan(batch.buffer.bytes.slice(frame * frameBytes, (frame + 1) * frameBytes));
	}

	async #run(layout: FrameLayout, decoded: DecodedBatch, frame: number, length: number): Promise<void> {
		this.#settling = this.#next + length;
		for (let c = 0; c < layout.channels.length; c++) {
			const { count } = layout.channels[c];
			const column = decoded.columns[c].subarray(frame * count, (frame + length) * count);
			const channel = this.#channels[c];
			if (!channel) this.#digital?.scan(column, this.#next / this.frameRate, 1 / layout.channels[c].rate, (edge) => this.#emit(edge));
			else {
				this.#ranges.find((tracker) => tracker.channel === channel.id)?.scan(column, this.#next / this.frameRate, 1 / channel.rate, (event) => this.#emit(event));
				await this.#samples(channel, this.#next * count, column);
			}
		}
		this.#next += length;
	}

	async #gap(frames: number): Promise<void> {
		const layout = this.#layout as FrameLayout;
		this.#settling = this.#next + frames;
		this.#emit({ type: 'gap', time: this.#next / layout.frameRate, duration: frames / layout.frameRate, reason: this.#pendingDamaged >= frames ? 'checksum' : 'lost' });
		for (let c = 0; c < layout.channels.length; c++) {
			const channel = this.#channels[c];
			if (!channel) continue;
			const { count } = layout.channels[c];
			const end = (this.#next + frames) * count;
			for (let at = this.#next * count; at < end; at += nanBlock.length) await this.#samples(channel, at, nanBlock.subarray(0, Math.min(nanBlock.length, end - at)));
		}
		this.#next += frames;
		this.#lost += frames;
		this.#pendingDamaged = 0;
	}

	async #samples(channel: TapChannel, start: number, column: Float32Array): Promise<void> {
		for (const tap of this.taps) {
			const held = tap.samples(channel, start, column);
			if (held) await held;
		}
	}

	#emit(event: AcquisitionEvent): void {
		if (event.type === 'setting' && event.setting === 'range') for (const tracker of this.#ranges) tracker.forced = event.value === 'high';
		if (event.type === 'edge' || event.type === 'range') this.#standing.set(event.channel, event);
		for (const tap of this.taps) tap.event(this.instrument.identity.id, event);
	}

	/** The first layout of the measurement decides what is delivered; false for any other. */
	#adopt(layout: FrameLayout): boolean {
		const known = this.#layout;
		if (known)
			return layout === known || (layout.channels.length === known.channels.length && layout.channels.every((channel, index) => sameChannel(channel, known.channels[index])));
		this.#layout = layout;
		const { identity, channels, settings } = this.instrument;
		const digital = channels.filter((channel) => channel.kind === 'digital');
		if (digital.length > 0) this.#digital = new EdgeDetector(digital.map((channel) => channel.id));
		this.#channels = layout.channels.map(({ id, rate }) => {
			const channel = channels.find((candidate) => candidate.id === id);
			return channel && { device: identity.id, id, unit: channel.unit, rate };
		});
		this.#ranges = layout.channels
			.map(({ id }) => channels.find((channel) => channel.id === id))
			.filter((channel): channel is Channel => channel !== undefined && channel.unit === 'A' && channel.ranges.length > 1)
			.map((channel) => new RangeTracker(channel, settings.range === 'high'));
		return true;
	}
}

function sameChannel(a: LayoutChannel, b: LayoutChannel): boolean {
	return a.id === b.id && a.count === b.count && a.rate === b.rate;
}

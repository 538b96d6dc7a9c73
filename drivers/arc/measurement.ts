/**
 * One running measurement of one device: which layouts belong to it, from its first frame to its last, its time base, and its UART lines.
 *
 *   starting   frames whose layout lacks an expected channel are left over from before, or come from the middle of the start burst: dropped
 *   running    every layout is accepted; a change closes the batch
 *   stopping   only the running layout: the stop burst takes channels away one by one
 *
 * It owns the batcher; the instrument sends the bursts and owns the cutter.
 */

import type { Clock } from '../clock.ts';
import type { InstrumentEvent, MeasurementPlan, MeasurementSink } from '../instrument.ts';
import { Batcher } from './batcher.ts';
import { type PackedLayout, packedFrameRate, sameLayout } from './packed.ts';
import type { ResolvedPlan } from './plan.ts';
import { wireIds } from './protocol.ts';
import { UartLines } from './uart-lines.ts';

const defaultBatchBytes = 1 << 20;
const defaultLatencyS = 0.05;

export class ArcMeasurement {
	readonly batcher: Batcher;
	readonly plan: ResolvedPlan;
	/** Resolves with the layout of the first frame. */
	readonly started: Promise<PackedLayout>;
	#state: 'starting' | 'lenient' | 'running' | 'stopping' = 'starting';
	readonly #sink: MeasurementSink;
	readonly #lines: UartLines | undefined;

	constructor(plan: ResolvedPlan, asked: MeasurementPlan, sink: MeasurementSink, clock: Clock, roomAgain: () => void) {
		this.plan = plan;
		this.#sink = sink;
		let started: (layout: PackedLayout) => void = () => {};
		this.started = new Promise((resolve) => {
			started = resolve;
		});
		this.batcher = new Batcher(sink, clock, {
			batchBytes: asked.batchBytes ?? defaultBatchBytes,
			latencyS: asked.latency ?? defaultLatencyS,
			accepts: (layout) => this.#accepts(layout),
			started: (layout) => {
				if (this.#state !== 'stopping') this.#state = 'running';
				started(layout);
			},
			roomAgain,
		});
		this.#lines = plan.wantsLog ? new UartLines(clock, (text, time) => this.event({ type: 'log', channel: 'rx', text, time })) : undefined;
	}

	/** Seconds of the device's own samples since the first frame. */
	get timeS(): number {
		return this.batcher.position() / (this.batcher.layout?.frameRate ?? packedFrameRate);
	}

	/** Delivers an event after the batches whose frames precede it. */
	event(event: InstrumentEvent): void {
		this.batcher.flush();
		this.#sink.event(event);
	}

	uartText(text: Uint8Array): void {
		this.#lines?.feed(text, this.timeS);
	}

	/** The device has had its time: take the first frames as they are, whatever they lack. */
	acceptAny(): void {
		if (this.#state === 'starting') this.#state = 'lenient';
	}

	stopping(): void {
		this.#state = 'stopping';
	}

	/** Delivers what is left. */
	async finish(): Promise<void> {
		await this.#lines?.finish();
		this.batcher.close();
	}

	#accepts(layout: PackedLayout): boolean {
		switch (this.#state) {
			case 'starting': {
				const present = new Set(Array.from(layout.words, (word) => word & 0xffff));
				const rates = new Map(this.plan.rates.map(({ wireId, rateHz }) => [wireId, rateHz / packedFrameRate]));
				const rightRates = Array.from(layout.words).every((word) => (rates.get(word & 0xffff) ?? word >>> 16) === word >>> 16);
				// What was not asked for does not belong either, except the temperature, which a device may always send.
				const wanted = new Set([...this.plan.wireIds, wireIds.rx, wireIds.tp]);
				return rightRates && this.plan.wireIds.every((wireId) => present.has(wireId)) && [...present].every((wireId) => wanted.has(wireId));
			}
			case 'lenient':
			case 'running':
				return true;
			case 'stopping':
				return this.batcher.layout !== undefined && sameLayout(layout, this.batcher.layout);
		}
	}
}

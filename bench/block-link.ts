/**
 * A link whose other end is a block of sample frames played over and over, as fast as it is taken: what an Ace would send, generated
 * before the clock starts. A simulated device answers the session's requests; the frames' counters (and with them their checksums) are
 * brought up to date pass by pass, and the time that takes is counted apart.
 */

import { encodeFrame } from '../drivers/arc/frame.ts';
import { cleanupPayload, parameter, sampleRateWord, setPayload, streamPayload, wireIds } from '../drivers/arc/protocol.ts';
import type { Link, LinkHandlers } from '../drivers/link.ts';
import { models } from '../drivers/models.ts';
import { Bench } from '../drivers/simulator/bench.ts';
import { SimulatedDevice } from '../drivers/simulator/device.ts';
import { identityOf } from '../drivers/simulator/identity.ts';
import { parseLoad } from '../drivers/simulator/loads/catalogue.ts';

const chunkBytes = 256 * 1024;
const counterOffset = 12;
const sumOffset = 6;

function device(): SimulatedDevice {
	const model = models.ace;
	return new SimulatedDevice({
		model,
		bench: new Bench({ model, seed: 1, noise: true, load: parseLoad('sensor') }),
		identity: identityOf('ace'),
		maxBacklogBytes: 64 * 1024 * 1024,
	});
}

/** `ms` frames of mc, mv and mp at 50 kHz, counters from 1. */
function generate(ms: number): { block: Uint8Array; frameBytes: number } {
	const ace = device();
	ace.hosted = true;
	const send = (payload: Uint8Array) => ace.receive(encodeFrame(payload));
	send(setPayload(1, parameter.mainVoltage, 3_300_000));
	send(setPayload(2, parameter.main, 1));
	for (const id of ['mc', 'mv', 'mp']) send(setPayload(3, parameter.sampleRate, sampleRateWord(wireIds[id], 50_000)));
	ace.output.clear();
	for (const id of ['mc', 'mv', 'mp']) send(streamPayload(4, wireIds[id], true));
	send(cleanupPayload(5));
	ace.output.clear();
	ace.advance(ms);
	const block = new Uint8Array(ace.output.byteLength);
	for (let at = 0; at < block.length; ) at += ace.output.read(block, at, block.length - at);
	return { block, frameBytes: block.length / ms };
}

export class BlockLink implements Link {
	readonly path = 'block';
	readonly frameBytes: number;
	/** Seconds spent on bringing counters up to date. */
	patchingS = 0;
	#block: Uint8Array;
	#frames: number;
	#device = device();
	#handlers: LinkHandlers | undefined;
	#feeding = false;
	#paused = false;
	#scheduled = false;
	#position = 0;
	#remaining = 0;

	constructor(blockMs: number) {
		const { block, frameBytes } = generate(blockMs);
		this.#block = block;
		this.frameBytes = frameBytes;
		this.#frames = blockMs;
		this.#device.hosted = true;
	}

	/** Frames to send in all, once streaming starts. */
	set frames(count: number) {
		this.#remaining = count * this.frameBytes;
	}

	open(handlers: LinkHandlers): void {
		this.#handlers = handlers;
	}

	async write(bytes: Uint8Array): Promise<void> {
		this.#device.receive(bytes);
		if (!this.#feeding && this.#device.streaming) {
			this.#feeding = true;
			this.#schedule();
		}
		const replies = new Uint8Array(this.#device.output.byteLength);
		this.#device.output.read(replies, 0, replies.length);
		if (replies.length > 0) queueMicrotask(() => this.#handlers?.data(replies));
	}

	async discardInput(): Promise<void> {}

	pause(): void {
		this.#paused = true;
	}

	resume(): void {
		this.#paused = false;
		this.#schedule();
	}

	async close(): Promise<void> {
		this.#feeding = false;
		this.#handlers?.closed();
		this.#handlers = undefined;
	}

	#schedule(): void {
		if (this.#scheduled || this.#paused || !this.#feeding || this.#remaining === 0) return;
		this.#scheduled = true;
		setImmediate(() => {
			this.#scheduled = false;
			this.#feed();
			this.#schedule();
		});
	}

	#feed(): void {
		const length = Math.min(chunkBytes, this.#block.length - this.#position, this.#remaining);
		this.#handlers?.data(this.#block.subarray(this.#position, this.#position + length));
		this.#position += length;
		this.#remaining -= length;
		if (this.#position === this.#block.length) {
			this.#position = 0;
			this.#renumber();
		}
	}

	/** Adds the number of frames in the block to every counter. */
	#renumber(): void {
		const start = performance.now();
		const view = new DataView(this.#block.buffer);
		for (let at = 0; at < this.#block.length; at += this.frameBytes) {
			const before = view.getUint32(at + counterOffset, true);
			const after = (before + this.#frames) >>> 0;
			view.setUint32(at + counterOffset, after, true);
			view.setUint16(at + sumOffset, view.getUint16(at + sumOffset, true) - byteSum(before) + byteSum(after), true);
		}
		this.patchingS += (performance.now() - start) / 1000;
	}
}

function byteSum(word: number): number {
	return (word & 0xff) + ((word >>> 8) & 0xff) + ((word >>> 16) & 0xff) + (word >>> 24);
}

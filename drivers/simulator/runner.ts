/**
 * A simulated device in time: it lets the device's milliseconds pass as a clock's do, and stands between it and whatever port a host reaches it
 * by (a port connects, reads, writes and disconnects here).
 *
 *     clock ──► runner ──► device.advance
 *     port  ──► receive ──► device            device ──► output queue ──► read ──► port
 *
 * On the real clock the device runs on whether anybody reads or not, late ticks are caught up exactly, and what nobody reads is lost. On a
 * virtual clock unread output stops time, so nothing is ever lost and a measurement runs as fast as its reader. Commands act at the device's
 * time of their arrival, to the millisecond. The runner never looks into a byte.
 */

import { type Clock, VirtualClock } from '../clock.ts';
import type { SimulatedDevice } from './device.ts';
import type { SimulatedTime } from './time.ts';

/** A port that a host has open. */
export interface RunnerPort {
	/** There is output to read. */
	readable(): void;
	/** The device was unplugged: the link is dead. Called once, and the port is then disconnected. */
	unplugged(): void;
}

/** Between ticks, s: streaming, idle with a host, without a host. */
const REAL_TICKS = { streaming: 0.005, idle: 0.02, alone: 0.25 } as const;
/** On a virtual clock a streaming device goes on by as much as its reader takes in one read, about 64 kB, but never more than this. */
const VIRTUAL_STEP_S = 0.1;
const VIRTUAL_IDLE_S = 0.02;
const VIRTUAL_STEP_BYTES = 60_000;
/** Catching up after a long block of the event loop goes in slices, so that the reader gets its turn. */
const SLICE_MS = 200;

export class SimulatedRunner {
	readonly device: SimulatedDevice;
	readonly clock: Clock;
	readonly #time: SimulatedTime;
	#port: RunnerPort | undefined;
	#plugged = true;
	#closed = false;
	#cancel: (() => void) | undefined;
	#release: (() => void) | undefined;

	/** `time` may be shared with the devices of the same bench. */
	constructor(device: SimulatedDevice, time: SimulatedTime) {
		this.device = device;
		this.clock = time.clock;
		this.#time = time;
		time.join(device);
		device.hosted = false;
		this.#schedule();
	}

	/** False after `unplug()`: the port is then gone, as if it had never been. */
	get plugged(): boolean {
		return this.#plugged;
	}

	get connected(): boolean {
		return this.#port !== undefined;
	}

	/** Bytes ready to be read. */
	get pending(): number {
		return this.device.output.byteLength;
	}

	/** Whether the host should stop writing because it does not read the replies. */
	get congested(): boolean {
		return this.device.output.replyBytes > 1_048_576;
	}

	/** A host opens the port. */
	connect(port: RunnerPort): void {
		this.#catchUp(Number.POSITIVE_INFINITY);
		this.#port = port;
		this.device.hosted = true;
		this.#schedule();
	}

	/** The host closes it. The device runs on; what was not read is gone, as an operating system's buffer would be. */
	disconnect(): void {
		if (!this.#port) return;
		this.#catchUp(Number.POSITIVE_INFINITY);
		this.#port = undefined;
		this.device.hosted = false;
		this.device.output.clear();
		this.#letGo();
		this.#schedule();
	}

	/** Bytes from the host. */
	receive(bytes: Uint8Array): void {
		this.#catchUp(Number.POSITIVE_INFINITY);
		const wasStreaming = this.device.streaming;
		this.device.receive(bytes);
		if (wasStreaming !== this.device.streaming) this.#schedule();
		this.#announce();
	}

	/** Moves up to `length` bytes of output into `target`; says how many. */
	read(target: Uint8Array, offset: number, length: number): number {
		const count = this.device.output.read(target, offset, length);
		if (this.device.output.byteLength === 0) this.#letGo();
		return count;
	}

	/** Throws away what was not read. */
	flush(): void {
		this.device.output.clear();
		this.#letGo();
	}

	/** Pulls the USB plug: the host's port dies. The device keeps its state, as with a DC supply. */
	unplug(): void {
		if (!this.#plugged) return;
		this.#plugged = false;
		const port = this.#port;
		this.disconnect();
		port?.unplugged();
	}

	plug(): void {
		this.#plugged = true;
	}

	/** Stops time for good. */
	close(): void {
		if (this.#closed) return;
		this.unplug();
		this.#closed = true;
		this.#cancel?.();
		this.#letGo();
	}

	#schedule(): void {
		this.#cancel?.();
		this.#cancel = undefined;
		if (this.#closed) return;
		const { streaming, frameBytes } = this.device;
		let delay: number;
		if (this.clock.virtual) {
			// Nobody to see it pass: the time is made up for when a host comes.
			if (!this.#port) return;
			delay = streaming ? Math.min(VIRTUAL_STEP_S, Math.max(1, Math.floor(VIRTUAL_STEP_BYTES / frameBytes)) * 1e-3) : VIRTUAL_IDLE_S;
		} else delay = this.#port ? (streaming ? REAL_TICKS.streaming : REAL_TICKS.idle) : REAL_TICKS.alone;
		this.#cancel = this.clock.after(delay, this.#tick);
	}

	readonly #tick = (): void => {
		this.#cancel = undefined;
		const behind = this.#catchUp(SLICE_MS);
		this.#announce();
		if (behind && !this.#closed && !this.#cancel) this.#cancel = this.clock.after(0, this.#tick);
		else this.#schedule();
	};

	/** Lets the device pass up to `limitMs` of what the clock has passed; says whether it is still behind. */
	#catchUp(limitMs: number): boolean {
		return !this.#closed && this.#time.catchUp(limitMs);
	}

	#announce(): void {
		if (!this.#port || this.device.output.byteLength === 0) return;
		if (this.clock instanceof VirtualClock) this.#release ??= this.clock.hold();
		this.#port.readable();
	}

	#letGo(): void {
		this.#release?.();
		this.#release = undefined;
	}
}

/**
 * A running measurement over one or several instruments, started and stopped together. It delivers to taps, which come and go
 * while it runs: a recording is a tap, so it can begin, end and roll over without disturbing a device's stream.
 */

import { type Clock, VirtualClock } from '../../drivers/clock.ts';
import { MicrojouleError } from '../../drivers/errors.ts';
import type { Instrument, MeasurementPlan } from '../../drivers/instrument.ts';
import type { Decoder } from '../decode/decoded.ts';
import { DeviceStream } from './device-stream.ts';
import type { Tap } from './tap.ts';

/** Buffers that the devices of one measurement fill at a time share this much of the decoder's memory. */
const bufferBytes = 16 * 1024 * 1024;
const largestBatchBytes = 1024 * 1024;
const smallestBatchBytes = 64 * 1024;

export interface MeasuredDevice {
	readonly instrument: Instrument;
	readonly stream: DeviceStream;
	/** Channels really measured, with rates in Hz. */
	readonly channels: readonly { readonly id: string; readonly rate: number }[];
	/** The clock it is measured against; its time, and the wall clock's, when the measurement was started. */
	readonly clock: Clock;
	readonly startedAtS: number;
	readonly startedAt: Date;
}

export class Measurement implements AsyncDisposable {
	readonly devices: readonly MeasuredDevice[];
	#stopped: Promise<void> | undefined;

	private constructor(devices: readonly MeasuredDevice[]) {
		this.devices = devices;
	}

	/**
	 * Starts all or none. Rejects with what the first instrument that refused said. `prepare` runs when all have started and before the first
	 * sample is delivered: a recorder that begins there has every sample of the measurement.
	 */
	static async start(
		parts: readonly { instrument: Instrument; plan: MeasurementPlan }[],
		decoder: Decoder,
		clock: Clock,
		taps: readonly Tap[] = [],
		prepare?: (devices: readonly MeasuredDevice[]) => Promise<void>,
	): Promise<Measurement> {
		if (parts.length === 0) throw new MicrojouleError('INVALID_VALUE', 'There is no device to measure with. Connect one, or use a simulated one.');
		const streams = parts.map(({ instrument }) => new DeviceStream(instrument, decoder, taps));
		const startedAtS = clock.now();
		const startedAt = new Date();
		const batchBytes = Math.min(largestBatchBytes, Math.max(smallestBatchBytes, Math.floor(bufferBytes / parts.length)));
		const starts = await Promise.allSettled(parts.map(({ instrument, plan }, index) => instrument.start({ batchBytes, ...plan }, streams[index])));
		const refused = starts.find((start) => start.status === 'rejected');
		if (refused) {
			await Promise.allSettled(parts.map(({ instrument }, index) => (starts[index].status === 'fulfilled' ? instrument.stop() : undefined)));
			throw refused.reason;
		}
		const devices = parts.map(({ instrument }, index) => {
			const start = starts[index];
			return { instrument, stream: streams[index], channels: start.status === 'fulfilled' ? start.value.channels : [], clock, startedAtS, startedAt };
		});
		const measurement = new Measurement(devices);
		// Files take the host's time to make; simulated time must not depend on it.
		const release = clock instanceof VirtualClock ? clock.hold() : undefined;
		try {
			await prepare?.(devices);
		} catch (error) {
			release?.();
			for (const { instrument } of parts) await instrument.stop().catch(() => {});
			throw error;
		} finally {
			release?.();
			for (const stream of streams) stream.begin();
		}
		return measurement;
	}

	/** Stops every device and resolves when all that they had sent has reached the taps. Idempotent. */
	stop(): Promise<void> {
		this.#stopped ??= this.#stop();
		return this.#stopped;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.stop();
	}

	async #stop(): Promise<void> {
		const stops = await Promise.allSettled(this.devices.map(({ instrument }) => instrument.stop()));
		await Promise.all(this.devices.map(({ stream }) => stream.finish()));
		const failed = stops.find((stop) => stop.status === 'rejected');
		if (failed) throw failed.reason;
	}
}

/**
 * For tests of acquisition: frames made to measure for one device's stream, a tap that keeps everything, and real drivers on simulated
 * devices whose time is virtual.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { ArcInstrument } from '../../drivers/arc/instrument.ts';
import { VirtualClock } from '../../drivers/clock.ts';
import type { FrameBatch, Instrument, MeasurementPlan } from '../../drivers/instrument.ts';
import type { Link } from '../../drivers/link.ts';
import { models } from '../../drivers/models.ts';
import { openSerialLink } from '../../drivers/serial-link.ts';
import { parseLoad } from '../../drivers/simulator/loads/catalogue.ts';
import { MemoryBinding } from '../../drivers/simulator/memory-binding.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../drivers/simulator/simulator.ts';
import type { DecodedBatch, Decoder } from '../decode/decoded.ts';
import { DecodePool } from '../decode/pool.ts';
import { fillFrames, packedLayout } from '../decode/testing.ts';
import { DeviceStream } from './device-stream.ts';
import type { AcquisitionEvent, Tap, TapChannel } from './tap.ts';

/** Keeps every sample and event; fails the test when samples of a channel do not follow each other. */
export class KeepingTap implements Tap {
	readonly columns = new Map<string, number[]>();
	readonly events: AcquisitionEvent[] = [];
	/** What every delivery of samples waits for: back-pressure. */
	hold: Promise<void> | undefined;

	samples(channel: TapChannel, start: number, column: Float32Array): void | Promise<void> {
		const kept = this.columns.get(channel.id) ?? [];
		expect(start).toBe(kept.length);
		for (const value of column) kept.push(value);
		this.columns.set(channel.id, kept);
		return this.hold;
	}

	event(_device: string, event: AcquisitionEvent): void {
		this.events.push(event);
	}

	of(id: string): number[] {
		return this.columns.get(id) ?? [];
	}

	/** Events of one type. */
	all<Type extends AcquisitionEvent['type']>(type: Type): Extract<AcquisitionEvent, { type: Type }>[] {
		return this.events.filter((event): event is Extract<AcquisitionEvent, { type: Type }> => event.type === type);
	}
}

/** mc four times a millisecond, mv once, and the digital bitmap. */
export const streamLayout = packedLayout([
	['mc', 4],
	['mv', 1],
	['gpi', 1],
]);

/** Distinct for every frame and sample, and exact in float32. */
export const currentOf = (counter: number, sample: number) => ((counter % 4096) * 4 + sample) / 2 ** 20;

export interface Frame {
	readonly counter: number;
	readonly damaged?: boolean;
	readonly current?: readonly number[];
	readonly gpi?: number;
}

/** A decoder that decodes at once but hands over when the test says, in any order. */
export class HeldDecoder implements Decoder {
	readonly pool = new DecodePool();
	/** Hands over the batches, by the order in which they came. */
	readonly handOver: ((fault?: Error) => void)[] = [];
	holding = false;
	released = 0;

	take(byteLength: number) {
		return this.pool.take(byteLength);
	}

	freed(callback: () => void): void {
		this.pool.freed(callback);
	}

	async decode(batch: FrameBatch): Promise<DecodedBatch> {
		const held = this.holding && new Promise<void>((resolve, reject) => this.handOver.push((fault) => (fault ? reject(fault) : resolve())));
		const decoded = await this.pool.decode(batch);
		await held;
		return {
			...decoded,
			release: () => {
				this.released++;
				decoded.release();
			},
		};
	}

	close(): Promise<void> {
		return this.pool.close();
	}
}

/** One device's stream, fed with frames by hand. */
export function handFed() {
	const rescanned: Uint8Array[] = [];
	const instrument = {
		identity: { id: 'arc-1', kind: 'arc', name: 'Arc', serial: '1', hardwareVersion: '', firmwareVersion: '', port: '', simulated: true },
		channels: models.arc.channels,
		settings: { range: 'low' },
		rescan: (frame: Uint8Array) => rescanned.push(frame),
	} as unknown as Instrument;
	const decoder = new HeldDecoder();
	onTestFinished(() => decoder.close());
	const tap = new KeepingTap();
	const stream = new DeviceStream(instrument, decoder, [tap]);
	stream.begin();
	const send = (frames: readonly Frame[], arrivedAt = 0) => {
		const { frameBytes } = streamLayout;
		const bytes = new Uint8Array(frames.length * frameBytes);
		for (const [index, { counter, damaged, current, gpi = 0 }] of frames.entries()) {
			const one = bytes.subarray(index * frameBytes, (index + 1) * frameBytes);
			fillFrames(one, 1, streamLayout, (channel, n) => (channel === 0 ? (current?.[n] ?? currentOf(counter, n)) : channel === 1 ? 3.25 : gpi), counter);
			if (damaged) one[30] ^= 0x10;
		}
		stream.batch({ buffer: { bytes, release: () => {} }, layout: streamLayout, frames: frames.length, arrivedAt });
	};
	return { stream, tap, decoder, rescanned, send };
}

/** `count` good frames from `counter` on. */
export const run = (counter: number, count: number): Frame[] => Array.from({ length: count }, (_, index) => ({ counter: (counter + index) >>> 0 }));

export interface SimulatedInstrument {
	readonly simulator: Simulator;
	readonly instrument: Instrument;
	/** Opens the device once more, after it was unplugged and plugged in again. */
	reopen(): Promise<Instrument>;
}

export interface SimulatedSetup extends AsyncDisposable {
	readonly clock: VirtualClock;
	readonly decoder: DecodePool;
	readonly devices: readonly SimulatedInstrument[];
	readonly folder: string;
}

/** Real drivers on simulated devices, all on one virtual clock; outputs on at 3.3 V. Closed, and the folder gone, after the test. */
export async function simulated(options: readonly Partial<SimulatorOptions>[] = [{}], { wrap = (link) => link }: { wrap?: (link: Link) => Link } = {}): Promise<SimulatedSetup> {
	const clock = new VirtualClock();
	const decoder = new DecodePool();
	const devices: SimulatedInstrument[] = [];
	for (const [index, each] of options.entries()) {
		const simulator = createSimulator({ kind: 'arc', load: parseLoad('resistor:330'), noise: false, clock, name: `device ${index + 1}`, ...each });
		const binding = new MemoryBinding();
		const path = simulator.attachMemory(binding, `sim:${index + 1}`);
		const open = async () => ArcInstrument.open(wrap(await openSerialLink(path, { binding })), clock, { simulated: true });
		const instrument = await open();
		await instrument.set({ mainVoltage: 3.3, expansionPort: true, uart: true, main: true });
		devices.push({ simulator, instrument, reopen: open });
	}
	const folder = mkdtempSync(join(tmpdir(), 'microjoule-acquisition-'));
	const close = async () => {
		for (const { instrument } of devices) await instrument.close();
		for (const { simulator } of devices) await simulator.close();
		await decoder.close();
		rmSync(folder, { recursive: true, force: true });
	};
	onTestFinished(close);
	return { clock, decoder, devices, folder, [Symbol.asyncDispose]: close };
}

/** What an Arc is mostly asked for. */
export const arcPlan: MeasurementPlan = { channels: [{ id: 'mc' }, { id: 'mv' }, { id: 'i1' }, { id: 'rx' }] };

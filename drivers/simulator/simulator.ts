/**
 * Puts a simulated instrument together: bench, device, time. The result can be reached over the in-memory binding, over a pseudo-terminal, or
 * byte by byte in a test, always through the same driver.
 */

import { type Clock, realClock } from '../clock.ts';
import type { InstrumentKind } from '../instrument.ts';
import { models } from '../models.ts';
import { Bench } from './bench.ts';
import { SimulatedDevice, type SimulatedDeviceOptions } from './device.ts';
import { identityOf } from './identity.ts';
import type { Load } from './loads/load.ts';
import type { MemoryBinding } from './memory-binding.ts';
import { openPseudoTerminal, type PseudoTerminal } from './pty.ts';
import { SimulatedRunner } from './runner.ts';
import type { PlacedSource, VoltageSource } from './source.ts';
import { SimulatedTime } from './time.ts';
import type { Trace } from './trace.ts';
import type { Wire } from './wire.ts';

export interface SimulatorOptions extends Pick<SimulatedDeviceOptions, 'supply' | 'ackAll' | 'envelope' | 'rejectValue' | 'errorDelayMs' | 'maxBacklogBytes'> {
	readonly kind: InstrumentKind;
	readonly load: Load;
	/** Replaces the load. */
	readonly trace?: Trace;
	/** In place of the power box. */
	readonly source?: VoltageSource;
	/** A cell at the terminals: with inline regulation it feeds the load through the ammeter, else the instrument charges or discharges it. */
	readonly cell?: VoltageSource;
	/** The wire that ends at this instrument: see `wire.ts`. Needs the `time` of the instrument it comes from. */
	readonly feed?: Wire;
	/** Shared with instruments of the same bench. Default: one of its own. */
	readonly time?: SimulatedTime;
	/** Default true; false makes the instrument ideal. */
	readonly noise?: boolean;
	/** Default 0. Decides everything random, and, without `serial` or `name`, the serial number. */
	readonly seed?: number;
	/** 32 ASCII characters. */
	readonly serial?: string;
	/** Decides the serial number, so that devices of one seed can differ. */
	readonly name?: string;
	/** The device's clock is fast by this many parts per million. */
	readonly clockPpm?: number;
	/** Default: the host's. */
	readonly clock?: Clock;
}

export interface Simulator extends AsyncDisposable {
	readonly kind: InstrumentKind;
	readonly device: SimulatedDevice;
	readonly runner: SimulatedRunner;
	/** Puts a battery in place of the power box, or the power box back; also while the output is on. */
	source(source?: VoltageSource): PlacedSource;
	/** Makes it reachable in this process; default path `sim:arc`, `sim:ace`. Returns the path. */
	attachMemory(binding: MemoryBinding, path?: string): string;
	/** Makes it reachable for every program on this machine. */
	attachPty(): Promise<PseudoTerminal>;
	/** The host's link dies; paths of the in-memory binding vanish until `plug()`. */
	unplug(): void;
	plug(): void;
	/** Idempotent. */
	close(): Promise<void>;
}

/** Throws INVALID_VALUE for a trace that cannot be replayed. */
export function createSimulator(options: SimulatorOptions): Simulator {
	const { kind, load, trace, source, cell, feed, noise = true, seed = 0, clock = realClock, clockPpm, serial, name } = options;
	const time = options.time ?? new SimulatedTime(clock, clockPpm);
	const model = models[kind];
	const bench = new Bench({ model, seed, noise, load, trace, source, cell, feed });
	const { supply, ackAll, envelope, rejectValue, errorDelayMs, maxBacklogBytes } = options;
	const device = new SimulatedDevice({ model, bench, identity: identityOf(kind, { serial, name, seed }), supply, ackAll, envelope, rejectValue, errorDelayMs, maxBacklogBytes });
	const runner = new SimulatedRunner(device, time);
	const detach: (() => void | Promise<void>)[] = [];
	const close = async (): Promise<void> => {
		for (const leave of detach.splice(0)) await leave();
		runner.close();
	};
	return {
		kind,
		device,
		runner,
		source: (battery) => bench.source(battery),
		attachMemory(binding, path = `sim:${kind}`) {
			binding.add(path, runner);
			detach.push(() => binding.remove(path));
			return path;
		},
		async attachPty() {
			const terminal = await openPseudoTerminal(runner);
			detach.push(() => terminal.close());
			return terminal;
		},
		unplug: () => runner.unplug(),
		plug: () => runner.plug(),
		close,
		[Symbol.asyncDispose]: close,
	};
}

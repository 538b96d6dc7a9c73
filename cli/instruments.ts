/** Opens instruments for the program: by port, by id among those plugged in, simulated in this process or in one of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ArcInstrument } from '../drivers/arc/instrument.ts';
import { type Clock, realClock } from '../drivers/clock.ts';
import { listInstruments } from '../drivers/discovery.ts';
import { MicrojouleError } from '../drivers/errors.ts';
import type { Instrument, InstrumentKind } from '../drivers/instrument.ts';
import { openSerialLink } from '../drivers/serial-link.ts';
import { MemoryBinding } from '../drivers/simulator/memory-binding.ts';
import type { Simulator } from '../drivers/simulator/simulator.ts';
import { outputGuard } from '../drivers/watchdog.ts';
import { type SimulatorFlags, simulatorArguments } from './simulators.ts';

/** An instrument on a real path: guarded by the watchdog, unless its output is to be kept. */
export async function openPort(path: string, keepOutput = false): Promise<Instrument> {
	return ArcInstrument.open(await openSerialLink(path), realClock, { guard: keepOutput ? undefined : outputGuard(path) });
}

/** The plugged-in instrument with this id, serial number or name. */
export async function openDevice(wanted: string, keepOutput = false): Promise<Instrument> {
	const found = await listInstruments();
	const seen: string[] = [];
	for (const { port } of found) {
		const instrument = await openPort(port, keepOutput).catch((error: unknown) => {
			seen.push(`${port} (${error instanceof Error ? error.message : error})`);
		});
		if (!instrument) continue;
		const { id, serial, name } = instrument.identity;
		if ([id, serial, name].includes(wanted)) return instrument;
		seen.push(id);
		await instrument.close({ keepOutput: true });
	}
	throw new MicrojouleError('NOT_FOUND', `There is no device ${wanted}. Found: ${seen.join(', ') || 'none'}. A port can be named with --port.`, { device: wanted, found: seen });
}

/** A simulator in this process, over the in-memory binding. */
export async function openSimulated(simulator: Simulator, clock: Clock, path?: string, name?: string): Promise<Instrument> {
	const binding = new MemoryBinding();
	const port = simulator.attachMemory(binding, path);
	return ArcInstrument.open(await openSerialLink(port, { binding }), clock, { simulated: true, name });
}

export interface SimulatorProcess {
	/** The pseudo-terminal. */
	readonly path: string;
	stop(): Promise<void>;
}

/** A simulator in a process of its own, on a pseudo-terminal. It ends with this process. */
export async function spawnSimulator(kind: InstrumentKind, flags: SimulatorFlags): Promise<SimulatorProcess> {
	const program = fileURLToPath(new URL('./microjoule.js', new URL(import.meta.url.includes('/dist/cli/') ? '../../cli/' : './', import.meta.url)));
	// Detached: Ctrl-C reaches us only, and we switch the output off before the device goes.
	const child = spawn(process.execPath, [program, 'simulate', kind, '--while-stdin', ...simulatorArguments(flags)], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const path = await firstLine(child);
	const stop = async () => {
		child.stdin?.end();
		await ended;
	};
	return { path, stop };
}

async function firstLine(child: ChildProcess): Promise<string> {
	if (child.stdout) for await (const line of createInterface(child.stdout)) return line;
	throw new MicrojouleError('INTERNAL', 'The simulator ended before it had a pseudo-terminal.');
}

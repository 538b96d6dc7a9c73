/** What `microjoule battery profile` and `validate` share: the instruments, the bench they are on, watching a run, and saying how to go on with it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type Clock, realClock, VirtualClock } from '../drivers/clock.ts';
import { MicrojouleError } from '../drivers/errors.ts';
import type { Instrument, InstrumentKind } from '../drivers/instrument.ts';
import { Bench } from '../engine/acquisition/bench.ts';
import { DecodePool } from '../engine/decode/pool.ts';
import { Project } from '../engine/project/project.ts';
import type { Runs } from '../toolboxes/battery/cycler/runs.ts';
import type { ScriptLimits } from '../toolboxes/battery/cycler/script.ts';
import { quantityOf } from '../toolboxes/battery/life/quantities.ts';
import type { Run } from '../toolboxes/battery/schemas.ts';
import { addBatteryOptions, type BatteryFlags } from './battery-profiles.ts';
import { si } from './format.ts';
import { openDevice, openPort, openSimulated } from './instruments.ts';
import { dataFolder } from './licensing-access.ts';
import { choiceOption, minFreeOption, numberOption } from './options.ts';
import { onStop } from './signals.ts';
import { addSimulatorOptions, buildSimulator, instrumentKinds, type SimulatorFlags } from './simulators.ts';

export interface RunFlags extends SimulatorFlags, BatteryFlags {
	readonly port?: readonly string[];
	readonly device?: readonly string[];
	readonly sim?: InstrumentKind;
	readonly clock?: 'real' | 'virtual';
	readonly record?: boolean;
	readonly out?: string;
	readonly minFree: number;
	readonly resume?: string;
	readonly maxVoltage?: number;
	readonly minVoltage?: number;
	readonly maxCurrent?: number;
	readonly maxTemperature?: number;
}

export function addRunOptions(command: Command): Command {
	const several = (text: string, before: readonly string[] = []) => [...before, text];
	const quantity = (option: string, unit: string) => (text: string) => quantityOf(text, unit, option);
	command
		.option('--port <PATH>', 'the serial port of an instrument; repeatable, one cell at each', several)
		.option('--device <ID>', 'a plugged-in instrument by id, serial number or name; repeatable', several)
		.option('--sim <arc|ace>', 'a simulated instrument; --cell says what is at its terminals', choiceOption('--sim', instrumentKinds))
		.option('--clock <real|virtual>', 'virtual: the simulated instrument runs as fast as this machine allows (default real)', choiceOption('--clock', ['real', 'virtual']))
		.option('--max-voltage <V>', 'stops above it (default: 0.1 V above what the cell and the steps have)', quantity('--max-voltage', 'V'))
		.option('--min-voltage <V>', 'stops below it (default 0 V)', quantity('--min-voltage', 'V'))
		.option('--max-current <A>', 'stops above it (default: a quarter above what the steps ask for)', quantity('--max-current', 'A'))
		.option('--max-temperature <°C>', 'stops above it, as the instrument measures it (default 70 °C)', numberOption('--max-temperature', { unit: '°C' }))
		.option('--record', 'records the samples as well')
		.option('--out <DIR>', 'project for the recording (default: battery in the data folder)')
		.addOption(minFreeOption())
		.option('--resume <RUN>', 'goes on with a run that was stopped or killed');
	return addBatteryOptions(addSimulatorOptions(command));
}

export const limitsOf = ({ maxVoltage: maxVoltageV, minVoltage: minVoltageV, maxCurrent: maxCurrentA, maxTemperature: maxTemperatureC }: RunFlags): ScriptLimits =>
	Object.fromEntries(Object.entries({ maxVoltageV, minVoltageV, maxCurrentA, maxTemperatureC }).filter(([, value]) => value !== undefined));

/** A bench with the instruments that the options name. `planned`: ids of those that a run to be resumed was begun with. */
export async function openRunBench(
	flags: RunFlags,
	cleanup: AsyncDisposableStack,
	planned?: readonly string[],
): Promise<{ bench: Bench; clock: Clock; devices: readonly string[] }> {
	const clock: Clock = flags.clock === 'virtual' ? new VirtualClock() : realClock;
	if (flags.clock === 'virtual' && !flags.sim) throw new MicrojouleError('INVALID_VALUE', '--clock virtual needs --sim: hardware has the time it has.', { clock: flags.clock });
	let folder = flags.out ?? join(dataFolder(flags.data), 'projects', 'battery');
	if (!flags.record) {
		folder = await mkdtemp(join(tmpdir(), 'microjoule-'));
		cleanup.defer(() => rm(folder, { recursive: true, force: true }));
	}
	const project = cleanup.use(await Project.openOrCreate(resolve(folder)));
	project.requireWritable();
	const bench = cleanup.use(
		await Bench.create({ project, decoder: cleanup.use(new DecodePool()), clock, minFreeBytes: flags.minFree, openPath: (path) => openPort(path), discover: async () => [] }),
	);
	const devices: string[] = [];
	for (const open of openers(flags, clock, cleanup, planned)) devices.push((await bench.add(await open())).id);
	return { bench, clock, devices };
}

function openers({ port, device, sim, ...flags }: RunFlags, clock: Clock, cleanup: AsyncDisposableStack, planned?: readonly string[]): (() => Promise<Instrument>)[] {
	const named = Object.entries({ '--port': port, '--device': device, '--sim': sim }).filter(([, value]) => value !== undefined);
	if (named.length > 1) throw new MicrojouleError('INVALID_VALUE', `${named.map(([option]) => option).join(' and ')} exclude each other; name the instruments in one way.`, {});
	if (sim)
		return [
			async () => {
				const simulator = await buildSimulator(sim, flags, { clock });
				cleanup.defer(() => simulator.close());
				return await openSimulated(simulator, clock);
			},
		];
	if (port) return port.map((path) => () => openPort(path));
	const wanted = device ?? planned;
	if (!wanted) throw new MicrojouleError('INVALID_VALUE', 'No instrument is named: give --port, --device or --sim.', {});
	return wanted.map((id) => () => openDevice(id));
}

/** Watches a run until it has ended; a signal stops it with the outputs off. Throws what kept it from finishing, and how to go on with it. */
export async function watch(command: string, runs: Runs, id: string, quiet: boolean | undefined): Promise<Run> {
	const forget = onStop((signal) => void runs.stop(id, `Stopped by ${signal}.`));
	const shown = !quiet && process.stderr.isTTY;
	const leave = shown ? runs.on(() => process.stderr.write(`\r\u001b[K${runs.get(id).cells.map(cellText).join('  |  ')}`)) : () => {};
	try {
		const unfinished = (await runs.ended(id)).find(({ end }) => end !== 'finished');
		if (!unfinished) return runs.get(id);
		const { reason, error } = unfinished;
		const again = `The output is off; \`microjoule battery ${command} --resume ${id}\` goes on.`;
		throw new MicrojouleError(error?.code ?? 'NOT_RECORDING', `${reason} ${again}`, { ...error?.details, run: id });
	} finally {
		leave();
		forget();
		if (shown) process.stderr.write('\r\u001b[K');
	}
}

function cellText({ deviceId, phase, iteration, voltageV, usedC, resistanceOhm, remainingS }: Run['cells'][number]): string {
	const left = remainingS === undefined ? '' : `, about ${(remainingS / 3600).toFixed(1)} h left`;
	return `${deviceId.slice(0, 12)} ${iteration} ${phase ?? ''} ${si(voltageV, 'V')} ${si(resistanceOhm, 'Ω')} ${(usedC / 3.6).toFixed(3)} mAh${left}`;
}

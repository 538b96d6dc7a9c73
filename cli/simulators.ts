/** Simulated instruments as the program makes them: the options that describe one, and a trace read from a file plugged in as its load. */

import type { Command } from 'commander';
import { type Clock, realClock } from '../drivers/clock.ts';
import { MicrojouleError } from '../drivers/errors.ts';
import type { InstrumentKind } from '../drivers/instrument.ts';
import { models } from '../drivers/models.ts';
import { loadKinds, loadUsage, parseLoad } from '../drivers/simulator/loads/catalogue.ts';
import type { Load } from '../drivers/simulator/loads/load.ts';
import { createSimulator, type Simulator } from '../drivers/simulator/simulator.ts';
import type { SimulatedTime } from '../drivers/simulator/time.ts';
import type { Trace } from '../drivers/simulator/trace.ts';
import type { Wire } from '../drivers/simulator/wire.ts';
import { readTrace } from '../engine/formats/trace/trace.ts';
import { choiceOption, numberOption } from './options.ts';
import { buildCell, cellUsage } from './simulated-cell.ts';

export const instrumentKinds = Object.keys(models) as InstrumentKind[];

/** What the command line says about a simulated instrument. */
export interface SimulatorFlags {
	readonly load?: string;
	readonly replay?: string;
	readonly cell?: string;
	readonly replayRate?: number;
	readonly replayEnd?: 'loop' | 'stop';
	readonly noise?: 'on' | 'off';
	readonly seed?: number;
	readonly clockPpm?: number;
	readonly supply?: 'usb' | 'dc';
}

/** What a simulated instrument has on its output when nothing else is asked for. */
export const defaultLoads: Readonly<Record<InstrumentKind, string>> = { arc: 'sensor', ace: 'tracker' };

/** The options of one simulated instrument. */
export function addSimulatorOptions(command: Command): Command {
	command
		.option('--load <LOAD>', `what hangs on the simulated output: ${loadKinds.map(loadUsage).join(', ')} (default: sensor on an Arc, tracker on an Ace)`)
		.option('--replay <FILE>', 'plays a measured current instead: Power Profiler CSV, raw float32, or a zip with current.f32.bin')
		.option(
			`--cell <${cellUsage}>`,
			'a cell at the simulated terminals, by a built-in battery profile or a file: with power regulation inline it feeds the load, else it is charged or discharged',
		);
	return addSharedSimulatorOptions(command);
}

/** Those that hold for every simulated instrument on a bench. */
export function addSharedSimulatorOptions(command: Command): Command {
	return command
		.option('--replay-rate <S/s>', 'sample rate of a raw float32 file without a sidecar', numberOption('--replay-rate', { above: 0, unit: 'S/s' }))
		.option('--replay-end <loop|stop>', 'what follows the end of the replayed file (default loop)', choiceOption('--replay-end', ['loop', 'stop']))
		.option('--noise <on|off>', 'off makes the simulated instrument ideal (default on)', choiceOption('--noise', ['on', 'off']))
		.option('--seed <N>', 'decides everything random; same seed, same bytes (default 0)', numberOption('--seed', { integer: true, min: 0, max: Number.MAX_SAFE_INTEGER }))
		.option(
			'--clock-ppm <N>',
			"how much too fast the simulated device's clock runs, in parts per million",
			numberOption('--clock-ppm', { min: -500_000, max: 500_000, unit: 'ppm' }),
		)
		.option('--supply <usb|dc>', 'what the simulated Arc is powered from (default usb)', choiceOption('--supply', ['usb', 'dc']));
}

/** The flags as arguments again, for a simulator in another process. */
export function simulatorArguments(flags: SimulatorFlags): string[] {
	const names = {
		load: '--load',
		replay: '--replay',
		cell: '--cell',
		replayRate: '--replay-rate',
		replayEnd: '--replay-end',
		noise: '--noise',
		seed: '--seed',
		clockPpm: '--clock-ppm',
		supply: '--supply',
	} as const;
	return (Object.keys(names) as (keyof typeof names)[]).flatMap((key) => (flags[key] === undefined ? [] : [names[key], String(flags[key])]));
}

/** What connects a simulated instrument to its surroundings. */
export interface SimulatorPlace {
	readonly clock?: Clock;
	readonly name?: string;
	/** The far end of a wire, in place of the load that the flags name. */
	readonly load?: Load;
	readonly feed?: Wire;
	readonly time?: SimulatedTime;
}

/** Rejects with what is wrong with a flag, before anything is started. */
export async function buildSimulator(kind: InstrumentKind, flags: SimulatorFlags, place: SimulatorPlace = {}): Promise<Simulator> {
	if (flags.load !== undefined && flags.replay !== undefined)
		throw new MicrojouleError('INVALID_VALUE', `--load ${flags.load} and --replay ${flags.replay} exclude each other; give one of them.`, {
			load: flags.load,
			replay: flags.replay,
		});
	const load = place.load ?? parseLoad(flags.load ?? (flags.replay === undefined ? defaultLoads[kind] : 'none'));
	let trace: Trace | undefined;
	if (flags.replay !== undefined) {
		const { rate, current } = await readTrace(flags.replay, { rate: flags.replayRate });
		trace = { rate, current, end: flags.replayEnd ?? 'loop' };
	}
	return createSimulator({
		kind,
		load,
		trace,
		cell: flags.cell === undefined ? undefined : await buildCell(flags.cell),
		noise: flags.noise !== 'off',
		seed: flags.seed,
		clockPpm: flags.clockPpm,
		supply: flags.supply,
		clock: place.clock ?? realClock,
		name: place.name,
		feed: place.feed,
		time: place.time,
	});
}

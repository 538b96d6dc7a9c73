/**
 * Several simulated instruments on one bench, as `serve` makes them: each with a name and a load of its own, and wires between them. What the command
 * line says is checked here, before anything is started.
 */

import type { Command } from 'commander';
import { type Clock, realClock } from '../drivers/clock.ts';
import { MicrojouleError } from '../drivers/errors.ts';
import type { InstrumentKind } from '../drivers/instrument.ts';
import { models } from '../drivers/models.ts';
import type { SettingsChange } from '../drivers/settings.ts';
import { loadKinds, loadUsage } from '../drivers/simulator/loads/catalogue.ts';
import type { Simulator } from '../drivers/simulator/simulator.ts';
import { SimulatedTime } from '../drivers/simulator/time.ts';
import { Wire } from '../drivers/simulator/wire.ts';
import { choiceOption } from './options.ts';
import { cellUsage } from './simulated-cell.ts';
import { addSharedSimulatorOptions, buildSimulator, defaultLoads, instrumentKinds, type SimulatorFlags } from './simulators.ts';

/** What the command line says about all of them; `load`, `replay` and `cell` may name one. */
export interface BenchFlags extends Omit<SimulatorFlags, 'load' | 'replay' | 'cell'> {
	readonly sim?: readonly SimulatedDeviceText[] | false;
	readonly load?: readonly string[];
	readonly replay?: readonly string[];
	readonly cell?: readonly string[];
	readonly wire?: readonly string[];
	readonly simOutput?: 'on' | 'off';
}

/** `ace` or `ace:Ace_source`. */
export interface SimulatedDeviceText {
	readonly kind: InstrumentKind;
	readonly name?: string;
}

export interface BenchDevice {
	readonly simulator: Simulator;
	readonly name: string;
	/** Whether its output is to be switched on at once. */
	readonly main: boolean;
	/** A cell lies at its terminals. */
	readonly hasCell: boolean;
}

/** Parses one item of `--sim`. */
export function simulatedDevice(text: string): SimulatedDeviceText {
	const colon = text.indexOf(':');
	const kind = choiceOption('--sim', instrumentKinds)(colon < 0 ? text : text.slice(0, colon));
	if (colon < 0) return { kind };
	const name = text.slice(colon + 1).trim();
	if (name === '' || /[:=]/.test(name))
		throw new MicrojouleError('INVALID_VALUE', `--sim names a device "${name}"; a name must not be empty nor hold ":" or "=".`, { option: '--sim', value: text });
	return { kind, name };
}

export function addBenchOptions(command: Command): Command {
	const collect = (text: string, before: readonly string[] = []) => [...before, text];
	command
		.option(
			'--load <[NAME=]LOAD>',
			`what hangs on the simulated outputs, or on that of NAME; repeatable: ${loadKinds.map(loadUsage).join(', ')} (default: ${defaultLoads.arc} on an Arc, ${defaultLoads.ace} on an Ace)`,
			collect,
		)
		.option('--replay <[NAME=]FILE>', 'plays a measured current instead: Power Profiler CSV, raw float32, or a zip with current.f32.bin; repeatable', collect)
		.option(
			`--cell <[NAME=]${cellUsage}>`,
			'a cell at the terminals of NAME, or of every simulated device, by a built-in battery profile or a file: with power regulation inline it feeds the load, else it is charged or discharged; the output is off at the start; repeatable',
			collect,
		)
		.option('--wire <SOURCE:SINK[:dcdc]>', 'connects the outputs of two simulated devices, through a DC/DC converter if so; repeatable', collect)
		.option('--sim-output <on|off>', 'whether the simulated outputs that have a load are on at the start (default on)', choiceOption('--sim-output', ['on', 'off']));
	return addSharedSimulatorOptions(command);
}

interface Outputs {
	load?: string;
	replay?: string;
	cell?: string;
}

interface Planned extends Outputs {
	readonly kind: InstrumentKind;
	readonly name: string;
	/** Whether the command line gave the name; without one the kind stands for it. */
	readonly named: boolean;
	/** Decides the serial number; the first of a kind without a name has the model's plain one. */
	readonly serialName?: string;
	wire?: string;
}

/** Rejects with INVALID_VALUE naming the flag. The devices are not yet reachable. */
export async function buildBench(flags: BenchFlags, clock: Clock = realClock): Promise<BenchDevice[]> {
	const devices = planned(flags.sim || []);
	const common: Outputs = {};
	for (const what of ['load', 'replay', 'cell'] as const) for (const text of flags[what] ?? []) assign(devices, common, text, what);
	const wires = (flags.wire ?? []).map((text) => connect(devices, text, clock, flags.clockPpm));
	const cellOf = (device: Planned) => device.cell ?? common.cell;
	const { load, replay, cell, ...shared } = flags;
	const built = new Map<Planned, Simulator>();
	// The source of a wire is moved on before its sink, and devices join their time in the order they are made.
	for (const device of [...devices].sort((a, b) => Number(wires.some(({ sink }) => sink === a)) - Number(wires.some(({ sink }) => sink === b)))) {
		const end = wires.find(({ source, sink }) => source === device || sink === device);
		const own = device.load === undefined && device.replay === undefined ? common : device;
		const outputs = end ? { load: 'none' } : { load: own.load, replay: own.replay, cell: cellOf(device) };
		const more = { clock, name: device.serialName, time: end?.time, load: end?.source === device ? end.wire : undefined, feed: end?.sink === device ? end.wire : undefined };
		built.set(
			device,
			await buildSimulator(device.kind, { ...shared, ...outputs, seed: (flags.seed ?? 0) + devices.filter(({ kind }) => kind === device.kind).indexOf(device) }, more),
		);
	}
	return devices.map((device) => {
		const hasCell = device.wire === undefined && cellOf(device) !== undefined;
		return { simulator: built.get(device) as Simulator, name: device.name, main: device.wire === undefined && !hasCell && flags.simOutput !== 'off', hasCell };
	});
}

/** Voltage at which a simulated instrument's device under test lives happily, V. */
const simulatedVoltage: Readonly<Record<InstrumentKind, number>> = { arc: 3.3, ace: 4 };

/** What `serve` sets a simulated instrument to. One with a cell is an ammeter first: nothing charges or discharges the cell by accident. */
export function settingsAtStart({ simulator, main, hasCell }: BenchDevice): SettingsChange {
	return { powerRegulation: hasCell ? 'inline' : 'voltage', mainVoltage: simulatedVoltage[simulator.kind], uart: true, expansionPort: true, main };
}

interface Connection {
	readonly source: Planned;
	readonly sink: Planned;
	readonly wire: Wire;
	/** Both ends live in one time. */
	readonly time: SimulatedTime;
}

function connect(devices: readonly Planned[], text: string, clock: Clock, clockPpm: number | undefined): Connection {
	const refuse = (problem: string): never => {
		throw new MicrojouleError('INVALID_VALUE', `--wire ${text}: ${problem}. Write SOURCE:SINK or SOURCE:SINK:dcdc.`, { option: '--wire', value: text });
	};
	const [from, to, how, ...more] = text.split(':').map((part) => part.trim());
	if (!from || !to || more.length > 0 || (how !== undefined && how !== 'dcdc')) refuse('that is not a wire');
	const [source, sink] = [from, to].map((name) => devices.find((device) => device.name === name) ?? refuse(`there is no device "${name}"; devices: ${namesOf(devices)}`));
	if (source === sink) refuse('a device cannot be wired to itself');
	for (const end of [source, sink]) {
		if (end.wire !== undefined) refuse(`"${end.name}" is already wired by --wire ${end.wire}`);
		const there = end.load ?? end.replay ?? end.cell;
		if (there !== undefined) refuse(`"${end.name}" has ${there} on its output as well; give it one of the two`);
		end.wire = text;
	}
	return { source, sink, wire: new Wire(how === 'dcdc'), time: new SimulatedTime(clock, clockPpm) };
}

function planned(sims: readonly SimulatedDeviceText[]): Planned[] {
	const devices = sims.map(({ kind, name }, index): Planned => {
		if (name !== undefined) return { kind, name, named: true, serialName: name };
		const number = sims.slice(0, index + 1).filter((other) => other.kind === kind && other.name === undefined).length;
		const { title } = models[kind];
		return number === 1 ? { kind, name: title, named: false } : { kind, name: `${title} ${number}`, named: false, serialName: `${kind} ${number}` };
	});
	const twice = devices.find(({ name }, index) => devices.findIndex((other) => other.name === name) !== index);
	if (twice) throw new MicrojouleError('INVALID_VALUE', `--sim names two devices "${twice.name}"; names must differ.`, { option: '--sim', value: twice.name });
	return devices;
}

/** Gives what is written behind `NAME=` to that device; without a name, to every device that has none of its own. */
function assign(devices: readonly Planned[], common: Outputs, text: string, what: keyof Outputs): void {
	const refuse = (problem: string): never => {
		throw new MicrojouleError('INVALID_VALUE', `--${what} ${text}: ${problem}.`, { option: `--${what}`, value: text });
	};
	const equals = text.indexOf('=');
	const name = equals < 0 ? '' : text.slice(0, equals).trim();
	const found = devices.filter((device) => device.name === name || (!device.named && device.kind === name));
	// A path may hold "=" itself.
	if (equals >= 0 && found.length === 0 && what === 'load') refuse(`there is no device "${name}"; devices: ${namesOf(devices)}`);
	if (found.length > 1) refuse(`"${name}" is more than one device; name one of ${namesOf(devices)}`);
	const target = found[0] ?? common;
	const there = what === 'cell' ? target.cell : (target.load ?? target.replay);
	if (there !== undefined) refuse(`${found[0]?.name ?? 'every device without one of its own'} has ${there} on its output already; give it one`);
	target[what] = found[0] ? text.slice(equals + 1) : text;
}

const namesOf = (devices: readonly Planned[]): string => devices.map(({ name }) => name).join(', ') || 'none';

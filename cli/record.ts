/** `microjoule record`: measures one instrument for a given time into a project. */

import { Command } from 'commander';
import { type Clock, realClock, VirtualClock } from '../drivers/clock.ts';
import { MicrojouleError } from '../drivers/errors.ts';
import type { Channel, Instrument, InstrumentKind } from '../drivers/instrument.ts';
import { models } from '../drivers/models.ts';
import { type SettingsChange, settingSpecs, validateChange } from '../drivers/settings.ts';
import { Measurement } from '../engine/acquisition/measurement.ts';
import { Recorder } from '../engine/acquisition/recorder.ts';
import { DecodePool } from '../engine/decode/pool.ts';
import { Project } from '../engine/project/project.ts';
import { duration, si } from './format.ts';
import { openDevice, openPort, openSimulated, spawnSimulator } from './instruments.ts';
import { choiceOption, listOption, minFreeOption, numberOption } from './options.ts';
import { print } from './program.ts';
import { progressBar } from './progress.ts';
import { allStatistics, byChannel, statisticsTable } from './results.ts';
import { onStop } from './signals.ts';
import { addSimulatorOptions, buildSimulator, instrumentKinds, type SimulatorFlags, simulatorArguments } from './simulators.ts';

interface Options extends SimulatorFlags {
	readonly port?: string;
	readonly device?: string;
	readonly sim?: InstrumentKind;
	readonly clock?: 'real' | 'virtual';
	readonly voltage?: number;
	readonly maxCurrent?: number;
	readonly rate?: number;
	readonly channels: string[];
	readonly boot?: boolean;
	readonly keepOutput?: boolean;
	readonly duration: number;
	readonly out: string;
	readonly name?: string;
	readonly minFree: number;
	readonly json?: boolean;
}

/** From the output's switching on to the first sample, in s: longer than any output capacitance needs. */
const settleS = 0.5;
/** On a virtual clock nobody watches: whole batches, for the workers. */
const virtualLatencyS = 1;
const defaultVoltage = 3.3;
/** Marks the flags that only a simulated instrument understands. */
const flagNames: Readonly<Record<string, string>> = {
	load: '--load',
	replay: '--replay',
	cell: '--cell',
	noise: '--noise',
	seed: '--seed',
	clockPpm: '--clock-ppm',
	supply: '--supply',
	clock: '--clock',
};

export function recordCommand(): Command {
	const command = new Command('record')
		.description('Switches the output on, lets it settle, and measures for a time counted in the samples of the instrument itself. The output is off afterwards.')
		.option('--port <PATH>', 'the serial port of an instrument')
		.option('--device <ID>', 'a plugged-in instrument by id, serial number or name')
		.option('--sim <arc|ace>', 'a simulated instrument', choiceOption('--sim', instrumentKinds))
		.option('--clock <real|virtual>', 'virtual: the simulated instrument runs as fast as this machine allows (default real)', choiceOption('--clock', ['real', 'virtual']))
		.option('--voltage <V>', `main voltage; must be given for hardware, which remembers its last one (simulated: ${defaultVoltage})`, numberOption('--voltage', { unit: 'V' }))
		.option('--max-current <A>', 'current above which the output cuts off or limits', numberOption('--max-current', { unit: 'A' }))
		.option('--rate <S/s>', 'sample rate; channels of fixed rate keep theirs', numberOption('--rate', { unit: 'S/s', above: 0 }))
		.option('--channels <C,…>', 'channels to record; rx switches the UART on', listOption(String), ['mc', 'mv', 'mp', 'i1', 'i2'])
		.option('--boot', 'measures first and switches on then, so that the start of the device is in the recording')
		.option('--keep-output', 'leaves the output on at the end')
		.requiredOption('--duration <S>', 'how long', numberOption('--duration', { above: 0, unit: 's' }))
		.requiredOption('--out <PROJECT>', 'a new folder becomes a project, an existing project gains a recording')
		.option('--name <TEXT>', 'name of the recording')
		.addOption(minFreeOption())
		.option('--json', 'machine-readable output, SI units');
	return addSimulatorOptions(command).action(record);
}

async function record(options: Options): Promise<void> {
	checkSource(options);
	if (options.sim) checkPlan(options, options.sim);
	const voltage = options.voltage ?? defaultVoltage;
	// A cell feeds its load through the ammeter: nothing is regulated.
	const settings: SettingsChange = { powerRegulation: options.cell === undefined ? 'voltage' : 'inline', range: 'low', mainVoltage: voltage };
	if (options.maxCurrent !== undefined) settings.maxCurrent = options.maxCurrent;
	if (options.channels.includes('rx')) Object.assign(settings, { expansionPort: true, uart: true });
	// The widest model's limits for hardware, whose kind is known only once it is open; its own limits are checked then.
	checkSettings(options.sim ?? 'ace', settings);
	await using cleanup = new AsyncDisposableStack();
	const source = await prepareSource(options, cleanup);
	const interruption = new Interruption();
	cleanup.defer(() => interruption.forget());
	await using project = await Project.openOrCreate(options.out);
	project.requireWritable();
	let recordingId: string | undefined;
	try {
		const instrument = await source.open();
		cleanup.defer(() => instrument.close({ keepOutput: options.keepOutput }));
		interruption.check();
		checkPlan(options, instrument.identity.kind);
		checkSettings(instrument.identity.kind, settings);
		const reserved = await project.addRecording();
		recordingId = reserved.id;
		const result = await measure(instrument, source.clock, settings, options, interruption, { ...reserved, name: options.name ?? `Recording ${Number(reserved.id)}` });
		await cleanup.disposeAsync(); // the output is off before anything is said about it
		await rememberDevice(project, instrument);
		const reader = await project.openRecording(reserved.id);
		try {
			if (reader.durationS === 0) throw nothingRecorded(result.ended);
			const list = await allStatistics(reader);
			const lost = list.reduce((sum, each) => sum + each.lost, 0);
			const clocks = Object.fromEntries(reader.info.devices.map((device) => [device.id, device.clock ?? null]));
			print({ recording: reader.folder, lost, failedChecksums: result.failedChecksums, clock: clocks, channels: byChannel(list) }, options.json, () =>
				[statisticsTable(list), `${reader.folder}: ${duration(reader.durationS)}, ${lost} samples lost${clockNote(reader.info.devices)}`].join('\n'),
			);
		} finally {
			reader.close();
		}
		if (result.ended !== 'complete') {
			console.error(`microjoule: ${result.ended}; the recording ends there.`);
			process.exitCode = 1;
		}
	} catch (error) {
		await cleanup.disposeAsync();
		await discardIfEmpty(project, recordingId);
		throw error;
	}
}

interface Source {
	readonly clock: Clock;
	open(): Promise<Instrument>;
}

/** What can be wrong with a simulator's flags is found here, before a project is made. */
async function prepareSource(options: Options, cleanup: AsyncDisposableStack): Promise<Source> {
	const { port, device, sim, keepOutput } = options;
	if (port !== undefined) return { clock: realClock, open: () => openPort(port, keepOutput) };
	if (device !== undefined) return { clock: realClock, open: () => openDevice(device, keepOutput) };
	const kind = sim as InstrumentKind;
	const clock = options.clock === 'virtual' ? new VirtualClock() : realClock;
	const simulator = await buildSimulator(kind, options, { clock });
	if (options.clock === 'virtual') {
		cleanup.defer(() => simulator.close());
		return { clock, open: () => openSimulated(simulator, clock) };
	}
	await simulator.close(); // the flags are good; the device itself lives in a process of its own
	return {
		clock,
		open: async () => {
			const { path, stop } = await spawnSimulator(kind, options);
			cleanup.defer(stop);
			return openPort(path);
		},
	};
}

interface Measured {
	/** `complete`, or why it ended before. */
	readonly ended: string;
	readonly failedChecksums: number;
}

async function measure(
	instrument: Instrument,
	clock: Clock,
	settings: SettingsChange,
	options: Options,
	interruption: Interruption,
	recording: { id: string; folder: string; name: string },
): Promise<Measured> {
	const unsubscribe = instrument.subscribe((event) => {
		if (event.type === 'disconnect') interruption.interrupt(`the instrument is gone: ${event.message}`);
	});
	const progress = progressBar('Recording', options.duration, options.json);
	await using decoder = new DecodePool();
	let recorder: Recorder | undefined;
	try {
		await instrument.set({ ...settings, main: false });
		interruption.check();
		if (!options.boot) {
			await instrument.set({ main: true });
			await Promise.race([clock.delay(settleS), interruption.happened]);
			interruption.check();
		}
		const measurement = await Measurement.start(
			[{ instrument, plan: { channels: channelPlan(options, instrument.channels), latency: clock.virtual ? virtualLatencyS : undefined } }],
			decoder,
			clock,
			[],
			async (devices) => {
				const { folder, id, name } = recording;
				recorder = await Recorder.create(devices, {
					folder,
					id,
					name,
					durationS: options.duration,
					minFreeBytes: options.minFree,
					onProgress: (recordedS) => progress.update(recordedS),
				});
				recorder.begin();
			},
		);
		const { stream } = measurement.devices[0];
		if (options.boot) await instrument.set({ main: true });
		const complete = (recorder as unknown as Recorder).complete.then(
			() => (recorder as unknown as Recorder).stopReason?.message.replace(/\.$/, '') ?? 'complete',
			() => 'a write failed', // close() says which, and what was lost
		);
		const ended = await Promise.race([complete, interruption.happened, watchStream(stream, clock, complete)]);
		await measurement.stop().catch(() => {}); // a device that is gone cannot be stopped
		await (recorder as unknown as Recorder).close();
		return { ended, failedChecksums: instrument.linkStatistics.failedChecksums + stream.statistics.damagedFrames };
	} finally {
		progress.stop();
		unsubscribe();
		await recorder?.close().catch(() => {}); // its first close has reported
	}
}

/** What ends a recording before its time: a signal, from the moment there is something to clean up, or the instrument's departure. */
class Interruption {
	/** Resolves with what happened. */
	readonly happened: Promise<string>;
	/** Takes the signal handlers away again. */
	readonly forget: () => void;
	#what: string | undefined;
	#resolve: (what: string) => void = () => {};

	constructor() {
		this.happened = new Promise((resolve) => {
			this.#resolve = resolve;
		});
		this.forget = onStop((signal) => this.interrupt(`stopped by ${signal}`));
	}

	interrupt(what: string): void {
		this.#what ??= what;
		this.#resolve(what);
	}

	/** Throws when it has happened: before the first sample there is nothing to keep. */
	check(): void {
		if (this.#what !== undefined) throw nothingRecorded(this.#what);
	}
}

function nothingRecorded(why: string): MicrojouleError {
	return new MicrojouleError('NOT_RECORDING', `Nothing was recorded: ${why}.`);
}

/** Resolves when the stream cannot go on. */
async function watchStream(stream: { readonly failure: unknown }, clock: Clock, complete: Promise<unknown>): Promise<string> {
	let done = false;
	complete.finally(() => {
		done = true;
	});
	while (!done) {
		if (stream.failure) throw stream.failure;
		await clock.delay(0.2);
	}
	return 'complete';
}

function checkSource(options: Options): void {
	const given = [
		options.port !== undefined && `--port ${options.port}`,
		options.device !== undefined && `--device ${options.device}`,
		options.sim && `--sim ${options.sim}`,
	].filter(Boolean);
	if (given.length !== 1)
		throw new MicrojouleError(
			'INVALID_VALUE',
			`${given.length === 0 ? 'No instrument is named' : `${given.join(' and ')} exclude each other`}; give one of --port PATH, --device ID, --sim arc|ace.`,
		);
	if (options.sim) return;
	const stray = Object.keys(flagNames).find((key) => key in options);
	if (stray || simulatorArguments(options).length > 0)
		throw new MicrojouleError(
			'INVALID_VALUE',
			`${flagNames[stray ?? ''] ?? simulatorArguments(options)[0]} is for simulated instruments; it goes with --sim, not with ${given[0]}.`,
		);
	if (options.voltage === undefined)
		throw new MicrojouleError('INVALID_VALUE', `--voltage is missing: an instrument remembers its last voltage, so say which one ${given[0]} shall put on your device.`);
}

const optionOf: Readonly<Record<string, string>> = { mainVoltage: '--voltage', maxCurrent: '--max-current' };

function checkSettings(kind: InstrumentKind, settings: SettingsChange): void {
	validateChange(settingSpecs(models[kind].limits), settings, (name) => optionOf[name] ?? name);
}

/** Throws INVALID_VALUE for a channel that the model does not have, or a rate that none of the channels can be set to. */
function checkPlan({ channels, rate, duration }: Options, kind: InstrumentKind): void {
	const { channels: known, title } = models[kind];
	if (channels.length === 0) throw new MicrojouleError('INVALID_VALUE', `--channels is empty; channels of the ${title}: ${known.map(({ id }) => id).join(', ')}.`);
	for (const id of channels)
		if (!known.some((channel) => channel.id === id))
			throw new MicrojouleError('INVALID_VALUE', `--channels names "${id}", which the ${title} does not have; its channels: ${known.map((channel) => channel.id).join(', ')}.`, {
				channel: id,
			});
	const wanted = known.filter(({ id }) => channels.includes(id));
	if (!wanted.some(({ kind: channelKind }) => channelKind === 'analog'))
		throw new MicrojouleError('INVALID_VALUE', `--channels names no analog channel (${channels.join(', ')}); add at least one, such as mc.`, { channels });
	if (rate !== undefined && !wanted.some(({ rates }) => rates.includes(rate))) {
		const allowed = [...new Set(wanted.flatMap(({ rates }) => rates))].sort((a, b) => a - b);
		throw new MicrojouleError('INVALID_VALUE', `--rate is ${rate} S/s; the ${title} measures ${channels.join(', ')} at ${allowed.join(', ')} S/s.`, { rate, allowed });
	}
	const twice = channels.find((id, index) => channels.indexOf(id) !== index);
	if (twice !== undefined) throw new MicrojouleError('INVALID_VALUE', `--channels names ${twice} twice; name each channel once.`, { channel: twice });
	const slowest = Math.min(...wanted.filter((channel) => channel.kind === 'analog').map(({ rates, defaultRate }) => (rate && rates.includes(rate) ? rate : defaultRate)));
	if (duration * slowest < 1 - 1e-9)
		throw new MicrojouleError('INVALID_VALUE', `--duration is ${duration} s; at ${slowest} S/s it must be at least ${1 / slowest} s, one sample.`, { duration, min: 1 / slowest });
}

function channelPlan({ channels, rate }: Options, known: readonly Channel[]): { id: string; rate?: number }[] {
	return channels.map((id) => {
		const channel = known.find((candidate) => candidate.id === id);
		return rate !== undefined && channel?.rates.includes(rate) ? { id, rate } : { id };
	});
}

async function rememberDevice(project: Project, instrument: Instrument): Promise<void> {
	const { id, kind, name, serial, simulated } = instrument.identity;
	await project.rememberDevice({ id, kind, name, serial, simulated }, instrument.settings);
}

/** A recording without a sample is no recording: it goes, and with it a project made for it. */
async function discardIfEmpty(project: Project, id: string | undefined): Promise<void> {
	if (id === undefined) return project.discard();
	const reader = await project.openRecording(id).catch(() => undefined);
	const empty = !reader || reader.durationS === 0;
	reader?.close();
	if (empty) await project.discard(id);
}

function clockNote(devices: readonly { name: string; clock?: { deviation: number; uncertainty: number } }[]): string {
	const notes = devices
		.filter(({ clock }) => clock && Math.abs(clock.deviation) > 0.001)
		.map(({ name, clock }) => `${name}'s clock is off by ${si((clock?.deviation ?? 0) * 100, '')} ± ${si((clock?.uncertainty ?? 0) * 100, '')} %`);
	return notes.length > 0 ? `; ${notes.join('; ')}` : '';
}

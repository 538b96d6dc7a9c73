/**
 * Files become a recording of a project: one recording for all files of a call, whose times share one axis. Its sample 0 is the first sample of any of
 * them. Memory does not grow with the files; a failure leaves no recording behind.
 *
 * A stated supply voltage becomes a power column beside each current, p = i · V at the current's rate: statistics then know the energy of any
 * window from its summaries, exactly to float32's rounding of each product. Settings that the file does not know stay unknown.
 */

import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MicrojouleError } from '../../drivers/errors.ts';
import { models } from '../../drivers/models.ts';
import type { AcquisitionEvent } from '../acquisition/tap.ts';
import type { Project } from '../project/project.ts';
import { formatVersion, type RecordedChannel, type RecordedDevice, type RecordedEvent, type RecordingInfo } from '../recording/format.ts';
import { RecordingWriter } from '../recording/writer.ts';
import { software } from '../version.ts';
import { openSource, readable } from './formats.ts';
import { Gaps } from './gaps.ts';
import type { Source, SourceChannel, SourceOptions } from './source.ts';

export interface ImportOptions extends SourceOptions {
	/** Of the files; default: recognised, each by itself. */
	readonly format?: string;
	/** V, constant: adds the power, and so the energy, of every current. */
	readonly supplyV?: number;
	/** Of the recording; default: the name of the first file. */
	readonly name?: string;
	/** Share done, 0 to 1. */
	readonly onProgress?: (share: number) => void;
}

export interface Imported {
	readonly id: string;
	readonly info: RecordingInfo;
	/** What had to be mended or left out, for people. */
	readonly notes: readonly string[];
}

/** What an import tells a user. */
export interface ImportAnswer {
	readonly recording: string;
	readonly channels: readonly { readonly device: string; readonly id: string; readonly unit: string; readonly rate: number; readonly samples: number }[];
	readonly notes: readonly string[];
}

export function importAnswer({ id: recording, info, notes }: Imported): ImportAnswer {
	return { recording, channels: info.channels.map(({ device, id, unit, rate, count: samples }) => ({ device, id, unit, rate, samples })), notes };
}

/** One channel on its way: where it goes, and the power column that goes with it. */
interface Target {
	readonly source: SourceChannel;
	readonly channel: RecordedChannel;
	readonly power: RecordedChannel | undefined;
	/** Samples of nothing before its first one. */
	readonly leading: number;
	written: number;
}

/**
 * Imports the files (a folder: all files in it that a format claims) as one recording. Throws what opening a source throws, INVALID_VALUE for channels
 * that occur twice or a supply beside a measured voltage, and DISK.
 */
export async function importFiles(project: Project, paths: readonly string[], options: ImportOptions = {}): Promise<Imported> {
	const files = (await Promise.all(paths.map(expand))).flat();
	const sources = await Promise.all(files.map((path) => openSource(path, options)));
	const plan = planOf(files, sources, options);
	const { id, folder } = await project.addRecording();
	try {
		const info: RecordingInfo = {
			version: formatVersion,
			id,
			name: options.name ?? basename(files[0]),
			start: new Date(plan.startMs).toISOString(),
			offset: 0,
			software,
			devices: plan.devices,
			channels: plan.targets.flatMap(({ channel, power }) => (power ? [channel, power] : [channel])),
			finished: false,
		};
		const writer = await RecordingWriter.create(folder, info);
		try {
			await copy(writer, sources, plan, options);
		} finally {
			await writer.close();
		}
		options.onProgress?.(1);
		const several = files.length > 1;
		return { id, info: writer.info, notes: [...plan.notes, ...sources.flatMap(({ notes }, k) => notes.map((note) => (several ? `${basename(files[k])}: ${note}` : note)))] };
	} catch (error) {
		await project.discard(id);
		throw error;
	}
}

/** A folder stands for its files: those of one format by their names, sidecars and events not among them. */
async function expand(path: string): Promise<string[]> {
	if (!(await stat(path).catch(() => undefined))?.isDirectory()) return [path];
	const names = (await readdir(path)).filter((name) => /\.(csv|f32|parquet|zip)$/i.test(name)).sort();
	const known = readable.map(({ title }) => title).join('; ');
	if (names.length === 0) throw new MicrojouleError('NOT_FOUND', `The folder ${path} holds no file that can be imported. Known kinds: ${known}.`, { path });
	return names.map((name) => join(path, name));
}

interface Plan {
	readonly devices: RecordedDevice[];
	/** In the order of the sources' channels. */
	readonly targets: readonly Target[];
	/** Of each source: its first place in `targets`. */
	readonly places: readonly number[];
	/** s on the files' axis where the recording begins. */
	readonly originS: number;
	readonly startMs: number;
	readonly notes: string[];
}

function planOf(files: readonly string[], sources: readonly Source[], { supplyV }: ImportOptions): Plan {
	const all = sources.flatMap((source) => source.channels);
	if (all.length === 0) throw new MicrojouleError('INVALID_VALUE', `${files.join(', ')}: there are events only; name the file of a sampled channel too.`, { files });
	const bad = all.find(({ rate }) => !(rate > 0 && Number.isFinite(rate)));
	if (bad) throw new MicrojouleError('INVALID_VALUE', `The rate of ${bad.label} cannot be told from its times; state it with --rate.`, { channel: bad.id });
	const originS = Math.min(...all.map(({ firstS }) => firstS));
	const devices = new Map<string, RecordedDevice>();
	const targets = all.map((source): Target => {
		const device = source.device ?? unknownDevice(source.deviceName, supplyV);
		if (!devices.has(device.id)) devices.set(device.id, device);
		const { id, label, unit, rate, ranges = [], settleS } = source;
		const rail = source.rail ?? (unit === 'A' ? railOf(id) : undefined);
		const channel: RecordedChannel = { device: device.id, id, label, unit, rate, count: 0, ranges, rail, settleS };
		return { source, channel, power: powerOf(channel, supplyV), leading: Math.round((source.firstS - originS) * rate), written: 0 };
	});
	checkSupply(targets, supplyV);
	const start = sources.find((source) => source.start !== undefined)?.start;
	const notes = originS === 0 ? [] : [`the files' times begin at ${Number(originS.toPrecision(12))} s; that is 0 s of the recording`];
	let place = 0;
	const places = sources.map((source) => {
		place += source.channels.length;
		return place - source.channels.length;
	});
	return {
		devices: [...devices.values()],
		targets,
		places,
		originS,
		startMs: (start === undefined ? Date.now() : Date.parse(start)) + (start === undefined ? 0 : originS * 1000),
		notes,
	};
}

function unknownDevice(name: string | undefined, supplyV: number | undefined): RecordedDevice {
	const id = deviceId(name);
	const settings = supplyV === undefined ? {} : { mainVoltage: supplyV };
	return { id, kind: 'import', name: name ?? 'Import', serial: '', hardwareVersion: '', firmwareVersion: '', simulated: false, settings };
}

function deviceId(name: string | undefined): string {
	return name?.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|-+$/g, '') || 'import';
}

/** The rail of a current as the instruments name it. A second current of a file has one of its own. */
function railOf(id: string): RecordedChannel['rail'] {
	return models.ace.channels.find((channel) => channel.id === id)?.rail ?? { voltage: `${id}-v`, power: `${id}-p` };
}

function powerOf(channel: RecordedChannel, supplyV: number | undefined): RecordedChannel | undefined {
	if (supplyV === undefined || channel.unit !== 'A' || !channel.rail) return undefined;
	const label = channel.label.replace(/current$/i, 'power');
	return { device: channel.device, id: channel.rail.power, label: label === channel.label ? `${label}, power` : label, unit: 'W', rate: channel.rate, count: 0, ranges: [] };
}

function checkSupply(targets: readonly Target[], supplyV: number | undefined): void {
	const seen = new Set<string>();
	for (const { channel, power } of targets)
		for (const { device, id } of power ? [channel, power] : [channel]) {
			const key = `${device}.${id}`;
			if (seen.has(key))
				throw new MicrojouleError(
					'INVALID_VALUE',
					`The files hold the channel ${id} twice${supplyV === undefined ? '' : ', or a power beside the stated --supply'}; name what to import with --column <NAME:UNIT=CHANNEL>, or import one by one.`,
					{ channel: id },
				);
			seen.add(key);
		}
	if (supplyV === undefined) return;
	if (!targets.some(({ power }) => power))
		throw new MicrojouleError('INVALID_VALUE', '--supply states the voltage of a current, and the files hold no current; leave it out.', { supplyV });
	const measured = targets.find(({ channel }) => seen.has(`${channel.device}.${channel.rail?.voltage}`));
	if (measured) throw new MicrojouleError('INVALID_VALUE', `The files hold the measured voltage of ${measured.channel.label}; leave --supply out.`, { supplyV });
}

async function copy(writer: RecordingWriter, sources: readonly Source[], plan: Plan, { supplyV, onProgress }: ImportOptions): Promise<void> {
	const gaps = new Gaps();
	const eventsSeen = new Set<string>();
	for (const [k, source] of sources.entries()) {
		const devicesBefore = new Set(eventsSeen);
		for await (const item of source.items()) {
			if ('event' in item) {
				const device = eventDevice(item.deviceId, plan.devices);
				// Files of one export name the same events: the first file's count.
				if (item.event.type !== 'log' && item.event.type !== 'edge' ? devicesBefore.has(device) : devicesBefore.has(`${device}.${item.event.channel}`)) continue;
				eventsSeen.add(item.event.type === 'log' || item.event.type === 'edge' ? `${device}.${item.event.channel}` : device);
				if (item.event.type === 'gap') gaps.stated.add(device);
				writer.event({ ...item.event, device, time: item.event.time - plan.originS } as RecordedEvent & AcquisitionEvent);
				continue;
			}
			const target = plan.targets[plan.places[k] + item.channel];
			if (target.written === 0 && target.leading > 0) await append(writer, target, new Float32Array(target.leading).fill(Number.NaN), supplyV, gaps);
			await append(writer, target, item.samples, supplyV, gaps);
			onProgress?.((k + source.share()) / sources.length);
		}
	}
	for (const event of gaps.events(plan.targets.map(({ channel }) => channel))) writer.event(event);
}

async function append(writer: RecordingWriter, target: Target, samples: Float32Array, supplyV: number | undefined, gaps: Gaps): Promise<void> {
	const { channel, power } = target;
	gaps.add(channel, target.written, samples);
	target.written += samples.length;
	await writer.append(channel.device, channel.id, samples);
	if (power && supplyV !== undefined)
		await writer.append(
			power.device,
			power.id,
			samples.map((current) => current * supplyV),
		);
}

function eventDevice(name: string | undefined, devices: readonly RecordedDevice[]): string {
	const wanted = deviceId(name);
	return devices.find(({ id }) => id === name || id === wanted)?.id ?? devices[0].id;
}

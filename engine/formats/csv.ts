/**
 * Export in the layout of Otii's own CSV files: one file a channel, `<Label> - <Device>.csv`, header `"Timestamp","Value"`, times as %.6f s,
 * values as %.9g in SI units, LF. Digital channels and logs become lists of events in the same two columns.
 *
 * A lost sample is written as a row with the value `nan`, so that row n is always sample n and a gap survives the way back. Files are
 * written beside their final name and renamed when complete: a failed export leaves none behind. It streams: memory does not grow.
 */

import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MicrojouleError } from '../../drivers/errors.ts';
import { models } from '../../drivers/models.ts';
import type { RecordedChannel } from '../recording/format.ts';
import type { RecordingReader } from '../recording/reader.ts';
import { windowOf } from '../recording/window.ts';
import { diskError } from '../recording/writer.ts';
import { longestNumber, writeFixed6, writeGeneral } from './printf.ts';

export interface CsvOptions {
	/** Folder for the files; created when missing. */
	readonly folder: string;
	/** Channel ids; default: all, digital channels and logs included. */
	readonly channels?: readonly string[];
	/** Window in s; every sample that overlaps it is written. Default: everything. */
	readonly from?: number;
	readonly to?: number;
	/** Replace files that are already there. */
	readonly overwrite?: boolean;
	/** Share done, 0 to 1, a few times a second at most. */
	readonly onProgress?: (share: number) => void;
}

const header = '"Timestamp","Value"\n';
const chunkSamples = 1 << 14;
/** A row is a time below 20 characters, a value below 17, and two separators; a chunk fits with room for the longest number. */
const bufferBytes = chunkSamples * 48 + 2 * longestNumber;

interface EventFile {
	readonly device: string;
	readonly channel: string;
	readonly rows: 'edge' | 'log';
}

/** Writes the files and returns their paths. Throws NOT_FOUND for an unknown channel, NOT_EMPTY for a file that is already there, DISK. */
export async function exportCsv(reader: RecordingReader, options: CsvOptions): Promise<string[]> {
	const wanted = options.channels;
	const columns = reader.info.channels.filter((channel) => wanted?.includes(channel.id) ?? true);
	const lists = (await eventChannels(reader)).filter(({ channel }) => wanted?.includes(channel) ?? true);
	for (const id of wanted ?? []) if (!columns.some((channel) => channel.id === id) && !lists.some(({ channel }) => channel === id)) reader.channel(undefined, id);

	const paths = new Map<RecordedChannel | EventFile, string>();
	const used = new Set<string>();
	for (const item of [...columns, ...lists]) {
		const name = fileName(reader, item.device, 'id' in item ? item.label : labelOf(reader, item), used);
		const path = join(options.folder, name);
		if (!options.overwrite && existsSync(path)) throw new MicrojouleError('NOT_EMPTY', `${path} is already there; choose another folder, or overwrite.`, { path });
		paths.set(item, path);
	}

	const total = columns.reduce((sum, channel) => sum + channel.count, 0) || 1;
	let done = 0;
	let reportedAt = 0;
	const advance = (samples: number) => {
		done += samples;
		if (performance.now() - reportedAt < 100) return;
		reportedAt = performance.now();
		options.onProgress?.(done / total);
	};
	try {
		await mkdir(options.folder, { recursive: true });
		for (const channel of columns) await whole(paths.get(channel) as string, (file) => writeColumn(reader, channel, options, file, advance));
		for (const list of lists) await whole(paths.get(list) as string, (file) => writeEvents(reader, list, options, file));
	} catch (error) {
		throw error instanceof MicrojouleError ? error : diskError(options.folder, error);
	}
	options.onProgress?.(1);
	return [...paths.values()];
}

async function writeColumn(reader: RecordingReader, channel: RecordedChannel, { from, to }: CsvOptions, file: FileHandle, advance: (samples: number) => void): Promise<void> {
	const { begin, end } = windowOf(from, to, channel.rate, channel.count);
	const last = end > begin ? Math.ceil(end) : 0;
	const bytes = new Uint8Array(bufferBytes);
	let length = writeAscii(bytes, 0, header);
	for (let at = Math.floor(begin); at < last; at += chunkSamples) {
		const samples = await reader.read(channel, at, Math.min(last, at + chunkSamples));
		for (let k = 0; k < samples.length; k++) {
			length = writeFixed6(bytes, length, (at + k) / channel.rate);
			bytes[length++] = 44; // ,
			length = writeGeneral(bytes, length, samples[k]);
			bytes[length++] = 10;
		}
		await writeFully(file, bytes, length);
		length = 0;
		advance(samples.length);
	}
	await writeFully(file, bytes, length);
}

async function writeEvents(
	reader: RecordingReader,
	list: EventFile,
	{ from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: CsvOptions,
	file: FileHandle,
): Promise<void> {
	const time = new Uint8Array(longestNumber);
	let text = header;
	for await (const event of reader.events()) {
		if (event.device !== list.device || event.type !== list.rows || event.channel !== list.channel || event.time < from || event.time >= to) continue;
		const value = event.type === 'edge' ? String(event.level) : `"${event.text.replaceAll('"', '""')}"`;
		text += `${String.fromCharCode(...time.subarray(0, writeFixed6(time, 0, event.time)))},${value}\n`;
		if (text.length < 1 << 16) continue;
		await file.writeFile(text);
		text = '';
	}
	await file.writeFile(text);
}

/** Digital channels and logs leave nothing but events: which there are, the events say. */
async function eventChannels(reader: RecordingReader): Promise<EventFile[]> {
	const found = new Map<string, EventFile>();
	for await (const event of reader.events()) {
		if (event.type !== 'edge' && event.type !== 'log') continue;
		const key = `${event.device} ${event.channel} ${event.type}`;
		if (!found.has(key)) found.set(key, { device: event.device, channel: event.channel, rows: event.type });
	}
	return [...found.values()];
}

function labelOf(reader: RecordingReader, { device, channel }: EventFile): string {
	const kind = reader.info.devices.find((candidate) => candidate.id === device)?.kind;
	return (kind && models[kind]?.channels.find((candidate) => candidate.id === channel)?.label) ?? channel;
}

/** `<Label> - <Device>.csv`, with what no file system takes replaced, and the device's id where names collide. */
function fileName(reader: RecordingReader, device: string, label: string, used: Set<string>): string {
	const name = reader.info.devices.find((candidate) => candidate.id === device)?.name ?? device;
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not get into a file's name
	const clean = (text: string) => text.replace(/[\u0000-\u001f<>:"/\\|?*]/g, '_');
	let result = clean(`${label} - ${name}.csv`);
	if (used.has(result.toLowerCase())) result = clean(`${label} - ${name} (${device}).csv`);
	used.add(result.toLowerCase());
	return result;
}

async function whole(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
	const temporary = `${path}.part`;
	const file = await open(temporary, 'w');
	try {
		await write(file);
		await file.close();
		await rename(temporary, path);
	} catch (error) {
		await file.close().catch(() => {});
		await rm(temporary, { force: true });
		throw error;
	}
}

async function writeFully(file: FileHandle, bytes: Uint8Array, length: number): Promise<void> {
	for (let at = 0; at < length; ) at += (await file.write(bytes, at, length - at)).bytesWritten;
}

function writeAscii(target: Uint8Array, at: number, text: string): number {
	for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
	return at + text.length;
}

/**
 * Export in the layout of Otii's own CSV files: one file a channel, `<Label> - <Device>.csv`, header `"Timestamp","Value"`, times as %.6f s,
 * values as %.9g in SI units, LF. Digital channels and logs become lists of events in the same two columns.
 *
 * A lost sample is written as a row with the value `nan`, so that row n is always sample n and a gap survives the way back. It
 * streams: memory does not grow.
 */

import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { models } from '../../../drivers/models.ts';
import type { RecordedEvent } from '../../recording/format.ts';
import type { RecordingReader } from '../../recording/reader.ts';
import { longestNumber, writeFixed6 } from '../printf.ts';
import { titles } from '../source.ts';
import { CsvRows } from './csv-rows.ts';
import { eventsWithin } from './events.ts';
import { requireFree, whole, writeFully } from './output.ts';
import { type ExportColumn, type ExportOptions, type ExportResult, isWanted, progressOf, requireKnown, selectColumns, type WritableFormat } from './selection.ts';

export const otii: WritableFormat = { name: 'csv', title: titles.csv, extensions: [], write: exportOtii };

const header = '"Timestamp","Value"\n';

/** Rows formatted at once: 1.5 MB of text. */
const blockRows = 1 << 16;

interface EventFile {
	readonly device: string;
	readonly channel: string;
	readonly rows: 'edge' | 'log';
}

/** Writes the files; `out` is their folder. */
export async function exportOtii(reader: RecordingReader, options: ExportOptions): Promise<ExportResult> {
	const wanted = options.channels;
	const columns = selectColumns(reader, options);
	const lists = (await eventChannels(reader)).filter(({ device, channel }) => isWanted(wanted, device, channel));
	requireKnown(reader, wanted, [...columns.map(({ channel }) => channel), ...lists.map(({ device, channel }) => ({ device, id: channel }))]);

	const paths = new Map<ExportColumn | EventFile, string>();
	const used = new Set<string>();
	for (const item of [...columns, ...lists]) {
		const [device, label] =
			'rows' in item ? [item.device, labelOf(reader, item.device, item.channel)] : [item.channel.device, labelOf(reader, item.channel.device, item.channel.id, item.channel.label)];
		const path = join(options.out, fileName(reader, device, label, used));
		requireFree(path, options.overwrite);
		paths.set(item, path);
	}
	const advance = progressOf(columns, options.onProgress);
	for (const [item, path] of paths) await whole(path, (file) => ('rows' in item ? writeEvents(reader, item, options, file) : writeColumn(item, file, advance)));
	options.onProgress?.(1);
	return { files: [...paths.values()], notes: [] };
}

async function writeColumn(column: ExportColumn, file: FileHandle, advance: (samples: number) => void): Promise<void> {
	const { rate, first, end } = column;
	await file.writeFile(header);
	// While one block is being written the next is read and formatted.
	const blocks = [new CsvRows(blockRows), new CsvRows(blockRows)];
	let writing = Promise.resolve();
	try {
		for (let at = first, turn = 0; at < end; at += blockRows, turn = 1 - turn) {
			const samples = await column.read(at, Math.min(end, at + blockRows));
			const rows = blocks[turn].rows(samples, at, rate);
			await writing;
			writing = writeFully(file, rows);
			writing.catch(() => {}); // the next turn, or the end, reports it
			advance(samples.length);
		}
		await writing;
	} finally {
		await writing.catch(() => {});
		for (const block of blocks) block.free();
	}
}

async function writeEvents(reader: RecordingReader, list: EventFile, options: ExportOptions, file: FileHandle): Promise<void> {
	const time = new Uint8Array(longestNumber);
	let text = header;
	for await (const event of eventsWithin(reader, options)) {
		if (!isOf(list, event)) continue;
		const value = event.type === 'edge' ? String(event.level) : `"${event.text.replaceAll('"', '""')}"`;
		text += `${String.fromCharCode(...time.subarray(0, writeFixed6(time, 0, event.time)))},${value}\n`;
		if (text.length < 1 << 16) continue;
		await file.writeFile(text);
		text = '';
	}
	await file.writeFile(text);
}

function isOf(list: EventFile, event: RecordedEvent): event is RecordedEvent & { type: 'edge' | 'log' } {
	return event.device === list.device && event.type === list.rows && event.channel === list.channel;
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

/** Otii's own label where it has such a channel: by it an import knows what the file holds. */
function labelOf(reader: RecordingReader, device: string, channel: string, otherwise = channel): string {
	const kind = reader.info.devices.find((candidate) => candidate.id === device)?.kind ?? 'ace';
	return models[kind === 'import' ? 'ace' : kind]?.channels.find((candidate) => candidate.id === channel)?.label ?? otherwise;
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

export function writeAscii(target: Uint8Array, at: number, text: string): number {
	for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
	return at + text.length;
}

/**
 * Raw little-endian float32: a file a channel, `<device>.<channel>.f32`, with its sidecar `<file>.json` and one `events.jsonl` for all. Comes
 * back bit for bit, events included. `out` is a folder, or, for a single channel, a file.
 */

import { writeFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { basename, extname, join } from 'node:path';
import { MicrojouleError } from '../../../drivers/errors.ts';
import type { RecordingReader } from '../../recording/reader.ts';
import type { Sidecar } from '../read/raw.ts';
import { titles } from '../source.ts';
import { writeEventLines } from './events.ts';
import { requireFree, whole, wholePath, writeFully } from './output.ts';
import { chunkSamples, type ExportColumn, progressOf, requireKnown, selectColumns, type WritableFormat } from './selection.ts';

export const raw: WritableFormat = {
	name: 'raw',
	title: titles.raw,
	extensions: ['.f32'],
	async write(reader, options) {
		const columns = selectColumns(reader, options);
		requireKnown(
			reader,
			options.channels,
			columns.map(({ channel }) => channel),
		);
		const single = extname(options.out).toLowerCase() === '.f32';
		if (single && columns.length !== 1)
			throw new MicrojouleError('INVALID_VALUE', `${options.out} can hold one channel, and ${columns.length} were selected; name one with --channel, or a folder with --out.`, {
				out: options.out,
			});
		const pathOf = ({ channel }: ExportColumn) => (single ? options.out : join(options.out, `${channel.device}.${channel.id}.f32`));
		const eventsPath = single ? `${options.out}.events.jsonl` : join(options.out, 'events.jsonl');
		const files = [...columns.flatMap((column) => [pathOf(column), `${pathOf(column)}.json`]), eventsPath];
		for (const path of files) requireFree(path, options.overwrite);
		const advance = progressOf(columns, options.onProgress);
		for (const column of columns) {
			await whole(pathOf(column), async (file) => {
				for (let at = column.first; at < column.end; at += chunkSamples) {
					const samples = await column.read(at, Math.min(column.end, at + chunkSamples));
					const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
					if (endianness() === 'BE') bytes.swap32();
					await writeFully(file, bytes);
					advance(samples.length);
				}
			});
			await wholePath(`${pathOf(column)}.json`, (temporary) => writeFile(temporary, `${JSON.stringify(sidecarOf(reader, column, basename(eventsPath)), null, '\t')}\n`));
		}
		await wholePath(eventsPath, (temporary) => writeEventLines(temporary, reader, options));
		options.onProgress?.(1);
		return { files, notes: [] };
	},
};

function sidecarOf(reader: RecordingReader, { channel, rate, first }: ExportColumn, events: string): Sidecar {
	const { id, label, unit, ranges, rail, settleS } = channel;
	const device = reader.info.devices.find((candidate) => candidate.id === channel.device);
	return { rate, unit: unit || 'A', id, label, from: first / rate, start: reader.info.start, ranges, rail, settleS, device, events };
}

/**
 * Parquet. Wide: a row a sample of the fastest channel, `time` in s and a column a channel; a slower channel has null between its samples.
 * Long: rows of `device`, `channel`, `time`, `value`, channel after channel. Both come back bit for bit: what the columns are stands in the
 * metadata under the key `microjoule`, events beside the file in `<file>.events.jsonl`. A lost sample is NaN.
 *
 * Values are stored plain: a dictionary would merge 0 and −0. A row group at a time is in memory.
 */

import { basename } from 'node:path';
import type { SchemaElement } from 'hyparquet';
import { type ColumnSource, fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { RecordingReader } from '../../recording/reader.ts';
import { software } from '../../version.ts';
import type { ParquetNote } from '../read/parquet.ts';
import { writeEventLines } from './events.ts';
import { requireFree, wholePath } from './output.ts';
import { type ExportColumn, type ExportOptions, type ExportResult, progressOf, requireKnown, selectColumns, type WritableFormat } from './selection.ts';

export const parquetWide: WritableFormat = {
	name: 'parquet',
	title: 'Parquet, a column a channel',
	extensions: ['.parquet'],
	write: (reader, options) => exportParquet(reader, options, 'wide'),
};

export const parquetLong: WritableFormat = {
	name: 'parquet-long',
	title: 'Parquet, a row a sample of each channel',
	extensions: [],
	write: (reader, options) => exportParquet(reader, options, 'long'),
};

const groupRows = 1 << 17;

async function exportParquet(reader: RecordingReader, options: ExportOptions, layout: ParquetNote['layout']): Promise<ExportResult> {
	const columns = selectColumns(reader, options);
	requireKnown(
		reader,
		options.channels,
		columns.map(({ channel }) => channel),
	);
	const eventsPath = `${options.out}.events.jsonl`;
	for (const path of [options.out, eventsPath]) requireFree(path, options.overwrite);
	const advance = progressOf(columns, options.onProgress);
	const named = columns.map((column) => ({
		...column,
		name: layout === 'long' || reader.info.devices.length > 1 ? `${column.channel.device}.${column.channel.id}` : column.channel.id,
	}));
	const note: ParquetNote = {
		layout,
		start: reader.info.start,
		devices: reader.info.devices,
		channels: named.map(({ channel: { count: _, ...channel }, name, rate, first }) => ({ ...channel, rate, column: name, from: first / rate })),
		events: basename(eventsPath),
	};
	await wholePath(options.out, async (temporary) => {
		const rows = layout === 'wide' ? wideRows(named, advance) : longRows(named, advance);
		const kvMetadata = [{ key: 'microjoule', value: JSON.stringify(note) }];
		const writer = new ParquetWriter({
			writer: fileWriter(temporary),
			schema: layout === 'wide' ? wideSchema(named) : longSchema,
			kvMetadata,
			createdBy: software,
			statistics: false,
		});
		for await (const columnData of rows) await writer.write({ columnData, rowGroupSize: groupRows });
		await writer.finish();
	});
	await wholePath(eventsPath, (temporary) => writeEventLines(temporary, reader, options));
	options.onProgress?.(1);
	return { files: [options.out, eventsPath], notes: [] };
}

type Named = ExportColumn & { readonly name: string };

const required = (name: string, type: SchemaElement['type'], more: Partial<SchemaElement> = {}): SchemaElement => ({ name, type, repetition_type: 'REQUIRED', ...more });
const longSchema: SchemaElement[] = [
	{ name: 'root', num_children: 4 },
	required('device', 'BYTE_ARRAY', { converted_type: 'UTF8' }),
	required('channel', 'BYTE_ARRAY', { converted_type: 'UTF8' }),
	required('time', 'DOUBLE'),
	required('value', 'FLOAT'),
];

async function* longRows(columns: readonly Named[], advance: (samples: number) => void): AsyncGenerator<ColumnSource[]> {
	for (const { channel, rate, first, end, read } of columns)
		for (let at = first; at < end; at += groupRows) {
			const samples = await read(at, Math.min(end, at + groupRows));
			yield [
				{ name: 'device', data: new Array<string>(samples.length).fill(channel.device) },
				{ name: 'channel', data: new Array<string>(samples.length).fill(channel.id) },
				{ name: 'time', data: Float64Array.from(samples, (_, k) => (at + k) / rate), encoding: 'PLAIN' },
				{ name: 'value', data: samples, encoding: 'PLAIN' },
			];
			advance(samples.length);
		}
}

/** Rows of a wide file: the fastest rate, the first row as a sample of it, and how many there are. */
function grid(columns: readonly Named[]): { rate: number; first: number; rows: number } {
	const filled = columns.filter(({ first, end }) => end > first);
	const rate = filled.length > 0 ? Math.max(...filled.map((column) => column.rate)) : 1;
	const fastest = filled.find((column) => column.rate === rate);
	const first = fastest?.first ?? 0;
	return { rate, first, rows: Math.max(0, ...filled.map((column) => rowOf(column, column.end - 1, rate, first) + 1)) };
}

/** The row of a sample: the first that is not before it. Before the first row only the sample can lie that holds there. */
function rowOf(column: Named, index: number, rate: number, first: number): number {
	return column.rate === rate ? index - first : Math.max(0, Math.ceil((index * rate) / column.rate - 1e-9) - first);
}

/** A channel with a value in every row needs no nulls. */
function isFull(column: Named, { rate, first, rows }: { rate: number; first: number; rows: number }): boolean {
	return column.rate === rate && column.first === first && column.end - column.first === rows;
}

function wideSchema(columns: readonly Named[]): SchemaElement[] {
	const shape = grid(columns);
	return [
		{ name: 'root', num_children: columns.length + 1 },
		required('time', 'DOUBLE'),
		...columns.map((column): SchemaElement => ({ name: column.name, type: 'FLOAT', repetition_type: isFull(column, shape) ? 'REQUIRED' : 'OPTIONAL' })),
	];
}

async function* wideRows(columns: readonly Named[], advance: (samples: number) => void): AsyncGenerator<ColumnSource[]> {
	const shape = grid(columns);
	const { rate, first, rows } = shape;
	const next = columns.map((column) => column.first);
	for (let at = 0; at < rows; at += groupRows) {
		const count = Math.min(groupRows, rows - at);
		const group: ColumnSource[] = [{ name: 'time', data: Float64Array.from({ length: count }, (_, k) => (first + at + k) / rate), encoding: 'PLAIN' }];
		for (const [place, column] of columns.entries()) {
			const from = next[place];
			let to = Math.min(column.end, from + count);
			while (to > from && rowOf(column, to - 1, rate, first) >= at + count) to--;
			const samples = await column.read(from, to);
			next[place] = to;
			if (isFull(column, shape)) group.push({ name: column.name, data: samples, encoding: 'PLAIN' });
			else {
				const data = new Array<number | null>(count).fill(null);
				for (let k = 0; k < samples.length; k++) data[rowOf(column, from + k, rate, first) - at] = samples[k];
				group.push({ name: column.name, data, nullable: true, encoding: 'PLAIN' });
			}
			advance(samples.length);
		}
		yield group;
	}
}

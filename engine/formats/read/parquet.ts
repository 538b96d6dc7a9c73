/**
 * Parquet, a row group at a time. Files that Microjoule wrote say in their metadata (key `microjoule`) what each column is; of others, a time
 * column and columns that name their units are recognised as in a table, their rows being taken as samples one after the other; long ones,
 * a row a sample of some channel, are parquet-long.ts's.
 */

import { dirname, join } from 'node:path';
import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import type { RecordedChannel, RecordedDevice } from '../../recording/format.ts';
import { type Candidate, notReadable, type ReadableFormat, type Source, type SourceChannel, type SourceItem, type SourceOptions, titles } from '../source.ts';
import { estimateRate, TimeBase } from '../time-base.ts';
import { eventLines } from './event-lines.ts';
import { type Layout, recogniseColumnsNamed, recogniseTimeNamed } from './layout.ts';
import { type Column, guarded, numeric, pieces, type ReadColumn, seconds } from './parquet-columns.ts';
import { longColumns, longSource } from './parquet-long.ts';

/** The metadata that an export leaves under the key `microjoule`, as JSON. */
export interface ParquetNote {
	readonly layout: 'long' | 'wide';
	/** ISO 8601 of time 0. */
	readonly start: string;
	readonly devices: readonly RecordedDevice[];
	/** `column` names it: in a wide file the column, in a long one what stands in `device` and `channel`, with a dot between. */
	readonly channels: readonly (Omit<RecordedChannel, 'count'> & { readonly column: string; readonly from: number })[];
	/** Name of the file of events beside it. */
	readonly events: string;
}

export const parquet: ReadableFormat = {
	name: 'parquet',
	title: titles.parquet,
	matches: ({ text }) => text.startsWith('PAR1'),
	async open(file, options) {
		try {
			const buffer = await asyncBufferFromFile(file.path);
			const metadata = await parquetMetadataAsync(buffer);
			const scan = await parquetScan({ file: buffer, metadata });
			const read: ReadColumn = (column, rowStart, rowEnd) => scan.readColumn({ column, rowStart, rowEnd });
			const text = metadata.key_value_metadata?.find(({ key }) => key === 'microjoule')?.value;
			const note = text === undefined ? undefined : (JSON.parse(text) as ParquetNote);
			return note ? ownSource(file, metadata, read, note) : await foreignSource(file, metadata, read, options);
		} catch (error) {
			throw error instanceof MicrojouleError ? error : notReadable(file.path, messageOf(error), error);
		}
	},
};

function ownSource({ path }: Candidate, metadata: FileMetaData, read: ReadColumn, note: ParquetNote): Source {
	const rows = Number(metadata.num_rows) || 1;
	let done = 0;
	const channels = note.channels.map(
		({ device, id, label, unit, rate, from, ranges, rail, settleS }): SourceChannel => ({
			id,
			label,
			unit,
			rate,
			firstS: from,
			device: note.devices.find((candidate) => candidate.id === device),
			deviceName: device,
			ranges,
			rail,
			settleS,
		}),
	);
	async function* items(): AsyncGenerator<SourceItem> {
		const places = new Map(note.channels.map(({ column }, channel) => [column, channel]));
		for (const [from, to] of pieces(metadata)) {
			if (note.layout === 'wide')
				for (const [column, channel] of places) {
					const samples = present(await read(column, from, to));
					if (samples.length > 0) yield { channel, samples };
				}
			else yield* runs(places, await read('device', from, to), await read('channel', from, to), await read('value', from, to));
			done = to;
		}
		yield* eventLines(join(dirname(path), note.events));
	}
	return { channels, start: note.start, notes: [], items: () => guarded(path, items()), share: () => done / rows };
}

/** Rows of a long file as runs of one channel. */
function* runs(places: ReadonlyMap<string, number>, devices: Column, ids: Column, values: Column): Generator<SourceItem> {
	for (let from = 0; from < ids.length; ) {
		let to = from + 1;
		while (to < ids.length && ids[to] === ids[from] && devices[to] === devices[from]) to++;
		const channel = places.get(`${devices[from]}.${ids[from]}`);
		if (channel !== undefined) yield { channel, samples: Float32Array.from({ length: to - from }, (_, k) => values[from + k] as number) };
		from = to;
	}
}

/** Values that are there: a slower channel has null in the rows between its samples. */
function present(values: Column): Float32Array {
	if (values instanceof Float32Array) return values;
	const result = new Float32Array(values.length);
	let length = 0;
	for (let k = 0; k < values.length; k++) {
		const value = values[k];
		if (value !== null && value !== undefined) result[length++] = Number(value);
	}
	return result.subarray(0, length);
}

async function foreignSource({ path }: Candidate, metadata: FileMetaData, read: ReadColumn, options: SourceOptions): Promise<Source> {
	const names = parquetSchema(metadata).children.map(({ element }) => element.name);
	const long = options.columns ? undefined : longColumns(names);
	if (long) {
		const time = recogniseTimeNamed(path, names, options);
		return longSource(path, metadata, read, long, { name: names[time.column], perUnit: time.perUnit }, options);
	}
	const layout = recogniseColumnsNamed(path, names, options);
	const { rate, firstS } = await foreignTiming(path, metadata, read, layout, options);
	const notes = [...layout.notes];
	const rows = Number(metadata.num_rows);
	let done = 0;
	async function* items(): AsyncGenerator<SourceItem> {
		const base = new TimeBase(rate);
		for (const [from, to] of pieces(metadata)) {
			const columns = await Promise.all(layout.columns.map(({ column }) => read(names[column], from, to)));
			const times = layout.time && (await read(names[layout.time.column], from, to));
			let begin = 0;
			for (let k = 0; k <= to - from; k++) {
				const missing = k === to - from ? 0 : times ? base.place(seconds(times[k], layout.time?.perUnit ?? 1), false) : 0;
				if (Number.isNaN(missing)) throw notReadable(path, `time runs backwards in row ${from + k + 1}`);
				if (missing === 0 && k < to - from) continue;
				for (const [channel, { perUnit }] of layout.columns.entries()) {
					const samples = Float32Array.from({ length: k - begin }, (_, j) => numeric(columns[channel][begin + j]) / perUnit);
					if (samples.length > 0) yield { channel, samples };
					if (missing > 0) yield { channel, samples: new Float32Array(missing).fill(Number.NaN) };
				}
				begin = missing < 0 ? k + 1 : k;
			}
			done = to;
		}
		notes.push(...base.notes());
	}
	const channels = layout.columns.map(({ id, label, unit }): SourceChannel => ({ id, label, unit, rate, firstS }));
	return { channels, notes, items: () => guarded(path, items()), share: () => done / rows };
}

async function foreignTiming(path: string, metadata: FileMetaData, read: ReadColumn, { time, names }: Layout, { rate }: SourceOptions): Promise<{ rate: number; firstS: number }> {
	const [first] = pieces(metadata);
	if (!time || !first) return { rate: rate ?? Number.NaN, firstS: 0 };
	const values = await read(names[time.column], first[0], Math.min(first[1], first[0] + 4096));
	const timesS = Float64Array.from({ length: values.length }, (_, k) => seconds(values[k], time.perUnit));
	if (timesS.some((value) => Number.isNaN(value))) throw notReadable(path, `the column ${names[time.column]} holds something that is no time`);
	if (rate === undefined && timesS.length < 2) throw notReadable(path, 'it holds fewer than two samples, so no rate; state --rate');
	return { rate: rate ?? estimateRate(timesS, 1e-9).rate, firstS: timesS[0] ?? 0 };
}

/**
 * Tables of text: what the three CSV layouts share. A first look recognises the layout and estimates the rate; then rows are read once, in
 * pieces, and put on a uniform time base. Rows that are missing become lost samples; rows that repeat are dropped; both are reported.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { type Candidate, notReadable, type ReadableFormat, type Source, type SourceChannel, type SourceItem, type SourceOptions, titles } from '../source.ts';
import { estimateRate, TimeBase } from '../time-base.ts';
import { type Layout, parseDate, recogniseLayout } from './layout.ts';
import { fields, headRows, numberOf, rows, trimmed } from './lines.ts';

/** Any CSV; the two layouts with names of their own come before it in the table of formats. */
export const table: ReadableFormat = {
	name: 'table',
	title: titles.table,
	matches: ({ path, text }) => /\.(csv|tsv|txt|dat)$/i.test(path) && !text.includes('\0'),
	open: async (file, options) => openTable(file, recogniseLayout(file, options), options),
};

/** A text column of one digital channel a character, or a column a channel, as events. */
export interface DigitalColumn {
	readonly column: number;
	/** Character of the field. */
	readonly position: number;
	readonly id: string;
}

export interface TableExtras {
	readonly deviceName?: string;
	readonly digital?: readonly DigitalColumn[];
}

const blockSamples = 1 << 14;
const probeRows = 4096;
/** A pause of more samples than this is taken for damage. */
const mostMissing = 2 ** 30;

interface Timing {
	readonly rate: number;
	readonly firstS: number;
	/** False where rows are counted and their times, if any, ignored. */
	readonly timed: boolean;
	/** s since 1970 of the first row, where times are dates. */
	readonly epochS: number | undefined;
}

export function openTable(file: Candidate, layout: Layout, options: SourceOptions, extras: TableExtras = {}): Source {
	const notes = [...layout.notes];
	const timing = probe(file, layout, options, notes);
	const channels = layout.columns.map(({ id, label, unit }): SourceChannel => ({ id, label, unit, rate: timing.rate, firstS: timing.firstS, deviceName: extras.deviceName }));
	let bytes = 0;
	const heard = (read: number) => {
		bytes = read;
	};
	return {
		channels,
		start: timing.epochS === undefined ? undefined : new Date(timing.epochS * 1000).toISOString(),
		notes,
		share: () => Math.min(1, bytes / file.bytes),
		items: () => readRows(rows(file.path, options.skipLines ?? 0, heard), file.path, layout, timing, extras.digital ?? [], notes),
	};
}

/** What the first rows say about time. */
function probe(file: Candidate, layout: Layout, options: SourceOptions, notes: string[]): Timing {
	const { path } = file;
	const { time, delimiter, decimalComma, headerLines } = layout;
	const first = headRows(file, options.skipLines ?? 0)
		.slice(headerLines)
		.filter((line) => line !== '')
		.slice(0, probeRows)
		.map((line) => fields(trimmed(line), delimiter));
	const counted = (rate: number) => ({ rate, firstS: 0, timed: false, epochS: undefined });
	if (!time) return counted(options.rate ?? Number.NaN);
	const dates = Number.isNaN(time.perUnit);
	const timesS = Float64Array.from(first, (row) => timeOf(row[time.column], time.perUnit, decimalComma) ?? Number.NaN);
	const bad = timesS.findIndex((value) => Number.isNaN(value));
	if (bad >= 0) throw notReadable(path, `row ${headerLines + bad + 1} has no time: "${first[bad].join(delimiter).slice(0, 60)}"`);
	const firstS = dates ? 0 : (timesS[0] ?? 0);
	const epochS = dates ? timesS[0] : undefined;
	if (options.rate !== undefined && timesS.length < 3) return { rate: options.rate, firstS, timed: true, epochS };
	if (timesS.length < 2) throw notReadable(path, 'it holds fewer than two samples, so no rate; state --rate');
	const decimals = first.slice(0, 64).reduce((most, row) => Math.max(most, /[.,](\d+)\s*Z?$/.exec(row[time.column])?.[1].length ?? 0), 0);
	const { rate, standing } = estimateRate(timesS, 10 ** -decimals / (dates ? 1 : time.perUnit));
	if (standing > timesS.length / 2) {
		const coarse = 'its times are coarser than its samples: most rows have the time of the row before';
		if (options.rate === undefined) throw new MicrojouleError('INVALID_VALUE', `${path}: ${coarse}; state the rate with --rate, then rows are counted.`, { path });
		notes.push(`${coarse}; rows are counted`);
		return { ...counted(options.rate), firstS, epochS };
	}
	return { rate: options.rate ?? rate, firstS, timed: true, epochS };
}

function timeOf(field: string | undefined, perUnit: number, decimalComma: boolean): number | undefined {
	if (Number.isNaN(perUnit)) return parseDate(field ?? '');
	const value = numberOf(field, decimalComma);
	return value === undefined ? undefined : value / perUnit;
}

/** Samples of all columns, gathered into blocks. */
class Blocks {
	readonly #columns: Float32Array[];
	length = 0;

	constructor(columns: number) {
		this.#columns = Array.from({ length: columns }, () => new Float32Array(blockSamples));
	}

	get room(): number {
		return blockSamples - this.length;
	}

	put(column: number, value: number): void {
		this.#columns[column][this.length] = value;
	}

	/** As many lost samples as there is room for, at most `count`; returns how many. */
	lose(count: number): number {
		const fit = Math.min(count, this.room);
		for (const column of this.#columns) column.fill(Number.NaN, this.length, this.length + fit);
		this.length += fit;
		return fit;
	}

	*take(): Generator<SourceItem> {
		if (this.length > 0) for (const [channel, column] of this.#columns.entries()) yield { channel, samples: column.subarray(0, this.length) };
		this.length = 0;
	}
}

async function* readRows(
	batches: AsyncIterable<readonly string[]>,
	path: string,
	layout: Layout,
	timing: Timing,
	digital: readonly DigitalColumn[],
	notes: string[],
): AsyncGenerator<SourceItem> {
	const { delimiter, decimalComma, columns, headerLines, time } = layout;
	const base = new TimeBase(timing.rate);
	const blocks = new Blocks(columns.length);
	const levels = new Map<string, string>();
	let row = 0;
	let before = '';
	let index = 0;
	for await (const batch of batches) {
		for (const raw of batch) {
			if (++row <= headerLines) continue;
			const line = trimmed(raw);
			if (line === '') continue;
			const cells = fields(line, delimiter);
			let missing = 0;
			if (time && timing.timed) {
				const timeS = timeOf(cells[time.column], time.perUnit, decimalComma);
				if (timeS === undefined || Number.isNaN(timeS)) throw notReadable(path, `row ${row} has no time: "${line.slice(0, 60)}"`);
				missing = base.place(timeS, line === before);
				if (Number.isNaN(missing)) throw notReadable(path, `time runs backwards in row ${row}, "${line.slice(0, 60)}"`);
				if (missing > mostMissing) throw notReadable(path, `the time of row ${row}, "${line.slice(0, 60)}", leaves out ${missing} samples`);
			}
			before = line;
			if (missing < 0) continue;
			index += missing + 1;
			while (missing > 0) {
				missing -= blocks.lose(missing);
				if (blocks.room === 0) yield* blocks.take();
			}
			for (let k = 0; k < columns.length; k++) {
				const value = numberOf(cells[columns[k].column], decimalComma);
				if (value === undefined) throw notReadable(path, `row ${row} is "${line.slice(0, 60)}"; ${columns[k].label} has no number in it`);
				blocks.put(k, value / columns[k].perUnit);
			}
			blocks.length++;
			for (const { column, position, id } of digital) {
				const level = cells[column]?.charAt(position) ?? '';
				if ((level !== '0' && level !== '1') || levels.get(id) === level) continue;
				levels.set(id, level);
				yield { event: { type: 'edge', channel: id, level: level === '1' ? 1 : 0, time: timing.firstS + (index - 1) / timing.rate } };
			}
			if (blocks.room === 0) yield* blocks.take();
		}
	}
	if (index === 0) throw notReadable(path, 'it holds no rows');
	yield* blocks.take();
	notes.push(...base.notes());
}

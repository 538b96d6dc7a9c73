/** What the readers of Parquet share: columns of a piece of rows, and the times and numbers in them. */

import type { FileMetaData } from 'hyparquet';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { notReadable, type SourceItem } from '../source.ts';

export type Column = ArrayLike<unknown>;
/** Reads the rows [from, to) of a column; they lie within one row group. */
export type ReadColumn = (column: string, from: number, to: number) => Promise<Column>;

const pieceRows = 1 << 16;

/** Pieces of rows, none of which crosses a row group. */
export function* pieces(metadata: FileMetaData): Generator<[number, number]> {
	let first = 0;
	for (const group of metadata.row_groups) {
		const last = first + Number(group.num_rows);
		for (let at = first; at < last; at += pieceRows) yield [at, Math.min(last, at + pieceRows)];
		first = last;
	}
}

/** s; NaN for what is no time. */
export function seconds(value: unknown, perUnit: number): number {
	if (value instanceof Date) return value.getTime() / 1000;
	return numeric(value) / (Number.isNaN(perUnit) ? 1 : perUnit);
}

/** NaN where there is nothing: a lost sample. */
export function numeric(value: unknown): number {
	return value === null || value === undefined ? Number.NaN : Number(value);
}

/** What a library throws while reading becomes an error that names the file. */
export async function* guarded(path: string, items: AsyncGenerator<SourceItem>): AsyncGenerator<SourceItem> {
	try {
		yield* items;
	} catch (error) {
		throw error instanceof MicrojouleError ? error : notReadable(path, messageOf(error), error);
	}
}

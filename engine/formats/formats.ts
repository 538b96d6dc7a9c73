/**
 * The tables of file formats: what is read and what is written, each row a file beside this one. A new format is a new row. The kind of a
 * file to be read is recognised by its contents, then its name; of a file to be written, by its name or --format.
 */

import { extname } from 'node:path';
import { MicrojouleError } from '../../drivers/errors.ts';
import { otii } from './read/otii.ts';
import { parquet } from './read/parquet.ts';
import { ppk } from './read/ppk.ts';
import { raw } from './read/raw.ts';
import { table } from './read/table.ts';
import { zip } from './read/zip.ts';
import { candidate, notReadable, type ReadableFormat, type Source, type SourceOptions } from './source.ts';
import { otii as otiiOut } from './write/otii.ts';
import { parquetLong, parquetWide } from './write/parquet.ts';
import { ppk as ppkOut } from './write/ppk.ts';
import { raw as rawOut } from './write/raw.ts';
import type { WritableFormat } from './write/selection.ts';

/** In the order in which they are tried. */
export const readable: readonly ReadableFormat[] = [zip, parquet, otii, ppk, raw, table];

/** Opens a file of any known format. Throws NOT_FOUND, DAMAGED or INVALID_VALUE. */
export async function openSource(path: string, options: SourceOptions & { readonly format?: string } = {}): Promise<Source> {
	const file = await candidate(path);
	const format = readable.find((each) => (options.format === undefined ? each.matches(file) : each.name === options.format));
	if (format) return format.open(file, options);
	if (options.format === undefined) throw notReadable(path, 'its kind is not recognised');
	const known = readable.map((each) => each.name);
	throw new MicrojouleError('INVALID_VALUE', `There is no format "${options.format}" to read; it must be one of ${known.join(', ')}.`, { format: options.format, known });
}

/** The first is what a folder is filled with when nothing else is said. */
export const writable: readonly WritableFormat[] = [otiiOut, ppkOut, rawOut, parquetWide, parquetLong];

/** The format to write: named, else by the extension of the path, else the first. Throws INVALID_VALUE for a name or an extension that is none. */
export function writableFormat(out: string, name?: string): WritableFormat {
	const extension = extname(out).toLowerCase();
	const format =
		name === undefined ? (extension === '' ? writable[0] : writable.find(({ extensions }) => extensions.includes(extension))) : writable.find((each) => each.name === name);
	if (format) return format;
	const known = writable.map((each) => each.name);
	throw new MicrojouleError(
		'INVALID_VALUE',
		name === undefined
			? `No format is known for files named "${extension}" (${writable.flatMap(({ extensions }) => extensions).join(', ')} are); name it with --format: ${known.join(', ')}.`
			: `There is no format "${name}" to write; it must be one of ${known.join(', ')}.`,
		{ format: name, known },
	);
}

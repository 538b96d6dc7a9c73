/** Lines of a text file in batches, and fields of a line. Knows quotes as RFC 4180 does, within a line. */

import { createReadStream } from 'node:fs';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { notReadable } from '../source.ts';

const longestLine = 1 << 20;

/** All lines, a batch for each piece that is read. `onBytes` hears how far it got. */
export async function* lines(path: string, onBytes: (bytes: number) => void = () => {}): AsyncGenerator<string[]> {
	let rest = '';
	const stream = createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 18 });
	try {
		for await (const piece of stream) {
			const batch = (rest + (piece as string)).split('\n');
			rest = batch.pop() ?? '';
			if (rest.length > longestLine) throw notReadable(path, `a line has more than ${longestLine} characters`);
			onBytes(stream.bytesRead);
			yield batch;
		}
	} catch (error) {
		throw error instanceof MicrojouleError ? error : notReadable(path, messageOf(error), error);
	}
	if (rest !== '') yield [rest];
}

/** A line without the CR of Windows and the mark that some programs begin a file with. */
export function trimmed(line: string): string {
	const begin = line.charCodeAt(0) === 0xfeff ? 1 : 0;
	const end = line.charCodeAt(line.length - 1) === 13 ? line.length - 1 : line.length;
	return begin === 0 && end === line.length ? line : line.slice(begin, end);
}

export function fields(line: string, delimiter: string): string[] {
	if (delimiter === '') return [line];
	if (!line.includes('"')) return line.split(delimiter);
	const result: string[] = [];
	let field = '';
	let quoted = false;
	for (let k = 0; k < line.length; k++) {
		const character = line[k];
		if (quoted) {
			if (character !== '"') field += character;
			else if (line[k + 1] === '"') field += line[++k];
			else quoted = false;
		} else if (character === '"') quoted = true;
		else if (character === delimiter) {
			result.push(field);
			field = '';
		} else field += character;
	}
	result.push(field);
	return result;
}

/** A field's number; NaN for a lost sample, undefined for what is no number. */
export function numberOf(field: string | undefined, decimalComma = false): number | undefined {
	if (field === undefined) return undefined;
	const text = field.trim();
	const value = Number(decimalComma ? text.replace(',', '.') : text);
	if (!Number.isNaN(value)) return text === '' ? Number.NaN : value;
	const word = /^([+-]?)(nan|inf|infinity|null)$/i.exec(text);
	if (!word) return undefined;
	if (!/^inf/i.test(word[2])) return Number.NaN;
	return word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Lines of a text file in batches, rows made of them, and fields of a row. Knows quotes as RFC 4180 does: a quoted field may go on over lines. */

import { createReadStream } from 'node:fs';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { type Candidate, notReadable } from '../source.ts';

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

/** Puts lines together whose quoted fields go on over their ends. What has not ended yet waits for the next call. */
export class RowJoiner {
	readonly #path: string;
	#open: string | undefined;
	/** Lines that are rows as they are: whatever stands before the table. */
	#plain: number;

	constructor(path: string, plainLines: number) {
		this.#path = path;
		this.#plain = plainLines;
	}

	join(batch: readonly string[]): readonly string[] {
		if (this.#open === undefined && this.#plain === 0 && !batch.some((line) => line.includes('"'))) return batch;
		const rows: string[] = [];
		for (const line of batch) {
			if (this.#plain > 0) {
				this.#plain--;
				rows.push(line);
				continue;
			}
			const row = this.#open === undefined ? line : `${this.#open}\n${line}`;
			this.#open = isOpen(line) === (this.#open === undefined) ? row : undefined;
			if (this.#open === undefined) rows.push(row);
			else if (row.length > longestLine) throw notReadable(this.#path, `a quoted field has no end: "${row.slice(0, 60)}"`);
		}
		return rows;
	}

	/** Throws DAMAGED where a quoted field has not ended. */
	end(): void {
		if (this.#open !== undefined) throw notReadable(this.#path, `a quoted field has no end: "${this.#open.slice(0, 60)}"`);
	}
}

/** An odd number of quotes: a quoted field begins and does not end, or ends and did not begin. */
function isOpen(line: string): boolean {
	let open = false;
	for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) open = !open;
	return open;
}

/** All rows, a batch for each piece of the file. The first `plainLines` lines are not looked at for quotes. */
export async function* rows(path: string, plainLines: number, onBytes?: (bytes: number) => void): AsyncGenerator<readonly string[]> {
	const joiner = new RowJoiner(path, plainLines);
	for await (const batch of lines(path, onBytes)) yield joiner.join(batch);
	joiner.end();
}

/** The rows of a file's first bytes; the last one is left out where it may go on. */
export function headRows({ path, text, head, bytes }: Candidate, plainLines: number): readonly string[] {
	const whole = text.split('\n');
	const cut = head.length < bytes;
	if (cut) whole.pop();
	const joiner = new RowJoiner(path, plainLines);
	const found = joiner.join(whole);
	if (!cut) joiner.end();
	return found;
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

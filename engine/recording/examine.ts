/**
 * Holds a file of a recording against its checksum lines: every byte of it is verified, damaged, missing, not vouched for, or a tail that a
 * crash left behind. It reads and judges; what to do about it is repair.ts's.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import { type ChecksumLine, type Checksums, checksumText, isNearly, type SuspectLine } from './checksums.ts';

/** `damaged`: not what was written. `missing`: written once, gone. `unvouched`: no line covers it. `cut`: beyond the end, left by a crash. */
export type PieceKind = 'damaged' | 'missing' | 'unvouched' | 'cut';

export interface Piece {
	readonly offset: number;
	readonly length: number;
	readonly kind: PieceKind;
}

export interface Examination {
	readonly file: string;
	/** Bytes on the disk. */
	readonly size: number;
	/** Lines whose bytes are as they were written. */
	readonly good: readonly ChecksumLine[];
	/** Everything else, ascending. */
	readonly pieces: readonly Piece[];
	/** Places in `checksums` of lines that were themselves hit. */
	readonly hitLines: readonly number[];
}

export interface Expected {
	/** Bytes that there should be; undefined where only the lines tell. */
	readonly length: number | undefined;
	/** What lies beyond the lines was left by a crash, and means nothing. */
	readonly interrupted: boolean;
	/** Lines begin and end at multiples of so many bytes. */
	readonly unit: number;
}

const chunkBytes = 1 << 20;
/** Between two turns of the event loop. */
const turnBytes = 1 << 25;

export async function examine(folder: string, file: string, checksums: Checksums, expected: Expected, onBytes: (bytes: number) => void = () => {}): Promise<Examination> {
	const lines = checksums.lines.filter((line) => line.file === file);
	const source = new Source(`${folder}/${file}`);
	try {
		const good: ChecksumLine[] = [];
		const failed: ChecksumLine[] = [];
		let sinceTurn = 0;
		for (const line of lines) {
			const whole = line.offset + line.length <= source.size;
			(whole && source.crc(line.offset, line.length) === line.crc ? good : failed).push(line);
			if (whole) onBytes(line.length);
			sinceTurn += line.length;
			if (sinceTurn < turnBytes) continue;
			sinceTurn = 0;
			await new Promise((resolve) => setImmediate(resolve));
		}
		return judge(file, source, good, failed, checksums, expected);
	} finally {
		source.close();
	}
}

function judge(file: string, source: Source, good: ChecksumLine[], failed: ChecksumLine[], checksums: Checksums, expected: Expected): Examination {
	const suspects = [...checksums.suspects, ...failed.map((line) => ({ at: line.at, text: checksumText(line) }))];
	const hit = new Set<number>();
	let trusted = failed;
	while (true) {
		const pieces = leftOver(file, source, good, trusted, suspects, hit, expected);
		// A line that failed and covers nothing that is left over speaks of bytes that another line vouches for: it was hit itself.
		for (const line of trusted) if (!pieces.some((piece) => piece.offset < line.offset + line.length && line.offset < piece.offset + piece.length)) hit.add(line.at);
		const remaining = trusted.filter(({ at }) => !hit.has(at));
		good.sort((a, b) => a.offset - b.offset);
		if (remaining.length === trusted.length) return { file, size: source.size, good, pieces, hitLines: [...hit] };
		trusted = remaining; // once more: what a hit line said of places and lengths counts for nothing
	}
}

/** What the lines leave over. Where a suspect line nearly says the right thing its block joins `good`, and the line's place `hit`. */
function leftOver(
	file: string,
	source: Source,
	good: ChecksumLine[],
	failed: readonly ChecksumLine[],
	suspects: readonly SuspectLine[],
	hit: Set<number>,
	expected: Expected,
): Piece[] {
	const { size } = source;
	const vouched = endOfLines(good, failed);
	const places = new Set(failed.map(({ offset, length }) => `${offset} ${length}`));
	const pieces: Piece[] = [];
	const isVouchedFor = (from: number, to: number) => {
		if (suspects.length === 0 || to > size) return false;
		const line = { file, offset: from, length: to - from, crc: source.crc(from, to - from) };
		const suspect = suspects.find(({ text }) => isNearly(text, checksumText(line)));
		if (!suspect) return false;
		hit.add(suspect.at);
		good.push({ ...line, at: suspect.at });
		return true;
	};
	const classify = (from: number, to: number): PieceKind => {
		if (from >= size) return 'missing';
		if (expected.length !== undefined && from >= expected.length) return 'cut';
		if (places.has(`${from} ${to - from}`)) return 'damaged';
		return expected.interrupted && from >= vouched ? 'cut' : 'unvouched';
	};
	const lineEdges = failed.flatMap(({ offset, length }) => [offset, offset + length]).filter((edge) => edge % expected.unit === 0);
	const edges = [size, vouched, expected.length ?? 0, ...lineEdges].sort((a, b) => a - b);
	for (const [from, to] of holes(good, Math.max(size, vouched, expected.length ?? 0))) {
		if (isVouchedFor(from, to)) continue;
		for (const [first, last] of parts(from, to, edges)) {
			if ((first > from || last < to) && isVouchedFor(first, last)) continue;
			pieces.push({ offset: first, length: last - first, kind: classify(first, last) });
		}
	}
	return pieces;
}

/** How far the lines reach. One that failed counts only where it goes on from another: a flipped digit may name any place. */
function endOfLines(good: readonly ChecksumLine[], failed: readonly ChecksumLine[]): number {
	let end = good.reduce((reached, { offset, length }) => Math.max(reached, offset + length), 0);
	for (const { offset, length } of failed.toSorted((a, b) => a.offset - b.offset)) if (offset <= end) end = Math.max(end, offset + length);
	return end;
}

/** What `good` leaves of [0, end). */
function holes(good: readonly ChecksumLine[], end: number): [number, number][] {
	const result: [number, number][] = [];
	let at = 0;
	for (const { offset, length } of [...good.toSorted((a, b) => a.offset - b.offset), { offset: end, length: 0 }]) {
		if (at < offset) result.push([at, offset]);
		at = Math.max(at, offset + length);
	}
	return result;
}

/** [from, to) cut at those of `edges` (ascending) that lie inside. */
function* parts(from: number, to: number, edges: readonly number[]): Generator<[number, number]> {
	let at = from;
	for (const edge of edges) {
		if (edge <= at || edge >= to) continue;
		yield [at, edge];
		at = edge;
	}
	yield [at, to];
}

/** A file read by position; a missing one is empty. */
class Source {
	readonly size: number;
	readonly #fd: number | undefined;
	readonly #buffer = Buffer.alloc(chunkBytes);

	constructor(path: string) {
		try {
			this.#fd = openSync(path, 'r');
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new MicrojouleError('DISK', `Reading ${path} failed: ${messageOf(error)}.`, { path }, error);
		}
		this.size = this.#fd === undefined ? 0 : fstatSync(this.#fd).size;
	}

	crc(offset: number, length: number): number {
		let crc = 0;
		for (let at = 0; at < length && this.#fd !== undefined; ) {
			const read = readSync(this.#fd, this.#buffer, 0, Math.min(chunkBytes, length - at), offset + at);
			if (read === 0) break; // became shorter: the checksum will not agree
			crc = crc32(this.#buffer.subarray(0, read), crc);
			at += read;
		}
		return crc;
	}

	close(): void {
		if (this.#fd !== undefined) closeSync(this.#fd);
	}
}

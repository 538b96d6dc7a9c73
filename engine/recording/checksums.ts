/**
 * The file `checksums` as it is read: which bytes of which file each line vouches for. A damaged line is kept as a suspect, since what it
 * said can often still be told: a line that differs from the right one in a bit or two was hit itself, and its block was not.
 *
 * It never writes, and never makes a checksum of bytes that nothing vouched for.
 */

import { open, readFile, stat } from 'node:fs/promises';

export interface ChecksumLine {
	readonly file: string;
	/** Bytes of `file` that the line covers. */
	readonly offset: number;
	readonly length: number;
	readonly crc: number;
	/** Where the line begins in `checksums`. */
	readonly at: number;
}

/** A line that says nothing, and where it begins. */
export interface SuspectLine {
	readonly at: number;
	readonly text: string;
}

export interface Checksums {
	readonly lines: readonly ChecksumLine[];
	readonly suspects: readonly SuspectLine[];
	readonly bytes: number;
	readonly missing: boolean;
}

/** A recording of a few seconds of flushes: lines of every file, as long as all are written to. */
const tailBytes = 1 << 16;
/** Bits in which a damaged line may differ from the right one: 2⁻³² · (bits choose 2) is the chance to be fooled. */
const forgivenBits = 2;

export function checksumText(line: Pick<ChecksumLine, 'file' | 'offset' | 'length' | 'crc'>): string {
	return `${line.file} ${line.offset} ${line.length} ${line.crc.toString(16).padStart(8, '0')}`;
}

export function parseChecksums(bytes: Buffer, base = 0): Pick<Checksums, 'lines' | 'suspects'> {
	const lines: ChecksumLine[] = [];
	const suspects: SuspectLine[] = [];
	// Latin 1: a byte is a character, whatever damage made of it.
	const text = bytes.toString('latin1');
	for (let at = 0; at < text.length; ) {
		const found = text.indexOf('\n', at);
		const end = found < 0 ? text.length : found;
		const line = text.slice(at, end);
		const parsed = parseLine(line, base + at);
		if (parsed) lines.push(parsed);
		else {
			suspects.push({ at: base + at, text: line });
			// Its LF may be what was hit: then two lines stand in one.
			const first = /^\S+ \d+ \d+ [0-9a-f]{8}/.exec(line)?.[0];
			const pair = first === undefined ? [] : [parseLine(first, base + at), parseLine(line.slice(first.length + 1), base + at + first.length + 1)];
			for (const half of pair) if (half) lines.push(half);
		}
		at = end + 1;
	}
	return { lines, suspects };
}

function parseLine(text: string, at: number): ChecksumLine | undefined {
	const match = /^(\S+) (0|[1-9]\d{0,14}) (0|[1-9]\d{0,14}) ([0-9a-f]{8})$/.exec(text);
	return match ? { file: match[1], offset: Number(match[2]), length: Number(match[3]), crc: Number.parseInt(match[4], 16), at } : undefined;
}

/** All of it. A file that is missing has no lines. */
export async function readChecksums(folder: string): Promise<Checksums> {
	const bytes = await readFile(`${folder}/checksums`).catch(() => undefined);
	return { ...parseChecksums(bytes ?? Buffer.alloc(0)), bytes: bytes?.length ?? 0, missing: bytes === undefined };
}

/** The last lines, all of them where `enough` is not content with those. */
export async function readLastChecksums(folder: string, enough: (lines: readonly ChecksumLine[]) => boolean): Promise<readonly ChecksumLine[]> {
	const path = `${folder}/checksums`;
	const size = (await stat(path).catch(() => undefined))?.size ?? 0;
	if (size > tailBytes) {
		const file = await open(path, 'r');
		try {
			const bytes = Buffer.alloc(tailBytes);
			const { bytesRead } = await file.read(bytes, 0, tailBytes, size - tailBytes);
			// The first line is cut in two.
			const from = bytes.indexOf(10) + 1;
			const { lines } = parseChecksums(bytes.subarray(from, bytesRead), size - tailBytes + from);
			if (enough(lines)) return lines;
		} finally {
			await file.close();
		}
	}
	return (await readChecksums(folder)).lines;
}

/** Whether damage of a bit or two makes `right` of `damaged`, or of either end of it (where its LF was hit). */
export function isNearly(damaged: string, right: string): boolean {
	if (damaged.length === right.length) return differingBits(damaged, right) <= forgivenBits;
	return damaged.length > right.length && [damaged.slice(0, right.length), damaged.slice(-right.length)].some((part) => differingBits(part, right) <= forgivenBits);
}

function differingBits(a: string, b: string): number {
	let bits = 0;
	for (let i = 0; i < a.length && bits <= forgivenBits; i++) {
		let different = a.charCodeAt(i) ^ b.charCodeAt(i);
		for (; different > 0; different &= different - 1) bits++;
	}
	return bits;
}

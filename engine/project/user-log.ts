/**
 * User logs: lines of text with times, one JSON object a line, in a file that only grows. Lines are data like samples: what is appended is
 * on the disk at once, also while the recording runs. A last line that a crash cut off does not count, and the next one begins afresh.
 *
 * Beside each log lie its checksums, in the manner of a recording's: a line for every append, written once the bytes it vouches for are on the
 * disk, and never made again.
 */

import { createReadStream, existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { crc32 } from 'node:zlib';
import { MicrojouleError } from '../../drivers/errors.ts';
import { checksumText } from '../recording/checksums.ts';

export interface LogLine {
	/** s since the recording's start. */
	readonly time: number;
	readonly text: string;
}

const newline = 0x0a;

/** The file with the checksums of a user log: `001-1.jsonl` → `001-1.jsonl.checksums`. */
export function logChecksumsName(file: string): string {
	return `${file}.checksums`;
}

/** Appends lines and their checksum, and puts both on the disk itself. Throws INVALID_VALUE for a time that is none, and what the disk says. */
export async function appendLogLines(path: string, lines: readonly LogLine[]): Promise<void> {
	for (const { time } of lines)
		if (!Number.isFinite(time)) throw new MicrojouleError('INVALID_VALUE', `The time of a log line is ${time}; it must be a number of s since the recording's start.`, { time });
	if (lines.length === 0) return;
	const text = lines.map(({ time, text: line }) => `${JSON.stringify({ time, text: line })}\n`).join('');
	const { offset, length, crc } = await append(path, Buffer.from(text));
	await append(logChecksumsName(path), Buffer.from(`${checksumText({ file: basename(path), offset, length, crc })}\n`));
}

/** Appends whole lines, behind a line that a crash cut off, and returns what was written, and where. */
async function append(path: string, lines: Buffer): Promise<{ offset: number; length: number; crc: number }> {
	const file = await open(path, 'a+');
	try {
		const { size: offset } = await file.stat();
		const last = Buffer.alloc(1);
		if (offset > 0) await file.read(last, 0, 1, offset - 1);
		const bytes = offset > 0 && last[0] !== newline ? Buffer.concat([Buffer.of(newline), lines]) : lines;
		await file.appendFile(bytes);
		await file.datasync();
		return { offset, length: bytes.length, crc: crc32(bytes) };
	} finally {
		await file.close();
	}
}

/** All lines, in the order written. What is cut off or damaged is left out. */
export async function* readLogLines(path: string): AsyncGenerator<LogLine> {
	if (!existsSync(path)) return;
	for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
		const line = parseLine(text);
		if (line) yield line;
	}
}

/** Undefined for a line that is cut off or damaged. */
export function parseLine(text: string): LogLine | undefined {
	try {
		const line = JSON.parse(text) as LogLine;
		return typeof line?.text === 'string' && Number.isFinite(line.time) ? { time: line.time, text: line.text } : undefined;
	} catch {
		return undefined;
	}
}

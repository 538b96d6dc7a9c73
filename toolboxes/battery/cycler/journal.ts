/**
 * What a run has done so far, on the disk, so that days of it survive a crash or a power cut. Two files in the run's folder for a cell:
 *
 *     journal.jsonl   a line for each start, finished step and end: `<crc32 in hex> <JSON>`. Appended only.
 *     progress        how far it is within a step, once a second of the cell's time: two slots that are written in turn, each `<crc32> <JSON>` and
 *                     blanks, so that one of them is always whole. It does not grow, however many weeks a step lasts.
 *
 * Everything is written at once, so that a killed process loses nothing that was written; the disk itself is told once a second, for power cuts.
 * Reading stops at the first line that is not whole, and a run that goes on cuts it off.
 */

import { closeSync, fdatasync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';

/** A finished step, or what there was of it when the run ended. */
export interface StepResult {
	/** From 1. */
	readonly iteration: number;
	/** From 0. */
	readonly step: number;
	/** s that the run had lasted at its end, rests between two starts left out. */
	readonly elapsedS: number;
	readonly durationS: number;
	/** V at the end of it, and A out of the cell, both means of its last twentieth, half a second at most. */
	readonly voltageV: number;
	readonly currentA: number;
	/** C out of the cell since the beginning, at the step's begin and end; what was charged is subtracted. */
	readonly fromC: number;
	readonly toC: number;
	/** J, the same. */
	readonly fromJ: number;
	readonly toJ: number;
	/** duration, voltage, taper, charge; or that the run ended. */
	readonly endedBy: string;
	/** Hz, of the loop of a step of constant power or resistance. */
	readonly loopRateHz?: number;
}

/** How far it is. */
export interface Progress {
	readonly iteration: number;
	readonly step: number;
	readonly elapsedS: number;
	/** s of the present step. */
	readonly stepS: number;
	readonly chargeC: number;
	readonly energyJ: number;
	/** C and J at the step's begin. */
	readonly fromC: number;
	readonly fromJ: number;
	readonly currentA: number;
	readonly voltageV: number;
}

export type JournalLine =
	| {
			readonly type: 'start';
			readonly at: string;
			/** V at rest. */
			readonly restV: number;
			/** Of a run that goes on: the iteration and step it goes on with. */
			readonly iteration?: number;
			readonly step?: number;
			/** s since it was last heard of, in which the cell rested and recovered. */
			readonly restedS?: number;
			/** C that may have flown after the last word of the run before, at most. */
			readonly unknownC?: number;
			/** Folder of the recording that is made of it. */
			readonly recording?: string;
	  }
	| ({ readonly type: 'step' } & StepResult)
	/** What came of it: a profile's id and name. */
	| { readonly type: 'saved'; readonly at: string; readonly id: string; readonly name: string }
	| { readonly type: 'end'; readonly at: string; readonly end: 'finished' | 'stopped' | 'failed'; readonly reason: string; readonly lostS: number };

export interface JournalContent {
	readonly lines: readonly JournalLine[];
	/** Newer than the last line, or undefined. */
	readonly progress: (Progress & { readonly at: string }) | undefined;
}

const slotBytes = 512;
const syncMs = 1000;
const files = { journal: 'journal.jsonl', progress: 'progress' };

export class Journal implements Disposable {
	readonly #journal: number;
	readonly #progress: number;
	#slot = 0;
	#sequence: number;
	#syncedAt = 0;
	#closed = false;

	/** Goes on where the journal in `folder` is whole, or begins one. */
	static async open(folder: string): Promise<Journal> {
		await mkdir(folder, { recursive: true });
		return new Journal(folder);
	}

	private constructor(folder: string) {
		const { bytes } = readLines(join(folder, files.journal));
		const newest = readSlots(join(folder, files.progress));
		try {
			this.#journal = openSync(join(folder, files.journal), 'a+');
			ftruncateSync(this.#journal, bytes);
			this.#progress = openSync(join(folder, files.progress), 'a+');
			closeSync(this.#progress);
			this.#progress = openSync(join(folder, files.progress), 'r+');
		} catch (error) {
			throw new MicrojouleError('DISK', `The journal in ${folder} cannot be written: ${messageOf(error)}`, { folder }, error);
		}
		this.#sequence = (newest?.n ?? 0) + 1;
		this.#slot = newest ? 1 - newest.slot : 0;
	}

	append(line: JournalLine): void {
		if (this.#closed) return;
		this.#write(this.#journal, lineOf(line), null);
	}

	progress(progress: Progress): void {
		if (this.#closed) return;
		const text = lineOf({ n: this.#sequence++, at: new Date().toISOString(), ...progress });
		this.#write(this.#progress, text.padEnd(slotBytes - 1).concat('\n'), this.#slot * slotBytes);
		this.#slot = 1 - this.#slot;
	}

	[Symbol.dispose](): void {
		if (this.#closed) return;
		this.#closed = true;
		closeSync(this.#journal);
		closeSync(this.#progress);
	}

	#write(fd: number, text: string, position: number | null): void {
		try {
			writeSync(fd, text, position);
		} catch (error) {
			throw new MicrojouleError('DISK', `The journal of the run cannot be written: ${messageOf(error)}. Free some space; the run can be resumed.`, {}, error);
		}
		if (Date.now() - this.#syncedAt < syncMs) return;
		this.#syncedAt = Date.now();
		for (const each of [this.#journal, this.#progress]) fdatasync(each, () => {});
	}
}

/** What is whole of the journal in `folder`; nothing where there is none. */
export function readJournal(folder: string): JournalContent {
	const { lines } = readLines(join(folder, files.journal));
	const slot = readSlots(join(folder, files.progress));
	const lastStep = lines.findLast((line) => line.type === 'step');
	const newer = slot && slot.progress.elapsedS > (lastStep?.elapsedS ?? -1);
	return { lines, progress: newer ? slot.progress : undefined };
}

function lineOf(content: object): string {
	const json = JSON.stringify(content);
	return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

/** Undefined for what is not whole. */
function parseLine(text: string): unknown {
	const json = text.slice(9).trimEnd();
	if (text.length < 11 || text[8] !== ' ' || crc32(json).toString(16).padStart(8, '0') !== text.slice(0, 8)) return undefined;
	return JSON.parse(json);
}

function contentOf(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
		throw new MicrojouleError('DISK', `${file} cannot be read: ${messageOf(error)}`, { file }, error);
	}
}

function readLines(file: string): { readonly lines: readonly JournalLine[]; readonly bytes: number } {
	const text = contentOf(file);
	const lines: JournalLine[] = [];
	let at = 0;
	for (let end = text.indexOf('\n', at); end >= 0; end = text.indexOf('\n', at)) {
		const line = parseLine(text.slice(at, end));
		if (!line) break;
		lines.push(line as JournalLine);
		at = end + 1;
	}
	return { lines, bytes: Buffer.byteLength(text.slice(0, at)) };
}

function readSlots(file: string): { readonly n: number; readonly slot: number; readonly progress: Progress & { readonly at: string } } | undefined {
	const text = contentOf(file);
	const slots = [0, 1].flatMap((slot) => {
		const content = parseLine(text.slice(slot * slotBytes, (slot + 1) * slotBytes)) as ({ n: number; at: string } & Progress) | undefined;
		return content ? [{ n: content.n, slot, progress: content }] : [];
	});
	return slots.sort((a, b) => b.n - a.n)[0];
}

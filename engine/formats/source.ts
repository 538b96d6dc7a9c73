/**
 * What every importable file looks like once it is opened: channels of known rates, then their samples in blocks, with events between them.
 * A reader streams: it holds a block of samples, never the file. It never writes, and never decides what becomes of what it reads.
 */

import { open, stat } from 'node:fs/promises';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import type { AcquisitionEvent } from '../acquisition/tap.ts';
import type { RecordedChannel, RecordedDevice } from '../recording/format.ts';

export interface SourceChannel {
	/** `mc`, …; names the channel in the recording. */
	readonly id: string;
	readonly label: string;
	/** SI. */
	readonly unit: string;
	/** Hz. */
	readonly rate: number;
	/** Where its first sample lies on the file's own time axis, s. */
	readonly firstS: number;
	/** Provenance, where the file has it. */
	readonly device?: RecordedDevice;
	/** Name of the device where the file knows no more than that. */
	readonly deviceName?: string;
	readonly ranges?: RecordedChannel['ranges'];
	readonly rail?: RecordedChannel['rail'];
	readonly settleS?: number;
}

/** Consecutive samples of a channel (a place in `channels`), to be copied before the next step; NaN is a lost one. Or an event, with its time on the file's axis. */
export type SourceItem = { readonly channel: number; readonly samples: Float32Array } | { readonly event: AcquisitionEvent; readonly deviceId?: string };

export interface Source {
	readonly channels: readonly SourceChannel[];
	/** ISO 8601, UTC, of time 0 of the file's axis, where the file says so. */
	readonly start?: string;
	/** Everything in the file, once. Each channel's samples and each channel's events come in order. */
	items(): AsyncGenerator<SourceItem>;
	/** For people, complete when items() has ended: what had to be mended or left out. */
	readonly notes: string[];
	/** Share of the file that has been read, 0 to 1. */
	share(): number;
}

export interface SourceOptions {
	/** Hz: of raw float32 without a sidecar, of a table without times, or instead of what a table's times say. */
	readonly rate?: number;
	/** Of a table: what separates its fields (default: recognised). */
	readonly delimiter?: string;
	/** Of a table: lines before the names or the first row. */
	readonly skipLines?: number;
	/** Of a table: name or number of its time column. */
	readonly time?: NamedColumn;
	/** Of a table: the columns to read (default: all that are recognised). */
	readonly columns?: readonly NamedColumn[];
}

/** A column of a table as a user names it. */
export interface NamedColumn {
	/** Its name in the file, or its number, from 1. */
	readonly name: string;
	/** `mA`, `V`, `ms`, …; default: what the name says. */
	readonly unit?: string;
	/** What the channel is to be called; default: recognised. */
	readonly id?: string;
}

/** A file to be opened: its path, first bytes, and these as text. */
export interface Candidate {
	readonly path: string;
	readonly head: Uint8Array;
	readonly text: string;
	readonly bytes: number;
}

export interface ReadableFormat {
	/** For --format. */
	readonly name: string;
	readonly title: string;
	matches(file: Candidate): boolean;
	/** Throws DAMAGED for a file that is not of this format, INVALID_VALUE when something must be stated, naming the option. */
	open(file: Candidate, options: SourceOptions): Promise<Source>;
}

/** Every kind of file that is read, for the table (`formats.ts`) and for messages. */
export const titles = {
	zip: 'a zip with current.f32.bin and emscope.yaml',
	parquet: 'Parquet (long or wide)',
	csv: 'a CSV of Otii ("Timestamp","Value")',
	ppk: 'a Power Profiler CSV (Timestamp(ms),Current(uA))',
	table: 'any other CSV that names its columns with units (time_s,current_A)',
	raw: 'raw little-endian float32 (.f32, rate in <file>.json)',
} as const;

/** The error for a file that is not what it should be. */
export function notReadable(path: string, why: string, cause?: unknown): MicrojouleError {
	return new MicrojouleError('DAMAGED', `${path} cannot be read as measured samples: ${why}. Known kinds: ${Object.values(titles).join('; ')}.`, { path }, cause);
}

const headBytes = 1 << 18;

/** Looks at a file. Throws NOT_FOUND for one that is not there, DAMAGED for one that is empty or no file. */
export async function candidate(path: string): Promise<Candidate> {
	const found = await stat(path).catch((error: unknown) => {
		throw new MicrojouleError('NOT_FOUND', `There is no file ${path}: ${messageOf(error)}.`, { path }, error);
	});
	if (!found.isFile()) throw notReadable(path, 'it is not a file');
	const file = await open(path, 'r').catch((error: unknown) => {
		throw new MicrojouleError('NOT_FOUND', `The file ${path} cannot be read: ${messageOf(error)}.`, { path }, error);
	});
	try {
		const { bytesRead, buffer } = await file.read(new Uint8Array(headBytes), 0, headBytes, 0);
		if (bytesRead === 0) throw notReadable(path, 'it is empty');
		const head = buffer.subarray(0, bytesRead);
		return { path, head, text: new TextDecoder().decode(head), bytes: found.size };
	} finally {
		await file.close();
	}
}

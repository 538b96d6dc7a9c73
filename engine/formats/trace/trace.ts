/**
 * Measured current traces, for replay and import: reads a file of any known kind, chosen by what it is and then by what it is called.
 * One reader a kind stands beside this file; a new kind is a new row of the table.
 */

import { open, readFile, stat } from 'node:fs/promises';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { readCsv } from './csv-trace.ts';
import { readEmscope } from './emscope.ts';
import { readRawFloats } from './raw.ts';

export interface Trace {
	/** Hz. */
	readonly rate: number;
	/** A. No sample is NaN: what was lost holds the value before it. */
	readonly current: Float32Array;
	/** For people: how much there is, and what had to be mended. */
	readonly note: string;
}

export interface TraceOptions {
	/** Hz, for raw float32 without a sidecar. */
	readonly rate?: number;
}

interface Kind {
	readonly title: string;
	/** `head` are the file's first bytes, `text` the same as text. */
	matches(path: string, head: Uint8Array, text: string): boolean;
	read(path: string, options: TraceOptions): Promise<Trace>;
}

const kinds: readonly Kind[] = [
	{
		title: 'a zip with current.f32.bin and emscope.yaml',
		matches: (_, head) => head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4,
		read: async (path) => readEmscope(path, await readFile(path)),
	},
	{
		title: 'a Power Profiler CSV (Timestamp(ms),Current(uA))',
		matches: (path, _, text) => /\.csv$/i.test(path) || /^\uFEFF?"?time[^\n]*,[^\n]*current/i.test(text),
		read: (path) => readCsv(path),
	},
	{
		title: 'raw little-endian float32 (.f32, rate in <file>.json)',
		matches: (path) => /\.(f32|f32\.bin|bin|raw)$/i.test(path),
		read: (path, options) => readRawFloats(path, options.rate),
	},
];

/** Reads a trace. Throws NOT_FOUND for a missing file, DAMAGED for one that is not a trace, INVALID_VALUE for a raw file of unknown rate. */
export async function readTrace(path: string, options: TraceOptions = {}): Promise<Trace> {
	const found = await stat(path).catch((error: unknown) => {
		throw new MicrojouleError('NOT_FOUND', `There is no trace file ${path}: ${messageOf(error)}.`, { path }, error);
	});
	if (!found.isFile()) throw notATrace(path, 'it is not a file');
	const head = new Uint8Array(512);
	const file = await open(path, 'r').catch((error: unknown) => {
		throw new MicrojouleError('NOT_FOUND', `The trace file ${path} cannot be read: ${messageOf(error)}.`, { path }, error);
	});
	try {
		const { bytesRead } = await file.read(head, 0, head.length, 0);
		if (bytesRead === 0) throw notATrace(path, 'it is empty');
	} finally {
		await file.close();
	}
	const text = new TextDecoder().decode(head);
	const kind = kinds.find((candidate) => candidate.matches(path, head, text));
	if (!kind) throw notATrace(path, 'its kind is not recognised');
	return kind.read(path, options);
}

/** The error for a file that is not what it should be. */
export function notATrace(path: string, why: string): MicrojouleError {
	return new MicrojouleError('DAMAGED', `${path} is not a trace: ${why}. Known kinds: ${kinds.map((kind) => kind.title).join('; ')}.`, { path });
}

/** A trace without NaN and with a note; throws when nothing valid is in it. */
export function traceOf(path: string, rate: number, current: Float32Array, notes: readonly string[]): Trace {
	if (!(rate > 0 && Number.isFinite(rate))) throw notATrace(path, `its rate, ${rate} S/s, is none`);
	const first = current.findIndex((x) => Number.isFinite(x));
	if (first < 0) throw notATrace(path, 'it holds no sample');
	let lost = 0;
	let last = current[first];
	for (let k = 0; k < current.length; k++) {
		if (Number.isFinite(current[k])) last = current[k];
		else {
			lost++;
			current[k] = last;
		}
	}
	const mended = lost > 0 ? [`${lost} lost samples hold the value before them`] : [];
	return { rate, current, note: [`${current.length} samples at ${rate} S/s, ${Number((current.length / rate).toPrecision(9))} s`, ...notes, ...mended].join('; ') };
}

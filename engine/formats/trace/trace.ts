/**
 * A measured current for replay: the current channel of a file of any format that can be imported, whole and without gaps. It lies in memory,
 * since a replay loops over it.
 */

import { openSource } from '../formats.ts';
import { notReadable } from '../source.ts';

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

/** 2²⁸ samples, 1 GiB: longer ones are not replayed. */
const mostSamples = 2 ** 28;

/** Reads a trace. Throws NOT_FOUND for a missing file, DAMAGED for one that is not a trace, INVALID_VALUE for a raw file of unknown rate. */
export async function readTrace(path: string, options: TraceOptions = {}): Promise<Trace> {
	const source = await openSource(path, options);
	const place = source.channels.findIndex(({ unit }) => unit === 'A');
	if (place < 0) throw notReadable(path, 'it holds no current');
	const pieces: Float32Array[] = [];
	let length = 0;
	for await (const item of source.items()) {
		if ('event' in item || item.channel !== place) continue;
		pieces.push(item.samples.slice());
		length += item.samples.length;
		if (length > mostSamples) throw notReadable(path, `it holds more than ${mostSamples} samples, too many to replay; cut it first`);
	}
	const current = new Float32Array(length);
	let at = 0;
	for (const piece of pieces.splice(0)) {
		current.set(piece, at);
		at += piece.length;
	}
	return mended(path, source.channels[place].rate, current, source.notes);
}

function mended(path: string, rate: number, current: Float32Array, notes: readonly string[]): Trace {
	if (!(rate > 0 && Number.isFinite(rate))) throw notReadable(path, `its rate, ${rate} S/s, is none`);
	const first = current.findIndex((x) => Number.isFinite(x));
	if (first < 0) throw notReadable(path, 'it holds no sample');
	let lost = 0;
	let last = current[first];
	for (let k = 0; k < current.length; k++) {
		if (Number.isFinite(current[k])) last = current[k];
		else {
			lost++;
			current[k] = last;
		}
	}
	const held = lost > 0 ? [`${lost} lost samples hold the value before them`] : [];
	return { rate, current, note: [`${current.length} samples at ${rate} S/s, ${Number((current.length / rate).toPrecision(9))} s`, ...notes, ...held].join('; ') };
}

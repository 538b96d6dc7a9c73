/** Raw little-endian float32. The rate, and the unit where it is not A, stand in a JSON sidecar `<file>.json`: `{"rate": 100000, "unit": "A"}`. */

import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { notATrace, type Trace, traceOf } from './trace.ts';

/** A per unit. */
export const currentUnits: Readonly<Record<string, number>> = { A: 1, mA: 1e-3, uA: 1e-6, µA: 1e-6, μA: 1e-6, nA: 1e-9 };

export async function readRawFloats(path: string, rate?: number): Promise<Trace> {
	const sidecar = await readSidecar(`${path}.json`);
	const rateHz = rate ?? sidecar.rate;
	if (typeof rateHz !== 'number' || !(rateHz > 0))
		throw new MicrojouleError('INVALID_VALUE', `The sample rate of ${path} is not known: put {"rate": …, "unit": "A"} into ${path}.json, or state the rate.`, { path });
	const unit = sidecar.unit ?? 'A';
	const scale = typeof unit === 'string' ? currentUnits[unit] : undefined;
	if (scale === undefined)
		throw new MicrojouleError('INVALID_VALUE', `The unit of ${path} is ${JSON.stringify(unit)}; it must be one of ${Object.keys(currentUnits).join(', ')}.`, { path, unit });
	const current = floatsOf(path, await readFile(path));
	if (scale !== 1) for (let k = 0; k < current.length; k++) current[k] *= scale;
	return traceOf(path, rateHz, current, []);
}

/** Bytes as float32, copied where they are not aligned. Throws DAMAGED when they are no whole number of samples. */
export function floatsOf(path: string, bytes: Uint8Array): Float32Array {
	if (bytes.byteLength === 0 || bytes.byteLength % 4 !== 0) throw notATrace(path, `its ${bytes.byteLength} bytes are no whole number of float32 samples`);
	const own = bytes.slice();
	if (endianness() === 'BE') Buffer.from(own.buffer).swap32();
	return new Float32Array(own.buffer, 0, own.byteLength / 4);
}

async function readSidecar(path: string): Promise<{ rate?: unknown; unit?: unknown }> {
	let text: string;
	try {
		text = await readFile(path, 'utf8');
	} catch {
		return {};
	}
	try {
		const sidecar = JSON.parse(text) as { rate?: unknown; unit?: unknown } | null;
		return sidecar && typeof sidecar === 'object' ? sidecar : {};
	} catch (error) {
		throw new MicrojouleError('DAMAGED', `The sidecar ${path} is not valid JSON: ${messageOf(error)}.`, { path }, error);
	}
}

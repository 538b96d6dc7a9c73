/**
 * The zips of EM•Scope captures: `…/current.f32.bin`, little-endian float32 in A, beside `…/emscope.yaml`, whose `sampling_rate` states
 * the rate in Hz and `sample_count` the length.
 */

import { unzipSync } from 'fflate';
import { messageOf } from '../../../drivers/errors.ts';
import { floatsOf } from './raw.ts';
import { notATrace, type Trace, traceOf } from './trace.ts';

/** Unpacked files above this are refused: no capture is that long, but a hostile zip may be. */
const largestBytes = 2 ** 31;

export function readEmscope(path: string, zip: Uint8Array): Trace {
	let files: Record<string, Uint8Array>;
	try {
		files = unzipSync(zip, { filter: ({ name, originalSize }) => /(^|\/)(current\.f32\.bin|emscope\.yaml)$/.test(name) && originalSize <= largestBytes });
	} catch (error) {
		throw notATrace(path, `the zip cannot be unpacked (${messageOf(error)})`);
	}
	const find = (suffix: string) => Object.entries(files).find(([name]) => name.endsWith(suffix))?.[1];
	const current = find('current.f32.bin');
	const yaml = find('emscope.yaml');
	if (!current || !yaml) throw notATrace(path, 'the zip holds no current.f32.bin with an emscope.yaml');
	const text = new TextDecoder().decode(yaml);
	const stated = (key: string) => Number(new RegExp(`^\\s*${key}:\\s*([0-9.eE+]+)\\s*$`, 'm').exec(text)?.[1] ?? Number.NaN);
	const rate = stated('sampling_rate');
	if (!(rate > 0)) throw notATrace(path, 'its emscope.yaml states no sampling_rate');
	const samples = floatsOf(path, current);
	const count = stated('sample_count');
	return traceOf(path, rate, samples, count !== samples.length && count > 0 ? [`emscope.yaml states ${count} samples`] : []);
}

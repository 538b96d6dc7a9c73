/**
 * A view: about N points over a window of a channel, each with the exact minimum, maximum and mean of the samples it covers. The points
 * tile the window; a point begins at a whole sample.
 */

import type { RecordedChannel } from './format.ts';
import type { RecordingReader } from './reader.ts';
import { totals } from './totals.ts';
import { windowOf } from './window.ts';

export interface View {
	/** s after the recording's start: where each point begins. */
	readonly t: Float64Array;
	/** NaN where a point holds no valid sample. */
	readonly min: Float32Array;
	readonly max: Float32Array;
	readonly mean: Float32Array;
	/** Number of points. */
	readonly count: number;
}

/** Below this many samples a point, samples are read as they are. */
const rawLimit = 256;

/** At most `points` points over [from, to) in s, clipped to the data. */
export async function view(reader: RecordingReader, channel: RecordedChannel, from: number, to: number, points: number): Promise<View> {
	const window = windowOf(from, to, channel.rate, channel.count);
	const first = Math.floor(window.begin);
	const last = Math.max(first, Math.ceil(window.end));
	const step = Math.max(1, Math.ceil((last - first) / points));
	const count = Math.ceil((last - first) / step);
	const result: View = { t: new Float64Array(count), min: new Float32Array(count), max: new Float32Array(count), mean: new Float32Array(count), count };
	const samples = step <= rawLimit ? await reader.read(channel, first, last) : undefined;
	for (let p = 0; p < count; p++) {
		const begin = first + p * step;
		const end = Math.min(begin + step, last);
		result.t[p] = begin / channel.rate;
		if (samples) putSamples(result, p, samples, begin - first, end - first);
		else {
			const sums = await totals(reader, channel, { begin, end });
			result.min[p] = sums.min;
			result.max[p] = sums.max;
			result.mean[p] = sums.sum / sums.weight;
		}
	}
	return result;
}

function putSamples(view: View, p: number, samples: Float32Array, from: number, to: number): void {
	let min = Number.NaN;
	let max = Number.NaN;
	let sum = 0;
	let valid = 0;
	for (let k = from; k < to; k++) {
		const x = samples[k];
		if (Number.isNaN(x)) continue;
		if (!(min <= x)) min = x;
		if (!(max >= x)) max = x;
		sum += x;
		valid++;
	}
	view.min[p] = min;
	view.max[p] = max;
	view.mean[p] = sum / valid;
}

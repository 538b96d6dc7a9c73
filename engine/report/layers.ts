/**
 * The curves of a report: each channel as a layer over everything, and finer ones over the windows that matter (its selections), down to the samples
 * themselves where there are few enough. All of it together has a budget of bytes, so that a report can be mailed.
 */

import type { RecordedChannel } from '../recording/format.ts';
import type { RecordingReader } from '../recording/reader.ts';
import { type View, view } from '../recording/view.ts';
import { quantise } from './quantise.ts';

/** A stretch of a channel, as the page embeds it; columns are base64. */
export interface Layer {
	/** Sample with which it begins. */
	readonly first: number;
	/** Points. */
	readonly count: number;
	/** Samples of each point, uint32; absent where each has `step`, but the last one perhaps fewer. */
	readonly widths?: string;
	readonly step: number;
	/** Sample behind the last point. */
	readonly end: number;
	/** Quantised; absent where a point is a sample. */
	readonly min?: string;
	readonly max?: string;
	readonly mean: string;
	/** Points that miss samples, as pairs of the first one and how many. */
	readonly lossy: readonly (readonly [number, number])[];
}

/** Bytes of a point: three quantised columns, its width; and of a sample. */
const pointBytes = 10.5;
const sampleBytes = 2.2;
/** For the layers over everything, and for all finer ones. */
const overviewBytes = 600_000;
const detailBytes = 400_000;
const mostPoints = 16_384;
/** Below this a finer layer shows nothing new. */
const leastPoints = 256;

export interface Window {
	/** s */
	readonly from: number;
	readonly to: number;
}

/** Of each channel, the layer over everything first. */
export async function layersOf(reader: RecordingReader, details: readonly Window[]): Promise<ReadonlyMap<RecordedChannel, readonly Layer[]>> {
	const { channels } = reader.info;
	const share = overviewBytes / Math.max(1, channels.length);
	const detailShare = detailBytes / Math.max(1, channels.length * details.length);
	const result = new Map<RecordedChannel, Layer[]>();
	for (const channel of channels) {
		const all = await layer(reader, channel, { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }, share);
		const layers = [all];
		const samplesAPoint = (all.end - all.first) / Math.max(1, all.count);
		for (const window of details) {
			const fine = await layer(reader, channel, window, detailShare);
			if (fine.count > 0 && (fine.end - fine.first) / fine.count < samplesAPoint / 2) layers.push(fine);
		}
		result.set(channel, layers);
	}
	return result;
}

async function layer(reader: RecordingReader, channel: RecordedChannel, { from, to }: Window, bytes: number): Promise<Layer> {
	const samples = (Math.min(to, channel.count / channel.rate) - Math.max(0, from)) * channel.rate + 2;
	const points = samples * sampleBytes <= bytes ? Math.ceil(Math.max(1, samples)) : Math.max(leastPoints, Math.min(mostPoints, Math.floor(bytes / pointBytes)));
	return packed(await view(reader, channel, from, to, points));
}

function packed({ count, begin, min, max, mean, valid }: View): Layer {
	const end = begin[count] ?? 0;
	const step = count > 1 ? begin[1] - begin[0] : end - (begin[0] ?? 0);
	const isEven = every(count - 1, (point) => begin[point + 1] - begin[point] === step);
	const lossy: [number, number][] = [];
	for (let point = 0; point < count; point++) {
		if (valid[point] >= begin[point + 1] - begin[point]) continue;
		const last = lossy.at(-1);
		if (last && last[0] + last[1] === point) last[1]++;
		else lossy.push([point, 1]);
	}
	return {
		first: begin[0] ?? 0,
		count,
		step,
		end,
		lossy,
		mean: quantise(mean, 'nearest').toString('base64'),
		...(!isEven && { widths: widths(begin, count) }),
		...(step > 1 && { min: quantise(min, 'down').toString('base64'), max: quantise(max, 'up').toString('base64') }),
	};
}

function widths(begin: Float64Array, count: number): string {
	const bytes = Buffer.alloc(4 * count);
	for (let point = 0; point < count; point++) bytes.writeUInt32LE(begin[point + 1] - begin[point], 4 * point);
	return bytes.toString('base64');
}

function every(count: number, holds: (index: number) => boolean): boolean {
	for (let index = 0; index < count; index++) if (!holds(index)) return false;
	return true;
}

/**
 * A view: about N points over a window of a channel, each with the exact minimum, maximum, mean and number of valid samples of those it
 * covers. The points tile the window: point p covers the samples begin[p] … begin[p + 1] − 1, the first begins with the window's first
 * sample and the last ends with its last, and a sample that lies partly in the window belongs to it.
 *
 * Below 128 samples a point the samples are read, and all points but the last have one width. Above, a point is made of entries of the
 * coarsest level with at most as many samples as a point should have, and begins where such an entry does: points then differ in width
 * by one entry, no sample is read but at the window's ends, and the cost does not depend on the window.
 */

import { setImmediate } from 'node:timers/promises';
import { MicrojouleError } from '../../drivers/errors.ts';
import { processKernels } from '../decode/kernels.ts';
import { type BlockSums, Entries, fan } from './entries.ts';
import { blockEntryBytes, levels, type RecordedChannel } from './format.ts';
import type { RecordingReader } from './reader.ts';
import { chunkSamples, Summaries } from './summaries.ts';
import { ownWindow, sampleRange } from './window.ts';

export interface View {
	/** Sample at which each point begins, and after the last point, the sample at which it ends: count + 1 indices. */
	readonly begin: Float64Array;
	/** s after the recording's start: where each point begins. */
	readonly t: Float64Array;
	/** NaN where a point holds no valid sample. */
	readonly min: Float32Array;
	readonly max: Float32Array;
	readonly mean: Float64Array;
	/** Valid samples of each point; its others were lost. */
	readonly valid: Float64Array;
	/** Number of points. */
	readonly count: number;
}

/**
 * At most `points` points over [from, to) in s, clipped to the data: that many where the window has 128 samples a point and more, at least
 * half as many where it has that many samples, else one a sample. Throws INVALID_VALUE for a window or a number of points that is none.
 */
export async function view(reader: RecordingReader, channel: RecordedChannel, from: number, to: number, points: number): Promise<View> {
	if (!(Number.isInteger(points) && points > 0))
		throw new MicrojouleError('INVALID_VALUE', `A view of ${points} points was asked for; it must be a whole number of at least 1.`, { points });
	const own = ownWindow(channel, from, to);
	const [first, last] = sampleRange(own.from, own.to, channel.rate, channel.count);
	const samplesPerPoint = (last - first) / points;
	if (samplesPerPoint < levels[0]) return ofSamples(reader, channel, first, last, Math.max(1, Math.ceil(samplesPerPoint)));
	return ofEntries(reader, channel, first, last, points);
}

/** Points of `step` samples, from the samples: the kernel summarises blocks of any length. */
async function ofSamples(reader: RecordingReader, channel: RecordedChannel, first: number, last: number, step: number): Promise<View> {
	const result = emptyView(Math.ceil((last - first) / step));
	const pointsAtOnce = Math.max(1, Math.floor(chunkSamples / step));
	const summaries = new Summaries(reader, channel, []);
	const { memory } = processKernels();
	const space = memory.alloc(Math.min(pointsAtOnce, result.count) * blockEntryBytes);
	const entries = new Entries(space.bytes, 0);
	const sums = noSums();
	try {
		for (let p = 0; p < result.count; p += pointsAtOnce) {
			const begin = first + p * step;
			const samples = summaries.samples(begin, Math.min(last, begin + pointsAtOnce * step));
			const count = processKernels().summarize(samples, entries.bytes, step);
			for (let i = 0; i < count; i++) {
				reset(sums);
				entries.addTo(sums, i, i + 1);
				put(result, p + i, begin + i * step, channel, sums);
			}
			if (summaries.turn()) await setImmediate();
		}
	} finally {
		space.free();
		summaries.free();
	}
	result.begin[result.count] = last;
	return result;
}

/** Exactly `points` points, from entries. */
async function ofEntries(reader: RecordingReader, channel: RecordedChannel, first: number, last: number, points: number): Promise<View> {
	const samplesPerPoint = (last - first) / points;
	const level = levels.findLastIndex((block) => block <= samplesPerPoint);
	const block = levels[level];
	// Of lower levels only the window's two ends are needed.
	const ahead = levels.map((_, i) => (i === level ? Math.floor((last - first) / block) : fan));
	const summaries = new Summaries(reader, channel, ahead);
	const result = emptyView(points);
	const sums = noSums();
	try {
		for (let p = 0, begin = first; p < points; p++) {
			const end = p + 1 === points ? last : Math.round((first + (p + 1) * samplesPerPoint) / block) * block;
			reset(sums);
			for (let at = begin; at < end; ) {
				at = summaries.add(sums, at, end, level);
				if (summaries.turn()) await setImmediate();
			}
			put(result, p, begin, channel, sums);
			begin = end;
		}
	} finally {
		summaries.free();
	}
	result.begin[points] = last;
	return result;
}

function noSums(): BlockSums {
	return { count: 0, min: Number.NaN, max: Number.NaN, sum: 0 };
}

function reset(sums: BlockSums): void {
	sums.count = 0;
	sums.min = Number.NaN;
	sums.max = Number.NaN;
	sums.sum = 0;
}

function emptyView(count: number): View {
	return {
		begin: new Float64Array(count + 1),
		t: new Float64Array(count),
		min: new Float32Array(count),
		max: new Float32Array(count),
		mean: new Float64Array(count),
		valid: new Float64Array(count),
		count,
	};
}

function put(view: View, p: number, begin: number, { rate, offset = 0 }: RecordedChannel, { count, min, max, sum }: BlockSums): void {
	view.begin[p] = begin;
	view.t[p] = begin / rate + offset;
	view.min[p] = min;
	view.max[p] = max;
	view.mean[p] = count > 0 ? sum / count : Number.NaN;
	view.valid[p] = count;
}

/**
 * A recorded current as few segments that a battery cannot tell from the samples: neighbours that differ by less than a fiftieth of the whole span
 * are one segment of their mean, which keeps the charge, and of their largest, which keeps the peak. A recording of any length passes through by its
 * summaries; only around edges samples are read. Lost samples are left out, with their time.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import type { Entries } from '../../../engine/recording/entries.ts';
import type { RecordedChannel } from '../../../engine/recording/format.ts';
import type { RecordingReader } from '../../../engine/recording/reader.ts';
import { totals } from '../../../engine/recording/totals.ts';
import { type Visitor, walkAll } from '../../../engine/recording/walk.ts';
import { ownWindow, sampleRange } from '../../../engine/recording/window.ts';

export interface WaveformSegment {
	/** A, mean. */
	readonly currentA: number;
	/** A, the largest sample. */
	readonly peakA: number;
	/** s. */
	readonly durationS: number;
}

export interface Waveform {
	readonly segments: readonly WaveformSegment[];
	/** s of valid samples. */
	readonly durationS: number;
	/** s of lost ones. */
	readonly lostS: number;
	/** A. */
	readonly meanA: number;
	/** A. */
	readonly peakA: number;
}

/** Share of the span from the smallest to the largest sample within which samples are one segment. */
const tolerance = 0.02;
/** More segments are made fewer by a wider tolerance. */
const mostSegments = 1 << 15;

/** Of a channel in A over the window [fromS, toS) of the recording's time. INVALID_VALUE: no current, no valid sample. */
export async function recordedWaveform(reader: RecordingReader, channel: RecordedChannel, fromS?: number, toS?: number, reached?: (share: number) => void): Promise<Waveform> {
	if (channel.unit !== 'A')
		throw new MicrojouleError('INVALID_VALUE', `The channel ${channel.id} is in ${channel.unit}; a battery's load is a current. Choose a channel such as mc.`, {
			channel: channel.id,
		});
	const own = ownWindow(channel, fromS, toS);
	const [from, to] = sampleRange(own.from, own.to, channel.rate, channel.count);
	const { min, max } = await totals(reader, channel, { begin: from, end: to });
	const runs = new Runs(max - min);
	await walkAll(reader, channel, from, to, runs, (index) => reached?.((index - from) / Math.max(1, to - from)));
	return runs.waveform(channel.rate, to - from);
}

/** Of samples in memory, A at `rate` Hz. */
export function waveformOf(samples: Float32Array, rate: number): Waveform {
	let min = Number.POSITIVE_INFINITY;
	let max = Number.NEGATIVE_INFINITY;
	for (const sample of samples) {
		if (sample < min) min = sample;
		if (sample > max) max = sample;
	}
	const runs = new Runs(max - min);
	runs.samples(samples);
	return runs.waveform(rate, samples.length);
}

interface Run {
	min: number;
	max: number;
	sum: number;
	count: number;
}

/** Grows the last run while it stays within the tolerance. */
class Runs implements Visitor {
	#runs: Run[] = [];
	#last: Run | undefined;
	#within: number;

	constructor(span: number) {
		this.#within = tolerance * span;
	}

	block(entries: Entries, i: number): boolean {
		const count = entries.count(i);
		if (count === 0) return true;
		const min = entries.min(i);
		const max = entries.max(i);
		if (!(max - min <= this.#within)) return false;
		this.#add(min, max, entries.sum(i), count);
		return true;
	}

	samples(samples: Float32Array): void {
		for (let k = 0; k < samples.length; k++) {
			const x = samples[k];
			if (!Number.isNaN(x)) this.#add(x, x, x, 1);
		}
	}

	waveform(rate: number, length: number): Waveform {
		const valid = this.#runs.reduce((total, { count }) => total + count, 0);
		const sum = this.#runs.reduce((total, run) => total + run.sum, 0);
		if (valid === 0 || !Number.isFinite(sum))
			throw new MicrojouleError('INVALID_VALUE', 'The selection holds no current: all its samples are lost, or it is empty. Choose another one.', { samples: length, valid });
		return {
			segments: this.#runs.map(({ sum: charge, max, count }) => ({ currentA: charge / count, peakA: max, durationS: count / rate })),
			durationS: valid / rate,
			lostS: (length - valid) / rate,
			meanA: sum / valid,
			peakA: this.#runs.reduce((most, { max }) => Math.max(most, max), Number.NEGATIVE_INFINITY),
		};
	}

	#add(min: number, max: number, sum: number, count: number): void {
		this.#grow(min, max, sum, count);
		if (this.#runs.length <= mostSegments) return;
		while (this.#runs.length > mostSegments / 2) {
			const runs = this.#runs;
			this.#within *= 2;
			this.#runs = [];
			this.#last = undefined;
			for (const run of runs) this.#grow(run.min, run.max, run.sum, run.count);
		}
	}

	#grow(min: number, max: number, sum: number, count: number): void {
		const last = this.#last;
		if (last && Math.max(last.max, max) - Math.min(last.min, min) <= this.#within) {
			if (min < last.min) last.min = min;
			if (max > last.max) last.max = max;
			last.sum += sum;
			last.count += count;
			return;
		}
		this.#last = { min, max, sum, count };
		this.#runs.push(this.#last);
	}
}

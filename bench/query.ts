/**
 * Questions to a long recording: views of about 1000 points of the whole and of random windows, statistics of a window, and opening it.
 * The signal is spiky and has gaps. Every round asks for other windows, of files that were read
 * before; what is `cold` has been dropped from the system's cache.
 *
 * A sample of the answers is compared with brute force over the signal made anew: a point is wrong when its minimum, maximum or number of
 * valid samples differs at all, or its mean by more than 1e-12 of the mean magnitude.
 *
 * 10⁸ and 10⁹ samples; MICROJOULE_QUERY_SAMPLES sets others (a list). Left out: HTTP, and turning answers into text.
 */

import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordingReader } from '../engine/recording/reader.ts';
import { type ChannelStatistics, statistics } from '../engine/recording/statistics.ts';
import { type View, view } from '../engine/recording/view.ts';
import { type Bench, type BenchOptions, figure, type Reporter } from './harness.ts';
import { chunkSamples, rateHz, recordLong, signalChunk } from './long-recording.ts';

const sizes = (process.env.MICROJOULE_QUERY_SAMPLES ?? '1e8,1e9').split(',').map(Number);
const windowSizes = [1e3, 1e4, 1e5, 1e6, 1e7, 5e7];
const windowsEach = 300;
const points = 1000;
/** Samples that brute force goes through, per window size. */
const checkedSamples = 1e8;

export const bench: Bench = {
	brief: 'views, statistics and opening of recordings of 10⁸ and 10⁹ samples, compared with brute force',
	async run(report, options) {
		for (const samples of sizes) await query(report, options, samples);
	},
};

async function query(report: Reporter, { rounds }: BenchOptions, samples: number): Promise<void> {
	const title = samples.toExponential().replace('e+', 'e');
	const parent = await mkdtemp(join(tmpdir(), 'microjoule-query-'));
	const folder = join(parent, 'recording');
	try {
		const { bavail, bsize } = await statfs(parent);
		if (bavail * bsize < samples * 5) return report.note(`${title} samples are left out: ${parent} has ${Math.round((bavail * bsize) / 1e9)} GB free.`);
		const chunk = new Float32Array(chunkSamples);
		await recordLong(folder, samples, (index) => {
			signalChunk(index, chunk);
			return chunk;
		});
		await opening(report, title, folder, rounds);
		const reader = await RecordingReader.open(folder);
		try {
			await questions(report, title, reader, samples, rounds);
			await comparison(report, title, reader, samples);
		} finally {
			reader.close();
		}
	} finally {
		await rm(parent, { recursive: true, force: true });
	}
}

/** Opening, and the first view after it: it is what a user waits for. */
async function opening(report: Reporter, title: string, folder: string, rounds: number): Promise<void> {
	const times: Record<string, number[]> = { 'open, cold': [], 'open and first view, cold': [], open: [], 'open and first view': [] };
	for (let round = 0; round < rounds; round++)
		for (const cold of [true, false]) {
			if (cold && !(await dropFromCache(folder))) {
				if (round === 0) report.note('The cache cannot be emptied here (dd iflag=nocache): cold figures are not cold.');
			}
			const startedAt = performance.now();
			const reader = await RecordingReader.open(folder);
			times[cold ? 'open, cold' : 'open'].push(performance.now() - startedAt);
			await view(reader, reader.info.channels[0], 0, Number.POSITIVE_INFINITY, points);
			times[cold ? 'open and first view, cold' : 'open and first view'].push(performance.now() - startedAt);
			reader.close();
		}
	await warm(folder);
	for (const [name, runs] of Object.entries(times)) report.figure(figure('query', `${title}: ${name}`, 'ms', runs));
}

async function questions(report: Reporter, title: string, reader: RecordingReader, samples: number, rounds: number): Promise<void> {
	const channel = reader.info.channels[0];
	const ask = (from: number, length: number) => view(reader, channel, from / rateHz, (from + length) / rateHz, points);
	const measured = async (name: string, windows: () => (readonly [number, number])[], question: (from: number, length: number) => Promise<unknown>) => {
		const medians: number[] = [];
		const p95s: number[] = [];
		for (let round = -1; round < rounds; round++) {
			const times: number[] = [];
			for (const [from, length] of windows()) {
				const startedAt = performance.now();
				await question(from, length);
				times.push(performance.now() - startedAt);
			}
			if (round < 0) continue;
			times.sort((a, b) => a - b);
			medians.push(times[Math.floor(times.length / 2)]);
			p95s.push(times[Math.floor(times.length * 0.95)]);
		}
		report.figure(figure('query', `${title}: ${name}, median`, 'ms', medians));
		report.figure(figure('query', `${title}: ${name}, p95`, 'ms', p95s));
	};
	const random = (length: number) => () => Array.from({ length: windowsEach }, () => [Math.floor(Math.random() * (samples - length + 1)), length] as const);
	await measured('view of the whole', () => Array.from({ length: windowsEach }, () => [0, samples] as const), ask);
	const fitting = windowSizes.filter((length) => length <= samples);
	for (const length of fitting) await measured(`view of ${length.toExponential().replace('e+', 'e')}`, random(length), ask);
	const one = (from: number, length: number) => statistics(reader, { channel: channel.id, from: from / rateHz, to: (from + length) / rateHz });
	await measured('statistics of a window', () => fitting.flatMap((length) => random(length)().slice(0, 50)), one);
	await measured('statistics of the whole', () => Array.from({ length: windowsEach }, () => [0, samples] as const), one);
}

/** The signal, made anew chunk by chunk. */
class Signal {
	#chunk = new Float32Array(chunkSamples);
	#index = -1;

	/** Valid samples, extremes, sum and sum of magnitudes of [from, to). */
	bruteForce(from: number, to: number): { valid: number; min: number; max: number; sum: number; size: number } {
		const result = { valid: 0, min: Number.NaN, max: Number.NaN, sum: 0, size: 0 };
		for (let at = from; at < to; ) {
			const index = Math.floor(at / chunkSamples);
			if (index !== this.#index) signalChunk(index, this.#chunk);
			this.#index = index;
			const until = Math.min(to, (index + 1) * chunkSamples);
			addPlainly(result, this.#chunk.subarray(at - index * chunkSamples, until - index * chunkSamples));
			at = until;
		}
		return result;
	}
}

function addPlainly(result: { valid: number; min: number; max: number; sum: number; size: number }, samples: Float32Array): void {
	let { valid, min, max } = result;
	// A sum of its own for every piece: over 10⁹ samples one long chain would be the less exact of the two that are compared.
	let sum = 0;
	let size = 0;
	for (let k = 0; k < samples.length; k++) {
		const x = samples[k];
		if (Number.isNaN(x)) continue;
		valid++;
		if (!(min <= x)) min = x;
		if (!(max >= x)) max = x;
		sum += x;
		size += Math.abs(x);
	}
	Object.assign(result, { valid, min, max, sum: result.sum + sum, size: result.size + size });
}

async function comparison(report: Reporter, title: string, reader: RecordingReader, samples: number): Promise<void> {
	const channel = reader.info.channels[0];
	const signal = new Signal();
	const wrong = { tiling: 0, minimum: 0, maximum: 0, mean: 0, valid: 0, statistics: 0 };
	let compared = 0;
	let windows = 0;
	for (const length of [...windowSizes.filter((size) => size <= samples), samples]) {
		for (let n = Math.max(1, Math.min(10, Math.floor(checkedSamples / length))); n > 0; n--) {
			const from = Math.floor(Math.random() * (samples - length + 1));
			const window = { channel: channel.id, from: from / rateHz, to: (from + length) / rateHz };
			const answer = await view(reader, channel, window.from, window.to, points);
			compared += compareView(answer, from, from + length, signal, wrong);
			compareStatistics(await statistics(reader, window), signal.bruteForce(from, from + length), wrong);
			windows++;
		}
	}
	const total = Object.values(wrong).reduce((sum, count) => sum + count, 0);
	report.figure(figure('query', `${title}: wrong answers`, '1', [total]));
	report.note(`${title}: ${compared} points and ${windows} windows compared with brute force; wrong: ${JSON.stringify(wrong)}.`);
}

type Wrong = Record<'tiling' | 'minimum' | 'maximum' | 'mean' | 'valid' | 'statistics', number>;

function compareView(answer: View, first: number, last: number, signal: Signal, wrong: Wrong): number {
	if (answer.begin[0] !== first || answer.begin[answer.count] !== last || answer.count < points / 2 || answer.count > points) wrong.tiling++;
	for (let p = 0; p < answer.count; p++) {
		if (!(answer.begin[p + 1] > answer.begin[p])) wrong.tiling++;
		const { valid, min, max, sum, size } = signal.bruteForce(answer.begin[p], answer.begin[p + 1]);
		if (answer.valid[p] !== valid) wrong.valid++;
		if (answer.min[p] !== min && valid > 0) wrong.minimum++;
		if (answer.max[p] !== max && valid > 0) wrong.maximum++;
		if (valid === 0 ? !Number.isNaN(answer.mean[p]) : !(Math.abs(answer.mean[p] - sum / valid) <= (1e-12 * size) / valid)) wrong.mean++;
	}
	return answer.count;
}

function compareStatistics(answer: ChannelStatistics, { valid, min, max, sum, size }: ReturnType<Signal['bruteForce']>, wrong: Wrong): void {
	// A window that lies in a gap has no extremes and no average.
	const right =
		valid === 0
			? answer.samples === 0 && Number.isNaN(answer.min) && Number.isNaN(answer.max) && Number.isNaN(answer.average)
			: answer.samples === valid && answer.min === min && answer.max === max && Math.abs(answer.average - sum / valid) <= (1e-11 * size) / valid;
	if (!right) wrong.statistics++;
}

/** Reads all files once: whatever is asked afterwards is in the system's cache, if that is large enough. */
async function warm(folder: string): Promise<void> {
	for (const name of await readdir(folder)) spawnSync('dd', [`if=${join(folder, name)}`, 'of=/dev/null', 'bs=1M'], { stdio: 'ignore' });
}

/** Drops a folder's files from the system's cache, where it lets us. */
async function dropFromCache(folder: string): Promise<boolean> {
	const results = (await readdir(folder)).map((name) => spawnSync('dd', [`if=${join(folder, name)}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' }));
	return results.every(({ status }) => status === 0);
}

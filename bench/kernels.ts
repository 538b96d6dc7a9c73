/**
 * `kernels`: the decoding kernels on one thread, as they are used — frames and columns in shared memory — against their TypeScript twins on
 * ordinary arrays, the same loops in C (kernels.c, compiled on the spot where gcc is present) and a copy of the same bytes.
 *
 * Working sets are about 2 MB, frames and columns together: more than a second-level cache usually holds. Left out: the link, the
 * worker pool and the disk; `ingest` measures those.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Benchmark from 'benchmark';
import type { FrameLayout } from '../drivers/instrument.ts';
import { createJob } from '../engine/decode/job.ts';
import { Kernels } from '../engine/decode/kernels.ts';
import { SharedMemory } from '../engine/decode/memory.ts';
import { aceLayout, arcLayout, fillFrames, randomNumbers } from '../engine/decode/testing.ts';
import * as twins from '../engine/decode/twins.ts';
import { type Bench, figure, gccVersion, inRounds } from './harness.ts';

/** Bytes of frames in a batch, as the drivers cut them. */
const batchBytes = 1024 * 1024;
const columnSamples = 262_144;
/** Current samples a voltage sample lasts: mc at 4 kHz, mv at 1 kHz. */
const hold = 4;

/** One kernel under test: the same work by each of the contestants, over `samples` samples. */
interface Contest {
	readonly name: string;
	readonly samples: number;
	readonly kernel: () => void;
	readonly twin: () => void;
	/** Bytes that the copy copies. */
	readonly copyBytes: number;
	/** Arguments of the C program. */
	readonly c: readonly (string | number)[];
}

const kernels = new Kernels(new SharedMemory());
const random = randomNumbers(2);

function frames(name: string, layout: FrameLayout): Contest {
	const count = Math.floor(batchBytes / layout.frameBytes / 64) * 64;
	const bytes = count * layout.frameBytes;
	const block = kernels.memory.alloc(bytes);
	fillFrames(block.bytes, count, layout, () => random() - 0.5);
	const job = createJob(kernels.memory, block.ptr, count, layout);
	const ordinary = Uint8Array.from(block.bytes);
	const columns = layout.channels.map((channel) => new Float32Array(count * channel.count));
	const counters = new Uint32Array(count);
	const damaged = new Uint32Array(count);
	return {
		name,
		samples: count * layout.channels.reduce((sum, channel) => sum + channel.count, 0),
		kernel: () => sound(kernels.decodeFrames(job.ptr) === 0),
		twin: () => sound(twins.decodeFrames(ordinary, count, layout, columns, counters, damaged) === 0),
		copyBytes: bytes,
		c: ['frames', count, layout.frameBytes, ...layout.channels.flatMap((channel) => [channel.offset, channel.count])],
	};
}

function column(samples: number): { shared: Float32Array; ordinary: Float32Array } {
	const shared = kernels.memory.float32(kernels.memory.alloc(4 * samples).ptr, samples);
	for (let i = 0; i < samples; i++) shared[i] = random() - 0.5;
	return { shared, ordinary: Float32Array.from(shared) };
}

function summaries(): Contest {
	const { shared, ordinary } = column(columnSamples);
	const entries = kernels.memory.alloc(columnSamples / 4).bytes;
	const plain = new Uint8Array(columnSamples / 4);
	return {
		name: 'summaries',
		samples: columnSamples,
		kernel: () => sound(kernels.summarize(shared, entries) === columnSamples / 128),
		twin: () => sound(twins.summarize(ordinary, plain) === columnSamples / 128),
		copyBytes: 4 * columnSamples,
		c: ['summaries', columnSamples],
	};
}

function energy(): Contest {
	const current = column(columnSamples);
	const voltage = column(columnSamples / hold);
	const ratio = { currentTicks: 1, voltageTicks: hold };
	return {
		name: `energy, v held over ${hold}`,
		samples: columnSamples,
		kernel: () => sound(kernels.energy(current.shared, voltage.shared, ratio).valid === columnSamples),
		twin: () => sound(twins.energy(current.ordinary, voltage.ordinary, ratio).valid === columnSamples),
		copyBytes: 4 * columnSamples + columnSamples,
		c: ['energy', columnSamples, hold],
	};
}

function sound(condition: boolean): void {
	if (!condition) throw new Error('A kernel under test returned nonsense.');
}

/** Seconds a call, the median of benchmark's samples; it warms up and finds the number of calls a sample by itself. */
function secondsPerCall(call: () => void): number {
	let failure: unknown;
	const benchmark = new Benchmark(call, {
		minTime: 0.015,
		maxTime: 0.12,
		minSamples: 5,
		onError: (event: Benchmark.Event) => (failure = (event.target as { error?: unknown }).error),
	});
	benchmark.run({ async: false });
	if (failure) throw failure;
	const samples = [...benchmark.stats.sample].sort((a, b) => a - b);
	return samples[samples.length >> 1];
}

/** Compiles kernels.c into `folder`. */
function compile(folder: string): string {
	const program = join(folder, 'kernels');
	execFileSync('gcc', ['-O3', '-march=native', fileURLToPath(new URL('kernels.c', import.meta.url)), '-o', program, '-lm']);
	return program;
}

function secondsPerPassInC(program: string, args: Contest['c']): number {
	const { status, stdout } = spawnSync(program, args.map(String), { encoding: 'utf8' });
	const [seconds] = stdout.split(' ').map(Number);
	if (status !== 0 || !(seconds > 0)) throw new Error(`The C program failed on ${args.join(' ')}.`);
	return seconds;
}

export const bench: Bench = {
	brief: 'frames to columns, summaries and energy: WebAssembly against TypeScript, C and memcpy, one thread',
	async run(report, { rounds }) {
		const folder = mkdtempSync(join(tmpdir(), 'microjoule-bench-'));
		try {
			const program = gccVersion() ? compile(folder) : undefined;
			if (!program) report.note('There is no gcc here: the comparison with C is left out.');
			for (const contest of [frames('frames, Ace mc+mv+mp 50 kHz', aceLayout), frames('frames, Arc mc+mv+mp', arcLayout), summaries(), energy()]) {
				const { name, samples } = contest;
				const source = new Uint8Array(contest.copyBytes).fill(1);
				const target = new Uint8Array(contest.copyBytes).fill(2);
				const rate = (seconds: number) => samples / seconds / 1e6;
				const runs = await inRounds(
					{
						kernel: () => rate(secondsPerCall(contest.kernel)),
						twin: () => rate(secondsPerCall(contest.twin)),
						c: () => (program ? rate(secondsPerPassInC(program, contest.c)) : 0),
						memcpy: () => rate(secondsPerCall(() => target.set(source))),
					},
					rounds,
				);
				const references = Object.fromEntries(Object.entries(runs).filter(([name]) => name !== 'kernel' && (program || name !== 'c')));
				report.figure(figure('kernels', name, 'Msamples/s', runs.kernel, references));
				for (const [reference, values] of Object.entries(references)) report.figure(figure('kernels', `${name}: ${reference}`, 'Msamples/s', values));
			}
		} finally {
			rmSync(folder, { recursive: true });
		}
	},
};

/**
 * Appending to a recording: columns, summary pyramid and checksums, from memory to files.
 *
 * `buffered` ends when the operating system has taken the samples, `durable` when they are on the disk itself and the recording is
 * finished; beside it stands what `dd conv=fsync` gets from the same disk with as many bytes. `flushed while recording` is buffered with the
 * sync every 0.4 s that a running recording does. Left out: where samples come from; they lie in memory.
 *
 * 10⁸ samples a run, and 10⁹ once; MICROJOULE_STORE_SAMPLES sets others (a list: `1e8,1e9`).
 */

import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, type BenchOptions, figure, inRounds, type Reporter } from './harness.ts';
import { chunkSamples, folderBytes, recordLong, signalChunk } from './long-recording.ts';

const sizes = (process.env.MICROJOULE_STORE_SAMPLES ?? '1e8,1e9').split(',').map(Number);
/** From here on one round: it takes long, and the disk's cache has long been filled. */
const once = 5e8;
/** Samples that go round: 64 MB, more than the caches hold. */
const pieces = 64;

export const bench: Bench = {
	brief: 'appending float32 samples with summaries and checksums; buffered, and on the disk itself beside dd',
	async run(report, options) {
		const piece = Array.from({ length: pieces }, (_, index) => {
			const samples = new Float32Array(chunkSamples);
			signalChunk(index, samples);
			return samples;
		});
		for (const samples of sizes) await store(report, options, samples, (index) => piece[index % pieces]);
	},
};

async function store(report: Reporter, { rounds }: BenchOptions, samples: number, next: (index: number) => Float32Array): Promise<void> {
	const title = `${samples.toExponential().replace('e+', 'e')}`;
	const parent = await mkdtemp(join(tmpdir(), 'microjoule-store-'));
	try {
		const { bavail, bsize } = await statfs(parent);
		if (bavail * bsize < samples * 6) return report.note(`${title} samples are left out: ${parent} has ${Math.round((bavail * bsize) / 1e9)} GB free.`);
		const durable: number[] = [];
		const bytes: number[] = [];
		const into = async (flushIntervalS: number | undefined, sink?: (durableRate: number) => void) => {
			const folder = join(parent, 'recording');
			const { appendS, durableS } = await recordLong(folder, samples, next, flushIntervalS === undefined ? {} : { flushIntervalS });
			sink?.(samples / durableS / 1e6);
			bytes.push((await folderBytes(folder)) / samples);
			await rm(folder, { recursive: true });
			return samples / appendS / 1e6;
		};
		const cases = {
			buffered: () => into(0, (rate) => durable.push(rate)),
			flushed: () => into(undefined),
			dd: () => ddRate(join(parent, 'dd'), Math.ceil((samples * 4) / 2 ** 20)),
		};
		const runs = samples < once ? await inRounds(cases, rounds) : { buffered: [await cases.buffered()], flushed: [await cases.flushed()], dd: [await cases.dd()] };
		const ddSamples = runs.dd.map((rate) => rate / 4);
		report.figure(figure('store', `append ${title}, buffered`, 'Msamples/s', runs.buffered));
		report.figure(figure('store', `append ${title}, flushed while recording`, 'Msamples/s', runs.flushed));
		report.figure(figure('store', `append ${title}, durable`, 'Msamples/s', durable.slice(-runs.dd.length), { 'dd conv=fsync': ddSamples }));
		report.figure(figure('store', `dd bs=1M conv=fsync, ${title} × 4 bytes`, 'MB/s', runs.dd));
		report.figure(figure('store', `bytes a sample, ${title}`, 'bytes', bytes));
	} finally {
		await rm(parent, { recursive: true, force: true });
	}
}

/** MB/s of zeros, written and synced. */
async function ddRate(path: string, mebibytes: number): Promise<number> {
	const startedAt = performance.now();
	const { status, stderr } = spawnSync('dd', ['if=/dev/zero', `of=${path}`, 'bs=1M', `count=${mebibytes}`, 'conv=fsync'], { encoding: 'utf8' });
	const elapsedS = (performance.now() - startedAt) / 1000;
	if (status !== 0) throw new Error(`dd failed: ${stderr}`);
	await rm(path);
	return (mebibytes * 2 ** 20) / 1e6 / elapsedS;
}

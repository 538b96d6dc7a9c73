import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { FrameBatch, FrameLayout } from '../../drivers/instrument.ts';
import type { DecodedBatch } from './decoded.ts';
import { Kernels } from './kernels.ts';
import { SharedMemory } from './memory.ts';
import { DecodePool, type DecodePoolOptions } from './pool.ts';
import { aceLayout, arcLayout, fillFrames } from './testing.ts';

const kernels = new Kernels(new SharedMemory());
const pools: DecodePool[] = [];
const folders: string[] = [];

function pool(options: DecodePoolOptions = {}): DecodePool {
	const made = new DecodePool({ kernels, threads: 2, inlineBytes: 0, ...options });
	pools.push(made);
	return made;
}

afterEach(async () => {
	await Promise.all(pools.splice(0).map((made) => made.close()));
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
	expect(kernels.memory.bytesInUse).toBe(0);
});

/** A worker that behaves as `behaviour` says: a function body that gets the job pointer and `decode`, the true worker's function. */
function workerThat(behaviour: string, before = ''): string {
	const folder = mkdtempSync(join(tmpdir(), 'microjoule-worker-'));
	folders.push(folder);
	const file = join(folder, 'worker.mjs');
	const real = new URL('./worker.ts', import.meta.url).href;
	writeFileSync(file, `import decode from ${JSON.stringify(real)};\n${before}\nexport default (job) => { ${behaviour} };\n`);
	return file;
}

function batch(decoder: DecodePool, layout: FrameLayout, frames: number, first: number): FrameBatch {
	const buffer = decoder.take(frames * layout.frameBytes);
	if (!buffer) throw new Error('no buffer');
	fillFrames(buffer.bytes, frames, layout, (c, n) => 1000 * c + n, first);
	return { buffer, layout, frames, arrivedAt: 0 };
}

function check(decoded: DecodedBatch, layout: FrameLayout, frames: number, first: number): void {
	expect(decoded.frames).toBe(frames);
	expect(decoded.damaged).toEqual([]);
	expect(Array.from(decoded.counters)).toEqual(Array.from({ length: frames }, (_, i) => first + i));
	layout.channels.forEach(({ count }, c) => {
		expect(Array.from(decoded.columns[c])).toEqual(Array.from({ length: frames * count }, (_, n) => Math.fround(1000 * c + n)));
	});
}

async function decodeMany(decoder: DecodePool, count: number): Promise<void> {
	const sizes = Array.from({ length: count }, (_, i) => ({ layout: i % 2 ? aceLayout : arcLayout, frames: 3 + ((i * 7) % 40), first: 1 + 100 * i }));
	const decoded = await Promise.all(sizes.map(({ layout, frames, first }) => decoder.decode(batch(decoder, layout, frames, first))));
	decoded.forEach((each, i) => {
		check(each, sizes[i].layout, sizes[i].frames, sizes[i].first);
		each.release();
		each.release();
	});
	expect(decoder.bytesInFlight).toBe(0);
}

test('batches are decoded by workers, several at a time', async () => {
	const decoder = pool();
	await decodeMany(decoder, 60);
	expect(decoder.workers).toHaveLength(2);
});

test('small batches are decoded on the spot, without a worker', async () => {
	const decoder = pool({ inlineBytes: 64 * 1024 });
	await decodeMany(decoder, 20);
	expect(decoder.workers).toHaveLength(0);
});

test('damaged frames are listed and their bytes stay readable until the release', async () => {
	const decoder = pool();
	const damaged = batch(decoder, arcLayout, 10, 1);
	damaged.buffer.bytes[3 * 84 + 30] ^= 4;
	damaged.buffer.bytes[7 * 84 + 83] ^= 128;
	const decoded = await decoder.decode(damaged);
	expect(decoded.damaged).toEqual([3, 7]);
	expect(Array.from(decoded.columns[1], Number.isNaN)).toEqual([false, false, false, true, false, false, false, true, false, false]);
	expect(damaged.buffer.bytes[3 * 84]).toBe(0xa3);
	decoded.release();
});

test('a buffer from elsewhere is decoded too, and released with the batch', async () => {
	const decoder = pool();
	const bytes = new Uint8Array(5 * 84);
	fillFrames(bytes, 5, arcLayout, (c, n) => 1000 * c + n);
	let released = 0;
	const decoded = await decoder.decode({ buffer: { bytes, release: () => released++ }, layout: arcLayout, frames: 5, arrivedAt: 0 });
	check(decoded, arcLayout, 5, 1);
	expect(released).toBe(0);
	decoded.release();
	expect(released).toBe(1);
});

test('memory in flight is bounded, and whoever waits is called once something is free', async () => {
	const decoder = pool({ memoryBytes: 100_000 });
	const first = decoder.take(60_000);
	expect(decoder.take(60_000)).toBeUndefined();
	const second = decoder.take(40_000);
	let calls = 0;
	decoder.freed(() => calls++);
	await Promise.resolve();
	expect(calls).toBe(0);
	first?.release();
	first?.release();
	await Promise.resolve();
	expect(calls).toBe(1);
	expect(decoder.bytesInFlight).toBe(40_000);
	second?.release();
	await Promise.resolve();
	expect(calls).toBe(1);
	// Nothing in flight: one batch may exceed the bound, and nobody waits for what will never come.
	decoder.freed(() => calls++);
	await Promise.resolve();
	expect(calls).toBe(2);
	const large = decoder.take(200_000);
	expect(large).toBeDefined();
	large?.release();
});

test('a batch counts for what it fills, not for the buffer it lies in', async () => {
	const decoder = pool({ memoryBytes: 2_000_000 });
	const large = decoder.take(1_500_000);
	if (!large) throw new Error('no buffer');
	fillFrames(large.bytes, 2, arcLayout, (c, n) => 1000 * c + n);
	let freed = false;
	decoder.freed(() => {
		freed = true;
	});
	const decoded = await decoder.decode({ buffer: large, layout: arcLayout, frames: 2, arrivedAt: 0 });
	expect(freed).toBe(true);
	expect(decoder.bytesInFlight).toBeLessThan(2000);
	decoded.release();
});

/** Of all workers of one file, two may die: each takes one of two folders that lie beside it. */
const dyingTwice = `
import { mkdirSync } from 'node:fs';
let done = 0;
function mayDie() {
	for (const death of ['first', 'second']) {
		try {
			mkdirSync(new URL(death, import.meta.url));
			return true;
		} catch {}
	}
	return false;
}`;

test('a worker that exits, throws or is terminated is replaced and its batches are done again', async () => {
	// Each worker does three jobs, then dies in the middle of the next; twice in all, so that no batch can meet three deaths by chance.
	for (const death of ['process.exit(3)', 'throw new Error("broken")', 'setImmediate(() => { throw new Error("later") }); return new Promise(() => {})']) {
		const decoder = pool({ workerFile: workerThat(`if (job !== 0 && ++done % 4 === 0 && mayDie()) { ${death} } return decode(job);`, dyingTwice) });
		await decodeMany(decoder, 6);
		await decodeMany(decoder, 6);
		await decoder.close();
	}
	const decoder = pool();
	await decodeMany(decoder, 4);
	const killed = [...decoder.workers];
	const decoding = decodeMany(decoder, 60);
	for (const worker of killed) void worker.terminate();
	await decoding;
	await decodeMany(decoder, 10);
	expect(decoder.workers).toHaveLength(2);
	for (const worker of killed) expect(decoder.workers).not.toContain(worker);
});

test('idle workers that die are replaced when they are needed', async () => {
	const decoder = pool();
	await decodeMany(decoder, 4);
	await Promise.all(decoder.workers.map((worker) => worker.terminate()));
	await decodeMany(decoder, 10);
});

test('a batch that no worker survives fails clearly, and gives its memory back', async () => {
	const decoder = pool({ workerFile: workerThat('process.exit(1)') });
	await expect(decoder.decode(batch(decoder, arcLayout, 5, 1))).rejects.toMatchObject({
		code: 'INTERNAL',
		message: expect.stringMatching(/could not be decoded: 3 workers failed/),
	});
	expect(decoder.bytesInFlight).toBe(0);
});

test('workers that cannot start fail clearly instead of keeping anyone waiting', async () => {
	for (const workerFile of ['/nowhere/worker.mjs', workerThat('return 0', 'process.exit(1);')]) {
		const decoder = pool({ workerFile });
		const results = await Promise.allSettled(Array.from({ length: 5 }, (_, i) => decoder.decode(batch(decoder, arcLayout, 5, i))));
		for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'INTERNAL' } });
	}
});

test('layouts that do not fit and batches after the end are refused', async () => {
	const decoder = pool();
	const refuse = async (layout: FrameLayout, frames: number, message: RegExp) => {
		const buffer = decoder.take(1000);
		if (!buffer) throw new Error('no buffer');
		await expect(decoder.decode({ buffer, layout, frames, arrivedAt: 0 })).rejects.toThrow(message);
	};
	await refuse({ ...arcLayout, frameBytes: 20 }, 1, /20 bytes/);
	await refuse({ ...arcLayout, channels: [{ id: 'mc', offset: 80, count: 4, rate: 4000 }] }, 1, /does not fit/);
	await refuse(arcLayout, 12, /12 frames/);
	const late = batch(decoder, arcLayout, 5, 1);
	await decoder.close();
	await decoder.close();
	expect(decoder.take(10)).toBeUndefined();
	await expect(decoder.decode(late)).rejects.toThrow(/closed/);
});

test('closing waits for what is under way', async () => {
	const decoder = pool();
	const decoding = decodeMany(decoder, 30);
	await decoder.close();
	await decoding;
});

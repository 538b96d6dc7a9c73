import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as twins from '../decode/twins.ts';
import { Entries, entryBytes, fold } from './entries.ts';
import { levels } from './format.ts';
import { RecordingReader } from './reader.ts';
import { statistics } from './statistics.ts';
import { arcChannel, device, recorded, recordingInfo, temporaryFolder } from './testing.ts';
import { RecordingWriter } from './writer.ts';

let folder: ReturnType<typeof temporaryFolder>;
let runs = 0;
const fresh = () => `${folder.path}/${runs++}`;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** Every byte that a checksum line covers has the line's checksum; returns the bytes covered per file. */
function verify(path: string): Map<string, number> {
	const covered = new Map<string, number>();
	const lines = readFileSync(`${path}/checksums`, 'utf8').trimEnd().split('\n');
	for (const [i, line] of lines.entries()) {
		const [file, offset, length, crc] = line.split(' ');
		if (file === 'recording.json' && lines.slice(i + 1).some((later) => later.startsWith('recording.json '))) continue;
		const bytes = readFileSync(`${path}/${file}`).subarray(Number(offset), Number(offset) + Number(length));
		expect(crc32(bytes).toString(16).padStart(8, '0'), line).toBe(crc);
		covered.set(file, (covered.get(file) ?? 0) + Number(length));
	}
	return covered;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
	const list: T[] = [];
	for await (const item of items) list.push(item);
	return list;
}

const wave = (length: number) => Float32Array.from({ length }, (_, k) => (k % 1013 === 7 ? Number.NaN : 0.015 * Math.sin(k / 50) + (k % 3001 < 4 ? 1 : 0)));

describe('RecordingWriter', () => {
	it('writes what it is given, whatever the pieces and flushes, with checksums over every byte', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.boolean()), { minLength: 1, maxLength: 12 }), async (pieces) => {
				const path = fresh();
				const samples = wave(pieces.reduce((sum, [length]) => sum + length, 0));
				const writer = await RecordingWriter.create(path, recordingInfo([arcChannel('mc', 4000)]), { flushIntervalS: 0, stageSamples: 2048 });
				let at = 0;
				for (const [length, flush] of pieces) {
					await writer.append(device, 'mc', samples.slice(at, at + length));
					writer.event({ device, type: 'log', channel: 'rx', text: `at ${at}`, time: at / 4000 });
					at += length;
					if (flush) await writer.flush();
					if (flush) expect(statSync(`${path}/arc-1.mc.f32`).size).toBe(at * 4);
				}
				const info = await writer.close();
				expect(info.finished).toBe(true);
				expect(info.channels[0].count).toBe(samples.length);
				using reader = await RecordingReader.open(path);
				expect(await reader.read(reader.channel(undefined, 'mc'), 0, at)).toEqual(samples);
				expect(reader.problems).toEqual([]);
				const covered = verify(path);
				for (const file of ['arc-1.mc.f32', 'events.jsonl', 'recording.json']) expect(covered.get(file) ?? 0).toBe(statSync(`${path}/${file}`).size);
				expect(await all(reader.events())).toHaveLength(pieces.length);
			}),
			{ numRuns: 25 },
		);
	});

	it('writes a pyramid that equals the plain one, partial ends included', async () => {
		const samples = wave(600_000);
		const path = fresh();
		(await recorded(path, [{ ...arcChannel('mc', 50_000), samples }], [], { piece: 77_777 })).close();
		const read = (level: number) => new Entries(new Uint8Array(readFileSync(`${path}/arc-1.mc.${levels[level]}.sum`)), level);
		const blocks = Entries.allocate(Math.ceil(samples.length / 128), 0);
		twins.summarize(samples, blocks.bytes);
		let below = blocks;
		for (let level = 0; level < levels.length; level++) {
			const written = read(level);
			expect(written.length).toBe(Math.ceil(samples.length / levels[level]));
			const expected = level === 0 ? blocks : Entries.allocate(written.length, level);
			for (let i = 0; level > 0 && i < written.length; i++) fold(below, i * 16, Math.min(16, below.length - i * 16), expected, i);
			for (let i = 0; i < written.length; i++) {
				expect([written.count(i), written.min(i), written.max(i)]).toEqual([expected.count(i), expected.min(i), expected.max(i)]);
				expect(Math.abs(written.sum(i) - expected.sum(i))).toBeLessThan(1e-9);
				expect(Math.abs(written.sumOfSquares(i) / expected.sumOfSquares(i) - 1)).toBeLessThan(1e-12);
			}
			below = written;
		}
		const middle = samples.reduce((sum, x) => sum + (Math.abs(x) > 0.019 ? 1 : 0), 0);
		const folds = read(1);
		expect(Array.from({ length: folds.length }, (_, i) => folds.middleCount(i)).reduce((a, b) => a + b)).toBe(middle);
		expect(read(3).middleCount(0) + read(3).middleCount(1)).toBe(middle);
	});

	it('holds the caller up while both stages are busy, and keeps the order of appends that were not awaited', async () => {
		const path = fresh();
		const writer = await RecordingWriter.create(path, recordingInfo([arcChannel('mc', 4000)]), { flushIntervalS: 0, stageSamples: 2048 });
		const columns = Array.from({ length: 20 }, (_, i) => new Float32Array(3000).fill(i));
		const held = columns.map((column) => writer.append(device, 'mc', column));
		expect(held[0]).toBeUndefined();
		expect(held[19]).toBeInstanceOf(Promise);
		await Promise.all(held);
		await writer.close();
		using reader = await RecordingReader.open(path);
		expect(await reader.read(reader.channel(device, 'mc'), 0, 60_000)).toEqual(Float32Array.from({ length: 60_000 }, (_, k) => Math.floor(k / 3000)));
	});

	it('flushes by itself', async () => {
		const { VirtualClock } = await import('../../drivers/clock.ts');
		const clock = new VirtualClock();
		const path = fresh();
		const writer = await RecordingWriter.create(path, recordingInfo([arcChannel('mc', 4000)]), { clock });
		await writer.append(device, 'mc', wave(100));
		while (statSync(`${path}/checksums`).size === 0 || statSync(`${path}/arc-1.mc.f32`).size < 400) await new Promise((resolve) => setImmediate(resolve));
		expect(clock.now()).toBeLessThan(1);
		await writer.close();
	});

	it('closes once, and refuses what comes afterwards', async () => {
		const writer = await RecordingWriter.create(fresh(), recordingInfo([arcChannel('mc', 4000)]));
		await writer.append(device, 'mc', wave(10));
		expect(await writer.close()).toBe(await writer.close());
		await writer.flush();
		expect(() => writer.append(device, 'mc', wave(10))).toThrow(/is closed/);
	});

	it('overwrites nothing and names what it cannot store', async () => {
		const path = fresh();
		await (await RecordingWriter.create(path, recordingInfo([arcChannel('mc', 4000)]))).close();
		await expect(RecordingWriter.create(path, recordingInfo([]))).rejects.toMatchObject({ code: 'NOT_EMPTY' });
		await expect(RecordingWriter.create(fresh(), recordingInfo([{ ...arcChannel('mc', 4000), device: '../x' }]))).rejects.toMatchObject({ code: 'INVALID_VALUE' });
		writeFileSync(fresh(), '');
		await expect(RecordingWriter.create(`${folder.path}/${runs - 1}/r`, recordingInfo([]))).rejects.toMatchObject({ code: 'DISK' });
	});

	it('reports a failed write once it happens, from append, flush and close, and keeps what was there', async () => {
		const path = fresh();
		const writer = await RecordingWriter.create(path, recordingInfo([arcChannel('mc', 4000)]), { flushIntervalS: 0, stageSamples: 2048 });
		await writer.append(device, 'mc', wave(5000));
		await writer.flush();
		const { AppendFile } = await import('./append-file.ts');
		const append = AppendFile.prototype.append;
		AppendFile.prototype.append = function (bytes, done) {
			this.length = 2 ** 52; // no file can reach so far: EFBIG, as good as a full disk
			return append.call(this, bytes, done);
		};
		try {
			const more = async () => {
				for (let i = 0; i < 10; i++) await writer.append(device, 'mc', wave(5000));
			};
			await expect(more()).rejects.toMatchObject({ code: 'DISK' });
			await expect(writer.flush()).rejects.toMatchObject({ code: 'DISK' });
			await expect(writer.close()).rejects.toMatchObject({ code: 'DISK' });
		} finally {
			AppendFile.prototype.append = append;
		}
		using reader = await RecordingReader.open(path);
		expect(reader.info.finished).toBe(false);
		expect(await reader.read(reader.channel(device, 'mc'), 0, 5000)).toEqual(wave(5000));
	});
});

describe('RecordingReader', () => {
	it('serves an unfinished recording by the length of its files, summaries or not', async () => {
		const samples = wave(300_000);
		const path = fresh();
		(await recorded(path, [{ ...arcChannel('mc', 50_000), samples }])).close();
		const info = JSON.parse(readFileSync(`${path}/recording.json`, 'utf8'));
		writeFileSync(`${path}/recording.json`, JSON.stringify({ ...info, finished: false, channels: [{ ...info.channels[0], count: 0 }] }));
		truncateSync(`${path}/arc-1.mc.f32`, 290_000 * 4 + 3);
		// What a power failure leaves of derived files: zeros, or nothing.
		const sum = `${path}/arc-1.mc.2048.sum`;
		truncateSync(sum, 50 * entryBytes(1));
		appendFileSync(sum, new Uint8Array(40 * entryBytes(1)));
		rmSync(`${path}/arc-1.mc.32768.sum`);
		using reader = await RecordingReader.open(path);
		const result = await statistics(reader, { channel: 'mc' });
		const expected = samples.subarray(0, 290_000).filter((x) => !Number.isNaN(x));
		expect(result.samples).toBe(expected.length);
		expect((result.charge as number) / (expected.reduce((a, b) => a + b, 0) / 50_000)).toBeCloseTo(1, 9);
	});

	it('reports what is missing, and reads the rest', async () => {
		const path = fresh();
		(
			await recorded(path, [
				{ ...arcChannel('mc', 4000), samples: wave(400) },
				{ ...arcChannel('mv', 1000), samples: wave(100) },
			])
		).close();
		rmSync(`${path}/arc-1.mc.f32`);
		truncateSync(`${path}/arc-1.mv.f32`, 200);
		appendFileSync(`${path}/events.jsonl`, '{"type": "lo');
		using reader = await RecordingReader.open(path);
		expect(await all(reader.events())).toEqual([]);
		expect(reader.problems).toEqual(['arc-1.mc.f32 is missing', 'arc-1.mv.f32 holds 50 of 100 samples', 'events.jsonl, line 1: cut off or damaged']);
		expect((await statistics(reader, { channel: 'mv' })).samples).toBe(49);
		await expect(reader.read(reader.channel(device, 'mc'), 0, 1)).rejects.toMatchObject({ code: 'DAMAGED' });
	});

	it.each([
		['{"version": 1', 'DAMAGED'],
		['{}', 'DAMAGED'],
		['{"version": 1, "devices": [], "channels": [{"id": "../x"}]}', 'DAMAGED'],
		['{"version": 9}', 'NEWER_VERSION'],
	])('refuses recording.json %j', async (content, code) => {
		const path = fresh();
		mkdirSync(path);
		writeFileSync(`${path}/recording.json`, content);
		await expect(RecordingReader.open(path)).rejects.toMatchObject({ code });
		await expect(RecordingReader.open(`${path}/none`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
	});
});

import { appendFileSync, copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { infoFile, readInfo, startFile, writeInfo } from './info-file.ts';
import { RecordingReader } from './reader.ts';
import { repair } from './repair.ts';
import { statistics } from './statistics.ts';
import { arcChannel, device, recordingInfo, temporaryFolder } from './testing.ts';
import { verify } from './verify.ts';
import { RecordingWriter, type WriterOptions } from './writer.ts';

const rate = 4000;
const count = 40_000;
const column = 'arc-1.mc.f32';
const wave = Float32Array.from({ length: count }, (_, k) => (k % 1013 === 7 ? Number.NaN : 0.015 * Math.sin(k / 50) + (k % 3001 < 4 ? 1 : 0)));

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
beforeEach(() => {
	folder = temporaryFolder();
	path = `${folder.path}/r`;
});
afterEach(() => folder.remove());

/** Flushed every 4000 samples, with a line of the UART at each; then left as a crash leaves it, or closed. */
async function record(finished = true, options: WriterOptions = {}): Promise<void> {
	const writer = await RecordingWriter.create(path, recordingInfo([arcChannel('mc', rate)]), { flushIntervalS: 0, stageSamples: 8192, ...options });
	for (let at = 0; at < count; at += 4000) {
		await writer.append(device, 'mc', wave.slice(at, at + 4000));
		writer.event({ device, type: 'log', channel: 'rx', text: `at ${at}`, time: at / rate });
		await writer.flush();
	}
	const files = readdirSync(path).map((name) => [name, readFileSync(`${path}/${name}`)] as const);
	await writer.close();
	if (!finished) for (const [name, bytes] of files) writeFileSync(`${path}/${name}`, bytes);
}

function flip(file: string, at: number, bit = 1): void {
	const bytes = readFileSync(`${path}/${file}`);
	bytes[at] ^= bit;
	writeFileSync(`${path}/${file}`, bytes);
}

async function samples(): Promise<Float32Array> {
	using reader = await RecordingReader.open(path);
	return await reader.read(reader.channel(device, 'mc'), 0, count);
}

async function events(): Promise<unknown[]> {
	using reader = await RecordingReader.open(path);
	const list: unknown[] = [];
	for await (const event of reader.events()) list.push(event);
	return list;
}

const gapped = (from: number, to: number) => Float32Array.from(wave, (x, k) => (k >= from && k < to ? Number.NaN : x));

describe('verify', () => {
	it('finds nothing in a recording that is as it was written, late range changes included', async () => {
		const writer = await RecordingWriter.create(path, recordingInfo([arcChannel('mc', rate)]), { flushIntervalS: 0, stageSamples: 4096 });
		await writer.append(device, 'mc', wave);
		writer.event({ device, type: 'setting', setting: 'range', value: 'high', time: 2.5 });
		await writer.close();
		expect(await verify(path)).toMatchObject({ clean: true, finished: true, findings: [] });
	});

	it('says where damage lies, in bytes and in time', async () => {
		await record();
		flip(column, 17_001);
		expect((await verify(path)).findings).toMatchObject([{ file: column, offset: 16_000, length: 16_000, kind: 'damaged', from: 1, to: 2 }]);
	});

	it('finds a flipped bit in any summary', async () => {
		await record();
		flip('arc-1.mc.2048.sum', 64 * 3 + 40);
		expect((await verify(path)).findings).toMatchObject([{ file: 'arc-1.mc.2048.sum', offset: 192, length: 64, kind: 'derived' }]);
		await repair(path);
		expect((await verify(path)).clean).toBe(true);
	});
});

describe('repair', () => {
	it('makes a gap of a damaged block and keeps its bytes; the rest is as it was, and doing it again changes nothing', async () => {
		await record();
		flip(column, 17_001);
		expect(await repair(path)).toMatchObject({ remaining: [] });
		expect(await samples()).toEqual(gapped(4000, 8000));
		expect((await events()).at(-1)).toEqual({ device, channel: 'mc', type: 'gap', time: 1, duration: 1, reason: 'damaged' });
		const kept = readdirSync(`${path}/damaged`).filter((name) => name.startsWith(`${column}.16000.`));
		expect(kept.map((name) => statSync(`${path}/damaged/${name}`).size)).toEqual([16_000]);
		using reader = await RecordingReader.open(path);
		expect(reader.problems).toEqual([]);
		expect((await statistics(reader, { channel: 'mc' })).lost).toBe(gapped(4000, 8000).filter(Number.isNaN).length);
		expect(await repair(path)).toMatchObject({ findings: [], actions: [] });
	});

	it('gets to the same end when it was interrupted before its last steps', async () => {
		await record();
		flip(column, 17_001);
		copyFileSync(`${path}/checksums`, `${folder.path}/checksums`);
		await repair(path);
		copyFileSync(`${folder.path}/checksums`, `${path}/checksums`);
		rmSync(`${path}/arc-1.mc.128.sum`);
		expect((await verify(path)).clean).toBe(false);
		expect(await repair(path)).toMatchObject({ remaining: [] });
		expect(await samples()).toEqual(gapped(4000, 8000));
		expect((await events()).filter((event) => (event as { type: string }).type === 'gap')).toHaveLength(1);
	});

	it('restores the length of a column that was cut, or lost', async () => {
		await record();
		truncateSync(`${path}/${column}`, 70_001);
		expect(await repair(path)).toMatchObject({ remaining: [] });
		// Up to the last whole block of 128 the summaries confirm what is left.
		expect(await samples()).toEqual(gapped(Math.floor(70_001 / 512) * 128, count));
		rmSync(`${path}/${column}`);
		expect(await repair(path)).toMatchObject({ remaining: [] });
		expect(await samples()).toEqual(gapped(0, count));
	});

	it('takes damaged events out, and nothing else', async () => {
		await record();
		flip('events.jsonl', readFileSync(`${path}/events.jsonl`).indexOf('at 8000'));
		expect(await repair(path)).toMatchObject({ remaining: [] });
		expect((await events()).map((event) => (event as { time: number }).time)).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9]);
		expect(await samples()).toEqual(wave);
	});

	it.each([3, 8, 14, 20, 22, 27])('loses nothing to a flipped bit in byte %i of a checksum line', async (at) => {
		await record();
		const line = readFileSync(`${path}/checksums`, 'latin1').indexOf(`${column} 16000`);
		flip('checksums', line + at);
		const { findings } = await verify(path);
		expect(findings).toMatchObject([{ file: 'checksums', offset: line, kind: 'damaged' }]);
		expect(await repair(path)).toMatchObject({ remaining: [] });
		expect(await samples()).toEqual(wave);
	});

	it('asks the summaries where the checksums are gone, and gives no line to what nothing confirms', async () => {
		await record();
		rmSync(`${path}/checksums`);
		flip(column, 17_001);
		const { remaining } = await repair(path);
		expect(remaining.map(({ file, kind }) => [file, kind])).toEqual([['events.jsonl', 'unvouched']]);
		expect(await samples()).toEqual(gapped(4224, 4352));
		expect(await events()).toHaveLength(11);
	});

	it('cuts off what a crash left, which a reader leaves out before', async () => {
		await record(false);
		appendFileSync(`${path}/${column}`, new Uint8Array(4098));
		appendFileSync(`${path}/events.jsonl`, '{"device": "arc-1", "ty');
		expect(await samples()).toEqual(wave);
		expect(await events()).toHaveLength(10);
		using reader = await RecordingReader.open(path);
		expect(reader.problems).toEqual([`${column}: the last 1024 samples have no checksum and are left out`]);
		expect((await verify(path)).findings.filter(({ kind }) => kind !== 'derived')).toMatchObject([
			{ file: 'events.jsonl', kind: 'cut', length: 23 },
			{ file: column, kind: 'cut', length: 4098 },
		]);
		expect(await repair(path)).toMatchObject({ remaining: [] });
		expect(statSync(`${path}/${column}`).size).toBe(count * 4);
		expect(await samples()).toEqual(wave);
	});
});

describe('recording.json', () => {
	it('is read as it was written when a bit of it is flipped', async () => {
		await record();
		const written = await readInfo(path);
		flip(infoFile, readFileSync(`${path}/${infoFile}`).indexOf('"count"') + 9);
		expect(await readInfo(path)).toEqual(written);
		expect((await verify(path)).findings).toMatchObject([{ file: infoFile, kind: 'damaged' }]);
		await repair(path);
		expect((await verify(path)).clean).toBe(true);
	});

	it('is stood in for by start.json when it is half written or gone', async () => {
		await record();
		truncateSync(`${path}/${infoFile}`, 100);
		using reader = await RecordingReader.open(path);
		expect(reader.problems).toEqual([expect.stringContaining('read by its description at the start')]);
		expect(await samples()).toEqual(wave);
		rmSync(`${path}/${infoFile}`);
		expect(await samples()).toEqual(wave);
		await repair(path);
		expect((await verify(path)).clean).toBe(true);
		expect(await samples()).toEqual(wave);
	});

	it('is vouched for when it is replaced, and whichever a crash in between leaves', async () => {
		await record();
		const old = readFileSync(`${path}/${infoFile}`);
		await writeInfo(path, { ...(await readInfo(path)), name: 'Another' });
		expect(await verify(path)).toMatchObject({ clean: true });
		expect((await readInfo(path)).name).toBe('Another');
		writeFileSync(`${path}/${infoFile}`, old);
		expect(await verify(path)).toMatchObject({ clean: true });
		expect(existsSync(`${path}/${startFile}`)).toBe(true);
	});
});

describe('a disk with too little room', () => {
	it('is not begun upon', async () => {
		await expect(record(true, { minFreeBytes: 2 ** 60 })).rejects.toMatchObject({ code: 'DISK', details: { minFreeBytes: 2 ** 60 } });
		expect(existsSync(`${path}/${infoFile}`)).toBe(false);
	});
});

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Project } from '../project/project.ts';
import type { RecordedEvent } from '../recording/format.ts';
import type { RecordingReader } from '../recording/reader.ts';
import { arcChannel, device, recorded, temporaryFolder } from '../recording/testing.ts';
import { writable, writableFormat } from './formats.ts';
import { type ImportOptions, importFiles } from './import.ts';

let folder: ReturnType<typeof temporaryFolder>;
let open: RecordingReader[];
beforeEach(() => {
	folder = temporaryFolder();
	open = [];
});
afterEach(() => {
	for (const reader of open) reader.close();
	folder.remove();
});

const count = 40_000;
const events: RecordedEvent[] = [
	{ device, type: 'edge', channel: 'i1', level: 0, time: 0 },
	{ device, type: 'log', channel: 'rx', text: 'hello, "world"; µ', time: 0.5 },
	{ device, type: 'gap', time: 1, duration: 0.25, reason: 'lost' },
	{ device, type: 'edge', channel: 'i1', level: 1, time: 2.0005 },
	{ device, type: 'log', channel: 'rx', text: '', time: 3 },
];

/** Currents over many magnitudes, with a gap that all channels share, and signed zeros. */
async function example(): Promise<RecordingReader> {
	const currents = fc.sample(fc.float({ noNaN: true, noDefaultInfinity: true, min: -5, max: 5 }), { numRuns: count, seed: 7 });
	const mc = Float32Array.from(currents, (x, k) => (k % 7 === 0 ? x * 1e-6 : x));
	mc[1] = -0;
	const mv = Float32Array.from({ length: count / 4 }, (_, k) => 3 + Math.fround(k / 1e5));
	mc.fill(Number.NaN, 4000, 5000);
	mv.fill(Number.NaN, 1000, 1250);
	const channels = [
		{ ...arcChannel('mc', 4000), samples: mc },
		{ ...arcChannel('mv', 1000), samples: mv },
	];
	return kept(await recorded(`${folder.path}/original`, channels, events));
}

function kept(reader: RecordingReader): RecordingReader {
	open.push(reader);
	return reader;
}

async function back(path: string, options: ImportOptions = {}): Promise<{ reader: RecordingReader; notes: readonly string[] }> {
	await using project = await Project.openOrCreate(`${folder.path}/back`);
	const { id, notes } = await importFiles(project, [path], options);
	return { reader: kept(await project.openRecording(id)), notes };
}

const bits = async (reader: RecordingReader, id: string) => new Uint32Array((await reader.read(reader.channel(undefined, id), 0, Number.POSITIVE_INFINITY)).buffer);
const list = async (reader: RecordingReader) => (await Array.fromAsync(reader.events())).map(({ device: _, ...event }) => event).sort((a, b) => a.time - b.time);
/** Signed zeros and payloads of NaN do not matter in text. */
const values = async (reader: RecordingReader, id: string) => Array.from(await reader.read(reader.channel(undefined, id), 0, Number.POSITIVE_INFINITY));

describe.each([
	['csv', 'folder'],
	['raw', 'folder'],
	['parquet', 'file.parquet'],
	['parquet-long', 'file.parquet'],
])('%s', (format, name) => {
	it('comes back bit for bit, with its gaps and logs', async () => {
		const reader = await example();
		const out = `${folder.path}/${name}`;
		await writableFormat(out, format).write(reader, { out });
		const { reader: again, notes } = await back(out);
		expect(notes).toEqual([]);
		expect(again.info.channels.map(({ id, unit, rate, count: samples }) => ({ id, unit, rate, samples })).sort((a, b) => a.id.localeCompare(b.id))).toEqual([
			{ id: 'mc', unit: 'A', rate: 4000, samples: count },
			{ id: 'mv', unit: 'V', rate: 1000, samples: count / 4 },
		]);
		for (const id of ['mc', 'mv']) expect(await bits(again, id)).toEqual(await bits(reader, id));
		expect(await list(again)).toEqual(await list(reader));
	});

	it('keeps a selection, whose window becomes the recording', async () => {
		const reader = await example();
		const out = `${folder.path}/${name}`;
		await writableFormat(out, format).write(reader, { out, from: 0.9, to: 4.1 });
		const { reader: again } = await back(out);
		expect(await values(again, 'mc')).toEqual((await values(reader, 'mc')).slice(3600, 16_400));
		expect(await values(again, 'mv')).toEqual((await values(reader, 'mv')).slice(900, 4100));
		const kinds = (await list(again)).map((event) => [event.type, Number(event.time.toFixed(6))]);
		expect(kinds).toEqual([
			['edge', 0],
			['gap', 0.1],
			['edge', 1.1005],
			['log', 2.1],
		]);
	});

	it('is written at a lower rate as exact block means', async () => {
		const reader = await example();
		const out = `${folder.path}/${name}`;
		await writableFormat(out, format).write(reader, { out, rate: 500, channels: ['mc'] });
		const { reader: again } = await back(out);
		const all = await values(reader, 'mc');
		const means = Array.from({ length: count / 8 }, (_, block) => Math.fround(all.slice(8 * block, 8 * block + 8).reduce((sum, x) => sum + x, 0) / 8));
		expect(again.info.channels[0]).toMatchObject({ rate: 500, count: count / 8 });
		expect(await values(again, 'mc')).toEqual(means);
	});
});

describe('the Power Profiler layout', () => {
	it('comes back to 1 nA, with gaps and digital channels, and says what it has no place for', async () => {
		const reader = await example();
		const out = `${folder.path}/x.csv`;
		const { notes } = await writableFormat(out).write(reader, { out });
		expect(notes).toEqual(['channels left out, this format holds one current: mv', '2 log lines left out: this format has no place for them']);
		const { reader: again } = await back(out);
		const [before, after] = [await values(reader, 'mc'), await values(again, 'mc')];
		expect(after.length).toBe(before.length);
		expect(after.findIndex((x, k) => Number.isNaN(x) !== Number.isNaN(before[k]) || Math.abs(x - before[k]) > 0.5e-9 + 1.2e-7 * Math.abs(x))).toBe(-1);
		expect((await list(again)).map(({ type, time }) => [type, time])).toEqual([
			['edge', 0],
			['gap', 1],
			['edge', 2.0005],
		]);
	});
});

describe('exports', () => {
	it('refuse a rate that does not divide, an unknown channel, a taken name, an unknown extension', async () => {
		const reader = await example();
		const out = `${folder.path}/x.parquet`;
		for (const format of writable) {
			await expect(format.write(reader, { out: `${folder.path}/new`, rate: 300 })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
			await expect(format.write(reader, { out: `${folder.path}/new`, channels: ['xx'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
		}
		const format = writableFormat(out);
		await format.write(reader, { out });
		await expect(format.write(reader, { out })).rejects.toMatchObject({ code: 'NOT_EMPTY' });
		await format.write(reader, { out, overwrite: true });
		expect(() => writableFormat('x.doc')).toThrow(/--format/);
		expect(() => writableFormat('x', 'doc')).toThrow(/one of csv/);
	});
});

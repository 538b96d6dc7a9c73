import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Project } from '../project/project.ts';
import type { RecordingReader } from '../recording/reader.ts';
import { statistics } from '../recording/statistics.ts';
import { temporaryFolder } from '../recording/testing.ts';
import { type ImportOptions, importFiles } from './import.ts';

const data = process.env.MICROJOULE_REAL_DATA;
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

const write = (name: string, content: string | Uint8Array) => {
	writeFileSync(`${folder.path}/${name}`, content);
	return `${folder.path}/${name}`;
};

async function imported(paths: string | string[], options: ImportOptions = {}) {
	await using project = await Project.openOrCreate(`${folder.path}/project`);
	const { id, notes, info } = await importFiles(project, [paths].flat(), options);
	const reader = await project.openRecording(id);
	open.push(reader);
	const samples = async (channel: string) => Array.from(await reader.read(reader.channel(undefined, channel), 0, Number.POSITIVE_INFINITY));
	return { reader, notes, info, samples, channels: reader.info.channels.map(({ id: name, unit, rate, count }) => [name, unit, rate, count]) };
}

describe.skipIf(!data)(`real files${data ? '' : ' (skipped: MICROJOULE_REAL_DATA is not set)'}`, () => {
	it('an nRF52832 capture at a stated 3.3 V: charge, energy, and the marked events', async () => {
		const { reader } = await imported(`${data}/traces/ble-adv-nrf52832-ppk2-3v3.f32.zip`, { supplyV: 3.3 });
		const { charge = 0, energy = 0 } = await statistics(reader, { channel: 'mc' });
		expect(charge / 123.36063578e-6).toBeCloseTo(1, 7);
		expect(energy / 407.09009808e-6).toBeCloseTo(1, 7);
		expect(reader.info.start).toBe('2025-07-26T14:12:17.788Z');
		const marks = [
			[58413, 311],
			[158987, 313],
			[259659, 310],
			[360431, 311],
			[460832, 238],
			[561286, 312],
			[661595, 311],
			[762480, 312],
			[863073, 310],
			[963946, 312],
			[1064134, 239],
		];
		const each = await Promise.all(marks.map(([first, count]) => statistics(reader, { channel: 'mc', from: first / 1e5, to: (first + count) / 1e5 })));
		expect(each.reduce((sum, window) => sum + (window.energy ?? 0), 0) / marks.length / 28.235512421e-6).toBeCloseTo(1, 7);
	});

	it('the Power Profiler CSV, with its five repeated rows', async () => {
		const { reader, channels, notes } = await imported(`${data}/traces/esp32cam-deepsleep-ppk2-100hz.csv`);
		expect(channels).toEqual([['mc', 'A', 100, 60_000]]);
		expect(notes).toEqual(["the files' times begin at 55.99 s; that is 0 s of the recording", '5 repeated rows dropped']);
		const { average, charge = 0 } = await statistics(reader, { channel: 'mc' });
		expect(average / 50.1647167e-3).toBeCloseTo(1, 7);
		expect(charge / 30.09883002).toBeCloseTo(1, 7);
	});

	it('a CSV with current, voltage and power: a rail', async () => {
		const { reader, channels } = await imported(`${data}/traces/ble-adv-stm32wba25-js220-1v8-6ms.csv`);
		expect(channels).toEqual(['mc A', 'mv V', 'mp W'].map((name) => [...name.split(' '), 1_000_000, 6000]));
		const { charge = 0, energy = 0 } = await statistics(reader, { channel: 'mc' });
		expect(charge * 1e6).toBeCloseTo(10.374, 3);
		expect(energy * 1e6).toBeCloseTo(18.71, 2);
	});
});

describe('tables', () => {
	it.each([
		['a decimal comma and semicolons', 'Zeit (s);Strom (mA)\n0,000;1,5\n0,001;2,5\n0,002;nan\n', {}],
		['tabs and a preamble', 'made by X\n\ntime_s\tcurrent_mA\n0.000\t1.5\n0.001\t2.5\n0.002\t\n', {}],
		['dates', 'timestamp,I [mA]\n2026-01-02T03:04:05.000Z,1.5\n2026-01-02T03:04:05.001Z,2.5\n2026-01-02T03:04:05.002Z,NaN\n', {}],
		['no names', '1.5,0\n2.5,0\nnan,0\n', { rate: 1000, columns: [{ name: '1', unit: 'mA', id: 'mc' }] }],
		['quotes and Windows lines', '"t [ms]","note","a, b (mA)"\r\n"0","x","1.5"\r\n"1","y","2.5"\r\n"2","","nan"\r\n', {}],
		['quotes over several lines', 't (ms),note,I (mA)\n0,"a\nb, ""c""\n\nd",1.5\n1,"x",2.5\n2,"\n",nan\n', {}],
		['a preamble with a quote of its own', 'a 5" display\nt (ms),I (mA)\n0,1.5\n1,2.5\n2,nan\n', { skipLines: 1 }],
		['names without units', 'x,load\n0,1500\n1,2500\n2,nan\n', { time: { name: 'x', unit: 'ms' }, columns: [{ name: 'load', unit: 'uA', id: 'mc' }] }],
		['one column', 'I (mA)\n1.5\n2.5\nnan\n', { rate: 1000 }],
	])('%s', async (_, text, options) => {
		const { channels, samples } = await imported(write('t.csv', text), options);
		expect(channels).toEqual([['mc', 'A', 1000, 3]]);
		expect(await samples('mc')).toEqual([1.5e-3, 2.5e-3, Number.NaN].map(Math.fround));
	});

	it('missing rows become lost samples, and a gap', async () => {
		const { samples, notes, reader } = await imported(write('t.csv', 'Timestamp(ms),Current(uA),D0-D7\n0,1,0-------\n1,2,1-------\n4,3,1-------\n4,9,1-------\n5,4,0-------\n'));
		expect(await samples('mc')).toEqual([1e-6, 2e-6, Number.NaN, Number.NaN, 3e-6, 4e-6].map(Math.fround));
		expect(notes).toEqual(['1 row dropped that had another value at a time already taken', '2 missing samples in 1 gap']);
		expect((await Array.fromAsync(reader.events())).map(({ device: _, ...event }) => event)).toEqual([
			{ type: 'edge', channel: 'i1', level: 0, time: 0 },
			{ type: 'edge', channel: 'i1', level: 1, time: 0.001 },
			{ type: 'edge', channel: 'i1', level: 0, time: 0.005 },
			{ type: 'gap', time: 0.002, duration: 0.002, reason: 'lost' },
		]);
	});

	it('tells a rate from rounded times', async () => {
		const rows = Array.from({ length: 9000 }, (_, k) => `${(k / 3000).toFixed(6)},1`).join('\n');
		expect((await imported(write('t.csv', `time_s,current_A\n${rows}`))).channels).toEqual([['mc', 'A', 3000, 9000]]);
	});

	it('counts rows whose times are coarser than the samples, when the rate is stated', async () => {
		const path = write('t.csv', `Timestamp(ms),Current(uA)\n${Array.from({ length: 50 }, (_, k) => `${Math.floor(k / 10)},${k}`).join('\n')}\n`);
		await expect(imported(path)).rejects.toMatchObject({ code: 'INVALID_VALUE', message: expect.stringContaining('--rate') });
		const { channels, notes } = await imported(path, { rate: 10_000 });
		expect(channels).toEqual([['mc', 'A', 10_000, 50]]);
		expect(notes[0]).toContain('rows are counted');
	});
});

describe('other files', () => {
	it('Parquet of another program', async () => {
		const columnData = [
			{ name: 'time_ms', data: Float64Array.of(0, 1, 2, 5), type: 'DOUBLE' as const },
			{ name: 'current_uA', data: [1, null, 3, 4], type: 'DOUBLE' as const, nullable: true },
			{ name: 'comment', data: ['a', 'b', 'c', 'd'], type: 'STRING' as const },
		];
		const { channels, samples, notes } = await imported(write('p.parquet', new Uint8Array(parquetWriteBuffer({ columnData }))));
		expect(channels).toEqual([['mc', 'A', 1000, 6]]);
		expect(await samples('mc')).toEqual([1e-6, Number.NaN, 3e-6, Number.NaN, Number.NaN, 4e-6].map(Math.fround));
		expect(notes).toEqual(['columns left out: comment', '2 missing samples in 1 gap']);
	});

	it('Parquet of another program, a row a sample', async () => {
		const rows: [string, string, number, number][] = [];
		for (let k = 0; k < 4; k++) {
			rows.push(['unit-1', 'current_mA', k / 1000, k]);
			if (k % 2 === 0) rows.push(['unit-1', 'mv', k / 1000, 3.3]);
		}
		rows.push(['unit-1', 'current_mA', 0.006, 9]);
		const column = <Place extends 0 | 1 | 2 | 3>(place: Place) => rows.map((row) => row[place]);
		const columnData = [
			{ name: 'Device', data: column(0), type: 'STRING' as const },
			{ name: 'Channel', data: column(1), type: 'STRING' as const },
			{ name: 'time', data: column(2), type: 'DOUBLE' as const },
			{ name: 'Value', data: column(3), type: 'DOUBLE' as const },
		];
		const { channels, samples, notes, info } = await imported(write('p.parquet', new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 3 }))));
		expect(channels).toEqual([
			['mc', 'A', 1000, 7],
			['mv', 'V', 500, 2],
		]);
		expect(await samples('mc')).toEqual([0, 1e-3, 2e-3, 3e-3, Number.NaN, Number.NaN, 9e-3].map(Math.fround));
		expect(await samples('mv')).toEqual([3.3, 3.3].map(Math.fround));
		expect(notes).toEqual(['mc: 2 missing samples in 1 gap']);
		expect(info.devices).toMatchObject([{ id: 'unit-1', kind: 'import' }]);
		const nameless = [{ name: 'channel', data: ['x', 'x'], type: 'STRING' as const }, { name: 't', data: [0, 1], type: 'DOUBLE' as const }, columnData[3]];
		const other = write('q.parquet', new Uint8Array(parquetWriteBuffer({ columnData: nameless.map(({ data, ...rest }) => ({ ...rest, data: data.slice(0, 2) })) })));
		await expect(imported(other)).rejects.toMatchObject({ code: 'INVALID_VALUE', message: expect.stringContaining('a column "unit"') });
	});

	it('several files as one recording, each beginning where its times say', async () => {
		const current = write('Main current - Arc.csv', '"Timestamp","Value"\n0.500000,1\n0.501000,2\n0.502000,3\n');
		const voltage = write('Main voltage - Arc.csv', '"Timestamp","Value"\n0.502000,3.3\n0.503000,3.3\n');
		const { channels, samples, info } = await imported([current, voltage]);
		expect(channels).toEqual([
			['mc', 'A', 1000, 3],
			['mv', 'V', 1000, 4],
		]);
		expect(await samples('mv')).toEqual([Number.NaN, Number.NaN, 3.3, 3.3].map(Math.fround));
		expect(info.devices).toMatchObject([{ id: 'Arc', name: 'Arc', kind: 'import' }]);
	});
});

describe('what cannot be imported leaves the project as it was', () => {
	const capture = (bytes: Uint8Array) => zipSync({ 'a/emscope.yaml': new TextEncoder().encode('sampling_rate: 1000\n'), 'a/current.f32.bin': bytes });

	it.each([
		['t.csv', 'time_s,current_A\n0,1\n1,2\n2,zwei\n', {}, 'DAMAGED'],
		['t.csv', 'time_s,current_A\n0,1\n1,2\n0.5,3\n', {}, 'DAMAGED'],
		['t.csv', 'time_s,current_A\n0,1\n1e-3,2\n1e9,3\n', {}, 'DAMAGED'],
		['t.csv', 'time_s,note,current_A\n0,"x",1\n1e-3,"y,2\n2e-3,z,3\n', {}, 'DAMAGED'],
		['t.csv', 'current_A\n1\n2\n', {}, 'INVALID_VALUE'],
		['t.csv', 'time_s,current_A\n0,1\n1,2\n', { columns: [{ name: 'nope' }] }, 'INVALID_VALUE'],
		['t.csv', 'time_s,voltage_V\n0,1\n1,2\n', { supplyV: 3 }, 'INVALID_VALUE'],
		['t.csv', 'time_s,current_A,voltage_V\n0,1,3\n1,2,3\n', { supplyV: 3 }, 'INVALID_VALUE'],
		['Current.csv', '"Timestamp","Value"\n0,1\n1,2\n', {}, 'INVALID_VALUE'],
		['UART logs - Arc.csv', '"Timestamp","Value"\n0,"x"\n', {}, 'INVALID_VALUE'],
		['x.zip', capture(new Uint8Array(4003)), {}, 'DAMAGED'],
		['x.zip', capture(new Uint8Array(40_000).map((_, k) => (k * k * 7) % 251)).subarray(0, 400), {}, 'DAMAGED'],
		['x.parquet', 'PAR1 and no more', {}, 'DAMAGED'],
		['x.f32', new Uint8Array(8), { rate: 10, format: 'doc' }, 'INVALID_VALUE'],
		['x.gz', gzipSync('x'), {}, 'DAMAGED'],
		['nothing', undefined, {}, 'NOT_FOUND'],
	])('%s (%#)', async (name, content, options, code) => {
		const path = content === undefined ? `${folder.path}/${name}` : write(name, content);
		await using project = await Project.create(`${folder.path}/project`);
		await expect(importFiles(project, [path], options)).rejects.toMatchObject({ code });
		expect(project.recordings).toEqual([]);
		const recordings = `${folder.path}/project/recordings`;
		expect(existsSync(recordings) ? readdirSync(recordings) : []).toEqual([]);
	});
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../recording/testing.ts';
import { readTrace } from './trace.ts';

const data = process.env.MICROJOULE_REAL_DATA;
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

const write = (name: string, content: string | Uint8Array) => {
	writeFileSync(`${folder.path}/${name}`, content);
	return `${folder.path}/${name}`;
};
const sum = (samples: Float32Array) => samples.reduce((total, x) => total + x, 0);

describe.skipIf(!data)(`real traces${data ? '' : ' (skipped: MICROJOULE_REAL_DATA is not set)'}`, () => {
	it('reads the nRF52832 zip', async () => {
		const { rate, current } = await readTrace(`${data}/traces/ble-adv-nrf52832-ppk2-3v3.f32.zip`);
		expect([rate, current.length]).toEqual([100_000, 1_200_000]);
		expect(sum(current) / rate / 123.36063578e-6).toBeCloseTo(1, 7);
	});

	it('reads the IN100 zip', async () => {
		const { rate, current } = await readTrace(`${data}/traces/ble-adv-in100-ppk2-1v8.f32.zip`);
		expect(rate).toBe(100_000);
		expect((sum(current) / rate) * 1e6).toBeCloseTo(143.4, 2);
	});

	it('reads the Power Profiler CSV and reports its repeated rows', async () => {
		const { rate, current, note } = await readTrace(`${data}/traces/esp32cam-deepsleep-ppk2-100hz.csv`);
		expect([rate, current.length]).toEqual([100, 60_000]);
		expect(sum(current) / current.length / 50.1647167e-3).toBeCloseTo(1, 7);
		expect(sum(current) / rate / 30.09883002).toBeCloseTo(1, 7);
		expect(note).toBe('60000 samples at 100 S/s, 600 s; 5 repeated rows dropped');
	});

	it('reads a CSV in s and A', async () => {
		const { rate, current } = await readTrace(`${data}/traces/ble-adv-stm32wba25-js220-1v8-6ms.csv`);
		expect([rate, current.length]).toEqual([1_000_000, 6000]);
		expect((sum(current) / rate) * 1e6).toBeCloseTo(10.374, 3);
	});

	it('refuses a kind it does not know', async () => {
		await expect(readTrace(`${data}/traces/esp32cam-deepsleep-ppk2-100hz.ppk`)).rejects.toMatchObject({ code: 'DAMAGED' });
	});
});

describe('traces', () => {
	it('reads raw float32 with a sidecar, in its unit', async () => {
		const path = write('a.f32', new Uint8Array(Float32Array.of(1, 2, Number.NaN, 4).buffer));
		write('a.f32.json', '{"rate": 250, "unit": "mA"}');
		const { rate, current, note } = await readTrace(path);
		expect(rate).toBe(250);
		expect([...current]).toEqual([1, 2, 2, 4].map((x) => Math.fround(x * 1e-3)));
		expect(note).toContain('1 lost samples');
	});

	it('needs the rate of raw float32', async () => {
		const path = write('a.f32', new Uint8Array(8));
		await expect(readTrace(path)).rejects.toMatchObject({ code: 'INVALID_VALUE', message: expect.stringContaining('a.f32.json') });
		expect((await readTrace(path, { rate: 10 })).rate).toBe(10);
	});

	it('fills missing rows with the value before and says so', async () => {
		const { current, note } = await readTrace(write('t.csv', 'Timestamp(ms),Current(uA),D0-D7\r\n0,1,0\r\n1,2,0\r\n2,3,0\r\n6,4,0\r\n7,5,0\r\n'));
		expect([...current].map((x) => Math.round(x * 1e6))).toEqual([1, 2, 3, 3, 3, 3, 4, 5]);
		expect(note).toContain('3 missing samples');
	});

	it.each([
		['README.txt', 'hello'],
		['t.csv', 'name,age\nx,1\n'],
		['t.csv', 'Timestamp(ms),Current(uA)\n0,1\n1,x\n'],
		['t.csv', 'Timestamp(ms),Current(uA)\n5,1\n1,2\n'],
		['t.csv', ''],
		['t.csv', 'Timestamp(ms),Current(uA)\n0,1\n'],
		['t.f32', 'abcde'],
		['t.zip', 'PK\u0003\u0004 not really'],
	])('refuses %s holding %j, naming the file and the known kinds', async (name, content) => {
		const path = write(name, content);
		write(`${name}.json`, '{"rate": 1}');
		await expect(readTrace(path)).rejects.toMatchObject({ code: 'DAMAGED', message: expect.stringMatching(new RegExp(`${name}.*Known kinds: a zip.*Power Profiler.*float32`)) });
	});

	it('refuses a folder and a file that is not there', async () => {
		mkdirSync(`${folder.path}/d.csv`);
		await expect(readTrace(`${folder.path}/d.csv`)).rejects.toMatchObject({ code: 'DAMAGED' });
		await expect(readTrace(`${folder.path}/missing.csv`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
	});
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { arcId, json, run, simulate, temporaryFolder } from './testing.ts';

const realData = process.env.MICROJOULE_REAL_DATA;
const trace = realData ? join(realData, 'traces', 'ble-adv-nrf52832-ppk2-3v3.f32.zip') : '';
const relative = (value: number, expected: number) => Math.abs(value / expected - 1);

describe.skipIf(!existsSync(trace))('record, replaying a measured trace (needs MICROJOULE_REAL_DATA)', () => {
	it.concurrent.each([
		['ace', '50000', 600_000],
		['arc', '4000', 48_000],
	])('a simulated %s at %s S/s yields its charge and energy', async (kind, rate, samples) => {
		const out = join(temporaryFolder(), 'P');
		const source = ['--sim', kind, '--replay', trace, '--noise', 'off', '--clock', 'virtual', '--voltage', '3.3', '--rate', rate];
		const { lost, channels } = await json(['record', ...source, '--channels', 'mc,mv', '--duration', '12', '--out', out]);
		expect(lost).toBe(0);
		expect(channels.mc).toMatchObject({ samples, lost: 0, rate: Number(rate), duration: 12 });
		expect(relative(channels.mc.charge, 123.36063578e-6)).toBeLessThan(1e-6);
		expect(relative(channels.mc.energy, 407.09009808e-6)).toBeLessThan(1e-6);
		expect(channels.mp.energy).toBe(channels.mc.energy);
	});
});

describe('record over a pseudo-terminal', () => {
	it.concurrent('measures a resistor within the accuracy it states, five times in a row, into one project', async () => {
		const port = await simulate('arc', '--load', 'resistor:330');
		const out = join(temporaryFolder(), 'P');
		for (const id of ['001', '002', '003', '004', '005']) {
			const durationS = id === '001' ? 1 : 0.2;
			const { recording, lost, failedChecksums, channels } = await json(['record', '--port', port, '--voltage', '3.3', '--duration', `${durationS}`, '--out', out]);
			expect(recording).toBe(join(out, 'recordings', id));
			expect({ lost, failedChecksums }).toEqual({ lost: 0, failedChecksums: 0 });
			const { mc, mv } = channels;
			expect(mc.samples).toBe(4000 * durationS);
			expect(mv.samples).toBe(1000 * durationS);
			// The source may be off by its own accuracy; the reading is held against the voltage it reads.
			expect(Math.abs(mc.average - 0.01)).toBeLessThan(0.001 * 0.01 + 50e-9);
			expect(mc.uncertainty.average).toBeGreaterThan(0);
			expect(mc.uncertainty.average).toBeLessThanOrEqual(0.001 * 0.01 + 50e-9 + 1e-6);
		}
		expect((await json(['info', out])).recordings.map(({ finished }: { finished: boolean }) => finished)).toEqual([true, true, true, true, true]);
	});
});

describe('record with a simulated instrument', () => {
	const virtual = ['record', '--sim', 'arc', '--clock', 'virtual', '--noise', 'off'];

	it.concurrent('counts the duration in samples of each channel, whole frames or not', async () => {
		const out = join(temporaryFolder(), 'P');
		const { channels } = await json([...virtual, '--load', 'resistor:330', '--duration', '0.12325', '--out', out]);
		expect(channels.mc.samples).toBe(493);
		expect(channels.mv.samples).toBe(123);
	});

	it.concurrent('begins before the device is switched on with --boot, and after it has settled without', async () => {
		const out = join(temporaryFolder(), 'P');
		const load = ['--load', 'resistor:330', '--duration', '1', '--out', out];
		const booting = await json([...virtual, ...load, '--boot']);
		expect(booting.channels.mc.min).toBe(0);
		expect(booting.channels.mc.max).toBeCloseTo(0.01, 6);
		const settled = await json([...virtual, ...load]);
		expect(settled.channels.mc.min).toBeCloseTo(0.01, 6);
		expect(settled.recording).toBe(join(out, 'recordings', '002'));
		const on = readFileSync(join(booting.recording, 'events.jsonl'), 'utf8')
			.split('\n')
			.filter((line) => line.includes('"setting":"main"'));
		expect(on).toHaveLength(1);
		const { time } = JSON.parse(on[0]);
		const [first] = (await json(['stats', out, '--recording', '001', '--channel', 'mc', '--from', '0', '--to', `${time - 0.03}`])).channels.mc.max === 0 ? [true] : [false];
		expect(first).toBe(true);
	});

	it.concurrent('hears the device: UART lines and digital edges are in the recording', async () => {
		const out = join(temporaryFolder(), 'P');
		const { recording } = await json([
			'record',
			'--sim',
			'ace',
			'--clock',
			'virtual',
			'--voltage',
			'4',
			'--rate',
			'1000',
			'--channels',
			'mc,mv,i1,rx',
			'--boot',
			'--duration',
			'20',
			'--out',
			out,
		]);
		const events = readFileSync(join(recording, 'events.jsonl'), 'utf8')
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line));
		const texts = events.filter(({ type }) => type === 'log').map(({ text }) => text);
		expect(texts.slice(0, 3)).toEqual(['Ready', 'Connecting...', 'OK']);
		expect(events.filter(({ type, channel, level }) => type === 'edge' && channel === 'i1' && level === 1).length).toBeGreaterThan(0);
		const { channels } = await json(['stats', out]);
		expect(channels.mc.average).toBeGreaterThan(0.03);
	});

	it.concurrent('same seed, same samples', async () => {
		const folder = temporaryFolder();
		const columns: Buffer[] = [];
		for (const name of ['a', 'b']) {
			const out = join(folder, name);
			const { recording } = await json(['record', '--sim', 'arc', '--clock', 'virtual', '--seed', '7', '--load', 'ble', '--duration', '2', '--out', out]);
			const file = readdirSync(recording).find((each) => each.endsWith('.mc.f32')) as string;
			columns.push(readFileSync(join(recording, file)));
		}
		expect(columns[0].length).toBe(4 * 8000);
		expect(columns[0].equals(columns[1])).toBe(true);
	});
});

describe('what a project tells afterwards', () => {
	it.concurrent('info, statistics of a window, and an export that is not overwritten', async () => {
		const folder = temporaryFolder();
		const out = join(folder, 'P');
		await json([
			'record',
			'--sim',
			'arc',
			'--clock',
			'virtual',
			'--noise',
			'off',
			'--load',
			'current:0.002',
			'--channels',
			'mc,mv',
			'--duration',
			'3',
			'--name',
			'Steady',
			'--out',
			out,
		]);
		const info = await json(['info', out]);
		expect(info.recordings).toMatchObject([{ id: '001', name: 'Steady', duration: 3, finished: true, problems: [], devices: [{ id: arcId, simulated: true }] }]);
		expect((await run(['info', out])).stdout).toContain('12000 samples');

		const window = (await json(['stats', out, '--channel', 'mc', '--from', '0.5', '--to', '1.5'])).channels.mc;
		expect(window).toMatchObject({ from: 0.5, to: 1.5, samples: 4000, lost: 0 });
		expect(window.charge).toBeCloseTo(0.002, 8);
		expect(window.energy).toBeCloseTo(0.0066, 7);
		expect((await run(['stats', out])).stdout).toMatch(/mc +2(\.0+)? ?(± ?\S+ )?mA/);
		expect(await run(['stats', out, '--channel', 'zz'])).toMatchObject({ code: 1, stderr: expect.stringContaining('Channels: mc, mv, mp') });
		expect(await run(['stats', out, '--recording', '009'])).toMatchObject({ code: 1, stderr: expect.stringContaining('Recordings: 001') });

		const exported = join(folder, 'csv');
		const { files } = await json(['export', out, '--format', 'csv', '--out', exported, '--channel', 'mc']);
		expect(files).toHaveLength(1);
		expect(readFileSync(files[0], 'utf8').trim().split('\n').length).toBeGreaterThanOrEqual(12_001);
		const again = await run(['export', out, '--format', 'csv', '--out', exported, '--channel', 'mc']);
		expect(again).toMatchObject({ code: 1, stdout: '' });
		expect(again.stderr).toContain('already there');
		expect((await run(['export', out, '--format', 'parquet9'])).code).toBe(2);
	});
});

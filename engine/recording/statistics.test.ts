import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processKernels } from '../decode/kernels.ts';
import { plainEnergy, plainStatistics } from './plain-statistics.ts';
import { type ChannelStatistics, statistics } from './statistics.ts';
import { arcChannel, between, device, recorded, temporaryFolder } from './testing.ts';

const data = process.env.MICROJOULE_REAL_DATA;
let folder: ReturnType<typeof temporaryFolder>;
let runs = 0;
const fresh = () => `${folder.path}/${runs++}`;

beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

interface Case {
	name: string;
	rate: number;
	current: (number | null)[];
	voltage: number[];
	windows: { from: number; to: number; expect: Record<string, number> }[];
}

describe.skipIf(!data)(`the published vectors${data ? '' : ' (skipped: MICROJOULE_REAL_DATA is not set)'}`, () => {
	const cases = data ? (JSON.parse(readFileSync(`${data}/vectors/statistics.json`, 'utf8')) as { cases: Case[] }).cases : [];
	it.each(cases)('$name', async ({ rate, current, voltage, windows }) => {
		const samples = current.map((x) => x ?? Number.NaN);
		using reader = await recorded(fresh(), [
			{ ...arcChannel('mc', rate), samples },
			{ ...arcChannel('mv', rate), samples: voltage },
		]);
		for (const { from, to, expect: expected } of windows) {
			const result = await statistics(reader, { channel: 'mc', from, to });
			const named = { ...result, valid_duration: result.validDuration, mean_square: result.rms ** 2 } as unknown as Record<string, number>;
			for (const [field, value] of Object.entries(expected))
				expect(Math.abs(named[field] - value), `${field} of [${from}, ${to})`).toBeLessThanOrEqual(1e-12 * Math.max(1e-6, Math.abs(value)));
		}
	});
});

/** A current that visits all ranges, with gaps. */
const current = fc.oneof(
	{ weight: 12, arbitrary: between(-0.018, 0.018) },
	{ weight: 3, arbitrary: between(-2.6, 2.6) },
	{ weight: 1, arbitrary: between(-5.2, 5.2) },
	{ weight: 1, arbitrary: fc.constant(Number.NaN) },
);
/** Runs of one value, so that blocks are uniform in places. */
const signal = fc
	.array(fc.tuple(current, fc.integer({ min: 1, max: 900 })), { minLength: 1, maxLength: 40 })
	.map((pieces) => Float32Array.from(pieces.flatMap(([value, length]) => Array.from({ length }, (_, k) => value * (1 + 1e-4 * (k % 7))))));
const edges = fc.tuple(between(-0.1, 1.1), between(-0.1, 1.1)).map(([a, b]) => (a < b ? [a, b] : [b, a]));

function compare(result: ChannelStatistics, plain: ReturnType<typeof plainStatistics>, samples: Float32Array): void {
	const size = samples.reduce((sum, x) => sum + (Number.isNaN(x) ? 0 : Math.abs(x)), 1e-9) / result.rate;
	expect(result.samples).toBe(plain.samples);
	expect(result.lost).toBe(plain.lost);
	expect(result.saturated).toBe(plain.saturated);
	expect(result.duration).toBeCloseTo(plain.duration, 12);
	expect(result.validDuration).toBeCloseTo(plain.validDuration, 12);
	// + 0: which of 0 and −0 is the smaller is nobody's business.
	expect(result.min + 0).toBe(plain.min + 0);
	expect(result.max + 0).toBe(plain.max + 0);
	expect(Math.abs((result.charge as number) - plain.integral)).toBeLessThanOrEqual(1e-12 * size);
	if (plain.samples === 0) {
		expect(result.average).toBeNaN();
		return;
	}
	expect(Math.abs(result.average - plain.average)).toBeLessThanOrEqual(1e-11 * (Math.abs(plain.average) + plain.meanSquare ** 0.5));
	expect(Math.abs(result.rms ** 2 - plain.meanSquare)).toBeLessThanOrEqual(1e-12 * plain.meanSquare);
	expect(Math.abs(result.standardDeviation - plain.standardDeviation)).toBeLessThanOrEqual(1e-7 * plain.meanSquare ** 0.5);
	expect(Math.abs((result.uncertainty.average as number) - plain.uncertainty)).toBeLessThanOrEqual(1e-9 * plain.uncertainty);
	expect(result.settling).toBe(Math.min(plain.samples, plain.switches * 4));
}

describe('statistics equal brute force', () => {
	it('in any window of any signal, whatever the pieces it was appended in and whenever the range was forced', async () => {
		await fc.assert(
			fc.asyncProperty(
				signal,
				fc.array(edges, { minLength: 1, maxLength: 8 }),
				fc.integer({ min: 1, max: 9000 }),
				fc.option(edges),
				async (samples, windows, piece, forcedPart) => {
					const lengthS = samples.length / 4000;
					const forced = forcedPart?.map((share) => Math.max(0, share) * lengthS);
					const events = (forced ?? []).map((time, i) => ({ device, type: 'setting' as const, setting: 'range', value: i === 0 ? 'high' : 'low', time }));
					using reader = await recorded(fresh(), [{ ...arcChannel('mc', 4000), samples }], events, { piece, stageSamples: 4096 });
					const intervals = forced ? [[Math.ceil(forced[0] * 4000 - 1e-6), Math.ceil(forced[1] * 4000 - 1e-6)] as const] : [];
					for (const [from, to] of [[-1, 1.2], ...windows].map((window) => window.map((share) => share * lengthS)))
						compare(
							await statistics(reader, { channel: 'mc', from, to }),
							plainStatistics({ samples, rate: 4000, ranges: arcChannel('mc', 4000).ranges, forced: intervals }, from, to),
							samples,
						);
				},
			),
			{ numRuns: 60 },
		);
	});

	it('through every level of the pyramid', async () => {
		const samples = Float32Array.from({ length: 1_200_000 }, (_, k) => (k % 70_001 === 5 ? 1 : k % 9973 < 3 ? Number.NaN : 1e-3 * Math.sin(k)));
		using reader = await recorded(fresh(), [{ ...arcChannel('mc', 50_000, { settleS: 0.0002 }), samples }], [], { piece: 100_003 });
		for (const [from, to] of [
			[0.000_01, 23.999_99],
			[10.485_76, 20.971_52],
		]) {
			const result = await statistics(reader, { channel: 'mc', from, to });
			const plain = plainStatistics({ samples, rate: 50_000, ranges: arcChannel('mc', 50_000).ranges }, from, to);
			expect(result).toMatchObject({ samples: plain.samples, lost: plain.lost, min: plain.min, max: plain.max, settling: plain.switches * 10 });
			expect(Math.abs((result.charge as number) / plain.integral - 1)).toBeLessThan(1e-9);
			expect(Math.abs((result.uncertainty.average as number) / plain.uncertainty - 1)).toBeLessThan(1e-9);
		}
	}, 60_000);

	it('when the range change is announced after its samples', async () => {
		const { RecordingWriter } = await import('./writer.ts');
		const { RecordingReader } = await import('./reader.ts');
		const { recordingInfo } = await import('./testing.ts');
		const samples = new Float32Array(40_000).fill(0.001);
		const path = fresh();
		const writer = await RecordingWriter.create(path, recordingInfo([arcChannel('mc', 4000)]), { flushIntervalS: 0 });
		await writer.append(device, 'mc', samples);
		await writer.flush();
		writer.event({ device, type: 'setting', setting: 'range', value: 'high', time: 2.5 });
		await writer.close();
		using reader = await RecordingReader.open(path);
		const plain = plainStatistics({ samples, rate: 4000, ranges: arcChannel('mc', 4000).ranges, forced: [[10_000, 40_000]] }, 0, 10);
		compare(await statistics(reader, { channel: 'mc' }), plain, samples);
	});
});

describe('energy', () => {
	it('is current times the voltage of that time, at any two rates', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.constantFrom(1000, 2000, 5000, 10_000, 25_000),
				fc.constantFrom(1000, 2000, 5000, 10_000, 25_000),
				edges,
				fc.array(current, { minLength: 20, maxLength: 20 }),
				async (rate, voltageRate, [from, to], values) => {
					const samples = Float32Array.from({ length: rate / 50 }, (_, k) => values[k % 20]);
					const voltage = Float32Array.from({ length: voltageRate / 50 }, (_, k) => (k % 17 === 3 ? Number.NaN : 3 + Math.sin(k)));
					using reader = await recorded(fresh(), [
						{ ...arcChannel('mc', rate), samples },
						{ ...arcChannel('mv', voltageRate), samples: voltage },
					]);
					const { energy } = await statistics(reader, { channel: 'mc', from: from * 0.02, to: to * 0.02 });
					const plain = plainEnergy({ samples, rate }, { samples: voltage, rate: voltageRate }, from * 0.02, to * 0.02);
					expect(Math.abs((energy as number) - plain)).toBeLessThanOrEqual(1e-12);
				},
			),
			{ numRuns: 40 },
		);
	});

	it.each([
		['held', 4000, 1000],
		['of the same rate', 4000, 4000],
		['averaged', 1000, 4000],
		['of a rate that no millihertz states', 3000, 1000 / 3],
	])('over many chunks, with losses and a voltage that ends early, a voltage %s', async (_, rate, voltageRate) => {
		const samples = Float32Array.from({ length: 150_000 }, (_, k) => (k % 9973 < 5 ? Number.NaN : 0.01 * Math.sin(k)));
		const length = Math.floor((samples.length * voltageRate) / rate) - 50;
		const voltage = Float32Array.from({ length }, (_, k) => (k > 400 && k % 30_011 < 7 ? Number.NaN : 3 + Math.sin(k / 50)));
		using reader = await recorded(fresh(), [
			{ ...arcChannel('mc', rate), samples },
			{ ...arcChannel('mv', voltageRate), samples: voltage },
		]);
		const from = 0.000_11;
		const { energy } = await statistics(reader, { channel: 'mc', from });
		const ratio = voltageRate / rate;
		let expected = 0;
		for (let k = 0; k < samples.length; k++) {
			const held = voltage.subarray(Math.floor(k * ratio + 1e-9), Math.max(Math.floor(k * ratio + 1e-9) + 1, (k + 1) * ratio)).filter((v) => !Number.isNaN(v));
			const product = (samples[k] * held.reduce((sum, v) => sum + v, 0)) / held.length;
			if (!Number.isNaN(product)) expected += (product / rate) * (k === 0 ? 1 - from * rate : 1);
		}
		expect(Math.abs((energy as number) - expected)).toBeLessThanOrEqual(1e-12);
		expect(processKernels().memory.bytesInUse).toBe(0);
	});

	it('is the same for the current and the power channel of a rail', async () => {
		const samples = Float32Array.from({ length: 8000 }, (_, k) => 0.01 + 0.001 * (k % 5));
		using reader = await recorded(fresh(), [
			{ ...arcChannel('mc', 4000), samples },
			{ ...arcChannel('mv', 1000), samples: new Float32Array(2000).fill(3.3) },
			{ ...arcChannel('mp', 4000), samples: samples.map((x) => x * 3.3) },
		]);
		const [mc, mp, mv] = await Promise.all(['mc', 'mp', 'mv'].map((channel) => statistics(reader, { channel, from: 0.1001, to: 1.7 })));
		expect(mc.energy).toBe(mp.energy);
		expect(mc.uncertainty.energy).toBe(mp.uncertainty.energy);
		expect(mp.charge).toBeUndefined();
		expect(mv.energy).toBeUndefined();
		expect(mv.charge).toBeUndefined();
	});

	it('needs a voltage or a power; without both there is none', async () => {
		const samples = new Float32Array(4000).fill(0.01);
		using alone = await recorded(fresh(), [{ ...arcChannel('mc', 4000), samples }]);
		expect((await statistics(alone, { channel: 'mc' })).energy).toBeUndefined();
		using slowPower = await recorded(fresh(), [
			{ ...arcChannel('mc', 4000), samples },
			{ ...arcChannel('mp', 1000), samples: new Float32Array(1000).fill(0.033) },
		]);
		expect((await statistics(slowPower, { channel: 'mc' })).energy).toBeCloseTo(0.033, 8);
		expect((await statistics(slowPower, { channel: 'mc' })).uncertainty.energy).toBeGreaterThan(0);
	});
});

describe('uncertainty', () => {
	it('of 10 mA in the fine range is 0.1 % and 50 nA', async () => {
		using reader = await recorded(fresh(), [
			{ ...arcChannel('mc', 4000), samples: new Float32Array(20_000).fill(0.01) },
			{ ...arcChannel('mv', 1000), samples: new Float32Array(5000).fill(3.3) },
		]);
		const { uncertainty, energy } = await statistics(reader, { channel: 'mc' });
		expect(uncertainty.average).toBeCloseTo(10.05e-6, 9);
		expect(uncertainty.charge).toBeCloseTo(5 * 10.05e-6, 8);
		// Current 0.1005 %, voltage 0.1 % + 1.5 mV of 3.3 V: 0.1455 %.
		expect((uncertainty.energy as number) / (energy as number)).toBeCloseTo(Math.hypot(0.001005, 0.0014545), 6);
	});

	it('is null where the accuracy is unknown', async () => {
		using reader = await recorded(fresh(), [{ ...arcChannel('ac', 1000), samples: [1, 2, 3] }]);
		expect((await statistics(reader, { channel: 'ac' })).uncertainty).toEqual({ average: null, charge: null });
	});
});

describe('edges of the question', () => {
	it('refuses a channel that is not there and a window the wrong way round', async () => {
		using reader = await recorded(fresh(), [{ ...arcChannel('mc', 4000), samples: [1] }]);
		await expect(statistics(reader, { channel: 'xx' })).rejects.toThrow(/no channel xx.*Channels: mc/);
		await expect(statistics(reader, { channel: 'mc', from: 2, to: 1 })).rejects.toThrow(/begins at 2 s/);
		await expect(statistics(reader, { channel: 'mc', from: Number.NaN })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
	});

	it('says nothing about an empty window', async () => {
		using reader = await recorded(fresh(), [{ ...arcChannel('mc', 4000), samples: [1, 2] }]);
		const result = await statistics(reader, { channel: 'mc', from: 1, to: 2 });
		expect(result).toMatchObject({ samples: 0, lost: 0, duration: 0, charge: 0 });
		expect(JSON.parse(JSON.stringify(result)).average).toBeNull();
	});
});

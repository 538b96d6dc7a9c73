import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTrace } from '../formats/trace/trace.ts';
import { levels } from './format.ts';
import { type Segment, type SegmentQuery, segments } from './segments.ts';
import { arcChannel, device, recorded, temporaryFolder } from './testing.ts';

const data = process.env.MICROJOULE_REAL_DATA;
let folder: ReturnType<typeof temporaryFolder>;
let runs = 0;
const fresh = () => `${folder.path}/${runs++}`;
const rate = 1000;

beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

async function found(samples: ArrayLike<number>, query: SegmentQuery): Promise<Segment[]> {
	using reader = await recorded(fresh(), [
		{ ...arcChannel('mc', rate), samples },
		{ ...arcChannel('mv', rate), samples: Float32Array.from(samples, () => 2) },
	]);
	return await Array.fromAsync(segments(reader, reader.channel(device, 'mc'), query));
}

/** The rule said once more, sample by sample: pairs of first sample and end. */
function plainly(samples: ArrayLike<number>, { threshold, hysteresis = 0, minGapS = 0 }: SegmentQuery): [number, number][] {
	const high: [number, number][] = [];
	let begin = -1;
	for (let k = 0; k <= samples.length; k++) {
		const x = k < samples.length ? samples[k] : Number.NaN;
		if (begin < 0 && x > threshold) begin = k;
		if (begin >= 0 && (Number.isNaN(x) || x <= threshold - hysteresis)) {
			high.push([begin, k]);
			begin = -1;
		}
	}
	const joined: [number, number][] = [];
	for (const [from, to] of high) {
		const before = joined.at(-1);
		if (before && (from - before[1]) / rate <= minGapS + 1e-9) before[1] = to;
		else joined.push([from, to]);
	}
	return joined;
}

describe('segments above a threshold', () => {
	it('equal the rule applied sample by sample, whatever the pyramid passes over', async () => {
		const level = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(0, 0.4, 0.8, 1.2) }, { weight: 1, arbitrary: fc.constant(Number.NaN) });
		const piece = fc.tuple(level, fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 30 }) }, { weight: 1, arbitrary: fc.integer({ min: 100, max: 5000 }) }));
		const options = fc.record({ threshold: fc.constantFrom(0.3, 0.5, 1), hysteresis: fc.constantFrom(0, 0.2, 0.5), minGapS: fc.constantFrom(0, 0.005, 0.02) });
		await fc.assert(
			fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 40 }), options, async (pieces, query) => {
				const samples = Float32Array.from(pieces.flatMap(([x, length]) => new Array<number>(length).fill(x)));
				const list = await found(samples, query);
				expect(list.map(({ firstSample, samples: n }) => [firstSample, firstSample + n])).toEqual(plainly(samples, query));
				for (const { firstSample, samples: n, start, duration, lost, peak, charge, energy } of list) {
					const own = samples.subarray(firstSample, firstSample + n).filter((x) => !Number.isNaN(x));
					const sum = own.reduce((total, x) => total + x, 0);
					expect(start).toBe(firstSample / rate);
					expect(duration).toBeCloseTo(n / rate, 12);
					expect(lost).toBe(n - own.length);
					expect(peak).toBe(Math.max(...own));
					expect(charge).toBeCloseTo(sum / rate, 10);
					expect(energy).toBeCloseTo((2 * sum) / rate, 10);
				}
			}),
			{ numRuns: 60 },
		);
	});

	it('are found in a long quiet recording, across the edges of all levels', async () => {
		const samples = new Float32Array(2 * levels[3] + 10_000);
		const bursts = [levels[3] - 5, levels[3] + 3 * levels[2] - 1, 2 * levels[3] + 9000];
		for (const at of bursts) samples.fill(1, at, at + 10);
		samples.fill(1, 100_000, 300_000);
		expect((await found(samples, { threshold: 0.5 })).map(({ firstSample, samples: n }) => [firstSample, n])).toEqual([[100_000, 200_000], ...bursts.map((at) => [at, 10])]);
	});

	it('end with the window, and with what was lost', async () => {
		const samples = [0, 1, 1, Number.NaN, 1, 0, 1, 1];
		const spans = async (query: Omit<SegmentQuery, 'threshold'>) =>
			(await found(samples, { threshold: 0.5, ...query })).map(({ firstSample, samples: n, lost }) => [firstSample, n, lost]);
		expect(await spans({})).toEqual([
			[1, 2, 0],
			[4, 1, 0],
			[6, 2, 0],
		]);
		expect(await spans({ minGapS: 0.001 })).toEqual([[1, 7, 1]]);
		expect(await spans({ from: 0.002, to: 0.007 })).toEqual([
			[2, 1, 0],
			[4, 1, 0],
			[6, 1, 0],
		]);
	});

	it('refuse a negative hysteresis or gap, and a threshold that is no number', async () => {
		for (const query of [{ threshold: 1, hysteresis: -1 }, { threshold: 1, minGapS: -1 }, { threshold: Number.NaN }])
			await expect(found([1], query)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
	});

	it.skipIf(!data)(`are the twelve advertising events of a measured beacon${data ? '' : ' (skipped: MICROJOULE_REAL_DATA is not set)'}`, async () => {
		const { current, rate: rateHz } = await readTrace(`${data}/traces/ble-adv-nrf52832-ppk2-3v3.f32.zip`);
		using reader = await recorded(fresh(), [{ ...arcChannel('mc', rateHz), samples: current }]);
		const list = await Array.fromAsync(segments(reader, reader.channel(device, 'mc'), { threshold: 0.0005, minGapS: 0.001 }));
		expect(list).toHaveLength(12);
		for (const { duration, peak } of list) {
			expect(duration).toBeLessThan(0.01);
			expect(peak).toBeGreaterThan(0.004);
		}
	});
});

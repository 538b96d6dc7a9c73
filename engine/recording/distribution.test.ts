import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { levels } from './format.ts';
import { histogram } from './histogram.ts';
import { percentiles } from './percentiles.ts';
import { arcChannel, between, device, recorded, temporaryFolder } from './testing.ts';

let folder: ReturnType<typeof temporaryFolder>;
let runs = 0;
const fresh = () => `${folder.path}/${runs++}`;
const rate = 1000;

beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** Values of all magnitudes, in runs so that blocks are alike in places, with losses. */
const value = fc.oneof(
	{ weight: 5, arbitrary: fc.float({ noNaN: true, min: -2, max: 2 }) },
	{ weight: 2, arbitrary: fc.constantFrom(0, -0, 1, 1e-6, -1e-6, 3.4e38, -3.4e38, 1e-45) },
	{ weight: 1, arbitrary: fc.constant(Number.NaN) },
);
const signal = fc
	.array(fc.tuple(value, fc.integer({ min: 1, max: 600 })), { minLength: 1, maxLength: 25 })
	.map((pieces) => Float32Array.from(pieces.flatMap(([x, length]) => Array.from({ length }, (_, k) => (k % 5 === 0 ? x : x * (1 - 1e-3 * (k % 7)))))));
const window = fc.tuple(between(0, 1), between(0, 1));

/** Valid samples of a window in ascending order. */
function sorted(samples: Float32Array, from: number, to: number): Float32Array {
	return samples
		.slice(Math.floor(from * rate + 1e-6), to > from ? Math.ceil(to * rate - 1e-6) : 0)
		.filter((x) => !Number.isNaN(x))
		.sort();
}

describe('percentiles', () => {
	it('equal those of the sorted samples, interpolated', async () => {
		await fc.assert(
			fc.asyncProperty(signal, window, fc.array(between(0, 100), { minLength: 1, maxLength: 6 }), async (samples, [a, b], extra) => {
				using reader = await recorded(fresh(), [{ ...arcChannel('mc', rate), samples }]);
				const [from, to] = [Math.min(a, b), Math.max(a, b)].map((share) => (share * samples.length) / rate);
				const percents = [0, 50, 100, ...extra];
				const result = await percentiles(reader, reader.channel(device, 'mc'), from, to, percents);
				const values = sorted(samples, from, to);
				for (const [i, { percent, value }] of result.entries()) {
					expect(percent).toBe(percents[i]);
					const position = ((values.length - 1) * percent) / 100;
					const low = values[Math.floor(position)];
					const high = values[Math.ceil(position)];
					if (values.length === 0) expect(value).toBeNaN();
					else expect(value + 0).toBe((low === high ? low : low + (high - low) * (position - Math.floor(position))) + 0);
				}
			}),
			{ numRuns: 60 },
		);
	});

	it('refuse a percentage that is none', async () => {
		using reader = await recorded(fresh(), [{ ...arcChannel('mc', rate), samples: [1] }]);
		const channel = reader.channel(device, 'mc');
		await expect(percentiles(reader, channel, 0, 1, [101])).rejects.toMatchObject({ code: 'INVALID_VALUE' });
		await expect(percentiles(reader, channel, 0, 1, [Number.NaN])).rejects.toMatchObject({ code: 'INVALID_VALUE' });
	});
});

describe('a histogram', () => {
	it('puts every valid sample into the bin whose edges enclose it', async () => {
		await fc.assert(
			fc.asyncProperty(signal, window, fc.integer({ min: 1, max: 300 }), async (samples, [a, b], bins) => {
				using reader = await recorded(fresh(), [{ ...arcChannel('mc', rate), samples }]);
				const [from, to] = [Math.min(a, b), Math.max(a, b)].map((share) => (share * samples.length) / rate);
				const { edges, counts } = await histogram(reader, reader.channel(device, 'mc'), from, to, bins);
				const values = sorted(samples, from, to);
				if (values.length === 0) {
					expect(counts).toEqual([]);
					return;
				}
				expect(edges[0] + 0).toBe(values[0] + 0);
				expect(edges[edges.length - 1] + 0).toBe(values[values.length - 1] + 0);
				const plain = counts.map((_, k) => values.filter((x) => x >= edges[k] && (k + 1 === counts.length || x < edges[k + 1])).length);
				expect(counts).toEqual(plain);
			}),
			{ numRuns: 60 },
		);
	});

	it('of equal ratios does so too, with what the samples of each bin add up to and what lies below', async () => {
		await fc.assert(
			fc.asyncProperty(signal, window, fc.integer({ min: 1, max: 300 }), async (samples, [a, b], bins) => {
				using reader = await recorded(fresh(), [{ ...arcChannel('mc', rate), samples }]);
				const [from, to] = [Math.min(a, b), Math.max(a, b)].map((share) => (share * samples.length) / rate);
				const { edges, counts, sums, below } = await histogram(reader, reader.channel(device, 'mc'), from, to, bins, undefined, 'logarithmic');
				const values = sorted(samples, from, to);
				const lowest = edges[0] ?? Number.POSITIVE_INFINITY;
				expect(edges.every((edge, k) => edge > 0 && (k === 0 || edge >= edges[k - 1]))).toBe(true);
				expect(below.count).toBe(values.filter((x) => x < lowest).length);
				for (const [k, count] of counts.entries()) {
					const inside = values.filter((x) => x >= edges[k] && (k + 1 === counts.length || x < edges[k + 1]));
					expect(count).toBe(inside.length);
					const sum = inside.reduce((total, x) => total + x, 0);
					expect(Math.abs(sums[k] - sum)).toBeLessThanOrEqual(1e-9 * sum);
				}
			}),
			{ numRuns: 60 },
		);
	});

	it('counts quiet blocks of every level without a look at their samples', async () => {
		const samples = new Float32Array(2 * levels[3] + 5000).fill(1e-6);
		samples[levels[3] + 77] = 1;
		samples.fill(Number.NaN, 300, 700);
		using reader = await recorded(fresh(), [{ ...arcChannel('mc', rate), samples }]);
		const { counts } = await histogram(reader, reader.channel(device, 'mc'), undefined, undefined, 10);
		expect(counts).toEqual([samples.length - 401, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
	});

	it('of equal samples has one bin; a number of bins that is none is refused', async () => {
		using reader = await recorded(fresh(), [{ ...arcChannel('mc', rate), samples: [2, 2, Number.NaN] }]);
		const channel = reader.channel(device, 'mc');
		expect(await histogram(reader, channel, 0, 1, 10)).toEqual({ edges: [2, 2], counts: [2], sums: [4], below: { count: 0, sum: 0 } });
		await expect(histogram(reader, channel, 0, 1, 0)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
	});
});

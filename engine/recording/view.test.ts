import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { levels } from './format.ts';
import { RecordingReader } from './reader.ts';
import { arcChannel, between, device, recorded, temporaryFolder } from './testing.ts';
import { type View, view } from './view.ts';

let folder: ReturnType<typeof temporaryFolder>;
let runs = 0;
const fresh = () => `${folder.path}/${runs++}`;
const rate = 1000;

beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** What a view of these samples must say, the long way. */
function check(result: View, samples: Float32Array, first: number, last: number): void {
	expect(result.begin[0]).toBe(first);
	expect(result.begin[result.count]).toBe(last);
	for (let p = 0; p < result.count; p++) {
		const begin = result.begin[p];
		const end = result.begin[p + 1];
		expect(end).toBeGreaterThan(begin);
		expect(result.t[p]).toBe(begin / rate);
		let valid = 0;
		let min = Number.NaN;
		let max = Number.NaN;
		let sum = 0;
		let size = 0;
		for (let k = begin; k < end; k++) {
			const x = samples[k];
			if (Number.isNaN(x)) continue;
			valid++;
			if (!(min <= x)) min = x;
			if (!(max >= x)) max = x;
			sum += x;
			size += Math.abs(x);
		}
		if (result.valid[p] !== valid || !Object.is(result.min[p] + 0, min + 0) || !Object.is(result.max[p] + 0, max + 0))
			expect.fail(`point ${p}, samples ${begin} to ${end}: ${result.valid[p]} ${result.min[p]} ${result.max[p]} is not ${valid} ${min} ${max}`);
		if (valid === 0) expect(result.mean[p]).toBeNaN();
		else if (!(Math.abs(result.mean[p] - sum / valid) <= (1e-13 * size) / valid)) expect.fail(`point ${p}: mean ${result.mean[p]} is not ${sum / valid}`);
	}
}

/** Noise, spikes and gaps of any length. */
function spiky(length: number, seed: number): Float32Array {
	const samples = new Float32Array(length);
	let state = seed >>> 0 || 1;
	let gap = 0;
	for (let k = 0; k < length; k++) {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		if (gap === 0 && state % 9973 === 0) gap = state % 3000;
		if (gap > 0) gap--;
		samples[k] = gap > 0 ? Number.NaN : state % 1009 === 0 ? (state % 100) / 50 - 1 : 1e-6 * (state % 997) - 1e-4;
	}
	return samples;
}

const windows = fc.array(fc.tuple(between(-0.05, 1.05), between(-0.05, 1.05), fc.integer({ min: 1, max: 2500 })), {
	minLength: 5,
	maxLength: 25,
});

async function compare(reader: RecordingReader, samples: Float32Array, list: [number, number, number][]): Promise<void> {
	const channel = reader.channel(device, 'mc');
	for (const [a, b, points] of list) {
		const [from, to] = [(Math.min(a, b) * samples.length) / rate, (Math.max(a, b) * samples.length) / rate];
		const result = await view(reader, channel, from, to, points);
		const first = Math.floor(Math.min(samples.length, Math.max(0, snapped(from * rate))));
		const last = Math.ceil(Math.min(samples.length, Math.max(0, snapped(to * rate))));
		if (result.count === 0) {
			expect(Math.max(0, snapped(from * rate))).toBeGreaterThanOrEqual(Math.min(samples.length, snapped(to * rate)));
			continue;
		}
		check(result, samples, first, last);
		expect(result.count).toBeLessThanOrEqual(points);
		expect(result.count).toBeGreaterThanOrEqual(Math.min(last - first, points / 2));
		if (last - first >= levels[0] * points) expect(result.count).toBe(points);
	}
}

function snapped(edge: number): number {
	return Math.abs(edge - Math.round(edge)) <= 1e-6 ? Math.round(edge) : edge;
}

describe('a view equals brute force', () => {
	it('in any window, of short recordings', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 40_000 }), fc.integer(), windows, async (length, seed, list) => {
				const samples = spiky(length, seed);
				using reader = await recorded(fresh(), [{ ...arcChannel('mc', rate), samples }], [], { piece: 3000 });
				await compare(reader, samples, list);
			}),
			{ numRuns: 40 },
		);
	});

	it('in any window of a recording with all levels, and of the same without some of its summaries', async () => {
		const samples = spiky(3 * levels[3] + 70_001, 7);
		const path = fresh();
		(await recorded(path, [{ ...arcChannel('mc', rate), samples }])).close();
		const list = fc.sample(windows, { numRuns: 5, seed: 3 }).flat();
		list.push([0, 1, 1], [0, 1, 2], [0, 1, 1000], [0.3, 0.9, 3]);
		for (const missing of [undefined, 3, 1, 0, 2]) {
			if (missing !== undefined) rmSync(`${path}/${device}.mc.${levels[missing]}.sum`);
			using reader = await RecordingReader.open(path);
			await compare(reader, samples, list.slice(0, missing === undefined ? undefined : 30));
		}
	}, 60_000);

	it('shows one sample a point where there are no more', async () => {
		using reader = await recorded(fresh(), [{ ...arcChannel('mc', rate), samples: [1, Number.NaN, 3] }]);
		const result = await view(reader, reader.channel(device, 'mc'), 0, 1, 100);
		expect([...result.begin]).toEqual([0, 1, 2, 3]);
		expect([...result.mean]).toEqual([1, Number.NaN, 3]);
		expect([...result.valid]).toEqual([1, 0, 1]);
	});

	it('has no point where there is no sample, and refuses a number of points that is none', async () => {
		using reader = await recorded(fresh(), [{ ...arcChannel('mc', rate), samples: [1, 2, 3] }]);
		const channel = reader.channel(device, 'mc');
		expect((await view(reader, channel, 5, 6, 10)).count).toBe(0);
		expect((await view(reader, channel, 0.001, 0.001, 10)).count).toBe(0);
		await expect(view(reader, channel, 0, 1, 0)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
		await expect(view(reader, channel, 0, 1, 2.5)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
	});
});

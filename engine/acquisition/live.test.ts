import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelHeaderBytes, flagReset, frameHeaderBytes, frameMagic, LiveHub } from './live.ts';
import { LiveRing } from './live-ring.ts';

interface Part {
	index: number;
	reset: boolean;
	samplesPerColumn: number;
	firstSample: number;
	lastSamples: number;
	lost: number;
	reading: number;
	min: Float32Array;
	max: Float32Array;
	mean: Float32Array;
}

function decode(bytes: Uint8Array): { id: number; parts: Part[] } {
	const view = new DataView(bytes.buffer, bytes.byteOffset);
	expect(view.getUint32(0, true)).toBe(frameMagic);
	const parts: Part[] = [];
	let at = frameHeaderBytes;
	for (let n = view.getUint32(8, true); n > 0; n--) {
		const columns = view.getUint32(at + 24, true);
		const data = at + channelHeaderBytes;
		const floats = (which: number) => new Float32Array(bytes.buffer, data + which * columns * 4, columns);
		parts.push({
			index: view.getUint16(at, true),
			reset: (view.getUint16(at + 2, true) & flagReset) !== 0,
			samplesPerColumn: view.getUint32(at + 4, true),
			firstSample: view.getFloat64(at + 16, true),
			lastSamples: view.getUint32(at + 28, true),
			lost: view.getFloat64(at + 32, true),
			reading: view.getFloat32(at + 40, true),
			min: floats(0),
			max: floats(1),
			mean: floats(2),
		});
		at = data + Math.ceil((columns * 12) / 8) * 8;
	}
	expect(at).toBe(bytes.length);
	return { id: view.getUint32(4, true), parts };
}

/** What a column of samples [from, to) must show. */
function brute(samples: number[], from: number, to: number) {
	const valid = samples.slice(from, to).filter((value) => !Number.isNaN(value));
	if (valid.length === 0) return { min: Number.NaN, max: Number.NaN, mean: Number.NaN };
	return { min: Math.min(...valid), max: Math.max(...valid), mean: valid.reduce((a, b) => a + b, 0) / valid.length };
}

const channel = { device: 'arc-1', id: 'mc', unit: 'A', rate: 4000 };
const request = { id: 7, channels: [{ device: 'arc-1', id: 'mc' }], windowS: 2, pixels: 100 };

describe('LiveRing', () => {
	it('folds every column to the brute-force envelope, however the samples were split, with losses', () => {
		const sample = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -1000, max: 1000 }) }, { weight: 1, arbitrary: fc.constant(Number.NaN) });
		const arbitrary = fc.record({
			blocks: fc.array(fc.array(sample, { maxLength: 300 }), { minLength: 1, maxLength: 12 }),
			rate: fc.constantFrom(100, 1000, 4000, 50_000),
			windowS: fc.constantFrom(0.1, 5, 10, 60),
			pixels: fc.integer({ min: 1, max: 4000 }),
		});
		fc.assert(
			fc.property(arbitrary, ({ blocks, rate, windowS, pixels }) => {
				const ring = new LiveRing(rate);
				for (const block of blocks) ring.push(Float32Array.from(block));
				const samples = blocks.flat();
				const plan = ring.plan(windowS, pixels);
				expect(plan.columns).toBeLessThanOrEqual(pixels);
				const columns = Math.ceil(samples.length / plan.samplesPerColumn);
				const target = { min: new Float32Array(columns), max: new Float32Array(columns), mean: new Float32Array(columns) };
				ring.fold(plan, 0, columns, target);
				for (let column = 0; column < columns; column++) {
					const expected = brute(samples, column * plan.samplesPerColumn, (column + 1) * plan.samplesPerColumn);
					expect(target.min[column]).toBe(expected.min);
					expect(target.max[column]).toBe(expected.max);
					if (Number.isNaN(expected.mean)) expect(target.mean[column]).toBeNaN();
					else expect(target.mean[column]).toBeCloseTo(expected.mean, 2);
				}
				expect(ring.lost).toBe(samples.filter(Number.isNaN).length);
			}),
			{ numRuns: 150 },
		);
	});

	it('holds the window asked for, after many turns of the rings', () => {
		const ring = new LiveRing(2000);
		const samples: number[] = [];
		for (let block = 0; block < 100; block++) {
			const column = Float32Array.from({ length: 2000 }, (_, index) => Math.sin(block * 13 + index));
			ring.push(column);
			samples.push(...column);
		}
		for (const windowS of [0.5, 5, 8, 15, 60]) {
			const plan = ring.plan(windowS, 500);
			const last = Math.ceil(samples.length / plan.samplesPerColumn);
			const first = last - plan.columns;
			expect(ring.oldestColumn(plan)).toBeLessThanOrEqual(first);
			const target = { min: new Float32Array(plan.columns), max: new Float32Array(plan.columns), mean: new Float32Array(plan.columns) };
			ring.fold(plan, first, last, target);
			for (let column = first; column < last; column++) {
				const expected = brute(samples, column * plan.samplesPerColumn, (column + 1) * plan.samplesPerColumn);
				expect(target.min[column - first]).toBe(expected.min);
				expect(target.max[column - first]).toBe(expected.max);
			}
		}
		expect(ring.recentMean(0.5)).toBeCloseTo(brute(samples, samples.length - 1000, samples.length).mean, 3);
	});
});

describe('LiveHub', () => {
	it('gives a fresh viewer the history, then only what is new; the open column comes again', () => {
		const hub = new LiveHub();
		hub.samples(channel, 0, new Float32Array(8020).fill(1));
		const viewer = hub.view(request);
		const first = decode(viewer.frame()!);
		expect(first.id).toBe(7);
		expect(first.parts[0]).toMatchObject({ index: 0, reset: true, samplesPerColumn: 80, lastSamples: 20 });
		expect(first.parts[0].min.length).toBe(101);
		expect(viewer.frame()).toBeUndefined();
		hub.samples(channel, 8020, new Float32Array(100).fill(5));
		const second = decode(viewer.frame()!).parts[0];
		expect(second).toMatchObject({ reset: false, firstSample: 8000, lastSamples: 40, lost: 0 });
		expect([...second.min]).toEqual([1, 5]);
		expect([...second.max]).toEqual([5, 5]);
	});

	it('a viewer that skipped turns catches up with at most one window', () => {
		const hub = new LiveHub();
		hub.samples(channel, 0, new Float32Array(4000));
		const viewer = hub.view(request);
		viewer.frame();
		for (let second = 1; second < 100; second++) hub.samples(channel, second * 4000, new Float32Array(4000).fill(second));
		const part = decode(viewer.frame()!).parts[0];
		expect(part.reset).toBe(true);
		expect(part.min.length).toBeLessThanOrEqual(101);
		expect(part.max.at(-1)).toBe(99);
		expect(part.firstSample + part.min.length * part.samplesPerColumn).toBe(400_000);
	});

	it('marks losses as NaN and counts them; a reading skips them', () => {
		const hub = new LiveHub();
		hub.samples(channel, 0, new Float32Array(4000).fill(2));
		hub.samples(channel, 4000, new Float32Array(400).fill(Number.NaN));
		hub.samples(channel, 4800, new Float32Array(80).fill(2)); // 400 samples nobody delivered
		const part = decode(hub.view(request).frame()!).parts[0];
		expect(part.lost).toBe(800);
		expect(part.reading).toBe(2);
		expect([...part.mean.slice(49)]).toEqual([2, ...new Array(10).fill(Number.NaN), 2]);
	});

	it('a new measurement starts the picture afresh, without what came before', () => {
		const hub = new LiveHub();
		hub.samples(channel, 0, new Float32Array(4000).fill(1));
		const viewer = hub.view(request);
		viewer.frame();
		hub.samples(channel, 0, new Float32Array(80).fill(3));
		const part = decode(viewer.frame()!).parts[0];
		expect(part).toMatchObject({ reset: true, firstSample: 0 });
		expect([...part.min]).toEqual([3]);
	});

	it('joining in the middle of a measurement invents nothing and counts nothing as lost', () => {
		const hub = new LiveHub();
		hub.samples(channel, 1_000_001, new Float32Array(799).fill(4));
		const part = decode(hub.view(request).frame()!).parts[0];
		expect(part.lost).toBe(0);
		expect(part.firstSample + (part.min.length - 1) * 80 + part.lastSamples).toBe(1_000_800);
		expect(part.min.at(-11)).toBeNaN();
		expect([...part.min.slice(-10)]).toEqual(new Array(10).fill(4));
	});

	it('ignores a channel that is not measured, and refuses nonsense', () => {
		const hub = new LiveHub();
		expect(hub.view(request).frame()).toBeUndefined();
		expect(() => hub.view({ ...request, windowS: 0 })).toThrow('windowS is 0');
		expect(() => hub.view({ ...request, pixels: 1.5 })).toThrow('pixels is 1.5');
	});
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FrameLayout } from '../../drivers/instrument.ts';
import { createJob } from './job.ts';
import { Kernels } from './kernels.ts';
import { SharedMemory } from './memory.ts';
import { voltageSamplesNeeded } from './ratio.ts';
import { aceLayout, arcLayout, fillFrames, packedLayout, randomNumbers } from './testing.ts';
import * as twins from './twins.ts';

const kernels = new Kernels(new SharedMemory());

/** Any float32, with NaN, infinities, zeros of both signs and subnormals among them. */
const float32 = fc.oneof({ weight: 8, arbitrary: fc.float() }, { weight: 1, arbitrary: fc.constant(Number.NaN) }, { weight: 1, arbitrary: fc.constantFrom(0, -0) });
/** What an instrument could measure, with losses. */
const measured = fc.oneof({ weight: 9, arbitrary: fc.float({ min: -1000, max: 1000, noNaN: true, noDefaultInfinity: true }) }, { weight: 1, arbitrary: fc.constant(Number.NaN) });

/** The samples in shared memory, `shift` samples after a 64-byte boundary. */
function resident(samples: ArrayLike<number>, shift: number): { column: Float32Array; free: () => void } {
	const block = kernels.memory.alloc(4 * (samples.length + shift));
	const column = kernels.memory.float32(block.ptr + 4 * shift, samples.length);
	column.set(samples);
	return { column, free: block.free };
}

const bits = (column: Float32Array) => new Uint32Array(Float32Array.from(column).buffer);

describe('frames to columns', () => {
	/** Decodes by kernel and twin; `shift` moves the frames off their alignment. */
	function both(frameBytes: Uint8Array, frames: number, layout: FrameLayout, shift: number) {
		const block = kernels.memory.alloc(frameBytes.byteLength + shift);
		kernels.memory.uint8(block.ptr + shift, frameBytes.byteLength).set(frameBytes);
		const job = createJob(kernels.memory, block.ptr + shift, frames, layout);
		const decoded = job.result(kernels.decodeFrames(job.ptr), () => {});
		const columns = layout.channels.map((channel) => new Float32Array(frames * channel.count));
		const counters = new Uint32Array(frames);
		const list = new Uint32Array(frames);
		const damaged = Array.from(list.subarray(0, twins.decodeFrames(frameBytes, frames, layout, columns, counters, list)));
		expect(decoded.damaged).toEqual(damaged);
		expect(Array.from(decoded.counters)).toEqual(Array.from(counters));
		expect(decoded.columns.map(bits)).toEqual(columns.map((column) => new Uint32Array(column.buffer)));
		job.free();
		block.free();
		return { damaged, columns };
	}

	const layouts = fc.oneof(
		fc.constantFrom(arcLayout, aceLayout),
		fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 12 }).map((counts) => packedLayout(counts.map((count, i) => [`c${i}`, count]))),
	);

	test('kernel and twin agree bit by bit, whatever the samples, the layout, the alignment and the damage', () => {
		fc.assert(
			fc.property(
				layouts,
				fc.integer({ min: 0, max: 70 }),
				fc.integer({ min: 0, max: 19 }),
				fc.nat(),
				fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 5 }),
				(layout, frames, shift, seed, flips) => {
					const bytes = new Uint8Array(frames * layout.frameBytes);
					const random = randomNumbers(seed);
					const words = new Uint32Array(1);
					const anyFloat = new Float32Array(words.buffer);
					fillFrames(bytes, frames, layout, () => {
						words[0] = random() * 4294967296;
						return anyFloat[0];
					});
					for (const [where, bit] of frames > 0 ? flips : []) bytes[where % bytes.length] ^= 1 << (bit % 8);
					both(bytes, frames, layout, shift);
				},
			),
			{ numRuns: 150 },
		);
	});

	test('every sample arrives where it belongs', () => {
		const bytes = new Uint8Array(100 * arcLayout.frameBytes);
		fillFrames(bytes, 100, arcLayout, (c, n) => 1000 * c + n);
		const { damaged, columns } = both(bytes, 100, arcLayout, 0);
		expect(damaged).toEqual([]);
		for (const [c, column] of columns.entries()) expect(Array.from(column)).toEqual(Array.from(column, (_, n) => 1000 * c + n));
	});

	test('any flipped bit of length, sum or payload costs that frame and no other', () => {
		const frames = 5;
		const clean = new Uint8Array(frames * arcLayout.frameBytes);
		fillFrames(clean, frames, arcLayout, (c, n) => c + n / 8);
		for (let bit = 32; bit < 8 * arcLayout.frameBytes; bit++) {
			const bytes = clean.slice();
			bytes[2 * arcLayout.frameBytes + (bit >> 3)] ^= 1 << (bit & 7);
			const { damaged, columns } = both(bytes, frames, arcLayout, 0);
			expect(damaged).toEqual([2]);
			expect(Array.from(columns[1], Number.isNaN)).toEqual([false, false, true, false, false]);
		}
	});

	test('the sum wraps at 65536', () => {
		const layout = packedLayout([['mc', 75]]);
		const bytes = new Uint8Array(layout.frameBytes).fill(0xff);
		const view = new DataView(bytes.buffer);
		view.setUint16(4, layout.frameBytes - 8, true);
		view.setUint16(6, ((layout.frameBytes - 8) * 255) & 0xffff, true);
		expect(both(bytes, 1, layout, 0).damaged).toEqual([]);
	});

	test('the published vector of an Ace frame', () => {
		const bytes = new Uint8Array(aceLayout.frameBytes);
		fillFrames(bytes, 1, aceLayout, (c, n) => [n / 1024, 3.25, (3.25 * n) / 1024][c]);
		// Record headers: id, samples, rate; and the sentinel at the end.
		const view = new DataView(bytes.buffer);
		[0, 1, 6].forEach((id, c) => {
			view.setUint16(16 + 208 * c, id, true);
			view.setUint16(18 + 208 * c, 50, true);
			view.setUint32(20 + 208 * c, 50_000, true);
		});
		view.setUint16(640, 0x17, true);
		view.setUint16(6, 0x6c09, true);
		expect(both(bytes, 1, aceLayout, 0).damaged).toEqual([]);
	});
});

describe('summaries', () => {
	function both(samples: Float32Array, shift: number, block: number) {
		const { column, free } = resident(samples, shift);
		const entries = Math.ceil(samples.length / block);
		const out = kernels.memory.alloc(32 * entries);
		const expected = new Uint8Array(32 * entries);
		expect(kernels.summarize(column, out.bytes, block)).toBe(twins.summarize(samples, expected, block));
		const actual = Uint8Array.from(out.bytes);
		// The sign of a zero minimum or maximum depends on the order of comparison.
		for (const bytes of [actual, expected]) {
			const extremes = new Float32Array(bytes.buffer);
			for (let i = 0; i < extremes.length; i++) if (i % 8 === 2 || i % 8 === 3) extremes[i] += 0;
		}
		free();
		out.free();
		return { actual, expected };
	}

	test('kernel and twin agree bit by bit, with NaN, infinities, odd lengths and any alignment', () => {
		fc.assert(
			fc.property(fc.array(float32, { maxLength: 600 }), fc.integer({ min: 0, max: 15 }), fc.constantFrom(1, 2, 3, 7, 64, 128, 500), (values, shift, block) => {
				const { actual, expected } = both(Float32Array.from(values), shift, block);
				const floats = (bytes: Uint8Array) =>
					Array.from({ length: bytes.length / 32 }, (_, i) => new DataView(bytes.buffer, 32 * i)).map((view) => [
						view.getUint32(0, true),
						view.getFloat32(8, true),
						view.getFloat32(12, true),
						view.getFloat64(16, true),
						view.getFloat64(24, true),
					]);
				// toEqual compares numbers by Object.is: to the last bit but for NaN's payload.
				expect(floats(actual)).toEqual(floats(expected));
			}),
			{ numRuns: 200 },
		);
	});

	test('without NaN the very bytes agree', () => {
		const random = randomNumbers(1);
		const { actual, expected } = both(
			Float32Array.from({ length: 100_003 }, () => random() - 0.5),
			3,
			128,
		);
		expect(actual).toEqual(expected);
	});

	test('a block without a valid sample has NaN as extremes and sums of 0', () => {
		const { actual } = both(new Float32Array(130).fill(Number.NaN), 0, 128);
		for (const view of [new DataView(actual.buffer, 0), new DataView(actual.buffer, 32)]) {
			expect(view.getUint32(0, true)).toBe(0);
			expect(view.getFloat32(8, true)).toBeNaN();
			expect(view.getFloat32(12, true)).toBeNaN();
			expect(view.getFloat64(16, true)).toBe(0);
			expect(view.getFloat64(24, true)).toBe(0);
		}
	});

	test('ordinary arrays do as well as shared ones', () => {
		const samples = Float32Array.from({ length: 300 }, (_, i) => i);
		const entries = new Uint8Array(96);
		const expected = new Uint8Array(96);
		expect(kernels.summarize(samples, entries)).toBe(3);
		twins.summarize(samples, expected);
		expect(entries).toEqual(expected);
		expect(() => kernels.summarize(samples, entries.subarray(0, 64))).toThrow(/need 96 bytes/);
	});
});

describe('power and energy', () => {
	const ratios = fc.oneof(
		fc.constantFrom(1, 2, 3, 4, 8, 50, 5000).map((voltageTicks) => ({ currentTicks: 1, voltageTicks })),
		fc.constantFrom(2, 4, 50).map((currentTicks) => ({ currentTicks, voltageTicks: 1 })),
		fc.constantFrom(
			...[
				{ currentTicks: 2, voltageTicks: 5 },
				{ currentTicks: 5, voltageTicks: 2 },
				{ currentTicks: 2, voltageTicks: 25 },
			],
		),
	);
	const cases = fc
		.tuple(
			fc.oneof(
				fc.array(measured, { maxLength: 200 }),
				fc.constantFrom(9001, 12_288).map((length) => Array.from({ length }, (_, i) => (i === 7000 ? Number.NaN : Math.sin(i)))),
			),
			ratios,
			fc.nat(),
		)
		.chain(([current, ratio, phaseSeed]) => {
			const phase = phaseSeed % ratio.voltageTicks;
			const length = voltageSamplesNeeded(current.length, ratio, phase);
			return fc.record({
				current: fc.constant(Float32Array.from(current)),
				voltage: (length > 300 ? fc.constant(Array.from({ length }, (_, i) => 3 + Math.cos(i))) : fc.array(measured, { minLength: length, maxLength: length })).map((v) =>
					Float32Array.from(v),
				),
				ratio: fc.constant(ratio),
				phase: fc.constant(phase),
				shift: fc.integer({ min: 0, max: 5 }),
			});
		});

	test('energy agrees with the twin to the bound of a float64 sum, and counts the same samples', () => {
		fc.assert(
			fc.property(cases, ({ current, voltage, ratio, phase, shift }) => {
				const i = resident(current, shift);
				const v = resident(voltage, 0);
				const actual = kernels.energy(i.column, v.column, ratio, phase);
				const expected = twins.energy(current, voltage, ratio, phase);
				const magnitude = twins.energy(current.map(Math.abs), voltage.map(Math.abs), ratio, phase).sum;
				expect(actual.valid).toBe(expected.valid);
				expect(Math.abs(actual.sum - expected.sum)).toBeLessThanOrEqual(2 * (current.length + 1) * 2 ** -53 * magnitude);
				i.free();
				v.free();
			}),
			{ numRuns: 150 },
		);
	});

	test('power agrees with the twin bit by bit', () => {
		fc.assert(
			fc.property(cases, ({ current, voltage, ratio, phase, shift }) => {
				const i = resident(current, shift);
				const v = resident(voltage, 1);
				const p = resident(current, 2);
				kernels.power(i.column, v.column, ratio, p.column, phase);
				const expected = new Float32Array(current.length);
				twins.power(current, voltage, ratio, expected, phase);
				expect(Array.from(p.column)).toEqual(Array.from(expected));
				i.free();
				v.free();
				p.free();
			}),
			{ numRuns: 100 },
		);
	});

	test('a slower voltage is held, a faster one averaged, and what straddles is weighted', () => {
		const current = Float32Array.of(1, 1, 1, 1);
		expect(kernels.energy(current, Float32Array.of(2, 3), { currentTicks: 1, voltageTicks: 2 })).toEqual({ sum: 10, valid: 4 });
		expect(kernels.energy(current, Float32Array.of(2, 3, 5), { currentTicks: 1, voltageTicks: 2 }, 1)).toEqual({ sum: 13, valid: 4 });
		expect(kernels.energy(current.subarray(0, 2), Float32Array.of(1, 2, 3, 5), { currentTicks: 2, voltageTicks: 1 })).toEqual({ sum: 5.5, valid: 2 });
		// 2.5 current samples a voltage sample: the third one sees half of each.
		const out = new Float32Array(4);
		kernels.power(current, Float32Array.of(2, 4), { currentTicks: 2, voltageTicks: 5 }, out);
		expect(Array.from(out)).toEqual([2, 2, 3, 4]);
	});

	test('a NaN in either is not counted', () => {
		const current = Float32Array.of(1, Number.NaN, 3, 4, 5, 6, 7, 8);
		expect(kernels.energy(current, Float32Array.of(2, Number.NaN), { currentTicks: 1, voltageTicks: 4 })).toEqual({ sum: 16, valid: 3 });
	});

	test('missing voltage is an error, not a read beyond the end', () => {
		expect(() => kernels.energy(new Float32Array(9), new Float32Array(2), { currentTicks: 1, voltageTicks: 4 })).toThrow(/need 3 voltage samples/);
		expect(() => kernels.energy(new Float32Array(4), new Float32Array(2), { currentTicks: 1, voltageTicks: 4 }, 4)).toThrow(/phase 4/);
	});
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BlockMeans, blockFor } from './block-means.ts';

const sample = fc.oneof({ weight: 5, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true, min: -5, max: 5 }) }, { weight: 1, arbitrary: fc.constant(Number.NaN) });

it('gives the means of whole blocks, however the samples come, and counts the lost ones', () => {
	fc.assert(
		fc.property(fc.array(fc.array(sample, { maxLength: 40 }), { maxLength: 10 }), fc.integer({ min: 1, max: 17 }), (pieces, block) => {
			const means = new BlockMeans(block);
			const made = pieces.flatMap((piece) => [...means.fold(Float32Array.from(piece))]);
			const all = [...Float32Array.from(pieces.flat())];
			const expected = Array.from({ length: Math.floor(all.length / block) }, (_, k) => {
				const valid = all.slice(k * block, (k + 1) * block).filter((value) => !Number.isNaN(value));
				return valid.length === 0 ? Number.NaN : Math.fround(valid.reduce((sum, value) => sum + value, 0) / valid.length);
			});
			expect(made).toEqual(block === 1 ? all : expected);
			expect(means.lost).toBe(all.filter(Number.isNaN).length);
		}),
	);
});

it.each([
	[50_000, undefined, 1],
	[50_000, 50_000, 1],
	[50_000, 1e9, 1],
	[4000, 1500, 3],
	[4000, 1000, 4],
	[1000, 0.001, 1_000_000],
	[50_000, 50_000 / 3, 3],
])('of %s Hz at most %s Hz are blocks of %s', (rateHz, wantedHz, block) => expect(blockFor(rateHz, wantedHz)).toBe(block));

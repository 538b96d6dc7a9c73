import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockValues, quantise, type Rounding } from './quantise.ts';

/** As the viewer reads it. */
function decode(bytes: Buffer, count: number): number[] {
	const values: number[] = [];
	for (let k = 0; k < count; k++) {
		const block = Math.floor(k / blockValues) * (8 + 2 * blockValues);
		const code = bytes.readUInt16LE(block + 8 + 2 * (k % blockValues));
		values.push(code === 65_535 ? Number.NaN : bytes.readFloatLE(block) + (code * bytes.readFloatLE(block + 4)) / 65_534);
	}
	return values;
}

const value = fc.oneof(
	fc.float({ noNaN: true, min: Math.fround(-1e6), max: Math.fround(1e6) }),
	fc.constant(Number.NaN),
	fc.double({ min: -1e-6, max: 0.2, noNaN: true }).map(Math.fround),
);

describe('quantised columns', () => {
	it('keep a minimum below, a maximum above, and both within a step of their block', () => {
		fc.assert(
			fc.property(fc.array(value, { maxLength: 200 }), fc.constantFrom<Rounding>('down', 'up', 'nearest'), (values, rounding) => {
				const decoded = decode(quantise(values, rounding), values.length);
				for (let k = 0; k < values.length; k++) {
					if (Number.isNaN(values[k])) {
						expect(decoded[k]).toBeNaN();
						continue;
					}
					const first = Math.floor(k / blockValues) * blockValues;
					const block = values.slice(first, first + blockValues).filter((each) => !Number.isNaN(each));
					const span = Math.max(...block) - Math.min(...block);
					const step = span / 65_534 + (Math.max(...block.map(Math.abs)) + span) * 2 ** -21;
					expect(Math.abs(decoded[k] - values[k])).toBeLessThanOrEqual(step);
					if (rounding === 'down') expect(decoded[k]).toBeLessThanOrEqual(values[k]);
					if (rounding === 'up') expect(decoded[k]).toBeGreaterThanOrEqual(values[k]);
				}
			}),
			{ numRuns: 300 },
		);
	});

	it('keep the digits of a sleeping current beside a burst in another block', () => {
		const values = Array.from({ length: 2 * blockValues }, (_, k) => (k < blockValues ? 1.6e-6 + k * 1e-11 : 0.2));
		expect(decode(quantise(values, 'nearest'), values.length)[10]).toBeCloseTo(1.6001e-6, 12);
	});
});

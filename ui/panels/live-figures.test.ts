import { describe, expect, it } from 'vitest';
import { liveFigures } from './live-figures.ts';

const trace = {
	t: Float64Array.of(-4, -3, -2, -1, 99),
	min: Float32Array.of(1, Number.NaN, 0.5, 2),
	max: Float32Array.of(3, Number.NaN, 8, 4),
	mean: Float32Array.of(2, Number.NaN, 1, 3),
	count: 4,
	endS: -0.5,
};

describe('figures of a live trace', () => {
	it('weigh each column by its time and leave out what was lost', () => {
		expect(liveFigures(trace, { from: -4, to: 0 })).toEqual({ min: 0.5, max: 8, average: (2 + 1 + 1.5) / 2.5, durationS: 2.5 });
		expect(liveFigures(trace, { from: -1.5, to: 0 })).toEqual({ min: 2, max: 4, average: 3, durationS: 0.5 });
	});

	it('of nothing are none', () => {
		expect(liveFigures(trace, { from: -3, to: -2 })).toEqual({ min: Number.NaN, max: Number.NaN, average: Number.NaN, durationS: 0 });
	});
});

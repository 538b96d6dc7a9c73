import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fillDifference } from './difference.ts';
import { figuresAt, figuresText } from './readout.ts';
import { Trace } from './trace.ts';

interface Column {
	readonly t: number;
	readonly min: number;
	readonly mean: number;
	readonly max: number;
}

function traceOf(columns: readonly Column[], endS: number): Trace {
	const trace = new Trace('#000');
	trace.reserve(columns.length);
	trace.count = columns.length;
	trace.endS = endS;
	for (const [index, { t, min, mean, max }] of columns.entries()) {
		trace.t[index] = t;
		trace.min[index] = min;
		trace.mean[index] = mean;
		trace.max[index] = max;
	}
	return trace;
}

it('has the edges of both and bounds of every pair of samples', () => {
	const first = traceOf(
		[
			{ t: 0, min: 1, mean: 2, max: 3 },
			{ t: 2, min: 5, mean: 5, max: 5 },
		],
		4,
	);
	const second = traceOf([{ t: 1, min: 0, mean: 1, max: 1.5 }], 3);
	const difference = new Trace('#000', true);
	fillDifference(difference, first, second);
	expect([...difference.t.subarray(0, difference.count)]).toEqual([1, 2]);
	expect([...difference.mean.subarray(0, 2)]).toEqual([1, 4]);
	expect([...difference.min.subarray(0, 2)]).toEqual([-0.5, 3.5]);
	expect([...difference.max.subarray(0, 2)]).toEqual([3, 5]);
	expect(difference.endS).toBe(3);
});

it('is lost where one of them is, and empty where they do not meet', () => {
	const lost = traceOf([{ t: 0, min: Number.NaN, mean: Number.NaN, max: Number.NaN }], 1);
	const there = traceOf([{ t: 0, min: 1, mean: 1, max: 1 }], 1);
	const difference = new Trace('#000', true);
	fillDifference(difference, there, lost);
	expect(difference.count).toBe(1);
	expect(difference.mean[0]).toBeNaN();
	fillDifference(difference, there, traceOf([{ t: 5, min: 1, mean: 1, max: 1 }], 6));
	expect(difference.count).toBe(0);
	fillDifference(difference, there, new Trace('#000'));
	expect(difference.count).toBe(0);
});

it('agrees at every moment with the columns it is made of', () => {
	const columns = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: -50, max: 50 }), fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: 12 });
	const built = columns.map((list) => {
		let t = 0;
		const made = list.map(([width, mean, spread]) => {
			const column = { t, min: mean - spread, mean, max: mean + spread };
			t += width;
			return column;
		});
		return traceOf(made, t);
	});
	fc.assert(
		fc.property(built, built, (first, second) => {
			const difference = new Trace('#000', true);
			fillDifference(difference, first, second);
			for (let timeS = 0.5; timeS < Math.min(first.endS, second.endS); timeS++) {
				const [a, b, d] = [first, second, difference].map((trace) => figuresAt(trace, timeS)!);
				expect(d).toMatchObject({ min: a.min - b.max, mean: a.mean - b.mean, max: a.max - b.min });
			}
			expect(figuresAt(difference, Math.min(first.endS, second.endS))).toBeUndefined();
		}),
	);
});

it('says what a column shows', () => {
	const trace = traceOf(
		[
			{ t: 1, min: 0.001, mean: 0.002, max: 0.003 },
			{ t: 2, min: 0.5, mean: 0.5, max: 0.5 },
		],
		3,
	);
	expect(figuresAt(trace, 0.99)).toBeUndefined();
	expect(figuresAt(trace, 1.5)).toMatchObject({ widthS: 1, lossy: false });
	expect(figuresText(figuresAt(trace, 1.5), 'A')).toBe('2.000 mA (1.00 mA … 3.00 mA)');
	expect(figuresText(figuresAt(trace, 2), 'A')).toBe('500.0 mA');
	expect(figuresText(figuresAt(trace, 3), 'A')).toBe('');
	expect(figuresText({ min: Number.NaN, mean: Number.NaN, max: Number.NaN, widthS: 1, lossy: true }, 'A')).toBe('lost');
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Curve } from './interpolation.ts';

/** The same curve by the book: a scan for the interval, Hermite's four basis polynomials, and a weighted harmonic mean of the neighbouring slopes. */
function plain(x: readonly number[], y: readonly number[], at: number): number {
	if (at <= x[0]) return y[0];
	if (at >= x[x.length - 1]) return y[y.length - 1];
	const slope = (k: number) => (y[k + 1] - y[k]) / (x[k + 1] - x[k]);
	const inner = (k: number) => {
		const [a, b, h, g] = [slope(k - 1), slope(k), x[k] - x[k - 1], x[k + 1] - x[k]];
		if (a * b <= 0) return 0;
		const [wa, wb] = [(2 * g + h) / (3 * (g + h)), (g + 2 * h) / (3 * (g + h))];
		return 1 / (wa / a + wb / b);
	};
	const end = (secant: number, next: number) => {
		const wanted = 1.5 * secant - 0.5 * next;
		if (Math.sign(wanted) !== Math.sign(secant)) return 0;
		return Math.sign(wanted) * Math.min(Math.abs(wanted), 3 * Math.abs(secant));
	};
	const last = x.length - 1;
	const tangent = (k: number): number => {
		if (last === 1) return slope(0);
		if (k === 0) return end(slope(0), inner(1));
		if (k === last) return end(slope(last - 1), inner(last - 1));
		return inner(k);
	};
	let i = 0;
	while (x[i + 1] <= at) i++;
	const h = x[i + 1] - x[i];
	const t = (at - x[i]) / h;
	const h00 = 2 * t ** 3 - 3 * t ** 2 + 1;
	const h10 = t ** 3 - 2 * t ** 2 + t;
	const h01 = -2 * t ** 3 + 3 * t ** 2;
	const h11 = t ** 3 - t ** 2;
	return h00 * y[i] + h10 * h * tangent(i) + h01 * y[i + 1] + h11 * h * tangent(i + 1);
}

const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: -1000, max: 1000 })), { minLength: 2, maxLength: 30 });
const tables = steps.map((list) => {
	let position = 0;
	return list.map(([width, value]) => {
		position += width;
		return [position, value / 100] as const;
	});
});
const positions = fc.array(fc.double({ min: -0.1, max: 1.1, noNaN: true }), { minLength: 1, maxLength: 30 });

const curveOf = (table: readonly (readonly [number, number])[]) => {
	const x = table.map(([a]) => a);
	const y = table.map(([, b]) => b);
	return { x, y, curve: new Curve(Float64Array.from(x), Float64Array.from(y)), span: x[x.length - 1] - x[0] };
};

describe('a curve', () => {
	it('is that of the plain formula, in whatever order it is asked', () => {
		fc.assert(
			fc.property(tables, positions, (table, shares) => {
				const { x, y, curve, span } = curveOf(table);
				for (const share of shares) {
					const at = x[0] + share * span;
					expect(Math.abs(curve.at(at) - plain(x, y, at))).toBeLessThan(1e-9);
				}
			}),
		);
	});

	it('goes through its rows and stays between neighbours', () => {
		fc.assert(
			fc.property(tables, positions, (table, shares) => {
				const { x, y, curve, span } = curveOf(table);
				for (const [k, position] of x.entries()) expect(curve.at(position)).toBe(y[k]);
				for (const share of shares) {
					const at = Math.min(Math.max(x[0] + share * span, x[0]), x[x.length - 1]);
					const i = Math.min(
						x.findLastIndex((position) => position <= at),
						x.length - 2,
					);
					const value = curve.at(at);
					expect(value).toBeGreaterThanOrEqual(Math.min(y[i], y[i + 1]) - 1e-12);
					expect(value).toBeLessThanOrEqual(Math.max(y[i], y[i + 1]) + 1e-12);
				}
			}),
		);
	});

	it('of a table that falls, falls', () => {
		fc.assert(
			fc.property(tables, (table) => {
				const values = table.map(([, value]) => value).toSorted((a, b) => b - a);
				const { x, curve, span } = curveOf(table.map(([position], k) => [position, values[k]]));
				let before = Number.POSITIVE_INFINITY;
				for (let k = 0; k <= 200; k++) {
					const value = curve.at(x[0] + (k * span) / 200);
					expect(value).toBeLessThanOrEqual(before + 1e-12);
					before = value;
				}
			}),
		);
	});

	it('holds its ends outside of the table, and of two rows is a line', () => {
		const { curve } = curveOf([
			[1, 4],
			[3, 2],
		]);
		expect([-5, 1, 2, 3, 99].map((at) => curve.at(at))).toEqual([4, 4, 3, 2, 2]);
	});
});

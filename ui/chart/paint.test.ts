import { expect, it } from 'vitest';
import { type PlotArea, paintTrace, yRange } from './paint.ts';
import { Trace } from './trace.ts';

function traceOf(values: readonly (readonly [number, number])[], interval = false): Trace {
	const trace = new Trace('trace', interval);
	trace.reserve(values.length);
	trace.count = values.length;
	trace.endS = values.length;
	for (const [index, [min, max]] of values.entries()) {
		trace.t[index] = index;
		trace.min[index] = min;
		trace.max[index] = max;
		trace.mean[index] = (min + max) / 2;
	}
	return trace;
}

/** Rectangles with their colour and opacity, as a canvas would paint them. */
function paint(trace: Trace, more: Partial<PlotArea> = {}) {
	const painted: { color: string; alpha: number; x: number; y: number; width: number; height: number }[] = [];
	const context = {
		fillStyle: '',
		globalAlpha: 1,
		save() {},
		restore() {},
		beginPath() {},
		rect() {},
		clip() {},
		fillRect(x: number, y: number, width: number, height: number) {
			painted.push({ color: this.fillStyle, alpha: this.globalAlpha, x, y, width, height });
		},
	};
	const area: PlotArea = { left: 0, top: 0, width: 100, height: 100, hairline: 1, xMin: 0, xMax: trace.endS, yMin: 0, yMax: 100, logarithmic: false, ...more };
	paintTrace(context as unknown as CanvasRenderingContext2D, trace, area, 'gap', 'loss');
	return painted;
}

it('paints the common extremes of columns that share a pixel, a lost one among them', () => {
	const values = Array.from({ length: 1000 }, (_, index): [number, number] => [index === 123 ? 5 : 40, index === 121 ? 95 : 60]);
	values[120] = [Number.NaN, Number.NaN];
	const bars = paint(traceOf(values)).filter(({ color }) => color === 'trace');
	const spike = bars.find(({ x }) => x === 12)!;
	expect(spike.y).toBeLessThanOrEqual(5);
	expect(spike.y + spike.height).toBeGreaterThanOrEqual(95);
	expect(bars.filter(({ height }) => height > 30)).toHaveLength(1);
});

it('never bridges a gap, and shades it at least a pixel wide', () => {
	const gap = [Number.NaN, Number.NaN] as const;
	const painted = paint(traceOf([[10, 10], gap, [90, 90]]), { xMax: 3 });
	expect(painted.filter(({ color }) => color === 'trace').every(({ height }) => height <= 2)).toBe(true);
	const [shade, ...others] = painted.filter(({ color }) => color === 'gap');
	expect(others).toEqual([]);
	expect(Math.abs(shade.x - 100 / 3)).toBeLessThanOrEqual(1);
	expect(Math.abs(shade.x + shade.width - 200 / 3)).toBeLessThanOrEqual(1);
	const narrow = paint(traceOf(Array.from({ length: 10_000 }, (_, index) => (index === 5000 ? gap : ([10, 10] as const)))));
	expect(narrow.filter(({ color }) => color === 'gap')).toMatchObject([{ width: 1 }]);
});

it('paints bounds faintly and the mean over them', () => {
	const painted = paint(traceOf([[20, 60]], true));
	expect(painted).toMatchObject([
		{ alpha: 0.25, height: expect.closeTo(42, -1) },
		{ alpha: 1, height: 2 },
	]);
});

it('fits an axis to what is in sight, keeps it while it fits, and survives nothing at all', () => {
	const trace = traceOf([
		[1, 2],
		[100, 200],
		[1, 2],
	]);
	expect(yRange([trace], false, undefined, 0, 1)[1]).toBeLessThan(3);
	expect(yRange([trace], false, undefined)[1]).toBeGreaterThan(200);
	const kept = yRange([trace], false, undefined);
	expect(yRange([traceOf([[0, 190]])], false, kept)).toEqual(kept);
	expect(yRange([], false, undefined)).toEqual([0, 1]);
	expect(yRange([traceOf([[Number.NaN, Number.NaN]])], true, undefined)).toEqual([1e-6, 1]);
	expect(yRange([traceOf([[-1, 5]])], true, undefined)).toEqual([1, 10]);
});

/**
 * Several curves over one axis, each with x values of its own: uPlot joins them. Owns a uPlot instance and knows no React; where the pointer is, it
 * tells the interpolated value of every curve.
 */

import uPlot from 'uplot';

export interface CurveSeries {
	readonly key: string;
	readonly label: string;
	readonly color: string;
	/** Ascending. */
	readonly x: ArrayLike<number>;
	readonly y: ArrayLike<number>;
}

export interface CurveAxis {
	readonly label: string;
	readonly ticks: (values: readonly number[]) => string[];
	/** Where the ticks are, of which there is room for `most`; default: round numbers. */
	readonly splits?: (from: number, to: number, most: number) => number[];
	/** The greatest value at the left. */
	readonly reversed?: boolean;
	/** Always part of the range. */
	readonly include?: readonly number[];
	/** A range of decades. */
	readonly logarithmic?: boolean;
}

export interface CurveOptions {
	/** For those who cannot see it. */
	readonly label: string;
	readonly series: readonly CurveSeries[];
	readonly x: CurveAxis;
	readonly y: CurveAxis;
	readonly dark: boolean;
	/** The pointer is at `x`, where the curves have these values (NaN outside of one); null: it has left. */
	readonly onCursor: (x: number | null, values: readonly number[]) => void;
}

const axisWidth = 62;
/** Air above and below, as a share of the span. */
const air = 0.06;

export class CurveChart {
	readonly #plot: uPlot;
	#mark: number | undefined;

	constructor(parent: HTMLElement, { label, series, x, y, dark, onCursor }: CurveOptions) {
		const ink = dark ? '#a6adb8' : '#5c6570';
		const grid = { stroke: dark ? 'rgba(255,255,255,0.07)' : 'rgba(0,0,0,0.07)', width: 1 };
		const shared = { stroke: ink, grid, ticks: { ...grid, size: 4 }, font: '11px system-ui, sans-serif', gap: 4 };
		this.#plot = new uPlot(
			{
				width: 300,
				height: 160,
				padding: [10, 16, 0, 0],
				legend: { show: false },
				cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { show: false } },
				scales: {
					x: { time: false, dir: x.reversed ? -1 : 1, range: (_plot, min, max) => [min ?? 0, max === min ? (max ?? 0) + 1 : (max ?? 1)] },
					y: { distr: y.logarithmic ? 3 : 1, range: (_plot, min, max) => rangeOf(min, max, y) },
				},
				series: [{}, ...series.map(({ label: name, color }) => ({ label: name, stroke: color, width: 2 / devicePixelRatio + 0.5, points: { show: false } }))],
				axes: [
					{
						...shared,
						size: 30,
						space: 64,
						values: (_plot, ticks) => x.ticks(ticks),
						...(x.splits && { splits: (plot: uPlot, _axis: number, from: number, to: number) => x.splits?.(from, to, plot.width / 80) ?? [] }),
					},
					{ ...shared, size: axisWidth, space: 26, values: (_plot, ticks) => y.ticks(ticks) },
				],
				hooks: {
					draw: [(plot) => this.#paintMark(plot, ink)],
					setCursor: [
						(plot) => {
							const { left } = plot.cursor;
							if (left === undefined || left < 0) return onCursor(null, []);
							const at = plot.posToVal(left, 'x');
							onCursor(
								at,
								series.map((curve) => valueAt(curve, at)),
							);
						},
					],
				},
			},
			(series.length === 0 ? [[0, 1]] : uPlot.join(series.map((curve) => [Array.from(curve.x), Array.from(curve.y)]))) as uPlot.AlignedData,
			parent,
		);
		this.#plot.root.setAttribute('role', 'img');
		this.#plot.root.setAttribute('aria-label', label);
	}

	/** A line across at `x`; undefined: none. */
	mark(x: number | undefined): void {
		this.#mark = x;
		this.#plot.redraw(false);
	}

	resize(width: number, height: number): void {
		this.#plot.setSize({ width, height });
	}

	destroy(): void {
		this.#plot.destroy();
	}

	#paintMark({ ctx, bbox, valToPos }: uPlot, ink: string): void {
		if (this.#mark === undefined) return;
		const x = valToPos(this.#mark, 'x', true);
		ctx.save();
		ctx.strokeStyle = ink;
		ctx.lineWidth = 2 * devicePixelRatio;
		ctx.beginPath();
		ctx.moveTo(x, bbox.top);
		ctx.lineTo(x, bbox.top + bbox.height);
		ctx.stroke();
		ctx.restore();
	}
}

function rangeOf(min: number | null, max: number | null, { include = [], logarithmic }: CurveAxis): [number, number] {
	if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max)) return logarithmic ? [1, 10] : [0, 1];
	const low = Math.min(min, ...include);
	const high = Math.max(max, ...include);
	if (logarithmic) return [low / 1.25, high * 1.25];
	const span = high - low || Math.abs(high) * 0.1 || 1;
	return [include.includes(low) ? low : low - span * air, high + span * air];
}

/** Between two points of a curve along the straight line; NaN outside of it. */
export function valueAt({ x, y }: Pick<CurveSeries, 'x' | 'y'>, at: number): number {
	let low = 0;
	let high = x.length - 1;
	if (high < 0 || !(at >= x[0]) || !(at <= x[high])) return Number.NaN;
	while (high - low > 1) {
		const middle = (low + high) >> 1;
		if (x[middle] <= at) low = middle;
		else high = middle;
	}
	if (high === low || x[high] === x[low]) return y[low];
	return y[low] + ((at - x[low]) / (x[high] - x[low])) * (y[high] - y[low]);
}

/**
 * Draws histograms: a stepped, filled curve for each, over one axis of values and one of shares. Owns a uPlot instance and knows no React; where the
 * pointer is, it tells the value.
 */

import uPlot from 'uplot';
import { tickLabels } from '../format.ts';

export interface HistogramSeries {
	readonly label: string;
	readonly color: string;
	/** Ascending; one more than there are bins. */
	readonly edges: readonly number[];
	/** 0 to 1, of each bin. */
	readonly shares: readonly number[];
}

export interface HistogramOptions {
	/** For those who cannot see it. */
	readonly label: string;
	readonly series: readonly HistogramSeries[];
	/** Of the values. */
	readonly unit: string;
	/** Axis of the values, and of the shares. */
	readonly logarithmic: { readonly values: boolean; readonly shares: boolean };
	readonly dark: boolean;
	/** The value under the pointer; null: it has left. */
	onCursor(value: number | null): void;
}

/** Below the smallest share that is not 0, as far as a logarithmic axis goes. */
const floor = 0.5;

export class HistogramChart {
	readonly #plot: uPlot;

	constructor(parent: HTMLElement, { label, series, unit, logarithmic, dark, onCursor }: HistogramOptions) {
		const ink = dark ? '#a6adb8' : '#5c6570';
		const grid = { stroke: dark ? 'rgba(255,255,255,0.07)' : 'rgba(0,0,0,0.07)', width: 1 };
		const shared = { stroke: ink, grid, ticks: { ...grid, size: 4 }, font: '11px system-ui, sans-serif', gap: 4 };
		const positive = series.flatMap(({ shares }) => shares.filter((share) => share > 0));
		const least = Math.min(...positive, 1) * floor;
		const most = Math.max(...positive, least * 2);
		const [low, high] = valueRange(series);
		const stepped = uPlot.paths.stepped?.({ align: 1 });
		this.#plot = new uPlot(
			{
				width: 300,
				height: 180,
				padding: [10, 16, 0, 0],
				legend: { show: false },
				cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { show: false } },
				scales: {
					x: { time: false, distr: logarithmic.values ? 3 : 1, range: () => [low, high] },
					y: { distr: logarithmic.shares ? 3 : 1, range: () => (logarithmic.shares ? [least, Math.max(1, most)] : [0, most * 1.06]) },
				},
				series: [{}, ...series.map(({ label: name, color }) => ({ label: name, stroke: color, fill: `${color}33`, width: 1.5, points: { show: false }, paths: stepped }))],
				axes: [
					{ ...shared, size: 30, space: 64, values: (_plot, ticks) => labels(ticks, unit, logarithmic.values) },
					{ ...shared, size: 62, space: 26, values: (_plot, ticks) => ticks.map((tick) => (tick === null ? '' : percentLabel(tick, logarithmic.shares))) },
				],
				hooks: {
					setCursor: [
						(plot) => {
							const { left } = plot.cursor;
							onCursor(left === undefined || left < 0 ? null : plot.posToVal(left, 'x'));
						},
					],
				},
			},
			(series.length === 0
				? [[0, 1]]
				: uPlot.join(
						series.map(({ edges, shares }) => [[...edges], [...shares.map((share) => Math.max(share, logarithmic.shares ? least : 0)), shares[shares.length - 1]]]),
					)) as uPlot.AlignedData,
			parent,
		);
		this.#plot.root.setAttribute('role', 'img');
		this.#plot.root.setAttribute('aria-label', label);
	}

	resize(width: number, height: number): void {
		this.#plot.setSize({ width, height });
	}

	destroy(): void {
		this.#plot.destroy();
	}
}

/** All values; a little around them where they are all alike. */
function valueRange(series: readonly HistogramSeries[]): [number, number] {
	const low = Math.min(...series.map(({ edges }) => edges[0]));
	const high = Math.max(...series.map(({ edges }) => edges[edges.length - 1]));
	if (!Number.isFinite(high - low)) return [0, 1];
	return low < high ? [low, high] : [low - Math.abs(low) * 0.1 - 1e-12, high + Math.abs(high) * 0.1 + 1e-12];
}

/** Ticks of a logarithmic axis are far apart: each has a prefix of its own. */
function labels(ticks: readonly (number | null)[], unit: string, logarithmic: boolean): string[] {
	if (!logarithmic) return tickLabels(ticks as number[], unit);
	return ticks.map((tick) => (tick === null || Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) > 1e-6 ? '' : tickLabels([tick], unit)[0]));
}

function percentLabel(share: number, logarithmic: boolean): string {
	if (logarithmic && Math.abs(Math.log10(share) - Math.round(Math.log10(share))) > 1e-6) return '';
	return `${Number((100 * share).toPrecision(6))} %`;
}

/** Which bin a value is in; −1 outside of them. */
export function binAt(edges: readonly number[], value: number): number {
	const last = edges.length - 2;
	if (!(value >= edges[0]) || !(value <= edges[last + 1])) return -1;
	let [low, high] = [0, last];
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (edges[middle] <= value) low = middle;
		else high = middle - 1;
	}
	return low;
}

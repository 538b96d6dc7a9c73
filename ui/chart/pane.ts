/**
 * One pane: uPlot for axes, grid, scales and cursor, our painter for the traces (an envelope whose columns differ from one trace to the
 * next is no aligned table, which is what uPlot's own series want). Owns a uPlot instance; knows no React.
 */

import uPlot from 'uplot';
import type { Window } from '../api.ts';
import { tickLabels } from '../format.ts';
import type { YScale } from './chart-model.ts';
import { symbolOverlay } from './contrast.ts';
import { type PlotArea, paintTrace, yRange } from './paint.ts';
import { ticksBetween, timeSteps, timeTickLabels } from './time-text.ts';
import type { Trace } from './trace.ts';

export interface PaneOptions {
	readonly label: string;
	readonly unit: string;
	/** Whether the time axis has labels; the lowest pane's has. */
	readonly timeAxis: boolean;
	readonly dark: boolean;
	/** Panes of one key share their cursor's time. */
	readonly syncKey: string;
	readonly logarithmic: boolean;
	readonly grid: boolean;
	/** White on black, thick lines, symbols. */
	readonly contrast: boolean;
}

/** Something painted over the traces, such as markers; under them with `under`. */
export type Overlay = (context: CanvasRenderingContext2D, area: PlotArea) => void;

/** CSS pixels of the y axis, the same in all panes so that their times line up. */
export const axisWidth = 68;
const timeAxisHeight = 30;
export const rightPadding = 14;
/** CSS pixels of a character of the axes' labels, about. */
const characterWidth = 6.5;

export class Pane {
	readonly plot: uPlot;
	readonly options: PaneOptions;
	/** Painted below and above the traces, in this order. */
	readonly under: Overlay[] = [];
	readonly over: Overlay[] = [];
	#traces: readonly Trace[] = [];
	#y: [number, number] | undefined;
	/** s of the axis that its labels count from. */
	#zeroS = 0;
	readonly #gapColor: string;
	readonly #lossColor: string;

	constructor(parent: HTMLElement, options: PaneOptions) {
		const { label, unit, timeAxis, dark, syncKey, logarithmic, contrast } = options;
		this.options = options;
		const ink = contrast ? '#fff' : dark ? '#a6adb8' : '#5c6570';
		const grid = { show: options.grid, stroke: contrast ? 'rgba(255,255,255,0.35)' : dark ? 'rgba(255,255,255,0.07)' : 'rgba(0,0,0,0.07)', width: 1 };
		const font = `${contrast ? 13 : 11}px system-ui, sans-serif`;
		if (contrast) this.over.push(symbolOverlay(() => this.#traces));
		this.#gapColor = dark ? 'rgba(250,82,82,0.28)' : 'rgba(250,82,82,0.22)';
		this.#lossColor = dark ? '#ff6b6b' : '#e03131';
		const plotOptions: uPlot.Options = {
			width: 300,
			height: 120,
			padding: [8, rightPadding, timeAxis ? 0 : 6, 0],
			legend: { show: false },
			select: { show: false, left: 0, top: 0, width: 0, height: 0 },
			cursor: { drag: { x: false, y: false, setScale: false }, points: { show: false }, y: false, sync: { key: syncKey, setSeries: false } },
			scales: { x: { time: false, auto: false }, y: { auto: false, distr: logarithmic ? 3 : 1, log: 10 } },
			series: [{}, { label, scale: 'y', paths: () => null, points: { show: false } }],
			axes: [
				{
					size: timeAxis ? timeAxisHeight : 0,
					stroke: ink,
					grid,
					ticks: { ...grid, size: timeAxis ? 4 : 0 },
					font,
					gap: 4,
					incrs: timeSteps,
					// Moments far out that are told apart to the microsecond have long labels.
					space: (_plot, _axis, from, to) => (Math.max(Math.abs(from), Math.abs(to)) >= 60 && to - from < 1 ? 120 : 80),
					splits: (_plot, _axis, from, to, step) => ticksBetween(from, to, step, this.#zeroS),
					values: (plot, ticks, _axis, _space, step) => (timeAxis ? this.#timeLabels(plot, ticks, step) : ticks.map(() => '')),
				},
				{
					scale: 'y',
					size: axisWidth,
					stroke: ink,
					grid,
					ticks: { ...grid, size: 4 },
					font,
					gap: 4,
					space: 28,
					values: (_plot, ticks) => (logarithmic ? ticks.map((tick) => (isDecade(tick) ? tickLabels([tick], unit)[0] : '')) : tickLabels(ticks, unit)),
				},
			],
			hooks: { draw: [() => this.#paint()], drawClear: [() => this.#paintOverlays(this.under)] },
		};
		this.plot = new uPlot(
			plotOptions,
			[
				[0, 1],
				[null, null],
			] as uPlot.AlignedData,
			parent,
		);
		this.plot.root.setAttribute('role', 'img');
		this.plot.root.setAttribute('aria-label', `${label} over time`);
	}

	/** The traces as they were painted last. */
	get traces(): readonly Trace[] {
		return this.#traces;
	}

	/** The y axis as it was painted last. */
	get yRange(): readonly [number, number] | undefined {
		const { min, max } = this.plot.scales.y;
		return min == null || max == null ? undefined : [min, max];
	}

	/** Shows the traces over the window, times counted from `zeroS`. `steady` keeps the y range while it fits. */
	show(traces: readonly Trace[], window: Window, { locked }: YScale, steady: boolean, zeroS = 0): void {
		this.#traces = traces;
		const relabelled = this.#zeroS !== zeroS;
		this.#zeroS = zeroS;
		const { logarithmic } = this.options;
		this.#y = locked ? [...locked] : yRange(traces, logarithmic, steady ? this.#y : undefined, window.from, window.to);
		const [low, max] = this.#y;
		// A logarithmic axis cannot reach zero.
		const min = logarithmic && low <= 0 ? Math.max(max, 1e-9) * 1e-6 : low;
		// Paints at once, whether the scales have changed or not.
		this.plot.batch(() => {
			this.plot.setScale('x', { min: window.from, max: window.to });
			this.plot.setScale('y', { min, max });
		});
		// Labels are made anew with the scales only.
		if (relabelled) this.plot.redraw(false, true);
	}

	/** Draws the line of the cursor, of all panes that share it, at a moment of the axis; null: nowhere. */
	pointAt(timeS: number | null): void {
		this.plot.setCursor(timeS === null ? { left: -10, top: -10 } : { left: this.plot.valToPos(timeS, 'x'), top: 1 });
	}

	resize(width: number, height: number): void {
		if (this.plot.width !== width || this.plot.height !== height) this.plot.setSize({ width, height });
	}

	destroy(): void {
		this.plot.destroy();
	}

	get #area(): PlotArea | undefined {
		const { bbox, scales } = this.plot;
		const [{ min: xMin, max: xMax }, { min: yMin, max: yMax }] = [scales.x, scales.y];
		if (xMin == null || xMax == null || yMin == null || yMax == null || xMax <= xMin) return undefined;
		const { left, top, width, height } = bbox;
		return { left, top, width, height, hairline: devicePixelRatio * (this.options.contrast ? 2 : 1), xMin, xMax, yMin, yMax, logarithmic: this.options.logarithmic };
	}

	/** Without the one that the right edge would cut off. */
	#timeLabels(plot: uPlot, ticks: readonly number[], stepS: number): string[] {
		const labels = timeTickLabels(
			ticks.map((tick) => tick - this.#zeroS),
			stepS,
		);
		const room = plot.over.clientWidth + rightPadding;
		return labels.map((label, index) => (plot.valToPos(ticks[index], 'x') + (label.length * characterWidth) / 2 > room ? '' : label));
	}

	#paint(): void {
		const area = this.#area;
		if (!area) return;
		for (const trace of this.#traces) paintTrace(this.plot.ctx, trace, area, this.#gapColor, this.#lossColor);
		this.#paintOverlays(this.over);
	}

	#paintOverlays(overlays: readonly Overlay[]): void {
		const area = this.#area;
		if (!area) return;
		const { ctx } = this.plot;
		for (const overlay of overlays) {
			ctx.save();
			ctx.beginPath();
			ctx.rect(area.left, area.top, area.width, area.height);
			ctx.clip();
			overlay(ctx, area);
			ctx.restore();
		}
	}
}

/** Device pixels of a moment on the time axis. */
export function xOf({ left, width, xMin, xMax }: PlotArea, timeS: number): number {
	return left + ((timeS - xMin) / (xMax - xMin)) * width;
}

/** Pixels of the plotting area, for a pane of this width. */
export function plotPixels(width: number): number {
	return Math.max(50, width - axisWidth - rightPadding);
}

function isDecade(value: number): boolean {
	const exponent = Math.log10(value);
	return Math.abs(exponent - Math.round(exponent)) < 1e-6;
}

/**
 * One pane: uPlot for axes, grid, scales and cursor, our painter for the traces (an envelope whose columns differ from one trace to the
 * next is no aligned table, which is what uPlot's own series want). Owns a uPlot instance; knows no React.
 */

import uPlot from 'uplot';
import { tickLabels, timeLabels } from '../format.ts';
import { paintTrace, yRange } from './paint.ts';
import type { Trace } from './trace.ts';

export interface PaneOptions {
	readonly label: string;
	readonly unit: string;
	/** Whether the time axis has labels; the lowest pane's has. */
	readonly timeAxis: boolean;
	readonly dark: boolean;
	/** Panes of one key share their cursor's time. */
	readonly syncKey: string;
}

export interface PaneWindow {
	readonly from: number;
	readonly to: number;
}

/** CSS pixels of the y axis, the same in all panes so that their times line up. */
export const axisWidth = 68;
const timeAxisHeight = 30;
const rightPadding = 14;

export class Pane {
	readonly plot: uPlot;
	#traces: readonly Trace[] = [];
	#y: [number, number] | undefined;
	#selection: PaneWindow | null = null;
	readonly #gapColor: string;
	readonly #selectionColor: string;

	constructor(parent: HTMLElement, { label, unit, timeAxis, dark, syncKey }: PaneOptions) {
		const ink = dark ? '#a6adb8' : '#5c6570';
		const grid = { stroke: dark ? 'rgba(255,255,255,0.07)' : 'rgba(0,0,0,0.07)', width: 1 };
		const font = '11px system-ui, sans-serif';
		this.#gapColor = dark ? 'rgba(250,82,82,0.28)' : 'rgba(250,82,82,0.22)';
		this.#selectionColor = dark ? 'rgba(116,192,252,0.22)' : 'rgba(34,139,230,0.16)';
		const options: uPlot.Options = {
			width: 300,
			height: 120,
			padding: [8, rightPadding, timeAxis ? 0 : 6, 0],
			legend: { show: false },
			select: { show: false, left: 0, top: 0, width: 0, height: 0 },
			cursor: { drag: { x: false, y: false, setScale: false }, points: { show: false }, y: false, sync: { key: syncKey, setSeries: false } },
			scales: { x: { time: false, auto: false }, y: { auto: false } },
			series: [{}, { label, scale: 'y', paths: () => null, points: { show: false } }],
			axes: [
				{
					size: timeAxis ? timeAxisHeight : 0,
					stroke: ink,
					grid,
					ticks: { ...grid, size: timeAxis ? 4 : 0 },
					font,
					gap: 4,
					space: 70,
					values: (_plot, ticks) => (timeAxis ? timeLabels(ticks) : ticks.map(() => '')),
				},
				{ scale: 'y', size: axisWidth, stroke: ink, grid, ticks: { ...grid, size: 4 }, font, gap: 4, space: 28, values: (_plot, ticks) => tickLabels(ticks, unit) },
			],
			hooks: { draw: [() => this.#paint()], drawClear: [() => this.#paintSelection()] },
		};
		this.plot = new uPlot(
			options,
			[
				[0, 1],
				[null, null],
			] as uPlot.AlignedData,
			parent,
		);
		this.plot.root.setAttribute('role', 'img');
		this.plot.root.setAttribute('aria-label', `${label} over time`);
	}

	/** Shows the traces over the window. `follow` keeps the y range while it fits. */
	show(traces: readonly Trace[], window: PaneWindow, follow: boolean): void {
		this.#traces = traces;
		this.#y = yRange(traces, follow ? this.#y : undefined);
		const [min, max] = this.#y;
		this.plot.batch(() => {
			this.plot.setScale('x', { min: window.from, max: window.to });
			this.plot.setScale('y', { min, max });
		});
		this.plot.redraw(false);
	}

	select(selection: PaneWindow | null): void {
		this.#selection = selection;
		this.plot.redraw(false);
	}

	resize(width: number, height: number): void {
		this.plot.setSize({ width, height });
	}

	destroy(): void {
		this.plot.destroy();
	}

	#paint(): void {
		const { ctx, bbox, scales } = this.plot;
		const [{ min: xMin, max: xMax }, { min: yMin, max: yMax }] = [scales.x, scales.y];
		if (xMin == null || xMax == null || yMin == null || yMax == null || xMax <= xMin) return;
		const area = { left: bbox.left, top: bbox.top, width: bbox.width, height: bbox.height, hairline: devicePixelRatio, xMin, xMax, yMin, yMax };
		for (const trace of this.#traces) paintTrace(ctx, trace, area, this.#gapColor);
	}

	#paintSelection(): void {
		const { ctx, bbox } = this.plot;
		if (!this.#selection) return;
		const at = (time: number) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, this.plot.valToPos(time, 'x', true)));
		const from = at(this.#selection.from);
		ctx.save();
		ctx.fillStyle = this.#selectionColor;
		ctx.fillRect(from, bbox.top, Math.max(at(this.#selection.to) - from, devicePixelRatio), bbox.height);
		ctx.restore();
	}
}

/** Pixels of the plotting area, for a pane of this width. */
export function plotPixels(width: number): number {
	return Math.max(50, width - axisWidth - rightPadding);
}

/** Draws the lanes on their canvas whenever the chart has drawn its panes; knows which lane and which run lies where. */

import { marksColors } from '../chart/overlays.ts';
import { rightPadding } from '../chart/pane.ts';
import type { Page } from '../page.ts';
import { highlightColors } from './highlight-overlay.ts';
import { type DrawnLane, nearestRun } from './lane.ts';
import { type LaneArea, type LaneColors, paintLane } from './paint-lane.ts';

/** CSS pixels within which a run is under the pointer. */
export const catchPixels = 6;

export class LanePicture {
	readonly #canvas: HTMLCanvasElement;
	readonly #page: Page;
	readonly #scheme: 'light' | 'dark';
	/** CSS pixels. */
	readonly #laneHeight: number;

	constructor(canvas: HTMLCanvasElement, page: Page, dark: boolean, laneHeight: number) {
		this.#canvas = canvas;
		this.#page = page;
		this.#scheme = dark ? 'dark' : 'light';
		this.#laneHeight = laneHeight;
	}

	resize(): void {
		const { clientWidth, clientHeight } = this.#canvas;
		if (clientWidth === 0) return;
		this.#canvas.width = Math.round(clientWidth * devicePixelRatio);
		this.#canvas.height = Math.round(clientHeight * devicePixelRatio);
		this.#page.lanes.pixels = Math.round((clientWidth - rightPadding) * devicePixelRatio);
		this.paint();
	}

	paint(): void {
		const context = this.#canvas.getContext('2d');
		if (!context) return;
		const { chart, lanes, highlight } = this.#page;
		const { width, height } = this.#canvas;
		const hairline = devicePixelRatio;
		const marks = marksColors[this.#scheme];
		const colors = laneColors[this.#scheme];
		const plotted = width - Math.round(rightPadding * hairline);
		context.clearRect(0, 0, width, height);
		const xOf = (timeS: number) => ((timeS - chart.window.from) / (chart.window.to - chart.window.from)) * plotted;
		const { selection, markers } = chart.marks.state;
		if (selection) {
			context.fillStyle = marks.selection;
			const from = Math.max(0, xOf(selection.from));
			context.fillRect(from, 0, Math.max(hairline, Math.min(plotted, xOf(selection.to)) - from), height);
		}
		for (const [row, lane] of lanes.list.state.lanes.entries()) {
			const offset = this.#offsetOf(lane);
			if (offset !== undefined) paintLane(context, lane, chart.window, offset, this.#area(row, plotted, hairline), colors);
		}
		const line = (timeS: number | null, color: string, pixels: number) => {
			if (timeS === null || timeS < chart.window.from || timeS > chart.window.to) return;
			context.fillStyle = color;
			context.fillRect(Math.round(xOf(timeS) - (pixels * hairline) / 2), 0, Math.max(1, Math.round(pixels * hairline)), height);
		};
		for (const [index, marker] of markers.entries()) line(marker, marks.markers[index], 1.5);
		line(chart.cursor.state.timeS, colors.cursor, 1);
		line(highlight.state.timeS, highlightColors[this.#scheme], 2);
	}

	/** `y`: CSS pixels from the top. */
	laneAt(y: number): DrawnLane | undefined {
		return this.#page.lanes.list.state.lanes[Math.floor(y / this.#laneHeight)];
	}

	/** The moment on the chart's axis, s, of what is under the pointer; `x` in CSS pixels from the left. */
	nearest(lane: DrawnLane, x: number): number | undefined {
		const offset = this.#offsetOf(lane);
		if (offset === undefined) return undefined;
		const { from, to } = this.#page.chart.window;
		const secondsAPixel = (to - from) / Math.max(1, this.#canvas.clientWidth - rightPadding);
		const shiftS = lane.shiftS + offset;
		const run = nearestRun(lane.runs, from + x * secondsAPixel - shiftS, catchPixels * secondsAPixel);
		return run < 0 ? undefined : lane.runs.from[run] + shiftS;
	}

	/** s from a live device's time to the chart's. */
	#offsetOf({ recording, device }: DrawnLane): number | undefined {
		if (recording !== undefined) return 0;
		const edge = this.#page.renderer.edgeOf(device);
		return edge === undefined ? undefined : -edge;
	}

	#area(row: number, width: number, hairline: number): LaneArea {
		return { left: 0, top: Math.round(row * this.#laneHeight * hairline), width, height: Math.round(this.#laneHeight * hairline), hairline };
	}
}

const laneColors: Readonly<Record<'light' | 'dark', LaneColors & { readonly cursor: string }>> = {
	light: { level: '#1c7c54', high: 'rgba(28,124,84,0.14)', block: 'rgba(28,124,84,0.55)', tick: '#6741d9', note: '#b35900', cursor: 'rgba(0,0,0,0.35)' },
	dark: { level: '#63e6be', high: 'rgba(99,230,190,0.16)', block: 'rgba(99,230,190,0.55)', tick: '#b197fc', note: '#ffa94d', cursor: 'rgba(255,255,255,0.4)' },
};

/**
 * Paints an envelope on a canvas, exactly: each column is a bar from its minimum to its maximum, joined to its neighbour where the two do
 * not meet, as the samples between them do. Columns wider than a few pixels are steps, since a sample holds until the next one. Columns
 * without a valid sample are shaded, never bridged.
 */

import type { Trace } from './trace.ts';

export interface PlotArea {
	readonly left: number;
	readonly top: number;
	readonly width: number;
	readonly height: number;
	/** Device pixels of a hairline. */
	readonly hairline: number;
	readonly xMin: number;
	readonly xMax: number;
	readonly yMin: number;
	readonly yMax: number;
}

export function paintTrace(context: CanvasRenderingContext2D, trace: Trace, area: PlotArea, gapColor: string): void {
	const { left, top, width, height, hairline, xMin, xMax, yMin, yMax } = area;
	const xScale = width / (xMax - xMin);
	const yScale = height / (yMax - yMin);
	const line = hairline * 1.5;
	const bars = new Path2D();
	const gaps = new Path2D();
	let lastTop = Number.NaN;
	let lastBottom = Number.NaN;
	for (let index = 0; index < trace.count; index++) {
		const x = left + (trace.t[index] - xMin) * xScale;
		const end = left + ((index + 1 < trace.count ? trace.t[index + 1] : trace.endS) - xMin) * xScale;
		const barWidth = Math.max(end - x, hairline);
		if (Number.isNaN(trace.mean[index])) {
			gaps.rect(x, top, barWidth, height);
			lastTop = Number.NaN;
			continue;
		}
		const barTop = top + (yMax - trace.max[index]) * yScale - line / 2;
		const barBottom = top + (yMax - trace.min[index]) * yScale + line / 2;
		bars.rect(x, barTop, barWidth, barBottom - barTop);
		// From one column to the next the current passed through everything between.
		if (barTop > lastBottom) bars.rect(x - line / 2, lastBottom - line, line, barTop - lastBottom + 2 * line);
		else if (barBottom < lastTop) bars.rect(x - line / 2, barBottom - line, line, lastTop - barBottom + 2 * line);
		lastTop = barTop;
		lastBottom = barBottom;
	}
	context.save();
	context.beginPath();
	context.rect(left, top, width, height);
	context.clip();
	context.fillStyle = gapColor;
	context.fill(gaps);
	context.fillStyle = trace.color;
	context.fill(bars);
	context.restore();
}

/** The y range that shows all traces, with some air: unchanged while the old one still fits well, so that a live picture does not breathe. */
export function yRange(traces: readonly Trace[], previous: readonly [number, number] | undefined): [number, number] {
	let min = Number.POSITIVE_INFINITY;
	let max = Number.NEGATIVE_INFINITY;
	for (const { count, min: mins, max: maxs } of traces) {
		for (let index = 0; index < count; index++) {
			if (mins[index] < min) min = mins[index];
			if (maxs[index] > max) max = maxs[index];
		}
	}
	if (min > max) return previous ? [previous[0], previous[1]] : [0, 1];
	// A quantity that comes near zero is seen against zero.
	if (min > 0 && min < max * 0.4) min = 0;
	// Noise of a steady voltage is not blown up to the height of the pane.
	const least = Math.max(Math.abs(max) * 0.01, 1e-9);
	const middle = (min + max) / 2;
	const span = Math.max(max - min, least);
	const low = middle - span * 0.56;
	const high = middle + span * 0.56;
	if (previous) {
		const [from, to] = previous;
		if (from <= Math.min(min, middle - least / 2) && to >= Math.max(max, middle + least / 2) && to - from < span * 2) return [from, to];
	}
	return [low, high];
}

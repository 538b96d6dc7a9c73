/**
 * Paints an envelope on a canvas, exactly: each column is a bar from its minimum to its maximum, joined to its neighbour where the two do
 * not meet, as the samples between them do. Columns wider than a few pixels are steps, since a sample holds until the next one. Columns
 * without a valid sample are shaded, never bridged; those that miss some have a mark at the bottom.
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
	/** y is logarithmic; yMin is above zero. */
	readonly logarithmic: boolean;
}

/** Height of the mark of missing samples, in hairlines. */
const lossHeight = 5;

export function paintTrace(context: CanvasRenderingContext2D, trace: Trace, area: PlotArea, gapColor: string, lossColor: string): void {
	const { left, top, width, height } = area;
	context.save();
	context.beginPath();
	context.rect(left, top, width, height);
	context.clip();
	context.fillStyle = trace.color;
	if (trace.interval) {
		context.globalAlpha = 0.25;
		paintBars(context, trace, trace.min, trace.max, area);
		context.globalAlpha = 1;
		paintBars(context, trace, trace.mean, trace.mean, area);
	} else paintBars(context, trace, trace.min, trace.max, area);
	paintLosses(context, trace, { ...area, right: left + width, bottom: top + height, xScale: width / (area.xMax - area.xMin) }, gapColor, lossColor);
	context.restore();
}

/** A bar from `lows` to `highs` for each column, joined where they do not meet. */
function paintBars(context: CanvasRenderingContext2D, { t, count, endS }: Trace, lows: Float32Array, highs: Float32Array, area: PlotArea): void {
	const { left, top, width, height, hairline, xMin, xMax, yMin, yMax, logarithmic } = area;
	const xScale = width / (xMax - xMin);
	const line = Math.max(1, Math.round(hairline * 1.5));
	const right = left + width;
	const yOf = toPixels(top, height, yMin, yMax, logarithmic);
	let lastTop = Number.NaN;
	let lastBottom = Number.NaN;
	// Columns narrower than a pixel share one bar: what is seen is their common minimum and maximum.
	let index = firstShown(t, count, xMin);
	while (index < count) {
		const x = Math.max(left - line, Math.round(left + (t[index] - xMin) * xScale));
		if (x > right) break;
		let min = lows[index];
		let max = highs[index];
		let end = index + 1;
		let edge = left + ((end < count ? t[end] : endS) - xMin) * xScale;
		while (end < count && Math.round(edge) <= x) {
			// What is lost compares as neither: it takes no part, and is replaced by the first that is valid.
			if (lows[end] < min || Number.isNaN(min)) min = lows[end];
			if (highs[end] > max || Number.isNaN(max)) max = highs[end];
			end++;
			edge = left + ((end < count ? t[end] : endS) - xMin) * xScale;
		}
		index = end;
		if (Number.isNaN(min)) {
			lastTop = Number.NaN;
			continue;
		}
		const barWidth = Math.max(1, Math.round(edge) - x);
		const barTop = Math.round(yOf(max) - line / 2);
		const barBottom = Math.max(barTop + line, Math.round(yOf(min) + line / 2));
		context.fillRect(x, barTop, barWidth, barBottom - barTop);
		// From one column to the next the current passed through everything between.
		if (barTop > lastBottom) context.fillRect(x, lastBottom - line, line, barTop - lastBottom + line);
		else if (barBottom < lastTop) context.fillRect(x, barBottom, line, lastTop - barBottom);
		lastTop = barTop;
		lastBottom = barBottom;
	}
}

interface LossArea extends PlotArea {
	readonly right: number;
	readonly bottom: number;
	readonly xScale: number;
}

/** Gaps are at least a pixel wide: none is too short to be seen. */
function paintLosses(context: CanvasRenderingContext2D, trace: Trace, area: LossArea, gapColor: string, lossColor: string): void {
	const { left, top, height, hairline, xMin, xScale, right, bottom } = area;
	const { t, count, endS } = trace;
	const edge = (index: number) => left + ((index < count ? t[index] : endS) - xMin) * xScale;
	for (let index = firstShown(t, count, xMin); index < count && edge(index) <= right; ) {
		const gap = Number.isNaN(trace.mean[index]);
		if (!gap && trace.lossy[index] === 0) {
			index++;
			continue;
		}
		let end = index + 1;
		while (end < count && Number.isNaN(trace.mean[end]) === gap && (gap || trace.lossy[end] !== 0)) end++;
		// On whole pixels, as the bars are: a mark of one pixel would else be blurred over two.
		const x = Math.round(edge(index));
		const wide = Math.max(Math.round(edge(end)) - x, hairline);
		if (gap) {
			context.fillStyle = gapColor;
			context.fillRect(x, top, wide, height);
		}
		context.fillStyle = lossColor;
		context.fillRect(x, bottom - lossHeight * hairline, wide, lossHeight * hairline);
		index = end;
	}
}

/** The last column that begins at or before `fromS`, or the first of all. */
function firstShown(t: Float64Array, count: number, fromS: number): number {
	let low = 0;
	let high = count;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (t[middle] <= fromS) low = middle + 1;
		else high = middle;
	}
	return Math.max(0, low - 1);
}

/** From a value to a pixel; what a logarithmic axis cannot show lies at its lower end. */
function toPixels(top: number, height: number, yMin: number, yMax: number, logarithmic: boolean): (value: number) => number {
	if (!logarithmic) {
		const scale = height / (yMax - yMin);
		return (value) => top + (yMax - value) * scale;
	}
	const highest = Math.log(yMax);
	const scale = height / (highest - Math.log(yMin));
	return (value) => top + (highest - Math.log(Math.max(value, yMin))) * scale;
}

/** The y range that shows all traces, with some air: unchanged while the old one still fits well, so that a live picture does not breathe. */
export function yRange(
	traces: readonly Trace[],
	logarithmic: boolean,
	previous: readonly [number, number] | undefined,
	fromS = Number.NEGATIVE_INFINITY,
	toS = Number.POSITIVE_INFINITY,
): [number, number] {
	let min = Number.POSITIVE_INFINITY;
	let max = Number.NEGATIVE_INFINITY;
	let leastPositive = Number.POSITIVE_INFINITY;
	for (const { count, t, min: mins, max: maxs, mean } of traces) {
		for (let index = firstShown(t, count, fromS); index < count && t[index] < toS; index++) {
			if (mins[index] < min) min = mins[index];
			if (maxs[index] > max) max = maxs[index];
			// Noise around zero would stretch a logarithmic axis over many empty decades: means tell what is there.
			if (logarithmic && mean[index] > 0 && mean[index] < leastPositive) leastPositive = mean[index];
		}
	}
	if (min > max) return previous ? [previous[0], previous[1]] : logarithmic ? [1e-6, 1] : [0, 1];
	if (logarithmic) return decades(leastPositive, max, previous);
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

/** Whole decades around what is positive. */
function decades(least: number, max: number, previous: readonly [number, number] | undefined): [number, number] {
	if (!(max > 0) || !Number.isFinite(least)) return previous && previous[0] > 0 ? [previous[0], previous[1]] : [1e-6, 1];
	const low = 10 ** Math.floor(Math.log10(least));
	const high = 10 ** Math.ceil(Math.log10(max) + 1e-9);
	return [low, Math.max(high, low * 10)];
}

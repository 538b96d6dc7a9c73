/**
 * Draws envelopes as SVG: a panel a channel, one under the other over a common time axis. Each shows the band between minimum and maximum and the
 * mean as a line; where samples were lost both are interrupted. Pure: views in, text out.
 */

import type { View } from '../../recording/view.ts';
import { type Axis, axis, roomy } from './axis.ts';

export interface Panel {
	readonly label: string;
	readonly unit: string;
	readonly view: View;
	/** s, after the last point. */
	readonly endS: number;
}

export interface PlotOptions {
	readonly title: string;
	/** px. */
	readonly width: number;
	readonly height: number;
	/** Limits of the axes, s and SI; default: what there is. */
	readonly xRange: readonly [number, number];
	readonly yRange?: readonly [number, number];
}

interface Frame {
	readonly left: number;
	readonly top: number;
	readonly width: number;
	readonly height: number;
	readonly x: Axis;
	readonly y: Axis;
}

const margin = { left: 84, right: 20, top: 36, bottom: 48, between: 22 };
export const colours = ['#1c6dd0', '#c2410c', '#15803d', '#7e22ce', '#0e7490', '#a16207'];

/** Width of the part that shows samples, for as many points. */
export function plotWidth(width: number): number {
	return Math.max(1, width - margin.left - margin.right);
}

export function drawSvg(panels: readonly Panel[], options: PlotOptions): string {
	const { width, height, title, xRange } = options;
	const inner = height - margin.top - margin.bottom - margin.between * (panels.length - 1);
	const panelHeight = Math.max(20, inner / panels.length);
	const x = axis(xRange[0], xRange[1], 's', Math.max(2, plotWidth(width) / 110));
	const parts = panels.map((panel, k) => {
		const [low, high] = options.yRange ?? limits(panel.view);
		const y = axis(low, high, panel.unit, Math.max(2, panelHeight / 48));
		const frame: Frame = { left: margin.left, top: margin.top + k * (panelHeight + margin.between), width: plotWidth(width), height: panelHeight, x, y };
		return drawPanel(panel, frame, colours[k % colours.length], k, k === panels.length - 1);
	});
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#333">`,
		`<rect width="${width}" height="${height}" fill="#fff"/>`,
		`<text x="${margin.left}" y="22" font-size="14">${escaped(title)}</text>`,
		...parts,
		`<text x="${margin.left + plotWidth(width) / 2}" y="${height - 10}" text-anchor="middle">time / ${x.unit}</text>`,
		'</svg>\n',
	].join('\n');
}

function limits({ min, max, count }: View): [number, number] {
	let low = Number.NaN;
	let high = Number.NaN;
	for (let p = 0; p < count; p++) {
		if (Number.isFinite(min[p]) && !(low <= min[p])) low = min[p];
		if (Number.isFinite(max[p]) && !(high >= max[p])) high = max[p];
	}
	return roomy(low, high);
}

function drawPanel(panel: Panel, frame: Frame, colour: string, index: number, last: boolean): string {
	const { left, top, width, height, x, y } = frame;
	const xOf = (time: number) => left + ((time - x.from) / (x.to - x.from)) * width;
	const yOf = (value: number) => top + height - ((value - y.from) / (y.to - y.from)) * height;
	const grid = [...x.ticks.map(({ at }) => `M${px(xOf(at))} ${px(top)}V${px(top + height)}`), ...y.ticks.map(({ at }) => `M${px(left)} ${px(yOf(at))}H${px(left + width)}`)].join(
		'',
	);
	const yTexts = y.ticks.map(({ at, text }) => `<text x="${left - 6}" y="${px(yOf(at) + 4)}" text-anchor="end">${text}</text>`);
	const xTexts = last ? x.ticks.map(({ at, text }) => `<text x="${px(xOf(at))}" y="${px(top + height + 16)}" text-anchor="middle">${text}</text>`) : [];
	const { band, line } = paths(panel, xOf, yOf);
	const middle = top + height / 2;
	return [
		`<clipPath id="panel${index}"><rect x="${left}" y="${px(top)}" width="${width}" height="${px(height)}"/></clipPath>`,
		`<path d="${grid}" stroke="#e2e2e2" fill="none"/>`,
		`<g clip-path="url(#panel${index})"><path d="${band}" fill="${colour}" fill-opacity="0.35" stroke="${colour}" stroke-opacity="0.35" stroke-width="0.6"/><path d="${line}" stroke="${colour}" stroke-width="1.2" fill="none"/></g>`,
		`<rect x="${left}" y="${px(top)}" width="${width}" height="${px(height)}" fill="none" stroke="#888"/>`,
		...yTexts,
		...xTexts,
		`<text transform="translate(16 ${px(middle)}) rotate(-90)" text-anchor="middle">${escaped(panel.label)}${y.unit ? ` / ${y.unit}` : ''}</text>`,
	].join('\n');
}

/** The envelope as closed bands and the mean as steps, each sample holding until the next; interrupted where nothing is valid. */
function paths({ view, endS }: Panel, xOf: (time: number) => number, yOf: (value: number) => number): { band: string; line: string } {
	const { t, min, max, mean, count } = view;
	const right = (p: number) => xOf(p + 1 < count ? t[p + 1] : endS);
	let band = '';
	let line = '';
	for (let p = 0; p < count; ) {
		if (Number.isNaN(min[p])) {
			p++;
			continue;
		}
		let end = p;
		while (end < count && !Number.isNaN(min[end])) end++;
		let upper = '';
		let lower = '';
		for (let k = p; k < end; k++) {
			upper += `${k === p ? 'M' : 'L'}${px(xOf(t[k]))} ${px(yOf(max[k]))}H${px(right(k))}`;
			line += `${k === p ? 'M' : 'L'}${px(xOf(t[k]))} ${px(yOf(mean[k]))}H${px(right(k))}`;
		}
		for (let k = end - 1; k >= p; k--) lower += `L${px(right(k))} ${px(yOf(min[k]))}H${px(xOf(t[k]))}`;
		band += `${upper}${lower}Z`;
		p = end;
	}
	return { band, line };
}

/** A hundredth of a pixel is enough; what lies far outside is clipped anyway, and infinity must not reach a path. */
export function px(value: number): string {
	return String(Number(Math.min(1e6, Math.max(-1e6, value)).toFixed(2)));
}

export function escaped(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Panes of traces as SVG: lines and areas that scale, with the axes, selections and markers of the chart. Pure: traces in, text out. */

import type { Window } from '../api.ts';
import { ticksBetween, timeSteps, timeTickLabels } from '../chart/time-text.ts';
import type { Trace } from '../chart/trace.ts';
import { tickLabels } from '../format.ts';

export interface DrawnPane {
	readonly label: string;
	readonly unit: string;
	readonly logarithmic: boolean;
	/** Limits of the y axis. */
	readonly range: readonly [number, number];
	readonly traces: readonly { readonly name: string; readonly color: string; readonly trace: Trace }[];
}

export interface DrawnMarks {
	readonly title: string;
	/** s */
	readonly window: Window;
	/** s of the axis that are written as 0. */
	readonly zeroS: number;
	readonly shades: readonly (Window & { readonly name: string; readonly color: string })[];
	/** s */
	readonly markers: readonly number[];
}

const width = 1200;
const margin = { left: 84, right: 16, top: 34, bottom: 34 };
const pane = { height: 220, between: 34 };
const plotWidth = width - margin.left - margin.right;

interface Area {
	readonly top: number;
	readonly xOf: (timeS: number) => number;
	readonly yOf: (value: number) => number;
	readonly window: Window;
}

export function drawSvg(panes: readonly DrawnPane[], marks: DrawnMarks): string {
	const { title, window, zeroS } = marks;
	const height = margin.top + panes.length * (pane.height + pane.between) + margin.bottom - pane.between + 20;
	const stepS = timeSteps.find((step) => step >= (window.to - window.from) / 9) ?? timeSteps[timeSteps.length - 1];
	const times = ticksBetween(window.from, window.to, stepS, zeroS);
	const labels = timeTickLabels(
		times.map((time) => time - zeroS),
		stepS,
	);
	const xOf = (timeS: number) => margin.left + ((timeS - window.from) / (window.to - window.from)) * plotWidth;
	const drawn = panes.map((each, index) => {
		const top = margin.top + 20 + index * (pane.height + pane.between);
		return drawPane(each, index, { top, xOf, yOf: scaleOf(each, top), window }, times, marks);
	});
	const bottom = height - margin.bottom + 16;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#333">`,
		`<rect width="${width}" height="${height}" fill="#fff"/>`,
		`<text x="${margin.left}" y="22" font-size="14" font-weight="600">${escaped(title)}</text>`,
		...drawn,
		...times.map((time, index) => `<text x="${px(xOf(time))}" y="${bottom}" text-anchor="middle">${escaped(labels[index])}</text>`),
		'</svg>\n',
	].join('\n');
}

function drawPane({ label, unit, logarithmic, range, traces }: DrawnPane, index: number, area: Area, times: readonly number[], { shades, markers, window }: DrawnMarks): string {
	const { top, xOf, yOf } = area;
	const values = logarithmic ? decadesIn(range) : roundIn(range);
	const labels = logarithmic ? values.map((value) => tickLabels([value], unit)[0]) : tickLabels(values, unit);
	const grid = [...times.map((time) => `M${px(xOf(time))} ${top}v${pane.height}`), ...values.map((value) => `M${margin.left} ${px(yOf(value))}h${plotWidth}`)].join('');
	let legendAt = margin.left;
	const legend = traces.map(({ name, color }) => {
		const at = legendAt;
		legendAt += 34 + name.length * 6.6;
		return `<rect x="${px(at)}" y="${top - 16}" width="10" height="8" fill="${escaped(color)}"/><text x="${px(at + 15)}" y="${top - 8}">${escaped(name)}</text>`;
	});
	const inside = ({ from, to }: Window) => to > window.from && from < window.to;
	return [
		`<clipPath id="pane${index}"><rect x="${margin.left}" y="${top}" width="${plotWidth}" height="${pane.height}"/></clipPath>`,
		...legend,
		`<path d="${grid}" stroke="#e2e2e2" fill="none"/>`,
		`<g clip-path="url(#pane${index})">`,
		...shades
			.filter(inside)
			.map(
				({ from, to, color, name }) =>
					`<rect x="${px(xOf(from))}" y="${top}" width="${px(Math.max(1, xOf(to) - xOf(from)))}" height="${pane.height}" fill="${escaped(color)}" fill-opacity="0.15"/>${name === '' ? '' : `<text x="${px(xOf(from) + 4)}" y="${top + pane.height - 6}" font-size="11">${escaped(name)}</text>`}`,
			),
		...traces.map(({ color, trace }) => drawTrace(trace, color, area)),
		...markers.map((marker) => `<path d="M${px(xOf(marker))} ${top}v${pane.height}" stroke="#0b7a5b" stroke-width="1.5"/>`),
		'</g>',
		`<rect x="${margin.left}" y="${top}" width="${plotWidth}" height="${pane.height}" fill="none" stroke="#888"/>`,
		...values.map((value, tick) => `<text x="${margin.left - 6}" y="${px(yOf(value) + 4)}" text-anchor="end">${escaped(labels[tick])}</text>`),
		`<text transform="translate(14 ${px(top + pane.height / 2)}) rotate(-90)" text-anchor="middle">${escaped(label)}</text>`,
	].join('\n');
}

/** A bar from the minimum to the maximum of each column, joined to its neighbours; what was lost is shaded. */
function drawTrace({ t, min, max, count, endS }: Trace, color: string, { xOf, yOf, top, window }: Area): string {
	let bars = '';
	let gaps = '';
	let before: readonly [number, number] | undefined;
	for (let k = 0; k < count; k++) {
		const end = k + 1 < count ? t[k + 1] : endS;
		if (end < window.from || t[k] > window.to) continue;
		const [x, right] = [xOf(t[k]), xOf(end)];
		if (Number.isNaN(min[k])) {
			gaps += `M${px(x)} ${top}H${px(Math.max(right, x + 1))}V${top + pane.height}H${px(x)}Z`;
			before = undefined;
			continue;
		}
		const [upper, lower] = [yOf(max[k]) - 0.6, yOf(min[k]) + 0.6];
		bars += `M${px(x)} ${px(upper)}H${px(right)}V${px(lower)}H${px(x)}Z`;
		if (before && upper > before[1]) bars += `M${px(x - 0.6)} ${px(before[1])}h1.2V${px(upper)}h-1.2Z`;
		if (before && lower < before[0]) bars += `M${px(x - 0.6)} ${px(lower)}h1.2V${px(before[0])}h-1.2Z`;
		before = [upper, lower];
	}
	return `<path d="${gaps}" fill="#fa5252" fill-opacity="0.25"/><path d="${bars}" fill="${escaped(color)}"/>`;
}

function scaleOf({ range: [low, high], logarithmic }: DrawnPane, top: number): (value: number) => number {
	if (!logarithmic) return (value) => top + ((high - value) / (high - low)) * pane.height;
	const [bottom, highest] = [Math.log10(Math.max(low, high * 1e-12)), Math.log10(high)];
	// What a logarithmic axis cannot show lies at its lower end.
	return (value) => top + ((highest - Math.max(bottom, Math.log10(value > 0 ? value : Number.MIN_VALUE))) / (highest - bottom)) * pane.height;
}

function roundIn([low, high]: readonly [number, number]): number[] {
	const rough = (high - low) / 5;
	const decade = 10 ** Math.floor(Math.log10(rough));
	const step = (([1, 2, 5, 10] as const).find((factor) => factor * decade >= rough) ?? 10) * decade;
	return ticksBetween(low, high, step, 0);
}

function decadesIn([low, high]: readonly [number, number]): number[] {
	const first = Math.ceil(Math.log10(Math.max(low, high * 1e-12)) - 1e-9);
	const last = Math.floor(Math.log10(high) + 1e-9);
	return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => 10 ** (first + index));
}

/** A hundredth of a pixel is enough, and infinity must not reach a path. */
function px(value: number): string {
	return String(Number(Math.min(1e6, Math.max(-1e6, value)).toFixed(2)));
}

function escaped(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

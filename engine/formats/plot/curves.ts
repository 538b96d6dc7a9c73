/**
 * Draws curves as SVG: panels one under the other over a common axis, in each of them lines through points, of one or several things that share a colour
 * through all panels, and a legend. For tables and models; recordings, which have envelopes, are drawn by `svg.ts`. Pure: numbers in, text out.
 */

import { type Axis, axis, roomy } from './axis.ts';
import { colours, escaped, px } from './svg.ts';

export interface Line {
	/** What the legend calls it; lines of one name have one colour. */
	readonly name: string;
	/** SI; NaN interrupts the line. */
	readonly x: ArrayLike<number>;
	readonly y: ArrayLike<number>;
	/** Points instead of a line. */
	readonly dots?: boolean;
}

export interface CurvePanel {
	readonly label: string;
	readonly unit: string;
	readonly lines: readonly Line[];
}

export interface CurveOptions {
	readonly title: string;
	/** What the common axis says. */
	readonly x: { readonly label: string; readonly unit: string };
	/** px. */
	readonly width?: number;
	readonly height?: number;
}

const margin = { left: 84, right: 20, top: 36, bottom: 48, between: 22 };
const legendLine = 18;

export function drawCurves(panels: readonly CurvePanel[], { title, x, width = 1000, height: wanted }: CurveOptions): string {
	const names = [...new Set(panels.flatMap(({ lines }) => lines.map(({ name }) => name)))];
	const colourOf = (name: string) => colours[names.indexOf(name) % colours.length];
	const top = margin.top + names.length * legendLine;
	const height = wanted ?? top + margin.bottom + 260 * panels.length;
	const panelWidth = Math.max(1, width - margin.left - margin.right);
	const panelHeight = Math.max(20, (height - top - margin.bottom - margin.between * (panels.length - 1)) / panels.length);
	const all = panels.flatMap(({ lines }) => lines);
	const [low, high] = limits(all.map((line) => line.x));
	const across = axis(low, high > low ? high : low + 1, x.unit, Math.max(2, panelWidth / 110));
	const drawn = panels.map((panel, k) => {
		const frame = { left: margin.left, top: top + k * (panelHeight + margin.between), width: panelWidth, height: panelHeight };
		return drawPanel(panel, frame, across, colourOf, `curves${k}`, k === panels.length - 1);
	});
	const legend = names.map((name, k) => {
		const y = margin.top + k * legendLine;
		return `<path d="M${margin.left} ${y}h24" stroke="${colourOf(name)}" stroke-width="2"/><text x="${margin.left + 32}" y="${y + 4}">${escaped(name)}</text>`;
	});
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#333">`,
		`<rect width="${width}" height="${height}" fill="#fff"/>`,
		`<text x="${margin.left}" y="20" font-size="14">${escaped(title)}</text>`,
		...legend,
		...drawn,
		`<text x="${margin.left + panelWidth / 2}" y="${height - 10}" text-anchor="middle">${escaped(x.label)}${across.unit && ` / ${across.unit}`}</text>`,
		'</svg>\n',
	].join('\n');
}

interface Frame {
	readonly left: number;
	readonly top: number;
	readonly width: number;
	readonly height: number;
}

function drawPanel({ label, unit, lines }: CurvePanel, frame: Frame, x: Axis, colourOf: (name: string) => string, clip: string, last: boolean): string {
	const { left, top, width, height } = frame;
	const y = axis(...roomy(...limits(lines.map((line) => line.y))), unit, Math.max(2, height / 48));
	const xOf = (at: number) => left + ((at - x.from) / (x.to - x.from)) * width;
	const yOf = (at: number) => top + height - ((at - y.from) / (y.to - y.from)) * height;
	const grid = [...x.ticks.map(({ at }) => `M${px(xOf(at))} ${px(top)}v${px(height)}`), ...y.ticks.map(({ at }) => `M${px(left)} ${px(yOf(at))}h${px(width)}`)].join('');
	const curves = lines.map(
		(line) => `<path d="${path(line, xOf, yOf)}" stroke="${colourOf(line.name)}" stroke-width="${line.dots ? 4 : 1.5}" stroke-linecap="round" fill="none"/>`,
	);
	const middle = top + height / 2;
	return [
		`<clipPath id="${clip}"><rect x="${left}" y="${px(top)}" width="${width}" height="${px(height)}"/></clipPath>`,
		`<path d="${grid}" stroke="#e2e2e2" fill="none"/>`,
		`<g clip-path="url(#${clip})">${curves.join('')}</g>`,
		`<rect x="${left}" y="${px(top)}" width="${width}" height="${px(height)}" fill="none" stroke="#888"/>`,
		...y.ticks.map(({ at, text }) => `<text x="${left - 6}" y="${px(yOf(at) + 4)}" text-anchor="end">${text}</text>`),
		...(last ? x.ticks.map(({ at, text }) => `<text x="${px(xOf(at))}" y="${px(top + height + 16)}" text-anchor="middle">${text}</text>`) : []),
		`<text transform="translate(16 ${px(middle)}) rotate(-90)" text-anchor="middle">${escaped(label)}${y.unit && ` / ${y.unit}`}</text>`,
	].join('\n');
}

function path({ x, y, dots }: Line, xOf: (at: number) => number, yOf: (at: number) => number): string {
	let text = '';
	let pen = false;
	for (let k = 0; k < x.length; k++) {
		const there = Number.isFinite(x[k]) && Number.isFinite(y[k]);
		// A path of no length with round ends is a dot.
		if (there) text += `${pen && !dots ? 'L' : 'M'}${px(xOf(x[k]))} ${px(yOf(y[k]))}${dots ? 'h0' : ''}`;
		pen = there;
	}
	return text;
}

function limits(columns: readonly ArrayLike<number>[]): [number, number] {
	let low = Number.NaN;
	let high = Number.NaN;
	for (const column of columns)
		for (let k = 0; k < column.length; k++) {
			const value = column[k];
			if (!Number.isFinite(value)) continue;
			if (!(low <= value)) low = value;
			if (!(high >= value)) high = value;
		}
	return Number.isNaN(low) ? [0, 1] : [low, high];
}

/**
 * The script of a report's page: one function, which refers to nothing outside of itself, since its text becomes the script (`page.ts`). Decodes the
 * embedded layers, draws a pane a channel, zooms and moves. Each column of pixels shows the exact envelope of the finest layer that covers it.
 */

import type { Layer } from './layers.ts';

export interface ReportData {
	readonly durationS: number;
	readonly channels: readonly {
		readonly label: string;
		readonly unit: string;
		readonly rate: number;
		readonly shiftS: number;
		readonly color: string;
		readonly layers: readonly Layer[];
	}[];
	readonly windows: readonly { readonly name: string; readonly from: number; readonly to: number; readonly color: string }[];
	/** s: of the lines of the log, in their order. */
	readonly lines: readonly number[];
}

interface Curve {
	readonly from: number;
	readonly to: number;
	readonly count: number;
	/** s: where each point begins, and the last one ends. */
	readonly t: Float64Array;
	readonly min: Float64Array;
	readonly max: Float64Array;
	readonly mean: Float64Array;
	readonly lossy: Uint8Array;
}

export function viewer(): void {
	const data = JSON.parse((document.getElementById('data') as HTMLElement).textContent as string) as ReportData;
	const chart = document.getElementById('chart') as HTMLElement;
	const readout = document.getElementById('readout') as HTMLElement;
	const end = data.durationS || 1;
	const margin = { left: 74, right: 12, top: 20, bottom: 24 };
	let from = 0;
	let to = end;
	let cursor: number | null = null;
	let marked: number | null = null;
	let requested = false;

	const bytesOf = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

	/** Blocks of 64 values: low and span as float32, then a code of 16 bits each. */
	function decode(text: string, count: number): Float64Array {
		const bytes = new DataView(bytesOf(text).buffer);
		const values = new Float64Array(count);
		let at = 0;
		for (let k = 0; k < count; at += 2, k++) {
			if (k % 64 === 0) at += 8;
			const block = at - 8 - 2 * (k % 64);
			const code = bytes.getUint16(at, true);
			values[k] = code === 65535 ? Number.NaN : bytes.getFloat32(block, true) + (code * bytes.getFloat32(block + 4, true)) / 65534;
		}
		return values;
	}

	function curveOf(layer: Layer, rate: number, shiftS: number): Curve {
		const { count, first, step, end: last } = layer;
		const mean = decode(layer.mean, count);
		const t = new Float64Array(count + 1);
		const widths = layer.widths === undefined ? undefined : new DataView(bytesOf(layer.widths).buffer);
		let sample = first;
		for (let k = 0; k < count; k++) {
			t[k] = sample / rate + shiftS;
			sample += widths ? widths.getUint32(4 * k, true) : step;
		}
		t[count] = last / rate + shiftS;
		const lossy = new Uint8Array(count);
		for (const [begin, length] of layer.lossy) lossy.fill(1, begin, begin + length);
		return { from: t[0], to: t[count], count, t, mean, lossy, min: layer.min ? decode(layer.min, count) : mean, max: layer.max ? decode(layer.max, count) : mean };
	}

	const panes = data.channels.map((channel) => {
		const canvas = document.createElement('canvas');
		canvas.setAttribute('role', 'img');
		canvas.setAttribute('aria-label', `${channel.label} over time`);
		chart.append(canvas);
		return { ...channel, canvas, curves: channel.layers.map((layer) => curveOf(layer, channel.rate, channel.shiftS)) };
	});

	/** The finest layer that holds all that is seen, else the one over everything. */
	const curveFor = (curves: readonly Curve[]) =>
		curves
			.filter((curve) => curve.from <= Math.max(from, curves[0].from) && curve.to >= Math.min(to, curves[0].to))
			.reduce((best, curve) => (curve.count / (curve.to - curve.from) > best.count / (best.to - best.from) ? curve : best), curves[0]);

	/** The point that holds a moment, or the first. */
	function pointAt({ t, count }: Curve, time: number): number {
		let low = 0;
		let high = count;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (t[middle] <= time) low = middle + 1;
			else high = middle;
		}
		return Math.max(0, low - 1);
	}

	function scaled(value: number, unit: string, digits: number): string {
		if (Number.isNaN(value)) return '–';
		const magnitude = Math.abs(value);
		if (magnitude === 0 || unit === '°C' || unit === '') return `${Number(value.toPrecision(digits))} ${unit}`;
		const power = Math.max(-4, Math.min(3, Math.floor(Math.log10(magnitude * 1.0000001) / 3)));
		return `${Number((value / 1000 ** power).toPrecision(digits))} ${['p', 'n', 'µ', 'm', '', 'k', 'M', 'G'][power + 4]}${unit}`;
	}

	/** Round numbers within the limits. */
	function ticks(low: number, high: number, most: number): number[] {
		const rough = (high - low) / Math.max(1, most);
		const decade = 10 ** Math.floor(Math.log10(rough));
		const step = ([1, 2, 5, 10].find((factor) => factor * decade >= rough) as number) * decade;
		const result: number[] = [];
		for (let k = Math.ceil(low / step); k * step <= high + step * 1e-9; k++) result.push(k * step);
		return result;
	}

	function draw(): void {
		requested = false;
		for (const [index, pane] of panes.entries()) drawPane(pane, index === panes.length - 1);
		tell();
	}

	function drawPane({ canvas, curves, label, unit, color }: (typeof panes)[number], last: boolean): void {
		const ratio = devicePixelRatio || 1;
		const { clientWidth: wide, clientHeight: high } = canvas;
		canvas.width = Math.round(wide * ratio);
		canvas.height = Math.round(high * ratio);
		const context = canvas.getContext('2d') as CanvasRenderingContext2D;
		context.scale(ratio, ratio);
		const ink = getComputedStyle(chart).color;
		const [left, top] = [margin.left, margin.top];
		const width = Math.max(10, wide - left - margin.right);
		const height = high - top - margin.bottom;
		const xOf = (time: number) => left + ((time - from) / (to - from)) * width;
		context.font = '11px system-ui, sans-serif';
		context.fillStyle = color;
		context.fillRect(left, 7, 10, 8);
		context.fillStyle = ink;
		context.textBaseline = 'middle';
		context.fillText(label, left + 16, 11);
		for (const { from: begin, to: finish, color: shade } of data.windows) {
			const [a, b] = [Math.max(left, xOf(begin)), Math.min(left + width, xOf(finish))];
			if (b < a) continue;
			context.globalAlpha = 0.16;
			context.fillStyle = shade;
			context.fillRect(a, top, Math.max(1, b - a), height);
			context.globalAlpha = 1;
		}
		const curve = curveFor(curves);
		const [low, most] = limits(curve);
		const yOf = (value: number) => top + ((most - value) / (most - low)) * height;
		context.textAlign = 'right';
		for (const tick of ticks(low, most, 4)) {
			context.globalAlpha = 0.12;
			context.fillRect(left, Math.round(yOf(tick)), width, 1);
			context.globalAlpha = 1;
			context.fillStyle = ink;
			context.fillText(scaled(Math.abs(tick) < (most - low) * 1e-9 ? 0 : tick, unit, 5), left - 6, yOf(tick));
		}
		context.textAlign = 'center';
		for (const tick of ticks(from, to, width / 100)) {
			context.globalAlpha = 0.12;
			context.fillRect(Math.round(xOf(tick)), top, 1, height);
			context.globalAlpha = 1;
			if (last) context.fillText(scaled(tick, 's', 9), Math.min(wide - 30, xOf(tick)), top + height + 12);
		}
		context.save();
		context.beginPath();
		context.rect(left, top, width, height);
		context.clip();
		trace(context, curve, color, { xOf, yOf, top, height });
		context.fillStyle = ink;
		for (const time of [cursor, marked]) if (time !== null) context.fillRect(Math.round(xOf(time)), top, 1, height);
		context.restore();
	}

	function limits(curve: Curve): [number, number] {
		const { t, count, min, max } = curve;
		let low = Number.POSITIVE_INFINITY;
		let high = Number.NEGATIVE_INFINITY;
		for (let k = pointAt(curve, from); k < count && t[k] < to; k++) {
			if (min[k] < low) low = min[k];
			if (max[k] > high) high = max[k];
		}
		if (low > high) return [0, 1];
		if (low > 0 && low < 0.4 * high) low = 0;
		const air = Math.max((high - low) * 0.06, Math.abs(high) * 0.005, 1e-9);
		return [low - air, high + air];
	}

	interface Area {
		readonly xOf: (time: number) => number;
		readonly yOf: (value: number) => number;
		readonly top: number;
		readonly height: number;
	}

	/** Bars from minimum to maximum, each as wide as its point and joined to the one before; what was lost is shaded. */
	function trace(context: CanvasRenderingContext2D, curve: Curve, color: string, { xOf, yOf, top, height }: Area): void {
		const { t, count, min, max, lossy } = curve;
		let before: readonly [number, number] | undefined;
		for (let k = pointAt(curve, from); k < count && t[k] <= to; ) {
			const x = xOf(t[k]);
			let low = min[k];
			let high = max[k];
			let lost = lossy[k] === 1;
			// Points narrower than half a pixel share a bar.
			for (k++; k < count && xOf(t[k]) < x + 0.5; k++) {
				if (!(low <= min[k])) low = Number.isNaN(min[k]) ? low : min[k];
				if (!(high >= max[k])) high = Number.isNaN(max[k]) ? high : max[k];
				lost ||= lossy[k] === 1;
			}
			const wide = Math.max(0.75, xOf(t[k]) - x);
			if (lost) {
				context.fillStyle = Number.isNaN(low) ? 'rgba(250, 82, 82, 0.28)' : '#e03131';
				context.fillRect(x, Number.isNaN(low) ? top : top + height - 4, Math.max(1, wide), Number.isNaN(low) ? height : 4);
			}
			if (Number.isNaN(low)) {
				before = undefined;
				continue;
			}
			const [upper, lower] = [yOf(high) - 0.75, yOf(low) + 0.75];
			context.fillStyle = color;
			context.fillRect(x, upper, wide, lower - upper);
			if (before && upper > before[1]) context.fillRect(x, before[1], 1, upper - before[1]);
			if (before && lower < before[0]) context.fillRect(x, lower, 1, before[0] - lower);
			before = [upper, lower];
		}
	}

	function tell(): void {
		const time = cursor ?? marked;
		const span = `${scaled(from, 's', 7)} to ${scaled(to, 's', 7)}, ${scaled(to - from, 's', 5)}`;
		if (time === null) {
			readout.textContent = span;
			return;
		}
		const values = panes.map(({ curves, label, unit }) => {
			const curve = curveFor(curves);
			const k = pointAt(curve, time);
			const spread = curve.min[k] === curve.max[k] ? '' : ` (${scaled(curve.min[k], unit, 4)} to ${scaled(curve.max[k], unit, 4)})`;
			return `${label} ${scaled(curve.mean[k], unit, 5)}${spread}`;
		});
		readout.textContent = `${scaled(time, 's', 8)}: ${values.join(' · ')}`;
	}

	function show(begin: number, finish: number): void {
		const span = Math.min(end, Math.max(2e-6, finish - begin));
		from = Math.min(Math.max(0, begin), end - span);
		to = from + span;
		if (!requested) requestAnimationFrame(draw);
		requested = true;
	}
	const zoom = (about: number, factor: number) => show(about - (about - from) * factor, about + (to - about) * factor);
	const timeAt = (event: MouseEvent) => {
		const { left, width } = chart.getBoundingClientRect();
		return from + ((event.clientX - left - margin.left) / Math.max(10, width - margin.left - margin.right)) * (to - from);
	};
	const secondsAPixel = () => (to - from) / Math.max(10, chart.clientWidth - margin.left - margin.right);

	chart.addEventListener(
		'wheel',
		(event) => {
			event.preventDefault();
			if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) show(from + event.deltaX * secondsAPixel(), to + event.deltaX * secondsAPixel());
			else zoom(timeAt(event), Math.exp(event.deltaY * 0.002));
		},
		{ passive: false },
	);
	const pointers = new Map<number, number>();
	chart.addEventListener('pointerdown', (event) => {
		pointers.set(event.pointerId, event.clientX);
		chart.setPointerCapture(event.pointerId);
	});
	chart.addEventListener('pointermove', (event) => {
		const before = pointers.get(event.pointerId);
		cursor = timeAt(event);
		if (before === undefined) return show(from, to);
		const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
		pointers.set(event.pointerId, event.clientX);
		// Two fingers: what lies between them is stretched.
		if (others.length === 1) zoom(cursor, Math.abs(before - others[0]) / Math.max(1, Math.abs(event.clientX - others[0])));
		else show(from - (event.clientX - before) * secondsAPixel(), to - (event.clientX - before) * secondsAPixel());
	});
	for (const type of ['pointerup', 'pointercancel'] as const) chart.addEventListener(type, (event) => pointers.delete(event.pointerId));
	chart.addEventListener('pointerleave', () => {
		cursor = null;
		show(from, to);
	});
	chart.addEventListener('dblclick', () => show(0, end));
	chart.addEventListener('keydown', ({ key, ctrlKey, metaKey, altKey }) => {
		if (ctrlKey || metaKey || altKey) return;
		const quarter = (to - from) / 4;
		if (key === 'ArrowLeft') show(from - quarter, to - quarter);
		else if (key === 'ArrowRight') show(from + quarter, to + quarter);
		else if (key === '+' || key === 'ArrowUp') zoom((from + to) / 2, 0.5);
		else if (key === '-' || key === 'ArrowDown') zoom((from + to) / 2, 2);
		else if (key === 'Home' || key === '*') show(0, end);
	});
	document.addEventListener('click', ({ target }) => {
		const button = target instanceof Element ? target.closest('button') : null;
		if (!button) return;
		const { window: chosen, line } = button.dataset;
		if (button.id === 'all') show(0, end);
		if (button.id === 'in') zoom((from + to) / 2, 0.5);
		if (button.id === 'out') zoom((from + to) / 2, 2);
		if (chosen !== undefined) {
			const { from: begin, to: finish } = data.windows[Number(chosen)];
			const air = (finish - begin) * 0.02;
			show(begin - air, finish + air);
		}
		if (line !== undefined) {
			marked = data.lines[Number(line)];
			const span = Math.min(to - from, end / 10);
			show(marked - span / 2, marked + span / 2);
		}
		if (chosen !== undefined || line !== undefined) chart.scrollIntoView({ block: 'center' });
	});
	new ResizeObserver(() => show(from, to)).observe(chart);
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => show(from, to));
	show(0, end);
}

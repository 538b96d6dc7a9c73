/** High contrast: a symbol on each trace of a pane, another one for each, so that traces are told apart without their colours. */

import type { Overlay } from './pane.ts';
import type { Trace } from './trace.ts';

/** CSS pixels from one symbol to the next, and of a symbol. */
const everyPixels = 90;
const sizePixels = 5;

type Symbol = (context: CanvasRenderingContext2D, x: number, y: number, size: number) => void;

const symbols: readonly Symbol[] = [
	(context, x, y, size) => context.arc(x, y, size, 0, 2 * Math.PI),
	(context, x, y, size) => context.rect(x - size, y - size, 2 * size, 2 * size),
	(context, x, y, size) => polygon(context, x, y, 1.3 * size, 3),
	(context, x, y, size) => polygon(context, x, y, 1.3 * size, 4),
];

/** Only where there are several: one needs none. */
export function symbolOverlay(shown: () => readonly Trace[]): Overlay {
	return (context, { left, top, width, height, xMin, xMax, yMin, yMax, logarithmic }) => {
		const traces = shown();
		if (traces.length < 2) return;
		const every = everyPixels * devicePixelRatio;
		const share = (value: number) => (logarithmic ? Math.log(value / yMin) / Math.log(yMax / yMin) : (value - yMin) / (yMax - yMin));
		for (const [number, { t, mean, count, color }] of traces.entries()) {
			context.fillStyle = color;
			context.strokeStyle = '#000';
			context.lineWidth = devicePixelRatio;
			// Those of different traces stand beside each other.
			let next = left + (every * (number + 0.5)) / traces.length;
			for (let index = 0; index < count; index++) {
				const x = left + ((t[index] - xMin) / (xMax - xMin)) * width;
				if (x < next || Number.isNaN(mean[index])) continue;
				next = x + every;
				const y = top + (1 - Math.min(1, Math.max(0, share(mean[index])))) * height;
				context.beginPath();
				symbols[number % symbols.length](context, x, y, sizePixels * devicePixelRatio);
				context.fill();
				context.stroke();
			}
		}
	};
}

function polygon(context: CanvasRenderingContext2D, x: number, y: number, radius: number, corners: number): void {
	for (let corner = 0; corner < corners; corner++) {
		const angle = (2 * Math.PI * corner) / corners - Math.PI / 2;
		context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
	}
	context.closePath();
}

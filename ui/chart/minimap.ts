/**
 * The picture of everything under the panes, with a box around what they show. The box is dragged, its edges too; a press beside it takes it there. Paints
 * on a canvas of its own when something has changed; knows no React.
 */

import type { ChartModel } from './chart-model.ts';
import { type PlotArea, paintTrace, yRange } from './paint.ts';
import type { Overlay } from './pane.ts';
import type { Trace } from './trace.ts';

export interface MinimapColors {
	readonly shade: string;
	readonly frame: string;
	readonly gap: string;
	readonly loss: string;
}

export const minimapColors: Readonly<Record<'light' | 'dark', MinimapColors>> = {
	dark: { shade: 'rgba(20,23,27,0.62)', frame: '#8fb8d8', gap: 'rgba(250,82,82,0.28)', loss: '#ff6b6b' },
	light: { shade: 'rgba(246,248,250,0.7)', frame: '#1864ab', gap: 'rgba(250,82,82,0.22)', loss: '#e03131' },
};

/** CSS pixels from an edge of the box within which the edge is caught; a box is at least as wide as two of them. */
const catchPixels = 8;

type Drag = { readonly kind: 'box'; lastX: number } | { readonly kind: 'edge'; readonly fixedS: number };

export class Minimap {
	/** What it shows; undefined: nothing yet. */
	trace: Trace | undefined;
	readonly overlays: readonly Overlay[];
	readonly #canvas: HTMLCanvasElement;
	readonly #model: ChartModel;
	readonly #colors: MinimapColors;
	readonly #controller = new AbortController();
	#requested = 0;
	#logarithmic: () => boolean;

	constructor(canvas: HTMLCanvasElement, model: ChartModel, colors: MinimapColors, overlays: readonly Overlay[], logarithmic: () => boolean) {
		this.#canvas = canvas;
		this.#model = model;
		this.#colors = colors;
		this.overlays = overlays;
		this.#logarithmic = logarithmic;
		this.#attach();
		const unsubscribers = [model.onWindow(this.invalidate), model.marks.subscribe(this.invalidate), model.layout.subscribe(this.invalidate)];
		this.#controller.signal.addEventListener('abort', () => {
			for (const unsubscribe of unsubscribers) unsubscribe();
		});
	}

	destroy(): void {
		cancelAnimationFrame(this.#requested);
		this.#controller.abort();
	}

	/** Paints in the next frame. */
	readonly invalidate = (): void => {
		this.#requested ||= requestAnimationFrame(() => this.#paint());
	};

	#paint(): void {
		this.#requested = 0;
		const { clientWidth, clientHeight } = this.#canvas;
		const context = this.#canvas.getContext('2d');
		if (!context || clientWidth === 0) return;
		const width = Math.round(clientWidth * devicePixelRatio);
		const height = Math.round(clientHeight * devicePixelRatio);
		if (this.#canvas.width !== width || this.#canvas.height !== height) {
			this.#canvas.width = width;
			this.#canvas.height = height;
		} else context.clearRect(0, 0, width, height);
		const { from: xMin, to: xMax } = this.#model.layout.state.extent;
		const logarithmic = this.#logarithmic();
		const [low, yMax] = yRange(this.trace ? [this.trace] : [], logarithmic, undefined);
		const yMin = logarithmic && low <= 0 ? yMax * 1e-6 : low;
		const area: PlotArea = { left: 0, top: 0, width, height, hairline: devicePixelRatio, xMin, xMax, yMin, yMax, logarithmic };
		if (this.trace) paintTrace(context, this.trace, area, this.#colors.gap, this.#colors.loss);
		for (const overlay of this.overlays) overlay(context, area);
		const [left, right] = this.#box().map((x) => Math.round(x * devicePixelRatio));
		context.fillStyle = this.#colors.shade;
		context.fillRect(0, 0, left, height);
		context.fillRect(right, 0, width - right, height);
		context.strokeStyle = this.#colors.frame;
		context.lineWidth = Math.max(1, Math.round(devicePixelRatio));
		context.strokeRect(left + 0.5, 0.5, Math.max(1, right - left - 1), height - 1);
		context.fillStyle = this.#colors.frame;
		for (const x of [left, right]) context.fillRect(x - 1.5 * devicePixelRatio, height / 4, 3 * devicePixelRatio, height / 2);
	}

	/** The box's edges, CSS pixels: never narrower than can be grasped. */
	#box(): [number, number] {
		const { extent } = this.#model.layout.state;
		const { from, to } = this.#model.window;
		const scale = this.#canvas.clientWidth / (extent.to - extent.from);
		const left = (from - extent.from) * scale;
		const right = (to - extent.from) * scale;
		const missing = Math.max(0, 3 - (right - left)) / 2;
		return [Math.max(0, left - missing), Math.min(this.#canvas.clientWidth, right + missing)];
	}

	#attach(): void {
		const canvas = this.#canvas;
		const model = this.#model;
		const { signal } = this.#controller;
		let drag: Drag | undefined;
		const xAt = ({ clientX }: PointerEvent | WheelEvent) => clientX - canvas.getBoundingClientRect().left;
		const timeAt = (x: number) => {
			const { from, to } = model.layout.state.extent;
			return from + (Math.min(canvas.clientWidth, Math.max(0, x)) / canvas.clientWidth) * (to - from);
		};
		/** Which edge of the box is at this place; the inner side of a narrow box is for moving it. */
		const edgeAt = (x: number): 'left' | 'right' | undefined => {
			const [left, right] = this.#box();
			const inner = Math.min(catchPixels, (right - left) / 4);
			if (x >= left - catchPixels && x <= left + inner) return 'left';
			return x >= right - inner && x <= right + catchPixels ? 'right' : undefined;
		};
		const moveTo = (timeS: number) => {
			const { from, to } = model.window;
			model.show({ from: timeS - (to - from) / 2, to: timeS + (to - from) / 2 });
		};
		const on = <E extends keyof HTMLElementEventMap>(type: E, listener: (event: HTMLElementEventMap[E]) => void) =>
			canvas.addEventListener(type, listener, { signal, passive: false });

		on('pointerdown', (event) => {
			if (event.button !== 0) return;
			canvas.setPointerCapture(event.pointerId);
			const x = xAt(event);
			const [left, right] = this.#box();
			const edge = edgeAt(x);
			if (edge) drag = { kind: 'edge', fixedS: edge === 'left' ? model.window.to : model.window.from };
			else {
				if (x < left || x > right) moveTo(timeAt(x));
				drag = { kind: 'box', lastX: x };
			}
		});
		on('pointermove', (event) => {
			const x = xAt(event);
			canvas.style.cursor = edgeAt(x) || drag?.kind === 'edge' ? 'ew-resize' : 'grab';
			if (drag?.kind === 'box') {
				const { extent } = model.layout.state;
				const { from, to } = model.window;
				model.panBy((((x - drag.lastX) / canvas.clientWidth) * (extent.to - extent.from)) / (to - from));
				drag.lastX = x;
			} else if (drag?.kind === 'edge') {
				const timeS = timeAt(x);
				if (timeS !== drag.fixedS) model.show({ from: Math.min(timeS, drag.fixedS), to: Math.max(timeS, drag.fixedS) });
			}
		});
		for (const type of ['pointerup', 'pointercancel'] as const)
			on(type, () => {
				drag = undefined;
			});
		on('dblclick', () => model.showAll());
		on('wheel', (event) => {
			event.preventDefault();
			model.zoomAt(timeAt(xAt(event)), 1.0015 ** event.deltaY);
		});
	}
}

/**
 * Pointer and wheel on a recording's panes: drag selects, shift-drag pans, the wheel zooms at the pointer, shift-wheel pans, a double click
 * shows all. Works in seconds; knows neither React nor what is drawn.
 */

import type { Window } from '../api.ts';
import type { Pane } from './pane.ts';
import { pan, zoom } from './window-math.ts';

export interface GestureTarget {
	/** What the panes show. */
	window(): Window;
	durationS(): number;
	show(window: Window): void;
	/** While dragging, and at its end (`done`). Null: a mere click. */
	select(selection: Window | null, done: boolean): void;
}

/** CSS pixels below which a drag is a click. */
const clickPixels = 4;
const wheelFactor = 1.0015;

/** Returns a function that removes the listeners. */
export function attachGestures(panes: readonly Pane[], target: GestureTarget): () => void {
	const controller = new AbortController();
	const { signal } = controller;
	for (const { plot } of panes) {
		const area = plot.over;
		area.style.touchAction = 'pan-y';
		const timeAt = (clientX: number) => {
			const { left, width } = area.getBoundingClientRect();
			const { from, to } = target.window();
			return from + (Math.min(width, Math.max(0, clientX - left)) / width) * (to - from);
		};
		let drag: { startX: number; startS: number; window: Window; pans: boolean } | undefined;
		area.addEventListener(
			'pointerdown',
			(event) => {
				if (event.button !== 0) return;
				area.setPointerCapture(event.pointerId);
				drag = { startX: event.clientX, startS: timeAt(event.clientX), window: target.window(), pans: event.shiftKey };
			},
			{ signal },
		);
		const selectionTo = (clientX: number): Window | null => {
			if (!drag || Math.abs(clientX - drag.startX) < clickPixels) return null;
			const end = timeAt(clientX);
			return { from: Math.min(drag.startS, end), to: Math.max(drag.startS, end) };
		};
		area.addEventListener(
			'pointermove',
			(event) => {
				if (!drag) return;
				if (drag.pans) {
					const perPixel = (drag.window.to - drag.window.from) / area.clientWidth;
					target.show(pan(drag.window, (drag.startX - event.clientX) * perPixel, target.durationS()));
					return;
				}
				const selection = selectionTo(event.clientX);
				if (selection) target.select(selection, false);
			},
			{ signal },
		);
		area.addEventListener(
			'pointerup',
			(event) => {
				if (drag && !drag.pans) target.select(selectionTo(event.clientX), true);
				drag = undefined;
			},
			{ signal },
		);
		area.addEventListener(
			'pointercancel',
			() => {
				if (drag && !drag.pans) target.select(null, true);
				drag = undefined;
			},
			{ signal },
		);
		area.addEventListener('dblclick', () => target.show({ from: 0, to: target.durationS() }), { signal });
		area.addEventListener(
			'wheel',
			(event) => {
				event.preventDefault();
				const window = target.window();
				// Browsers turn shift and wheel into a sideways turn; a trackpad does so by itself.
				const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
				const turn = (event.deltaX || event.deltaY) * (event.deltaMode === 1 ? 30 : 1);
				if (sideways) target.show(pan(window, (turn / area.clientWidth) * (window.to - window.from), target.durationS()));
				else target.show(zoom(window, timeAt(event.clientX), wheelFactor ** turn, target.durationS()));
			},
			{ signal, passive: false },
		);
	}
	return () => controller.abort();
}

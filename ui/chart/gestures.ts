/**
 * Pointer, wheel and touch on the panes, as the instruments' own programs have them: drag moves, Shift-drag selects (or drag alone, where selecting is
 * chosen), the wheel zooms at the pointer, Alt and wheel zoom the pane's y axis, two fingers on a trackpad move sideways, on a screen they pinch,
 * a double click shows all, the middle button the same span from the start on. A finger that rests selects. Markers are dragged. Works in seconds; knows neither React nor what is drawn.
 */

import type { ChartModel } from './chart-model.ts';
import type { Pane } from './pane.ts';

export interface GestureOptions {
	/** A plain drag selects instead of moving. */
	selecting(): boolean;
	/** A click that was no drag: on this moment of this pane. */
	onClick?(pane: string, timeS: number): void;
	/** The right button, at this place of the page. */
	onMenu?(place: { readonly x: number; readonly y: number }, timeS: number): void;
}

/** CSS pixels below which a drag is a click, and within which a marker is caught. */
const clickPixels = 4;
const catchPixels = 6;
const wheelFactor = 1.0015;
/** ms after which a finger that has not moved selects. */
const longPressMs = 450;

type Drag =
	| { readonly kind: 'move'; lastX: number }
	| { readonly kind: 'select'; readonly startX: number; readonly startS: number }
	| { readonly kind: 'marker'; readonly which: 0 | 1 };

/** Returns a function that removes the listeners. */
export function attachGestures(panes: ReadonlyMap<string, Pane>, model: ChartModel, options: GestureOptions): () => void {
	const controller = new AbortController();
	const { signal } = controller;
	for (const [id, { plot }] of panes) {
		const area = plot.over;
		area.style.touchAction = 'none';
		const touches = new Map<number, { x: number; y: number }>();
		let drag: Drag | undefined;
		let downX = 0;
		let press: number | undefined;
		const timeAt = (clientX: number): number => {
			const { left, width } = area.getBoundingClientRect();
			const { from, to } = model.window;
			return from + (Math.min(width, Math.max(0, clientX - left)) / width) * (to - from);
		};
		const markerAt = (clientX: number): 0 | 1 | undefined => {
			const { from, to } = model.window;
			const secondsAPixel = (to - from) / area.clientWidth;
			const near = model.marks.state.markers.findIndex((marker) => marker !== null && Math.abs(marker - timeAt(clientX)) < catchPixels * secondsAPixel);
			return near < 0 ? undefined : (near as 0 | 1);
		};
		const on = <E extends keyof HTMLElementEventMap>(type: E, listener: (event: HTMLElementEventMap[E]) => void) =>
			area.addEventListener(type, listener, { signal, passive: false });

		on('pointerdown', (event) => {
			if (event.button === 1) {
				event.preventDefault();
				fromStart(model);
			}
			if (event.button !== 0) return;
			area.setPointerCapture(event.pointerId);
			if (event.pointerType === 'touch') touches.set(event.pointerId, { x: event.clientX, y: event.clientY });
			downX = event.clientX;
			const marker = markerAt(event.clientX);
			if (touches.size > 1) drag = undefined;
			else if (marker !== undefined) drag = { kind: 'marker', which: marker };
			else if (event.shiftKey !== options.selecting()) drag = { kind: 'select', startX: event.clientX, startS: timeAt(event.clientX) };
			else drag = { kind: 'move', lastX: event.clientX };
			clearTimeout(press);
			if (event.pointerType === 'touch' && drag?.kind === 'move')
				press = window.setTimeout(() => {
					drag = { kind: 'select', startX: downX, startS: timeAt(downX) };
					area.style.outline = '2px dashed currentColor';
					navigator.vibrate?.(10);
				}, longPressMs);
		});

		const selectionTo = (clientX: number, { startX, startS }: { startX: number; startS: number }) => {
			if (Math.abs(clientX - startX) < clickPixels) return null;
			const end = timeAt(clientX);
			return { from: Math.min(startS, end), to: Math.max(startS, end) };
		};

		on('pointermove', (event) => {
			model.cursor.set({ timeS: timeAt(event.clientX), byKeys: false });
			const touch = touches.get(event.pointerId);
			if (touch && touches.size === 2) {
				const [other] = [...touches].filter(([pointer]) => pointer !== event.pointerId).map(([, place]) => place);
				const before = Math.hypot(touch.x - other.x, touch.y - other.y);
				const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
				const middle = (touch.x + other.x) / 2;
				if (before > 0 && after > 0) model.zoomAt(timeAt(middle), before / after);
				model.panBy((middle - (event.clientX + other.x) / 2) / area.clientWidth);
			}
			if (touch) touches.set(event.pointerId, { x: event.clientX, y: event.clientY });
			if (Math.abs(event.clientX - downX) >= clickPixels || touches.size > 1) clearTimeout(press);
			if (drag?.kind === 'move') {
				model.panBy((drag.lastX - event.clientX) / area.clientWidth);
				drag.lastX = event.clientX;
			} else if (drag?.kind === 'select') {
				const selection = selectionTo(event.clientX, drag);
				if (selection) model.select(selection, false);
			} else if (drag?.kind === 'marker') model.mark(drag.which, timeAt(event.clientX));
		});

		const ended = (event: PointerEvent, cancelled: boolean) => {
			clearTimeout(press);
			area.style.outline = '';
			touches.delete(event.pointerId);
			if (drag?.kind === 'select') model.select(cancelled ? null : selectionTo(event.clientX, drag), true);
			if (drag && drag.kind !== 'marker' && !cancelled && Math.abs(event.clientX - downX) < clickPixels) options.onClick?.(id, timeAt(event.clientX));
			drag = undefined;
		};
		on('pointerup', (event) => ended(event, false));
		on('pointercancel', (event) => ended(event, true));
		on('contextmenu', (event) => {
			event.preventDefault();
			// Of a finger that rests comes one too, and that selects.
			if ((event as PointerEvent).pointerType !== 'touch') options.onMenu?.({ x: event.clientX, y: event.clientY }, timeAt(event.clientX));
		});
		on('pointerleave', () => model.cursor.set({ timeS: null, byKeys: false }));
		on('dblclick', () => model.showAll());
		on('wheel', (event) => {
			event.preventDefault();
			// A trackpad that is pinched says Ctrl and wheel. Browsers turn Shift and wheel into a sideways turn.
			const sideways = event.shiftKey || (!event.ctrlKey && Math.abs(event.deltaX) > Math.abs(event.deltaY));
			const turn = (event.deltaX && sideways ? event.deltaX : event.deltaY || event.deltaX) * (event.deltaMode === 1 ? 30 : 1);
			if (event.altKey) zoomY(model, id, plot.scales.y, plot.posToVal(event.offsetY, 'y'), wheelFactor ** turn);
			else if (sideways) model.panBy(turn / area.clientWidth);
			else model.zoomAt(timeAt(event.clientX), wheelFactor ** (turn * (event.ctrlKey ? 5 : 1)));
			model.cursor.set({ timeS: timeAt(event.clientX), byKeys: false });
		});
	}
	return () => controller.abort();
}

/** The same span from where everything begins. */
export function fromStart(model: ChartModel): void {
	const { from, to } = model.window;
	const { extent } = model.layout.state;
	model.show({ from: extent.from, to: extent.from + to - from }, { remember: true });
}

/** Locks the y axis to a range that is wider or narrower by `factor` about `value`. */
function zoomY(model: ChartModel, pane: string, { min, max }: { min?: number | null; max?: number | null }, value: number, factor: number): void {
	if (min == null || max == null) return;
	if (model.scaleOf(pane).logarithmic) {
		const about = Math.log(value);
		model.setScale(pane, { locked: [Math.exp(about - (about - Math.log(min)) * factor), Math.exp(about + (Math.log(max) - about) * factor)] });
	} else model.setScale(pane, { locked: [value - (value - min) * factor, value + (max - value) * factor] });
}

/** Pointer and wheel on the lanes, as on the panes above: drag moves, the wheel zooms or moves, a click chooses. */

import type { ChartModel } from '../chart/chart-model.ts';
import { rightPadding } from '../chart/pane.ts';

/** A place on the lanes: s on the chart's axis, and CSS pixels from the canvas' corner. */
export interface LanePlace {
	readonly timeS: number;
	readonly x: number;
	readonly y: number;
	readonly secondsAPixel: number;
}

interface LaneGestures {
	onHover(place: LanePlace | undefined): void;
	onClick(place: LanePlace): void;
}

const clickPixels = 4;
const wheelFactor = 1.0015;

/** Returns a function that removes the listeners. */
export function attachLaneGestures(canvas: HTMLCanvasElement, model: ChartModel, { onHover, onClick }: LaneGestures): () => void {
	const controller = new AbortController();
	const options = { signal: controller.signal, passive: false };
	const width = () => Math.max(1, canvas.clientWidth - rightPadding);
	const placeOf = ({ offsetX, offsetY }: MouseEvent): LanePlace => {
		const { from, to } = model.window;
		const secondsAPixel = (to - from) / width();
		return { timeS: from + offsetX * secondsAPixel, x: offsetX, y: offsetY, secondsAPixel };
	};
	let downX: number | undefined;
	let lastX = 0;
	canvas.addEventListener(
		'pointerdown',
		(event) => {
			if (event.button !== 0) return;
			canvas.setPointerCapture(event.pointerId);
			downX = event.clientX;
			lastX = event.clientX;
		},
		options,
	);
	canvas.addEventListener(
		'pointermove',
		(event) => {
			const place = placeOf(event);
			model.cursor.set({ timeS: place.timeS });
			if (downX === undefined) return onHover(place);
			if (Math.abs(event.clientX - downX) < clickPixels && lastX === downX) return;
			onHover(undefined);
			model.panBy((lastX - event.clientX) / width());
			lastX = event.clientX;
		},
		options,
	);
	canvas.addEventListener(
		'pointerup',
		(event) => {
			if (downX !== undefined && Math.abs(event.clientX - downX) < clickPixels && lastX === downX) onClick(placeOf(event));
			downX = undefined;
		},
		options,
	);
	canvas.addEventListener(
		'pointercancel',
		() => {
			downX = undefined;
		},
		options,
	);
	canvas.addEventListener(
		'pointerleave',
		() => {
			model.cursor.set({ timeS: null });
			onHover(undefined);
		},
		options,
	);
	canvas.addEventListener(
		'wheel',
		(event) => {
			event.preventDefault();
			const sideways = event.shiftKey || (!event.ctrlKey && Math.abs(event.deltaX) > Math.abs(event.deltaY));
			const turn = (event.deltaX && sideways ? event.deltaX : event.deltaY || event.deltaX) * (event.deltaMode === 1 ? 30 : 1);
			if (sideways) model.panBy(turn / width());
			else model.zoomAt(placeOf(event).timeS, wheelFactor ** (turn * (event.ctrlKey ? 5 : 1)));
		},
		options,
	);
	return () => controller.abort();
}

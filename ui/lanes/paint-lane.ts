/** Paints one lane: a level as a line that steps, with a block where it changes faster than pixels can show; lines of text as ticks. */

import type { Window } from '../api.ts';
import { type DrawnLane, firstRunFrom } from './lane.ts';

export interface LaneArea {
	/** Device pixels. */
	readonly left: number;
	readonly top: number;
	readonly width: number;
	readonly height: number;
	readonly hairline: number;
}

export interface LaneColors {
	readonly level: string;
	/** Under a high level. */
	readonly high: string;
	readonly block: string;
	readonly tick: string;
	readonly note: string;
}

/** What follows within so many pixels is one block. */
const blockPixels = 2;

/** `offsetS` is added to the lane's times, beside its own shift: how far a live device's time is from the chart's. */
export function paintLane(context: CanvasRenderingContext2D, lane: DrawnLane, window: Window, offsetS: number, area: LaneArea, colors: LaneColors): void {
	const shiftS = lane.shiftS + offsetS;
	const perSecond = area.width / (window.to - window.from);
	const xOf = (timeS: number) => area.left + (timeS + shiftS - window.from) * perSecond;
	const first = firstRunFrom(lane.runs, window.from - shiftS);
	if (lane.levels) paintLevel(context, lane, first, window.to - shiftS, xOf, area, colors);
	else paintTicks(context, lane, first, window.to - shiftS, xOf, area, colors);
}

function paintLevel(
	context: CanvasRenderingContext2D,
	{ runs, level = null, levels = [] }: DrawnLane,
	first: number,
	toS: number,
	xOf: (timeS: number) => number,
	{ left, top, width, height, hairline }: LaneArea,
	colors: LaneColors,
): void {
	const line = Math.max(1, Math.round(1.5 * hairline));
	const right = left + width;
	const [high, low] = [top + 2 * hairline, top + height - 2 * hairline - line];
	let x = left;
	let now = first > 0 ? levels[first - 1] : level;
	const holdUntil = (until: number) => {
		const end = Math.min(until, right);
		if (end <= x || now === null) return;
		if (now === 1) {
			context.fillStyle = colors.high;
			context.fillRect(x, high, end - x, low - high);
		}
		context.fillStyle = colors.level;
		context.fillRect(x, now === 1 ? high : low, end - x, line);
	};
	for (let run = first; run < runs.count.length && runs.from[run] < toS; ) {
		const begin = Math.max(left, xOf(runs.from[run]));
		let last = run;
		// The picture may show more than when the runs were made.
		while (last + 1 < runs.count.length && xOf(runs.from[last + 1]) - xOf(runs.to[last]) < blockPixels) last++;
		const single = last === run && runs.count[run] === 1;
		holdUntil(begin);
		if (single) {
			if (now !== null) {
				context.fillStyle = colors.level;
				context.fillRect(Math.round(begin - line / 2), high, line, low - high + line);
			}
			x = begin;
		} else {
			const end = Math.min(right, Math.max(xOf(runs.to[last]), begin + line));
			context.fillStyle = colors.block;
			context.fillRect(begin, high, end - begin, low - high + line);
			x = end;
		}
		now = levels[last];
		run = last + 1;
	}
	holdUntil(right);
}

function paintTicks(
	context: CanvasRenderingContext2D,
	{ runs, kind }: DrawnLane,
	first: number,
	toS: number,
	xOf: (timeS: number) => number,
	{ left, top, width, height, hairline }: LaneArea,
	colors: LaneColors,
): void {
	const tick = Math.max(1, Math.round(1.5 * hairline));
	context.fillStyle = kind === 'user-log' ? colors.note : colors.tick;
	for (let run = first; run < runs.count.length && runs.from[run] < toS; run++) {
		const begin = Math.max(left, Math.round(xOf(runs.from[run]) - tick / 2));
		const end = Math.min(left + width, xOf(runs.to[run]) + tick / 2);
		context.fillRect(begin, top + 3 * hairline, Math.max(tick, end - begin), height - 6 * hairline);
	}
}

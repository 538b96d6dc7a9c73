/** What is said of the place on a lane that the pointer is over: the level there, or the lines. */

import { api } from '../api.ts';
import { duration } from '../format.ts';
import type { Page } from '../page.ts';
import { type DrawnLane, firstRunFrom, nearestRun } from './lane.ts';
import type { LanePlace } from './lane-gestures.ts';
import { catchPixels } from './lane-picture.ts';

const mostLines = 3;
const waitMs = 80;
let asked = 0;

/** Undefined where there is nothing to say, or the pointer has moved on meanwhile. */
export async function laneTip(page: Page, lane: DrawnLane, { timeS, secondsAPixel }: LanePlace): Promise<string | undefined> {
	const question = ++asked;
	const { renderer } = page;
	const shiftS = lane.shiftS - (lane.recording === undefined ? (renderer.edgeOf(lane.device) ?? 0) : 0);
	const time = timeS - shiftS;
	const nearS = catchPixels * secondsAPixel;
	if (lane.levels) return levelTip(lane, time);
	const run = nearestRun(lane.runs, time, nearS);
	if (run < 0) return undefined;
	const count = lane.runs.count[run];
	if (lane.recording === undefined) {
		const near = page.events.lines.filter((line) => line.device === lane.device && line.type === 'log' && Math.abs(line.time - time) <= nearS);
		return near.map(({ text }) => text).join('\n');
	}
	// Whoever only passes by costs no question.
	await new Promise((resolve) => setTimeout(resolve, waitMs));
	if (question !== asked) return undefined;
	const window = { from: Math.max(lane.runs.from[run], time - nearS), to: Math.min(lane.runs.to[run], time + nearS) + 1e-9 };
	const { events, total } = await api.events(lane.recording, {
		...window,
		types: lane.kind === 'user-log' ? 'user-log' : 'log',
		device: lane.kind === 'user-log' ? undefined : lane.device,
		limit: mostLines,
	});
	if (question !== asked) return undefined;
	const more = (total ?? count) - events.length;
	return [...events.map((event) => ('text' in event ? event.text : '')), ...(more > 0 ? [`and ${more} more`] : [])].join('\n') || undefined;
}

function levelTip({ label, runs, level, levels = [] }: DrawnLane, time: number): string {
	const after = firstRunFrom(runs, time);
	if (after < runs.count.length && runs.from[after] <= time && runs.count[after] > 1)
		return `${label}: ${runs.count[after].toLocaleString('en')} changes in ${duration(runs.to[after] - runs.from[after])}`;
	const now = after > 0 ? levels[after - 1] : level;
	const word = now === null || now === undefined ? 'not known' : now === 1 ? 'high' : 'low';
	const since = after > 0 ? runs.to[after - 1] : undefined;
	const until = after < runs.count.length ? runs.from[after] : undefined;
	return `${label}: ${word}${since !== undefined && until !== undefined ? ` for ${duration(until - since)}` : ''}`;
}

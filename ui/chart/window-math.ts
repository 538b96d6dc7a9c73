/** Zooming and panning a time window inside [0, duration]. Pure. */

import type { Window } from '../api.ts';

/** Below this nothing is to be seen at any rate, s. */
export const leastS = 20e-6;

/** Scales about a point that stays where it is; `factor` below 1 zooms in. */
export function zoom({ from, to }: Window, aboutS: number, factor: number, durationS: number): Window {
	const span = Math.min(durationS, Math.max(leastS, (to - from) * factor));
	const share = (aboutS - from) / (to - from);
	return inside(aboutS - span * share, span, durationS);
}

export function pan({ from, to }: Window, byS: number, durationS: number): Window {
	return inside(from + byS, to - from, durationS);
}

function inside(from: number, span: number, durationS: number): Window {
	const start = Math.min(Math.max(0, from), Math.max(0, durationS - span));
	return { from: start, to: start + span };
}

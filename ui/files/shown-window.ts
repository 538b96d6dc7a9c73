/** From the chart's time axis to the time of one of its recordings. */

import type { Window } from '../api.ts';
import type { Page } from '../page.ts';

/** Clipped to the recording; undefined where it is not drawn, or nothing of it lies in the window. */
export function windowIn({ chart, bench }: Page, id: string, window: Window): Window | undefined {
	const track = chart.layout.state.tracks.find(({ origin }) => origin.kind === 'recorded' && origin.recording === id);
	const recording = bench.state().recordings.find((each) => each.id === id);
	if (!track || !recording) return undefined;
	const from = Math.max(0, window.from - track.shiftS);
	const to = Math.min(recording.duration, window.to - track.shiftS);
	return to > from ? { from, to } : undefined;
}

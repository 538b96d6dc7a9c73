/** What the panels' figures are of: the recordings shown in the chart, and the window of time chosen. */

import type { Window } from '../api.ts';
import { useBench } from '../bench.ts';
import type { Track } from '../chart/chart-model.ts';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import type { Scope } from './figures-choice.ts';

export interface ShownRecording {
	readonly id: string;
	readonly name: string;
	/** s by which it is later on the chart's axis than by its own time. */
	readonly shiftS: number;
}

export interface RecordedTrack {
	readonly track: Track;
	readonly recording: string;
	readonly device: string;
	readonly channel: string;
	/** `DEVICE.CHANNEL`. */
	readonly key: string;
}

export interface ScopeOfFigures {
	/** The one in force: the selection only where there is one. */
	readonly scope: Scope;
	/** s of the chart's axis; null: everything. */
	readonly window: Window | null;
	/** The same, with everything's own ends. */
	readonly span: Window;
	/** In the order in which they are shown. */
	readonly recordings: readonly ShownRecording[];
	readonly tracks: readonly RecordedTrack[];
	/** Changes while a recording shown still grows, once a second. */
	readonly grown: number;
}

export function useScope(): ScopeOfFigures {
	const { bench, chart, figures } = usePage();
	const { recordings, current } = useBench(bench);
	const { tracks, extent } = useStore(chart.layout);
	const { chosen } = useStore(chart.marks);
	const settled = useStore(chart.settled);
	const { scope: wanted } = useStore(figures);
	const recorded = tracks.flatMap((track): RecordedTrack[] => {
		if (track.origin.kind !== 'recorded') return [];
		const { recording, device, channel } = track.origin;
		return [{ track, recording, device, channel, key: `${device}.${channel}` }];
	});
	const shifts = new Map(recorded.map(({ recording, track }) => [recording, track.shiftS]));
	const shown = [...shifts].map(([id, shiftS]) => ({ id, shiftS, name: recordings.find((recording) => recording.id === id)?.name ?? id }));
	const growing = current !== null && shifts.has(current.id);
	const scope = wanted === 'selection' && !chosen ? 'all' : wanted;
	// While a recording is followed its window never rests.
	const view = growing ? chart.window : settled;
	const window = scope === 'selection' ? chosen : scope === 'view' ? view : null;
	return { scope, window, span: window ?? extent, recordings: shown, tracks: recorded, grown: growing ? Math.floor(extent.to) : 0 };
}

/** A window of the axis in a recording's own time. */
export function ownWindow(window: Window | null, shiftS: number): Window | null {
	return window && { from: window.from - shiftS, to: window.to - shiftS };
}

/** Whether a device's name tells anything: one recording has several. */
export function hasSeveralDevices(list: readonly { readonly recording: string; readonly device: string }[]): boolean {
	const first = new Map<string, string>();
	return list.some(({ recording, device }) => {
		first.set(recording, first.get(recording) ?? device);
		return first.get(recording) !== device;
	});
}

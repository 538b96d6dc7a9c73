/** The questions that the panels ask of recordings. Each rejects with an ApiError, or aborts. */

import { api, json, parameters, type Window } from '../api.ts';
import type { ChannelStatistics, ComparedRecording, Histogram, Percentile, Segment, Spacing } from '../types.ts';
import { ownWindow, type ShownRecording } from './use-scope.ts';

export interface Events {
	/** In the channel's unit: the one asked for, or found; null where none suggests itself. */
	readonly threshold: number | null;
	/** How many there are; fewer may be listed. */
	readonly total: number;
	readonly segments: readonly Segment[];
}

export interface EventsQuery {
	readonly channel: string;
	readonly threshold: number | undefined;
	/** s. */
	readonly minGap: number | undefined;
}

const path = (recording: string, what: string, values: Readonly<Record<string, string | number | undefined>>) =>
	`/recordings/${encodeURIComponent(recording)}/${what}${parameters(values)}`;

export const analysis = {
	/** Every channel of each recording over a window of the axis; of several with their differences from the first. */
	async statistics(recordings: readonly ShownRecording[], window: Window | null, signal: AbortSignal): Promise<ComparedRecording[]> {
		if (recordings.length === 0) return [];
		if (recordings.length === 1) {
			const [{ id, shiftS }] = recordings;
			const figures: ChannelStatistics[] = await api.statistics(id, ownWindow(window, shiftS), signal);
			return figures.map((statistics) => ({ recording: id, statistics }));
		}
		const query = { ids: recordings.map(({ id }) => id).join(','), shifts: recordings.map(({ shiftS }) => shiftS).join(','), from: window?.from, to: window?.to };
		const byChannel = await json<Record<string, ComparedRecording[]>>('GET', `/recordings/compare${parameters(query)}`, undefined, signal);
		return Object.values(byChannel).flat();
	},
	/** Over a window in the recording's own time. */
	histogram: (recording: string, channel: string, window: Window | null, bins: number, spacing: Spacing, signal: AbortSignal) =>
		json<Histogram>('GET', path(recording, 'histogram', { channel, bins, spacing, ...window }), undefined, signal),
	percentiles: (recording: string, channel: string, window: Window | null, percents: readonly number[], signal: AbortSignal) =>
		json<(Omit<Percentile, 'value'> & { readonly value: number | null })[]>(
			'GET',
			path(recording, 'percentiles', { channel, percents: percents.join(','), ...window }),
			undefined,
			signal,
		),
	events: (recording: string, { channel, threshold, minGap }: EventsQuery, window: Window | null, signal: AbortSignal) =>
		json<Events>('GET', path(recording, 'segments', { channel, threshold, minGap, ...window }), undefined, signal),
};

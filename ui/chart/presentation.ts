/** From what is there and what somebody chose to what the chart draws: tracks with their panes, colours and places on the time axis. Pure. */

import type { Window } from '../api.ts';
import { colorOf } from '../quantities.ts';
import type { DeviceState, ProjectStatus, RecordingSummary } from '../types.ts';
import type { ChartLayout, PaneSpec, Track } from './chart-model.ts';

export interface Choice {
	/** The live picture, or these recordings, the first one deciding where the time axis begins. */
	readonly recordings: readonly string[] | null;
	/** Devices in the live picture. */
	readonly devices: readonly string[];
	/** Channels, in the order of their panes. */
	readonly channels: readonly string[];
	/** A pane for each trace instead of one for each channel. */
	readonly stacked: boolean;
	/** s by which recordings are moved against their own start, to lie over each other at something else. */
	readonly alignment: Readonly<Record<string, number>>;
}

type Presented = Pick<ChartLayout, 'mode' | 'tracks' | 'panes' | 'extent'>;

/** What the page cannot know yet, of live pictures: the stream keeps a minute. */
const liveExtent: Window = { from: -60, to: 0 };

export function presentLive(devices: readonly DeviceState[], { devices: chosen, channels, stacked }: Choice): Presented {
	const tracks = channels.flatMap((channel) =>
		chosen.flatMap((id): Track[] => {
			const index = devices.findIndex((device) => device.id === id);
			const device = devices[index];
			const measured = device?.channels.find((candidate) => candidate.id === channel && candidate.measured);
			if (!device || !measured || measured.kind !== 'analog') return [];
			return [
				{
					key: `live ${id}.${channel}`,
					origin: { kind: 'live', device: id, channel },
					label: chosen.length > 1 ? `${measured.label}, ${device.name}` : measured.label,
					unit: measured.unit,
					color: colorOf(index, channel),
					rate: measured.rate,
					pane: stacked && chosen.length > 1 ? `${channel} ${id}` : channel,
					shiftS: 0,
				},
			];
		}),
	);
	return { mode: 'live', tracks, panes: panesOf(tracks, stacked), extent: liveExtent };
}

export function presentRecordings(
	recordings: readonly RecordingSummary[],
	devices: readonly DeviceState[],
	project: ProjectStatus | null,
	{ recordings: opened, channels, stacked, alignment }: Choice,
): Presented {
	const shown = (opened ?? []).flatMap((id) => recordings.find((recording) => recording.id === id) ?? []);
	const sources = shown.flatMap((recording) => [...new Set(recording.channels.map(({ device }) => device))].map((device) => ({ recording, device })));
	const nameOf = (id: string) => devices.find((device) => device.id === id)?.name ?? id;
	const tracks = channels.flatMap((channel) =>
		sources.flatMap(({ recording, device }, index): Track[] => {
			const recorded = recording.channels.find((candidate) => candidate.device === device && candidate.id === channel);
			const noted = project?.recordings.find(({ id }) => id === recording.id);
			const ofChannel = noted?.channels?.[`${device}.${channel}`];
			if (!recorded || ofChannel?.hidden) return [];
			const several = [shown.length > 1 ? recording.name : '', new Set(sources.map((source) => source.device)).size > 1 ? nameOf(device) : ''].filter(Boolean);
			return [
				{
					key: `${recording.id} ${device}.${channel}`,
					origin: { kind: 'recorded', recording: recording.id, device, channel },
					label: [recorded.label, ...several].join(', '),
					unit: recorded.unit,
					color: ofChannel?.color ?? (shown.length > 1 ? noted?.color : undefined) ?? colorOf(index, channel),
					rate: recorded.rate,
					pane: stacked && sources.length > 1 ? `${channel} ${recording.id} ${device}` : channel,
					shiftS: (noted?.offset ?? 0) + (alignment[recording.id] ?? 0),
				},
			];
		}),
	);
	const from = Math.min(...tracks.map(({ shiftS }) => shiftS), Number.POSITIVE_INFINITY);
	const to = Math.max(...shown.map(({ id, duration }) => duration + (tracks.find(({ origin }) => origin.kind === 'recorded' && origin.recording === id)?.shiftS ?? 0)), 0);
	const begin = Number.isFinite(from) ? from : 0;
	return { mode: 'recorded', tracks, panes: panesOf(tracks, stacked), extent: { from: begin, to: Math.max(to, begin + 1e-3) } };
}

function panesOf(tracks: readonly Track[], stacked: boolean): PaneSpec[] {
	const panes = new Map<string, PaneSpec>();
	for (const { pane, label, unit } of tracks) {
		const short = stacked ? label : label.split(',')[0];
		if (!panes.has(pane)) panes.set(pane, { id: pane, label: short, unit });
	}
	return [...panes.values()];
}

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
	/** Panes of what the first recording has more than the second. */
	readonly difference: boolean;
	/** Pure colours, for a black ground. */
	readonly contrast?: boolean;
}

type Presented = Pick<ChartLayout, 'mode' | 'tracks' | 'panes' | 'extent'>;

/** Channels shown of recordings that have none of those chosen. */
const mostInstead = 4;

/** What the page cannot know yet, of live pictures: the stream keeps a minute. */
const liveExtent: Window = { from: -60, to: 0 };

export function presentLive(devices: readonly DeviceState[], { devices: chosen, channels, stacked, contrast }: Choice): Presented {
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
					color: colorOf(index, channel, contrast),
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
	{ recordings: opened, channels, stacked, alignment, difference, contrast }: Choice,
): Presented {
	const shown = (opened ?? []).flatMap((id) => recordings.find((recording) => recording.id === id) ?? []);
	const sources = shown.flatMap((recording) => [...new Set(recording.channels.map(({ device }) => device))].map((device) => ({ recording, device })));
	const nameOf = (id: string) => devices.find((device) => device.id === id)?.name ?? id;
	const tracks = shownChannels(shown, channels).flatMap((channel) =>
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
					color: ofChannel?.color ?? (shown.length > 1 ? noted?.color : undefined) ?? colorOf(index, channel, contrast),
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
	const all = difference ? [...tracks, ...differencesOf(tracks)] : tracks;
	return { mode: 'recorded', tracks: all, panes: panesOf(all, stacked), extent: { from: begin, to: Math.max(to, begin + 1e-3) } };
}

/** Of recordings that have none of the chosen channels, such as imported ones, the first that they have. */
function shownChannels(shown: readonly RecordingSummary[], chosen: readonly string[]): readonly string[] {
	const there = [...new Set(shown.flatMap((recording) => recording.channels.map(({ id }) => id)))];
	return there.length === 0 || chosen.some((id) => there.includes(id)) ? chosen : there.slice(0, mostInstead);
}

/** For each channel that two recordings have: the first less the second, under the channel's own pane. */
function differencesOf(tracks: readonly Track[]): Track[] {
	const byChannel = Map.groupBy(tracks, ({ origin }) => (origin.kind === 'difference' ? '' : origin.channel));
	return [...byChannel].flatMap(([channel, [first, ...others]]): Track[] => {
		const second = others.find(({ origin }) => origin.kind === 'recorded' && first.origin.kind === 'recorded' && origin.recording !== first.origin.recording);
		if (!second) return [];
		const { unit, color, rate } = first;
		const label = `${first.label.split(',')[0]}, difference`;
		return [{ key: `difference ${channel}`, origin: { kind: 'difference', of: [first.key, second.key] }, label, unit, color, rate, pane: `${channel}-difference`, shiftS: 0 }];
	});
}

function panesOf(tracks: readonly Track[], stacked: boolean): PaneSpec[] {
	const panes = new Map<string, PaneSpec>();
	for (const { pane, label, unit, origin } of tracks) {
		const short = stacked || origin.kind === 'difference' ? label : label.split(',')[0];
		if (!panes.has(pane)) panes.set(pane, { id: pane, label: short, unit });
	}
	return [...panes.values()];
}

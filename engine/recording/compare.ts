/**
 * Statistics of several recordings side by side: each against the first. Recordings are compared channel by channel, by the channel's name;
 * one that a recording does not have is missing there, not zero.
 */

import type { ChannelStatistics } from './statistics.ts';

export const comparedFigures = ['average', 'min', 'max', 'rms', 'standardDeviation', 'charge', 'energy', 'duration'] as const;
export type ComparedFigure = (typeof comparedFigures)[number];

/** How a figure differs from that of the first recording. */
export interface Difference {
	/** Figure − first recording's figure, in its unit. */
	readonly absolute: number;
	/** As a share of the first recording's figure; null where that is 0. */
	readonly relative: number | null;
	/** Half-width: the sum of both figures' own, a bound whether or not they err alike. Null where one is not known; none is stated for other figures. */
	readonly uncertainty?: number | null;
}

export interface ComparedRecording {
	/** The recording's id. */
	readonly recording: string;
	readonly statistics: ChannelStatistics;
	/** Absent for the first. Figures that either lacks, or that are no number, are left out. */
	readonly difference?: Readonly<Partial<Record<ComparedFigure, Difference>>>;
}

/** Keyed by channel; by `device.channel` where a channel occurs on several devices. */
export function byChannel<T extends { readonly device: string; readonly channel: string }>(list: readonly T[]): Record<string, T> {
	const several = new Set(list.map(({ channel }) => channel).filter((id, index, all) => all.indexOf(id) !== index));
	return Object.fromEntries(list.map((each) => [several.has(each.channel) ? `${each.device}.${each.channel}` : each.channel, each]));
}

/** By channel, in the order of the recordings; the first that has the channel is what the others are compared with. */
export function compared(recordings: readonly { readonly id: string; readonly channels: Readonly<Record<string, ChannelStatistics>> }[]): Record<string, ComparedRecording[]> {
	const names = [...new Set(recordings.flatMap(({ channels }) => Object.keys(channels)))];
	return Object.fromEntries(
		names.map((name) => {
			const having = recordings.filter(({ channels }) => channels[name] !== undefined);
			const first = having[0].channels[name];
			return [
				name,
				having.map(({ id, channels }, i) => ({
					recording: id,
					statistics: channels[name],
					...(i > 0 ? { difference: differenceOf(channels[name], first) } : {}),
				})),
			];
		}),
	);
}

function differenceOf(each: ChannelStatistics, first: ChannelStatistics): Partial<Record<ComparedFigure, Difference>> {
	const result: Partial<Record<ComparedFigure, Difference>> = {};
	for (const figure of comparedFigures) {
		const value = each[figure];
		const reference = first[figure];
		if (value === undefined || reference === undefined || !Number.isFinite(value - reference)) continue;
		const absolute = value - reference;
		const relative = reference === 0 ? null : absolute / Math.abs(reference);
		const uncertainty = uncertaintyOf(figure, each, first);
		result[figure] = { absolute, relative, ...(uncertainty === undefined ? {} : { uncertainty }) };
	}
	return result;
}

function uncertaintyOf(figure: ComparedFigure, each: ChannelStatistics, first: ChannelStatistics): number | null | undefined {
	if (figure !== 'average' && figure !== 'charge' && figure !== 'energy') return undefined;
	const [a, b] = [each.uncertainty[figure] ?? null, first.uncertainty[figure] ?? null];
	return a === null || b === null ? null : a + b;
}

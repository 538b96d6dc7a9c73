/** Statistics as the program prints them. */

import { type ComparedRecording, comparedFigures } from '../engine/recording/compare.ts';
import type { RecordedChannel } from '../engine/recording/format.ts';
import type { RecordingReader } from '../engine/recording/reader.ts';
import { type ChannelStatistics, statistics } from '../engine/recording/statistics.ts';
import { duration, si, table } from './format.ts';

export { byChannel } from '../engine/recording/compare.ts';

/** Which channels, and which window in s. */
export interface ChannelQuery {
	readonly channels?: readonly string[];
	readonly device?: string;
	readonly from?: number;
	readonly to?: number;
}

/** The channels named, or all: of the device named, where one is. */
export function channelsOf(reader: RecordingReader, { channels, device }: ChannelQuery): readonly RecordedChannel[] {
	return channels ? channels.map((id) => reader.channel(device, id)) : reader.info.channels.filter((channel) => device === undefined || channel.device === device);
}

/** Statistics of every channel, or of those named, over a window. */
export async function allStatistics(reader: RecordingReader, query: ChannelQuery = {}): Promise<ChannelStatistics[]> {
	const { from, to } = query;
	return Promise.all(channelsOf(reader, query).map((channel) => statistics(reader, { device: channel.device, channel: channel.id, from, to })));
}

export function statisticsTable(list: readonly ChannelStatistics[]): string {
	const rows = list.map((each) => [
		each.channel,
		si(each.average, each.unit, each.uncertainty.average),
		si(each.min, each.unit),
		si(each.max, each.unit),
		si(each.rms, each.unit),
		each.charge === undefined ? '' : si(each.charge, 'C', each.uncertainty.charge),
		each.energy === undefined ? '' : si(each.energy, 'J', each.uncertainty.energy),
		String(each.samples),
		String(each.lost),
		duration(each.duration),
	]);
	return table([['channel', 'average', 'min', 'max', 'RMS', 'charge', 'energy', 'samples', 'lost', 'duration'], ...rows]);
}

/** Statistics of all channels over one of many windows, whose edges are as asked for. */
export interface WindowStatistics {
	readonly from: number;
	readonly to: number;
	readonly list: readonly ChannelStatistics[];
}

/** Means over windows of what adds up over time; all windows have the same channels. */
export interface MeanOfWindows {
	readonly device: string;
	readonly channel: string;
	/** s. */
	readonly duration: number;
	/** C. */
	readonly charge?: number;
	/** J. */
	readonly energy?: number;
}

export function meanOfWindows(windows: readonly WindowStatistics[]): MeanOfWindows[] {
	return windows[0].list.map(({ device, channel, charge, energy }, i) => {
		const mean = (figure: (each: ChannelStatistics) => number) => windows.reduce((sum, { list }) => sum + figure(list[i]), 0) / windows.length;
		return {
			device,
			channel,
			duration: mean((each) => each.duration),
			...(charge === undefined ? {} : { charge: mean((each) => each.charge ?? Number.NaN) }),
			...(energy === undefined ? {} : { energy: mean((each) => each.energy ?? Number.NaN) }),
		};
	});
}

export function windowsTable(windows: readonly WindowStatistics[], means: readonly MeanOfWindows[]): string {
	const rows = windows.flatMap(({ from, to, list }) =>
		list.map((each) => [
			String(from),
			String(to),
			each.channel,
			si(each.average, each.unit, each.uncertainty.average),
			si(each.max, each.unit),
			each.charge === undefined ? '' : si(each.charge, 'C', each.uncertainty.charge),
			each.energy === undefined ? '' : si(each.energy, 'J', each.uncertainty.energy),
			String(each.lost),
		]),
	);
	const last = means.map((mean) => [
		'mean',
		'',
		mean.channel,
		'',
		'',
		mean.charge === undefined ? '' : si(mean.charge, 'C'),
		mean.energy === undefined ? '' : si(mean.energy, 'J'),
		'',
	]);
	return table([['from', 'to', 'channel', 'average', 'max', 'charge', 'energy', 'lost'], ...rows, ...last]);
}

/** One block a channel, one row a figure: each recording's, and its difference from the first. */
export function comparisonTable(channels: Readonly<Record<string, readonly ComparedRecording[]>>): string {
	return Object.entries(channels)
		.map(([name, recordings]) => {
			const { unit } = recordings[0].statistics;
			const rows = comparedFigures
				.filter((figure) => recordings.some(({ statistics }) => statistics[figure] !== undefined))
				.map((figure) => {
					const own = figure === 'charge' ? 'C' : figure === 'energy' ? 'J' : figure === 'duration' ? 's' : unit;
					return [
						figure,
						...recordings.flatMap(({ statistics, difference }, i) => {
							const value = si(statistics[figure], own);
							if (i === 0) return [value];
							const { absolute, relative, uncertainty } = difference?.[figure] ?? {};
							const share = relative === undefined || relative === null ? '' : ` (${relative > 0 ? '+' : ''}${Number((100 * relative).toPrecision(3))} %)`;
							return [value, absolute === undefined ? '' : si(absolute, own, uncertainty) + share];
						}),
					];
				});
			return table([[name, ...recordings.flatMap(({ recording }, i) => (i === 0 ? [recording] : [recording, 'difference']))], ...rows]);
		})
		.join('\n\n');
}

/** Statistics as the program prints them. */

import type { RecordingReader } from '../engine/recording/reader.ts';
import { type ChannelStatistics, statistics } from '../engine/recording/statistics.ts';
import { duration, si, table } from './format.ts';

/** Statistics of every channel, or of those named, over a window. */
export async function allStatistics(
	reader: RecordingReader,
	query: { channels?: readonly string[]; device?: string; from?: number; to?: number } = {},
): Promise<ChannelStatistics[]> {
	const { channels, device, from, to } = query;
	const wanted = channels ? channels.map((id) => reader.channel(device, id)) : reader.info.channels;
	return Promise.all(wanted.map((channel) => statistics(reader, { device: channel.device, channel: channel.id, from, to })));
}

/** Keyed by channel; by `device.channel` where a channel occurs on several devices. */
export function byChannel(list: readonly ChannelStatistics[]): Record<string, ChannelStatistics> {
	const several = new Set(list.map(({ channel }) => channel).filter((id, index, all) => all.indexOf(id) !== index));
	return Object.fromEntries(list.map((each) => [several.has(each.channel) ? `${each.device}.${each.channel}` : each.channel, each]));
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

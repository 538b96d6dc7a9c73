/** What `stats` finds beside the statistics — events, percentiles, histograms — and how it is shown to people. */

import { MicrojouleError } from '../drivers/errors.ts';
import { type Histogram, histogram } from '../engine/recording/histogram.ts';
import { type Percentile, percentiles } from '../engine/recording/percentiles.ts';
import type { RecordingReader } from '../engine/recording/reader.ts';
import { type Segment, type SegmentQuery, segments } from '../engine/recording/segments.ts';
import { duration, si, table } from './format.ts';
import { withProgress } from './progress.ts';
import { type ChannelQuery, channelsOf } from './results.ts';

/** Rows that people are shown; --json lists all. */
const mostRows = 200;
const barCells = 40;

interface OfChannel {
	readonly device: string;
	readonly channel: string;
	readonly unit: string;
}
export type ChannelHistogram = OfChannel & Histogram;
export interface ChannelPercentiles extends OfChannel {
	readonly values: readonly Percentile[];
}

/** Events of the channels named; of the main current, or the first one there is, where none is. */
export async function findEvents(reader: RecordingReader, query: ChannelQuery, rule: SegmentQuery, quiet: boolean): Promise<Segment[]> {
	const known = channelsOf(reader, query);
	const main = known.find(({ id }) => id === 'mc') ?? known.find(({ unit }) => unit === 'A');
	const wanted = query.channels ? known : main ? [main] : [];
	if (wanted.length === 0)
		throw new MicrojouleError('INVALID_VALUE', `The recording ${reader.info.id} has no current; name the channel to search with --channel.`, {
			known: known.map(({ id }) => id),
		});
	const found: Segment[] = [];
	for (const channel of wanted)
		await withProgress(`events of ${channel.id}`, 1, quiet, async (reached) => {
			for await (const segment of segments(reader, channel, rule, reached)) found.push(segment);
		});
	return found;
}

export async function findPercentiles(reader: RecordingReader, query: ChannelQuery, percents: readonly number[], quiet: boolean): Promise<ChannelPercentiles[]> {
	const list: ChannelPercentiles[] = [];
	for (const channel of channelsOf(reader, query)) {
		const values = await withProgress(`percentiles of ${channel.id}`, 1, quiet, (reached) => percentiles(reader, channel, query.from, query.to, percents, reached));
		list.push({ device: channel.device, channel: channel.id, unit: channel.unit, values });
	}
	return list;
}

export async function findHistograms(reader: RecordingReader, query: ChannelQuery, bins: number, quiet: boolean): Promise<ChannelHistogram[]> {
	const list: ChannelHistogram[] = [];
	for (const channel of channelsOf(reader, query)) {
		const result = await withProgress(`histogram of ${channel.id}`, 1, quiet, (reached) => histogram(reader, channel, query.from, query.to, bins, reached));
		list.push({ device: channel.device, channel: channel.id, unit: channel.unit, ...result });
	}
	return list;
}

export function eventsTable(events: readonly Segment[], unitOf: (event: Segment) => string): string {
	const heading = `${events.length} ${events.length === 1 ? 'event' : 'events'}`;
	if (events.length === 0) return heading;
	const rows = events
		.slice(0, mostRows)
		.map((event) => [
			event.channel,
			`${Number(event.start.toFixed(6))} s`,
			duration(event.duration),
			si(event.peak, unitOf(event)),
			si(event.average, unitOf(event)),
			event.charge === undefined ? '' : si(event.charge, 'C'),
			event.energy === undefined ? '' : si(event.energy, 'J'),
			String(event.lost),
		]);
	const more = events.length > mostRows ? `\n… and ${events.length - mostRows} more; --json lists all` : '';
	return `${heading}\n${table([['channel', 'start', 'duration', 'peak', 'average', 'charge', 'energy', 'lost'], ...rows])}${more}`;
}

export function percentilesTable(list: readonly ChannelPercentiles[]): string {
	const percents = list[0]?.values.map(({ percent }) => `${percent} %`) ?? [];
	return table([['percentile', ...percents], ...list.map(({ channel, unit, values }) => [channel, ...values.map(({ value }) => si(value, unit))])]);
}

export function histogramTables(list: readonly ChannelHistogram[]): string {
	return list
		.map(({ channel, unit, edges, counts }) => {
			const largest = counts.reduce((a, b) => Math.max(a, b), 0);
			const rows = counts
				.slice(0, mostRows)
				.map((count, k) => [si(edges[k], unit), si(edges[k + 1], unit), String(count), '█'.repeat(Math.ceil((barCells * count) / Math.max(1, largest)))]);
			const more = counts.length > mostRows ? `\n… and ${counts.length - mostRows} more bins; --json lists all` : '';
			return table([[channel, 'below', 'samples', ''], ...rows]) + more;
		})
		.join('\n\n');
}

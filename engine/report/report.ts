/**
 * A recording as one HTML file that opens anywhere, without a server and without asking the network for anything: chart, statistics, selections with
 * their notes, devices and settings, what happened. Gathers the content; `page.ts` writes it down, `viewer.ts` draws in the browser.
 */

import type { ProjectSelection, RecordingEntry } from '../project/file.ts';
import type { RecordedChannel } from '../recording/format.ts';
import type { RecordingReader } from '../recording/reader.ts';
import { type ChannelStatistics, statistics } from '../recording/statistics.ts';
import { type TimelineEvent, type TimelineLog, timeline } from '../recording/timeline.ts';
import { type Layer, layersOf, type Window } from './layers.ts';
import { reportPage } from './page.ts';

export interface ReportRequest {
	/** s: what was selected, if anything. */
	readonly selection?: Window;
	/** What the project says of the recording. */
	readonly entry: RecordingEntry;
	/** Of the project, also of other recordings. */
	readonly selections: readonly ProjectSelection[];
	readonly logs: readonly TimelineLog[];
}

/** A window whose figures the report has. */
export interface ReportWindow extends Window {
	readonly name: string;
	readonly color?: string;
	readonly note?: string;
	/** Figures of the whole recording are not one of its windows. */
	readonly whole: boolean;
	readonly figures: readonly ChannelStatistics[];
}

export interface ReportContent {
	readonly reader: RecordingReader;
	readonly note: string | undefined;
	readonly windows: readonly ReportWindow[];
	readonly layers: ReadonlyMap<RecordedChannel, readonly Layer[]>;
	readonly events: readonly TimelineEvent[];
	/** Events that are not in the list. */
	readonly eventsLeftOut: number;
}

/** Windows whose figures are made; and of which a finer curve is embedded. */
const mostWindows = 100;
const mostDetails = 20;
const mostEvents = 2000;

/** The page, in full. */
export async function report(reader: RecordingReader, { selection, entry, selections, logs }: ReportRequest): Promise<string> {
	const own = selections.filter(({ recording, hidden }) => !hidden && (recording === undefined || recording === entry.id));
	const chosen = selection ? [{ name: 'Selection', ...selection }] : [];
	const marked = [...chosen, ...own].slice(0, mostWindows);
	const all = { name: 'Whole recording', from: 0, to: reader.durationS, whole: true, figures: await figuresOf(reader) };
	const windows: ReportWindow[] = [all];
	for (const each of marked) windows.push({ ...each, whole: false, figures: await figuresOf(reader, each) });
	const { events, total } = await timeline(reader, {
		types: ['log', 'fault', 'gap'],
		logs,
		limit: mostEvents,
		shiftOf: (device, channel) => entry.channels?.[`${device}.${channel}`]?.offset ?? 0,
	});
	return reportPage({
		reader,
		note: entry.note,
		windows,
		layers: await layersOf(reader, marked.slice(0, mostDetails)),
		events,
		eventsLeftOut: (total ?? events.length) - events.length,
	});
}

function figuresOf(reader: RecordingReader, window: Partial<Window> = {}): Promise<ChannelStatistics[]> {
	return Promise.all(reader.info.channels.map(({ device, id }) => statistics(reader, { device, channel: id, from: window.from, to: window.to })));
}

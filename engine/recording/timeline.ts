/**
 * Everything that happened in a recording, in one order: its events and its user logs, a page at a time. Of a long recording only what the page
 * needs is read; a filter has to look at every line of the window, once.
 */

import { type EventType, eventsOfType, eventTypes, type FoundEvent } from './event-questions.ts';
import type { RecordedEvent } from './format.ts';
import { inOrder } from './in-order.ts';
import type { IndexedLines, Timed } from './line-index.ts';
import type { RecordingReader } from './reader.ts';
import { textFilter } from './text-filter.ts';

/** A line of a user log among the events. */
export interface NotedLine {
	readonly type: 'user-log';
	readonly device: '';
	readonly time: number;
	/** Id. */
	readonly log: string;
	readonly name: string;
	readonly text: string;
}
export type TimelineEvent = RecordedEvent | NotedLine;

/** A user log that takes part; its lines have its offset in their times. */
export interface TimelineLog {
	readonly id: string;
	readonly name: string;
	readonly lines: IndexedLines<Timed & { readonly text: string }>;
}

export interface TimelineQuery {
	/** s, [from, to); a gap belongs to it where it overlaps. */
	readonly from?: number;
	readonly to?: number;
	readonly types: readonly EventType[];
	readonly logs?: readonly TimelineLog[];
	readonly device?: string;
	readonly channel?: string;
	/** Plain text, or an expression between slashes. */
	readonly filter?: string;
	readonly limit: number;
	/** Where the page before ended. */
	readonly after?: TimelinePlace;
	/** s by which the project moves a channel's events. */
	readonly shiftOf?: (device: string, channel: string) => number;
	/** Nobody waits for the answer any more: it may be anything. */
	readonly signal?: AbortSignal;
}

/** Behind so many events of this time. */
export interface TimelinePlace {
	readonly time: number;
	readonly skip: number;
}

export interface TimelinePage {
	readonly events: readonly TimelineEvent[];
	/** Events that pass, on all pages; only counted for the first. */
	readonly total: number | null;
	/** Where the next page begins; undefined at the end. */
	readonly next: TimelinePlace | undefined;
}

interface Candidate extends Timed {
	/** Among those of one moment. */
	readonly rank: number;
	readonly event: TimelineEvent;
}

interface Part {
	readonly earliest: number;
	readonly latest: number;
	readonly count: number;
	read(): Promise<Candidate[]>;
}

export async function timeline(reader: RecordingReader, query: TimelineQuery): Promise<TimelinePage> {
	const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, device, channel, filter = '', limit, after, signal } = query;
	const parts = await partsWithin(reader, query, after ? after.time : from, to);
	const textPasses = filter === '' ? undefined : textFilter(filter);
	const inWindow = ({ time, until }: Candidate) => time < to && (time >= (after?.time ?? from) || (!after && until !== undefined && until > from));
	const passes = ({ event }: Candidate) =>
		(device === undefined || event.device === device) && (channel === undefined || ('channel' in event && event.channel === channel)) && (textPasses?.(textOf(event)) ?? true);
	const everyOnePasses = device === undefined && channel === undefined && !textPasses;

	const events: TimelineEvent[] = [];
	let skip = after?.skip ?? 0;
	let passed = 0;
	let more = false;
	const countsAll = !after && !everyOnePasses;
	pages: for await (const batch of inOrder(parts)) {
		if (signal?.aborted) break;
		for (const candidate of batch) {
			if (!inWindow(candidate) || !passes(candidate)) continue;
			if (after && candidate.time === after.time && skip > 0) {
				skip--;
				continue;
			}
			passed++;
			if (events.length < limit) events.push(candidate.event);
			else more = true;
			if (more && !countsAll) break pages;
		}
	}
	const total = after ? null : everyOnePasses ? await counted(parts, from, to, inWindow) : passed;
	return { events, total, next: more ? placeBehind(events, after) : undefined };
}

/** How many lie in the window, mostly without reading them. */
async function counted(parts: readonly Part[], from: number, to: number, inWindow: (candidate: Candidate) => boolean): Promise<number> {
	let total = 0;
	for (const { earliest, latest, count, read } of parts) total += earliest >= from && latest < to ? count : (await read()).filter(inWindow).length;
	return total;
}

function placeBehind(events: readonly TimelineEvent[], after: TimelinePlace | undefined): TimelinePlace {
	const time = events.at(-1)?.time ?? after?.time ?? 0;
	const here = events.length - 1 - events.findLastIndex((event) => event.time !== time);
	// A page of one moment goes on counting where the one before stopped.
	return { time, skip: here + (time === after?.time ? after.skip : 0) };
}

async function partsWithin(reader: RecordingReader, { types, logs = [], shiftOf = () => 0 }: TimelineQuery, from: number, to: number): Promise<Part[]> {
	const shifts = new Map<string, number>();
	const shiftFor = (event: RecordedEvent): number => {
		if (!('channel' in event) || event.channel === undefined) return 0;
		const key = `${event.device}.${event.channel}`;
		const shift = shifts.get(key) ?? shiftOf(event.device, event.channel);
		shifts.set(key, shift);
		return shift;
	};
	// Which channels a stretch is about is not known before it is read.
	const possible = [0, ...reader.info.devices.flatMap(({ id }) => ['rx', 'i1', 'i2', ...reader.info.channels.map((channel) => channel.id)].map((channel) => shiftOf(id, channel)))];
	const [least, most] = [Math.min(...possible), Math.max(...possible)];
	const moved = ({ event, until }: FoundEvent): Candidate => {
		const shift = shiftFor(event);
		const rank = eventTypes.indexOf(event.type);
		return shift === 0
			? { time: event.time, rank, until, event }
			: { time: event.time + shift, rank, until: until && until + shift, event: { ...event, time: event.time + shift } };
	};
	const parts: Part[] = [];
	for (const type of types)
		for (const { earliest, latest, count, read } of (await eventsOfType(reader, type)).within(from - most, to - least))
			parts.push({ earliest: earliest + least, latest: latest + most, count, read: async () => (await read()).map(moved) });
	for (const [at, { id, name, lines }] of logs.entries())
		for (const { earliest, latest, count, read } of lines.within(from, to))
			parts.push({
				earliest,
				latest,
				count,
				read: async () => (await read()).map(({ time, text }) => ({ time, rank: eventTypes.length + at, event: { type: 'user-log', device: '', time, log: id, name, text } })),
			});
	return parts;
}

/** What a filter looks at. */
function textOf(event: TimelineEvent): string {
	switch (event.type) {
		case 'log':
		case 'user-log':
			return event.text;
		case 'fault':
		case 'disconnect':
			return event.message;
		case 'gap':
			return event.reason;
		case 'setting':
			return `${event.setting} ${event.value}`;
		case 'range':
			return event.range;
		case 'edge':
			return `${event.channel} ${event.level}`;
	}
}

/**
 * What is asked of the events of a recording, as questions of its line index: all events of a type, and the changes of one digital level. Each is
 * answered by reading the file once; after that, what lies in a window is known from a few kilobytes.
 */

import { parseEvent } from './event-lines.ts';
import type { RecordedEvent } from './format.ts';
import type { IndexedLines, LineQuestion, Timed } from './line-index.ts';
import type { RecordingReader } from './reader.ts';

export const eventTypes = ['log', 'edge', 'gap', 'range', 'fault', 'setting', 'disconnect'] as const;
export type EventType = (typeof eventTypes)[number];

export interface FoundEvent extends Timed {
	readonly event: RecordedEvent;
}

/** Changes alternate: number n has the first one's level where n is even. The first only states the level where nothing is known before. */
export interface LevelChange extends Timed {
	readonly level: 0 | 1;
}

export function eventsOfType(reader: RecordingReader, type: EventType): Promise<IndexedLines<FoundEvent>> {
	return reader.eventIndex(`events ${type}`, () => ({ mark: quoted(type), begin: () => ({ state: 0, take: (line) => found(line, type) }) }));
}

/** The UART lines of one device. */
export function linesOf(reader: RecordingReader, device: string): Promise<IndexedLines<FoundEvent>> {
	const take = (line: string) => {
		const answer = found(line, 'log');
		return answer?.event.device === device ? answer : undefined;
	};
	return reader.eventIndex(`lines ${device}`, () => ({ mark: quoted('log'), begin: () => ({ state: 0, take }) }));
}

/** The changes of a digital input. */
export function inputChanges(reader: RecordingReader, device: string, channel: string): Promise<IndexedLines<LevelChange>> {
	return reader.eventIndex(`levels ${device}.${channel}`, () =>
		changes(channel, undefined, (event) => (event.type === 'edge' && event.device === device && event.channel === channel ? event.level : undefined)),
	);
}

/** The changes of a setting that is on or off; `initial` is what it was at the start. */
export function switchChanges(reader: RecordingReader, device: string, setting: string, initial: boolean | undefined): Promise<IndexedLines<LevelChange>> {
	return reader.eventIndex(`switch ${device}.${setting}`, () =>
		changes(setting, initial === undefined ? undefined : levelOf(initial), (event) =>
			event.type === 'setting' && event.device === device && event.setting === setting ? levelOf(event.value === true || event.value === 1) : undefined,
		),
	);
}

const unknownLevel = -1;

function changes(mark: string, initial: 0 | 1 | undefined, level: (event: RecordedEvent) => 0 | 1 | undefined): LineQuestion<LevelChange> {
	return {
		mark: quoted(mark),
		begin: (known = initial ?? unknownLevel) => {
			let state = known;
			return {
				get state() {
					return state;
				},
				take(line) {
					const event = parseEvent(line);
					const next = event && level(event);
					if (event === undefined || next === undefined || next === state) return undefined;
					state = next;
					return { time: event.time, level: next };
				},
			};
		},
	};
}

function found(line: string, type: EventType): FoundEvent | undefined {
	const event = parseEvent(line);
	if (event?.type !== type) return undefined;
	return { time: event.time, until: event.type === 'gap' ? event.time + event.duration : undefined, event };
}

const levelOf = (on: boolean): 0 | 1 => (on ? 1 : 0);
/** As only a value of its own has it: in texts the quotes are escaped. */
const quoted = (value: string): Buffer => Buffer.from(JSON.stringify(value));

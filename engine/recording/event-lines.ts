/**
 * events.jsonl as it is read, a piece after the other. Changes of range, which every statistic needs, are found by what their lines contain and nothing
 * else is parsed for them.
 */

import type { RecordedEvent } from './format.ts';
import { type RangeChange, rangeChange } from './range-split.ts';
import type { ReadableFile } from './readable-file.ts';
import { lineFeed, wholeLines } from './whole-lines.ts';

export const eventsFile = 'events.jsonl';

/** In the lines of setting changes, and in no others: in texts the quotes are escaped. */
const settingMark = Buffer.from('"setting"');
/** Every event of the first `length` bytes, in order; `damaged` is told the number, from 1, of each line that holds none. */
export async function* readEvents(file: ReadableFile, length: number, damaged: (line: number) => void): AsyncGenerator<RecordedEvent> {
	let number = 0;
	for await (const piece of wholeLines(file, 0, length)) {
		const lines = piece.toString('utf8').split('\n');
		if (lines.at(-1) === '') lines.pop();
		for (const line of lines) {
			number++;
			if (line.trim() === '') continue;
			const event = parseEvent(line);
			if (event) yield event;
			else damaged(number);
		}
	}
}

/** The changes of range in the first `length` bytes, by device, in order. */
export async function readRangeChanges(file: ReadableFile, length: number): Promise<Map<string, RangeChange[]>> {
	const changes = new Map<string, RangeChange[]>();
	for await (const piece of wholeLines(file, 0, length)) {
		for (let at = piece.indexOf(settingMark); at >= 0; at = piece.indexOf(settingMark, at)) {
			const begin = piece.lastIndexOf(lineFeed, at) + 1;
			const found = piece.indexOf(lineFeed, at);
			at = found < 0 ? piece.length : found;
			const event = parseEvent(piece.toString('utf8', begin, at));
			const change = event && rangeChange(event);
			if (event && change) changes.set(event.device, [...(changes.get(event.device) ?? []), change]);
		}
	}
	return changes;
}

/** Undefined for a line that holds none. */
export function parseEvent(line: string): RecordedEvent | undefined {
	try {
		const event = JSON.parse(line) as RecordedEvent;
		return typeof event?.type === 'string' && typeof event.time === 'number' ? event : undefined;
	} catch {
		return undefined;
	}
}

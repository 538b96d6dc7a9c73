/** Events of a recording within a window, as they are exported. */

import { writeFile } from 'node:fs/promises';
import type { RecordedEvent } from '../../recording/format.ts';
import type { RecordingReader } from '../../recording/reader.ts';
import { type ExportOptions, isWanted } from './selection.ts';

/**
 * Events in [from, to) in s, in their order. What was in force at `from` is stated there: a digital level, a setting, a range. A gap is cut
 * to the window.
 */
export async function* eventsWithin(
	reader: RecordingReader,
	{ from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Pick<ExportOptions, 'from' | 'to'>,
): AsyncGenerator<RecordedEvent> {
	let standing: Map<string, RecordedEvent> | undefined = new Map();
	for await (const event of reader.events()) {
		if (event.time >= to) continue;
		if (event.type === 'gap') {
			const begin = Math.max(from, event.time);
			const duration = Math.min(to, event.time + event.duration) - begin;
			if (begin === event.time && duration === event.duration) yield event;
			else if (duration > 0) yield { ...event, time: begin, duration };
			continue;
		}
		const state = standing && stateOf(event);
		if (event.time < from) {
			if (state !== undefined) standing?.set(state, event);
			continue;
		}
		if (standing) {
			if (state !== undefined && event.time === from) standing.delete(state);
			for (const before of standing.values()) yield { ...before, time: from };
			standing = undefined;
		}
		yield event;
	}
	for (const before of standing?.values() ?? []) yield { ...before, time: from };
}

/** What an event states until the next of its kind; undefined for what only happens. */
function stateOf(event: RecordedEvent): string | undefined {
	if (event.type === 'edge' || event.type === 'range') return `${event.device} ${event.type} ${event.channel}`;
	return event.type === 'setting' ? `${event.device} setting ${event.setting}` : undefined;
}

/** Writes them as lines of events.jsonl; of the channels that are wanted, where events have one. */
export async function writeEventLines(path: string, reader: RecordingReader, options: ExportOptions): Promise<void> {
	async function* pieces(): AsyncGenerator<string> {
		let text = '';
		for await (const event of eventsWithin(reader, options)) {
			if ((event.type === 'log' || event.type === 'edge') && !isWanted(options.channels, event.device, event.channel)) continue;
			text += `${JSON.stringify(event)}\n`;
			if (text.length < 1 << 16) continue;
			yield text;
			text = '';
		}
		yield text;
	}
	await writeFile(path, pieces());
}

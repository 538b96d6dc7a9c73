/** Events beside an exported file: lines as in a recording's events.jsonl. */

import { existsSync } from 'node:fs';
import type { RecordedEvent } from '../../recording/format.ts';
import { notReadable, type SourceItem } from '../source.ts';
import { lines } from './lines.ts';

/** Those of one device, or all. A file that is not there has none. */
export async function* eventLines(path: string, device?: string): AsyncGenerator<SourceItem> {
	if (!existsSync(path)) return;
	for await (const batch of lines(path))
		for (const line of batch) {
			if (line === '') continue;
			let event: RecordedEvent | undefined;
			try {
				event = JSON.parse(line) as RecordedEvent;
			} catch (error) {
				throw notReadable(path, `"${line.slice(0, 60)}" is no event`, error);
			}
			if (typeof event?.type !== 'string' || typeof event.time !== 'number') throw notReadable(path, `"${line.slice(0, 60)}" is no event`);
			if (device === undefined || event.device === device) yield { event, deviceId: event.device };
		}
}

/**
 * User logs a page at a time. Whoever turns the pages of a log asks the same question again and again, so where its lines lie is kept for the last few
 * questions: the next page, and new lines, cost no more than themselves.
 */

import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MicrojouleError } from '../../drivers/errors.ts';
import { type IndexedLines, LineIndex, type LineQuestion } from '../recording/line-index.ts';
import { ReadableFile } from '../recording/readable-file.ts';
import { type LogLine, parseLine } from './user-log.ts';

export interface LogQuery {
	/** Text that a line must contain, in whatever case. */
	readonly filter?: string;
	/** s, the log's offset included: lines in [from, to). */
	readonly from?: number;
	readonly to?: number;
	/** Lines to leave out before the page, of those that pass; default 0. */
	readonly skip?: number;
	/** Lines on the page at most; default 1000. */
	readonly limit?: number;
}

export interface LogPage {
	readonly lines: readonly LogLine[];
	/** Lines that pass, on all pages. */
	readonly total: number;
}

/** Questions that are remembered. */
const mostIndexes = 16;

export class LogPages {
	/** By question, the one that was asked last at the end. */
	readonly #indexes = new Map<string, { readonly index: LineIndex<LogLine>; readonly file: Stats }>();

	/** One page of the lines that pass, with `offsetS` added to their times; none where there is no such file. INVALID_VALUE. */
	async page(folder: string, name: string, offsetS: number, query: LogQuery = {}): Promise<LogPage> {
		const { skip = 0, limit = 1000 } = query;
		for (const [key, count] of Object.entries({ skip, limit }))
			if (!Number.isInteger(count) || count < 0)
				throw new MicrojouleError('INVALID_VALUE', `${key} is ${count}; it must be a whole number of lines, at least 0.`, { [key]: count });
		const page = await this.use(folder, name, offsetS, query, async (found) => {
			const lines: LogLine[] = [];
			for await (const stretch of found.read(skip, skip + limit)) lines.push(...stretch);
			return { lines, total: found.count };
		});
		return page ?? { lines: [], total: 0 };
	}

	/** Runs `work` on the lines that pass, which are good until it is done; undefined where there is no such file. */
	async use<T>(folder: string, name: string, offsetS: number, query: LogQuery, work: (lines: IndexedLines<LogLine>) => Promise<T>): Promise<T | undefined> {
		const { filter = '', from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
		const file = await stat(join(folder, name)).catch(() => undefined);
		if (!file) return undefined;
		const index = this.#index(JSON.stringify([folder, name, offsetS, filter, String(from), String(to)]), file, () => linesThatPass(offsetS, filter, from, to));
		const log = new ReadableFile(folder, name);
		try {
			return await work(await index.upTo(log, file.size));
		} finally {
			log.close();
		}
	}

	#index(key: string, file: Stats, question: () => LineQuestion<LogLine>): LineIndex<LogLine> {
		const known = this.#indexes.get(key);
		const index = known && hasOnlyGrown(known.file, file) ? known.index : new LineIndex(question());
		this.#indexes.delete(key);
		this.#indexes.set(key, { index, file });
		if (this.#indexes.size > mostIndexes) this.#indexes.delete(this.#indexes.keys().next().value as string);
		return index;
	}
}

/** False for a file that was removed and made again, became shorter, or was written to and is as long as before. */
function hasOnlyGrown(before: Stats, now: Stats): boolean {
	if (now.ino !== before.ino || now.birthtimeMs !== before.birthtimeMs || now.size < before.size) return false;
	return now.size > before.size || now.mtimeMs === before.mtimeMs;
}

function linesThatPass(offsetS: number, filter: string, from: number, to: number): LineQuestion<LogLine> {
	const wanted = filter.toLowerCase();
	const take = (text: string) => {
		const line = parseLine(text);
		if (!line) return undefined;
		const time = line.time + offsetS;
		return time >= from && time < to && line.text.toLowerCase().includes(wanted) ? { time, text: line.text } : undefined;
	};
	return { begin: () => ({ state: 0, take }) };
}

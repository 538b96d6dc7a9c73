/** Turns a foreign log, of any length, into lines of a recording, batch by batch: what is in memory does not grow with the file. */

import { stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { lines, trimmed } from '../../../engine/formats/read/lines.ts';
import type { LogLine } from '../../../engine/project/user-log.ts';
import type { Converter } from './converter.ts';

/** So many lines are looked at before others have their turn. */
const turnLines = 500;
/** Lines handed on at once: each batch is put on the disk by itself. */
const batchLines = 10_000;
/** A line with its continuations is at most so long, characters. */
const longestText = 1 << 20;

/**
 * `start`: ms since 1970, of the recording. Times are s since then; lines before and after the recording are kept, since an offset may bring them in.
 * NOT_FOUND for a file that is not there; INVALID_VALUE where no line fits, before the first batch.
 */
export async function* convertLog(file: string, converter: Converter, start: number): AsyncGenerator<LogLine[]> {
	const found = await stat(file).catch((error: unknown) => {
		throw new MicrojouleError('NOT_FOUND', `The log ${file} cannot be read: ${messageOf(error)}`, { name: 'filename', file }, error);
	});
	if (!found.isFile()) throw new MicrojouleError('INVALID_VALUE', `${file} is no file.`, { name: 'filename', file });
	let batch: LogLine[] = [];
	let open: { time: number; text: string } | undefined;
	let origin: number | undefined = converter.align === 'clock' ? start / 1000 : converter.align === 'start' ? 0 : undefined;
	let first: string | undefined;
	let seen = 0;
	let fitting = 0;
	for await (const piece of readable(file)) {
		for (const raw of piece) {
			if (++seen % turnLines === 0) await setImmediate();
			const line = trimmed(raw);
			if (line === '') continue;
			first ??= line;
			const read = converter.read(line);
			if (!read) {
				if (open && converter.appends && open.text.length + line.length < longestText) open.text += `\n${line}`;
				continue;
			}
			fitting++;
			origin ??= read.time;
			if (open) batch.push(open);
			open = { time: read.time - origin, text: read.text };
			if (batch.length < batchLines) continue;
			yield batch;
			batch = [];
		}
	}
	if (fitting === 0)
		throw new MicrojouleError(
			'INVALID_VALUE',
			`No line of ${file} fits the log converter ${converter.name}${first === undefined ? ': the file is empty' : `; its first is ${JSON.stringify(first.slice(0, 120))}`}. A line must match ${converter.pattern}`,
			{ name: 'converter', converter: converter.name },
		);
	if (open) batch.push(open);
	yield batch;
}

async function* readable(file: string): AsyncGenerator<string[]> {
	try {
		yield* lines(file);
	} catch (error) {
		const { cause } = error as MicrojouleError;
		throw new MicrojouleError('DAMAGED', `The log ${file} cannot be read: ${cause === undefined ? 'it has a line of more than 1 MiB' : messageOf(cause)}.`, { file }, error);
	}
}

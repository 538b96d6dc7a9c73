/** Reads a file of windows: a line each, `from,to` in s. Empty lines, lines that begin with # and a heading are passed over. */

import { readFile } from 'node:fs/promises';
import { MicrojouleError, messageOf } from '../drivers/errors.ts';

export interface TimeWindow {
	/** s. */
	readonly from: number;
	readonly to: number;
}

/** Throws NOT_FOUND for a file that cannot be read, INVALID_VALUE for a line that is no window. */
export async function readWindows(path: string): Promise<TimeWindow[]> {
	let text: string;
	try {
		text = await readFile(path, 'utf8');
	} catch (error) {
		throw new MicrojouleError('NOT_FOUND', `The file of windows ${path} cannot be read: ${messageOf(error)}.`, { path }, error);
	}
	const windows = parseWindows(text, path);
	if (windows.length === 0) throw new MicrojouleError('INVALID_VALUE', `${path} holds no window; give a line "from,to" in s for each.`, { path });
	return windows;
}

export function parseWindows(text: string, path: string): TimeWindow[] {
	const windows: TimeWindow[] = [];
	let heading = true;
	for (const [index, line] of text
		.replace(/^\uFEFF/, '')
		.split(/\r?\n/)
		.entries()) {
		if (line.trim() === '' || line.startsWith('#')) continue;
		const cells = line.split(',').map((cell) => cell.trim());
		const [from, to] = cells.map((cell) => (cell === '' ? Number.NaN : Number(cell)));
		if (heading && cells.every((cell) => !/\d/.test(cell))) {
			heading = false;
			continue;
		}
		heading = false;
		if (cells.length !== 2 || !Number.isFinite(from) || !Number.isFinite(to) || from > to)
			throw new MicrojouleError('INVALID_VALUE', `${path}, line ${index + 1} is "${line}"; it must be from,to in s, from not above to.`, { path, line: index + 1, value: line });
		windows.push({ from, to });
	}
	return windows;
}

/**
 * What of an unfinished recording may be relied on: each file up to where its last checksum line reaches, since lines are written after the
 * bytes they vouch for. What lies beyond was being written when the program died. Nothing is changed on the disk; repair.ts does that.
 */

import { readLastChecksums } from './checksums.ts';

/** Bytes of each file that the lines reach to. A file without a line has none. Reads the end of `checksums` only, however long it is. */
export async function vouchedLengths(folder: string, files: readonly string[]): Promise<(file: string) => number> {
	const ends = new Map<string, number>();
	const lines = await readLastChecksums(folder, (last) => files.every((file) => last.some((line) => line.file === file)));
	for (const { file, offset, length } of lines) ends.set(file, Math.max(ends.get(file) ?? 0, offset + length));
	return (file) => ends.get(file) ?? 0;
}

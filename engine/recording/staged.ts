/**
 * A recording in progress as a reader sees it: files whose last bytes are still in memory. The writer tells what that is, and the reader
 * overlays it on what it finds in the files, so a question about the newest samples costs no write and waits for none.
 *
 * A staged recording is a moment: its lengths are those of all channels and events at once, and stay. What is in memory moves to the disk
 * meanwhile, and is asked for at every read; nothing before the lengths is ever missing from both.
 */

import type { RecordingInfo } from './format.ts';
import type { LineIndexes } from './line-index.ts';
import type { Forcing } from './range-split.ts';

/** Bytes that belong at `position` of a file and are perhaps not in it yet. */
export interface Unwritten {
	readonly position: number;
	readonly bytes: Uint8Array;
}

export interface StagedFile {
	/** Bytes, those in memory included. */
	readonly length: number;
	/** What the file may lack just now: good until other code has its turn. */
	unwritten(): readonly Unwritten[];
}

export interface StagedChannel {
	/** Samples. */
	readonly count: number;
	readonly column: StagedFile;
	/** One a level of the pyramid. */
	readonly sums: readonly StagedFile[];
	readonly forcing: Forcing;
	/** First sample whose summaries were split by range before a change of range, announced late, was known; Infinity when there is none. */
	readonly settledUntil: number;
}

export interface StagedRecording {
	readonly folder: string;
	/** A copy of the reader's own. */
	readonly info: RecordingInfo;
	/** By `<device>.<channel>`. */
	readonly channels: ReadonlyMap<string, StagedChannel>;
	readonly events: StagedFile;
	/** Of the events: the writer's own, so that no reader begins anew. */
	readonly eventIndexes: LineIndexes;
}

/** A part of a target, in bytes. */
export interface Stretch {
	readonly at: number;
	readonly length: number;
}

/** Copies what of `target`, which begins at `position` of a file, is in memory; returns what has to be read from the file itself. */
export function fromMemory(unwritten: readonly Unwritten[], position: number, target: Uint8Array): Stretch[] {
	let missing: Stretch[] = [{ at: 0, length: target.byteLength }];
	for (const piece of unwritten) {
		const from = Math.max(0, piece.position - position);
		const to = Math.min(target.byteLength, piece.position + piece.bytes.byteLength - position);
		if (to <= from) continue;
		const skipped = position + from - piece.position;
		target.set(piece.bytes.subarray(skipped, skipped + to - from), from);
		missing = missing.flatMap(({ at, length }) => [
			{ at, length: Math.min(length, from - at) },
			{ at: Math.max(at, to), length: Math.min(length, at + length - to) },
		]);
	}
	return missing.filter(({ length }) => length > 0);
}

/**
 * Folds a stretch of a channel again, from its samples on disk: where the setting that forces the coarse range was announced after the
 * samples it applies to had been folded. It patches derived files only and never a sample.
 */

import { readSync, writeSync } from 'node:fs';
import { Entries, entryBytes, fan, fold } from './entries.ts';
import type { RecordedChannel } from './format.ts';
import { levels } from './format.ts';
import { type Forcing, forcedAt, RangeSplitter } from './range-split.ts';

export interface Refoldable {
	readonly channel: RecordedChannel;
	readonly count: number;
	/** Descriptor of the column. */
	readonly column: number;
	/** Descriptors of level 128 and of the levels from 2048 on. */
	readonly blocks: number;
	readonly folds: readonly number[];
	readonly forcing: Forcing;
}

/** Rewrites every fold from the one that holds sample `from` to the last. */
export function refold(target: Refoldable, from: number): void {
	const { channel, count, column, blocks: blockFile, folds, forcing } = target;
	const length = levels[1];
	const splitter = new RangeSplitter(channel);
	const samples = new Float32Array(length);
	const blocks = Entries.allocate(fan, 0);
	const folded = Entries.allocate(1, 1);
	const firstFold = Math.floor(from / length);
	splitter.previous = rangeBefore(target, splitter, firstFold * length);
	for (let i = firstFold; i * length < count; i++) {
		const view = samples.subarray(0, Math.min(length, count - i * length));
		readFully(column, view, i * length * 4);
		const present = Math.ceil(view.length / levels[0]);
		readFully(blockFile, blocks.bytes.subarray(0, present * blocks.entryBytes), i * fan * blocks.entryBytes);
		fold(blocks, 0, present, folded, 0);
		splitter.reset();
		splitter.addFold(view, i * length, blocks, 0, folded, 0, forcing);
		folded.setSplit(0, splitter);
		writeSync(folds[0], folded.bytes, 0, folded.bytes.byteLength, i * entryBytes(1));
	}
	for (let level = 2; level < levels.length; level++) {
		const children = Entries.allocate(fan, level - 1);
		const parent = Entries.allocate(1, level);
		const total = Math.ceil(count / levels[level - 1]);
		for (let i = Math.floor(from / levels[level]); i * fan < total; i++) {
			const present = Math.min(fan, total - i * fan);
			readFully(folds[level - 2], children.bytes.subarray(0, present * children.entryBytes), i * fan * children.entryBytes);
			fold(children, 0, present, parent, 0);
			writeSync(folds[level - 1], parent.bytes, 0, parent.bytes.byteLength, i * entryBytes(level));
		}
	}
}

/** Range of the last valid sample before `index`, −1 when there is none. */
function rangeBefore({ column, forcing }: Refoldable, splitter: RangeSplitter, index: number): number {
	const scratch = new Float32Array(levels[1]);
	for (let end = index; end > 0; end -= scratch.length) {
		const start = Math.max(0, end - scratch.length);
		const view = scratch.subarray(0, end - start);
		readFully(column, view, start * 4);
		for (let k = view.length - 1; k >= 0; k--) if (!Number.isNaN(view[k])) return splitter.rangeOf(view[k], forcedAt(forcing, start + k));
	}
	return -1;
}

function readFully(fd: number, view: Float32Array | Uint8Array, position: number): void {
	let at = 0;
	while (at < view.byteLength) {
		const read = readSync(fd, view, at, view.byteLength - at, position + at);
		if (read === 0) return;
		at += read;
	}
}

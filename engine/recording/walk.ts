/**
 * Goes through the samples [from, to) of a channel in order, for questions that sums do not answer. The visitor is first shown the summary of a
 * whole block; where that is not enough for it, smaller blocks, and in the end the samples. Quiet stretches thus cost next to nothing.
 */

import { setImmediate } from 'node:timers/promises';
import type { Entries } from './entries.ts';
import { levels, type RecordedChannel } from './format.ts';
import type { RecordingReader } from './reader.ts';
import { chunkSamples, Summaries } from './summaries.ts';

export interface Visitor {
	/**
	 * The summary, entry `i` of `entries`, of the `length` samples from `index` on. True when that is all the visitor needs of them. Without
	 * this, all samples are shown, in large pieces.
	 */
	block?(entries: Entries, i: number, index: number, length: number): boolean;
	/** Samples from `index` on; the array is good during the call only. */
	samples(samples: Float32Array, index: number): void;
}

/** Entries that are read at once. */
const ahead = levels.map(() => 512);
/** Samples between two pauses: what a visitor has found is handed on there. */
const pauseSamples = 1 << 22;

/** Yields the sample it has reached, from time to time and at the end; other work gets its turn in between. */
export async function* walk(reader: RecordingReader, channel: RecordedChannel, from: number, to: number, visitor: Visitor): AsyncGenerator<number> {
	const summaries = new Summaries(reader, channel, ahead);
	try {
		let pausedAt = from;
		for (let at = from; at < to; ) {
			at = visitor.block ? step(summaries, at, to, visitor) : stepSamples(summaries, at, Math.min(to, at + chunkSamples), visitor);
			const turn = summaries.turn();
			if (turn) await setImmediate();
			if (turn || at - pausedAt >= pauseSamples) {
				pausedAt = at;
				yield at;
			}
		}
		yield to;
	} finally {
		summaries.free();
	}
}

/** The same for visitors whose answer is read at the end only. */
export async function walkAll(reader: RecordingReader, channel: RecordedChannel, from: number, to: number, visitor: Visitor, reached?: (index: number) => void): Promise<void> {
	for await (const at of walk(reader, channel, from, to, visitor)) reached?.(at);
}

/** Shows the largest block at `at` that the visitor can do with, or samples; returns where the next one begins. */
function step(summaries: Summaries, at: number, to: number, visitor: Visitor): number {
	for (let level = summaries.levelAt(at, to, levels.length - 1); level >= 0; level--) {
		const block = levels[level];
		const entry = summaries.levelAt(at, to, level) === level ? summaries.entry(level, at / block) : undefined;
		if (entry && visitor.block?.(entry.entries, entry.at, at, block)) return at + block;
	}
	return stepSamples(summaries, at, summaries.samplesUntil(at, to), visitor);
}

function stepSamples(summaries: Summaries, at: number, until: number, visitor: Visitor): number {
	visitor.samples(summaries.samples(at, until), at);
	return until;
}

/**
 * Reads a channel from its summaries where they serve, and from its samples where they do not, for whoever goes through a stretch from its
 * beginning to its end: views, histograms, segments. It owns two kinds of buffers, entries read ahead and samples in the kernels' memory,
 * until free(); low levels stay on the disk. It knows nothing of ranges: sums that need them are made in totals.ts.
 */

import { processKernels } from '../decode/kernels.ts';
import type { MemoryBlock } from '../decode/memory.ts';
import { type BlockSums, Entries, entryBytes, fan } from './entries.ts';
import { levels, type RecordedChannel } from './format.ts';
import type { RecordingReader } from './reader.ts';

/** Samples in memory at once. */
export const chunkSamples = 1 << 17;
/** Entries in memory at once, per level: the most that a read-ahead asks for. */
const mostEntries = 1 << 14;
/** Bytes read between two turns of the event loop: some milliseconds of work. */
const turnBytes = 1 << 24;

interface Buffered {
	readonly memory: MemoryBlock;
	readonly space: Entries;
	/** What is in it: entry `first` lies at `offset` of `entries`, which may be the reader's own cache. */
	entries: Entries;
	offset: number;
	first: number;
	end: number;
}

export class Summaries {
	readonly #reader: RecordingReader;
	readonly #channel: RecordedChannel;
	/** Entries of each level that may be relied on. */
	readonly #available: number[];
	readonly #ahead: readonly number[];
	readonly #buffers: (Buffered | undefined)[] = levels.map(() => undefined);
	#bytesRead = 0;
	#samples: { readonly memory: MemoryBlock; readonly view: Float32Array } | undefined;

	/** `ahead`: entries of each level that are worth reading at once, since they will be asked for one after the other. */
	constructor(reader: RecordingReader, channel: RecordedChannel, ahead: readonly number[]) {
		this.#reader = reader;
		this.#channel = channel;
		this.#ahead = ahead.map((entries) => Math.max(fan, Math.min(mostEntries, entries)));
		this.#available = levels.map((_, level) => reader.entryCount(channel, level));
	}

	/** The highest level, `most` at most, of which an entry begins at sample `at` and ends by `to`; −1 when samples must do. */
	levelAt(at: number, to: number, most: number): number {
		for (let level = most; level >= 0; level--) {
			const block = levels[level];
			// No `%`: on numbers above 2³¹ it takes longer than all the rest.
			const index = at / block;
			if (index === Math.floor(index) && at + block <= to && index < this.#available[level]) return level;
		}
		return -1;
	}

	/** How far from `at` samples must be read: to where an entry begins, at most to `to` and a chunk. */
	samplesUntil(at: number, to: number): number {
		const block = levels[0];
		const boundary = (Math.floor(at / block) + 1) * block;
		return Math.min(to, boundary / block < this.#available[0] ? boundary : at + chunkSamples);
	}

	/** One entry of a level: where it lies. Undefined when it was never written, and then no later one of its level is relied on. */
	entry(level: number, index: number): { entries: Entries; at: number } | undefined {
		const buffered = this.#load(level, index);
		const at = buffered.offset + index - buffered.first;
		if (!buffered.entries.unwritten(at)) return { entries: buffered.entries, at };
		this.#available[level] = Math.min(this.#available[level], index);
		return undefined;
	}

	/**
	 * Adds up the samples [from, to), a stretch that begins and ends anywhere, by entries of level `most` at most. Returns how far it got:
	 * a chunk of samples is the most it reads in one call, so that a caller may let others have their turn.
	 */
	add(sums: BlockSums, from: number, to: number, most: number): number {
		let at = from;
		while (at < to) {
			const level = this.levelAt(at, to, most);
			if (level >= 0) {
				at = this.#addEntries(sums, level, at, to, most);
				continue;
			}
			const until = this.samplesUntil(at, to);
			this.#addSamples(sums, at, until);
			if (until - at === chunkSamples) return until;
			at = until;
		}
		return at;
	}

	/** The samples [from, to), a chunk at most, in the kernels' memory; good until the next call. */
	samples(from: number, to: number): Float32Array {
		// Some blocks of 128 are usual, a whole chunk is not.
		if (!this.#samples || this.#samples.view.length < to - from) {
			this.#samples?.memory.free();
			const { memory } = processKernels();
			const length = Math.min(chunkSamples, Math.max(levels[1], to - from));
			const space = memory.alloc(4 * length);
			this.#samples = { memory: space, view: memory.float32(space.ptr, length) };
		}
		const view = this.#samples.view.subarray(0, to - from);
		this.#reader.readInto(this.#channel, from, view);
		this.#bytesRead += view.byteLength;
		return view;
	}

	/** Whether so much was read since it last said so that others should have their turn. */
	turn(): boolean {
		if (this.#bytesRead < turnBytes) return false;
		this.#bytesRead = 0;
		return true;
	}

	free(): void {
		this.#samples?.memory.free();
		this.#samples = undefined;
		for (const [level, buffered] of this.#buffers.entries()) {
			buffered?.memory.free();
			this.#buffers[level] = undefined;
		}
	}

	#addSamples(sums: BlockSums, from: number, to: number): void {
		const samples = this.samples(from, to);
		const entry = Entries.allocate(1, 0);
		processKernels().summarize(samples, entry.bytes, samples.length);
		entry.addTo(sums, 0, 1);
	}

	/** Consecutive entries of a level up to `to`, or to where a larger one begins. */
	#addEntries(sums: BlockSums, level: number, at: number, to: number, most: number): number {
		const block = levels[level];
		const first = at / block;
		let last = Math.min(Math.floor(to / block), this.#available[level]);
		if (level < most) last = Math.min(last, (Math.floor(first / fan) + 1) * fan);
		const { entries, offset, first: loaded, end } = this.#load(level, first);
		const shift = offset - loaded;
		const until = Math.min(last, end);
		const reached = entries.addTo(sums, first + shift, until + shift) - shift;
		if (reached < until) this.#available[level] = Math.min(this.#available[level], reached);
		return reached * block;
	}

	/** Entries from `first` on, as many as are worth reading at once. */
	#load(level: number, first: number): Buffered {
		const known = this.#buffers[level];
		if (known && first >= known.first && first < known.end) return known;
		const { memory } = processKernels();
		let buffered = known;
		if (!buffered) {
			const space = memory.alloc(this.#ahead[level] * entryBytes(level));
			const entries = new Entries(space.bytes, level);
			buffered = { memory: space, space: entries, entries, offset: 0, first: 0, end: 0 };
			this.#buffers[level] = buffered;
		}
		const end = Math.min(first + this.#ahead[level], this.#available[level]);
		const { entries, offset } = this.#reader.entries(this.#channel, level, first, end, buffered.space);
		this.#bytesRead += (end - first) * entryBytes(level);
		buffered.entries = entries;
		buffered.offset = offset;
		buffered.first = first;
		buffered.end = end;
		return buffered;
	}
}

/**
 * One channel's way to the disk:
 *
 *   append ──copy──► stage ──┬─ crc32 ──► checksum line (once the bytes are written)
 *                    (two)   ├─ bytes ──► <device>.<channel>.f32
 *                            └─ summarize ──► level 128 ──► fold, split by range ──► 2048, 32768, 524288
 *
 * A full stage is handed to the thread pool and the other one is filled meanwhile; when both are busy the caller waits, so memory never
 * grows. A stage is a multiple of 2048 samples and starts at a multiple of 2048, so every block and fold lies within one.
 */

import { crc32 } from 'node:zlib';
import { AppendFile } from './append-file.ts';
import { Entries, entryBytes, type Summarize } from './entries.ts';
import type { RecordedChannel } from './format.ts';
import { levels } from './format.ts';
import { columnFileName, Pyramid } from './pyramid.ts';
import { type Forcing, indexAt, type RangeChange, RangeSplitter, ranges } from './range-split.ts';
import { refold } from './refold.ts';
import type { StagedChannel } from './staged.ts';

const block = levels[0];
const foldBlock = levels[1];

/** Memory that the summarizing kernel can reach. */
export interface Memory {
	readonly bytes: Uint8Array;
	free(): void;
}
export type Allocate = (byteLength: number) => Memory;

/** What all channels of a recording share. */
export interface ChannelContext {
	readonly folder: string;
	readonly allocate: Allocate;
	readonly summarize: Summarize;
	/** Samples a stage, at most. */
	readonly stageSamples: number;
	readonly fail: (error: unknown) => void;
	readonly checksum: (file: string, position: number, length: number, crc: number) => void;
}

class Stage {
	readonly samples: Float32Array;
	readonly bytes: Uint8Array;
	readonly entries: Entries;
	/** Samples filled, handed to the disk, and summarised; 2048-blocks folded; level-128 entries written. */
	fill = 0;
	written = 0;
	summarized = 0;
	folds = 0;
	blocksWritten = 0;
	/** Writes under way that read this memory. */
	busy = 0;
	/** Waits for `busy` to end before it may be filled again. */
	full = false;

	constructor(memory: Uint8Array, length: number) {
		this.samples = new Float32Array(memory.buffer, memory.byteOffset, length);
		this.bytes = memory.subarray(0, length * 4);
		this.entries = new Entries(memory.subarray(length * 4), 0);
	}

	reset(): void {
		this.fill = 0;
		this.written = 0;
		this.summarized = 0;
		this.folds = 0;
		this.blocksWritten = 0;
		this.full = false;
	}
}

export class ChannelWriter {
	readonly channel: RecordedChannel;
	readonly column: AppendFile;
	/** Samples taken. */
	count = 0;
	#context: ChannelContext;
	#pyramid: Pyramid;
	#memory: Memory;
	#stages: [Stage, Stage];
	#current = 0;
	/** Index of the current stage's first sample. */
	#base = 0;
	#forcing: Forcing & { changes: { index: number; forced: boolean }[] };
	/** First sample whose fold predates a range change that was announced late; Infinity when there is none. */
	#staleFrom = Number.POSITIVE_INFINITY;
	#freed: (() => void)[] = [];
	/** The append that waits for room: appends of one channel keep their order. */
	waiting: Promise<void> | undefined;

	static async create(channel: RecordedChannel, forced: boolean, context: ChannelContext): Promise<ChannelWriter> {
		const name = columnFileName(channel.device, channel.id);
		const splitter = new RangeSplitter(channel);
		const column = await AppendFile.create(`${context.folder}/${name}`, name, context.fail);
		try {
			return new ChannelWriter(channel, column, await Pyramid.create(context.folder, channel, splitter, context.fail), forced, context);
		} catch (error) {
			await column.close();
			throw error;
		}
	}

	private constructor(channel: RecordedChannel, column: AppendFile, pyramid: Pyramid, forced: boolean, context: ChannelContext) {
		this.channel = channel;
		this.column = column;
		this.#pyramid = pyramid;
		this.#context = context;
		const length = stageLength(channel.rate, context.stageSamples);
		const stageBytes = length * 4 + (length / block) * entryBytes(0);
		this.#memory = context.allocate(2 * stageBytes);
		const { bytes } = this.#memory;
		this.#stages = [new Stage(bytes.subarray(0, stageBytes), length), new Stage(bytes.subarray(stageBytes, 2 * stageBytes), length)];
		this.#forcing = { atStart: ranges(channel) && forced, changes: [] };
	}

	get files(): AppendFile[] {
		return [this.column, ...this.#pyramid.files];
	}

	/** What is taken so far, on the disk or not. */
	staged(): StagedChannel {
		const { column, count } = this;
		const unwritten = () => {
			const stage = this.#stages[this.#current];
			return [...column.unwritten(), { position: column.length, bytes: stage.bytes.subarray(stage.written * 4, stage.fill * 4) }];
		};
		const forcing = { atStart: this.#forcing.atStart, changes: [...this.#forcing.changes] };
		return { count, column: { length: count * 4, unwritten }, sums: this.#pyramid.staged(), forcing, settledUntil: this.#staleFrom };
	}

	/** Copies from `column`, beginning at `offset`, as much as there is room for; returns the offset reached. */
	take(column: Float32Array, offset: number): number {
		let at = offset;
		while (at < column.length) {
			const stage = this.#stages[this.#current];
			if (stage.full) break;
			const length = Math.min(stage.samples.length - stage.fill, column.length - at);
			stage.samples.set(at === 0 && length === column.length ? column : column.subarray(at, at + length), stage.fill);
			stage.fill += length;
			at += length;
			this.count += length;
			if (stage.fill < stage.samples.length) break;
			this.#submit(stage);
			this.#pass(stage);
		}
		return at;
	}

	/** Resolves when there is room again, or the recording has failed. */
	room(): Promise<void> {
		return new Promise((resolve) => this.#freed.push(resolve));
	}

	/** Lets everybody who waits for room go on. */
	wake(): void {
		for (const resolve of this.#freed.splice(0)) resolve();
	}

	/** Hands everything staged to the disk; level-128 blocks and upwards only when complete. */
	flush(): void {
		this.#submit(this.#stages[this.#current]);
		this.#pyramid.flush();
	}

	/** The coarse range is forced, or not, from `change.time` on. */
	rangeChanged(change: RangeChange): void {
		if (!ranges(this.channel)) return;
		const index = indexAt(change.time, this.channel.rate);
		this.#forcing.changes.push({ index, forced: change.forced });
		this.#forcing.changes.sort((a, b) => a.index - b.index);
		if (index < this.#base + this.#stages[this.#current].folds * foldBlock) this.#staleFrom = Math.min(this.#staleFrom, index);
	}

	/** Writes the incomplete last blocks. Nothing may be appended afterwards. */
	finish(): void {
		const stage = this.#stages[this.#current];
		this.#submit(stage);
		if (stage.fill > stage.summarized) {
			const first = stage.summarized / block;
			this.#context.summarize(stage.samples.subarray(stage.summarized, stage.fill), sliceEntries(stage.entries, first, first + 1));
			stage.busy++;
			this.#pyramid.writeBlocks(stage.entries, first, first + 1, () => this.#done(stage));
		}
		const from = stage.folds * foldBlock;
		if (stage.fill > from) this.#pyramid.add(stage.samples.subarray(from, stage.fill), this.#base + from, stage.entries, from / block, this.#forcing);
		this.#pyramid.finish();
	}

	/** After finish() and when all is written: folds again what a late range change made wrong. */
	correct(): void {
		if (this.#staleFrom >= this.count) return;
		const [blocks, ...folds] = this.#pyramid.files.map((file) => file.fd);
		refold({ channel: this.channel, count: this.count, column: this.column.fd, blocks, folds, forcing: this.#forcing }, this.#staleFrom);
	}

	async close(): Promise<void> {
		this.wake();
		await Promise.all(this.files.map((file) => file.close()));
		// Where a write failed some are still filled, and a reader must not look for them in memory that is another's.
		for (const stage of this.#stages) stage.reset();
		this.#memory.free();
	}

	#submit(stage: Stage): void {
		if (stage.fill === stage.written) return;
		const { checksum, summarize } = this.#context;
		const bytes = stage.bytes.subarray(stage.written * 4, stage.fill * 4);
		const crc = crc32(bytes);
		stage.busy++;
		const position = this.column.append(bytes, (written) => {
			if (written) checksum(this.column.name, position, bytes.byteLength, crc);
			this.#done(stage);
		});
		stage.written = stage.fill;

		const whole = stage.fill - (stage.fill % block);
		if (whole > stage.summarized) {
			summarize(stage.samples.subarray(stage.summarized, whole), sliceEntries(stage.entries, stage.summarized / block, whole / block));
			stage.summarized = whole;
			stage.busy++;
			this.#pyramid.writeBlocks(stage.entries, stage.blocksWritten, whole / block, () => this.#done(stage));
			stage.blocksWritten = whole / block;
		}
		while ((stage.folds + 1) * foldBlock <= stage.fill) {
			const from = stage.folds++ * foldBlock;
			this.#pyramid.add(stage.samples.subarray(from, from + foldBlock), this.#base + from, stage.entries, from / block, this.#forcing);
		}
	}

	/** The current stage is full: goes on in the other one, as soon as that is free. */
	#pass(stage: Stage): void {
		stage.full = true;
		this.#base += stage.samples.length;
		this.#current = 1 - this.#current;
		if (stage.busy === 0) stage.reset();
	}

	#done(stage: Stage): void {
		stage.busy--;
		if (stage.busy > 0 || !stage.full) return;
		stage.reset();
		this.wake();
	}
}

/** About a second of samples, at least 2048, at most `most`, in whole 2048-blocks. */
export function stageLength(rate: number, most: number): number {
	const blocks = Math.ceil(rate / foldBlock);
	// From an eighth of the limit on a channel is fast: it gets the largest stage, since large writes are cheap ones.
	const samples = rate * 8 >= most ? most : blocks * foldBlock;
	return Math.max(foldBlock, Math.min(samples, most - (most % foldBlock)));
}

function sliceEntries(entries: Entries, from: number, to: number): Entries {
	return new Entries(entries.bytes.subarray(from * entries.entryBytes, to * entries.entryBytes), 0);
}

/**
 * The summary files of one channel while it is recorded: level-128 entries arrive with their samples, every 2048-block is split by range
 * and folded, and sixteen entries of a level become one of the next. It owns the four files; all of them are derived data.
 */

import { AppendFile } from './append-file.ts';
import { Entries, entryBytes, fan, fold } from './entries.ts';
import type { RecordedChannel } from './format.ts';
import { levels } from './format.ts';
import type { Forcing, RangeSplitter } from './range-split.ts';
import type { StagedFile } from './staged.ts';

/** Entries a level gathers before they are written: a write, however small, costs the caller a thread switch. */
const gathered = 16 * fan;

/** Where a level's bytes go, in order. */
export interface ByteSink {
	append(bytes: Uint8Array, done?: (written: boolean) => void): void;
}

interface Level {
	readonly file: ByteSink;
	readonly entries: Entries;
	/** Entries complete in memory, and how many of them are written and folded. */
	used: number;
	written: number;
	folded: number;
}

export class Pyramid<Sink extends ByteSink = AppendFile> {
	/** One a level. */
	readonly files: readonly Sink[];
	readonly #levels: Level[];
	readonly #splitter: RangeSplitter;

	static async create(folder: string, channel: RecordedChannel, splitter: RangeSplitter, fail: (error: unknown) => void): Promise<Pyramid<AppendFile>> {
		const files: AppendFile[] = [];
		try {
			for (const block of levels) {
				const name = sumFileName(channel.device, channel.id, block);
				files.push(await AppendFile.create(`${folder}/${name}`, name, fail));
			}
		} catch (error) {
			await Promise.all(files.map((file) => file.close()));
			throw error;
		}
		return new Pyramid(files, splitter);
	}

	/** Over files of one's own, one a level. */
	constructor(files: readonly Sink[], splitter: RangeSplitter) {
		this.files = files;
		this.#levels = files.slice(1).map((file, i) => ({ file, entries: Entries.allocate(gathered, i + 1), used: 0, written: 0, folded: 0 }));
		this.#splitter = splitter;
	}

	/** Writes level-128 entries, whose memory must stay as it is until `done`. */
	writeBlocks(entries: Entries, from: number, to: number, done: () => void): void {
		this.files[0].append(entries.bytes.subarray(from * entryBytes(0), to * entryBytes(0)), done);
	}

	/** Folds a 2048-block (the recording's last one may be shorter) whose first sample lies at `index`; `first` is its first level-128 entry. */
	add(samples: Float32Array, index: number, blocks: Entries, first: number, forcing: Forcing): void {
		const level = this.#levels[0];
		const length = Math.ceil(samples.length / levels[0]);
		fold(blocks, first, length, level.entries, level.used);
		this.#splitter.reset();
		this.#splitter.addFold(samples, index, blocks, first, level.entries, level.used, forcing);
		level.entries.setSplit(level.used, this.#splitter);
		this.#advance(0);
	}

	/** The files with the entries that are complete, one a level. */
	staged(this: Pyramid<AppendFile>): StagedFile[] {
		const [blocks, ...folds] = this.files;
		return [
			{ length: blocks.length, unwritten: () => blocks.unwritten() },
			...folds.map((file, i) => {
				const level = this.#levels[i];
				const inMemory = () => level.entries.bytes.subarray(level.written * level.entries.entryBytes, level.used * level.entries.entryBytes);
				return { length: file.length + inMemory().byteLength, unwritten: () => [...file.unwritten(), { position: file.length, bytes: inMemory() }] };
			}),
		];
	}

	/** Hands what is complete to the disk. */
	flush(): void {
		for (const level of this.#levels) this.#write(level);
	}

	/** Folds the incomplete tails: nothing may be added afterwards. */
	finish(): void {
		for (let i = 0; i + 1 < this.#levels.length; i++) {
			const level = this.#levels[i];
			const upper = this.#levels[i + 1];
			if (level.used === level.folded) continue;
			fold(level.entries, level.folded, level.used - level.folded, upper.entries, upper.used);
			level.folded = level.used;
			upper.used++;
		}
		this.flush();
	}

	#advance(i: number): void {
		const level = this.#levels[i];
		level.used++;
		const upper = this.#levels[i + 1];
		if (upper && level.used - level.folded === fan) {
			fold(level.entries, level.folded, fan, upper.entries, upper.used);
			level.folded = level.used;
			this.#advance(i + 1);
		}
		if (level.used === gathered) {
			this.#write(level);
			level.used = 0;
			level.written = 0;
			level.folded = 0;
		}
	}

	#write(level: Level): void {
		if (level.used === level.written) return;
		// A copy: a few kilobytes for every hundred thousand samples, and the entries are free again at once.
		level.file.append(level.entries.bytes.slice(level.written * level.entries.entryBytes, level.used * level.entries.entryBytes));
		level.written = level.used;
	}
}

export function columnFileName(device: string, channel: string): string {
	return `${device}.${channel}.f32`;
}

export function sumFileName(device: string, channel: string, block: number): string {
	return `${device}.${channel}.${block}.sum`;
}

/**
 * Finished recordings that are kept open between questions: a page that zooms asks many times a second, and what a reader has loaded (the top of
 * the pyramid, changes of range) serves them all. Whoever changes a recording says forget(); a reader in use is closed when its last user is
 * done, and one of a recording that is not finished at once.
 */

import type { RecordingReader } from './reader.ts';

/** Channels of all readers that are kept: each holds five files open. */
const mostChannels = 64;

/** A reader that several questions use. */
export interface SharedReader {
	readonly reader: Promise<RecordingReader>;
	users: number;
}

interface Kept extends SharedReader {
	channels: number;
}

export class OpenReaders implements Disposable {
	/** By id, the one that was asked last at the end. */
	#kept = new Map<string, Kept>();

	/** Runs `work` on the recording, opened by `open` where it is not open yet. The reader is good until `work` is done. */
	async use<T>(id: string, open: () => Promise<RecordingReader>, work: (reader: RecordingReader) => Promise<T>): Promise<T> {
		const kept = this.#kept.get(id) ?? { reader: open(), channels: 0, users: 0 };
		this.#kept.delete(id);
		this.#kept.set(id, kept);
		kept.users++;
		try {
			const reader = await kept.reader;
			kept.channels = reader.info.channels.length;
			if (!reader.info.finished) this.#drop(id, kept);
			return await work(reader);
		} catch (error) {
			this.#drop(id, kept); // it may be the files that have changed
			throw error;
		} finally {
			kept.users--;
			if (this.#kept.get(id) === kept) this.#trim();
			else closeUnused(kept);
		}
	}

	/** Lets go of one recording, or of all. */
	forget(id?: string): void {
		for (const [each, kept] of [...this.#kept]) if (id === undefined || each === id) this.#drop(each, kept);
	}

	[Symbol.dispose](): void {
		this.forget();
	}

	#trim(): void {
		let channels = 0;
		for (const [id, kept] of [...this.#kept].reverse()) {
			channels += kept.channels;
			if (channels > mostChannels) this.#drop(id, kept);
		}
	}

	#drop(id: string, kept: Kept): void {
		if (this.#kept.get(id) === kept) this.#kept.delete(id);
		closeUnused(kept);
	}
}

/** Closes a reader that nobody keeps any more, unless it is in use. */
export function closeUnused({ users, reader }: SharedReader): void {
	if (users > 0) return;
	reader.then(
		(opened) => opened.close(),
		() => {}, // whoever asked has heard
	);
}

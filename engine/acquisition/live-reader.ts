/**
 * The reader of a recording in progress, shared by the questions of one moment: opening it anew costs more than most answers, and a hundred clients ask
 * more often than samples come. It is good until something was appended; then the next question opens another, and the old one closes with its last user.
 */

import { closeUnused, type SharedReader } from '../recording/open-readers.ts';
import type { RecordingReader } from '../recording/reader.ts';

interface Kept extends SharedReader {
	readonly moment: number;
}

export class LiveReader {
	#kept: Kept | undefined;
	#moment = 0;

	/** What was read before is not all that there is. */
	appended(): void {
		this.#moment++;
	}

	/** Runs `use` on a reader that knows everything appended so far, opened by `open` where none does. */
	async use<T>(open: () => Promise<RecordingReader>, use: (reader: RecordingReader) => Promise<T>): Promise<T> {
		if (this.#kept?.moment !== this.#moment) this.forget();
		const kept = this.#kept ?? { moment: this.#moment, reader: open(), users: 0 };
		this.#kept = kept;
		kept.users++;
		try {
			return await use(await kept.reader);
		} catch (error) {
			if (this.#kept === kept) this.#kept = undefined; // it may be the reader that failed
			throw error;
		} finally {
			kept.users--;
			if (this.#kept !== kept) closeUnused(kept);
		}
	}

	/** Another recording is in progress, or it is called something else. */
	forget(): void {
		const kept = this.#kept;
		this.#kept = undefined;
		if (kept) closeUnused(kept);
	}
}

/**
 * A file that only grows: writes go to explicit positions through the thread pool, straight from the caller's memory (which may be
 * shared). It owns its descriptor and counts what is under way; a failure goes to `fail` once and the bytes after it are not written.
 */

import { close, fdatasync, open, write } from 'node:fs';
import type { Unwritten } from './staged.ts';

export class AppendFile {
	readonly name: string;
	readonly fd: number;
	/** Bytes handed over so far. */
	length = 0;
	/** Where the first failed write began; what lies from there on is not to be relied on. */
	failedFrom = Number.POSITIVE_INFINITY;
	#pending = 0;
	#unwritten = new Set<Unwritten>();
	#unsynced = false;
	/** Bytes that a sync has confirmed. */
	#synced = 0;
	#idle: (() => void)[] = [];
	#fail: (error: unknown) => void;

	static create(path: string, name: string, fail: (error: unknown) => void): Promise<AppendFile> {
		return new Promise((resolve, reject) => open(path, 'wx+', (error, fd) => (error ? reject(error) : resolve(new AppendFile(fd, name, fail)))));
	}

	private constructor(fd: number, name: string, fail: (error: unknown) => void) {
		this.fd = fd;
		this.name = name;
		this.#fail = fail;
	}

	/** Appends `bytes`, which must not change until `done` is called with whether they are written. Returns their position. */
	append(bytes: Uint8Array, done?: (written: boolean) => void): number {
		const position = this.length;
		this.length += bytes.byteLength;
		const unwritten: Unwritten = { position, bytes };
		this.#unwritten.add(unwritten);
		this.#write(bytes, position, (written) => {
			this.#unwritten.delete(unwritten);
			done?.(written);
		});
		return position;
	}

	/** What was appended and is perhaps not in the file yet. */
	unwritten(): Unwritten[] {
		return [...this.#unwritten];
	}

	/** Overwrites bytes of derived data. */
	patch(bytes: Uint8Array, position: number): void {
		this.#write(bytes, position);
	}

	/** Resolves when nothing is under way. */
	idle(): Promise<void> | undefined {
		return this.#pending === 0 ? undefined : new Promise((resolve) => this.#idle.push(resolve));
	}

	/** Asks the operating system to put everything written on the disk itself. */
	sync(): Promise<void> | undefined {
		if (!this.#unsynced) return undefined;
		this.#unsynced = false;
		const length = this.length;
		return new Promise((resolve) =>
			fdatasync(this.fd, (error) => {
				if (error) {
					// What the operating system could not put on the disk it may have dropped from memory.
					this.failedFrom = Math.min(this.failedFrom, this.#synced);
					this.#fail(error);
				} else this.#synced = length;
				resolve();
			}),
		);
	}

	close(): Promise<void> {
		return new Promise((resolve) => close(this.fd, () => resolve()));
	}

	#write(bytes: Uint8Array, position: number, done?: (written: boolean) => void): void {
		this.#pending++;
		if (position >= this.failedFrom) {
			// Written now, it would stand behind a hole. Not at once: the caller does not expect `done` before append returns.
			setImmediate(() => this.#end(false, done));
			return;
		}
		write(this.fd, bytes, 0, bytes.byteLength, position, (error, written) => {
			if (!error && written > 0 && written < bytes.byteLength) {
				this.#write(bytes.subarray(written), position + written, done);
				this.#pending--;
				return;
			}
			if (error) {
				this.failedFrom = Math.min(this.failedFrom, position);
				this.#fail(error);
			} else this.#unsynced = true;
			this.#end(!error, done);
		});
	}

	#end(written: boolean, done?: (written: boolean) => void): void {
		done?.(written);
		if (--this.#pending === 0) for (const resolve of this.#idle.splice(0)) resolve();
	}
}

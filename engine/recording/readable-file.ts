/**
 * One file of a recording that is read by position. It owns the descriptor, opened when it is first needed, until close(). Of a recording in
 * progress it overlays what the writer still has in memory.
 */

import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import { fromMemory, type StagedFile } from './staged.ts';

export class ReadableFile {
	readonly folder: string;
	readonly name: string;
	#staged: StagedFile | undefined;
	#fd: number | undefined;
	#closed = false;

	constructor(folder: string, name: string, staged?: StagedFile) {
		this.folder = folder;
		this.name = name;
		this.#staged = staged;
	}

	get exists(): boolean {
		return this.#open() !== undefined;
	}

	/** Bytes; 0 where the file is missing. */
	get size(): number {
		if (this.#staged) return this.#staged.length;
		const fd = this.#open();
		return fd === undefined ? 0 : fstatSync(fd).size;
	}

	/** Fills `target` with the bytes from `position` on. Throws DAMAGED where they are not all there. */
	fillSync(target: Float32Array | Uint8Array, position: number): void {
		const fd = this.#descriptor();
		if (!this.#staged) {
			this.#read(fd, target, 0, target.byteLength, position);
			return;
		}
		const bytes = bytesOf(target);
		for (const { at, length } of fromMemory(this.#staged.unwritten(), position, bytes)) this.#read(fd, bytes, at, at + length, position);
	}

	/** The same without holding others up; `target` may lie in shared memory. */
	async fill(target: Float32Array | Uint8Array, position: number): Promise<void> {
		const fd = this.#descriptor();
		const bytes = bytesOf(target);
		// What is not in memory now is in the file to stay: there is time to read it.
		for (const stretch of fromMemory(this.#staged?.unwritten() ?? [], position, bytes)) {
			const end = stretch.at + stretch.length;
			for (let { at } = stretch; at < end; ) {
				const length = await new Promise<number>((resolve, reject) => read(fd, bytes, at, end - at, position + at, (error, count) => (error ? reject(error) : resolve(count))));
				if (length === 0) throw this.#shrunk();
				at += length;
			}
		}
	}

	close(): void {
		this.#closed = true;
		if (this.#fd !== undefined) closeSync(this.#fd);
		this.#fd = undefined;
	}

	#read(fd: number, target: Float32Array | Uint8Array, from: number, to: number, position: number): void {
		for (let at = from; at < to; ) {
			const length = readSync(fd, target, at, to - at, position + at);
			if (length === 0) throw this.#shrunk();
			at += length;
		}
	}

	#descriptor(): number {
		const fd = this.#open();
		if (fd !== undefined) return fd;
		throw new MicrojouleError('DAMAGED', `The file ${this.name} of the recording in ${this.folder} is missing.`, { folder: this.folder, file: this.name });
	}

	#open(): number | undefined {
		if (this.#closed) throw new Error(`${this.name} of ${this.folder} was read after it was closed.`);
		this.#fd ??= openIfThere(`${this.folder}/${this.name}`);
		return this.#fd;
	}

	#shrunk(): MicrojouleError {
		return new MicrojouleError('DAMAGED', `The file ${this.name} of the recording in ${this.folder} has become shorter while being read.`, {
			folder: this.folder,
			file: this.name,
		});
	}
}

function bytesOf(view: Float32Array | Uint8Array): Uint8Array {
	return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function openIfThere(path: string): number | undefined {
	try {
		return openSync(path, 'r');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw new MicrojouleError('DISK', `Reading ${path} failed: ${messageOf(error)}.`, { path }, error);
	}
}

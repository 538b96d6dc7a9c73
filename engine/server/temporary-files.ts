/**
 * Files that clients send, and files made for them to fetch: each batch in a folder of its own under `DATA/temporary/`, with the names that clients gave
 * them as far as a file system takes those. Bounded by what the disk has left; gone with the batch, with the server, or a day later.
 */

import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MicrojouleError } from '../../drivers/errors.ts';
import { freeBytes } from '../recording/free-space.ts';
import { diskError } from '../recording/writer.ts';

/** What is left of the disk for everything else, bytes. */
const reserveBytes = 64 * 2 ** 20;
/** s after which what another run of the program left behind is removed. */
const staleS = 86_400;

export interface ReceivedFile {
	/** Absolute. */
	readonly path: string;
	readonly name: string;
	readonly bytes: number;
}

export class TemporaryFiles {
	readonly #folder: string;
	readonly #batches = new Set<string>();
	#swept: Promise<void> | undefined;

	constructor(dataFolder: string) {
		this.#folder = join(dataFolder, 'temporary');
	}

	/** Makes an empty folder for a batch of files; resolves to its id. Throws DISK. */
	async begin(): Promise<string> {
		this.#swept ??= this.#sweep();
		await this.#swept;
		const id = randomUUID();
		await mkdir(join(this.#folder, id), { recursive: true }).catch((error: unknown) => {
			throw diskError(this.#folder, error);
		});
		this.#batches.add(id);
		return id;
	}

	/** Throws NOT_FOUND for a batch that does not exist (any more). */
	folderOf(id: string): string {
		if (this.#batches.has(id)) return join(this.#folder, id);
		throw new MicrojouleError('NOT_FOUND', `There is no batch of files ${id} (any more); send them again.`, { batch: id });
	}

	/** Writes a file of a batch as it arrives. Throws INVALID_VALUE for a name that is taken, DISK when it would fill the disk. */
	async receive(id: string, givenName: string, content: AsyncIterable<Uint8Array>, announcedBytes = 0): Promise<ReceivedFile> {
		const folder = this.folderOf(id);
		const name = fileNameOf(givenName);
		const path = join(folder, name);
		const room = (await freeBytes(folder)) - reserveBytes;
		if (announcedBytes > room) throw tooLarge(name, announcedBytes, room);
		const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
			if (error.code === 'EEXIST') throw new MicrojouleError('INVALID_VALUE', `Two files of one batch are called ${name}; send them one after the other.`, { name });
			throw diskError(path, error);
		});
		let bytes = 0;
		try {
			for await (const piece of content) {
				bytes += piece.byteLength;
				if (bytes > room) throw tooLarge(name, bytes, room);
				await file.writeFile(piece);
			}
			await file.close();
			return { path, name, bytes };
		} catch (error) {
			await file.close().catch(() => {});
			await rm(path, { force: true });
			throw error instanceof MicrojouleError ? error : diskError(path, error);
		}
	}

	/** Removes a batch and its files. Idempotent. */
	async end(id: string): Promise<void> {
		if (!this.#batches.delete(id)) return;
		await rm(join(this.#folder, id), { recursive: true, force: true });
	}

	/** Removes everything of this server. Idempotent. */
	async close(): Promise<void> {
		await Promise.all([...this.#batches].map((id) => this.end(id)));
	}

	/** What a program that died has left. */
	async #sweep(): Promise<void> {
		for (const name of await readdir(this.#folder).catch(() => [])) {
			const path = join(this.#folder, name);
			const found = await stat(path).catch(() => undefined);
			if (found && !this.#batches.has(name) && Date.now() - found.mtimeMs > staleS * 1000) await rm(path, { recursive: true, force: true });
		}
	}
}

/** A name that every file system takes and that leads nowhere else: the last part of a path, without what has a meaning in paths. */
export function fileNameOf(given: string): string {
	const last = given.split(/[/\\]/).at(-1) ?? '';
	const clean = last.replace(/[\p{Cc}<>:"|?*]/gu, '_').replace(/^\.+|[. ]+$/g, '');
	// Shortened in the middle: how it ends says what it is.
	return clean === '' ? 'file' : clean.length <= 120 ? clean : `${clean.slice(0, 80)}~${clean.slice(-39)}`;
}

function tooLarge(name: string, bytes: number, room: number): MicrojouleError {
	const mebibytes = (count: number) => `${Math.max(0, Math.floor(count / 2 ** 20))} MiB`;
	return new MicrojouleError('DISK', `${name} needs ${mebibytes(bytes)} or more, and the disk of the data folder has room for ${mebibytes(room)}. Free some space.`, {
		name,
		bytes,
		room,
	});
}

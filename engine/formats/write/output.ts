/** Files that appear whole or not at all: written beside their final name and renamed when complete. */

import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MicrojouleError } from '../../../drivers/errors.ts';
import { diskError } from '../../recording/writer.ts';

/** Throws NOT_EMPTY for a path that is taken, unless it may be overwritten. */
export function requireFree(path: string, overwrite: boolean | undefined): void {
	if (!overwrite && existsSync(path)) throw new MicrojouleError('NOT_EMPTY', `${path} is already there; choose another name or folder, or --overwrite.`, { path });
}

/** `write` fills a temporary file, which then takes the name. Throws DISK. */
export async function wholePath(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
	const temporary = `${path}.part`;
	try {
		await mkdir(dirname(path), { recursive: true });
		await write(temporary);
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true });
		throw error instanceof MicrojouleError ? error : diskError(path, error);
	}
}

/** The same with an open file. */
export function whole(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
	return wholePath(path, async (temporary) => {
		const file = await open(temporary, 'w');
		try {
			await write(file);
		} finally {
			await file.close();
		}
	});
}

export async function writeFully(file: FileHandle, bytes: Uint8Array, length = bytes.byteLength): Promise<void> {
	for (let at = 0; at < length; ) at += (await file.write(bytes, at, length - at)).bytesWritten;
}

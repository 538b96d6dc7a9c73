/** Replaces a whole file so that a reader, or a crash, finds either the old one or the new one. */

import { open, rename } from 'node:fs/promises';

/** `before` runs when the new file is on the disk and before it takes the old one's place. */
export async function writeAtomically(path: string, bytes: Uint8Array, before?: () => Promise<void>): Promise<void> {
	const temporary = `${path}.new`;
	const file = await open(temporary, 'w');
	try {
		await file.writeFile(bytes);
		await file.sync();
	} finally {
		await file.close();
	}
	await before?.();
	await rename(temporary, path);
}

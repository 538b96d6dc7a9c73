/** How much room a disk has, and what is said when it is too little to go on recording. */

import { statfs } from 'node:fs/promises';
import { MicrojouleError } from '../../drivers/errors.ts';

/** Bytes that may still be written where `folder` (which exists) lies. */
export async function freeBytes(folder: string): Promise<number> {
	const { bavail, bsize } = await statfs(folder);
	return bavail * bsize;
}

/** Recording stops, or does not begin, since less than `minFreeBytes` are left. */
export function lowSpace(folder: string, free: number, minFreeBytes: number): MicrojouleError {
	return new MicrojouleError(
		'DISK',
		`The disk of ${folder} has ${mebibytes(free)} left, less than the floor of ${mebibytes(minFreeBytes)}. Free some space, or lower the floor with --min-free.`,
		{ folder, free, minFreeBytes },
	);
}

function mebibytes(bytes: number): string {
	return `${Math.floor(bytes / 2 ** 20)} MiB`;
}

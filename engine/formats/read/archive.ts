/** Zips that hold exported files: unpacked beside the zip, so that what an export over HTTP packed together can be imported as it is. */

import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Unzip, UnzipInflate, UnzipPassThrough } from 'fflate';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { notReadable } from '../source.ts';

/** What an export consists of; what other programs put into a zip (resource forks, read-mes) is left out. */
const wanted = /^(?:[^/\\]+\/)?([^/\\.][^/\\]*\.(?:csv|f32|f32\.json|jsonl|parquet))$/i;
const sampled = /\.(csv|f32|parquet)$/i;

/**
 * The files with samples in a zip, after they and what belongs to them were unpacked to its folder; none where it holds no export. Throws DAMAGED for
 * a zip that cannot be unpacked, DISK when it would take more than `mostBytes`.
 */
export async function unpackExport(path: string, mostBytes: number): Promise<string[]> {
	const written: string[] = [];
	const opened = new Set<number>();
	let bytes = 0;
	const unzip = new Unzip((file) => {
		const name = wanted.exec(file.name)?.[1];
		if (name === undefined) return;
		const target = join(dirname(path), name);
		const descriptor = openSync(target, 'wx');
		opened.add(descriptor);
		written.push(target);
		file.ondata = (error, piece, final) => {
			if (error) throw error;
			bytes += piece.byteLength;
			if (bytes > mostBytes) throw new MicrojouleError('DISK', `The disk has no room for what ${file.name} unpacks to. Free some space.`, { name: file.name });
			for (let at = 0; at < piece.byteLength; ) at += writeSync(descriptor, piece, at);
			if (!final) return;
			closeSync(descriptor);
			opened.delete(descriptor);
		};
		file.start();
	});
	unzip.register(UnzipInflate);
	unzip.register(UnzipPassThrough);
	try {
		for await (const piece of createReadStream(path, { highWaterMark: 1 << 16 })) unzip.push(piece as Uint8Array);
		unzip.push(new Uint8Array(0), true);
		if (opened.size > 0) throw notReadable(path, 'the zip is cut off');
		return written.filter((file) => sampled.test(file)).sort();
	} catch (error) {
		for (const file of written) await rm(file, { force: true });
		throw error instanceof MicrojouleError ? error : notReadable(path, `the zip cannot be unpacked (${messageOf(error)})`, error);
	} finally {
		for (const descriptor of opened) closeSync(descriptor);
	}
}

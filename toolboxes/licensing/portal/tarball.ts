/**
 * The running program as the package that npm installs: a gzipped tar of the files that its package.json names, written on the way out. Only ustar's
 * plain files are needed for that, each below 8 GiB with a path of at most 255 bytes.
 */

import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip, type Gzip } from 'node:zlib';

const block = 512;

/** `root` is the package's folder. */
export async function packageTarball(root: string): Promise<Gzip> {
	const { files = [] } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { files?: string[] };
	const paths: string[] = [];
	for (const named of ['package.json', ...files]) await collect(root, named, paths);
	const tar = Readable.from(entries(root, [...new Set(paths)]));
	const gzip = createGzip();
	tar.on('error', (error) => gzip.destroy(error));
	gzip.on('close', () => tar.destroy());
	return tar.pipe(gzip);
}

/** Files below `path`, in order of their names. Links are left out: a package has none. */
async function collect(root: string, path: string, into: string[]): Promise<void> {
	const stat = await lstat(join(root, path));
	if (stat.isFile()) into.push(path);
	else if (stat.isDirectory()) for (const name of (await readdir(join(root, path))).sort()) await collect(root, `${path}/${name}`, into);
}

async function* entries(root: string, paths: readonly string[]): AsyncGenerator<Buffer> {
	for (const path of paths) {
		const { size, mode, mtimeMs } = await lstat(join(root, path));
		yield header(`package/${path}`, size, mode & 0o111 ? 0o755 : 0o644, Math.floor(mtimeMs / 1000));
		if (size > 0) for await (const chunk of createReadStream(join(root, path), { end: size - 1 })) yield chunk as Buffer;
		yield Buffer.alloc((block - (size % block)) % block);
	}
	yield Buffer.alloc(2 * block);
}

/** POSIX.1-1988 (ustar): numbers in octal, a checksum over the header with its own field as spaces. */
function header(path: string, size: number, mode: number, mtimeS: number): Buffer {
	const cut = Buffer.byteLength(path) <= 100 ? 0 : path.indexOf('/', Math.max(0, path.length - 101)) + 1;
	const made = Buffer.alloc(block);
	const octal = (value: number, at: number, length: number) => made.write(value.toString(8).padStart(length - 1, '0'), at);
	made.write(path.slice(cut), 0);
	octal(mode, 100, 8);
	octal(0, 108, 8);
	octal(0, 116, 8);
	octal(size, 124, 12);
	octal(mtimeS, 136, 12);
	made.write('        0', 148);
	made.write('ustar\u000000', 257);
	if (cut > 0) made.write(path.slice(0, cut - 1), 345);
	octal(
		made.reduce((sum, byte) => sum + byte, 0),
		148,
		7,
	);
	return made;
}

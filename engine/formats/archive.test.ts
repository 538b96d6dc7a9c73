/** Zips of exported files, written and read back; and what does not belong into one. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../recording/testing.ts';
import { unpackExport } from './read/archive.ts';
import { archive } from './write/archive.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

const file = (name: string, content: string | Uint8Array) => {
	const path = join(folder.path, name);
	writeFileSync(path, content);
	return path;
};
const inside = (name: string) => {
	mkdirSync(join(folder.path, 'in'), { recursive: true });
	return join(folder.path, 'in', name);
};

describe('a zip of exported files', () => {
	it('has the length that was announced, and comes back byte for byte', async () => {
		// The signature of a data descriptor within the samples must not end them.
		const samples = Buffer.concat([Buffer.alloc(70_000, 7), Buffer.from([0x50, 0x4b, 0x07, 0x08]), Buffer.alloc(5000, 9)]);
		const paths = [file('Main current - Ärc.csv', 'Timestamp\n0,1\n'), file('arc.mc.f32', samples), file('arc.mc.f32.json', '{"rate":1}'), file('empty.csv', '')];
		const { bytes, content } = await archive(paths);
		const zip = Buffer.concat(await Array.fromAsync(content()));
		expect(zip.length).toBe(bytes);
		const packed = inside('all.zip');
		writeFileSync(packed, zip);
		expect(await unpackExport(packed, 1e6)).toEqual([inside('Main current - Ärc.csv'), inside('arc.mc.f32'), inside('empty.csv')]);
		for (const path of paths) expect(readFileSync(inside(path.slice(folder.path.length + 1))).equals(readFileSync(path))).toBe(true);
	});

	it('unpacks nothing to anywhere else, and no more than there is room for', async () => {
		const packed = inside('other.zip');
		writeFileSync(
			packed,
			zipSync({
				'../../outside.csv': Buffer.from('x'),
				'..\\outside.csv': Buffer.from('x'),
				'/etc/outside.csv': Buffer.from('x'),
				'a/b/deep.csv': Buffer.from('x'),
				'x.exe': Buffer.from('x'),
			}),
		);
		expect(await unpackExport(packed, 1e6)).toEqual([]);
		const bomb = inside('bomb.zip');
		writeFileSync(bomb, zipSync({ 'zeros.csv': new Uint8Array(5_000_000) }));
		await expect(unpackExport(bomb, 1_000_000)).rejects.toMatchObject({ code: 'DISK' });
		const cut = inside('cut.zip');
		writeFileSync(cut, zipSync({ 'a.csv': Buffer.from('0,1\n'.repeat(500)) }, { level: 0 }).subarray(0, 600));
		await expect(unpackExport(cut, 1e6)).rejects.toMatchObject({ code: 'DAMAGED' });
	});
});

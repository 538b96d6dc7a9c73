/**
 * Several files as one zip, for clients that fetch them over HTTP: stored, not compressed, so that its length is known before the first byte. What is longer
 * than 4 GiB, or begins beyond it, is written as APPNOTE.TXT 4.5.3 (Zip64) has it. Reads every file twice, for its checksum and for its bytes.
 */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';

export interface Archive {
	/** Of the whole zip. */
	readonly bytes: number;
	content(): AsyncGenerator<Uint8Array>;
}

interface Entry {
	readonly path: string;
	readonly name: Buffer;
	readonly bytes: number;
	readonly checksum: number;
	/** Where its header lies. */
	readonly at: number;
}

const most32 = 0xffff_ffff;
const localExtra = 20;
const centralExtra = 28;
/** Zip64: version needed to extract. */
const version = 45;
/** Names are UTF-8. */
const flags = 0x0800;
const localHeader = 30;
const centralHeader = 46;
const ends = 56 + 20 + 22;

/** The files by the last part of their paths, which all differ. */
export async function archive(paths: readonly string[]): Promise<Archive> {
	const entries: Entry[] = [];
	let at = 0;
	for (const path of paths) {
		const name = Buffer.from(basename(path));
		const { size: bytes } = await stat(path);
		let checksum = 0;
		for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) checksum = crc32(piece as Buffer, checksum);
		entries.push({ path, name, bytes, checksum, at });
		at += localHeader + name.length + localExtra + bytes;
	}
	const directoryBytes = entries.reduce((sum, { name }) => sum + centralHeader + name.length + centralExtra, 0);
	async function* content(): AsyncGenerator<Uint8Array> {
		for (const entry of entries) {
			yield local(entry);
			for await (const piece of createReadStream(entry.path, { highWaterMark: 1 << 20 })) yield piece as Buffer;
		}
		for (const entry of entries) yield central(entry);
		yield end(entries.length, at, directoryBytes);
	}
	return { bytes: at + directoryBytes + ends, content };
}

/** From "version needed" to the length of the name: the same in both headers. 1 January 1980, since every entry was made now. */
function common(header: Buffer, at: number, { name, checksum }: Entry, extra: number): void {
	header.writeUInt16LE(version, at);
	header.writeUInt16LE(flags, at + 2);
	header.writeUInt16LE(0x21, at + 8);
	header.writeUInt32LE(checksum, at + 10);
	header.writeUInt32LE(most32, at + 14);
	header.writeUInt32LE(most32, at + 18);
	header.writeUInt16LE(name.length, at + 22);
	header.writeUInt16LE(extra, at + 24);
}

function sizes(header: Buffer, at: number, { bytes }: Entry, length: number): void {
	header.writeUInt16LE(1, at);
	header.writeUInt16LE(length - 4, at + 2);
	header.writeBigUInt64LE(BigInt(bytes), at + 4);
	header.writeBigUInt64LE(BigInt(bytes), at + 12);
}

function local(entry: Entry): Buffer {
	const { name } = entry;
	const header = Buffer.alloc(localHeader + name.length + localExtra);
	header.writeUInt32LE(0x04034b50, 0);
	common(header, 4, entry, localExtra);
	name.copy(header, localHeader);
	sizes(header, localHeader + name.length, entry, localExtra);
	return header;
}

function central(entry: Entry): Buffer {
	const { name, at } = entry;
	const header = Buffer.alloc(centralHeader + name.length + centralExtra);
	header.writeUInt32LE(0x02014b50, 0);
	header.writeUInt16LE(version, 4);
	common(header, 6, entry, centralExtra);
	header.writeUInt32LE(most32, 42);
	name.copy(header, centralHeader);
	sizes(header, centralHeader + name.length, entry, centralExtra);
	header.writeBigUInt64LE(BigInt(at), centralHeader + name.length + 20);
	return header;
}

function end(count: number, at: number, bytes: number): Buffer {
	const record = Buffer.alloc(ends);
	record.writeUInt32LE(0x06064b50, 0);
	record.writeBigUInt64LE(44n, 4);
	record.writeUInt16LE(version, 12);
	record.writeUInt16LE(version, 14);
	for (const place of [24, 32]) record.writeBigUInt64LE(BigInt(count), place);
	record.writeBigUInt64LE(BigInt(bytes), 40);
	record.writeBigUInt64LE(BigInt(at), 48);
	record.writeUInt32LE(0x07064b50, 56);
	record.writeBigUInt64LE(BigInt(at + bytes), 64);
	record.writeUInt32LE(1, 72);
	record.writeUInt32LE(0x06054b50, 76);
	for (const place of [84, 86]) record.writeUInt16LE(Math.min(count, 0xffff), place);
	record.writeUInt32LE(most32, 88);
	record.writeUInt32LE(most32, 92);
	return record;
}

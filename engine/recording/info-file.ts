/**
 * recording.json: written so that a crash leaves the old one or the new one with a checksum line for either, and read even when it is
 * damaged: a flipped bit is found by its checksum, and beyond that `start.json`, the description as it was while recording, stands in.
 * It owns the two files and appends to `checksums`; it knows no column.
 */

import { appendFile, open, readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import { writeAtomically } from './atomic.ts';
import { type ChecksumLine, checksumText, readLastChecksums } from './checksums.ts';
import { formatVersion, type RecordedChannel, type RecordingInfo } from './format.ts';

export const infoFile = 'recording.json';
/** The description while recording; what is left of a recording whose recording.json is damaged. */
export const startFile = 'start.json';

/** Above this length a flipped bit is not searched for: descriptions are a few kilobytes. */
const searchedBytes = 1 << 15;

export function infoBytes(info: RecordingInfo): Buffer {
	return Buffer.from(`${JSON.stringify(info, null, '\t')}\n`);
}

/** Replaces recording.json of a recording that nobody is writing, and adds the line that vouches for it. */
export async function writeInfo(folder: string, info: RecordingInfo): Promise<void> {
	const bytes = infoBytes(info);
	await writeAtomically(`${folder}/${infoFile}`, bytes, async () => {
		await appendFile(`${folder}/checksums`, `${checksumText({ file: infoFile, offset: 0, length: bytes.length, crc: crc32(bytes) })}\n`);
		const file = await open(`${folder}/checksums`, 'r+');
		try {
			await file.datasync();
		} finally {
			await file.close();
		}
	});
}

export interface LoadedInfo {
	readonly info: RecordingInfo;
	/** `written`: as it was written; `corrected`: one flipped bit was put right; `start`: the one of start.json; `unsure`: no checksum agrees. */
	readonly state: 'written' | 'corrected' | 'start' | 'unsure';
	readonly bytes: Buffer;
	readonly problems: readonly string[];
}

/**
 * The description, checked. Throws NOT_FOUND where there is no recording, DAMAGED where nothing of its description is left, NEWER_VERSION for
 * one of a later format.
 */
export async function loadInfo(folder: string): Promise<LoadedInfo> {
	const path = `${folder}/${infoFile}`;
	const bytes = await readFile(path).catch((error: unknown) => error as NodeJS.ErrnoException);
	const lines = await vouchedFor(folder, infoFile);
	let problem: unknown;
	if (Buffer.isBuffer(bytes)) {
		if (isVouchedFor(bytes, lines)) return { info: parseInfo(path, bytes), state: 'written', bytes, problems: [] };
		const corrected = correctedBit(bytes, lines);
		if (corrected)
			return { info: parseInfo(path, corrected), state: 'corrected', bytes: corrected, problems: [`${infoFile} is damaged: one bit was flipped, and is read as it was written`] };
		try {
			// Without a line: it was never vouched for, or the checksums are gone.
			return { info: parseInfo(path, bytes), state: 'unsure', bytes, problems: [`${infoFile} is not as it was written: its checksum differs`] };
		} catch (error) {
			if (error instanceof MicrojouleError && error.code === 'NEWER_VERSION') throw error;
			problem = error;
		}
	}
	const start = await readFile(`${folder}/${startFile}`).catch(() => undefined);
	if (start && isVouchedFor(start, await vouchedFor(folder, startFile)))
		return {
			info: parseInfo(`${folder}/${startFile}`, start),
			state: 'start',
			bytes: start,
			problems: [`${infoFile} is ${Buffer.isBuffer(bytes) ? 'damaged' : 'missing'}: the recording is read by its description at the start`],
		};
	if (!Buffer.isBuffer(bytes)) {
		if (bytes.code === 'ENOENT' || bytes.code === 'ENOTDIR') throw new MicrojouleError('NOT_FOUND', `There is no recording in ${folder}: ${messageOf(bytes)}.`, { folder }, bytes);
		throw new MicrojouleError('DISK', `Reading ${path} failed: ${messageOf(bytes)}.`, { path }, bytes);
	}
	throw problem;
}

export async function readInfo(folder: string): Promise<RecordingInfo> {
	return (await loadInfo(folder)).info;
}

/** Whether one of the lines is that of these bytes. */
export function isVouchedFor(bytes: Buffer, lines: readonly ChecksumLine[]): boolean {
	const crc = crc32(bytes);
	return lines.some((line) => line.length === bytes.length && line.crc === crc);
}

/** The lines of the last two versions of a file that is replaced as a whole: a crash may have come between the last line and the file. */
export async function vouchedFor(folder: string, name: string): Promise<ChecksumLine[]> {
	const lines = await readLastChecksums(folder, (list) => list.some(({ file }) => file === name));
	return lines.filter(({ file, offset }) => file === name && offset === 0).slice(-2);
}

/** The bytes with the one bit flipped that makes their checksum that of one of `lines`. */
function correctedBit(bytes: Buffer, lines: readonly ChecksumLine[]): Buffer | undefined {
	const wanted = new Set(lines.filter(({ length }) => length === bytes.length).map(({ crc }) => (crc ^ crc32(bytes)) >>> 0));
	if (bytes.length > searchedBytes || wanted.size === 0) return undefined;
	// CRC-32 is linear: what a flipped bit changes in it depends only on how far from the end the bit lies.
	let change = 0xedb88320;
	for (let fromEnd = 0; fromEnd < bytes.length * 8; fromEnd++) {
		if (wanted.has(change >>> 0)) {
			const corrected = Buffer.from(bytes);
			corrected[bytes.length - 1 - (fromEnd >> 3)] ^= 0x80 >> (fromEnd & 7);
			return corrected;
		}
		change = change & 1 ? (change >>> 1) ^ 0xedb88320 : change >>> 1;
	}
	return undefined;
}

function parseInfo(path: string, bytes: Buffer): RecordingInfo {
	let info: RecordingInfo;
	try {
		info = JSON.parse(bytes.toString('utf8')) as RecordingInfo;
	} catch (error) {
		throw new MicrojouleError('DAMAGED', `${path} is not valid JSON: ${messageOf(error)}.`, { path }, error);
	}
	if (typeof info?.version === 'number' && info.version > formatVersion)
		throw new MicrojouleError('NEWER_VERSION', `${path} has version ${info.version}; this program reads up to ${formatVersion}. Update Microjoule.`, {
			path,
			version: info.version,
		});
	if (typeof info?.version !== 'number' || !Array.isArray(info.channels) || !Array.isArray(info.devices) || !info.channels.every(plausible))
		throw new MicrojouleError('DAMAGED', `${path} is not the description of a recording.`, { path });
	return info;
}

function plausible(channel: RecordedChannel): boolean {
	return (
		typeof channel?.device === 'string' &&
		typeof channel.id === 'string' &&
		!/[/\\]/.test(channel.device + channel.id) &&
		channel.rate > 0 &&
		Number.isSafeInteger(channel.count) &&
		channel.count >= 0 &&
		Array.isArray(channel.ranges)
	);
}

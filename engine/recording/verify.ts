/**
 * Verifies a recording: every byte against its checksum line, every summary against its column. It says where what is wrong lies, in bytes and
 * in time, and changes nothing.
 */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Checksums, checksumText, readChecksums } from './checksums.ts';
import { entryBytes } from './entries.ts';
import { eventsFile } from './event-lines.ts';
import { type Examination, examine, type PieceKind } from './examine.ts';
import { levels, type RecordedChannel } from './format.ts';
import { infoFile, isVouchedFor, type LoadedInfo, loadInfo, startFile, vouchedFor } from './info-file.ts';
import { columnFileName, sumFileName } from './pyramid.ts';
import { RecordingReader } from './reader.ts';
import { compareSummaries, type Difference } from './rebuild.ts';

/** `derived`: a summary that is missing or not what the column says; it can be made again. */
export type FindingKind = PieceKind | 'derived';

export interface Finding {
	readonly file: string;
	/** Bytes. */
	readonly offset: number;
	readonly length: number;
	readonly kind: FindingKind;
	/** The time it concerns, in s after the recording's start; absent where it concerns all of it or none. */
	readonly from?: number;
	readonly to?: number;
	readonly message: string;
}

export interface Verification {
	readonly folder: string;
	readonly finished: boolean;
	/** Nothing was found. */
	readonly clean: boolean;
	/** Bytes that their checksum confirms. */
	readonly verifiedBytes: number;
	readonly findings: readonly Finding[];
}

/** What repair needs besides. */
export interface Inspection extends Verification {
	readonly loaded: LoadedInfo;
	readonly checksums: Checksums;
	readonly columns: readonly { readonly channel: RecordedChannel; readonly examination: Examination; readonly differences: readonly Difference[] }[];
	readonly events: Examination;
	readonly startIsDamaged: boolean;
}

const messages: Readonly<Record<FindingKind, string>> = {
	damaged: 'not what was written: its checksum differs',
	missing: 'missing: it was written once',
	unvouched: 'has no checksum',
	cut: 'left by an interruption, beyond the last checksum',
	derived: 'not what the column says; it can be rebuilt',
};

export async function verify(folder: string, onBytes?: (bytes: number) => void): Promise<Verification> {
	const { finished, clean, verifiedBytes, findings } = await inspect(folder, onBytes);
	return { folder, finished, clean, verifiedBytes, findings };
}

/** Bytes that verify() will go through: the columns twice, since their summaries are made once more. */
export async function bytesToVerify(folder: string): Promise<number> {
	using reader = await RecordingReader.open(folder);
	return reader.info.channels.reduce((sum, { count }) => sum + count * 8, 0);
}

/** Throws what RecordingReader.open throws: where nothing of the description is left, nothing can be said of the files. */
export async function inspect(folder: string, onBytes: (bytes: number) => void = () => {}): Promise<Inspection> {
	const loaded = await loadInfo(folder);
	const { info } = loaded;
	const known = new Set([infoFile, startFile, eventsFile, ...info.channels.map(({ device, id }) => columnFileName(device, id))]);
	const checksums = withoutStrangers(await readChecksums(folder), known);
	const interrupted = !info.finished;
	const findings: Finding[] = [];
	if (checksums.missing) findings.push({ file: 'checksums', offset: 0, length: 0, kind: 'missing', message: 'missing: what it vouched for cannot be verified' });
	const startIsDamaged = await checkDescriptions(folder, loaded, findings);
	const events = await examine(folder, eventsFile, checksums, { length: undefined, interrupted, unit: 1 }, onBytes);
	using reader = await RecordingReader.open(folder);
	const columns: Inspection['columns'][number][] = [];
	for (const [index, channel] of info.channels.entries()) {
		const name = columnFileName(channel.device, channel.id);
		const examination = await examine(folder, name, checksums, { length: interrupted ? undefined : channel.count * 4, interrupted, unit: 4 }, onBytes);
		const readable = reader.info.channels[index];
		const differences = examination.size > 0 || channel.count === 0 ? await compareSummaries(reader, readable, (samples) => onBytes(samples * 4)) : [];
		columns.push({ channel: readable, examination, differences: differences.filter((difference) => !concerns(difference, examination)) });
	}
	addLines(checksums, [events, ...columns.map(({ examination }) => examination)], interrupted, findings);
	for (const piece of events.pieces) findings.push({ file: eventsFile, ...piece, message: messages[piece.kind] });
	for (const { channel, examination, differences } of columns) {
		for (const piece of examination.pieces)
			findings.push({ file: examination.file, ...piece, ...times(channel, piece.offset / 4, (piece.offset + piece.length) / 4), message: messages[piece.kind] });
		for (const difference of differences) findings.push(derived(channel, difference));
	}
	const verifiedBytes = [events, ...columns.map(({ examination }) => examination)].reduce((sum, { good }) => sum + good.reduce((part, { length }) => part + length, 0), 0);
	return { folder, finished: info.finished, clean: findings.length === 0, verifiedBytes, findings, loaded, checksums, columns, events, startIsDamaged };
}

async function checkDescriptions(folder: string, { state, bytes, problems }: LoadedInfo, findings: Finding[]): Promise<boolean> {
	if (state !== 'written') {
		const missing = !existsSync(`${folder}/${infoFile}`);
		findings.push({
			file: infoFile,
			offset: 0,
			length: bytes.length,
			kind: missing ? 'missing' : (await vouchedFor(folder, infoFile)).length > 0 ? 'damaged' : 'unvouched',
			message: problems.join('; '),
		});
	}
	const lines = await vouchedFor(folder, startFile);
	const start = await readFile(`${folder}/${startFile}`).catch(() => undefined);
	if (start ? isVouchedFor(start, lines) : lines.length === 0) return false;
	const kind = start ? (lines.length > 0 ? 'damaged' : 'unvouched') : 'missing';
	findings.push({ file: startFile, offset: 0, length: start?.length ?? 0, kind, message: messages[kind] });
	return true;
}

/** A line that names a file the recording does not have says as little as one that cannot be read. */
function withoutStrangers(checksums: Checksums, known: ReadonlySet<string>): Checksums {
	const strangers = checksums.lines.filter(({ file }) => !known.has(file)).map((line) => ({ at: line.at, text: checksumText(line) }));
	return { ...checksums, lines: checksums.lines.filter(({ file }) => known.has(file)), suspects: [...checksums.suspects, ...strangers] };
}

/** Lines of `checksums` that say nothing, or say it of nothing. */
function addLines(checksums: Checksums, examinations: readonly Examination[], interrupted: boolean, findings: Finding[]): void {
	const places = new Set([...checksums.suspects.map(({ at }) => at), ...examinations.flatMap(({ hitLines }) => hitLines)]);
	// While recording, both descriptions are written alike, one after the other: their lines vouch for each other when they are superseded.
	for (const [i, line] of checksums.lines.entries()) {
		const next = checksums.lines[i + 1];
		if (line.file === startFile && next?.file === infoFile && (line.crc !== next.crc || line.length !== next.length || line.offset + next.offset > 0)) places.add(next.at);
	}
	const starts = [...checksums.lines, ...checksums.suspects].map(({ at }) => at).sort((a, b) => a - b);
	for (const at of [...places].sort((a, b) => a - b)) {
		const end = starts[starts.indexOf(at) + 1] ?? checksums.bytes;
		const torn = interrupted && end === checksums.bytes && checksums.suspects.some((suspect) => suspect.at === at);
		findings.push({ file: 'checksums', offset: at, length: end - at, kind: torn ? 'cut' : 'damaged', message: torn ? messages.cut : 'a line that is not what was written' });
	}
}

/** Where the column itself is wrong its summaries may be right. */
function concerns({ from, to }: Difference, { pieces }: Examination): boolean {
	return pieces.some(({ offset, length }) => from * 4 < offset + length && offset < to * 4);
}

function derived(channel: RecordedChannel, { level, from, to }: Difference): Finding {
	const block = levels[level];
	const offset = (from / block) * entryBytes(level);
	const length = ((to - from) / block) * entryBytes(level);
	return { file: sumFileName(channel.device, channel.id, block), offset, length, kind: 'derived', ...times(channel, from, Math.min(to, channel.count)), message: messages.derived };
}

function times({ rate }: RecordedChannel, from: number, to: number): { from: number; to: number } {
	return { from: from / rate, to: to / rate };
}

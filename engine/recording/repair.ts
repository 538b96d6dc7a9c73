/**
 * Repairs a recording: what is derived is made again, what a crash left beyond the last checksum is cut off, and what is damaged becomes a gap.
 * Every byte that is taken away is kept in `damaged/` inside the recording's folder.
 *
 * Damage is never blessed. A checksum line is written only for bytes that an intact line, or the summaries, confirm, and for what stands in
 * for damage: NaN in a column, empty lines among the events. What nothing confirms and nothing contradicts stays as it is, without a line.
 *
 * Files change in an order that lets a repair that was interrupted be done again: the damaged bytes are kept first, columns are replaced
 * next, without moving a byte, then the events, then `checksums`, and the summaries last.
 */

import { constants } from 'node:fs';
import { copyFile, mkdir, open, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { crc32 } from 'node:zlib';
import { MicrojouleError } from '../../drivers/errors.ts';
import { writeAtomically } from './atomic.ts';
import { type ChecksumLine, checksumText } from './checksums.ts';
import type { Examination } from './examine.ts';
import { levels, type RecordedChannel, type RecordedEvent, type RecordingInfo } from './format.ts';
import { infoBytes, infoFile, startFile } from './info-file.ts';
import { RecordingReader } from './reader.ts';
import { rebuildSummaries, witnessed } from './rebuild.ts';
import { type Finding, type Inspection, inspect } from './verify.ts';
import { diskError } from './writer.ts';

type Line = Omit<ChecksumLine, 'at'>;
/** Bytes [from, to) of a file. */
interface Span {
	from: number;
	to: number;
}

export interface Repair {
	readonly folder: string;
	/** What was found before. */
	readonly findings: readonly Finding[];
	/** What was done, for people. */
	readonly actions: readonly string[];
	/** What is still not as it should be: bytes that nothing vouches for. */
	readonly remaining: readonly Finding[];
}

const chunkBytes = 1 << 20;
/** Where the bytes go that a repair takes away. */
const keptFolder = 'damaged';

/** Nobody may be writing the recording. Throws DISK where the disk refuses: nothing is lost then, and it can be done again. */
export async function repair(folder: string, onBytes?: (bytes: number) => void): Promise<Repair> {
	const found = await inspect(folder, onBytes);
	if (found.clean) return { folder, findings: [], actions: [], remaining: [] };
	try {
		const actions = await new Repairer(found).run();
		return { folder, findings: found.findings, actions, remaining: (await inspect(folder, onBytes)).findings };
	} catch (error) {
		throw error instanceof MicrojouleError ? error : diskError(folder, error);
	}
}

class Repairer {
	readonly #found: Inspection;
	readonly #folder: string;
	readonly #actions: string[] = [];
	readonly #lines: Line[] = [];
	readonly #gaps: RecordedEvent[] = [];
	/** Channels whose summaries are made again. */
	readonly #stale = new Set<RecordedChannel>();

	constructor(found: Inspection) {
		this.#found = found;
		this.#folder = found.folder;
	}

	async run(): Promise<string[]> {
		const { columns, events, findings } = this.#found;
		await this.#descriptions();
		for (const { channel, examination, differences } of columns) {
			if (differences.length > 0 || examination.pieces.length > 0) this.#stale.add(channel);
			await this.#column(channel, examination);
		}
		if (events.pieces.length > 0) for (const { channel } of columns) this.#stale.add(channel); // range changes may be among them
		await this.#events(events);
		if (findings.some(({ kind, file }) => kind !== 'derived' || file === 'checksums')) await this.#writeChecksums();
		await this.#summaries();
		return this.#actions;
	}

	async #descriptions(): Promise<void> {
		const { loaded, checksums, startIsDamaged } = this.#found;
		let { bytes, info } = loaded;
		const lineOf = (file: string): Line => ({ file, offset: 0, length: bytes.length, crc: crc32(bytes) });
		const confirmed = loaded.state === 'unsure' && (await this.#startAgrees(info));
		if (confirmed) this.#actions.push(`${infoFile}: confirmed by ${startFile}`);
		if (loaded.state === 'corrected' || loaded.state === 'start') {
			await this.#keepFile(infoFile);
			info = { ...info, finished: loaded.state === 'corrected' && info.finished };
			await writeAtomically(`${this.#folder}/${infoFile}`, bytes);
			this.#actions.push(`${infoFile}: written again ${loaded.state === 'corrected' ? 'without the flipped bit' : `from ${startFile}`}`);
		}
		// One that no checksum agrees with may be damaged or edited by hand: it is left, and goes on being reported.
		const sure = loaded.state !== 'unsure' || confirmed;
		if (sure) this.#lines.push(lineOf(infoFile));
		else this.#lines.push(...checksums.lines.filter(({ file }) => file === infoFile).slice(-1));
		if (!startIsDamaged) {
			this.#lines.push(...checksums.lines.filter(({ file }) => file === startFile).slice(-2));
			return;
		}
		await this.#keepFile(startFile);
		if (!sure) {
			await rm(`${this.#folder}/${startFile}`, { force: true });
			return;
		}
		bytes = infoBytes({ ...info, finished: false });
		await writeAtomically(`${this.#folder}/${startFile}`, bytes);
		this.#lines.push(lineOf(startFile));
		this.#actions.push(`${startFile}: written again from ${infoFile}`);
	}

	/** Whether the two descriptions differ in nothing but what changes until the end. Lengths are held against the columns elsewhere. */
	async #startAgrees(info: RecordingInfo): Promise<boolean> {
		const start = await readFile(`${this.#folder}/${startFile}`, 'utf8').catch(() => '');
		try {
			return isDeepStrictEqual(atStart(JSON.parse(start) as RecordingInfo), atStart(info));
		} catch {
			return false;
		}
	}

	async #column(channel: RecordedChannel, { file, size, good, pieces }: Examination): Promise<void> {
		this.#lines.push(...good);
		const gaps: Span[] = [];
		let end = size;
		for (const piece of pieces) {
			const span = { from: piece.offset, to: piece.offset + piece.length };
			if (piece.kind === 'cut') {
				await this.#keep(file, span);
				end = Math.min(end, span.from);
			} else if (piece.kind === 'unvouched') gaps.push(...(await this.#unvouched(channel, file, span)));
			else gaps.push(span);
		}
		if (end < size) {
			await truncate(`${this.#folder}/${file}`, end);
			this.#actions.push(`${file}: ${size - end} bytes beyond the last checksum cut off`);
		}
		if (gaps.length === 0) return;
		for (const gap of gaps) if (gap.from < size) await this.#keep(file, { from: gap.from, to: Math.min(gap.to, size) });
		await this.#substitute(file, gaps, nanBytes, size > 0);
		for (const { from, to } of joined(gaps)) {
			const [first, last] = [Math.floor(from / 4), Math.ceil(to / 4)];
			const { device, id, rate } = channel;
			this.#gaps.push({ device, channel: id, type: 'gap', time: first / rate, duration: (last - first) / rate, reason: 'damaged' });
			this.#actions.push(`${file}: samples ${first} to ${last} (${first / rate} s to ${last / rate} s) are a gap now`);
		}
	}

	/** Splits bytes that no line covers by what the summaries say of them. What they confirm gets a line; what they contradict is returned. */
	async #unvouched(channel: RecordedChannel, file: string, { from, to }: Span): Promise<Span[]> {
		using reader = await RecordingReader.open(this.#folder);
		const readable = reader.channel(channel.device, channel.id);
		// What is behind the last whole sample belongs to one that is missing.
		const whole = Math.min(Math.floor(to / 4), readable.count);
		const gaps: Span[] = whole * 4 < to ? [{ from: Math.max(from, whole * 4), to }] : [];
		let confirmed = 0;
		for (const { agrees, ...span } of witnessed(reader, readable, Math.floor(from / 4), whole)) {
			const bytes = { from: Math.max(from, span.from * 4), to: span.to * 4 };
			if (agrees === false) gaps.push(bytes);
			if (!agrees) continue;
			confirmed += span.to - span.from;
			this.#lines.push(await this.#lineOf(file, bytes));
		}
		if (confirmed > 0) this.#actions.push(`${file}: ${confirmed} samples without a checksum are confirmed by their summaries`);
		return gaps;
	}

	async #events({ file, size, good, pieces }: Examination): Promise<void> {
		const lines: Line[] = [...good];
		const blanks: Span[] = [];
		let end = size;
		for (const { kind, offset, length } of pieces) {
			const span = { from: offset, to: offset + length };
			if (kind === 'missing') {
				this.#actions.push(`${file}: ${length} bytes of events are lost`);
				continue;
			}
			// Where no line of the whole file is left, its events are all there is.
			if (kind === 'unvouched' && !this.#found.checksums.lines.some((line) => line.file === file)) continue;
			await this.#keep(file, span);
			if (kind === 'cut') end = Math.min(end, offset);
			else blanks.push(span);
		}
		if (end < size) {
			await truncate(`${this.#folder}/${file}`, end);
			this.#actions.push(`${file}: ${size - end} bytes beyond the last checksum cut off`);
		}
		if (blanks.length > 0) {
			const first = this.#lines.length;
			await this.#substitute(file, blanks, (length) => Buffer.alloc(length, '\n'), true);
			lines.push(...this.#lines.splice(first));
			this.#actions.push(`${file}: ${blanks.reduce((sum, { from, to }) => sum + to - from, 0)} bytes of events taken out`);
		}
		if (this.#gaps.length > 0) {
			const bytes = Buffer.from(this.#gaps.map((gap) => `${JSON.stringify(gap)}\n`).join(''));
			const handle = await open(`${this.#folder}/${file}`, 'a');
			try {
				await handle.writeFile(bytes);
				await handle.sync();
			} finally {
				await handle.close();
			}
			lines.push({ file, offset: end, length: bytes.length, crc: crc32(bytes) });
		}
		this.#lines.push(...lines);
	}

	async #writeChecksums(): Promise<void> {
		const { checksums } = this.#found;
		if (!checksums.missing) await this.#keepFile('checksums');
		await writeAtomically(`${this.#folder}/checksums`, Buffer.from(this.#lines.map((line) => `${checksumText(line)}\n`).join('')));
		this.#actions.push('checksums: lines of intact bytes kept, lines of what stands in for damage added');
	}

	async #summaries(): Promise<void> {
		using reader = await RecordingReader.open(this.#folder);
		for (const { device, id } of this.#stale) {
			await rebuildSummaries(reader, reader.channel(device, id));
			this.#actions.push(`${device}.${id}: summaries of ${levels.join(', ')} samples made again`);
		}
	}

	/** Replaces a file by a copy in which `fill` stands in for the spans, and notes the lines of what was put there. */
	async #substitute(file: string, spans: readonly Span[], fill: (length: number, position: number) => Buffer, exists: boolean): Promise<void> {
		const path = `${this.#folder}/${file}`;
		if (exists) await copyFile(path, `${path}.new`, constants.COPYFILE_FICLONE);
		const handle = await open(`${path}.new`, exists ? 'r+' : 'w');
		try {
			for (const { from, to } of spans) {
				let crc = 0;
				for (let at = from; at < to; ) {
					const bytes = fill(Math.min(chunkBytes, to - at), at);
					await handle.write(bytes, 0, bytes.length, at);
					crc = crc32(bytes, crc);
					at += bytes.length;
				}
				this.#lines.push({ file, offset: from, length: to - from, crc });
			}
			await handle.sync();
		} finally {
			await handle.close();
		}
		await rename(`${path}.new`, path);
	}

	async #lineOf(file: string, span: Span): Promise<Line> {
		let crc = 0;
		for await (const bytes of this.#bytes(file, span)) crc = crc32(bytes, crc);
		return { file, offset: span.from, length: span.to - span.from, crc };
	}

	/** Keeps a copy of bytes that are about to go, named after what they are: a repair that is done again finds its copies there. */
	async #keep(file: string, span: Span): Promise<void> {
		await mkdir(`${this.#folder}/${keptFolder}`, { recursive: true });
		const { crc } = await this.#lineOf(file, span);
		const copy = await open(`${this.#folder}/${keptFolder}/${file}.${span.from}.${crc.toString(16).padStart(8, '0')}`, 'w');
		try {
			for await (const bytes of this.#bytes(file, span)) await copy.write(bytes);
			await copy.sync();
		} finally {
			await copy.close();
		}
	}

	/** Pieces of a file, each good until the next. */
	async *#bytes(file: string, { from, to }: Span): AsyncGenerator<Buffer> {
		const handle = await open(`${this.#folder}/${file}`, 'r');
		try {
			const buffer = Buffer.alloc(Math.min(chunkBytes, to - from));
			for (let at = from; at < to; ) {
				const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, to - at), at);
				if (bytesRead === 0) throw new MicrojouleError('DAMAGED', `${file} in ${this.#folder} has become shorter while being repaired; is something writing it?`, { file });
				yield buffer.subarray(0, bytesRead);
				at += bytesRead;
			}
		} finally {
			await handle.close();
		}
	}

	async #keepFile(file: string): Promise<void> {
		const size = (await stat(`${this.#folder}/${file}`).catch(() => undefined))?.size ?? 0;
		if (size > 0) await this.#keep(file, { from: 0, to: size });
	}
}

function atStart(info: RecordingInfo): RecordingInfo {
	return {
		...info,
		name: '',
		offset: 0,
		finished: false,
		devices: info.devices.map(({ clock: _, ...device }) => device),
		channels: info.channels.map((channel) => ({ ...channel, count: 0 })),
	};
}

/** Little-endian float32 NaN, as far as whole samples go; a span may begin or end inside one. */
function nanBytes(length: number, position: number): Buffer {
	const nan = [0, 0, 0xc0, 0x7f];
	const shift = position % 4;
	return Buffer.alloc(length, Buffer.from([...nan.slice(shift), ...nan.slice(0, shift)]));
}

function joined(spans: readonly Span[]): Span[] {
	const result: Span[] = [];
	for (const span of spans.toSorted((a, b) => a.from - b.from)) {
		const last = result.at(-1);
		if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
		else result.push({ ...span });
	}
	return result;
}

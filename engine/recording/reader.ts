/**
 * Reads a recording: samples, entries of the summary pyramid, events. It owns the descriptors it opens until close(), keeps nothing of the
 * columns in memory, and never writes. Of a recording that was never finished the files' lengths count.
 */

import { closeSync, createReadStream, existsSync, fstatSync, openSync, read, readSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import { Entries, entryBytes } from './entries.ts';
import { levels, type RecordedChannel, type RecordedEvent, type RecordingInfo } from './format.ts';
import { loadInfo, readInfo } from './info-file.ts';
import { columnFileName, sumFileName } from './pyramid.ts';
import { type Forcing, forcingOf, type RangeChange, rangeChange, ranges } from './range-split.ts';
import { vouchedLengths } from './recovery.ts';

/** The top level is kept in memory up to this many bytes (a day of three channels at 50 kS/s needs 0.5 MB a channel). */
const cachedTopBytes = 4 << 20;

interface OpenChannel {
	readonly channel: RecordedChannel;
	/** Undefined when the file is missing. */
	readonly column: number | undefined;
	/** Descriptor and whole entries of each level; a missing file has none. */
	readonly sums: { fd: number | undefined; entries: number }[];
	top: Entries | undefined;
	forcing: Forcing | undefined;
}

const eventsFile = 'events.jsonl';

export class RecordingReader {
	readonly folder: string;
	readonly info: RecordingInfo;
	/** What is not as it should be, for people: files missing or too short. */
	readonly problems: string[] = [];
	#open = new Map<string, OpenChannel>();
	#rangeChanges: Promise<Map<string, RangeChange[]>> | undefined;
	#closed = false;
	/** Bytes of a file that count; the rest of it was left by a crash. */
	readonly #vouched: (file: string) => number;

	/** Throws NOT_FOUND where there is no recording, DAMAGED for a broken recording.json, NEWER_VERSION for one of a later format. */
	static async open(folder: string): Promise<RecordingReader> {
		const { info, problems } = await loadInfo(folder);
		const files = [eventsFile, ...info.channels.map(({ device, id }) => columnFileName(device, id))];
		const vouched = info.finished || !existsSync(`${folder}/checksums`) ? () => Number.POSITIVE_INFINITY : await vouchedLengths(folder, files);
		return new RecordingReader(folder, info, problems, vouched);
	}

	private constructor(folder: string, info: RecordingInfo, problems: readonly string[], vouched: (file: string) => number) {
		this.folder = folder;
		this.info = info;
		this.problems.push(...problems);
		this.#vouched = vouched;
		if (!existsSync(`${folder}/checksums`)) this.#report('checksums is missing: nothing can be verified');
		for (const channel of info.channels) this.#open.set(`${channel.device}.${channel.id}`, this.#openChannel(channel));
	}

	/** The channel, with its count of samples. Without a device: the only device's, or the first that has such a channel. Throws NOT_FOUND. */
	channel(device: string | undefined, id: string): RecordedChannel {
		const found = this.find(device, id);
		if (found) return found;
		const known = this.info.channels.map((channel) => (device === undefined ? channel.id : `${channel.device}.${channel.id}`));
		throw new MicrojouleError('NOT_FOUND', `The recording ${this.info.id} has no channel ${id}${device === undefined ? '' : ` of ${device}`}. Channels: ${known.join(', ')}.`, {
			device,
			channel: id,
			known,
		});
	}

	find(device: string | undefined, id: string): RecordedChannel | undefined {
		return this.info.channels.find((channel) => channel.id === id && (device === undefined || channel.device === device));
	}

	/** Seconds of the longest channel. */
	get durationS(): number {
		return this.info.channels.reduce((longest, channel) => Math.max(longest, channel.count / channel.rate), 0);
	}

	/** Samples [from, to) of a channel, clipped to what there is. */
	async read(channel: RecordedChannel, from: number, to: number): Promise<Float32Array<ArrayBuffer>> {
		const first = Math.max(0, Math.min(from, channel.count));
		const samples = new Float32Array(Math.max(0, Math.min(to, channel.count) - first));
		await this.fill(channel, first, samples);
		return samples;
	}

	/** Fills `target`, which may lie in shared memory, with consecutive samples from index `from` on. */
	async fill(channel: RecordedChannel, from: number, target: Float32Array): Promise<void> {
		const fd = this.#column(channel);
		const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
		for (let at = 0; at < bytes.byteLength; ) {
			const length = await new Promise<number>((resolve, reject) =>
				read(fd, bytes, at, bytes.byteLength - at, from * 4 + at, (error, count) => (error ? reject(error) : resolve(count))),
			);
			if (length === 0) throw this.#shrunk(channel);
			at += length;
		}
	}

	/** The same at once: for short stretches. */
	readInto(channel: RecordedChannel, from: number, target: Float32Array): void {
		this.#readFully(this.#column(channel), target, from * 4, channel);
	}

	/** Whole entries of a level (a place in `levels`) that may be relied on: none covers a sample beyond the column's end. */
	entryCount(channel: RecordedChannel, level: number): number {
		return this.#of(channel).sums[level].entries;
	}

	/** Entries [from, to) of a level, in `into` where given (reused memory) or in the cache. */
	entries(channel: RecordedChannel, level: number, from: number, to: number, into?: Entries): { entries: Entries; offset: number } {
		const open = this.#of(channel);
		if (level === levels.length - 1) {
			const top = this.#top(open);
			if (top) return { entries: top, offset: from };
		}
		const target = into && into.length >= to - from && into.entryBytes === entryBytes(level) ? into : Entries.allocate(to - from, level);
		const { fd } = open.sums[level];
		if (fd === undefined) throw this.#missing(sumFileName(channel.device, channel.id, levels[level]));
		this.#readFully(fd, target.bytes.subarray(0, (to - from) * target.entryBytes), from * target.entryBytes, channel);
		return { entries: target, offset: 0 };
	}

	/** When the coarse range was forced, in the channel's samples. */
	async forcing(channel: RecordedChannel): Promise<Forcing> {
		const open = this.#of(channel);
		if (!open.forcing) {
			const device = this.info.devices.find((candidate) => candidate.id === channel.device);
			this.#rangeChanges ??= ranges(channel) ? this.#readRangeChanges() : undefined;
			open.forcing = forcingOf(channel, device, (await this.#rangeChanges)?.get(channel.device) ?? []);
		}
		return open.forcing;
	}

	/** All events, one after the other, in the order written. A line that is cut or damaged is reported in `problems` and left out. */
	async *events(): AsyncGenerator<RecordedEvent> {
		const path = `${this.folder}/${eventsFile}`;
		const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
		const length = Math.min(size, this.#vouched(eventsFile));
		if (length < size) this.#report(`${eventsFile}: the last ${size - length} bytes have no checksum and are left out`);
		if (length === 0) return;
		let number = 0;
		for await (const line of createInterface({ input: createReadStream(path, { end: length - 1 }), crlfDelay: Number.POSITIVE_INFINITY })) {
			number++;
			if (line === '') continue;
			const event = parseEvent(line);
			if (event) yield event;
			else this.#report(`events.jsonl, line ${number}: cut off or damaged`);
		}
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		for (const { column, sums } of this.#open.values()) {
			if (column !== undefined) closeSync(column);
			for (const { fd } of sums) if (fd !== undefined) closeSync(fd);
		}
	}

	[Symbol.dispose](): void {
		this.close();
	}

	#openChannel(channel: RecordedChannel): OpenChannel {
		const { device, id } = channel;
		const name = columnFileName(device, id);
		const column = openIfThere(`${this.folder}/${name}`);
		const present = column === undefined ? 0 : Math.floor(fstatSync(column).size / 4);
		if (column === undefined) this.#report(`${name} is missing`);
		else if (this.info.finished && present < channel.count) this.#report(`${name} holds ${present} of ${channel.count} samples`);
		const taken = channel.count;
		channel.count = Math.min(this.info.finished ? taken : Math.floor(this.#vouched(name) / 4), present);
		if (!this.info.finished && channel.count < present) this.#report(`${name}: the last ${present - channel.count} samples have no checksum and are left out`);
		const sums = levels.map((block, level) => {
			const fd = openIfThere(`${this.folder}/${sumFileName(device, id, block)}`);
			let entries = fd === undefined ? 0 : Math.floor(fstatSync(fd).size / entryBytes(level));
			const wanted = Math.ceil(taken / block);
			if (this.info.finished && entries !== wanted) {
				this.#report(`${sumFileName(device, id, block)} ${fd === undefined ? 'is missing' : `holds ${entries} entries instead of ${wanted}`}`);
				// More than there are samples for: these are the summaries of something else.
				if (entries > wanted) entries = 0;
			}
			return { fd, entries: Math.min(entries, Math.floor(channel.count / block)) };
		});
		return { channel, column, sums, top: undefined, forcing: undefined };
	}

	#of(channel: RecordedChannel): OpenChannel {
		const open = this.#open.get(`${channel.device}.${channel.id}`);
		if (!open) throw new MicrojouleError('NOT_FOUND', `The recording ${this.info.id} has no channel ${channel.id} of ${channel.device}.`, { channel: channel.id });
		return open;
	}

	#column(channel: RecordedChannel): number {
		const { column } = this.#of(channel);
		if (column === undefined) throw this.#missing(columnFileName(channel.device, channel.id));
		return column;
	}

	#top(open: OpenChannel): Entries | undefined {
		const level = levels.length - 1;
		const { fd, entries } = open.sums[level];
		if (open.top || fd === undefined || entries * entryBytes(level) > cachedTopBytes) return open.top;
		open.top = Entries.allocate(entries, level);
		this.#readFully(fd, open.top.bytes, 0, open.channel);
		return open.top;
	}

	#readFully(fd: number, view: Float32Array | Uint8Array, position: number, channel: RecordedChannel): void {
		for (let at = 0; at < view.byteLength; ) {
			const length = readSync(fd, view, at, view.byteLength - at, position + at);
			if (length === 0) throw this.#shrunk(channel);
			at += length;
		}
	}

	async #readRangeChanges(): Promise<Map<string, RangeChange[]>> {
		const changes = new Map<string, RangeChange[]>();
		for await (const event of this.events()) {
			const change = rangeChange(event);
			if (change) changes.set(event.device, [...(changes.get(event.device) ?? []), change]);
		}
		return changes;
	}

	#report(problem: string): void {
		if (!this.problems.includes(problem)) this.problems.push(problem);
	}

	#missing(name: string): MicrojouleError {
		return new MicrojouleError('DAMAGED', `The file ${name} of the recording in ${this.folder} is missing.`, { folder: this.folder, file: name });
	}

	#shrunk(channel: RecordedChannel): MicrojouleError {
		return new MicrojouleError('DAMAGED', `The files of channel ${channel.id} of ${channel.device} in ${this.folder} have become shorter while being read.`, {
			folder: this.folder,
		});
	}
}

export { readInfo };

function openIfThere(path: string): number | undefined {
	try {
		return openSync(path, 'r');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw new MicrojouleError('DISK', `Reading ${path} failed: ${messageOf(error)}.`, { path }, error);
	}
}

function parseEvent(line: string): RecordedEvent | undefined {
	try {
		const event = JSON.parse(line) as RecordedEvent;
		return typeof event?.type === 'string' && typeof event.time === 'number' ? event : undefined;
	} catch {
		return undefined;
	}
}

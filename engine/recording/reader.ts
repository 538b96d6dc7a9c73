/**
 * Reads a recording: samples, entries of the summary pyramid, events. It owns the descriptors it opens until close(), keeps nothing of the
 * columns in memory, and never writes. Of a recording that was never finished the files' lengths count; of one that is being written in this
 * program, what its writer has taken so far (staged.ts), be it on the disk or not.
 */

import { existsSync } from 'node:fs';
import { MicrojouleError } from '../../drivers/errors.ts';
import { Entries, entryBytes } from './entries.ts';
import { eventsFile, readEvents, readRangeChanges } from './event-lines.ts';
import { levels, type RecordedChannel, type RecordedEvent, type RecordingInfo } from './format.ts';
import { loadInfo, readInfo } from './info-file.ts';
import { type IndexedLines, LineIndexes, type LineQuestion, type Timed } from './line-index.ts';
import { columnFileName, sumFileName } from './pyramid.ts';
import { type Forcing, firstSwitch, forcingOf, type RangeChange, ranges } from './range-split.ts';
import { ReadableFile } from './readable-file.ts';
import { vouchedLengths } from './recovery.ts';
import type { StagedChannel, StagedRecording } from './staged.ts';

/** The top level is kept in memory up to this many bytes (a day of three channels at 50 kS/s needs 0.5 MB a channel). */
const cachedTopBytes = 4 << 20;

interface OpenChannel {
	readonly channel: RecordedChannel;
	readonly staged: StagedChannel | undefined;
	readonly column: ReadableFile;
	/** Each level's file and its whole entries; a missing file has none. */
	readonly sums: { file: ReadableFile; entries: number }[];
	top: Entries | undefined;
	forcing: Forcing | undefined;
}

export class RecordingReader {
	readonly folder: string;
	readonly info: RecordingInfo;
	/** What is not as it should be, for people: files missing or too short. */
	readonly problems: string[] = [];
	#open = new Map<string, OpenChannel>();
	#rangeChanges: Promise<Map<string, RangeChange[]>> | undefined;
	readonly #events: ReadableFile;
	readonly #eventIndexes: LineIndexes;
	/** Bytes of a file that count; the rest of it was left by a crash. */
	readonly #vouched: (file: string) => number;

	/** Throws NOT_FOUND where there is no recording, DAMAGED for a broken recording.json, NEWER_VERSION for one of a later format. */
	static async open(folder: string): Promise<RecordingReader> {
		const { info, problems } = await loadInfo(folder);
		const files = [eventsFile, ...info.channels.map(({ device, id }) => columnFileName(device, id))];
		const vouched = info.finished || !existsSync(`${folder}/checksums`) ? () => Number.POSITIVE_INFINITY : await vouchedLengths(folder, files);
		return new RecordingReader(folder, info, problems, vouched);
	}

	/** Opens a recording that is being written, as it is now: what is appended later does not show. Never waits for the disk to be written. */
	static live(staged: StagedRecording): RecordingReader {
		return new RecordingReader(staged.folder, staged.info, [], () => Number.POSITIVE_INFINITY, staged);
	}

	private constructor(folder: string, info: RecordingInfo, problems: readonly string[], vouched: (file: string) => number, staged?: StagedRecording) {
		this.folder = folder;
		this.info = info;
		this.problems.push(...problems);
		this.#vouched = vouched;
		this.#events = new ReadableFile(folder, eventsFile, staged?.events);
		this.#eventIndexes = staged?.eventIndexes ?? new LineIndexes();
		if (!staged && !existsSync(`${folder}/checksums`)) this.#report('checksums is missing: nothing can be verified');
		for (const channel of info.channels) {
			const key = `${channel.device}.${channel.id}`;
			const ofChannel = staged?.channels.get(key);
			this.#open.set(key, ofChannel ? stagedChannel(folder, channel, ofChannel) : this.#openChannel(channel));
		}
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
		await this.#of(channel).column.fill(target, from * 4);
	}

	/** The same at once: for short stretches. */
	readInto(channel: RecordedChannel, from: number, target: Float32Array): void {
		this.#of(channel).column.fillSync(target, from * 4);
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
		open.sums[level].file.fillSync(target.bytes.subarray(0, (to - from) * target.entryBytes), from * target.entryBytes);
		return { entries: target, offset: 0 };
	}

	/** When the coarse range was forced, in the channel's samples. */
	async forcing(channel: RecordedChannel): Promise<Forcing> {
		const open = this.#of(channel);
		if (!open.forcing) {
			const device = this.info.devices.find((candidate) => candidate.id === channel.device);
			this.#rangeChanges ??= ranges(channel) ? readRangeChanges(this.#events, this.#eventsLength()) : undefined;
			open.forcing = forcingOf(channel, device, (await this.#rangeChanges)?.get(channel.device) ?? []);
		}
		return open.forcing;
	}

	/** Up to which sample the summaries' splits by range are right: until a recording is finished, they may predate the announcement of a switch. */
	settledUntil(channel: RecordedChannel, forcing: Forcing): number {
		if (this.info.finished) return Number.POSITIVE_INFINITY;
		return this.#of(channel).staged?.settledUntil ?? firstSwitch(forcing);
	}

	/** All events, one after the other, in the order written. A line that is cut or damaged is reported in `problems` and left out. */
	events(): AsyncGenerator<RecordedEvent> {
		return readEvents(this.#events, this.#eventsLength(), (line) => this.#report(`${eventsFile}, line ${line}: cut off or damaged`));
	}

	/** The events that answer a question, without reading again what was read for it before; `name` is the question's own. */
	eventIndex<T extends Timed>(name: string, question: () => LineQuestion<T>): Promise<IndexedLines<T>> {
		return this.#eventIndexes.of(name, question).upTo(this.#events, this.#eventsLength());
	}

	close(): void {
		for (const { column, sums } of this.#open.values()) for (const file of [column, ...sums.map((level) => level.file)]) file.close();
		this.#events.close();
	}

	[Symbol.dispose](): void {
		this.close();
	}

	#openChannel(channel: RecordedChannel): OpenChannel {
		const { device, id } = channel;
		const name = columnFileName(device, id);
		const column = new ReadableFile(this.folder, name);
		const present = Math.floor(column.size / 4);
		if (!column.exists) this.#report(`${name} is missing`);
		else if (this.info.finished && present < channel.count) this.#report(`${name} holds ${present} of ${channel.count} samples`);
		const taken = channel.count;
		channel.count = Math.min(this.info.finished ? taken : Math.floor(this.#vouched(name) / 4), present);
		if (!this.info.finished && channel.count < present) this.#report(`${name}: the last ${present - channel.count} samples have no checksum and are left out`);
		const sums = levels.map((block, level) => {
			const file = new ReadableFile(this.folder, sumFileName(device, id, block));
			let entries = Math.floor(file.size / entryBytes(level));
			const wanted = Math.ceil(taken / block);
			if (this.info.finished && entries !== wanted) {
				this.#report(`${file.name} ${!file.exists ? 'is missing' : `holds ${entries} entries instead of ${wanted}`}`);
				// More than there are samples for: these are the summaries of something else.
				if (entries > wanted) entries = 0;
			}
			return { file, entries: Math.min(entries, Math.floor(channel.count / block)) };
		});
		return { channel, staged: undefined, column, sums, top: undefined, forcing: undefined };
	}

	#of(channel: RecordedChannel): OpenChannel {
		const open = this.#open.get(`${channel.device}.${channel.id}`);
		if (!open) throw new MicrojouleError('NOT_FOUND', `The recording ${this.info.id} has no channel ${channel.id} of ${channel.device}.`, { channel: channel.id });
		return open;
	}

	#top(open: OpenChannel): Entries | undefined {
		const level = levels.length - 1;
		const { file, entries } = open.sums[level];
		if (open.top || entries === 0 || entries * entryBytes(level) > cachedTopBytes) return open.top;
		const top = Entries.allocate(entries, level);
		file.fillSync(top.bytes, 0);
		open.top = top;
		return top;
	}

	/** Bytes of the events that count. */
	#eventsLength(): number {
		const { size } = this.#events;
		const length = Math.min(size, this.#vouched(eventsFile));
		if (length < size) this.#report(`${eventsFile}: the last ${size - length} bytes have no checksum and are left out`);
		return length;
	}

	#report(problem: string): void {
		if (!this.problems.includes(problem)) this.problems.push(problem);
	}
}

export { readInfo };

/** Its files are opened when somebody asks for what they hold. */
function stagedChannel(folder: string, channel: RecordedChannel, staged: StagedChannel): OpenChannel {
	const { device, id } = channel;
	channel.count = staged.count;
	const sums = staged.sums.map((file, level) => ({
		file: new ReadableFile(folder, sumFileName(device, id, levels[level]), file),
		entries: Math.min(Math.floor(file.length / entryBytes(level)), Math.floor(channel.count / levels[level])),
	}));
	return { channel, staged, column: new ReadableFile(folder, columnFileName(device, id), staged.column), sums, top: undefined, forcing: staged.forcing };
}

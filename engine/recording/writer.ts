/**
 * Writes a recording while it is measured: columns, summaries, checksums and events, appended and never rewritten. At least once a second
 * everything staged is written and synced to the disk itself, off the caller's path. Memory is two stages a channel, whatever the length.
 *
 * It owns the recording's folder until close(). It never looks at a device, and never decides what to record.
 *
 * Order on the disk: bytes are written, then synced, then their checksum lines are written and synced. A line therefore never vouches for
 * bytes that a power failure could still take.
 */

import { mkdir } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Clock, realClock } from '../../drivers/clock.ts';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import { AppendFile } from './append-file.ts';
import { writeAtomically } from './atomic.ts';
import { type Allocate, ChannelWriter } from './channel-writer.ts';
import { type ChecksumLine, checksumText } from './checksums.ts';
import type { Summarize } from './entries.ts';
import { eventsFile } from './event-lines.ts';
import type { RecordedEvent, RecordingInfo } from './format.ts';
import { freeBytes, lowSpace } from './free-space.ts';
import { infoBytes, infoFile, startFile } from './info-file.ts';
import { kernelMemory, summarizeByKernel } from './kernel.ts';
import { LineIndexes } from './line-index.ts';
import { rangeChange } from './range-split.ts';
import type { StagedRecording } from './staged.ts';

export interface WriterOptions {
	/** Pause between the end of one flush and the begin of the next, in s (default 0.4). 0 leaves flushing to the caller. */
	readonly flushIntervalS?: number;
	/** Largest stage of a channel, in samples (default 262 144, or 65 536 for more than eight channels): a channel that fills it in 8 s gets it. */
	readonly stageSamples?: number;
	/** Where the stages lie (default: the memory that the kernels run on). */
	readonly allocate?: Allocate;
	/** What summarises a stage (default: the WebAssembly kernel). */
	readonly summarize?: Summarize;
	/** What the flush interval is counted on (default: the host's clock, also when samples come from a virtual one). */
	readonly clock?: Clock;
	/** Bytes that the disk keeps free: below, the recording is not begun, or `onLowSpace` is told, once, and has it ended. */
	readonly minFreeBytes?: number;
	readonly onLowSpace?: (error: MicrojouleError) => void;
}

type Line = Omit<ChecksumLine, 'at'>;

/** Text waits for the next flush until it is this long. */
const textLimit = 1 << 16;
/** A recording of more channels than this makes do with smaller stages: they are memory, and its channels fill them slowly. */
const manyChannels = 8;
/** Channels flushed in one turn of the event loop. */
const flushedAtOnce = 8;
/** Syncs under way at once: more would leave the thread pool no room for writes. */
const parallelSyncs = 2;

export class RecordingWriter {
	readonly folder: string;
	/** Stated in recording.json. `name`, `offset` and the devices' `clock` may be changed until close(). */
	readonly info: RecordingInfo;
	#options: WriterOptions;
	#channels = new Map<string, Map<string, ChannelWriter>>();
	#list: ChannelWriter[] = [];
	#checksums: AppendFile | undefined;
	#events: AppendFile | undefined;
	/** Of bytes that are written and perhaps not yet on the disk. */
	#lines: Line[] = [];
	/** Bytes of each file up to which lines are written. */
	#vouched = new Map<string, number>();
	/** recording.json is replaced by one at a time. */
	#saving: Promise<void> = Promise.resolve();
	#eventText = '';
	readonly #eventIndexes = new LineIndexes();
	#failure: MicrojouleError | undefined;
	#flushing: Promise<void> | undefined;
	#cancelTimer: () => void = () => {};
	#warned = false;
	#closing: Promise<RecordingInfo> | undefined;

	/**
	 * Creates `folder` (which must not hold a recording) with all its files. Throws NOT_EMPTY when there is one, INVALID_VALUE for a device or
	 * channel name that cannot be part of a file's name, DISK when the disk refuses.
	 */
	static async create(folder: string, info: RecordingInfo, options: WriterOptions = {}): Promise<RecordingWriter> {
		checkNames(info);
		const writer = new RecordingWriter(folder, info, options);
		try {
			await writer.#open();
		} catch (error) {
			await writer.#release();
			if (error instanceof MicrojouleError) throw error;
			if ((error as NodeJS.ErrnoException).code === 'EEXIST')
				throw new MicrojouleError('NOT_EMPTY', `${folder} already holds a recording; nothing was overwritten.`, { folder }, error);
			throw diskError(folder, error);
		}
		return writer;
	}

	private constructor(folder: string, info: RecordingInfo, options: WriterOptions) {
		this.folder = folder;
		this.info = info;
		this.#options = options;
	}

	/**
	 * Copies consecutive samples of a channel. Returns nothing when they are staged, or a promise that resolves when they are: until then
	 * `column` must not change. Throws, or rejects, with DISK once any write has failed.
	 */
	append(device: string, channelId: string, column: Float32Array): void | Promise<void> {
		if (this.#failure) throw this.#failure;
		if (this.#closing) throw new MicrojouleError('NOT_RECORDING', `The recording ${this.info.id} is closed; nothing can be appended.`, { id: this.info.id });
		const channel = this.#channels.get(device)?.get(channelId);
		if (!channel) throw new MicrojouleError('NOT_FOUND', `The recording ${this.info.id} has no channel ${channelId} of ${device}.`, { device, channel: channelId });
		if (channel.waiting) return this.#queue(channel, column, 0);
		const offset = channel.take(column, 0);
		if (offset < column.length) return this.#queue(channel, column, offset);
	}

	/** Appends an event. Events come in the order of their device's stream. */
	event(event: RecordedEvent): void {
		if (this.#failure) throw this.#failure;
		if (this.#closing) throw new MicrojouleError('NOT_RECORDING', `The recording ${this.info.id} is closed; no event can be appended.`, { id: this.info.id });
		this.#eventText += `${JSON.stringify(event)}\n`;
		if (this.#eventText.length >= textLimit) this.#writeEvents();
		const change = rangeChange(event);
		if (change) for (const channel of this.#channels.get(event.device)?.values() ?? []) channel.rangeChanged(change);
	}

	/**
	 * Everything appended so far, for RecordingReader.live: nothing is written for it. Undefined once the files are closed or a write has
	 * failed: then what there is, is on the disk.
	 */
	staged(): StagedRecording | undefined {
		const events = this.#events;
		if (this.#failure || !events || this.#list.length === 0) return undefined;
		const text = () => Buffer.from(this.#eventText);
		const channels = this.#list.map((channel) => [`${channel.channel.device}.${channel.channel.id}`, channel.staged()] as const);
		return {
			folder: this.folder,
			info: structuredClone(this.info),
			channels: new Map(channels),
			events: { length: events.length + text().byteLength, unwritten: () => [...events.unwritten(), { position: events.length, bytes: text() }] },
			eventIndexes: this.#eventIndexes,
		};
	}

	/** Resolves when everything appended so far is on the disk itself. */
	async flush(): Promise<void> {
		while (this.#flushing) await this.#flushing;
		if (this.#closing) {
			await this.#closing;
			return;
		}
		await this.#flushNow();
		if (this.#failure) throw this.#failure;
	}

	/** Rewrites recording.json, atomically, with the samples counted so far; until the end also start.json, which stands in for it once it is damaged. */
	saveInfo(): Promise<void> {
		const save = this.#saving.then(() => this.#saveInfo());
		this.#saving = save.catch(() => {});
		return save;
	}

	async #saveInfo(): Promise<void> {
		for (const channel of this.#list) channel.channel.count = channel.count;
		const bytes = infoBytes(this.info);
		try {
			if (!this.info.finished) await this.#replace(startFile, bytes);
			await this.#replace(infoFile, bytes);
		} catch (error) {
			this.#fail(error);
			throw this.#failure;
		}
	}

	/** Finishes the recording. Idempotent. Rejects with DISK when a write failed; what was written stays, and the recording stays unfinished. */
	close(): Promise<RecordingInfo> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	async #open(): Promise<void> {
		const { folder, info } = this;
		await mkdir(folder, { recursive: true });
		const low = await this.#lowSpace();
		if (low) throw low;
		const fail = (error: unknown) => this.#fail(error);
		this.#checksums = await AppendFile.create(`${folder}/checksums`, 'checksums', fail);
		this.#events = await AppendFile.create(`${folder}/${eventsFile}`, eventsFile, fail);
		const { allocate = kernelMemory, summarize = summarizeByKernel, stageSamples = info.channels.length > manyChannels ? 65_536 : 262_144 } = this.#options;
		const checksum = (file: string, offset: number, length: number, crc: number) => {
			this.#lines.push({ file, offset, length, crc });
		};
		for (const channel of info.channels) {
			const forced = info.devices.find((device) => device.id === channel.device)?.settings.range === 'high';
			const writer = await ChannelWriter.create(channel, forced, { folder, allocate, summarize, stageSamples, fail, checksum });
			this.#list.push(writer);
			const ofDevice = this.#channels.get(channel.device) ?? new Map<string, ChannelWriter>();
			this.#channels.set(channel.device, ofDevice.set(channel.id, writer));
		}
		info.finished = false;
		await this.saveInfo();
		this.#schedule();
	}

	/** Appends of one channel that found no room go on one after the other. */
	#queue(channel: ChannelWriter, column: Float32Array, offset: number): Promise<void> {
		const turn = (async (before) => {
			await before;
			let at = offset;
			while (true) {
				if (this.#failure) throw this.#failure;
				at = channel.take(column, at);
				if (at >= column.length) return;
				await channel.room();
			}
		})(channel.waiting);
		const settled = turn.catch(() => {});
		channel.waiting = settled;
		settled.then(() => {
			if (channel.waiting === settled) channel.waiting = undefined;
		});
		return turn;
	}

	#schedule(): void {
		const { flushIntervalS = 0.4, clock = realClock } = this.#options;
		if (flushIntervalS <= 0 || this.#closing) return;
		this.#cancelTimer = clock.after(flushIntervalS, () => {
			if (this.#closing || this.#failure) return;
			this.#flushAndWatch().then(
				() => this.#schedule(),
				() => {}, // append, flush and close report the failure
			);
		});
	}

	async #flushAndWatch(): Promise<void> {
		await this.flush();
		const low = this.#warned ? undefined : await this.#lowSpace();
		if (!low) return;
		this.#warned = true;
		this.#options.onLowSpace?.(low);
	}

	async #lowSpace(): Promise<MicrojouleError | undefined> {
		const { minFreeBytes = 0 } = this.#options;
		const free = minFreeBytes > 0 ? await freeBytes(this.folder) : Number.POSITIVE_INFINITY;
		return free < minFreeBytes ? lowSpace(this.folder, free, minFreeBytes) : undefined;
	}

	async #flushNow(): Promise<void> {
		const work = this.#flushOnce();
		this.#flushing = work;
		await work;
		this.#flushing = undefined;
	}

	async #flushOnce(): Promise<void> {
		this.#writeEvents();
		for (const [index, channel] of this.#list.entries()) {
			channel.flush();
			// A hundred channels at one go would hold the event loop up for many milliseconds.
			if (index % flushedAtOnce === flushedAtOnce - 1) await new Promise((resolve) => setImmediate(resolve));
		}
		await this.#vouch([this.#events, ...this.#list.map((channel) => channel.column)]);
	}

	/** Puts the files on the disk, and then the lines that vouch for what was written before that began. */
	async #vouch(files: readonly (AppendFile | undefined)[]): Promise<void> {
		await this.#settle(files, false);
		const lines = this.#lines.splice(0);
		await this.#settle(files, true);
		this.#writeChecksums(lines.filter((line) => this.#reliable(line)));
		await this.#settle([this.#checksums], true);
	}

	/** Waits until the files' writes are done; `sync`: and on the disk. */
	async #settle(files: readonly (AppendFile | undefined)[], sync: boolean): Promise<void> {
		for (const file of files) await file?.idle();
		if (!sync) return;
		const queue = files.filter((file) => file !== undefined);
		const worker = async () => {
			for (let file = queue.pop(); file; file = queue.pop()) await file.sync();
		};
		await Promise.all(Array.from({ length: parallelSyncs }, worker));
	}

	#writeEvents(): void {
		if (this.#eventText === '' || !this.#events) return;
		const bytes = Buffer.from(this.#eventText);
		this.#eventText = '';
		const crc = crc32(bytes);
		const position = this.#events.append(bytes, (written) => {
			if (written) this.#lines.push({ file: eventsFile, offset: position, length: bytes.byteLength, crc });
		});
	}

	/** Replaces a small file. Its line comes first: a crash in between leaves the old file, with the old line before the new one. */
	async #replace(file: string, bytes: Buffer): Promise<void> {
		await writeAtomically(`${this.folder}/${file}`, bytes, async () => {
			this.#writeChecksums([{ file, offset: 0, length: bytes.byteLength, crc: crc32(bytes) }]);
			await this.#settle([this.#checksums], true);
			if (this.#failure) throw this.#failure;
		});
	}

	#writeChecksums(lines: readonly Line[]): void {
		if (lines.length === 0) return;
		this.#checksums?.append(Buffer.from(lines.map((line) => `${checksumText(line)}\n`).join('')), (written) => {
			if (written) for (const { file, offset, length } of lines) this.#vouched.set(file, Math.max(this.#vouched.get(file) ?? 0, offset + length));
		});
	}

	/** What lies behind a failed write is not vouched for: a reader would take what lies between for samples. */
	#reliable({ file, offset }: Line): boolean {
		const written = [this.#events, ...this.#list.map((channel) => channel.column)].find((candidate) => candidate?.name === file);
		return written !== undefined && offset < written.failedFrom;
	}

	#fail(error: unknown): void {
		this.#failure ??= diskError(this.folder, error);
		this.#cancelTimer();
		for (const channel of this.#list) channel.wake();
	}

	async #close(): Promise<RecordingInfo> {
		this.#cancelTimer();
		while (this.#flushing) await this.#flushing;
		await this.#saving;
		for (const channel of this.#list) await channel.waiting;
		try {
			if (!this.#failure) await this.#finish();
			// After a failure the lines of what did reach the disk are still worth a try; the failure itself is what is reported.
			else await this.#vouch([this.#events, ...this.#list.map((channel) => channel.column)]);
			if (this.#failure) this.#failure = withLoss(this.#failure, this.#lostS());
		} finally {
			await this.#release();
		}
		if (this.#failure) throw this.#failure;
		return this.info;
	}

	async #finish(): Promise<void> {
		this.#writeEvents();
		for (const channel of this.#list) channel.finish();
		const files = [this.#events, ...this.#list.flatMap((channel) => channel.files)];
		await this.#settle(files, false);
		try {
			for (const channel of this.#list) channel.correct();
		} catch (error) {
			this.#fail(error);
		}
		await this.#vouch(files);
		if (this.#failure) return;
		this.info.finished = true;
		try {
			await this.saveInfo();
		} catch {
			this.info.finished = false; // the failure is kept
		}
	}

	/** s of the samples taken, over the channel that lost most, that no checksum line vouches for. */
	#lostS(): number {
		return this.#list.reduce((most, { count, channel, column }) => Math.max(most, (count - (this.#vouched.get(column.name) ?? 0) / 4) / channel.rate), 0);
	}

	async #release(): Promise<void> {
		const files = [this.#events, this.#checksums];
		for (const file of [...files, ...this.#list.flatMap((channel) => channel.files)]) await file?.idle();
		await Promise.all(this.#list.map((channel) => channel.close()));
		await Promise.all(files.map((file) => file?.close()));
		this.#list = [];
		this.#channels.clear();
	}
}

export function diskError(folder: string, error: unknown): MicrojouleError {
	const code = (error as NodeJS.ErrnoException | undefined)?.code;
	const why =
		code === 'ENOSPC' || code === 'EDQUOT'
			? 'the disk is full; free some space'
			: code === 'EROFS' || code === 'EACCES' || code === 'EPERM'
				? 'the folder is not writable; choose another one or change its permissions'
				: code === 'EMFILE' || code === 'ENFILE'
					? 'too many files are open; raise the limit (ulimit -n)'
					: messageOf(error);
	return new MicrojouleError('DISK', `Writing to ${folder} failed: ${why}. What was written before stays.`, { folder, cause: code }, error);
}

/** The same failure, with how much measured time it cost. */
function withLoss(failure: MicrojouleError, lostS: number): MicrojouleError {
	return new MicrojouleError(failure.code, `${failure.message} The last ${lostS.toFixed(3)} s that were measured are lost.`, { ...failure.details, lostS }, failure.cause);
}

function checkNames(info: RecordingInfo): void {
	const seen = new Set<string>();
	for (const { device, id, rate } of info.channels) {
		for (const name of [device, id])
			if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name))
				throw new MicrojouleError('INVALID_VALUE', `"${name}" cannot name a recorded device or channel: letters, digits, ".", "_" and "-" only.`, { name });
		if (!(rate > 0 && Number.isFinite(rate)))
			throw new MicrojouleError('INVALID_VALUE', `The rate of ${device}.${id} is ${rate}; it must be above 0 S/s.`, { device, channel: id, rate });
		const key = `${device}.${id}`;
		if (seen.has(key)) throw new MicrojouleError('INVALID_VALUE', `The channel ${key} is named twice in the recording ${info.id}.`, { channel: key });
		seen.add(key);
	}
}

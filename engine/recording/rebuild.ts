/**
 * Makes a channel's summaries from its column once more: to be written where they are missing or wrong, or to be held against those that
 * are there. The entries are the writer's to the last bit, since the same kernel and the same folds make them.
 */

import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { Entries, entryBytes } from './entries.ts';
import { levels, type RecordedChannel } from './format.ts';
import { kernelMemory, summarizeByKernel } from './kernel.ts';
import { type ByteSink, Pyramid, sumFileName } from './pyramid.ts';
import { RangeSplitter } from './range-split.ts';
import { RecordingReader } from './reader.ts';

const chunkSamples = levels[1] * 64;

/** Entries of a level that are not what the column says; `to` exclusive, in samples. */
export interface Difference {
	readonly level: number;
	readonly from: number;
	to: number;
}

/** Sends the entries of every level to `sinks`, one a level, which take them before append() returns. `onSamples` hears how many were read. */
async function summarise(reader: RecordingReader, channel: RecordedChannel, sinks: readonly ByteSink[], onSamples: (samples: number) => void): Promise<void> {
	const forcing = await reader.forcing(channel);
	const memory = kernelMemory(chunkSamples * 4 + (chunkSamples / levels[0]) * entryBytes(0));
	try {
		const chunk = new Float32Array(memory.bytes.buffer, memory.bytes.byteOffset, chunkSamples);
		const entries = new Entries(memory.bytes.subarray(chunkSamples * 4), 0);
		const pyramid = new Pyramid(sinks, new RangeSplitter(channel));
		for (let at = 0; at < channel.count; at += chunkSamples) {
			const samples = chunk.subarray(0, Math.min(chunkSamples, channel.count - at));
			reader.readInto(channel, at, samples);
			summarizeByKernel(samples, entries);
			pyramid.writeBlocks(entries, 0, Math.ceil(samples.length / levels[0]), () => {});
			for (let from = 0; from < samples.length; from += levels[1]) pyramid.add(samples.subarray(from, from + levels[1]), at + from, entries, from / levels[0], forcing);
			onSamples(samples.length);
			await new Promise((resolve) => setImmediate(resolve));
		}
		pyramid.finish();
	} finally {
		memory.free();
	}
}

/** A name of this process's own: two may rebuild the same summaries, and either result is right. */
function temporary(path: string): string {
	return `${path}.${process.pid}.new`;
}

/**
 * Opens a recording, and writes the summaries of a finished one anew where they are missing or too short. Where the disk refuses that, the
 * recording opens all the same: its figures then come from the columns, more slowly.
 */
export async function openWithSummaries(folder: string): Promise<RecordingReader> {
	const reader = await RecordingReader.open(folder);
	const lacking = reader.info.finished
		? reader.info.channels.filter((channel) => levels.some((block, level) => reader.entryCount(channel, level) < Math.floor(channel.count / block)))
		: [];
	if (lacking.length === 0) return reader;
	try {
		for (const channel of lacking) await rebuildSummaries(reader, channel);
	} catch (error) {
		if (typeof (error as NodeJS.ErrnoException).code === 'string') return reader;
		reader.close();
		throw error;
	}
	reader.close();
	return RecordingReader.open(folder);
}

/** Writes a channel's summaries anew; each file takes the old one's place when it is on the disk. */
export async function rebuildSummaries(reader: RecordingReader, channel: RecordedChannel, onSamples: (samples: number) => void = () => {}): Promise<void> {
	const paths = levels.map((block) => `${reader.folder}/${sumFileName(channel.device, channel.id, block)}`);
	const fds = paths.map((path) => openSync(temporary(path), 'w'));
	try {
		await summarise(
			reader,
			channel,
			fds.map((fd) => ({
				append(bytes) {
					for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
				},
			})),
			onSamples,
		);
		for (const fd of fds) fsyncSync(fd);
		for (const path of paths) renameSync(temporary(path), path);
	} catch (error) {
		for (const path of paths) rmSync(temporary(path), { force: true });
		throw error;
	} finally {
		for (const fd of fds) closeSync(fd);
	}
}

/** Where the summaries on the disk are not what the column says. Of an unfinished recording the last entries may be absent. */
export async function compareSummaries(reader: RecordingReader, channel: RecordedChannel, onSamples: (samples: number) => void = () => {}): Promise<Difference[]> {
	const differences: Difference[] = [];
	const files = levels.map((block, level) => new Comparison(`${reader.folder}/${sumFileName(channel.device, channel.id, block)}`, level, !reader.info.finished, differences));
	try {
		await summarise(reader, channel, files, onSamples);
		for (const file of files) file.end();
	} finally {
		for (const file of files) file.close();
	}
	return differences;
}

/** Which 128-blocks of [from, to) the summaries on the disk confirm, contradict, or say nothing of: for samples that no checksum vouches for. */
export function witnessed(reader: RecordingReader, channel: RecordedChannel, from: number, to: number): { from: number; to: number; agrees: boolean | undefined }[] {
	const block = levels[0];
	const path = `${reader.folder}/${sumFileName(channel.device, channel.id, block)}`;
	const verdicts: { from: number; to: number; agrees: boolean | undefined }[] = [];
	const samples = new Float32Array(block);
	const made = Entries.allocate(1, 0);
	const stored = new Uint8Array(entryBytes(0));
	const fd = openOrNothing(path);
	try {
		for (let at = Math.floor(from / block) * block; at < to; at += block) {
			const there = fd !== undefined && readSync(fd, stored, 0, stored.length, (at / block) * stored.length) === stored.length;
			const view = samples.subarray(0, Math.min(block, channel.count - at));
			reader.readInto(channel, at, view);
			summarizeByKernel(view, made);
			const agrees = there ? made.bytes.every((byte, i) => byte === stored[i]) : undefined;
			const last = verdicts.at(-1);
			if (last && last.agrees === agrees) last.to = Math.min(to, at + block);
			else verdicts.push({ from: Math.max(from, at), to: Math.min(to, at + block), agrees });
		}
	} finally {
		if (fd !== undefined) closeSync(fd);
	}
	return verdicts;
}

/** Holds what it is given against a file, entry by entry. */
class Comparison implements ByteSink {
	readonly #fd: number | undefined;
	readonly #size: number;
	readonly #level: number;
	readonly #lenient: boolean;
	readonly #differences: Difference[];
	#at = 0;
	#last: Difference | undefined;

	constructor(path: string, level: number, lenient: boolean, differences: Difference[]) {
		this.#fd = openOrNothing(path);
		this.#size = this.#fd === undefined ? 0 : fstatSync(this.#fd).size;
		this.#level = level;
		this.#lenient = lenient;
		this.#differences = differences;
	}

	append(bytes: Uint8Array): void {
		const length = entryBytes(this.#level);
		const stored = Buffer.alloc(bytes.length);
		const read = this.#fd === undefined ? 0 : readSync(this.#fd, stored, 0, stored.length, this.#at);
		for (let at = 0; at < bytes.length; at += length) {
			const absent = at + length > read;
			if (absent ? !this.#lenient : Buffer.compare(stored.subarray(at, at + length), bytes.subarray(at, at + length)) !== 0) this.#add((this.#at + at) / length);
		}
		this.#at += bytes.length;
	}

	/** What is there beyond the last entry belongs to no sample. */
	end(): void {
		if (this.#size > this.#at) this.#add(this.#at / entryBytes(this.#level));
	}

	close(): void {
		if (this.#fd !== undefined) closeSync(this.#fd);
	}

	#add(entry: number): void {
		const block = levels[this.#level];
		if (this.#last?.to === entry * block) {
			this.#last.to += block;
			return;
		}
		this.#last = { level: this.#level, from: entry * block, to: (entry + 1) * block };
		this.#differences.push(this.#last);
	}
}

function openOrNothing(path: string): number | undefined {
	try {
		return openSync(path, 'r');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
}

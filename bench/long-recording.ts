/**
 * Recordings of any length for benchmarks: one current channel at 50 kS/s, spiky and with gaps. Every chunk of the signal follows from its
 * number alone, so that brute force can make any part of it again without reading what was recorded.
 */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { models } from '../drivers/models.ts';
import { formatVersion, type RecordedChannel, type RecordingInfo } from '../engine/recording/format.ts';
import { RecordingWriter, type WriterOptions } from '../engine/recording/writer.ts';

export const chunkSamples = 1 << 18;
export const rateHz = 50_000;
const deviceId = 'ace-1';
const channelId = 'mc';

/** Noise that all chunks cut their own piece from. */
const noise = new Float32Array(2 * chunkSamples);
const random = generator(1);
for (let k = 0; k < noise.length; k++) noise[k] = 2e-6 + 1e-6 * (random() + random() + random() - 1.5);

/** 32-bit numbers as fractions of 1. */
function generator(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}

/** Chunk `index` of the signal: microamperes of noise, some forty spikes up to 300 mA, and in one of four a gap of 10 to 50 000 samples. */
export function signalChunk(index: number, out: Float32Array): void {
	const own = generator(Math.imul(index + 1, 2_654_435_761));
	const offset = Math.floor(own() * chunkSamples);
	out.set(noise.subarray(offset, offset + chunkSamples));
	for (let spike = 0; spike < 40; spike++) {
		const at = Math.floor(own() * chunkSamples);
		const until = Math.min(chunkSamples, at + 1 + Math.floor(own() * 60));
		const height = own() ** 4 * 0.3;
		for (let k = at; k < until; k++) out[k] += height * (1 - (k - at) / 64);
	}
	if (own() < 0.25) {
		const at = Math.floor(own() * chunkSamples);
		out.fill(Number.NaN, at, Math.min(chunkSamples, at + 10 + Math.floor(own() ** 3 * 50_000)));
	}
}

export function longInfo(id = 'long'): RecordingInfo {
	const known = models.ace.channels.find(({ id }) => id === channelId);
	if (!known) throw new Error('The Ace has no main current.');
	const { label, unit, ranges, rail, settleS } = known;
	const channel: RecordedChannel = { device: deviceId, id: channelId, label, unit, rate: rateHz, count: 0, ranges, rail, settleS };
	return {
		version: formatVersion,
		id,
		name: 'long',
		start: new Date(0).toISOString(),
		offset: 0,
		software: 'microjoule bench',
		devices: [],
		channels: [channel],
		finished: false,
	};
}

export interface Recorded {
	/** From the first append until the last has returned: at most two stages are then still on their way to the operating system. */
	readonly appendS: number;
	/** Until everything is on the disk itself and the recording is finished. */
	readonly durableS: number;
}

/** Records `samples` samples, which `next` yields piece by piece; making them is not counted. */
export async function recordLong(folder: string, samples: number, next: (index: number) => Float32Array, options: WriterOptions = {}, id?: string): Promise<Recorded> {
	const writer = await RecordingWriter.create(folder, longInfo(id), options);
	let makingS = 0;
	const startedAt = performance.now();
	for (let done = 0, index = 0; done < samples; index++) {
		const makingAt = performance.now();
		const piece = next(index);
		makingS += (performance.now() - makingAt) / 1000;
		const length = Math.min(piece.length, samples - done);
		await writer.append(deviceId, channelId, length === piece.length ? piece : piece.subarray(0, length));
		done += length;
	}
	const appendS = (performance.now() - startedAt) / 1000 - makingS;
	await writer.close();
	return { appendS, durableS: (performance.now() - startedAt) / 1000 - makingS };
}

/** Bytes of all files of a folder. */
export async function folderBytes(folder: string): Promise<number> {
	const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
	return sizes.reduce((sum, size) => sum + size, 0);
}

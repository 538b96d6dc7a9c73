/**
 * Edits of samples. Each reads a recording and writes another one beside it; the old one is never touched, so undo is going back to it.
 *
 *   old folder ──► intact.ts ──► events (kept, shifted) ──┐
 *                           └──► columns, piece by piece ─┴──► RecordingWriter ──► new folder: columns, summaries, checksums
 *
 * Memory is one piece of a column, whatever the length. When anything fails, the new folder is gone again.
 */

import { rm } from 'node:fs/promises';
import { MicrojouleError } from '../../drivers/errors.ts';
import type { RecordedChannel, RecordingInfo } from '../recording/format.ts';
import type { RecordingReader } from '../recording/reader.ts';
import { RecordingWriter } from '../recording/writer.ts';
import { software } from '../version.ts';
import { BlockMeans, blockCount } from './block-means.ts';
import { cropEvents, infoAtOrigin } from './crop-events.ts';
import { type CropPlan, planCrop } from './crop-plan.ts';
import { requireIntact } from './intact.ts';

/** Called with the share that is done, 0 to 1. */
export type OnProgress = (share: number) => void;

const pieceSamples = 1 << 18;

/**
 * Writes what lies in [from, to), in s of the recording as it is shown (`offsets` of its channels included), to `folder`. Throws
 * INVALID_VALUE where that is nothing, DAMAGED where the source is damaged.
 */
export async function cropRecording(
	reader: RecordingReader,
	folder: string,
	window: { readonly from?: number; readonly to?: number; readonly offsets?: Readonly<Record<string, number>> },
	onProgress?: OnProgress,
): Promise<CropPlan> {
	const plan = planCrop(reader.info, window.from, window.to, window.offsets);
	const { info, stateEvents } = await infoAtOrigin(reader, plan);
	await write(reader, folder, info, onProgress, async (writer, progress) => {
		for (const event of stateEvents) writer.event(event);
		for await (const event of cropEvents(reader, plan)) writer.event(event);
		for (const { channel, first, last } of plan.channels) for await (const samples of pieces(reader, channel, first, last, progress)) await append(writer, channel, samples);
	});
	return plan;
}

/**
 * Writes the recording to `folder` with one channel averaged over blocks of `factor` samples. Throws INVALID_VALUE for a factor that is no
 * whole number above 0 or leaves nothing, DAMAGED where the source is damaged.
 */
export async function downsampleRecording(reader: RecordingReader, folder: string, wanted: RecordedChannel, factor: number, onProgress?: OnProgress): Promise<void> {
	const name = `${wanted.device}.${wanted.id}`;
	if (!Number.isInteger(factor) || factor < 1)
		throw new MicrojouleError('INVALID_VALUE', `The factor is ${factor}; ${name} can be downsampled by a whole number of samples, 1 or more.`, { factor });
	const blocks = blockCount(wanted.count, factor);
	if (blocks === 0)
		throw new MicrojouleError('INVALID_VALUE', `Downsampling ${name} by ${factor} would keep nothing: it has ${wanted.count} samples, and the last block is dropped.`, {
			factor,
			samples: wanted.count,
		});
	// The mean of `factor` samples with independent noise has less of it; accuracy stays, being systematic.
	const ranges = wanted.ranges.map((range) => ({ ...range, noise: range.noise / Math.sqrt(factor) }));
	const channels = reader.info.channels.map((channel) => ({ ...channel, count: 0, ...(channel === wanted && { rate: channel.rate / factor, ranges }) }));
	await write(reader, folder, { ...reader.info, channels }, onProgress, async (writer, progress) => {
		for await (const event of reader.events()) writer.event(event);
		for (const channel of reader.info.channels) {
			const means = channel === wanted ? new BlockMeans(factor) : undefined;
			const last = means ? blocks * factor : channel.count;
			for await (const samples of pieces(reader, channel, 0, last, progress)) await append(writer, channel, means ? means.add(samples) : samples);
		}
	});
}

async function append(writer: RecordingWriter, channel: RecordedChannel, samples: Float32Array): Promise<void> {
	await writer.append(channel.device, channel.id, samples);
}

async function* pieces(reader: RecordingReader, channel: RecordedChannel, first: number, last: number, progress: (samples: number) => void): AsyncGenerator<Float32Array> {
	for (let at = first; at < last; at += pieceSamples) {
		const samples = await reader.read(channel, at, Math.min(last, at + pieceSamples));
		yield samples;
		progress(samples.length);
	}
}

async function write(
	reader: RecordingReader,
	folder: string,
	info: RecordingInfo,
	onProgress: OnProgress | undefined,
	fill: (writer: RecordingWriter, progress: (samples: number) => void) => Promise<void>,
): Promise<void> {
	const total = reader.info.channels.reduce((sum, { count }) => sum + count, 0);
	let done = 0;
	await requireIntact(reader);
	const writer = await RecordingWriter.create(folder, { ...info, software, finished: false });
	try {
		await fill(writer, (samples) => {
			done += samples;
			onProgress?.(done / total);
		});
		await writer.close();
	} catch (error) {
		await writer.close().catch(() => {}); // the first failure is what counts
		await rm(folder, { recursive: true, force: true });
		throw error;
	}
}

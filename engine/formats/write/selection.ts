/** What of a recording is to be exported: channels, a window, perhaps at a lower rate by exact block means. */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { BlockMeans } from '../../project/block-means.ts';
import type { RecordedChannel } from '../../recording/format.ts';
import type { RecordingReader } from '../../recording/reader.ts';
import { windowOf } from '../../recording/window.ts';

export interface ExportOptions {
	/** File or folder to write, as the format has it. */
	readonly out: string;
	/** Channel ids, or `<device>.<channel>`; default: all, digital channels and logs included. */
	readonly channels?: readonly string[];
	/** Window in s; every sample that overlaps it is written. Default: everything. */
	readonly from?: number;
	readonly to?: number;
	/** Hz: channels of higher rates are written as means of consecutive blocks, counted from the recording's start. */
	readonly rate?: number;
	/** Replace files that are already there. */
	readonly overwrite?: boolean;
	/** Share done, 0 to 1, a few times a second at most. */
	readonly onProgress?: (share: number) => void;
}

export interface ExportResult {
	readonly files: readonly string[];
	/** For people: what the format has no place for. */
	readonly notes: readonly string[];
}

export interface WritableFormat {
	/** For --format. */
	readonly name: string;
	readonly title: string;
	/** Of files that are written in this format when nothing else is said. */
	readonly extensions: readonly string[];
	/** Throws NOT_FOUND for an unknown channel, NOT_EMPTY for a file that is already there, INVALID_VALUE, DISK. */
	write(reader: RecordingReader, options: ExportOptions): Promise<ExportResult>;
}

/** A channel to be written: samples first … end − 1 of a column of `rate`. */
export interface ExportColumn {
	readonly channel: RecordedChannel;
	/** Hz. */
	readonly rate: number;
	readonly first: number;
	readonly end: number;
	/** Samples [from, to); both within the bounds. */
	read(from: number, to: number): Promise<Float32Array>;
}

/** Samples of the original column that a block of `to − from` means may need at once. */
export const chunkSamples = 1 << 14;
const readAtOnce = 1 << 20;

/** Whether a channel is among those that are to be exported. */
export function isWanted(channels: readonly string[] | undefined, device: string, id: string): boolean {
	return channels?.some((wanted) => wanted === id || wanted === `${device}.${id}`) ?? true;
}

/** Throws NOT_FOUND for the first that is wanted and not among `there`. */
export function requireKnown(reader: RecordingReader, channels: readonly string[] | undefined, there: readonly { readonly device: string; readonly id: string }[]): void {
	for (const wanted of channels ?? []) if (!there.some(({ device, id }) => isWanted([wanted], device, id))) reader.channel(undefined, wanted);
}

/** The columns; ids that are no column are left to the caller. Throws INVALID_VALUE for a rate that does not divide the channels' rates. */
export function selectColumns(reader: RecordingReader, { channels, from, to, rate }: ExportOptions): ExportColumn[] {
	return reader.info.channels
		.filter(({ device, id }) => isWanted(channels, device, id))
		.map((channel) => {
			const factor = factorOf(channel, rate);
			const { begin, end } = windowOf(from, to, channel.rate, channel.count);
			const blocks = Math.floor(channel.count / factor);
			const last = end > begin ? Math.min(blocks, Math.ceil(end / factor)) : 0;
			const first = Math.min(last, Math.floor(begin / factor));
			const read = factor === 1 ? (a: number, b: number) => reader.read(channel, a, b) : (a: number, b: number) => means(reader, channel, factor, a, b);
			return { channel, rate: channel.rate / factor, first, end: last, read };
		});
}

function factorOf(channel: RecordedChannel, rate: number | undefined): number {
	if (rate === undefined || rate >= channel.rate) return 1;
	const factor = Math.round(channel.rate / rate);
	if (!(rate > 0) || Math.abs(factor * rate - channel.rate) > 1e-9 * channel.rate)
		throw new MicrojouleError(
			'INVALID_VALUE',
			`Channel ${channel.id} has ${channel.rate} S/s, which is no multiple of ${rate} S/s; name a rate that divides it, such as ${channel.rate / Math.max(1, factor || 1)}.`,
			{ channel: channel.id, rate },
		);
	return factor;
}

async function means(reader: RecordingReader, channel: RecordedChannel, factor: number, from: number, to: number): Promise<Float32Array> {
	const result = new Float32Array(to - from);
	const blocks = new BlockMeans(factor);
	let length = 0;
	for (let at = from * factor; at < to * factor; at += readAtOnce) {
		const part = blocks.add(await reader.read(channel, at, Math.min(to * factor, at + readAtOnce)));
		result.set(part, length);
		length += part.length;
	}
	return result;
}

/** Reports the share done at most ten times a second. */
export function progressOf(columns: readonly ExportColumn[], onProgress: ((share: number) => void) | undefined): (samples: number) => void {
	const total = columns.reduce((sum, { first, end }) => sum + end - first, 0) || 1;
	let done = 0;
	let reportedAt = 0;
	return (samples) => {
		done += samples;
		if (performance.now() - reportedAt < 100 && done < total) return;
		reportedAt = performance.now();
		onProgress?.(done / total);
	};
}

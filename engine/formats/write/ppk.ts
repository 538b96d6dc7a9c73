/**
 * CSV as the nRF Connect Power Profiler writes it: `Timestamp(ms),Current(uA)`, both with three decimals, so a current is kept to 1 nA and a
 * time to 1 µs; then `D0-D7` where the recording has digital channels: i1 and i2 as D0 and D1, the others `-`. A lost sample is a row with
 * `nan`. There is no place for other channels and for logs.
 */

import type { FileHandle } from 'node:fs/promises';
import { MicrojouleError } from '../../../drivers/errors.ts';
import type { RecordingReader } from '../../recording/reader.ts';
import { longestNumber, writeFixed3 } from '../printf.ts';
import { digitalIds } from '../read/ppk.ts';
import { titles } from '../source.ts';
import { eventsWithin } from './events.ts';
import { writeAscii } from './otii.ts';
import { requireFree, whole, writeFully } from './output.ts';
import { chunkSamples, type ExportColumn, type ExportOptions, progressOf, requireKnown, selectColumns, type WritableFormat } from './selection.ts';

export const ppk: WritableFormat = {
	name: 'ppk',
	title: titles.ppk,
	extensions: ['.csv'],
	async write(reader, options) {
		requireKnown(reader, options.channels, reader.info.channels);
		const columns = selectColumns(reader, options).filter(({ channel }) => channel.unit === 'A');
		const [column] = columns;
		if (!column || (options.channels && columns.length !== 1))
			throw new MicrojouleError('INVALID_VALUE', `A Power Profiler CSV holds one current; name it with --channel. Currents: ${namesOf(reader)}.`, { channels: options.channels });
		requireFree(options.out, options.overwrite);
		const left = await leftOut(reader, column, options);
		const levels = left.digital ? new Levels(reader, column, options) : undefined;
		await whole(options.out, (file) => writeRows(column, levels, file, progressOf([column], options.onProgress)));
		options.onProgress?.(1);
		return { files: [options.out], notes: left.notes };
	},
};

const namesOf = (reader: RecordingReader) =>
	reader.info.channels
		.filter(({ unit }) => unit === 'A')
		.map(({ id }) => id)
		.join(', ') || 'none';

/** Whether there are digital levels, and what has no place. */
async function leftOut(reader: RecordingReader, { channel }: ExportColumn, options: ExportOptions): Promise<{ digital: boolean; notes: string[] }> {
	let digital = false;
	let logs = 0;
	for await (const event of eventsWithin(reader, options)) {
		if (event.type === 'log') logs++;
		if (event.type === 'edge' && event.device === channel.device && digitalIds.some((id) => id === event.channel)) digital = true;
	}
	const others = options.channels ? [] : reader.info.channels.filter((other) => other !== channel).map(({ id }) => id);
	const notes = [
		others.length > 0 ? `channels left out, this format holds one current: ${others.join(', ')}` : '',
		logs > 0 ? `${logs} log lines left out: this format has no place for them` : '',
	];
	return { digital, notes: notes.filter((note) => note !== '') };
}

/** The digital channels' levels along the samples. Edges are read a channel at a time, since only those of one channel come in order. */
class Levels {
	readonly #sampleS: number;
	readonly #channels: { readonly edges: AsyncGenerator<{ time: number; level: 0 | 1 }>; next: { time: number; level: 0 | 1 } | undefined; level: number }[];

	constructor(reader: RecordingReader, { channel, rate }: ExportColumn, options: ExportOptions) {
		this.#sampleS = 1 / rate;
		const edges = async function* (id: string) {
			for await (const event of eventsWithin(reader, options)) if (event.type === 'edge' && event.device === channel.device && event.channel === id) yield event;
		};
		this.#channels = digitalIds.map((id) => ({ edges: edges(id), next: undefined, level: 45 }));
	}

	async begin(): Promise<void> {
		for (const channel of this.#channels) await advance(channel);
	}

	/** The eight characters of `count` samples from index `at` on. */
	async read(at: number, count: number): Promise<Uint8Array> {
		const text = new Uint8Array(8 * count);
		for (const [place, channel] of this.#channels.entries()) {
			for (let k = 0; k < count; k++) {
				while (channel.next && channel.next.time < (at + k + 0.5) * this.#sampleS) {
					channel.level = 48 + channel.next.level;
					await advance(channel);
				}
				text[8 * k + place] = channel.level;
			}
		}
		return text;
	}
}

async function advance(channel: { readonly edges: AsyncGenerator<{ time: number; level: 0 | 1 }>; next: { time: number; level: 0 | 1 } | undefined }): Promise<void> {
	const step = await channel.edges.next();
	channel.next = step.done ? undefined : step.value;
}

async function writeRows(column: ExportColumn, levels: Levels | undefined, file: FileHandle, advanced: (samples: number) => void): Promise<void> {
	const bytes = new Uint8Array(chunkSamples * 56 + 2 * longestNumber);
	let length = writeAscii(bytes, 0, `Timestamp(ms),Current(uA)${levels ? ',D0-D7' : ''}\n`);
	await levels?.begin();
	for (let at = column.first; at < column.end; at += chunkSamples) {
		const samples = await column.read(at, Math.min(column.end, at + chunkSamples));
		const text = await levels?.read(at, samples.length);
		for (let k = 0; k < samples.length; k++) {
			length = writeFixed3(bytes, length, ((at + k) / column.rate) * 1000);
			bytes[length++] = 44; // ,
			length = writeFixed3(bytes, length, samples[k] * 1e6);
			if (text) {
				bytes[length++] = 44;
				for (let d = 0; d < 8; d++) bytes[length++] = text[8 * k + d];
			}
			bytes[length++] = 10;
		}
		await writeFully(file, bytes, length);
		length = 0;
		advanced(samples.length);
	}
	await writeFully(file, bytes, length);
}

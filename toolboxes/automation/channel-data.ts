/**
 * The data of a recorded channel as scripts ask for it: samples by index, streamed as text, edges and lines one entry each. Works on a recording
 * in progress as on a finished one.
 */

import { JsonNumbers } from '../../engine/formats/json-numbers.ts';
import type { RecordedChannel } from '../../engine/recording/format.ts';
import type { RecordingReader } from '../../engine/recording/reader.ts';
import { channelName } from './channels.ts';
import { StreamedAnswer } from './command.ts';
import type { ScriptingContext } from './context.ts';
import { invalidValue } from './scripting-error.ts';

export type Kind = 'analog' | 'digital' | 'log';

export interface Entry {
	readonly timestamp: number;
	readonly value: boolean | string;
}

const pieceSamples = 16_384;
const shortSamples = 1024;
/** Read at a time: what most clients ask for at a time. */
const readSamples = 65_536;
/** Writers that are not in use. */
const writers: JsonNumbers[] = [];

export function kindOf(channel: string): Kind {
	const name = channelName(channel);
	return name === 'rx' ? 'log' : /^i\d$/.test(name) ? 'digital' : 'analog';
}

/** `Invalid key value` where the recording has no such channel. */
export function analogChannel(reader: RecordingReader, device: string, text: string): RecordedChannel {
	const channel = reader.find(device, channelName(text));
	if (channel) return channel;
	const known = reader.info.channels.filter((candidate) => candidate.device === device).map(({ id }) => id);
	throw invalidValue('channel', text, `The recording has no channel ${text} of this device. Channels: ${known.join(', ')}.`);
}

/** s that the channel's own time is shifted by. */
export function offsetOf(channel: RecordedChannel): number {
	return channel.offset ?? 0;
}

/** s that the project shifts edges or lines by: what `offsetOf` is for samples. */
export function shiftOf({ bench }: ScriptingContext, recording: string, device: string, text: string): number {
	return bench.projects.require().entry(recording).channels?.[`${device}.${channelName(text)}`]?.offset ?? 0;
}

/** Edges of a digital input, or lines of the UART, `shiftS` later than they were recorded. The first edge of the wire only states the level, and is none. */
export async function entries(reader: RecordingReader, device: string, text: string, shiftS: number): Promise<Entry[]> {
	const name = channelName(text);
	const found: Entry[] = [];
	let level: number | undefined;
	for await (const event of reader.events()) {
		if (event.device !== device) continue;
		if (name === 'rx' && event.type === 'log' && event.channel === name) found.push({ timestamp: event.time + shiftS, value: event.text });
		if (event.type === 'edge' && event.channel === name) {
			if (level !== undefined && event.level !== level) found.push({ timestamp: event.time + shiftS, value: event.level === 1 });
			level = event.level;
		}
	}
	return found;
}

/** Samples [index, index + count), clipped to what there is, never whole in memory. A lost one is told as the valid one before it. */
export function analogData(context: ScriptingContext, recording: string, device: string, text: string, index: number, count: number, signal: AbortSignal): Promise<StreamedAnswer> {
	return new Promise((resolve, reject) => {
		const finished = context.bench.reading(recording, async (reader) => {
			const channel = analogChannel(reader, device, text);
			const first = Math.min(index, channel.count);
			const last = Math.min(channel.count, first + count);
			const head = { data_type: 'analog', timestamp: offsetOf(channel) + first / channel.rate, interval: 1 / channel.rate };
			// The reader is ours until the stream is read to its end, or given up.
			const stream = Promise.withResolvers<void>();
			const done = () => stream.resolve();
			const pieces = numbers(reader, channel, first, last, () => {
				signal.removeEventListener('abort', done);
				return done;
			});
			// A stream that nobody has begun to read ends with its client; one that was begun gives its reader back itself.
			signal.addEventListener('abort', done);
			resolve(new StreamedAnswer({ head, key: 'values', pieces }));
			await stream.promise;
		});
		finished.catch(reject);
	});
}

/** `begun` is told when the first piece is asked for; what it answers is called at the end. */
async function* numbers(reader: RecordingReader, channel: RecordedChannel, first: number, last: number, begun: () => () => void): AsyncGenerator<Uint8Array> {
	const done = begun();
	const writer = writers.pop() ?? new JsonNumbers(pieceSamples);
	const samples = new Float32Array(Math.min(readSamples, last - first));
	writer.reset();
	try {
		for (let at = first; at < last; at += samples.length) {
			const read = samples.subarray(0, Math.min(samples.length, last - at));
			// A short stretch is read at once: what a poll asks for is mostly in memory anyway.
			if (read.length <= shortSamples) reader.readInto(channel, at, read);
			else await reader.fill(channel, at, read);
			for (let from = 0; from < read.length; from += pieceSamples) yield writer.numbers(read.subarray(from, from + pieceSamples));
		}
	} finally {
		writers.push(writer);
		done();
	}
}

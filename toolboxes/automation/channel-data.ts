/**
 * The data of a recorded channel as scripts ask for it: samples by index, streamed as text, edges and lines one entry each. Works on a recording
 * in progress as on a finished one.
 */

import { JsonNumbers } from '../../engine/formats/json-numbers.ts';
import { parseEvent } from '../../engine/recording/event-lines.ts';
import type { RecordedChannel } from '../../engine/recording/format.ts';
import type { IndexedLines, LineQuestion } from '../../engine/recording/line-index.ts';
import type { RecordingReader } from '../../engine/recording/reader.ts';
import { asciiJson } from './ascii-json.ts';
import { channelName } from './channels.ts';
import { StreamedAnswer } from './command.ts';
import type { ScriptingContext } from './context.ts';
import { invalidValue } from './scripting-error.ts';

export type Kind = 'analog' | 'digital' | 'log';

const pieceSamples = 16_384;
/** Before the first edge. */
const unknownLevel = -1;
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

interface Happening {
	/** s. */
	readonly time: number;
	readonly value: boolean | string;
}

/** Edges of a digital input, or lines of the UART, at the times they were recorded with. The first edge of the wire only states the level, and is none. */
export function happenings(reader: RecordingReader, device: string, text: string): Promise<IndexedLines<Happening>> {
	const name = channelName(text);
	return reader.eventIndex(`${device}.${name}`, () => (name === 'rx' ? linesOf(device, name) : edgesOf(device, name)));
}

function linesOf(device: string, channel: string): LineQuestion<Happening> {
	const take = (line: string) => {
		const event = parseEvent(line);
		return event?.type === 'log' && event.device === device && event.channel === channel ? { time: event.time, value: event.text } : undefined;
	};
	return { mark: Buffer.from('"log"'), begin: () => ({ state: 0, take }) };
}

function edgesOf(device: string, channel: string): LineQuestion<Happening> {
	const begin = (known = unknownLevel) => {
		let level = known;
		return {
			get state() {
				return level;
			},
			take(line: string) {
				const event = parseEvent(line);
				if (event?.type !== 'edge' || event.device !== device || event.channel !== channel || event.level === level) return undefined;
				const isFirst = level === unknownLevel;
				level = event.level;
				return isFirst ? undefined : { time: event.time, value: level === 1 };
			},
		};
	};
	return { mark: Buffer.from('"edge"'), begin };
}

/** Edges or lines [index, index + count), clipped to what there is, `shiftS` later than they were recorded, never whole in memory. */
export function happeningData(context: ScriptingContext, recording: string, device: string, text: string, index: number, count: number): Promise<StreamedAnswer> {
	const shiftS = shiftOf(context, recording, device, text);
	return streamed(context, recording, async (reader) => {
		const found = await happenings(reader, device, text);
		return { head: { data_type: kindOf(text) }, pieces: entryTexts(found.read(index, index + count), shiftS) };
	});
}

async function* entryTexts(stretches: AsyncIterable<readonly Happening[]>, shiftS: number): AsyncGenerator<Uint8Array> {
	for await (const stretch of stretches) yield Buffer.from(stretch.map(({ time, value }) => `,${asciiJson({ timestamp: time + shiftS, value })}`).join(''));
}

/** Samples [index, index + count), clipped to what there is, never whole in memory. A lost one is told as the valid one before it. */
export function analogData(context: ScriptingContext, recording: string, device: string, text: string, index: number, count: number): Promise<StreamedAnswer> {
	return streamed(context, recording, async (reader) => {
		const channel = analogChannel(reader, device, text);
		const first = Math.min(index, channel.count);
		const last = Math.min(channel.count, first + count);
		const writer = writers.pop() ?? new JsonNumbers(pieceSamples);
		return {
			head: { data_type: 'analog', timestamp: offsetOf(channel) + first / channel.rate, interval: 1 / channel.rate },
			pieces: numbers(writer, reader, channel, first, last),
			done: () => writers.push(writer),
		};
	});
}

interface Values {
	readonly head: Readonly<Record<string, unknown>>;
	readonly pieces: AsyncIterable<Uint8Array>;
	/** The pieces have left, or were given up. */
	readonly done?: () => void;
}

/** An answer whose array `values` is read while it is sent: until then the reader is its own. */
function streamed(context: ScriptingContext, recording: string, prepare: (reader: RecordingReader) => Promise<Values>): Promise<StreamedAnswer> {
	return new Promise((resolve, reject) => {
		const finished = context.bench.reading(recording, async (reader) => {
			const { head, pieces, done } = await prepare(reader);
			const sent = Promise.withResolvers<void>();
			resolve(new StreamedAnswer({ head, key: 'values', pieces, done: sent.resolve }));
			await sent.promise;
			done?.();
		});
		finished.catch(reject);
	});
}

/** What follows is read while its numbers are written. */
async function* numbers(writer: JsonNumbers, reader: RecordingReader, channel: RecordedChannel, first: number, last: number): AsyncGenerator<Uint8Array> {
	writer.reset();
	let next = new Float32Array(Math.min(pieceSamples, last - first));
	let other = new Float32Array(next.length);
	// A first piece is read at once: what a poll asks for is mostly in memory anyway.
	reader.readInto(channel, first, next);
	let reading: Promise<void> | undefined;
	try {
		for (let at = first; at < last; ) {
			const samples = next;
			at += samples.length;
			next = other.subarray(0, Math.min(other.length, last - at));
			other = samples;
			reading = next.length > 0 ? reader.fill(channel, at, next) : undefined;
			reading?.catch(() => {}); // awaited below, unless the client goes before that
			yield writer.numbers(samples);
			await reading;
		}
	} finally {
		await reading?.catch(() => {}); // its file is about to be closed
	}
}

/**
 * The tap that writes a recording: it cuts its piece out of each device's stream, from its own first sample to its last, to the
 * sample, and moves event times accordingly. One recorder may end at exactly the sample at which the next begins.
 */

import { MicrojouleError } from '../../drivers/errors.ts';
import type { Settings } from '../../drivers/settings.ts';
import type { RecordedChannel, RecordedDevice, RecordingInfo } from '../recording/format.ts';
import { formatVersion } from '../recording/format.ts';
import type { StagedRecording } from '../recording/staged.ts';
import { RecordingWriter } from '../recording/writer.ts';
import { software } from '../version.ts';
import type { MeasuredDevice } from './measurement.ts';
import type { AcquisitionEvent, Tap, TapChannel } from './tap.ts';

/** The samples of one channel that belong to the recording, as indices on the measurement's axis; `end` is Infinity until known. */
interface Span {
	readonly first: number;
	readonly rate: number;
	end: number;
	done: number;
}

interface Piece {
	readonly device: MeasuredDevice;
	/** Beginning and (exclusive) end in s of the device's samples since its measurement began. */
	readonly firstS: number;
	endS: number;
	readonly spans: Map<string, Span>;
}

/** What a recording begins with that was measured before it was asked for. */
export interface RecordedPast {
	/** Where it begins on each device's axis, s. */
	readonly startsS: ReadonlyMap<string, number>;
	/** What was in force there. */
	settings(device: string): Settings | undefined;
	standing(device: string): Iterable<AcquisitionEvent>;
	/** Hands over everything from there to now, in the order of each stream, and calls back the moment there is no more. */
	replay(tap: Tap, caughtUp: () => void): Promise<void>;
}

export interface RecorderOptions {
	readonly folder: string;
	readonly id: string;
	readonly name: string;
	/** Ends each channel after exactly round(durationS × rate) of its own samples. */
	readonly durationS?: number;
	/** Called with the shortest recorded time over all devices, in s. */
	readonly onProgress?: (recordedS: number) => void;
	/** Bytes that the disk keeps free: below, nothing is begun, and what is running ends. */
	readonly minFreeBytes?: number;
	/** It begins with this, instead of now. */
	readonly past?: RecordedPast;
}

export class Recorder implements Tap {
	readonly id: string;
	/** Resolves when every channel has reached its end; rejects with the first failed write. */
	readonly complete: Promise<void>;
	#writer: RecordingWriter;
	#devices: readonly MeasuredDevice[];
	#pieces = new Map<string, Piece>();
	#durationS: number;
	#past: RecordedPast | undefined;
	#onProgress: ((recordedS: number) => void) | undefined;
	#ended = false;
	#stopReason: MicrojouleError | undefined;
	#resolve: () => void = () => {};
	#reject: (error: unknown) => void = () => {};

	/** Creates the recording's folder and files. Nothing is recorded before begin(). */
	static async create(devices: readonly MeasuredDevice[], options: RecorderOptions): Promise<Recorder> {
		let recorder: Recorder | undefined;
		const { folder, minFreeBytes } = options;
		const writer = await RecordingWriter.create(folder, describe(devices, options), { minFreeBytes, onLowSpace: (error) => recorder?.stop(error) });
		recorder = new Recorder(devices, writer, options);
		return recorder;
	}

	private constructor(devices: readonly MeasuredDevice[], writer: RecordingWriter, options: RecorderOptions) {
		this.id = options.id;
		this.#devices = devices;
		this.#writer = writer;
		this.#durationS = options.durationS ?? Number.POSITIVE_INFINITY;
		this.#onProgress = options.onProgress;
		this.#past = options.past;
		this.complete = new Promise((resolve, reject) => {
			this.#resolve = resolve;
			this.#reject = reject;
		});
		this.complete.catch(() => {}); // whoever awaits it hears; nobody has to
	}

	/**
	 * Attaches to the devices' streams, at once. The recording begins at `firstFrames` (per device id, on its measurement's axis; none of them
	 * already past), by default at the next frame that each stream delivers; where there is a past, where that begins, and it is not attached before
	 * `catchUp` is through with it.
	 */
	begin(firstFrames?: ReadonlyMap<string, number>): void {
		const { info } = this.#writer;
		let startMs = 0;
		for (const device of this.#devices) {
			const { instrument, stream, startedAt } = device;
			const { id } = instrument.identity;
			const firstS = this.#past?.startsS.get(id) ?? (firstFrames?.get(id) ?? stream.settledFrame) / stream.frameRate;
			const spans = new Map<string, Span>();
			for (const channel of info.channels) {
				if (channel.device !== id) continue;
				const first = Math.round(firstS * channel.rate);
				spans.set(channel.id, { first, rate: channel.rate, end: first + Math.round(this.#durationS * channel.rate), done: first });
			}
			this.#pieces.set(id, { device, firstS, endS: firstS + this.#durationS, spans });
			startMs = Math.max(startMs, startedAt.getTime() + firstS * 1000);
			for (const event of this.#past?.standing(id) ?? stream.standing) this.#writer.event({ device: id, ...event, time: 0 });
			if (!this.#past) stream.taps.add(this);
		}
		info.start = new Date(startMs).toISOString();
		this.#writer.saveInfo().catch(() => {}); // the writer remembers the failure and reports it
		this.#finishIfDone(); // no sample fits into a very short duration
	}

	/** Records what was before, then goes on with what comes. Rejects where that is gone; then nothing more is recorded. */
	async catchUp(): Promise<void> {
		try {
			await this.#past?.replay(this, () => {
				if (!this.#ended) for (const { stream } of this.#devices) stream.taps.add(this);
			});
		} catch (error) {
			this.#fail(error);
			throw error;
		}
	}

	/** Where it begins, by device, in s of the device's samples since its measurement began; empty before begin(). */
	get starts(): ReadonlyMap<string, number> {
		return new Map([...this.#pieces].map(([id, { firstS }]) => [id, firstS]));
	}

	/** Why it ended by itself before its time, all it has written being whole: the disk came to its floor. */
	get stopReason(): MicrojouleError | undefined {
		return this.#stopReason;
	}

	get info(): RecordingInfo {
		return this.#writer.info;
	}

	samples(channel: TapChannel, start: number, column: Float32Array): void | Promise<void> {
		const span = this.#pieces.get(channel.device)?.spans.get(channel.id);
		if (!span || this.#ended || start >= span.end) return;
		const from = Math.max(0, span.done - start); // a stream may deliver once more what the past had
		const to = Math.min(column.length, span.end - start);
		if (to <= from) return;
		// Index is time: rather no recording than one whose samples have moved.
		if (start > span.done) return this.#fail(new MicrojouleError('INTERNAL', `Samples of ${channel.id} are missing before ${start / span.rate} s; please report it.`));
		try {
			const held = this.#writer.append(channel.device, channel.id, from === 0 && to === column.length ? column : column.subarray(from, to));
			span.done = start + to;
			if (held)
				return held.then(
					() => this.#advanced(span),
					(error) => this.#fail(error),
				);
			this.#advanced(span);
		} catch (error) {
			this.#fail(error);
		}
	}

	event(device: string, event: AcquisitionEvent): void {
		const piece = this.#pieces.get(device);
		if (!piece || this.#ended) return;
		const time = event.time - piece.firstS;
		if (event.type === 'gap') {
			const from = Math.max(0, time);
			const to = Math.min(time + event.duration, piece.endS - piece.firstS);
			if (to > from) this.#writer.event({ device, ...event, time: from, duration: to - from });
		} else if (time >= 0 && event.time < piece.endS) this.#writer.event({ device, ...event, time });
	}

	/** Everything recorded so far, for RecordingReader.live; undefined once it is all on the disk. */
	staged(): StagedRecording | undefined {
		return this.#writer.staged();
	}

	/** Ends the recording at these places (frames per device id, none of them already past), by default where each device's stream stands now. */
	end(lastFrames?: ReadonlyMap<string, number>): void {
		for (const [id, piece] of this.#pieces) {
			const { settledFrame, frameRate } = piece.device.stream;
			const endS = (lastFrames?.get(id) ?? settledFrame) / frameRate;
			piece.endS = Math.min(piece.endS, endS);
			for (const span of piece.spans.values()) span.end = Math.max(span.first, Math.min(span.end, Math.round(endS * span.rate)));
		}
		this.#finishIfDone();
	}

	/** Ends, if it has not, and finishes the files. Rejects with DISK when samples could not be written; what was written stays. */
	async close(): Promise<RecordingInfo> {
		this.end();
		await this.complete.catch(() => {}); // the writer reports the failure
		this.#measureClocks();
		return this.#writer.close();
	}

	/** Ends it here, for a reason that `stopReason` keeps. */
	stop(reason: MicrojouleError): void {
		this.#stopReason = reason;
		this.end();
	}

	#advanced(span: Span): void {
		if (this.#onProgress) {
			let shortest = Number.POSITIVE_INFINITY;
			for (const { spans } of this.#pieces.values()) for (const { first, done, rate } of spans.values()) shortest = Math.min(shortest, (done - first) / rate);
			this.#onProgress(shortest);
		}
		if (span.done >= span.end) this.#finishIfDone();
	}

	#finishIfDone(): void {
		for (const { spans } of this.#pieces.values()) for (const { done, end } of spans.values()) if (done < end) return;
		this.#ended = true;
		this.#detach();
		this.#resolve();
	}

	#fail(error: unknown): void {
		this.#ended = true;
		this.#detach();
		this.#reject(error);
	}

	#detach(): void {
		for (const { device } of this.#pieces.values()) device.stream.taps.delete(this);
	}

	#measureClocks(): void {
		for (const [id, { device, firstS }] of this.#pieces) {
			if (device.clock.virtual) continue;
			const estimate = device.stream.clock.estimate();
			const startS = device.stream.clock.deviceTimeAt(device.startedAtS + firstS);
			const recorded = this.#writer.info.devices.find((candidate) => candidate.id === id);
			if (recorded && estimate && startS !== undefined)
				recorded.clock = { deviation: estimate.deviation, uncertainty: estimate.uncertainty, span: estimate.spanS, offset: startS - firstS };
		}
	}
}

/** What recording.json says at the start; begin() knows the time of sample 0. */
function describe(measured: readonly MeasuredDevice[], options: RecorderOptions): RecordingInfo {
	const devices: RecordedDevice[] = [];
	const channels: RecordedChannel[] = [];
	for (const { instrument, channels: ofDevice } of measured) {
		const { id, kind, name, serial, hardwareVersion, firmwareVersion, simulated } = instrument.identity;
		devices.push({ id, kind, name, serial, hardwareVersion, firmwareVersion, simulated, settings: { ...(options.past?.settings(id) ?? instrument.settings) } });
		for (const { id: channelId, rate } of ofDevice) {
			const channel = instrument.channels.find((candidate) => candidate.id === channelId);
			if (channel?.kind !== 'analog') continue;
			channels.push({ device: id, id: channelId, label: channel.label, unit: channel.unit, rate, count: 0, ranges: channel.ranges, rail: channel.rail, settleS: channel.settleS });
		}
	}
	return { version: formatVersion, id: options.id, name: options.name, start: new Date().toISOString(), offset: 0, software, devices, channels, finished: false };
}

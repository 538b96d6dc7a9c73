/** For tests of the driver: a sink that keeps what it gets, and a device that says only what a test lets it say. */

import type { Clock } from '../clock.ts';
import type { FrameBatch, InstrumentEvent, MeasurementSink } from '../instrument.ts';
import type { Link, LinkHandlers } from '../link.ts';
import { encodeFrame, headerBytes, isIntactFrame } from './frame.ts';
import { type HostMessage, messageType, parameter, parseHostPayload, responsePayload, status, wordResponsePayload } from './protocol.ts';

/** Keeps counters, batches and events in the order of their arrival. */
export class TestSink implements MeasurementSink {
	readonly batches: FrameBatch[] = [];
	readonly events: InstrumentEvent[] = [];
	readonly counters: number[] = [];
	/** Frames delivered before each event. */
	readonly framesBefore: number[] = [];
	/** Copies of the last batch's bytes. */
	last: Uint8Array<ArrayBuffer> = new Uint8Array(0);
	damaged = 0;

	take(byteLength: number) {
		return { bytes: new Uint8Array(byteLength), release: () => {} };
	}

	freed(): void {}

	batch(batch: FrameBatch): void {
		this.batches.push(batch);
		const { frameBytes, counterOffset } = batch.layout;
		const { bytes } = batch.buffer;
		for (let at = 0; at < batch.frames * frameBytes; at += frameBytes) {
			if (isIntactFrame(bytes, at, frameBytes)) this.counters.push(new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + counterOffset, true));
			else this.damaged++;
		}
		this.last = bytes.slice(0, batch.frames * frameBytes);
	}

	event(event: InstrumentEvent): void {
		this.events.push(event);
		this.framesBefore.push(this.counters.length);
	}
}

/** A device of which a test decides every answer: by default an Arc that accepts everything. */
export class ScriptedDevice implements Link {
	readonly path = 'scripted';
	readonly messages: HostMessage[] = [];
	readonly frames: string[] = [];
	readonly sentAt: number[] = [];
	readonly words = new Map<number, number>([[parameter.uartBaudRate, 115_200]]);
	readonly texts = new Map<number, string>([
		[parameter.name, 'Arc'],
		[parameter.hardwareVersion, '1.3'],
		[parameter.firmwareVersion, '3.1.3'],
		[parameter.deviceId, '0123456789abcdef0123456789abcdef'],
	]);
	/** Answers a message in the test's own way; true when it has. */
	answer: (message: HostMessage) => boolean = () => false;
	closed = false;
	#handlers: LinkHandlers | undefined;
	readonly #clock: Clock;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	open(handlers: LinkHandlers): void {
		this.#handlers = handlers;
	}

	async write(bytes: Uint8Array): Promise<void> {
		for (let at = 0; at < bytes.length; ) {
			const frameBytes = headerBytes + (bytes[at + 4] | (bytes[at + 5] << 8));
			const frame = bytes.slice(at, at + frameBytes);
			this.frames.push(Buffer.from(frame).toString('hex'));
			const message = parseHostPayload(frame.subarray(headerBytes)) as HostMessage;
			this.messages.push(message);
			this.sentAt.push(this.#clock.now());
			if (!this.answer(message)) this.#accept(message);
			at += frameBytes;
		}
	}

	/** Bytes from the device. */
	say(payload: Uint8Array): void {
		this.#handlers?.data(encodeFrame(payload));
	}

	sayRaw(bytes: Uint8Array): void {
		this.#handlers?.data(bytes);
	}

	leave(): void {
		this.#handlers?.closed(new Error('unplugged'));
	}

	#accept({ type, sequence, command, value }: HostMessage): void {
		const text = this.texts.get(command);
		if (type === messageType.set) {
			this.words.set(command, value);
			this.say(wordResponsePayload(sequence, status.ok, value));
		} else if (type === messageType.get && text !== undefined) {
			this.say(responsePayload(sequence, status.ok, Buffer.from(text)));
		} else if (type === messageType.get) {
			const word = this.words.get(command);
			this.say(word === undefined ? responsePayload(sequence, status.unknownParameter) : wordResponsePayload(sequence, status.ok, word));
		}
	}

	async discardInput(): Promise<void> {}
	pause(): void {}
	resume(): void {}
	async close(): Promise<void> {
		this.closed = true;
		this.#handlers?.closed();
	}
}

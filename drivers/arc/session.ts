/**
 * The conversation with one device: numbers every request, matches replies to them by number, paces SETs, and gives up in time.
 *
 * GET: 1 s, then once more. SET: resolves on its acknowledgement; a negative status rejects with the value in force, confirmed by GET;
 * without either for 2.5 s (rejections took up to 2 s on hardware) the value is read back. A rejection that comes later still is reported
 * through `lateRejection`. Other requests are not answered, or not reliably, and nobody waits for them.
 *
 * It owns the sequence number, the outstanding requests and the SET queue; it never reads the link.
 */

import type { Clock } from '../clock.ts';
import { MicrojouleError, messageOf } from '../errors.ts';
import { encodeFrame } from './frame.ts';
import {
	cleanupPayload,
	firstSequence,
	getPayload,
	parseResponse,
	prepareStopPayload,
	type Response,
	setPayload,
	status,
	streamPayload,
	textOf,
	uartWritePayload,
	wakePayload,
	wordOf,
} from './protocol.ts';

const getTimeoutS = 1;
const setTimeoutS = 2.5;
/** Least time between two SETs: 100 Hz of them dead-locked another host's driver against real hardware, for a reason nobody knows. */
const setPaceS = 0.01;
/** Bytes of UART text in one request. */
const uartPieceBytes = 1024;
/** SETs remembered after they were given up, for late rejections. */
const rememberedSets = 64;

interface Pending {
	resolve(response: Response | undefined): void;
	reject(error: Error): void;
	cancel(): void;
}

export interface SessionOptions {
	/** Resolves when the operating system has the bytes. */
	write(bytes: Uint8Array): Promise<void>;
	/** A SET that was taken for accepted has been refused after all. */
	lateRejection(command: number, status: number, word: number | undefined): void;
}

export class ArcSession {
	readonly #clock: Clock;
	readonly #options: SessionOptions;
	#sequence = firstSequence;
	#pending = new Map<number, Pending>();
	#givenUp = new Map<number, number>();
	#setQueue: Promise<unknown> = Promise.resolve();
	#lastSetAt = Number.NEGATIVE_INFINITY;
	#failure: MicrojouleError | undefined;

	constructor(clock: Clock, options: SessionOptions) {
		this.#clock = clock;
		this.#options = options;
	}

	/** The reply's data. Rejects with NOT_SUPPORTED when the device does not know the parameter, DEVICE_TIMEOUT when it does not answer. */
	async get(command: number, attempts = 2): Promise<Uint8Array> {
		for (let attempt = 0; attempt < attempts; attempt++) {
			const response = await this.#request((sequence) => getPayload(sequence, command), getTimeoutS);
			if (!response) continue;
			if (response.status < 0)
				throw new MicrojouleError('NOT_SUPPORTED', `The device does not know parameter ${hex(command)} (status ${response.status}).`, { command, status: response.status });
			return response.data;
		}
		throw new MicrojouleError(
			'DEVICE_TIMEOUT',
			`The device did not answer a request for parameter ${hex(command)} within ${attempts * getTimeoutS} s; check the cable, then reconnect.`,
			{
				command,
			},
		);
	}

	async getWord(command: number, attempts = 2): Promise<number> {
		const data = await this.get(command, attempts);
		const word = wordOf(data);
		if (word === undefined) throw new MicrojouleError('DAMAGED', `The device answered parameter ${hex(command)} with ${data.length} bytes instead of a number.`, { command });
		return word;
	}

	async getText(command: number): Promise<string> {
		return textOf(await this.get(command));
	}

	/**
	 * Resolves to the word in force. Rejects with DEVICE_REJECTED, details `{ command, status, word }`. `readBack`: the parameter that GET
	 * reads it back with, and the word expected there.
	 */
	async set(command: number, word: number, readBack: { command: number; word: number } = { command, word }): Promise<number> {
		let sent = 0;
		const turn = this.#setQueue.then(async () => {
			const wait = this.#lastSetAt + setPaceS - this.#clock.now();
			if (wait > 0) await this.#clock.delay(wait);
			this.#lastSetAt = this.#clock.now();
			const reply = this.#request((sequence) => {
				sent = sequence;
				return setPayload(sequence, command, word);
			}, setTimeoutS);
			return { reply };
		});
		this.#setQueue = turn.catch(() => {});
		const response = await (await turn).reply;
		if (response && response.status >= 0) return wordOf(response.data) ?? word;
		if (response) {
			const inForce = await this.getWord(readBack.command).catch(() => wordOf(response.data));
			throw rejected(command, word, response.status, inForce);
		}
		this.#remember(sent, command);
		const inForce = await this.getWord(readBack.command);
		if (inForce !== readBack.word) throw rejected(command, word, status.ok, inForce);
		return word;
	}

	/** Any other request that is answered, once. Rejects with DEVICE_TIMEOUT when it is not. */
	async ask(payload: (sequence: number) => Uint8Array): Promise<Response> {
		const response = await this.#request(payload, getTimeoutS);
		if (!response) throw new MicrojouleError('DEVICE_TIMEOUT', `The device did not answer within ${getTimeoutS} s; check the cable, then reconnect.`);
		return response;
	}

	wake(): Promise<void> {
		return this.#write(encodeFrame(wakePayload()));
	}

	/** A burst of stream commands without gaps, closed by a cleanup; preceded by a flush when it stops. */
	async stream(wireIds: readonly number[], on: boolean): Promise<void> {
		const frames = [
			...(on ? [] : [encodeFrame(prepareStopPayload(this.#next()))]),
			...wireIds.map((wireId) => encodeFrame(streamPayload(this.#next(), wireId, on))),
			encodeFrame(cleanupPayload(this.#next())),
		];
		await this.#write(Buffer.concat(frames));
	}

	/** One stream command by itself: only UART text is switched that way. */
	switchStream(wireId: number, on: boolean): Promise<void> {
		return this.#write(encodeFrame(streamPayload(this.#next(), wireId, on)));
	}

	async writeUart(text: Uint8Array): Promise<void> {
		for (let at = 0; at < text.length; at += uartPieceBytes) await this.#write(encodeFrame(uartWritePayload(this.#next(), text.subarray(at, at + uartPieceBytes))));
	}

	/** A reply from the device. */
	received(payload: Uint8Array): void {
		const response = parseResponse(payload);
		if (!response) return;
		const pending = this.#pending.get(response.sequence);
		if (pending) {
			this.#pending.delete(response.sequence);
			pending.cancel();
			pending.resolve({ ...response, data: response.data.slice() });
			return;
		}
		const command = this.#givenUp.get(response.sequence);
		if (command === undefined) return;
		this.#givenUp.delete(response.sequence);
		if (response.status < 0) this.#options.lateRejection(command, response.status, wordOf(response.data));
	}

	/** The device is gone: every outstanding and later request rejects with `error`. */
	fail(error: MicrojouleError): void {
		this.#failure ??= error;
		const pending = [...this.#pending.values()];
		this.#pending.clear();
		for (const request of pending) {
			request.cancel();
			request.reject(error);
		}
	}

	#next(): number {
		const sequence = this.#sequence;
		this.#sequence = (sequence + 1) >>> 0;
		return sequence;
	}

	/** Resolves to undefined when no reply has come in time. */
	#request(payload: (sequence: number) => Uint8Array, timeoutS: number): Promise<Response | undefined> {
		if (this.#failure) return Promise.reject(this.#failure);
		const sequence = this.#next();
		return new Promise((resolve, reject) => {
			const cancel = this.#clock.after(timeoutS, () => {
				this.#pending.delete(sequence);
				resolve(undefined);
			});
			this.#pending.set(sequence, { resolve, reject, cancel });
			this.#write(encodeFrame(payload(sequence))).catch((error) => {
				this.#pending.delete(sequence);
				cancel();
				reject(error);
			});
		});
	}

	async #write(bytes: Uint8Array): Promise<void> {
		if (this.#failure) throw this.#failure;
		try {
			await this.#options.write(bytes);
		} catch (error) {
			throw error instanceof MicrojouleError
				? error
				: new MicrojouleError('PORT_FAILED', `Writing to the device failed: ${messageOf(error)}. Check the cable, then reconnect.`, {}, error);
		}
	}

	#remember(sequence: number, command: number): void {
		this.#givenUp.set(sequence, command);
		const oldest = this.#givenUp.keys().next();
		if (this.#givenUp.size > rememberedSets && !oldest.done) this.#givenUp.delete(oldest.value);
	}
}

function rejected(command: number, word: number, statusCode: number, inForce: number | undefined): MicrojouleError {
	const force = inForce === undefined ? 'the value in force is unknown' : `${inForce} is in force`;
	return new MicrojouleError('DEVICE_REJECTED', `The device refused ${word} for parameter ${hex(command)} (status ${statusCode}); ${force}.`, {
		command,
		status: statusCode,
		word: inForce,
	});
}

const hex = (command: number): string => `0x${command.toString(16).padStart(2, '0')}`;

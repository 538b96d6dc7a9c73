/**
 * What is done to an instrument rather than with it: calibration, firmware, and its store of properties. No command for any of it is known for
 * real hardware, and nothing of unknown meaning is ever sent to one: these requests are ours and go to simulated devices only.
 */

import type { Clock } from '../clock.ts';
import { MicrojouleError } from '../errors.ts';
import type { InstrumentIdentity } from '../instrument.ts';
import { messageType, parameter, propertyPayload, type Response, status } from './protocol.ts';
import type { ArcSession } from './session.ts';

/** Between two looks at something that takes seconds, in s. */
const lookS = 0.25;
const calibrationTimeoutS = 8;
const upgradeTimeoutS = 60;
const longestNameBytes = 256;
const longestValueBytes = 4096;

export class ArcMaintenance {
	readonly #session: ArcSession;
	readonly #clock: Clock;
	readonly #identity: () => InstrumentIdentity;

	constructor(session: ArcSession, clock: Clock, identity: () => InstrumentIdentity) {
		this.#session = session;
		this.#clock = clock;
		this.#identity = identity;
	}

	async calibrate(): Promise<void> {
		const { kind, name } = this.#identity();
		if (kind !== 'arc') throw new MicrojouleError('NOT_SUPPORTED', `${name} calibrates itself; only an Arc can be told to.`, { kind });
		this.#requireSimulated('calibrating');
		await this.#begin(parameter.calibration, 'calibrating');
		await this.#finished(parameter.calibration, calibrationTimeoutS, 'calibrating', () => {});
	}

	/** Resolves to the version now in force. The output must be off. */
	async upgradeFirmware(image: Uint8Array | undefined, progress: (share: number) => void): Promise<string> {
		this.#requireSimulated('upgrading the firmware of');
		if (image) throw new MicrojouleError('NOT_SUPPORTED', `${this.#identity().name} is simulated and takes only the firmware that comes with it; leave the file out.`);
		await this.#begin(parameter.firmwareUpgrade, 'upgrading');
		await this.#finished(parameter.firmwareUpgrade, upgradeTimeoutS, 'upgrading', progress);
		progress(1);
		return this.#session.getText(parameter.firmwareVersion);
	}

	async property(name: string): Promise<unknown> {
		const { status: code, data } = await this.#askProperty(messageType.propertyGet, name);
		return code < 0 ? undefined : JSON.parse(new TextDecoder().decode(data));
	}

	async setProperty(name: string, value: unknown): Promise<void> {
		const json = JSON.stringify(value);
		if (json === undefined) throw new MicrojouleError('INVALID_VALUE', `The value of property ${name} is ${String(value)}; it must be a JSON value.`, { name });
		if (Buffer.byteLength(json) > longestValueBytes)
			throw new MicrojouleError('INVALID_VALUE', `The value of property ${name} takes ${Buffer.byteLength(json)} bytes as JSON; at most ${longestValueBytes} fit.`, { name });
		const { status: code } = await this.#askProperty(messageType.propertySet, name, json);
		if (code < 0)
			throw new MicrojouleError('DEVICE_REJECTED', `${this.#identity().name} refused property ${name} (status ${code}): its store is full. Use fewer names.`, {
				name,
				status: code,
			});
	}

	async commitProperties(): Promise<void> {
		this.#requireSimulated('committing the properties of');
		await this.#session.ask((sequence) => propertyPayload(sequence, messageType.propertyCommit, ''));
	}

	#askProperty(type: number, name: string, json?: string): Promise<Response> {
		this.#requireSimulated('the properties of');
		const bytes = Buffer.byteLength(name);
		if (bytes === 0 || bytes > longestNameBytes)
			throw new MicrojouleError('INVALID_VALUE', `The property name ${JSON.stringify(name)} takes ${bytes} bytes; 1 to ${longestNameBytes} are allowed.`, { name });
		return this.#session.ask((sequence) => propertyPayload(sequence, type, name, json));
	}

	#requireSimulated(what: string): void {
		const { simulated, name } = this.#identity();
		if (!simulated) throw new MicrojouleError('NOT_SUPPORTED', `No command for ${what} a real instrument is known, so none is sent to ${name}; use the maker's software.`);
	}

	async #begin(command: number, what: string): Promise<void> {
		try {
			await this.#session.set(command, 1);
		} catch (error) {
			if (error instanceof MicrojouleError && error.details.status === status.busy)
				throw new MicrojouleError('DEVICE_BUSY', `${this.#identity().name} is already ${what}; wait for it to finish.`);
			throw error;
		}
	}

	/** A device that restarts is silent for a while: time-outs are part of it until `timeoutS` is over. */
	async #finished(command: number, timeoutS: number, what: string, progress: (share: number) => void): Promise<void> {
		const from = this.#clock.now();
		while (this.#clock.now() - from < timeoutS) {
			await this.#clock.delay(lookS);
			const word = await this.#session.getWord(command, 1).catch((error: unknown) => {
				if (error instanceof MicrojouleError && error.code === 'DEVICE_TIMEOUT') return undefined;
				throw error;
			});
			if (word === 0) return;
			if (word !== undefined) progress(word / 1000);
		}
		throw new MicrojouleError('DEVICE_TIMEOUT', `${this.#identity().name} has not finished ${what} within ${timeoutS} s; reconnect it and look at its version.`);
	}
}

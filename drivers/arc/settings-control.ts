/**
 * The settings of one device: reads them back at the start, applies changes in the safe order, and keeps what is in force, whoever changed
 * it — we, a rejection, or the device cutting its output off. It owns the values and the watch over the main output, and arms the guard
 * before that output goes on. The session sends.
 */

import type { Clock } from '../clock.ts';
import { MicrojouleError } from '../errors.ts';
import type { InstrumentEvent } from '../instrument.ts';
import { applyOrder, type SettingName, type SettingSpec, type Settings, type SettingsChange, validateChange } from '../settings.ts';
import { parameter } from './protocol.ts';
import type { ArcSession } from './session.ts';
import { assumedSettings, type SettingCode, settingCodes } from './setting-codes.ts';

/** Between two looks at an output that should be on, in s: nothing tells us of an over-current cut-off but the output being off. */
const outputPollS = 1;

/** Switches the output off when this process dies without a word. */
export interface OutputGuard {
	/** Resolves when the guard is watching. */
	arm(): Promise<void>;
	disarm(): Promise<void>;
}

export interface SettingsControlOptions {
	readonly guard: OutputGuard | undefined;
	/** The device's name, for messages. */
	name(): string;
	/** Device time of events. */
	timeS(): number;
	emit(event: InstrumentEvent): void;
}

export class SettingsControl {
	readonly settings: Settings = { ...assumedSettings };
	specs: readonly SettingSpec[] = [];
	readonly #session: ArcSession;
	readonly #clock: Clock;
	readonly #options: SettingsControlOptions;
	#queue: Promise<unknown> = Promise.resolve();
	/** Counts SETs of the main output: a reading taken across one says nothing. */
	#mainEpoch = 0;
	#cancelPoll: (() => void) | undefined;
	#closed = false;

	constructor(session: ArcSession, clock: Clock, options: SettingsControlOptions) {
		this.#session = session;
		this.#clock = clock;
		this.#options = options;
	}

	/** What the device has in force: it remembers everything across sessions, an output that is on included. */
	async readAll(specs: readonly SettingSpec[]): Promise<void> {
		this.specs = specs;
		for (const name of applyOrder) {
			const code = codeOf(name);
			if (code.command === undefined || !code.readable) continue;
			try {
				const value = code.decode(await this.#session.getWord(code.command));
				if (value !== undefined) this.#know(name, value);
			} catch (error) {
				// A parameter that this device does not have keeps its assumed value; a device that has left is another matter.
				if (!(error instanceof MicrojouleError) || error.code !== 'NOT_SUPPORTED') throw error;
			}
		}
		if (!this.settings.main) return;
		await this.#options.guard?.arm();
		this.#pollOutput();
	}

	/** One change after the other; each all validated before any of it is sent. */
	set(change: SettingsChange): Promise<Readonly<Settings>> {
		const turn = this.#queue.then(async () => {
			validateChange(this.specs, change);
			if (change.main) await this.#options.guard?.arm();
			for (const name of applyOrder) if (change[name] !== undefined) await this.#apply(name, change[name]);
			return { ...this.settings };
		});
		this.#queue = turn.catch(() => {});
		return turn;
	}

	/** Switches the output off ahead of any queued change; answers whether the device confirmed within `timeoutS`. */
	outputOff(timeoutS: number): Promise<boolean> {
		this.#mainEpoch++;
		this.#cancelPoll?.();
		return new Promise((resolve) => {
			const cancel = this.#clock.after(timeoutS, () => resolve(false));
			const done = (off: boolean) => {
				cancel();
				if (off) this.settings.main = false;
				resolve(off);
			};
			this.#session.set(parameter.main, 0).then(
				() => done(true),
				() => done(false),
			);
		});
	}

	/** Stops watching. `safe`: the guard may stand down; else it is left to switch the output off when this process ends. */
	async close(safe: boolean): Promise<void> {
		this.#closed = true;
		this.#cancelPoll?.();
		if (safe) await this.#options.guard?.disarm();
	}

	/** A SET that was taken for accepted has been refused after all. */
	lateRejection(command: number, status: number, word: number | undefined): void {
		const name = applyOrder.find((candidate) => settingCodes[candidate].command === command);
		const value = name && word !== undefined ? codeOf(name).decode(word) : undefined;
		if (name && value !== undefined) this.#inForce(name, value);
		const what = name ?? `parameter 0x${command.toString(16)}`;
		const force = value === undefined ? '' : `; ${JSON.stringify(value)} is in force`;
		this.#fault('rejected', `${this.#options.name()} has refused ${what} after all (status ${status})${force}.`);
	}

	async #apply<Name extends SettingName>(name: Name, value: NonNullable<SettingsChange[Name]>): Promise<void> {
		const code = codeOf(name);
		let inForce: unknown = value;
		if (code.command !== undefined) {
			if (name === 'main') this.#mainEpoch++;
			try {
				inForce = code.decode(await this.#session.set(code.command, code.encode(value))) ?? value;
			} catch (error) {
				throw this.#explained(error, name, value);
			}
		}
		this.#inForce(name, inForce);
		if (name !== 'main') return;
		if (this.settings.main) this.#pollOutput();
		else await this.#options.guard?.disarm();
	}

	/** The session speaks of parameters and words; whoever called spoke of a setting in SI units. */
	#explained(error: unknown, name: SettingName, asked: unknown): unknown {
		if (!(error instanceof MicrojouleError) || error.code !== 'DEVICE_REJECTED') return error;
		const { command, status, word } = error.details as { command: number; status: number; word: number | undefined };
		const valueInForce = word === undefined ? undefined : codeOf(name).decode(word);
		if (valueInForce !== undefined) this.#inForce(name, valueInForce);
		const unit = this.specs.find((spec) => spec.name === name)?.unit;
		const withUnit = (value: unknown) => `${JSON.stringify(value)}${unit ? ` ${unit}` : ''}`;
		const force = valueInForce === undefined ? '' : `; ${withUnit(valueInForce)} is in force`;
		const hint = name === 'mainVoltage' ? ' The highest voltage depends on the range and on whether a DC supply is connected.' : '';
		return new MicrojouleError('DEVICE_REJECTED', `${this.#options.name()} refused ${name} = ${withUnit(asked)} (status ${status})${force}.${hint}`, {
			setting: name,
			value: asked,
			cmd: command,
			status,
			valueInForce,
		});
	}

	/** Looks now and then whether an output believed on still is: a cut-off at the maximum current is not announced by the device. */
	#pollOutput(): void {
		this.#cancelPoll?.();
		this.#cancelPoll = this.#clock.after(outputPollS, async () => {
			const epoch = this.#mainEpoch;
			const word = await this.#session.getWord(parameter.main, 1).catch(() => undefined);
			if (epoch !== this.#mainEpoch || this.#closed || !this.settings.main) return;
			if (word !== 0) return this.#pollOutput();
			this.#inForce('main', false);
			const { maxCurrent } = this.settings;
			this.#fault(
				'over-current',
				`${this.#options.name()} has switched its output off by itself: the current went over ${maxCurrent} A. Raise the maximum current, or look for a short.`,
			);
		});
	}

	#inForce(name: SettingName, value: unknown): void {
		if (this.settings[name] === value) return;
		this.#know(name, value);
		if (name === 'main' && !value) this.#cancelPoll?.();
		this.#options.emit({ type: 'setting', setting: name, value, time: this.#options.timeS() });
	}

	#know(name: SettingName, value: unknown): void {
		(this.settings as Record<SettingName, unknown>)[name] = value;
	}

	#fault(fault: 'over-current' | 'rejected', message: string): void {
		this.#options.emit({ type: 'fault', fault, message, time: this.#options.timeS() });
	}
}

const codeOf = (name: SettingName): SettingCode<unknown> => settingCodes[name] as SettingCode<unknown>;

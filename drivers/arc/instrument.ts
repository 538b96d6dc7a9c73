/**
 * The driver of the Otii Arc, and of the Ace that speaks a superset of its protocol:
 *
 *   link ──► cutter ─┬─ sample frames ─► the running measurement's batcher ─► sink
 *                    └─ the rest ─┬─ replies ─► session (requests by number)
 *                                 ├─ baseline records ─► values asked for while idle
 *                                 └─ UART text ─► lines of the measurement
 *
 * It owns the link, the settings last known to be in force, and the switch of the main output: closing the port leaves a real Arc's output
 * as it is, so `close()` switches it off, and a guard (the watchdog process, for a real path) does so when this process dies. It never
 * decodes a sample and never sends firmware or requests of unknown meaning.
 */

import type { Clock } from '../clock.ts';
import { MicrojouleError, messageOf } from '../errors.ts';
import type { Channel, Instrument, InstrumentEvent, InstrumentIdentity, InstrumentKind, LinkStatistics, MeasurementPlan, MeasurementSink } from '../instrument.ts';
import type { Link } from '../link.ts';
import { type Model, models } from '../models.ts';
import { applyOrder, type SettingName, type SettingSpec, type Settings, type SettingsChange, settingSpecs, validateChange } from '../settings.ts';
import { BaselineValues } from './baseline.ts';
import { type CutterTarget, FrameCutter } from './cutter.ts';
import { ArcMeasurement } from './measurement.ts';
import { channelNamed, resolvePlan, wireIdOf } from './plan.ts';
import { channelOf, kindOf, parameter, payloadKind, readRecords, recordType, sampleRateWord, wireIds } from './protocol.ts';
import { ArcSession } from './session.ts';
import { assumedSettings, type SettingCode, settingCodes } from './setting-codes.ts';

/** Between two looks at an output that should be on, in s: nothing tells us of an over-current cut-off but the output being off. */
const outputPollS = 1;
const valueTimeoutS = 1;
/** A start burst has had its effect after this; frames that still lack a channel are then all there is, in s. */
const startLenienceS = 0.5;
const startTimeoutS = 3;
/** No sample frame for this long: the stream has stopped, in s; with baseline records back, the shorter one. */
const streamEndS = 0.3;
const baselineEndS = 0.06;
/** A stream that does not end is left alone after this, in s. */
const drainTimeoutS = 3;
const drainStepS = 0.02;

/** Switches the output off when this process dies without a word. */
export interface OutputGuard {
	/** Resolves when the guard is watching. */
	arm(): Promise<void>;
	disarm(): Promise<void>;
}

export interface ArcOptions {
	/** Default: whether the device's serial number says so. */
	readonly simulated?: boolean;
	/** Armed before the output is switched on; absent for in-memory links, which die with us, and where the output is to be kept. */
	readonly guard?: OutputGuard;
}

export class ArcInstrument implements Instrument {
	readonly #link: Link;
	readonly #clock: Clock;
	readonly #guard: OutputGuard | undefined;
	readonly #cutter: FrameCutter;
	readonly #session: ArcSession;
	readonly #baseline: BaselineValues;
	readonly #listeners = new Set<(event: InstrumentEvent) => void>();
	readonly #settings: Settings = { ...assumedSettings };
	/** Rates set on the device by this driver, by channel. */
	readonly #rates = new Map<string, number>();
	#identity: InstrumentIdentity | undefined;
	#model: Model = models.arc;
	#specs: readonly SettingSpec[] = [];
	#measurement: ArcMeasurement | undefined;
	#starting = false;
	#stopping: Promise<void> | undefined;
	#closing: Promise<void> | undefined;
	#gone: MicrojouleError | undefined;
	#goneCallback: () => void = () => {};
	readonly #whenGone = new Promise<void>((resolve) => {
		this.#goneCallback = resolve;
	});
	/** Clock time of the last sample frame while nothing measured. */
	#strayAt = Number.NEGATIVE_INFINITY;
	#strayIds = new Set<number>();
	/** Counts SETs of the main output: a reading taken across one says nothing. */
	#mainEpoch = 0;
	#cancelPoll: (() => void) | undefined;
	#settingQueue: Promise<unknown> = Promise.resolve();

	private constructor(link: Link, clock: Clock, options: ArcOptions) {
		this.#link = link;
		this.#clock = clock;
		this.#guard = options.guard;
		this.#baseline = new BaselineValues(clock);
		this.#cutter = new FrameCutter(this.#target(), clock);
		this.#session = new ArcSession(clock, {
			write: (bytes) => link.write(bytes),
			lateRejection: (command, statusCode, word) => this.#lateRejection(command, statusCode, word),
		});
	}

	/**
	 * Takes over an open link: wakes the device, asks who it is, and reads its settings back. Rejects with NOT_AN_INSTRUMENT when nothing
	 * answers sensibly; the link is closed then.
	 */
	static async open(link: Link, clock: Clock, options: ArcOptions = {}): Promise<ArcInstrument> {
		const instrument = new ArcInstrument(link, clock, options);
		try {
			await instrument.#open(options);
			return instrument;
		} catch (error) {
			instrument.#cutter.close();
			await link.close().catch(() => {});
			throw error;
		}
	}

	get identity(): InstrumentIdentity {
		return this.#identity as InstrumentIdentity;
	}

	get channels(): readonly Channel[] {
		return this.#model.channels;
	}

	get settingSpecs(): readonly SettingSpec[] {
		return this.#specs;
	}

	get settings(): Readonly<Settings> {
		return this.#settings;
	}

	get linkStatistics(): LinkStatistics {
		return this.#cutter.statistics;
	}

	get measuring(): boolean {
		return this.#measurement !== undefined || this.#starting;
	}

	set(change: SettingsChange): Promise<Readonly<Settings>> {
		const turn = this.#settingQueue.then(async () => {
			this.#check();
			validateChange(this.#specs, change);
			if (change.main) await this.#guard?.arm();
			for (const name of applyOrder) if (change[name] !== undefined) await this.#apply(name, change[name]);
			return { ...this.#settings };
		});
		this.#settingQueue = turn.catch(() => {});
		return turn;
	}

	async value(channel: string): Promise<number> {
		this.#check();
		const described = channelNamed(this.#model, channel);
		if (described.kind === 'log') throw new MicrojouleError('INVALID_VALUE', `Channel ${channel} carries text and has no value; name a sampled channel.`, { channel });
		const wireId = wireIdOf(channel);
		const value = this.#measuredValue(wireId) ?? (await Promise.race([this.#baseline.next(wireId, valueTimeoutS), this.#whenGone])) ?? undefined;
		this.#check();
		if (value === undefined)
			throw new MicrojouleError('DEVICE_TIMEOUT', `No value of ${channel} came within ${valueTimeoutS} s; while measuring, only measured channels have one.`, { channel });
		if (described.kind === 'digital') return (value >>> (channel === 'i1' ? 0 : 1)) & 1;
		return value;
	}

	async writeUart(text: string): Promise<void> {
		this.#check();
		await this.#session.writeUart(new TextEncoder().encode(text));
	}

	async start(plan: MeasurementPlan, sink: MeasurementSink): Promise<{ readonly channels: readonly { readonly id: string; readonly rate: number }[] }> {
		this.#check();
		if (this.measuring) throw new MicrojouleError('DEVICE_BUSY', `${this.identity.name} is already measuring; stop that measurement first.`, { device: this.identity.id });
		const resolved = resolvePlan(this.#model, plan, this.#rates);
		this.#starting = true;
		try {
			for (const rate of resolved.rates) await this.#setRate(rate);
			await this.#endStray();
			const measurement = new ArcMeasurement(resolved, plan, sink, this.#clock, () => this.#roomAgain());
			this.#measurement = measurement;
			await this.#session.stream(resolved.wireIds, true);
			const layout = await this.#firstFrame(measurement);
			const present = layout.channels.flatMap(({ id, rate }) => (id === channelOf(wireIds.gpi) ? ['i1', 'i2'].map((input) => ({ id: input, rate })) : [{ id, rate }]));
			const inputs = new Set(plan.channels.map(({ id }) => id));
			const channels = present.filter(({ id }) => (id !== 'i1' && id !== 'i2') || inputs.has(id));
			return { channels: resolved.wantsLog ? [...channels, { id: 'rx', rate: 0 }] : channels };
		} catch (error) {
			await this.#endMeasurement().catch(() => {});
			throw error;
		} finally {
			this.#starting = false;
		}
	}

	stop(): Promise<void> {
		this.#stopping ??= this.#endMeasurement().finally(() => {
			this.#stopping = undefined;
		});
		return this.#stopping;
	}

	rescan(frame: Uint8Array): void {
		this.#cutter.rescan(frame);
	}

	subscribe(listener: (event: InstrumentEvent) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	close(options: { keepOutput?: boolean } = {}): Promise<void> {
		this.#closing ??= this.#close(options.keepOutput ?? false);
		return this.#closing;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	// Opening and closing.

	async #open(options: ArcOptions): Promise<void> {
		this.#link.open({
			data: (chunk) => {
				this.#cutter.push(chunk);
				if (this.#cutter.full) this.#link.pause();
			},
			closed: (error) => this.#departed(error),
		});
		await this.#clock.delay(0.2);
		await this.#link.discardInput().catch(() => {});
		try {
			await this.#session.wake();
			await this.#clock.delay(0.05);
			// Sent first and awaited last: the device expects the three opening messages at this pace, answered or not.
			const baud = this.#session.getWord(parameter.uartBaudRate);
			baud.catch(() => {});
			await this.#clock.delay(0.05);
			await this.#session.switchStream(wireIds.rx, true);
			await this.#clock.delay(0.2);
			await baud;
			await this.#identify(options);
		} catch (error) {
			if (error instanceof MicrojouleError && !['DEVICE_TIMEOUT', 'NOT_SUPPORTED', 'DAMAGED'].includes(error.code)) throw error;
			throw new MicrojouleError(
				'NOT_AN_INSTRUMENT',
				`What is at ${this.#link.path} does not answer like an Otii Arc or Ace (${messageOf(error)}). Name another port; \`microjoule devices\` lists those that look right.`,
				{ port: this.#link.path },
				error,
			);
		}
		await this.#endStray();
		await this.#readSettings();
		if (this.#settings.main) {
			await this.#guard?.arm();
			this.#pollOutput();
		}
	}

	async #identify(options: ArcOptions): Promise<void> {
		const deviceName = await this.#session.getText(parameter.name);
		const kind: InstrumentKind | undefined = /^arc\b/i.test(deviceName) ? 'arc' : /^ace\b/i.test(deviceName) ? 'ace' : undefined;
		if (!kind)
			throw new MicrojouleError('NOT_AN_INSTRUMENT', `What is at ${this.#link.path} calls itself ${JSON.stringify(deviceName)}, not Arc or Ace; name another port.`, {
				port: this.#link.path,
				name: deviceName,
			});
		const hardwareVersion = await this.#session.getText(parameter.hardwareVersion);
		const firmwareVersion = await this.#session.getText(parameter.firmwareVersion);
		const serial = await this.#session.getText(parameter.deviceId);
		this.#model = models[kind];
		this.#specs = settingSpecs(this.#model.limits);
		const simulated = options.simulated ?? serial.startsWith('SIM');
		this.#identity = { id: `${kind}-${serial}`, kind, name: this.#model.title, serial, hardwareVersion, firmwareVersion, port: this.#link.path, simulated };
	}

	/** What the device has in force: it remembers everything across sessions. */
	async #readSettings(): Promise<void> {
		for (const name of applyOrder) {
			const code = settingCodes[name] as SettingCode<unknown>;
			if (code.command === undefined || !code.readable) continue;
			try {
				const value = code.decode(await this.#session.getWord(code.command));
				if (value !== undefined) this.#know(name, value);
			} catch (error) {
				// A parameter that this device does not have keeps its assumed value; a device that has left is another matter.
				if (!(error instanceof MicrojouleError) || error.code !== 'NOT_SUPPORTED') throw error;
			}
		}
	}

	async #close(keepOutput: boolean): Promise<void> {
		await this.stop().catch(() => {});
		this.#cancelPoll?.();
		let safe = keepOutput;
		if (!keepOutput && !this.#gone) safe = await this.#within(1, this.#session.set(parameter.main, 0));
		this.#gone ??= new MicrojouleError('DEVICE_GONE', `${this.#identity?.name ?? 'The device'} has been closed; open it again.`, { port: this.#link.path });
		this.#session.fail(this.#gone);
		this.#goneCallback();
		this.#cutter.close();
		await this.#link.close().catch(() => {});
		// An output that did not confirm is left to the guard, which tries again on its own when this process ends.
		if (safe) await this.#guard?.disarm();
	}

	/** Whether `work` succeeded within `seconds`. */
	#within(seconds: number, work: Promise<unknown>): Promise<boolean> {
		return new Promise((resolve) => {
			const cancel = this.#clock.after(seconds, () => resolve(false));
			const done = (success: boolean) => {
				cancel();
				resolve(success);
			};
			work.then(
				() => done(true),
				() => done(false),
			);
		});
	}

	#departed(error?: Error): void {
		if (this.#gone) return;
		const message = `${this.#identity?.name ?? 'The device'} at ${this.#link.path} is gone${error ? `: ${error.message}` : ''}. Reconnect it, then open it again.`;
		this.#gone = new MicrojouleError('DEVICE_GONE', message, { port: this.#link.path }, error);
		this.#cancelPoll?.();
		this.#session.fail(this.#gone);
		this.#goneCallback();
		const time = this.#measurement?.timeS ?? 0;
		this.#emit({ type: 'disconnect', message, time });
		this.#cutter.close();
		// A real device may come back at the same path with its output on; a simulated one's pseudo-terminal may become anybody's.
		if (this.#identity?.simulated) this.#guard?.disarm().catch(() => {});
	}

	#check(): void {
		if (this.#gone) throw this.#gone;
		if (this.#closing) throw new MicrojouleError('DEVICE_GONE', `${this.identity.name} is being closed; open it again.`, { port: this.#link.path });
	}

	// What arrives.

	#target(): CutterTarget {
		const batcher = () => this.#measurement?.batcher;
		return {
			get layout() {
				return batcher()?.layout;
			},
			append: (bytes, at, frames) => batcher()?.append(bytes, at, frames) ?? frames,
			packed: (bytes, at, frameBytes) => {
				const running = batcher();
				if (running) return running.packed(bytes, at, frameBytes);
				this.#stray(bytes, at, frameBytes);
				return 'done';
			},
			control: (payload) => this.#control(payload),
		};
	}

	#control(payload: Uint8Array): void {
		const kind = kindOf(payload);
		if (kind === payloadKind.response) this.#session.received(payload);
		else if (kind === payloadKind.baseline || kind === payloadKind.envelope || (kind & 0xffff) === recordType.text)
			readRecords(payload, {
				sample: (wireId, value) => this.#baseline.sample(wireId, value),
				text: (text) => this.#measurement?.uartText(text),
			});
	}

	/** A stream that runs although nobody measures: the previous owner died. Its channels are noted so that it can be stopped. */
	#stray(bytes: Uint8Array, at: number, frameBytes: number): void {
		this.#strayAt = this.#clock.now();
		for (let offset = at + 16; offset + 8 <= at + frameBytes; ) {
			const wireId = bytes[offset] | (bytes[offset + 1] << 8);
			if (wireId === wireIds.rx) return;
			this.#strayIds.add(wireId);
			offset += 8 + 4 * (bytes[offset + 2] | (bytes[offset + 3] << 8));
		}
	}

	async #endStray(): Promise<void> {
		if (this.#clock.now() - this.#strayAt > streamEndS) return;
		await this.#session.stream(
			[...this.#strayIds].sort((a, b) => a - b),
			false,
		);
		await this.#streamEnd(() => this.#strayAt);
		this.#strayIds.clear();
	}

	#roomAgain(): void {
		if (this.#cutter.resume()) this.#link.resume();
	}

	// Measuring.

	async #setRate({ wireId, id, rateHz }: { wireId: number; id: string; rateHz: number }): Promise<void> {
		if (this.#rates.get(id) === rateHz) return;
		await this.#session.set(parameter.sampleRate, sampleRateWord(wireId, rateHz), { command: parameter.sampleRateOf + wireId, word: rateHz });
		this.#rates.set(id, rateHz);
	}

	async #firstFrame(measurement: ArcMeasurement) {
		let cancel = () => {};
		const late = new Promise<undefined>((resolve) => {
			cancel = this.#clock.after(startLenienceS, () => {
				measurement.acceptAny();
				cancel = this.#clock.after(startTimeoutS - startLenienceS, () => resolve(undefined));
			});
		});
		const layout = await Promise.race([measurement.started, late, this.#whenGone]);
		cancel();
		this.#check();
		if (!layout)
			throw new MicrojouleError('DEVICE_TIMEOUT', `${this.identity.name} did not start measuring within ${startTimeoutS} s; reconnect it and try again.`, {
				device: this.identity.id,
			});
		return layout;
	}

	async #endMeasurement(): Promise<void> {
		const measurement = this.#measurement;
		if (!measurement) return;
		if (!this.#gone) {
			try {
				await this.#session.stream(measurement.plan.wireIds, false);
				measurement.stopping();
				await this.#streamEnd(() => measurement.batcher.lastFrameAt);
			} catch (error) {
				if (!(error instanceof MicrojouleError)) throw error;
			}
		}
		await measurement.finish();
		this.#measurement = undefined;
		// Whatever found no room before has none to wait for any more.
		if (this.#cutter.full && !this.#gone) this.#roomAgain();
	}

	/** Resolves when no sample frame has come for long enough. Frames on their way belong to the measurement that is ending, never to the next. */
	async #streamEnd(lastFrameAt: () => number): Promise<void> {
		const from = this.#clock.now();
		while (!this.#gone) {
			await this.#clock.delay(drainStepS);
			const now = this.#clock.now();
			// While the sink has no room the stream stands still without having ended.
			if (this.#cutter.full && now - from < drainTimeoutS) continue;
			const quietS = now - Math.max(lastFrameAt(), from);
			const idleAgain = this.#baseline.lastAt > Math.max(lastFrameAt(), from);
			if (quietS >= streamEndS || (idleAgain && quietS >= baselineEndS) || now - from >= drainTimeoutS) return;
		}
	}

	#measuredValue(wireId: number): number | undefined {
		const latest = this.#measurement?.batcher.latest();
		const channel = latest?.layout.channels.find(({ id }) => id === channelOf(wireId));
		if (!latest || !channel) return undefined;
		const { frame } = latest;
		return new DataView(frame.buffer, frame.byteOffset).getFloat32(channel.offset + 4 * (channel.count - 1), true);
	}

	// Settings.

	async #apply<Name extends SettingName>(name: Name, value: NonNullable<SettingsChange[Name]>): Promise<void> {
		const code = settingCodes[name] as SettingCode<Settings[Name]>;
		let inForce: Settings[Name] = value as Settings[Name];
		if (code.command !== undefined) {
			if (name === 'main') this.#mainEpoch++;
			try {
				const word = await this.#session.set(code.command, code.encode(inForce));
				inForce = code.decode(word) ?? inForce;
			} catch (error) {
				throw this.#explained(error, name, value);
			}
		}
		const before = this.#settings[name];
		this.#know(name, inForce);
		if (inForce !== before) this.#announce(name);
		if (name === 'main') await this.#mainSwitched();
	}

	async #mainSwitched(): Promise<void> {
		this.#cancelPoll?.();
		if (this.#settings.main) this.#pollOutput();
		else await this.#guard?.disarm();
	}

	/** The session speaks of parameters and words; whoever called spoke of a setting in SI units. */
	#explained(error: unknown, name: SettingName, asked: unknown): unknown {
		if (!(error instanceof MicrojouleError) || error.code !== 'DEVICE_REJECTED') return error;
		const code = settingCodes[name] as SettingCode<unknown>;
		const { command, status, word } = error.details as { command: number; status: number; word: number | undefined };
		const valueInForce = word === undefined ? undefined : code.decode(word);
		const unit = this.#specs.find((spec) => spec.name === name)?.unit ?? '';
		if (valueInForce !== undefined && valueInForce !== this.#settings[name]) {
			this.#know(name, valueInForce);
			this.#announce(name);
			if (name === 'main' && !valueInForce) this.#cancelPoll?.();
		}
		const force = valueInForce === undefined ? '' : `; ${JSON.stringify(valueInForce)}${unit && ` ${unit}`} is in force`;
		const hint = name === 'mainVoltage' ? ' The highest voltage depends on the range and on whether a DC supply is connected.' : '';
		return new MicrojouleError('DEVICE_REJECTED', `${this.identity.name} refused ${name} = ${JSON.stringify(asked)}${unit && ` ${unit}`} (status ${status})${force}.${hint}`, {
			setting: name,
			value: asked,
			cmd: command,
			status,
			valueInForce,
		});
	}

	#know(name: SettingName, value: unknown): void {
		(this.#settings as Record<SettingName, unknown>)[name] = value;
	}

	#announce(name: SettingName): void {
		this.#emit({ type: 'setting', setting: name, value: this.#settings[name], time: this.#measurement?.timeS ?? 0 });
	}

	#lateRejection(command: number, statusCode: number, word: number | undefined): void {
		const name = applyOrder.find((candidate) => settingCodes[candidate].command === command);
		const what = name ?? `parameter 0x${command.toString(16)}`;
		const value = name && word !== undefined ? (settingCodes[name] as SettingCode<unknown>).decode(word) : undefined;
		if (name && value !== undefined && value !== this.#settings[name]) {
			this.#know(name, value);
			this.#announce(name);
		}
		const force = value === undefined ? '' : `; ${JSON.stringify(value)} is in force`;
		this.#emit({
			type: 'fault',
			fault: 'rejected',
			message: `${this.identity.name} has refused ${what} after all (status ${statusCode})${force}.`,
			time: this.#measurement?.timeS ?? 0,
		});
	}

	/** Looks now and then whether an output believed on still is: a cut-off at the maximum current is not announced by the device. */
	#pollOutput(): void {
		this.#cancelPoll?.();
		this.#cancelPoll = this.#clock.after(outputPollS, async () => {
			const epoch = this.#mainEpoch;
			const word = await this.#session.getWord(parameter.main, 1).catch(() => undefined);
			if (epoch !== this.#mainEpoch || this.#gone || this.#closing || !this.#settings.main) return;
			if (word !== 0) return this.#pollOutput();
			this.#settings.main = false;
			this.#announce('main');
			this.#emit({
				type: 'fault',
				fault: 'over-current',
				message: `${this.identity.name} has switched its output off by itself: the current went over ${this.#settings.maxCurrent} A. Raise the maximum current, or look for a short.`,
				time: this.#measurement?.timeS ?? 0,
			});
		});
	}

	#emit(event: InstrumentEvent): void {
		this.#measurement?.event(event);
		for (const listener of this.#listeners) listener(event);
	}
}

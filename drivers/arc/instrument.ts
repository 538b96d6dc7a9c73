/**
 * The driver of the Otii Arc, and of the Ace that speaks a superset of its protocol:
 *
 *   link ──► cutter ─┬─ sample frames ─► the running measurement's batcher ─► sink
 *                    └─ the rest ─┬─ replies ─► session (requests by number)
 *                                 ├─ baseline records ─► values asked for while idle
 *                                 └─ UART text ─► lines of the measurement
 *
 * It owns the link and the running measurement. Closing the port leaves a real Arc's output as it is, so `close()` switches it off, and a
 * guard (the watchdog process, for a real path) does so when this process dies. It never decodes a sample and never sends firmware or requests
 * of unknown meaning. The file is longer than most because opening, measuring and closing share one state: whether the link still lives.
 */

import type { Clock } from '../clock.ts';
import { MicrojouleError, messageOf } from '../errors.ts';
import type { Channel, FourWireState, Instrument, InstrumentEvent, InstrumentIdentity, InstrumentKind, LinkStatistics, MeasurementPlan, MeasurementSink } from '../instrument.ts';
import type { Link } from '../link.ts';
import { type Model, models } from '../models.ts';
import { type SettingSpec, type Settings, type SettingsChange, settingSpecs } from '../settings.ts';
import { BaselineValues } from './baseline.ts';
import { type CutterTarget, FrameCutter } from './cutter.ts';
import { ArcMaintenance } from './maintenance.ts';
import { ArcMeasurement } from './measurement.ts';
import { resolvePlan } from './plan.ts';
import { PresentValues } from './present-values.ts';
import { channelOf, kindOf, parameter, payloadKind, readRecords, recordType, sampleRateWord, wireIds } from './protocol.ts';
import { ArcSession } from './session.ts';
import { type OutputGuard, SettingsControl } from './settings-control.ts';

/** Waited at closing for the output to go off, in s. */
const closeTimeoutS = 1;
/** A start burst has had its effect after this; frames that still lack a channel are then all there is, in s. */
const startLenienceS = 0.5;
const startTimeoutS = 3;
/** No sample frame for this long: the stream has stopped, in s; with baseline records back, the shorter one. */
const streamEndS = 0.3;
const baselineEndS = 0.06;
/** A stream that does not end is left alone after this, in s. */
const drainTimeoutS = 3;
const drainStepS = 0.02;

export interface ArcOptions {
	/** Default: whether the device's serial number says so. */
	readonly simulated?: boolean;
	/** What people call it; default its model's title. */
	readonly name?: string;
	/** Armed before the output is switched on; absent for in-memory links, which die with us, and where the output is to be kept. */
	readonly guard?: OutputGuard;
}

export class ArcInstrument implements Instrument {
	readonly #link: Link;
	readonly #clock: Clock;
	readonly #cutter: FrameCutter;
	readonly #session: ArcSession;
	readonly #control: SettingsControl;
	readonly #maintenance: ArcMaintenance;
	readonly #present: PresentValues;
	readonly #baseline: BaselineValues;
	readonly #listeners = new Set<(event: InstrumentEvent) => void>();
	/** Rates set on the device by this driver, by channel. */
	readonly #rates = new Map<string, number>();
	#identity: InstrumentIdentity | undefined;
	#model: Model = models.arc;
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

	private constructor(link: Link, clock: Clock, options: ArcOptions) {
		this.#link = link;
		this.#clock = clock;
		this.#baseline = new BaselineValues(clock);
		this.#cutter = new FrameCutter(this.#target(), clock);
		this.#session = new ArcSession(clock, {
			write: (bytes) => link.write(bytes),
			lateRejection: (command, statusCode, word) => this.#control.lateRejection(command, statusCode, word),
		});
		this.#maintenance = new ArcMaintenance(this.#session, clock, () => this.identity);
		this.#present = new PresentValues({
			clock,
			baseline: this.#baseline,
			identity: () => this.identity,
			settings: () => this.#control.settings,
			measurement: () => this.#measurement,
			check: () => this.#check(),
			whenGone: this.#whenGone,
		});
		this.#control = new SettingsControl(this.#session, clock, {
			guard: options.guard,
			name: () => this.identity.name,
			timeS: () => this.#measurement?.timeS ?? 0,
			emit: (event) => this.#emit(event),
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
			instrument.#session.fail(new MicrojouleError('DEVICE_GONE', `The port ${link.path} has been closed again.`, { port: link.path }));
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
		return this.#control.specs;
	}

	get settings(): Readonly<Settings> {
		return this.#control.settings;
	}

	get linkStatistics(): LinkStatistics {
		return this.#cutter.statistics;
	}

	get measuring(): boolean {
		return this.#measurement !== undefined || this.#starting;
	}

	rename(name: string): void {
		this.#identity = { ...this.identity, name };
	}

	async set(change: SettingsChange): Promise<Readonly<Settings>> {
		this.#check();
		try {
			return await this.#control.set(change);
		} finally {
			this.#present.changed();
		}
	}

	async value(channel: string): Promise<number> {
		this.#check();
		return this.#present.value(channel);
	}

	async rxLevel(): Promise<boolean> {
		this.#check();
		return this.#present.rxLevel();
	}

	async fourWireState(): Promise<FourWireState> {
		this.#check();
		return this.#present.fourWireState();
	}

	async calibrate(): Promise<void> {
		this.#check();
		await this.#maintenance.calibrate();
	}

	async upgradeFirmware({ image, progress = () => {} }: { readonly image?: Uint8Array; readonly progress?: (share: number) => void } = {}): Promise<void> {
		this.#check();
		// It will go off anyway, and then it would look like a cut-off.
		if (this.identity.simulated && !image) await this.#control.set({ main: false });
		const firmwareVersion = await this.#maintenance.upgradeFirmware(image, progress);
		this.#identity = { ...this.identity, firmwareVersion };
	}

	async property(name: string): Promise<unknown> {
		this.#check();
		return this.#maintenance.property(name);
	}

	async setProperty(name: string, value: unknown): Promise<void> {
		this.#check();
		await this.#maintenance.setProperty(name, value);
	}

	async commitProperties(): Promise<void> {
		this.#check();
		await this.#maintenance.commitProperties();
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
		await this.#control.readAll(settingSpecs(this.#model.limits));
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
		const simulated = options.simulated ?? serial.startsWith('SIM');
		this.#identity = { id: `${kind}-${serial}`, kind, name: options.name ?? this.#model.title, serial, hardwareVersion, firmwareVersion, port: this.#link.path, simulated };
	}

	async #close(keepOutput: boolean): Promise<void> {
		await this.stop().catch(() => {});
		const safe = keepOutput || (!this.#gone && (await this.#control.outputOff(closeTimeoutS)));
		this.#gone ??= new MicrojouleError('DEVICE_GONE', `${this.#identity?.name ?? 'The device'} has been closed; open it again.`, { port: this.#link.path });
		this.#session.fail(this.#gone);
		this.#goneCallback();
		this.#cutter.close();
		await this.#link.close().catch(() => {});
		await this.#control.close(safe);
	}

	#departed(error?: Error): void {
		if (this.#gone) return;
		const message = `${this.#identity?.name ?? 'The device'} at ${this.#link.path} is gone${error ? `: ${error.message}` : ''}. Reconnect it, then open it again.`;
		this.#gone = new MicrojouleError('DEVICE_GONE', message, { port: this.#link.path }, error);
		this.#session.fail(this.#gone);
		this.#goneCallback();
		const time = this.#measurement?.timeS ?? 0;
		this.#emit({ type: 'disconnect', message, time });
		this.#cutter.close();
		// A real device may come back at the same path with its output on; a simulated one's pseudo-terminal may become anybody's.
		this.#control.close(this.#identity?.simulated ?? false).catch(() => {});
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
			control: (payload) => this.#reply(payload),
		};
	}

	#reply(payload: Uint8Array): void {
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
			// Baseline records come between sample frames too: only one that comes well after the last frame says that the stream is over.
			const idleAgain = this.#baseline.lastAt - Math.max(lastFrameAt(), from) >= baselineEndS;
			if (quietS >= streamEndS || idleAgain || now - from >= drainTimeoutS) return;
		}
	}

	#emit(event: InstrumentEvent): void {
		this.#measurement?.event(event);
		for (const listener of this.#listeners) listener(event);
	}
}

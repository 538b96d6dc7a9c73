/**
 * What a device's channels and pins show at present: from the running measurement where it has them, else from the baseline records that come about
 * six times a second, between sample frames too. A sample from before the last change of settings is no present value.
 */

import type { Clock } from '../clock.ts';
import { MicrojouleError } from '../errors.ts';
import type { FourWireState, InstrumentIdentity, InstrumentKind } from '../instrument.ts';
import { models } from '../models.ts';
import type { Settings } from '../settings.ts';
import type { BaselineValues } from './baseline.ts';
import type { ArcMeasurement } from './measurement.ts';
import { channelNamed, wireIdOf } from './plan.ts';
import { channelOf, rxBit } from './protocol.ts';

const timeoutS = 1;
/** Between two looks for a sample that is new enough, s. */
const freshStepS = 0.002;
/** How far a sense pin may lie from the output's pin to be used, V. */
const senseLimitV: Readonly<Record<InstrumentKind, number>> = { arc: 0.4, ace: 0.5 };

export interface PresentValuesOptions {
	readonly clock: Clock;
	readonly baseline: BaselineValues;
	identity(): InstrumentIdentity;
	settings(): Readonly<Settings>;
	measurement(): ArcMeasurement | undefined;
	/** Throws when the device is gone or being closed. */
	check(): void;
	readonly whenGone: Promise<void>;
}

export class PresentValues {
	readonly #options: PresentValuesOptions;
	#changedAt = Number.NEGATIVE_INFINITY;

	constructor(options: PresentValuesOptions) {
		this.#options = options;
	}

	/** A change of settings has just been confirmed. */
	changed(): void {
		this.#changedAt = this.#options.clock.now();
	}

	/** SI unit; digital 0 or 1. */
	async value(channel: string): Promise<number> {
		const described = channelNamed(models[this.#options.identity().kind], channel);
		if (described.kind === 'log') throw new MicrojouleError('INVALID_VALUE', `Channel ${channel} carries text and has no value; name a sampled channel.`, { channel });
		const value = await this.#word(channel);
		return described.kind === 'digital' ? (value >>> (channel === 'i1' ? 0 : 1)) & 1 : value;
	}

	async rxLevel(): Promise<boolean> {
		const { name, simulated } = this.#options.identity();
		if (!simulated) throw new MicrojouleError('NOT_SUPPORTED', `Where a real instrument shows the level of its RX pin is not known; connect the signal to GPI 1 of ${name}.`);
		if (this.#options.settings().uart) throw new MicrojouleError('NOT_SUPPORTED', `The RX pin of ${name} belongs to its UART; switch the UART off to read it as an input.`);
		return ((await this.#word('i1')) & rxBit) !== 0;
	}

	async fourWireState(): Promise<FourWireState> {
		if (!this.#options.settings().fourWire) return 'disabled';
		const limitV = senseLimitV[this.#options.identity().kind];
		const [output, plus, minus] = await Promise.all(['mv', 'sp', 'sn'].map((channel) => this.value(channel)));
		return Math.abs(output - plus) <= limitV && Math.abs(minus) <= limitV ? 'active' : 'inactive';
	}

	/** As it is on the wire: the digital inputs share one. */
	async #word(channel: string): Promise<number> {
		const { baseline, whenGone, check } = this.#options;
		const wireId = wireIdOf(channel);
		if (this.#stale()) await this.#fresh();
		const value = this.#measured(wireId) ?? (await Promise.race([baseline.next(wireId, timeoutS), whenGone])) ?? undefined;
		check();
		if (value === undefined) throw new MicrojouleError('DEVICE_TIMEOUT', `No value of ${channel} came within ${timeoutS} s; check the cable, then reconnect.`, { channel });
		return value;
	}

	#stale(): boolean {
		const measurement = this.#options.measurement();
		return measurement !== undefined && measurement.batcher.lastFrameAt <= this.#changedAt && this.#options.clock.now() < this.#changedAt + timeoutS;
	}

	async #fresh(): Promise<void> {
		while (this.#stale()) {
			await this.#options.clock.delay(freshStepS);
			this.#options.check();
		}
	}

	#measured(wireId: number): number | undefined {
		const latest = this.#options.measurement()?.batcher.latest();
		const channel = latest?.layout.channels.find(({ id }) => id === channelOf(wireId));
		if (!latest || !channel) return undefined;
		const { frame } = latest;
		return new DataView(frame.buffer, frame.byteOffset).getFloat32(channel.offset + 4 * (channel.count - 1), true);
	}
}

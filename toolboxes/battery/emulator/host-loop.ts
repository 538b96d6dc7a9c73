/**
 * An emulated battery on a real instrument, which regulates to a constant voltage and knows no battery: a loop on this computer takes the current that
 * has flowed since its last step, lets the cell discharge by it, and sets the voltage that the cell has at that current.
 *
 *     instrument ──samples of mc──► mean current ──► Cell ──► voltage ──► ceiling ──SET──► instrument
 *
 * A step follows the samples, which arrive every 25 ms, and the reply to the SET before; there are never two SETs on the link, and no more than
 * a hundred a second. Changes below 0.5 mV are not sent. What a load draws in pulses shorter than a step is seen as its mean. The loop stops by itself
 * when the instrument fails, with the output off if that can still be reached; when it is closed, the voltage stays what it is.
 */

import type { Clock } from '../../../drivers/clock.ts';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import type { Instrument } from '../../../drivers/instrument.ts';
import type { FanOut } from '../../../engine/acquisition/fan-out.ts';
import type { AcquisitionEvent, TapChannel } from '../../../engine/acquisition/tap.ts';
import type { Cell } from '../cell.ts';
import { Ceiling, ceilingProblem } from './ceiling.ts';

/** s between two steps at least. */
const leastStepS = 0.01;
/** V: smaller changes are not sent. */
const deadbandV = 0.5e-3;
/** s over which the rate is counted. */
const rateWindowS = 1;
/** Hz below which the loop says that it is slow. */
const slowHz = 10;

export interface HostLoopOptions {
	readonly instrument: Instrument;
	readonly taps: FanOut;
	readonly clock: Clock;
	readonly cell: Cell;
	/** The instrument has failed; the loop has stopped. */
	readonly failed: (error: unknown) => void;
}

export class HostLoop {
	readonly #options: HostLoopOptions;
	readonly #ceiling: Ceiling;
	readonly #leave: () => void;
	#cancel: () => void = () => {};
	#closed = false;
	#stepping = false;
	#scheduled = false;
	#steppedAt = Number.NEGATIVE_INFINITY;
	/** A·samples and samples since the last step, those that were lost in `samples` only. */
	#sum = 0;
	#good = 0;
	#samples = 0;
	#rate = 0;
	/** A, mean of the last step that had samples. */
	#currentA = 0;
	/** V that was asked for last and taken, as far as anybody has said. */
	#askedV: number | undefined;
	#wantedV = 0;
	#windowAt: number;
	#steps = 0;
	#rateHz = 0;

	constructor(options: HostLoopOptions) {
		this.#options = options;
		this.#ceiling = new Ceiling(options.instrument);
		this.#windowAt = options.clock.now();
		this.#leave = options.taps.add({
			samples: (channel, _start, column) => this.#take(channel, column),
			event: (device, event) => this.#event(device, event),
		});
	}

	get mode(): 'host' {
		return 'host';
	}

	/** Hz: steps of the last second or so. */
	get rateHz(): number {
		const elapsedS = this.#options.clock.now() - this.#windowAt;
		return elapsedS > 2 * rateWindowS ? this.#steps / elapsedS : this.#rateHz;
	}

	/** What keeps the output from being the battery. */
	get problem(): string | undefined {
		const { rateHz } = this;
		const clipped = ceilingProblem(this.#ceiling.voltageV, this.#wantedV);
		if (clipped !== undefined) return clipped;
		return this.#driving && this.#rateHz > 0 && rateHz < slowHz ? `The voltage follows only ${rateHz.toFixed(1)} times a second.` : undefined;
	}

	/** Sets the voltage without a load: call once, before the output is switched on. */
	async begin(): Promise<void> {
		this.#wantedV = this.#options.cell.openCircuitV;
		await this.#approach(this.#wantedV);
	}

	/** Idempotent. */
	close(): void {
		this.#closed = true;
		this.#leave();
		this.#cancel();
	}

	get #driving(): boolean {
		const { main, powerRegulation } = this.#options.instrument.settings;
		return main && powerRegulation === 'voltage';
	}

	#take(channel: TapChannel, column: Float32Array): void {
		if (channel.id !== 'mc' || channel.device !== this.#options.instrument.identity.id) return;
		for (let i = 0; i < column.length; i++) {
			const value = column[i];
			if (Number.isNaN(value)) continue; // lost
			this.#sum += value;
			this.#good++;
		}
		this.#samples += column.length;
		this.#rate = channel.rate;
		this.#due();
	}

	/** A SET that had been taken for accepted may be refused after all. */
	#event(device: string, event: AcquisitionEvent): void {
		if (device !== this.#options.instrument.identity.id || event.type !== 'fault' || event.fault !== 'rejected') return;
		const { mainVoltage } = this.#options.instrument.settings;
		if (this.#askedV !== undefined && mainVoltage < this.#askedV) this.#ceiling.refused(this.#askedV);
		this.#askedV = undefined;
	}

	#due(): void {
		if (this.#closed || this.#stepping || this.#scheduled) return;
		const { clock } = this.#options;
		const waitS = this.#steppedAt + leastStepS - clock.now();
		if (waitS <= 0) {
			void this.#step();
			return;
		}
		this.#scheduled = true;
		this.#cancel = clock.after(waitS, () => {
			this.#scheduled = false;
			void this.#step();
		});
	}

	async #step(): Promise<void> {
		if (this.#samples === 0) return;
		const { cell, clock, instrument, failed } = this.#options;
		this.#stepping = true;
		this.#steppedAt = clock.now();
		this.#count();
		const driving = this.#driving;
		if (this.#good > 0) this.#currentA = this.#sum / this.#good;
		const durationS = this.#samples / this.#rate;
		this.#sum = this.#good = this.#samples = 0;
		const currentA = driving ? this.#currentA : 0;
		cell.draw(currentA * durationS, durationS);
		const { mainVoltage, main } = instrument.settings;
		// The load counts as the conductance it was, so that the loop settles with any load that the battery can hold.
		const voltageV = currentA > 0 && mainVoltage > 0 ? cell.openCircuitV / (1 + (cell.resistanceOhm * currentA) / mainVoltage) : cell.terminalV(currentA);
		this.#wantedV = voltageV;
		try {
			if ((driving || !main) && Math.abs(Math.min(voltageV, this.#ceiling.voltageV) - mainVoltage) >= deadbandV) await this.#approach(voltageV);
		} catch (error) {
			if (this.#closed) return;
			this.close();
			if (!(error instanceof MicrojouleError && error.code === 'DEVICE_GONE')) await instrument.set({ main: false }).catch(() => {});
			failed(error);
			return;
		} finally {
			this.#stepping = false;
		}
		if (this.#samples > 0) this.#due();
	}

	async #approach(voltageV: number): Promise<void> {
		const rounded = Math.round(voltageV * 1e4) / 1e4;
		await this.#ceiling.approach(rounded);
		this.#askedV = this.#options.instrument.settings.mainVoltage;
	}

	#count(): void {
		const elapsedS = this.#steppedAt - this.#windowAt;
		this.#steps++;
		if (elapsedS < rateWindowS) return;
		this.#rateHz = this.#steps / elapsedS;
		this.#steps = 0;
		this.#windowAt = this.#steppedAt;
	}
}

/** In words, for the log of an emulation that ended. */
export const failureOf = (error: unknown): string => `The battery is no longer emulated: ${messageOf(error)}`;

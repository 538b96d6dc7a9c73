/**
 * How an instrument is made to do a step to a cell. A current is regulated by the instrument itself, a constant voltage too; constant power and
 * resistance are a loop here that follows the measured voltage, as often as the link bears. The output stays on from the first step to the
 * last, and what regulates is changed only once what it will regulate to has been set.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import type { Settings } from '../../../drivers/settings.ts';
import type { Boundary, CellMeter, Change } from './cell-meter.ts';
import type { SafetyLimits } from './safety.ts';
import { type Step, signedCurrentA } from './step.ts';

/** The loop leaves a current that is right to this share as it is. */
const closeEnough = 0.0005;
/** s of samples that the loop takes the voltage from. */
const loopWindowS = 0.02;
/** Of the limit: what the loop asks for at most. */
const loopShare = 0.9;

export class Regulation {
	readonly #meter: CellMeter;
	#limits: SafetyLimits | undefined;
	#mode: Settings['powerRegulation'] = 'off';
	#step: Step | undefined;
	#askedA = 0;
	#busy: Promise<unknown> | undefined;
	#loops = 0;
	#loopSinceS = 0;

	constructor(meter: CellMeter) {
		this.#meter = meter;
	}

	/** Hz, how often the loop of a step of constant power or resistance came round; undefined for other steps. */
	get loopRateHz(): number | undefined {
		const mode = this.#step?.control?.mode;
		if (mode !== 'power' && mode !== 'resistance') return undefined;
		const lastedS = this.#meter.nowS - this.#loopSinceS;
		return lastedS > 0 ? this.#loops / lastedS : undefined;
	}

	/** The cell at rest, measured, with the output's relay closed and nothing that regulates. */
	async rest(): Promise<Boundary> {
		await this.#meter.set({ main: false });
		await this.#meter.set({ powerRegulation: 'off', mainCurrent: 0 });
		this.#mode = 'off';
		const { boundary } = await this.#meter.set({ main: true });
		return boundary;
	}

	/** From here on no more than this. */
	async limit(limits: SafetyLimits): Promise<void> {
		this.#limits = limits;
		await this.#meter.set({ currentLimitMode: 'limit', maxCurrent: Math.max(0.001, limits.maxCurrentA) });
	}

	/** Begins a step. Resolves when the device has confirmed it, to a promise of the moment in the samples' time. */
	async enter(step: Step): Promise<Change> {
		await this.#busy;
		this.#step = step;
		this.#loops = 0;
		this.#loopSinceS = this.#meter.nowS;
		const { control } = step;
		if (control?.mode === 'voltage') return this.#voltage(control.voltageV, control.currentA);
		const askedA = signedCurrentA(step, this.#meter.voltageV(this.#meter.nowS - loopWindowS, this.#meter.nowS));
		this.#askedA = control?.mode === 'current' ? askedA : this.#bounded(askedA);
		if (this.#mode === 'current') return this.#meter.set({ mainCurrent: this.#askedA });
		await this.#meter.set({ maxCurrent: Math.max(0.001, this.#safe.maxCurrentA), mainCurrent: this.#askedA });
		this.#mode = 'current';
		return this.#meter.set({ powerRegulation: 'current' });
	}

	/** New samples have come: a step of constant power or resistance follows the voltage. */
	follow(): void {
		const mode = this.#step?.control?.mode;
		if ((mode !== 'power' && mode !== 'resistance') || this.#busy) return;
		const { nowS } = this.#meter;
		const wantedA = this.#bounded(signedCurrentA(this.#step as Step, this.#meter.voltageV(nowS - loopWindowS, nowS)));
		this.#loops++;
		if (Math.abs(wantedA - this.#askedA) <= closeEnough * Math.abs(this.#askedA)) return;
		this.#askedA = wantedA;
		// A failure shows in the next step, or in the device's departure.
		this.#busy = this.#meter
			.set({ mainCurrent: wantedA })
			.catch(() => {})
			.finally(() => {
				this.#busy = undefined;
			});
	}

	/** Ends what it does, and switches the output off. Rejects when the device does not confirm that. */
	async off(): Promise<Change> {
		this.#step = undefined;
		const off = await this.#meter.set({ main: false });
		this.#mode = 'off';
		await this.#meter.set({ powerRegulation: 'off', mainCurrent: 0 }).catch(() => {});
		return off;
	}

	async #voltage(voltageV: number, currentA: number | undefined): Promise<Change> {
		await this.#meter.set({ maxCurrent: Math.max(0.001, currentA ?? this.#safe.maxCurrentA), mainVoltage: voltageV });
		this.#mode = 'voltage';
		return this.#meter.set({ powerRegulation: 'voltage' });
	}

	get #safe(): SafetyLimits {
		if (this.#limits) return this.#limits;
		throw new MicrojouleError('INTERNAL', 'A step was begun before its limits were set.');
	}

	#bounded(currentA: number): number {
		const most = this.#safe.maxCurrentA * loopShare;
		return Number.isFinite(currentA) ? Math.min(Math.max(currentA, -most), most) : 0;
	}
}

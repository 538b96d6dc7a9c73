/**
 * The highest voltage that an instrument supplies. On an Arc it depends on the range and on what the Arc is powered from, which nobody can ask; but the
 * instrument refuses what it cannot give. So the highest figure that is known for the range is tried first, and a refusal leads to the next lower one.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import type { Instrument } from '../../../drivers/instrument.ts';
import { models } from '../../../drivers/models.ts';
import { supplyLimits } from '../../../drivers/simulator/source.ts';

/** V: nobody would see less. */
const noticeableV = 0.5e-3;

type Supplying = Pick<Instrument, 'identity' | 'settings' | 'set'>;

export class Ceiling {
	readonly #instrument: Supplying;
	#range: 'low' | 'high' | undefined;
	#voltageV = 0;

	constructor(instrument: Supplying) {
		this.#instrument = instrument;
	}

	/** V, in the range that is set. */
	get voltageV(): number {
		const { range } = this.#instrument.settings;
		if (range !== this.#range) {
			this.#range = range;
			this.#voltageV = Math.max(...this.#known());
		}
		return this.#voltageV;
	}

	/** Sets the main voltage, or the highest there is below it. Rejects with anything but a refusal. */
	async approach(voltageV: number): Promise<void> {
		for (;;) {
			const wanted = Math.min(Math.max(voltageV, 0), this.voltageV);
			try {
				await this.#instrument.set({ mainVoltage: wanted });
				return;
			} catch (error) {
				if (!(error instanceof MicrojouleError) || error.code !== 'DEVICE_REJECTED') throw error;
				if (!this.refused(wanted)) return;
			}
		}
	}

	/** The instrument has refused this voltage, V. False when no lower figure is known: the voltage in force is then the highest there is. */
	refused(voltageV: number): boolean {
		const lower = this.#known().filter((known) => known < voltageV);
		this.#voltageV = lower.length > 0 ? Math.max(...lower) : Math.min(voltageV, this.#instrument.settings.mainVoltage);
		return lower.length > 0;
	}

	#known(): number[] {
		const model = models[this.#instrument.identity.kind];
		return (['usb', 'dc'] as const).map((supply) => supplyLimits(model, supply, this.#instrument.settings.range).voltageV);
	}
}

/** In words, where a battery has more than the ceiling, V. */
export function ceilingProblem(ceilingV: number, batteryV: number): string | undefined {
	if (batteryV < ceilingV + noticeableV) return undefined;
	return `The instrument supplies at most ${ceilingV} V here; the battery has ${batteryV.toFixed(3)} V.`;
}

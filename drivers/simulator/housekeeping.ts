/**
 * The slow channels of an instrument: supply rails, temperatures, sense and ADC pins. Each is a function of seed, channel and time, so asking
 * for one never changes what another, or the main channels, will say. The figures are a model: rails update every 10 ms in steps of 1 mV.
 */

import type { BenchControls } from './bench.ts';
import { gaussian, gaussianMask } from './noise.ts';
import type { OutputStage } from './output-stage.ts';
import { mix } from './random.ts';
import type { Voltmeter } from './voltmeter.ts';

export const slowChannels = ['ac', 'av', 'sp', 'sn', 'vb', 'vj', 'vpwr', 'tp', 'tm'] as const;
export type SlowChannel = (typeof slowChannels)[number];

const ambient = 24.5;
/** K/W and s of the output stage's heating. */
const thermalResistance = 4;
const thermalTimeS = 60;

export class Housekeeping {
	readonly #seed: number;
	readonly #ideal: boolean;
	readonly #controls: BenchControls;
	readonly #stage: OutputStage;
	readonly #voltmeter: Voltmeter;
	#ms = 0;
	#heatW = 0;

	constructor(seed: number, ideal: boolean, controls: BenchControls, stage: OutputStage, voltmeter: Voltmeter) {
		this.#seed = seed;
		this.#ideal = ideal;
		this.#controls = controls;
		this.#stage = stage;
		this.#voltmeter = voltmeter;
	}

	/** Called after every millisecond of the stage. */
	millisecond(): void {
		this.#ms++;
		this.#heatW += (Math.abs(this.#stage.current[0] * this.#stage.terminalV) - this.#heatW) * (1e-3 / thermalTimeS);
	}

	value(channel: SlowChannel): number {
		const { supply, fourWire, adcShunt } = this.#controls;
		switch (channel) {
			// Nothing is connected to the ADC pins.
			case 'av':
				return this.#pin(0, 1);
			case 'ac':
				return this.#pin(0, 1) / adcShunt;
			// The sense leads lie at the terminals; without 4-wire sensing they are not connected.
			case 'sp':
				return this.#pin(fourWire ? this.#stage.terminalV : 0, 2);
			case 'sn':
				return this.#pin(0, 3);
			case 'vb':
				return this.#rail(5.01, 4);
			case 'vj':
				return supply === 'dc' ? this.#rail(8, 5) : 0;
			case 'vpwr':
				return this.#rail(supply === 'dc' ? 8 : 5.01, 6);
			case 'tp':
				return this.#temperature(0.5 * this.#heatW, 7);
			case 'tm':
				return this.#temperature(this.#heatW, 8);
		}
	}

	/** A standard normal deviate that holds for `holdMs`. */
	#deviate(salt: number, holdMs: number): number {
		return gaussian[mix(this.#seed ^ (salt << 24), Math.floor(this.#ms / holdMs)) & gaussianMask];
	}

	#pin(voltage: number, salt: number): number {
		return this.#voltmeter.slow(voltage, this.#deviate(salt, 1));
	}

	#rail(nominalV: number, salt: number): number {
		return this.#ideal ? nominalV : Math.round((nominalV + 4e-3 * this.#deviate(salt, 10)) * 1000) / 1000;
	}

	#temperature(heatW: number, salt: number): number {
		const celsius = ambient + thermalResistance * heatW;
		return this.#ideal ? celsius : Math.round((celsius + 0.05 * this.#deviate(salt, 500)) * 16) / 16;
	}
}

/**
 * A constant power, as a switching converter draws it: the lower the voltage, the higher the current. Below its knee the converter gives
 * up and the current falls in proportion to the voltage, so that it can start from 0 V.
 */

import type { Load, LoadKind } from './load.ts';

/** V. */
const knee = 1;

export class ConstantPower implements Load {
	readonly levels = 0;
	readonly #powerW: number;

	constructor(powerW: number) {
		this.#powerW = powerW;
	}

	fill(voltage: number, current: Float64Array, from: number, to: number): void {
		current.fill(this.peak(voltage), from, to);
	}

	peak(voltage: number): number {
		return voltage >= knee ? this.#powerW / voltage : (this.#powerW * voltage) / (knee * knee);
	}
}

export const constantPower: LoadKind = {
	name: 'power',
	argument: { name: 'W', unit: 'W', min: 0, max: 125 },
	brief: 'A constant power, like a switching converter; below 1 V the current falls in proportion to the voltage.',
	create: (powerW) => new ConstantPower(powerW),
};

/** A constant current. Near 0 V no real load can draw one: below the knee it falls in proportion to the voltage. */

import type { Load, LoadKind } from './load.ts';

/** V. */
const knee = 0.5;

export class ConstantCurrent implements Load {
	readonly levels = 0;
	readonly #currentA: number;

	constructor(currentA: number) {
		this.#currentA = currentA;
	}

	fill(voltage: number, current: Float64Array, from: number, to: number): void {
		current.fill(this.peak(voltage), from, to);
	}

	peak(voltage: number): number {
		return voltage >= knee ? this.#currentA : (this.#currentA * voltage) / knee;
	}
}

export const constantCurrent: LoadKind = {
	name: 'current',
	argument: { name: 'A', unit: 'A', min: 0, max: 5 },
	brief: 'A constant current; below 0.5 V it falls in proportion to the voltage.',
	create: (currentA) => new ConstantCurrent(currentA),
};

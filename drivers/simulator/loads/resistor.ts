/** A resistor: current is voltage over resistance. */

import type { Load, LoadKind } from './load.ts';

export class Resistor implements Load {
	readonly levels = 0;
	readonly #resistanceOhm: number;

	constructor(resistanceOhm: number) {
		this.#resistanceOhm = resistanceOhm;
	}

	fill(voltage: number, current: Float64Array, from: number, to: number): void {
		current.fill(voltage / this.#resistanceOhm, from, to);
	}

	peak(voltage: number): number {
		return voltage / this.#resistanceOhm;
	}
}

export const resistor: LoadKind = {
	name: 'resistor',
	argument: { name: 'OHM', unit: 'Ω', min: 0.01, max: 1e9 },
	brief: 'A resistor.',
	create: (resistanceOhm) => new Resistor(resistanceOhm),
};

/**
 * A small solar cell instead of a load: it gives current up to its open-circuit voltage, so an instrument in constant-current regulation with
 * negative set-points traces its curve. A diode keeps it from ever taking current. The curve is the usual exponential one; its figures are a model.
 */

import type { Load, LoadKind } from './load.ts';

const openCircuitV = 2.2;
/** V over which the current near the open circuit grows by e. */
const bendV = 0.15;

export class SolarCell implements Load {
	readonly levels = 0;
	readonly #shortCircuitA: number;

	constructor(shortCircuitA: number) {
		this.#shortCircuitA = shortCircuitA;
	}

	fill(voltage: number, current: Float64Array, from: number, to: number): void {
		const share = 1 - Math.expm1(voltage / bendV) / Math.expm1(openCircuitV / bendV);
		current.fill(share > 0 ? -this.#shortCircuitA * share : 0, from, to);
	}

	peak(): number {
		return 0;
	}
}

export const solar: LoadKind = {
	name: 'solar',
	argument: { name: 'A', unit: 'A', min: 1e-6, max: 0.05 },
	brief: 'A solar cell with this short-circuit current and 2.2 V without load: sink its current with power regulation current and a negative main current.',
	create: (shortCircuitA) => new SolarCell(shortCircuitA),
};

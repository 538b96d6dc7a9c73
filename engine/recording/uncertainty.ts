/**
 * How far a window's figures can be trusted, from the instrument's accuracy in the range each sample was taken in.
 *
 * Average of n samples, split by range r with accuracy ±(g·|x| + o) and noise σ:
 *
 *     systematic = Σ_r (g_r·|Σ_r x| + o_r·n_r) / n          the same for every sample, so it does not average out
 *     noise      = √(Σ_r σ_r²·n_r) / n                      independent from sample to sample
 *     u(average) = √(systematic² + noise²)
 *
 * n counts edge samples by their overlap w (and their noise by w²). Charge Q = average × valid duration, and so is its uncertainty.
 *
 * Energy E = Σ i·v·dt, with V the average voltage of the window and Q the charge:
 *
 *     u(E) = √( (|V|·u(Q))² + (|Q|·u(V))² )
 *
 * Where the voltage was not recorded V is |E / Q|, and its accuracy the model's. A channel of unknown accuracy has no uncertainty: null.
 */

import type { Range } from '../../drivers/instrument.ts';
import type { Totals } from './totals.ts';

export function averageUncertainty(totals: Totals, ranges: readonly Range[]): number | null {
	if (ranges.length === 0) return null;
	if (totals.weight === 0) return Number.NaN;
	let systematic = 0;
	let variance = 0;
	for (const [i, { weight, weightSquared, sum }] of totals.ranges.entries()) {
		const range = ranges[Math.min(i, ranges.length - 1)];
		systematic += range.gain * Math.abs(sum) + range.offset * weight;
		variance += range.noise ** 2 * weightSquared;
	}
	return Math.hypot(systematic, Math.sqrt(variance)) / totals.weight;
}

export function energyUncertainty(chargeC: number, chargeUncertaintyC: number | null, voltageV: number, voltageUncertaintyV: number | null): number | null {
	if (chargeUncertaintyC === null || voltageUncertaintyV === null) return null;
	return Math.hypot(Math.abs(voltageV) * chargeUncertaintyC, Math.abs(chargeC) * voltageUncertaintyV);
}

/**
 * Where power comes from, and what the instrument can supply: its ceilings of voltage and current. The power box is a constant voltage; a battery is
 * another source of the same interface, whose open-circuit voltage and resistance follow the charge drawn. Emulated, it stands in place of the power
 * box; as a thing of its own it lies at the terminals, and is measured, discharged or charged.
 */

import type { Model } from '../models.ts';

export interface VoltageSource {
	/** V without load. */
	readonly openCircuitV: number;
	/** Ω: the terminal voltage is openCircuitV − resistanceOhm × current. */
	readonly resistanceOhm: number;
	/** Tells what was drawn (C, negative when charged) within the last `durationS` s: for every sample that it feeds, else once a millisecond. */
	draw(chargeC: number, durationS: number): void;
}

/** A battery that was put in place of the power box, or that again. */
export interface PlacedSource {
	/** V: the instrument supplies no more at present, whatever the battery has. */
	readonly ceilingV: number;
}

/** A constant voltage. */
export class PowerBox implements VoltageSource {
	openCircuitV = 0;
	readonly resistanceOhm = 0;

	draw(): void {}
}

export interface SupplyLimits {
	/** V: the output regulates no higher. */
	readonly voltageV: number;
	/** A for short, and A for as long as one likes. */
	readonly peakA: number;
	readonly continuousA: number;
}

const arcUsbLow: SupplyLimits = { voltageV: 3.75, peakA: 0.25, continuousA: 0.25 };
const arcUsbHigh: SupplyLimits = { voltageV: 4.2, peakA: 0.25, continuousA: 0.25 };
const arcDc: SupplyLimits = { voltageV: 5, peakA: 5, continuousA: 2.5 };
const ace: SupplyLimits = { voltageV: 25, peakA: 5, continuousA: 5 };

/** The Arc's figures are published ones; the Ace's are those of its range. */
export function supplyLimits(model: Model, supply: 'usb' | 'dc', range: 'low' | 'high'): SupplyLimits {
	if (model.kind === 'ace') return ace;
	if (supply === 'dc') return arcDc;
	return range === 'high' ? arcUsbHigh : arcUsbLow;
}

/** What is asked when somebody asks how long a battery lasts, and what is answered. SI units; voltages, currents and charges are the whole pack's. */

import type { BatteryProfile, Uncertainty } from '../profile/profile.ts';
import type { EndedBy } from './discharge.ts';
import type { Load, Part } from './load.ts';
import type { TemperatureStretch } from './temperatures.ts';

/** A cell of which no more is known than its charge: no resistance, one voltage. */
export interface IdealCell {
	/** C, of one cell. */
	readonly capacityC: number;
	/** V of one cell; needed for loads that draw a power, and for a cut-off. */
	readonly voltageV?: number;
}

export interface LifeRequest {
	readonly cell: BatteryProfile | IdealCell;
	/** Cells in series and strings in parallel, default 1. */
	readonly series?: number;
	readonly parallel?: number;
	/** °C, or temperatures that take turns; default: the table nearest to 20 °C. */
	readonly temperature?: number | readonly TemperatureStretch[];
	readonly load: Load;
	/** V that the device needs at its worst peak; default: what the profile states for its cells, else none. */
	readonly cutoffV?: number;
	/** Share of the capacity that must be left at the end, default 0. */
	readonly margin?: number;
	/** Share of the capacity lost in a year at 20 °C; default: the profile's, else 0. It doubles every 10 °C. */
	readonly selfDischargePerYear?: number;
	/** Share of the charge that is there at the beginning, default 1. */
	readonly stateOfCharge?: number;
	/** s after which the battery counts as dead of age; default never. */
	readonly shelfLifeS?: number;
	/** Standard deviations from cell to cell; default: the profile's, else none is computed. */
	readonly spread?: Uncertainty;
	/** Cells drawn for the spread, default 1000, and the seed they are drawn with, default 0. */
	readonly samples?: number;
	readonly seed?: number;
	/** F: capacitors to try across the battery; default 100 µF and 470 µF. */
	readonly capacitorsF?: readonly number[];
}

export interface LifePeak extends Part {
	/** A from the battery. */
	readonly currentA: number;
	/** s from the beginning of its cycle, or of the recorded selection. */
	readonly atS: number;
	/** V under this peak, when the battery is as at the start, and at the end. */
	readonly startV: number;
	readonly endV: number;
}

export interface Sensitivity extends Partial<Part> {
	readonly of: 'current' | 'power' | 'duration' | 'number per day' | 'weight' | 'capacitor';
	/** Relative change, −0.1; of a capacitor its F. */
	readonly change: number;
	readonly lifeS: number;
	/** s more than without the change. */
	readonly gainS: number;
	/** A from the battery at the worst peak, with the capacitor. */
	readonly peakA?: number;
}

/** Columns of one length: the course from the start to the end. */
export interface LifeCurve {
	readonly timeS: number[];
	/** C since full. */
	readonly usedC: number[];
	/** Share of the charge that is left. */
	readonly stateOfCharge: number[];
	/** V. */
	readonly openCircuitV: number[];
	/** V at the worst peak. */
	readonly loadedV: number[];
	/** A. */
	readonly meanA: number[];
}

export interface LifeEstimate {
	readonly lifeS: number;
	readonly life: string;
	readonly endedBy: EndedBy;
	/** C of the pack when full, at the temperature that gives the least. */
	readonly capacityC: number;
	/** C drawn by the load, lost by self-discharge, and left in the battery. */
	readonly deliveredC: number;
	readonly selfDischargedC: number;
	readonly leftC: number;
	/** A, mean of the load over the life. */
	readonly meanA: number;
	readonly cutoffV: number | undefined;
	readonly peak: LifePeak;
	readonly curve: LifeCurve;
	readonly sensitivities: readonly Sensitivity[];
	/** s that of 100 cells 95, 50, 5 outlive. */
	readonly spread: { readonly p5S: number; readonly p50S: number; readonly p95S: number; readonly samples: number; readonly seed: number } | undefined;
	/** What the figures leave out or rest on, for people. */
	readonly notes: readonly string[];
}

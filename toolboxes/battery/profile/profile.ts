/**
 * A battery profile: what is known of one kind of cell. Tables over the charge used give the open-circuit voltage and the resistance, one table for
 * each temperature and load current at which the cell was discharged. Of one cell: packs are made of it in `model.ts`. SI units throughout; the file
 * that a profile is kept in is another matter (`otii-json.ts`).
 */

/** A resistor with a capacitor across it, in series with the cell: resistance that appears only after a while. */
export interface RcPair {
	/** Ω, one for each row; part of the row's `resistanceOhm`. */
	readonly resistanceOhm: Float64Array;
	/** s, one for each row. */
	readonly timeConstantS: Float64Array;
}

/** One discharge of the cell, as rows of ascending used charge. All arrays have the same length, at least two. */
export interface DischargeTable {
	readonly id: string;
	/** °C; undefined where nobody noted it. */
	readonly temperatureC?: number;
	/** A: the load at which the resistance was found; undefined where the table stands for every load. */
	readonly currentA?: number;
	/** C used since full; strictly ascending, not negative. The last is the cell's capacity. */
	readonly usedC: Float64Array;
	/** V without load. */
	readonly openCircuitV: Float64Array;
	/** Ω seen by a steady load: what acts at once and that of all `pairs`. */
	readonly resistanceOhm: Float64Array;
	/** None, one or two; fastest first. */
	readonly pairs: readonly RcPair[];
}

/** What is printed on the cell. */
export interface BatteryDescription {
	readonly manufacturer?: string;
	readonly model?: string;
	readonly size?: string;
	/** C, as the manufacturer states it. */
	readonly nominalCapacityC?: number;
	/** V, as the manufacturer states it. */
	readonly nominalV?: number;
	/** V below which the cell counts as empty. */
	readonly cutoffV?: number;
}

/** Where a profile comes from, for people. */
export interface Provenance {
	/** What was measured, by whom, or from which figures the tables were made. */
	readonly source: string;
	/** A stand-in for a kind of cell, not the measurement of one. */
	readonly generic?: boolean;
	/** The recording or file that it was made from. */
	readonly recording?: string;
}

/** One standard deviation from cell to cell, or of the fit; undefined where unknown. */
export interface Uncertainty {
	/** Share of the capacity. */
	readonly capacity?: number;
	/** Share of the resistance. */
	readonly resistance?: number;
	/** V. */
	readonly openCircuitV?: number;
}

export interface BatteryProfile {
	/** UUID. */
	readonly id: string;
	/** What scripts and people find it by; the file's name without `.json`. */
	readonly name: string;
	readonly battery: BatteryDescription;
	/** At least one, by ascending temperature, then current. */
	readonly tables: readonly DischargeTable[];
	/** Share of the capacity lost in a year at 20 °C without a load; undefined where unknown. */
	readonly selfDischargePerYear?: number;
	readonly provenance?: Provenance;
	readonly uncertainty?: Uncertainty;
	/** The file that it was read from, whole: what is not understood here survives there. */
	readonly document?: Readonly<Record<string, unknown>>;
}

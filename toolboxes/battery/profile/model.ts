/**
 * A profile as a function: the open-circuit voltage and the resistance of a pack at a temperature, of the charge used and the current drawn.
 *
 *     V = S·OCV(x) − I·S/P·R(x, I)        x = used charge / capacity; S cells in series, P such strings in parallel
 *
 * Between temperatures everything is blended at equal x: capacity and open-circuit voltage linearly, resistance and time constants
 * geometrically, for they follow an Arrhenius law. Between load currents at one temperature linearly. Outside of what was measured the nearest holds.
 */

import { Curve } from './interpolation.ts';
import type { BatteryProfile, DischargeTable } from './profile.ts';

export interface Pack {
	/** °C; undefined: the table nearest to 20 °C. */
	readonly temperatureC?: number;
	/** Cells in series, default 1. */
	readonly series?: number;
	/** Strings in parallel, default 1. */
	readonly parallel?: number;
}

export class CellModel {
	readonly series: number;
	readonly parallel: number;
	/** C, of the whole pack. */
	readonly capacityC: number;
	/** How many RC pairs there are: those that every table has. */
	readonly pairs: number;
	readonly #cold: Isotherm;
	readonly #warm: Isotherm;
	/** Share of the warmer one. */
	readonly #weight: number;
	readonly #stringScale: number;

	constructor(profile: BatteryProfile, { temperatureC, series = 1, parallel = 1 }: Pack = {}) {
		this.series = series;
		this.parallel = parallel;
		this.pairs = Math.min(...profile.tables.map(({ pairs }) => pairs.length));
		this.#stringScale = series / parallel;
		[this.#cold, this.#warm, this.#weight] = around(profile.tables, this.pairs, temperatureC);
		this.capacityC = parallel * linear(this.#cold.capacityC, this.#warm.capacityC, this.#weight);
	}

	/** V without load after `usedC` C of the pack. */
	openCircuitV(usedC: number): number {
		const x = usedC / this.capacityC;
		const cold = this.#cold.openCircuitV.at(x);
		return this.series * (this.#weight === 0 ? cold : linear(cold, this.#warm.openCircuitV.at(x), this.#weight));
	}

	/** Ω of the pack for a steady `currentA` A. */
	resistanceOhm(usedC: number, currentA = 0): number {
		return this.#stringScale * this.#blend(usedC, currentA, (load) => load.resistanceOhm);
	}

	/** Ω that act at once: the resistance without that of the RC pairs. */
	seriesOhm(usedC: number, currentA = 0): number {
		let ohm = this.resistanceOhm(usedC, currentA);
		for (let pair = 0; pair < this.pairs; pair++) ohm -= this.pairOhm(pair, usedC, currentA);
		return Math.max(0, ohm);
	}

	/** Ω of an RC pair. */
	pairOhm(pair: number, usedC: number, currentA = 0): number {
		return this.#stringScale * this.#blend(usedC, currentA, (load) => load.pairs[pair].resistanceOhm);
	}

	/** s. */
	timeConstantS(pair: number, usedC: number, currentA = 0): number {
		return this.#blend(usedC, currentA, (load) => load.pairs[pair].timeConstantS);
	}

	/** Of one cell, blended over current and temperature. */
	#blend(usedC: number, currentA: number, of: (load: LoadCurves) => Curve): number {
		const x = usedC / this.capacityC;
		const perCell = Math.abs(currentA) / this.parallel;
		const cold = this.#cold.at(x, perCell, of);
		return this.#weight === 0 ? cold : geometric(cold, this.#warm.at(x, perCell, of), this.#weight);
	}
}

interface LoadCurves {
	readonly currentA: number;
	readonly resistanceOhm: Curve;
	readonly pairs: readonly { readonly resistanceOhm: Curve; readonly timeConstantS: Curve }[];
}

/** All tables of one temperature, over the share of the charge used. */
class Isotherm {
	readonly capacityC: number;
	/** Of the gentlest load, which disturbed it least. */
	readonly openCircuitV: Curve;
	readonly #loads: readonly LoadCurves[];

	constructor(tables: readonly DischargeTable[], pairs: number) {
		const byCurrent = tables.toSorted((a, b) => (a.currentA ?? 0) - (b.currentA ?? 0));
		const [gentlest] = byCurrent;
		this.capacityC = capacityOf(gentlest);
		this.openCircuitV = new Curve(share(gentlest), gentlest.openCircuitV);
		this.#loads = byCurrent.map((table) => {
			// Against the charge of the gentlest: at one and the same used charge.
			const x = table.usedC.map((charge) => charge / this.capacityC);
			return {
				currentA: table.currentA ?? 0,
				resistanceOhm: new Curve(x, table.resistanceOhm),
				pairs: table.pairs.slice(0, pairs).map(({ resistanceOhm, timeConstantS }) => ({ resistanceOhm: new Curve(x, resistanceOhm), timeConstantS: new Curve(x, timeConstantS) })),
			};
		});
	}

	at(x: number, currentA: number, of: (load: LoadCurves) => Curve): number {
		const loads = this.#loads;
		const above = loads.findIndex((load) => load.currentA > currentA);
		if (above === 0 || loads.length === 1) return of(loads[0]).at(x);
		if (above < 0) return of(loads[loads.length - 1]).at(x);
		const [low, high] = [loads[above - 1], loads[above]];
		return linear(of(low).at(x), of(high).at(x), (currentA - low.currentA) / (high.currentA - low.currentA));
	}
}

/** The isotherms on both sides of a temperature, and the share of the warmer one. */
function around(tables: readonly DischargeTable[], pairs: number, temperatureC: number | undefined): [Isotherm, Isotherm, number] {
	const noted = [...new Set(tables.map((table) => table.temperatureC))].toSorted((a, b) => (a ?? unnotedC) - (b ?? unnotedC));
	const isotherm = (temperature: number | undefined) =>
		new Isotherm(
			tables.filter((table) => table.temperatureC === temperature),
			pairs,
		);
	const distance = (temperature: number | undefined) => Math.abs((temperature ?? unnotedC) - (temperatureC ?? unnotedC));
	const warmer = noted.findIndex((temperature) => (temperature ?? unnotedC) > (temperatureC ?? unnotedC));
	if (temperatureC === undefined || warmer <= 0) {
		const nearest = isotherm(noted.reduce((best, temperature) => (distance(temperature) < distance(best) ? temperature : best)));
		return [nearest, nearest, 0];
	}
	const [low, high] = [noted[warmer - 1] ?? unnotedC, noted[warmer] ?? unnotedC];
	return [isotherm(noted[warmer - 1]), isotherm(noted[warmer]), (temperatureC - low) / (high - low)];
}

/** °C that a table counts as whose temperature nobody noted. */
const unnotedC = 20;

export const capacityOf = ({ usedC }: DischargeTable): number => usedC[usedC.length - 1];

function share(table: DischargeTable): Float64Array {
	const capacityC = capacityOf(table);
	return table.usedC.map((charge) => charge / capacityC);
}

const linear = (a: number, b: number, weight: number): number => a + (b - a) * weight;
const geometric = (a: number, b: number, weight: number): number => (a > 0 && b > 0 ? a ** (1 - weight) * b ** weight : linear(a, b, weight));

/**
 * The battery of a life request, checked, as one thing that answers how long it lasts under cycles: cells in a pack, at one temperature or several,
 * with self-discharge, cut-off, margin and shelf life.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { CellModel } from '../profile/model.ts';
import type { BatteryProfile } from '../profile/profile.ts';
import { type Discharge, discharge, type EndedBy, interpolate } from './discharge.ts';
import { idealProfile } from './ideal.ts';
import type { Cycles } from './load.ts';
import { LoadedCell, type Operating } from './loaded-cell.ts';
import type { CellLike } from './periodic.ts';
import type { LifeRequest } from './request.ts';
import { inTurn, selfDischargeFactor, type Temperature, temperaturesOf } from './temperatures.ts';

export const yearS = 365.25 * 86_400;

export interface Outcome {
	readonly lifeS: number;
	/** C since full, at the end. */
	readonly usedC: number;
	readonly endedBy: EndedBy;
	readonly selfDischargedC: number;
	/** s and C, from the start to the end. */
	readonly timeS: Float64Array;
	readonly courseC: Float64Array;
}

/** How a cell differs from its profile. */
export interface Deviation {
	/** Factors. */
	readonly capacity: number;
	readonly resistance: number;
	/** V, of one cell. */
	readonly openCircuitV: number;
}

/** Temperatures that follow each other more often than this within the life are as good as mixed. */
const mostTurns = 2000;
const evenNodes = 256;

export class BatteryModel {
	readonly profile: BatteryProfile;
	readonly temperatures: readonly Temperature[];
	/** One a temperature. */
	readonly models: readonly CellModel[];
	/** V; undefined: down to nothing. */
	readonly cutoffV: number | undefined;
	readonly margin: number;
	/** Share of the charge that is gone at the beginning. */
	readonly startShare: number;
	readonly shelfLifeS: number;
	/** Share a year at 20 °C. */
	readonly selfDischargePerYear: number;
	readonly #nodes: Float64Array;

	/** INVALID_VALUE. */
	constructor(request: LifeRequest) {
		const { cell, series = 1, parallel = 1, temperature, margin = 0, stateOfCharge = 1, shelfLifeS } = request;
		this.profile = 'tables' in cell ? cell : idealProfile(cell);
		for (const [what, value] of Object.entries({ series, parallel }))
			if (!(Number.isInteger(value) && value >= 1)) throw invalid(`The number of cells in ${what} is ${value}; it must be a whole number of at least 1.`, { [what]: value });
		const share = (value: number, what: string, is: boolean, allowed: string) => {
			if (!is) throw invalid(`The ${what} is ${value}; it must be ${allowed}.`, { [what]: value });
			return value;
		};
		this.margin = share(margin, 'margin', margin >= 0 && margin < 1, 'a share of the capacity, from 0 to below 1');
		this.startShare = 1 - share(stateOfCharge, 'state of charge', stateOfCharge > 0 && stateOfCharge <= 1, 'a share of the capacity, above 0 and at most 1');
		const perYear = request.selfDischargePerYear ?? this.profile.selfDischargePerYear ?? 0;
		this.selfDischargePerYear = share(perYear, 'self-discharge', perYear >= 0 && Number.isFinite(perYear), 'a share of the capacity a year, not negative');
		this.shelfLifeS = shelfLifeS === undefined ? Number.POSITIVE_INFINITY : share(shelfLifeS, 'shelf life', shelfLifeS > 0, 'a time in s, above 0');
		const { cutoffV: ofCell } = this.profile.battery;
		this.cutoffV = request.cutoffV ?? (ofCell === undefined ? undefined : ofCell * series);
		if (this.cutoffV !== undefined) share(this.cutoffV, 'cut-off voltage', this.cutoffV >= 0 && Number.isFinite(this.cutoffV), 'in V and not negative');
		this.temperatures = temperaturesOf(temperature);
		this.models = this.temperatures.map(({ temperatureC }) => new CellModel(this.profile, { temperatureC, series, parallel }));
		this.#nodes = nodesOf(this.profile);
	}

	/** C of the pack, at the temperature that gives the least. */
	get capacityC(): number {
		return Math.min(...this.models.map(({ capacityC }) => capacityC));
	}

	/** C used at the beginning. */
	get startC(): number {
		return this.startShare * this.capacityC;
	}

	/** A, one a temperature. */
	get selfA(): number[] {
		return this.temperatures.map(({ temperatureC }, i) => (this.selfDischargePerYear * selfDischargeFactor(temperatureC) * this.models[i].capacityC) / yearS);
	}

	loaded(cycles: Cycles, capacitorF = 0): LoadedCell[] {
		return this.models.map((model) => new LoadedCell(model, cycles.cycles, capacitorF));
	}

	/** Whether cells are what the profile says, or deviate. */
	life(cycles: Cycles, { capacitorF = 0, deviation }: { capacitorF?: number; deviation?: Deviation } = {}): Outcome {
		const cells = deviation ? this.models.map((model) => deviating(model, deviation)) : this.models;
		const factor = deviation?.capacity ?? 1;
		const at = cells.map((cell) => new LoadedCell(cell, cycles.cycles, capacitorF).quick());
		const discharges = (lists: readonly number[][]) => lists.map((list) => this.#discharge(list, cells, at, factor));
		const all = [...cells.keys()];
		const [mixed] = discharges([all]);
		const { usedC: courseC, timeS, endedBy, selfDischargedC } = mixed;
		const last = timeS.length - 1;
		if (!this.inOrder(timeS[last])) return this.#limited({ lifeS: timeS[last], usedC: courseC[last], endedBy, selfDischargedC, timeS, courseC });
		const each = discharges(all.map((i) => [i]));
		const arrival = inTurn(this.temperatures, each);
		const selfA = this.selfA;
		let lostC = 0;
		for (let turn = 1; turn < arrival.timeS.length; turn++) lostC += factor * selfA[(turn - 1) % selfA.length] * (arrival.timeS[turn] - arrival.timeS[turn - 1]);
		return this.#limited({ ...arrival, endedBy: each[arrival.temperature].endedBy, selfDischargedC: lostC });
	}

	/** Whether temperatures are to be followed in order within a life of about `lifeS`, or may be mixed. */
	inOrder(lifeS: number): boolean {
		const periodS = this.temperatures.reduce((sum, { durationS = 0 }) => sum + durationS, 0);
		return periodS > 0 && lifeS <= mostTurns * periodS;
	}

	/** By the shelf life. */
	#limited(outcome: Outcome): Outcome {
		const { lifeS, timeS, courseC, selfDischargedC } = outcome;
		if (lifeS <= this.shelfLifeS) return outcome;
		const usedC = interpolate(timeS, courseC, this.shelfLifeS);
		const before = timeS.findIndex((time) => time >= this.shelfLifeS);
		return {
			lifeS: this.shelfLifeS,
			usedC,
			endedBy: 'shelf',
			selfDischargedC: (selfDischargedC * this.shelfLifeS) / lifeS,
			timeS: Float64Array.of(...timeS.subarray(0, before), this.shelfLifeS),
			courseC: Float64Array.of(...courseC.subarray(0, before), usedC),
		};
	}

	/** At some of the temperatures at once, by their shares. */
	#discharge(of: readonly number[], cells: readonly CellLike[], at: readonly ((usedC: number) => Operating)[], factor: number): Discharge {
		const selfA = this.selfA;
		const total = of.reduce((sum, i) => sum + this.temperatures[i].share, 0);
		const mean = (value: (i: number) => number) => of.reduce((sum, i) => sum + (this.temperatures[i].share / total) * value(i), 0);
		const capacityC = Math.min(...of.map((i) => cells[i].capacityC));
		return discharge({
			startC: factor * this.startC,
			capacityC,
			limitC: (1 - this.margin) * capacityC,
			cutoffV: this.cutoffV ?? 0,
			selfA: factor * mean((i) => selfA[i]),
			nodes: this.#nodes,
			at: (usedC) => {
				const each = of.map((i) => at[i](usedC));
				return { lowestV: Math.min(...each.map(({ lowestV }) => lowestV)), meanA: mean((i) => each[of.indexOf(i)].meanA) };
			},
		});
	}
}

/** The rows of the tables, where curves turn, and places between them. */
function nodesOf({ tables }: BatteryProfile): Float64Array {
	const nodes = new Set<number>();
	for (let i = 0; i <= evenNodes; i++) nodes.add(i / evenNodes);
	for (const { usedC } of tables) for (const charge of usedC) nodes.add(charge / usedC[usedC.length - 1]);
	return Float64Array.from(nodes).sort();
}

function deviating(model: CellModel, { capacity, resistance, openCircuitV }: Deviation): CellLike {
	return {
		capacityC: capacity * model.capacityC,
		pairs: model.pairs,
		openCircuitV: (usedC) => model.openCircuitV(usedC / capacity) + model.series * openCircuitV,
		seriesOhm: (usedC, currentA) => resistance * model.seriesOhm(usedC / capacity, currentA),
		pairOhm: (pair, usedC, currentA) => resistance * model.pairOhm(pair, usedC / capacity, currentA),
		timeConstantS: (pair, usedC, currentA) => model.timeConstantS(pair, usedC / capacity, currentA),
	};
}

function invalid(message: string, details: Record<string, unknown>): MicrojouleError {
	return new MicrojouleError('INVALID_VALUE', message, details);
}

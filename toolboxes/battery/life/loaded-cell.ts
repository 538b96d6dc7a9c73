/**
 * All cycles of a load on one cell, by the share of the time that each has: mean current and the lowest voltage of any, at a used charge. What runs
 * so many times a day runs between rests, at the mean current of everything that is there all the time.
 */

import { Curve } from '../profile/interpolation.ts';
import { type Cycle, dayS, periodS, type Segment, sharesOf } from './load.ts';
import { type CellLike, PeriodicCycle } from './periodic.ts';

/** Of a load at a used charge. */
export interface Operating {
	/** V, under the worst peak; −∞ where the cell cannot deliver. */
	readonly lowestV: number;
	/** A. */
	readonly meanA: number;
}

export interface Peak {
	readonly segment: Segment | undefined;
	readonly cycle: number;
	/** A, from the cell. */
	readonly currentA: number;
	/** s, from the cycle's beginning. */
	readonly atS: number;
}

/** A cycle of more segments is solved at few places, and its drop interpolated between them. */
const manySegments = 256;
const places = 64;

export class LoadedCell {
	readonly #cell: CellLike;
	readonly #cycles: readonly Cycle[];
	readonly #states: readonly PeriodicCycle[];
	readonly #shares: readonly number[];
	/** Indices, those with a weight first: their mean is what flows between the others. */
	readonly #order: readonly number[];
	readonly #weights: number;
	#drop: ((usedC: number) => number) | undefined;

	constructor(cell: CellLike, cycles: readonly Cycle[], capacitorF = 0) {
		this.#cell = cell;
		this.#cycles = cycles;
		this.#shares = sharesOf(cycles);
		this.#states = cycles.map(({ perDay, segments }) => new PeriodicCycle(cell, segments, perDay === undefined ? 0 : Math.max(0, dayS / perDay - periodS(segments)), capacitorF));
		const weighted = (i: number) => cycles[i].weight !== undefined;
		this.#order = [...cycles.keys()].toSorted((a, b) => Number(weighted(b)) - Number(weighted(a)));
		this.#weights = cycles.reduce((sum, { weight = 0 }) => sum + weight, 0);
	}

	/** Whether the currents are the same at any voltage. */
	get constant(): boolean {
		return this.#cycles.every(({ segments }) => segments.every(({ powerW }) => powerW === 0));
	}

	/** Exactly. */
	at(usedC: number): Operating {
		let lowestV = Number.POSITIVE_INFINITY;
		let meanA = 0;
		let baseA = 0;
		for (const i of this.#order) {
			const state = this.#states[i];
			const { weight } = this.#cycles[i];
			state.solve(usedC, baseA);
			if (weight !== undefined) baseA += (state.meanA * weight) / this.#weights;
			meanA += this.#shares[i] * state.meanA;
			lowestV = Math.min(lowestV, state.lowestV);
		}
		return { lowestV, meanA };
	}

	/** A function that gives the same within 1e-4 of the drop, fast also for long waveforms. */
	quick(): (usedC: number) => Operating {
		const segments = this.#cycles.reduce((sum, cycle) => sum + cycle.segments.length, 0);
		if (segments <= manySegments || !this.constant) return (usedC) => this.at(usedC);
		const { meanA } = this.at(0);
		this.#drop ??= this.#interpolatedDrop();
		const drop = this.#drop;
		return (usedC) => ({ lowestV: this.#cell.openCircuitV(usedC) - drop(usedC), meanA });
	}

	/** What makes the voltage lowest at a used charge. */
	peakAt(usedC: number): Peak {
		this.at(usedC);
		const states = this.#states;
		// Of equals, or of unknown voltages, the larger current.
		const worse = (a: PeriodicCycle, b: PeriodicCycle) => a.lowestV < b.lowestV || (!(a.lowestV > b.lowestV) && a.worstA > b.worstA);
		const cycle = states.reduce((worst, state, i) => (worse(state, states[worst]) ? i : worst), 0);
		const { worst, worstA, lowestAtS } = states[cycle];
		return { cycle, segment: this.#cycles[cycle].segments[worst], currentA: worstA, atS: lowestAtS };
	}

	/**
	 * When a single cycle that repeats is over, s: by its mean current that is at `lifeS`, at `usedC`; `peak` says whether at the worst segment, or
	 * wherever in the cycle that charge is drawn. Undefined for several cycles.
	 */
	endWithinCycle(lifeS: number, usedC: number, selfA: number, peak: boolean): number | undefined {
		if (this.#cycles.length !== 1 || this.#cycles[0].perDay !== undefined) return undefined;
		const [state] = this.#states;
		state.solve(usedC);
		if (peak) return state.endAtLowest(lifeS, selfA);
		const cycleS = periodS(this.#cycles[0].segments);
		const cycles = Math.floor(lifeS / cycleS + 1e-9);
		return cycles * cycleS + state.timeOf(Math.max(0, lifeS - cycles * cycleS) * (state.meanA + selfA), selfA);
	}

	/** The drop varies with the used charge as the resistance does, nearly; only what is left of it is interpolated. */
	#interpolatedDrop(): (usedC: number) => number {
		const cell = this.#cell;
		const { capacityC } = cell;
		const { currentA } = this.peakAt(capacityC / 2);
		const ohm = (usedC: number) => {
			let sum = cell.seriesOhm(usedC, currentA);
			for (let pair = 0; pair < cell.pairs; pair++) sum += cell.pairOhm(pair, usedC, currentA);
			return sum;
		};
		const usedC = Float64Array.from({ length: places + 1 }, (_, i) => (i * capacityC) / places);
		const ratio = usedC.map((charge) => {
			const drop = cell.openCircuitV(charge) - this.at(charge).lowestV;
			return ohm(charge) > 0 ? drop / ohm(charge) : 0;
		});
		const curve = new Curve(usedC, ratio);
		return (charge) => curve.at(charge) * ohm(charge);
	}
}

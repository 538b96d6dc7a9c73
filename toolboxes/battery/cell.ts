/**
 * A cell, or a pack of them, as a thing that is discharged: what it has given, and how far its RC pairs are charged. As the source of a simulated
 * output, as what the emulator computes a supply's voltage from, and stepped through a current by whoever predicts one.
 *
 *     V = OCV(used) − I·R0(used, I) − Σ V_k        dV_k/dt = (I·R_k − V_k) / τ_k, exact for a current that is constant within a step
 *
 * Beyond the table nobody measured. A cell that goes on being discharged after that collapses: its open-circuit voltage falls to nothing, so that whatever
 * cut-off there is comes.
 */

import type { VoltageSource } from '../../drivers/simulator/source.ts';
import type { CellModel } from './profile/model.ts';

export interface CellState {
	/** C used since full, of the whole pack. */
	readonly usedC?: number;
	/** Whether it discharges while current flows; default true. */
	readonly tracking?: boolean;
	/** V of each RC pair, default 0: it has rested. */
	readonly pairV?: readonly number[];
}

/** Share of the capacity over which a used-up cell's open-circuit voltage falls to 0 V. */
const collapse = 0.02;

export class Cell implements VoltageSource {
	/** Whether it discharges while current flows. */
	tracking: boolean;
	#model: CellModel;
	#usedC: number;
	/** C drawn after it was used up. */
	#overdrawnC = 0;
	#pairV: Float64Array;
	/** A, mean of the last step: decides the resistance where that depends on the current. */
	#currentA = 0;
	/** What the model gave for the present state. */
	#openCircuitV = 0;
	#seriesOhm = 0;

	constructor(model: CellModel, { usedC = 0, tracking = true, pairV = [] }: CellState = {}) {
		this.tracking = tracking;
		this.#model = model;
		this.#usedC = usedC;
		this.#pairV = Float64Array.from({ length: model.pairs }, (_, pair) => pairV[pair] ?? 0);
		this.#refresh();
	}

	get model(): CellModel {
		return this.#model;
	}

	/** C; between 0 and the capacity. */
	get usedC(): number {
		return this.#usedC;
	}

	/** Settles the RC pairs as well: it is another cell, or the same after a rest. */
	set usedC(charge: number) {
		this.#usedC = charge;
		this.#overdrawnC = 0;
		this.#pairV.fill(0);
		this.#refresh();
	}

	/** Share of the charge that is left, 0 to 1. */
	get stateOfCharge(): number {
		return 1 - this.#usedC / this.#model.capacityC;
	}

	/** Other temperature, other pack or other cell. The charge used becomes `usedC`. */
	become(model: CellModel, usedC: number): void {
		this.#model = model;
		this.#usedC = usedC;
		this.#overdrawnC = 0;
		const pairV = new Float64Array(model.pairs);
		pairV.set(this.#pairV.subarray(0, model.pairs));
		this.#pairV = pairV;
		this.#refresh();
	}

	/** V at no current at this moment: the RC pairs' voltage is still there. */
	get openCircuitV(): number {
		return this.#openCircuitV;
	}

	/** Ω that act at once. */
	get resistanceOhm(): number {
		return this.#seriesOhm;
	}

	/** V while `currentA` A are drawn. */
	terminalV(currentA: number): number {
		return this.#openCircuitV - currentA * this.#seriesOhm;
	}

	draw(chargeC: number, durationS: number): void {
		const currentA = chargeC / durationS;
		this.#currentA = currentA;
		const model = this.#model;
		for (let pair = 0; pair < this.#pairV.length; pair++) {
			const settled = currentA * model.pairOhm(pair, this.#usedC, currentA);
			const tau = model.timeConstantS(pair, this.#usedC, currentA);
			this.#pairV[pair] = settled + (this.#pairV[pair] - settled) * Math.exp(-durationS / tau);
		}
		if (this.tracking) this.#use(chargeC);
		this.#refresh();
	}

	#use(chargeC: number): void {
		const { capacityC } = this.#model;
		const used = this.#usedC + this.#overdrawnC + chargeC;
		this.#usedC = Math.min(Math.max(used, 0), capacityC);
		this.#overdrawnC = Math.min(Math.max(used - capacityC, 0), collapse * capacityC);
	}

	#refresh(): void {
		const model = this.#model;
		let openCircuitV = model.openCircuitV(this.#usedC) * (1 - this.#overdrawnC / (collapse * model.capacityC));
		for (const v of this.#pairV) openCircuitV -= v;
		this.#openCircuitV = openCircuitV;
		this.#seriesOhm = model.seriesOhm(this.#usedC, this.#currentA);
	}
}

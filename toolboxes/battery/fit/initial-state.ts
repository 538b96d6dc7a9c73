/**
 * The state of a cell from the rest before a discharge: how much it has given, and how far its RC pairs are still charged. With the pairs' time constants known, the voltage
 * of a rest is linear in the open-circuit voltage and the pairs' voltages, V(t) = OCV − Σ V_k·exp(−t/τ_k), and the charge follows from the open-circuit voltage.
 */

import type { CellModel } from '../profile/model.ts';
import { NormalEquations } from './linear.ts';
import type { Run } from './measurement.ts';

export interface InitialState {
	/** C since full. */
	readonly usedC: number;
	/** V of each pair at the end of the rest. */
	readonly pairV: readonly number[];
}

/** A pair that is this many time constants into the rest at its second row, or at its end has not moved by this share of one, cannot be seen. */
const gone = 3;
const unmoved = 0.2;

/** `rest`: its rows, the last before the discharge. One row tells of a settled cell. */
export function initialState(model: CellModel, rest: Run): InitialState {
	let state: InitialState = { usedC: usedAt(model, rest.voltageV[rest.voltageV.length - 1]), pairV: new Array(model.pairs).fill(0) };
	// Time constants depend on the charge used, which follows from them: the second round has them where they belong.
	for (let round = 0; round < 2; round++) state = refined(model, rest, state.usedC);
	return state;
}

function refined(model: CellModel, { timeS, voltageV }: Run, usedC: number): InitialState {
	const rows = timeS.length;
	const spanS = timeS[rows - 1] - timeS[0];
	const taus = Array.from({ length: model.pairs }, (_, pair) => model.timeConstantS(pair, usedC));
	const seen = taus.flatMap((tau, pair) => (rows > 3 && timeS[1] - timeS[0] < gone * tau && spanS > unmoved * tau ? [pair] : []));
	const fitted = (openCircuitV: number | undefined) => {
		const free = openCircuitV === undefined ? 1 : 0;
		const equations = new NormalEquations(free + seen.length);
		const places = Int32Array.from({ length: free + seen.length }, (_, k) => k);
		const values = new Float64Array(free + seen.length);
		for (let row = 0; row < rows; row++) {
			if (free) values[0] = 1;
			for (const [k, pair] of seen.entries()) values[free + k] = -Math.exp((timeS[0] - timeS[row]) / taus[pair]);
			equations.add(places, values, places.length, voltageV[row] - (openCircuitV ?? 0));
		}
		const { x } = equations.solve(() => false);
		return { openCircuitV: openCircuitV ?? x[0], pairV: x.subarray(free) };
	};
	let { openCircuitV, pairV } = rows > 3 ? fitted(undefined) : { openCircuitV: voltageV[rows - 1], pairV: new Float64Array(0) };
	// No cell is fuller than full: what is beyond is not yet relaxed.
	const fullV = model.openCircuitV(0);
	if (openCircuitV > fullV && seen.length > 0) ({ openCircuitV, pairV } = fitted(fullV));
	const atEnd = new Array<number>(model.pairs).fill(0);
	for (const [k, pair] of seen.entries()) atEnd[pair] = pairV[k] * Math.exp(-spanS / taus[pair]);
	return { usedC: usedAt(model, openCircuitV), pairV: atEnd };
}

/** C after which the open-circuit voltage has come down to `v`: the first such place. */
function usedAt(model: CellModel, v: number): number {
	const steps = 400;
	let k = 0;
	while (k < steps && model.openCircuitV((k / steps) * model.capacityC) > v) k++;
	if (k === 0) return 0;
	let [low, high] = [((k - 1) / steps) * model.capacityC, (k / steps) * model.capacityC];
	for (let n = 0; n < 40; n++) {
		const middle = (low + high) / 2;
		if (model.openCircuitV(middle) > v) low = middle;
		else high = middle;
	}
	return high;
}

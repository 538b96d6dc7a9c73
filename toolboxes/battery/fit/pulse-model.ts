/**
 * The linear part of a fit from pulses and rests. With both time constants given, the voltage of every row is linear in all that is sought:
 *
 *     V = OCV(q) − I·R0(q) − V1 − V2        τ_k·dV_k/dt = I·R_k(q) − V_k
 *
 * OCV is a chain of straight lines between knots of the charge axis, R0, R1 and R2 ones between nodes, the levels at which the cell rested; the pair voltages
 * at the first row are sought as well. So OCV may bend between rests, where only discharges tell of it, and slow pairs are seen in rests and discharges alike. The chains
 * are held straight by very little, so that a knot of which no row tells lies between its neighbours. Everything is a share of the capacity, the peak
 * current and the span of voltages: a scaled measurement gives the scaled result.
 */

import { NormalEquations } from './linear.ts';

export interface Shares {
	/** s since the row before; 0 for the first. */
	readonly stepS: Float64Array;
	/** Charge used. */
	readonly used: Float64Array;
	readonly current: Float64Array;
	readonly voltage: Float64Array;
}

export interface Solution {
	/** OCV at knots, R0, R1, R2 at nodes, V1 and V2 at the first row. */
	readonly x: Float64Array;
	/** Of the voltages that the solution gives from those measured. */
	readonly deviation: Float64Array;
	readonly squares: number;
}

export const pairs = 2;
/** How straight the chains are held, as so many rows' worth a row there is. */
const straightOpenCircuit = 2e-4;
const straightResistance = 3e-3;
/** And how much of a row it takes to move the first pair voltages from 0. */
const settled = 1e-3;

export class PulseModel {
	readonly knots: Float64Array;
	readonly nodes: Float64Array;
	readonly unknowns: number;
	readonly #rows: Shares;
	/** Of each row: the knot and the node before it, and the share of the one after. */
	readonly #knot: Int32Array;
	readonly #knotShare: Float64Array;
	readonly #node: Int32Array;
	readonly #nodeShare: Float64Array;

	constructor(rows: Shares, knots: Float64Array, nodes: Float64Array) {
		this.#rows = rows;
		this.knots = knots;
		this.nodes = nodes;
		this.unknowns = knots.length + (1 + pairs) * nodes.length + pairs;
		[this.#knot, this.#knotShare] = placed(rows.used, knots);
		[this.#node, this.#nodeShare] = placed(rows.used, nodes);
	}

	/** First unknown of R0 (0) or of a pair's resistance (1, 2). */
	resistanceAt(part: number): number {
		return this.knots.length + part * this.nodes.length;
	}

	solve(timeConstants: readonly number[]): Solution {
		const equations = this.equations(timeConstants);
		const last = this.unknowns - pairs;
		const { x, squares } = equations.solve((unknown) => unknown >= this.knots.length && unknown < last);
		return { x, squares, deviation: this.deviation(timeConstants, x) };
	}

	squares(timeConstants: readonly number[]): number {
		const last = this.unknowns - pairs;
		return this.equations(timeConstants).solve((unknown) => unknown >= this.knots.length && unknown < last).squares;
	}

	/** The normal equations. `more` adds unknowns at the end, with a column of values each. */
	equations(timeConstants: readonly number[], more: readonly Float64Array[] = []): NormalEquations {
		const equations = new NormalEquations(this.unknowns + more.length);
		const { voltage } = this.#rows;
		this.#eachRow(timeConstants, (row, places, values, count) => {
			for (const [k, column] of more.entries()) {
				places[count + k] = this.unknowns + k;
				values[count + k] = column[row];
			}
			equations.add(places, values, count + more.length, voltage[row]);
		});
		this.#holdStraight(equations);
		return equations;
	}

	deviation(timeConstants: readonly number[], x: Float64Array): Float64Array {
		const { voltage } = this.#rows;
		const deviation = new Float64Array(voltage.length);
		this.#eachRow(timeConstants, (row, places, values, count) => {
			let sum = -voltage[row];
			for (let k = 0; k < count; k++) sum += values[k] * x[places[k]];
			deviation[row] = sum;
		});
		return deviation;
	}

	/** Shows every row's entries other than 0. The arrays are used again for the next row and have room for a few more. */
	#eachRow(timeConstants: readonly number[], visit: (row: number, places: Int32Array, values: Float64Array, count: number) => void): void {
		const { stepS, current } = this.#rows;
		const nodes = this.nodes.length;
		const places = new Int32Array(this.unknowns + pairs);
		const values = new Float64Array(this.unknowns + pairs);
		const responses = timeConstants.map(() => new Float64Array(nodes));
		const initial = timeConstants.map(() => 1);
		for (let row = 0; row < stepS.length; row++) {
			const i = current[row];
			const node = this.#node[row];
			const nodeShare = this.#nodeShare[row];
			let count = 0;
			const put = (place: number, value: number) => {
				places[count] = place;
				values[count++] = value;
			};
			put(this.#knot[row], 1 - this.#knotShare[row]);
			put(this.#knot[row] + 1, this.#knotShare[row]);
			put(this.resistanceAt(0) + node, -i * (1 - nodeShare));
			put(this.resistanceAt(0) + node + 1, -i * nodeShare);
			for (let pair = 0; pair < pairs; pair++) {
				const response = responses[pair];
				const decay = Math.exp(-stepS[row] / timeConstants[pair]);
				for (let k = 0; k < nodes; k++) response[k] *= decay;
				response[node] += (1 - decay) * i * (1 - nodeShare);
				response[node + 1] += (1 - decay) * i * nodeShare;
				initial[pair] *= decay;
				const first = this.resistanceAt(1 + pair);
				for (let k = 0; k < nodes; k++) if (Math.abs(response[k]) > 1e-9) put(first + k, -response[k]);
				put(this.unknowns - pairs + pair, -initial[pair]);
			}
			visit(row, places, values, count);
		}
	}

	#holdStraight(equations: NormalEquations): void {
		const weight = Math.sqrt(this.#rows.stepS.length);
		const places = new Int32Array(3);
		const values = new Float64Array(3);
		const chain = (first: number, at: Float64Array, share: number) => {
			const usual = (at[at.length - 1] - at[0]) / (at.length - 1);
			for (let k = 1; k + 1 < at.length; k++) {
				const [before, after] = [usual / (at[k] - at[k - 1]), usual / (at[k + 1] - at[k])];
				places.set([first + k - 1, first + k, first + k + 1]);
				values.set([before * share * weight, -(before + after) * share * weight, after * share * weight]);
				equations.add(places, values, 3, 0);
			}
		};
		chain(0, this.knots, straightOpenCircuit);
		for (let part = 0; part <= pairs; part++) chain(this.resistanceAt(part), this.nodes, straightResistance);
		for (let pair = 0; pair < pairs; pair++) {
			places[0] = this.unknowns - pairs + pair;
			values[0] = settled * weight;
			equations.add(places, values, 1, 0);
		}
	}
}

function placed(x: Float64Array, at: Float64Array): [Int32Array, Float64Array] {
	const before = new Int32Array(x.length);
	const share = new Float64Array(x.length);
	const last = at.length - 2;
	for (let row = 0, k = 0; row < x.length; row++) {
		while (k < last && x[row] >= at[k + 1]) k++;
		while (k > 0 && x[row] < at[k]) k--;
		before[row] = k;
		share[row] = Math.min(1, Math.max(0, (x[row] - at[k]) / (at[k + 1] - at[k])));
	}
	return [before, share];
}

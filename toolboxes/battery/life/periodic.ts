/**
 * A cycle of segments on a cell, over and over, at one used charge: how low the voltage falls and what is drawn on average. Within a segment each
 * RC pair follows an exponential, so over the whole cycle its voltage V becomes A·V + B, and after many cycles it begins each one at B / (1 − A).
 * What changes over many cycles, a pair follows a time constant late: its resistance is that of the charge used then.
 *
 * The lowest voltage of a segment is looked for at its ends, and in between where one pair discharges while another is being charged. A capacitor
 * across the cell is one more pair: of the series resistance, with τ = resistance × capacitance. The other pairs are then charged by the
 * unfiltered current, which is a little pessimistic.
 */

import type { CellModel } from '../profile/model.ts';
import { type CurrentClasses, currentClasses } from './current-classes.ts';
import type { Segment } from './load.ts';

/** What is asked of a cell; a `CellModel`, or one that deviates from it. */
export type CellLike = Pick<CellModel, 'capacityC' | 'pairs' | 'openCircuitV' | 'seriesOhm' | 'pairOhm' | 'timeConstantS'>;

/** With more, segments share a resistance whose currents are alike to such a part of the largest. */
const manySegments = 256;
const mostIterations = 40;
/** Segments whose voltages differ by less are equally low. */
const alikeV = 1e-6;

export class PeriodicCycle {
	/** V, the lowest terminal voltage; −∞ where the power asked for is more than the cell can give, NaN for a cell of unknown voltage. */
	lowestV = 0;
	/** A, mean of the cycle's own segments. */
	meanA = 0;
	/** The segment of the lowest voltage. */
	worst = 0;
	/** A from the cell at that moment. */
	worstA = 0;
	readonly #cell: CellLike;
	readonly #segments: readonly Segment[];
	/** Own segments and, last, the rest. */
	readonly #count: number;
	readonly #durationS: Float64Array;
	readonly #currentA: Float64Array;
	readonly #peakA: Float64Array;
	readonly #seriesOhm: Float64Array;
	/** By pair, then segment: A·Ω settled towards, and share of the way made within the segment. */
	readonly #settledV: Float64Array[];
	readonly #rise: Float64Array[];
	readonly #tauS: Float64Array[];
	/** V, not above the lowest within each segment, and when, s. */
	readonly #lowestOf: Float64Array;
	readonly #lowestAtS: Float64Array;
	readonly #ownS: number;
	readonly #cycleS: number;
	readonly #capacitorF: number;
	readonly #powered: boolean;
	/** Of each segment, when there are many. */
	readonly #classes: CurrentClasses | undefined;
	#usedC = 0;
	#openCircuitV = 0;
	/** A, mean of the cycle and the rest. */
	#driftA = 0;

	/** `restS`: s after the segments that are spent at the current given to `solve`. */
	constructor(cell: CellLike, segments: readonly Segment[], restS = 0, capacitorF = 0) {
		this.#cell = cell;
		this.#segments = segments;
		this.#count = segments.length + (restS > 0 ? 1 : 0);
		const column = (of: (segment: Segment) => number, rest: number) => Float64Array.from({ length: this.#count }, (_, j) => (j < segments.length ? of(segments[j]) : rest));
		this.#durationS = column(({ durationS }) => durationS, restS);
		this.#currentA = column(({ currentA }) => currentA, 0);
		this.#peakA = column(({ peakA }) => peakA, 0);
		this.#seriesOhm = new Float64Array(this.#count);
		this.#lowestOf = new Float64Array(this.#count);
		this.#lowestAtS = new Float64Array(this.#count);
		const columns = () => Array.from({ length: cell.pairs + (capacitorF > 0 ? 1 : 0) }, () => new Float64Array(this.#count));
		this.#settledV = columns();
		this.#rise = columns();
		this.#tauS = columns();
		this.#ownS = segments.reduce((sum, { durationS }) => sum + durationS, 0);
		this.#cycleS = this.#ownS + restS;
		this.#capacitorF = capacitorF;
		this.#powered = segments.some(({ powerW }) => powerW > 0);
		this.#classes = segments.length > manySegments && !this.#powered ? currentClasses(this.#currentA, manySegments) : undefined;
	}

	/** Finds the state at a used charge; the results are this object's fields. */
	solve(usedC: number, restA = 0): void {
		this.#usedC = usedC;
		const openCircuitV = this.#cell.openCircuitV(usedC);
		// Drops are told apart whatever they start from.
		this.#openCircuitV = Number.isNaN(openCircuitV) ? 0 : openCircuitV;
		if (this.#count > this.#segments.length) {
			this.#currentA[this.#count - 1] = restA;
			this.#peakA[this.#count - 1] = restA;
		}
		if (this.#powered) this.#solvePower();
		else {
			this.#resistances();
			this.#walk();
		}
		if (Number.isNaN(openCircuitV)) this.lowestV = Number.NaN;
		let charge = 0;
		for (let j = 0; j < this.#segments.length; j++) charge += this.#currentA[j] * this.#durationS[j];
		this.meanA = charge / this.#ownS;
	}

	/** s from the cycle's beginning to the lowest voltage, after `solve`. */
	get lowestAtS(): number {
		let startS = 0;
		for (let j = 0; j < this.worst; j++) startS += this.#durationS[j];
		return startS + this.#lowestAtS[this.worst];
	}

	/**
	 * When a voltage that the mean current brings at `lifeS` is first met, s: in one of the segments that have the lowest, in the cycle in which so much
	 * charge is drawn; after `solve`.
	 */
	endAtLowest(lifeS: number, selfA: number): number {
		const rate = this.meanA + selfA;
		let first = Number.POSITIVE_INFINITY;
		let startS = 0;
		// Charge as the time that the mean current takes for it.
		let beginsS = 0;
		for (let j = 0; j < this.#segments.length; j++) {
			const durationS = this.#durationS[j];
			const lastsS = ((this.#currentA[j] + selfA) * durationS) / rate;
			if (this.#lowestOf[j] - this.lowestV < alikeV) {
				const cycles = Math.max(0, Math.ceil((lifeS - beginsS - lastsS) / this.#cycleS));
				const into = lifeS - cycles * this.#cycleS - beginsS;
				first = Math.min(first, cycles * this.#cycleS + startS + (into > 0 && lastsS > 0 ? Math.min(1, into / lastsS) * durationS : this.#lowestAtS[j]));
			}
			startS += durationS;
			beginsS += lastsS;
		}
		return first;
	}

	/** s from the cycle's beginning until `chargeC` are gone, `selfA` A included, after `solve`. */
	timeOf(chargeC: number, selfA: number): number {
		let timeS = 0;
		let left = chargeC;
		for (let j = 0; j < this.#segments.length; j++) {
			const rate = this.#currentA[j] + selfA;
			if (rate > 0 && left <= rate * this.#durationS[j]) return timeS + left / rate;
			timeS += this.#durationS[j];
			left -= rate * this.#durationS[j];
		}
		return timeS;
	}

	/** Currents follow from voltages and the other way round. */
	#solvePower(): void {
		const { length } = this.#segments;
		for (let j = 0; j < length; j++) if (this.#segments[j].powerW > 0) this.#currentA[j] = this.#segments[j].powerW / this.#openCircuitV;
		for (let iteration = 0; iteration < mostIterations; iteration++) {
			this.#resistances();
			const means = this.#meanPairV();
			let change = 0;
			for (let j = 0; j < length; j++) {
				const { powerW } = this.#segments[j];
				if (powerW === 0) continue;
				const voltage = voltageAtPower(this.#openCircuitV - means[j], this.#seriesOhm[j], powerW);
				if (!(voltage > 0)) {
					this.lowestV = Number.NEGATIVE_INFINITY;
					this.worst = j;
					this.#lowestAtS[j] = 0;
					this.worstA = this.#currentA[j];
					return;
				}
				const current = powerW / voltage;
				change = Math.max(change, Math.abs(current / this.#currentA[j] - 1));
				this.#currentA[j] = current;
			}
			if (change < 1e-9) break;
		}
		this.#resistances();
		this.#walk();
	}

	#resistances(): void {
		let charge = 0;
		for (let j = 0; j < this.#count; j++) charge += this.#currentA[j] * this.#durationS[j];
		this.#driftA = charge / this.#cycleS;
		const classes = this.#classes;
		if (!classes) {
			for (let j = 0; j < this.#count; j++) this.#resistance(j, this.#currentA[j]);
		} else {
			for (const j of classes.representatives) this.#resistance(j, this.#currentA[j]);
			for (let j = 0; j < this.#segments.length; j++) this.#resistanceLike(j, classes.representatives[classes.of[j]]);
			if (this.#count > this.#segments.length) this.#resistance(this.#count - 1, this.#currentA[this.#count - 1]);
		}
	}

	#resistance(j: number, currentA: number): void {
		const cell = this.#cell;
		const duration = this.#durationS[j];
		for (let pair = 0; pair < cell.pairs; pair++) {
			const tau = cell.timeConstantS(pair, this.#usedC, currentA);
			const usedC = Math.max(0, this.#usedC - tau * this.#driftA);
			this.#set(pair, j, currentA * cell.pairOhm(pair, usedC, currentA), tau, duration);
		}
		const ohm = cell.seriesOhm(this.#usedC, currentA);
		if (this.#capacitorF > 0) this.#set(cell.pairs, j, currentA * ohm, ohm * this.#capacitorF, duration);
		this.#seriesOhm[j] = this.#capacitorF > 0 ? 0 : ohm;
	}

	#set(pair: number, j: number, settledV: number, tauS: number, durationS: number): void {
		this.#settledV[pair][j] = settledV;
		this.#tauS[pair][j] = tauS;
		this.#rise[pair][j] = tauS > 0 ? -Math.expm1(-durationS / tauS) : 1;
	}

	/** That of segment `like`, whose current is nearly the same. */
	#resistanceLike(j: number, like: number): void {
		if (j === like) return;
		this.#seriesOhm[j] = this.#seriesOhm[like];
		const ratio = this.#currentA[like] === 0 ? 0 : this.#currentA[j] / this.#currentA[like];
		for (let pair = 0; pair < this.#settledV.length; pair++) this.#set(pair, j, ratio * this.#settledV[pair][like], this.#tauS[pair][like], this.#durationS[j]);
	}

	/** V of a pair at the beginning of every cycle. */
	#start(pair: number): number {
		const settled = this.#settledV[pair];
		const rise = this.#rise[pair];
		const tau = this.#tauS[pair];
		let after = 0;
		let exponent = 0;
		for (let j = 0; j < this.#count; j++) {
			after += (settled[j] - after) * rise[j];
			exponent += tau[j] > 0 ? this.#durationS[j] / tau[j] : Number.POSITIVE_INFINITY;
		}
		return after / -Math.expm1(-exponent);
	}

	/** V of all pairs together, mean over each segment. */
	#meanPairV(): Float64Array {
		const means = new Float64Array(this.#count);
		for (let pair = 0; pair < this.#settledV.length; pair++) {
			const settled = this.#settledV[pair];
			const rise = this.#rise[pair];
			const tau = this.#tauS[pair];
			let v = this.#start(pair);
			for (let j = 0; j < this.#count; j++) {
				means[j] += settled[j] + ((v - settled[j]) * rise[j] * tau[j]) / this.#durationS[j];
				v += (settled[j] - v) * rise[j];
			}
		}
		return means;
	}

	#walk(): void {
		const pairs = this.#settledV.length;
		const v = Array.from({ length: pairs }, (_, pair) => this.#start(pair));
		let lowest = Number.POSITIVE_INFINITY;
		this.worstA = Number.NEGATIVE_INFINITY;
		for (let j = 0; j < this.#count; j++) {
			let before = 0;
			let after = 0;
			let highest = 0;
			let rising = false;
			let falling = false;
			for (let pair = 0; pair < pairs; pair++) {
				const next = v[pair] + (this.#settledV[pair][j] - v[pair]) * this.#rise[pair][j];
				before += v[pair];
				after += next;
				highest += Math.max(v[pair], next);
				if (next > v[pair]) rising = true;
				else if (next < v[pair]) falling = true;
			}
			let atS = after > before ? this.#durationS[j] : 0;
			let drop = Math.max(before, after);
			this.#lowestOf[j] = this.#voltage(j, highest);
			this.#lowestAtS[j] = atS;
			if (this.#lowestOf[j] <= lowest) {
				if (rising && falling) [drop, atS] = this.#highest(j, v, drop, atS);
				const voltage = this.#voltage(j, drop);
				this.#lowestOf[j] = voltage;
				this.#lowestAtS[j] = atS;
				const currentA = this.#cellA(j, v, atS, voltage);
				// Of equals the larger current, which is what an ideal cell can tell.
				if (voltage < lowest || (voltage === lowest && currentA > this.worstA)) {
					lowest = voltage;
					this.worst = j;
					this.worstA = currentA;
				}
			}
			for (let pair = 0; pair < pairs; pair++) v[pair] += (this.#settledV[pair][j] - v[pair]) * this.#rise[pair][j];
		}
		this.lowestV = lowest;
	}

	/** V at the terminals in segment `j` while the pairs have `pairV` together. */
	#voltage(j: number, pairV: number): number {
		const power = j < this.#segments.length ? this.#segments[j].powerW : 0;
		if (power > 0) return voltageAtPower(this.#openCircuitV - pairV, this.#seriesOhm[j], power);
		return this.#openCircuitV - pairV - this.#seriesOhm[j] * (this.#capacitorF > 0 ? this.#currentA[j] : this.#peakA[j]);
	}

	/** A from the cell: what is drawn, or, with a capacitor, what flows through the series resistance. */
	#cellA(j: number, v: readonly number[], atS: number, voltage: number): number {
		if (this.#capacitorF > 0) {
			const pair = v.length - 1;
			const settled = this.#settledV[pair][j];
			const ohm = this.#tauS[pair][j] / this.#capacitorF;
			return ohm > 0 ? (settled + (v[pair] - settled) * Math.exp(-atS / this.#tauS[pair][j])) / ohm : this.#peakA[j];
		}
		const power = j < this.#segments.length ? this.#segments[j].powerW : 0;
		return power > 0 ? power / voltage : this.#peakA[j];
	}

	/** The largest sum of the pairs' voltages within a segment, and when, s: halving the time around where the slope changes its sign. */
	#highest(j: number, v: readonly number[], drop: number, atS: number): [dropV: number, atS: number] {
		const slope = (s: number) => {
			let sum = 0;
			for (let pair = 0; pair < v.length; pair++) {
				const tau = this.#tauS[pair][j];
				if (tau > 0) sum += ((this.#settledV[pair][j] - v[pair]) / tau) * Math.exp(-s / tau);
			}
			return sum;
		};
		let low = 0;
		let high = this.#durationS[j];
		if (!(slope(low) > 0 && slope(high) < 0)) return [drop, atS];
		for (let step = 0; step < 50; step++) {
			const middle = (low + high) / 2;
			if (slope(middle) > 0) low = middle;
			else high = middle;
		}
		let sum = 0;
		for (let pair = 0; pair < v.length; pair++) {
			const settled = this.#settledV[pair][j];
			const tau = this.#tauS[pair][j];
			sum += tau > 0 ? settled + (v[pair] - settled) * Math.exp(-low / tau) : settled;
		}
		return sum > drop ? [sum, low] : [drop, atS];
	}
}

/** V at which `powerW` flow out of an ideal `openV` behind `ohm`; −∞ where that is impossible. */
function voltageAtPower(openV: number, ohm: number, powerW: number): number {
	const root = openV * openV - 4 * ohm * powerW;
	return openV > 0 && root >= 0 ? (openV + Math.sqrt(root)) / 2 : Number.NEGATIVE_INFINITY;
}

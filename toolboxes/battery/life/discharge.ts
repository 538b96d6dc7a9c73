/**
 * How a battery runs down, by integrating over charge: at every used charge the load's mean current says how long the next bit of it lasts,
 *
 *     t(q) = ∫ dq / (I(q) + I_self)
 *
 * and the lowest voltage within the load's cycle says whether it is over. The end is the first used charge at which it is, found by halving.
 */

import type { Operating } from './loaded-cell.ts';

export type EndedBy = 'cut-off under peak' | 'capacity' | 'margin' | 'shelf';

export interface DischargeQuestion {
	/** C; where it begins, where nothing is left, and where it may not go below, which is not after that. */
	readonly startC: number;
	readonly capacityC: number;
	readonly limitC: number;
	/** V under load. */
	readonly cutoffV: number;
	/** A, self-discharge. */
	readonly selfA: number;
	/** Share of the capacity used, ascending from 0 to 1: where it is looked at. */
	readonly nodes: Float64Array;
	at(usedC: number): Operating;
}

/** A course of time over used charge, from the start to the end. */
export interface Discharge {
	/** C, ascending; the last is the end. */
	readonly usedC: Float64Array;
	/** s since the start. */
	readonly timeS: Float64Array;
	readonly endedBy: EndedBy;
	/** C lost by self-discharge until the end. */
	readonly selfDischargedC: number;
}

const halvings = 60;

export function discharge({ startC, capacityC, limitC, cutoffV, selfA, nodes, at }: DischargeQuestion): Discharge {
	const usedC: number[] = [];
	const timeS: number[] = [];
	let endedBy: EndedBy = limitC < capacityC ? 'margin' : 'capacity';
	let rateBefore = 0;
	const note = (charge: number, mean: number) => {
		const rate = mean + selfA;
		const last = usedC.length - 1;
		// The mean of both ends' durations a coulomb.
		timeS.push(last < 0 ? 0 : timeS[last] + ((charge - usedC[last]) * (1 / rate + 1 / rateBefore)) / 2);
		usedC.push(charge);
		rateBefore = rate;
	};
	for (const charge of places(startC, capacityC, limitC, nodes)) {
		const here = at(charge);
		// Of a cell whose voltage is unknown, nothing is below.
		if (!(here.lowestV < cutoffV)) {
			note(charge, here.meanA);
			continue;
		}
		endedBy = 'cut-off under peak';
		if (usedC.length === 0) note(charge, here.meanA);
		else {
			const end = lastAbove(usedC[usedC.length - 1], charge, (middle) => !(at(middle).lowestV < cutoffV));
			note(end, at(end).meanA);
		}
		break;
	}
	return {
		usedC: Float64Array.from(usedC),
		timeS: Float64Array.from(timeS),
		endedBy,
		selfDischargedC: selfA === 0 ? 0 : selfA * timeS[timeS.length - 1],
	};
}

function* places(startC: number, capacityC: number, limitC: number, nodes: Float64Array): Generator<number> {
	if (startC >= limitC) {
		yield startC;
		return;
	}
	yield startC;
	for (const share of nodes) {
		const charge = share * capacityC;
		if (charge > startC && charge < limitC) yield charge;
	}
	yield limitC;
}

/** The last place where it holds, between one where it does and one where it does not. */
function lastAbove(holds: number, fails: number, is: (place: number) => boolean): number {
	for (let step = 0; step < halvings && fails - holds > 1e-12 * fails; step++) {
		const middle = (holds + fails) / 2;
		if (is(middle)) holds = middle;
		else fails = middle;
	}
	return holds;
}

/** `to` at `from`, linear between the places of an ascending course; the ends hold outside. */
export function interpolate(from: Float64Array, to: Float64Array, place: number): number {
	const last = from.length - 1;
	if (!(place > from[0])) return to[0];
	if (place >= from[last]) return to[last];
	let low = 0;
	let high = last;
	while (high - low > 1) {
		const middle = (low + high) >> 1;
		if (from[middle] <= place) low = middle;
		else high = middle;
	}
	return to[low] + ((to[high] - to[low]) * (place - from[low])) / (from[high] - from[low]);
}

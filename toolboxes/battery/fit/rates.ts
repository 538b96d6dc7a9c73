/**
 * Fits a cell from discharges at several constant currents, full to cut-off. At equal charge
 *
 *     V_a = OCV − I_a·R_a        V_b = OCV − I_b·R_b
 *
 * are two equations for three unknowns: resistance falls with the current, since the reactions' share of it does and since a loaded cell warms. How much, R_a/R_b, is seen
 * at the beginning: at equal times after the rest both curves have come down by the same share of OCV's slope, so that their drops, each over its current, compare as
 * the resistances do. This ratio is taken to hold to the end. OCV and R follow from the gentlest and the fastest discharge, the resistance at currents in between from OCV.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { Curve } from '../profile/interpolation.ts';
import { discharges, restBegin, restLimitA } from './discharges.ts';
import { givenCharge, type Measurement, type Run, slice } from './measurement.ts';

export interface RateCurve {
	/** A, mean. */
	readonly currentA: number;
	readonly rateC?: number;
	/** C to the cut-off at this current. */
	readonly chargeC: number;
	/** Ω, one for each row of the profile. */
	readonly resistanceOhm: Float64Array;
}

export interface RateFit {
	/** C at the gentlest current. */
	readonly capacityC: number;
	readonly cutoffV: number;
	/** Resistance at the gentlest current over that at the fastest; 1 where no rest before the discharges tells. */
	readonly resistanceRatio: number;
	/** Rows of the profile. */
	readonly usedC: Float64Array;
	readonly openCircuitV: Float64Array;
	/** By ascending current. */
	readonly rates: readonly RateCurve[];
}

interface Constant {
	readonly currentA: number;
	readonly rateC?: number;
	/** V before the load; undefined where the measurement begins with it. */
	readonly restV: number | undefined;
	/** Of each row under load: C, and V. */
	readonly charge: Float64Array;
	readonly voltage: Float64Array;
	/** s after the load began. */
	readonly time: Float64Array;
}

/** Currents vary by this share at most in what counts as constant, and differ by as much at least in what counts as two rates. */
const constantShare = 0.05;
const differentShare = 0.2;
const profileRows = 500;
/** The beginning, in which resistances are compared: shares of the fastest one's charge. */
const beginning = [0.025, 0.03, 0.035, 0.04, 0.045, 0.05];
/** What is left of its charge when the fastest discharge's resistance is followed beyond its end, as it grew there. */
const ending = 0.01;

/** Throws DAMAGED where there are no two discharges at different constant currents. */
export function fitRates({ source, runs }: Measurement): RateFit {
	const constants = distinct(runs.flatMap(constantDischarges));
	if (constants.length < 2)
		throw new MicrojouleError(
			'DAMAGED',
			`${source} has ${constants.length === 1 ? `discharges at one current only, ${Number(constants[0].currentA.toPrecision(4))} A` : 'no discharge at a constant current'}, and no rests in one: open-circuit voltage and resistance cannot be told apart. Measure pulses and rests, or two rates.`,
			{ source },
		);
	const gentle = constants[0];
	const fast = constants[constants.length - 1];
	const capacityC = lastOf(gentle.charge);
	const usedC = Float64Array.from({ length: profileRows }, (_, k) => (k / (profileRows - 1)) * capacityC);
	const ratio = resistanceRatio(gentle, fast);
	const curves = constants.map(({ charge, voltage }) => new Curve(charge, voltage));
	const [ofGentle, ofFast] = [curves[0], curves[curves.length - 1]];
	const fastOhm = extended(usedC, fast.charge, (charge) => (ofGentle.at(charge) - ofFast.at(charge)) / (fast.currentA - ratio * gentle.currentA));
	const openCircuitV = usedC.map((charge, k) => ofGentle.at(charge) + gentle.currentA * ratio * fastOhm[k]);
	if (gentle.restV !== undefined) openCircuitV[0] = Math.max(gentle.restV, openCircuitV[1]);
	const openCircuit = new Curve(usedC, openCircuitV);
	return {
		capacityC,
		cutoffV: Math.min(...constants.map(({ voltage }) => lastOf(voltage))),
		resistanceRatio: ratio,
		usedC,
		openCircuitV,
		rates: constants.map(({ currentA, rateC, charge }, n) => ({
			currentA,
			rateC,
			chargeC: lastOf(charge),
			resistanceOhm:
				constants[n] === fast
					? fastOhm
					: constants[n] === gentle
						? fastOhm.map((ohm) => ratio * ohm)
						: extended(usedC, charge, (c) => (openCircuit.at(c) - curves[n].at(c)) / currentA),
		})),
	};
}

/** What `of` says at each used charge where the discharge reached; beyond its end growing on as it did last. Never negative. */
function extended(usedC: Float64Array, charge: Float64Array, of: (charge: number) => number): Float64Array {
	const [first, last] = [charge[0], lastOf(charge)];
	const span = ending * last;
	const [before, end] = [of(last - span), of(last)];
	const growth = before > 0 && end > before ? Math.log(end / before) / span : 0;
	return usedC.map((used) => Math.max(0, used > last ? end * Math.exp(growth * (used - last)) : of(Math.max(first, used))));
}

/** Discharges of the run whose current stays the same. */
function constantDischarges(run: Run): Constant[] {
	return discharges(run).flatMap(({ from, to }) => {
		const begin = from + 1;
		const currents = run.currentA.subarray(begin, to);
		const mean = currents.reduce((a, b) => a + b, 0) / currents.length;
		if (to - begin < 10 || currents.some((current) => Math.abs(current - mean) > constantShare * mean)) return [];
		const charge = givenCharge(slice(run, from, to));
		const rows = Array.from({ length: charge.length - 1 }, (_, k) => k + 1).filter((k) => charge[k] > charge[k - 1]);
		const rested = Math.abs(run.currentA[from]) <= restLimitA(run) || from === 0;
		return [
			{
				currentA: lastOf(charge) / (run.timeS[to - 1] - run.timeS[from]),
				rateC: run.rateC,
				restV: rested && restBegin(run, from, restLimitA(run)) <= from && run.voltageV[from] > run.voltageV[begin] ? run.voltageV[from] : undefined,
				charge: Float64Array.from(rows, (k) => charge[k]),
				voltage: Float64Array.from(rows, (k) => run.voltageV[from + k]),
				time: Float64Array.from(rows, (k) => run.timeS[from + k] - run.timeS[from]),
			},
		];
	});
}

/** One of each current, by ascending current. */
function distinct(all: readonly Constant[]): Constant[] {
	const sorted = all.toSorted((a, b) => a.currentA - b.currentA);
	return sorted.filter(({ currentA }, k) => k === 0 || currentA > (1 + differentShare) * sorted[k - 1].currentA);
}

function resistanceRatio(gentle: Constant, fast: Constant): number {
	if (gentle.restV === undefined || fast.restV === undefined) return 1;
	const [ofGentle, ofFast] = [new Curve(gentle.time, gentle.voltage), new Curve(fast.time, fast.voltage)];
	const duration = lastOf(fast.time);
	const ratios = beginning.map((share) => {
		const at = share * duration;
		return (((gentle.restV as number) - ofGentle.at(at)) * fast.currentA) / (((fast.restV as number) - ofFast.at(at)) * gentle.currentA);
	});
	const mean = ratios.reduce((a, b) => a + b, 0) / ratios.length;
	return Number.isFinite(mean) && mean > 1 ? Math.min(mean, 1.5) : 1;
}

const lastOf = (column: Float64Array): number => column[column.length - 1];

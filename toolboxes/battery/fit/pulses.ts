/**
 * Fits a cell from pulses and rests on the way from full to empty: hybrid pulse power characterisation, galvanostatic titration, or any discharge with rests. The linear unknowns
 * are solved for inside a search over the two time constants (variable projection, Golub and Pereyra, SIAM J. Numer. Anal. 10, 1973), which hold for all states of charge.
 *
 * Confidence intervals are 95 % ones from the covariance of all unknowns, time constants included. Deviations of a model from a cell follow each other, so that there
 * is less in them than their number says: the variance is raised by (1 + r)/(1 − r), r the correlation between neighbours.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { discharges, restBegin, restDurationS, restEnds, restLimitA, type Stretch } from './discharges.ts';
import { givenCharge, type Measurement, peakCurrentA, type Run, slice } from './measurement.ts';
import { minimum } from './minimum.ts';
import { PulseModel, pairs, type Shares } from './pulse-model.ts';
import { thinned } from './thin.ts';

/** A figure with half the width of its 95 % confidence interval. */
export interface Estimate {
	readonly value: number;
	readonly ci: number;
}

/** A state of charge at which the cell rested. */
export interface Level {
	/** C since full. */
	readonly usedC: number;
	/** V at the end of the rest, as measured. */
	readonly restV: number;
	/** s */
	readonly restS: number;
	/** Ω of the first row after the rest: what it lowered the voltage by, over its current. */
	readonly onsetOhm: number;
	/** V after an endless rest. */
	readonly openCircuitV: Estimate;
	/** Ω that act at once. */
	readonly seriesOhm: Estimate;
	/** Ω of each pair. */
	readonly pairOhm: readonly Estimate[];
}

export interface PulseFit {
	/** C from full to cut-off. */
	readonly capacityC: number;
	/** V at the end of the discharge. */
	readonly cutoffV: number;
	readonly levels: readonly Level[];
	/** s, fastest first. */
	readonly timeConstantS: readonly Estimate[];
	/** Rows of the profile. */
	readonly usedC: Float64Array;
	readonly openCircuitV: Float64Array;
	readonly seriesOhm: Float64Array;
	readonly pairOhm: readonly Float64Array[];
	/** What was fitted, and V by which the model lies above it. */
	readonly run: Run;
	readonly deviationV: Float64Array;
}

const mostRows = 15_000;
/** Between knots of the open-circuit voltage lie at least so many rows on average, and at most so many intervals are made. */
const rowsBetweenKnots = 8;
const mostIntervals = 60;
/** Shares of the capacity: where voltages are steep, at both ends, knots stand closer. */
const endKnots = [0.0025, 0.005, 0.01];
const fewestLevels = 2;
const mostNodes = 40;
/** Time constants differ by this factor at least: closer ones cannot be told apart. */
const leastRatio = 3;
const confidence = 1.96;

/** Whether a discharge of the run has rests that loads follow. */
export function hasPulses(run: Run): boolean {
	return richest(run).levels.length >= fewestLevels;
}

/** Fits the discharge that has the most rests. Throws DAMAGED where none has. */
export function fitPulses({ source, runs }: Measurement): PulseFit {
	const whole = runs[0];
	const { stretch, levels } = richest(whole);
	if (levels.length < fewestLevels)
		throw new MicrojouleError(
			'DAMAGED',
			`${source} has no discharge with rests in it: open-circuit voltage and resistance cannot be told apart. Measure pulses and rests, or several rates.`,
			{
				source,
			},
		);
	const begin = restBegin(whole, stretch.from, restLimitA(whole));
	const isLevel = new Set(levels.flatMap((row) => [row - begin, row + 1 - begin]));
	const { run, rows } = thinned(slice(whole, begin, stretch.to), mostRows, isLevel);
	const placeOf = (row: number) => rows.get(row - begin) as number;
	return fitted(
		source,
		run,
		levels.map(placeOf),
		levels.map((row) => restDurationS(whole, row)),
	);
}

/** The discharge with the most rests, and the rows at which they end. */
function richest(run: Run): { stretch: Stretch; levels: number[] } {
	let best: { stretch: Stretch; levels: number[] } = { stretch: { from: 0, to: 0 }, levels: [] };
	for (const stretch of discharges(run)) {
		const all = restEnds(run, stretch);
		const restS = (row: number) => restDurationS(run, row);
		// Short rests between pulses belong to them.
		const long = 0.1 * Math.max(...all.slice(1).map(restS));
		const levels = all.filter((row, k) => k === 0 || (restS(row) >= long && restS(row) > 0));
		if (levels.length > best.levels.length) best = { stretch, levels };
	}
	return best;
}

function fitted(source: string, run: Run, levels: readonly number[], restS: readonly number[]): PulseFit {
	const onsetOhm = levels.map((row) => (run.voltageV[row] - run.voltageV[row + 1]) / (run.currentA[row + 1] - run.currentA[row]));
	if (2 * onsetOhm.filter((value) => value > 0).length <= levels.length)
		throw new MicrojouleError('DAMAGED', `${source}: the voltage does not fall when a load begins. Is the cell connected backwards, or the sign of the current turned?`, {
			source,
		});
	const charge = givenCharge(run);
	const full = charge[levels[0]];
	const last = charge.length - 1;
	const capacityC = charge[last] - full;
	const peakA = peakCurrentA(run);
	const [lowV, highV] = [run.voltageV.reduce((a, b) => Math.min(a, b)), run.voltageV.reduce((a, b) => Math.max(a, b))];
	const spanV = highV - lowV || 1;
	const shares: Shares = {
		stepS: run.timeS.map((time, k) => (k === 0 ? 0 : time - run.timeS[k - 1])),
		used: charge.map((value) => (value - full) / capacityC),
		current: run.currentA.map((value) => value / peakA),
		voltage: run.voltageV.map((value) => (value - lowV) / spanV),
	};
	const nodes = nodesOf(levels.map((row) => shares.used[row]));
	const model = new PulseModel(shares, knotsOf(nodes, shares.used.length), nodes);
	if (shares.used.length < 2 * model.unknowns)
		throw new MicrojouleError(
			'DAMAGED',
			`${source} has ${shares.used.length} rows about its pulses and rests; ${2 * model.unknowns} are needed to tell ${model.unknowns} unknowns. Record more often.`,
			{
				source,
				rows: shares.used.length,
			},
		);
	const taus = timeConstants(model, shares);
	const { x, deviation } = model.solve(taus);
	const ohm = spanV / peakA;
	const ci = intervals(model, taus, x, deviation);
	const atNodes = (part: number, used: number, values: Float64Array) =>
		interpolated(nodes, values.subarray(model.resistanceAt(part), model.resistanceAt(part) + nodes.length), used);
	const estimate = (part: number, used: number): Estimate => ({ value: ohm * atNodes(part, used, x), ci: ohm * atNodes(part, used, ci) });
	const { knots } = model;
	const [knotV, knotCi] = [x.subarray(0, knots.length), ci.subarray(0, knots.length)];
	return {
		capacityC,
		cutoffV: run.voltageV[last],
		levels: levels.map((row, k): Level => {
			const used = shares.used[row];
			return {
				usedC: used * capacityC,
				restV: run.voltageV[row],
				restS: restS[k],
				onsetOhm: onsetOhm[k],
				openCircuitV: { value: lowV + spanV * interpolated(knots, knotV, used), ci: spanV * interpolated(knots, knotCi, used) },
				seriesOhm: estimate(0, used),
				pairOhm: Array.from({ length: pairs }, (_, pair) => estimate(1 + pair, used)),
			};
		}),
		timeConstantS: taus.map((tau, k) => ({ value: tau, ci: tau * ci[model.unknowns + k] })),
		usedC: knots.map((used) => used * capacityC),
		openCircuitV: knotV.map((v) => lowV + spanV * v),
		seriesOhm: knots.map((used) => ohm * atNodes(0, used, x)),
		pairOhm: Array.from({ length: pairs }, (_, pair) => knots.map((used) => ohm * atNodes(1 + pair, used, x))),
		run,
		deviationV: deviation.map((value) => spanV * value),
	};
}

/** Levels, thinned where there are many, and the end. */
function nodesOf(levels: readonly number[]): Float64Array {
	const apart = 1 / mostNodes;
	const nodes = [levels[0]];
	for (const level of levels.slice(1)) if (level - nodes[nodes.length - 1] >= apart && 1 - level >= apart / 4) nodes.push(level);
	return Float64Array.of(...nodes, 1);
}

function knotsOf(nodes: Float64Array, rows: number): Float64Array {
	const intervals = Math.max(4, Math.min(mostIntervals, Math.floor(rows / rowsBetweenKnots)));
	const wanted = [...Array.from({ length: intervals + 1 }, (_, k) => k / intervals), ...endKnots, ...endKnots.map((share) => 1 - share)];
	const near = Math.min(0.3 / intervals, 0.8 * endKnots[0]);
	const others = wanted.filter((share) => nodes.every((node) => Math.abs(node - share) > near));
	return Float64Array.from([...nodes, ...others]).sort();
}

/** The best two, s: from the best of a coarse grid on. */
function timeConstants(model: PulseModel, { stepS }: Shares): number[] {
	const steps = stepS.filter((step) => step > 0).sort();
	const shortest = steps[Math.floor(steps.length / 100)];
	const longest = stepS.reduce((a, b) => a + b, 0) / 4;
	const low = Math.log(shortest);
	const high = Math.log(Math.max(longest, 10 * shortest));
	const grid = Array.from({ length: 6 }, (_, k) => low + ((k + 0.5) * (high - low)) / 6);
	const squares = ([fast, slow]: readonly number[]) =>
		fast < low || slow > high || slow - fast < Math.log(leastRatio) ? Number.POSITIVE_INFINITY : model.squares([Math.exp(fast), Math.exp(slow)]);
	let best: { at: number[]; squares: number } | undefined;
	for (const [k, fast] of grid.entries())
		for (const slow of grid.slice(k + 1)) {
			const found = squares([fast, slow]);
			if (!best || found < best.squares) best = { at: [fast, slow], squares: found };
		}
	return minimum(squares, best?.at ?? [low, high], 0.3, 1e-3).map(Math.exp);
}

/** Half widths of the intervals: of every unknown, then of the logarithm of each time constant. */
function intervals(model: PulseModel, taus: readonly number[], x: Float64Array, deviation: Float64Array): Float64Array {
	const step = 1e-3;
	const slopes = taus.map((_, k) => {
		const moved = (sign: number) =>
			model.deviation(
				taus.map((tau, j) => (j === k ? tau * Math.exp(sign * step) : tau)),
				x,
			);
		const [up, down] = [moved(1), moved(-1)];
		return up.map((value, row) => (value - down[row]) / (2 * step));
	});
	const inverse = model.equations(taus, slopes).inverse();
	const unknowns = model.unknowns + taus.length;
	let squares = 0;
	let products = 0;
	for (let row = 0; row < deviation.length; row++) {
		squares += deviation[row] ** 2;
		if (row > 0) products += deviation[row] * deviation[row - 1];
	}
	const alike = Math.min(0.99, Math.max(0, products / (squares || 1)));
	const variance = ((squares / Math.max(1, deviation.length - unknowns)) * (1 + alike)) / (1 - alike);
	return Float64Array.from({ length: unknowns }, (_, k) => confidence * Math.sqrt(Math.max(0, variance * inverse[k * unknowns + k])));
}

function interpolated(at: Float64Array, values: Float64Array, x: number): number {
	let k = 0;
	while (k < at.length - 2 && x >= at[k + 1]) k++;
	const share = Math.min(1, Math.max(0, (x - at[k]) / (at[k + 1] - at[k])));
	return values[k] * (1 - share) + values[k + 1] * share;
}

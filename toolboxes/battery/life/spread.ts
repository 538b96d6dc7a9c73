/**
 * How long the same kind of cell lasts when no two are alike: capacity, resistance and open-circuit voltage drawn at random, and the life of each. A
 * pack's cells are alike, as those of one lot are. Where currents do not depend on the voltage, a cell that deviates has the drop of the nominal one, at the same share
 * of its charge, times a factor; then a sample costs microseconds. Deviates stay within 3 standard deviations or so, and nothing becomes negative.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { gaussian, gaussianMask } from '../../../drivers/simulator/noise.ts';
import { Random } from '../../../drivers/simulator/random.ts';
import type { Uncertainty } from '../profile/profile.ts';
import type { BatteryModel, Deviation } from './battery-model.ts';
import type { Cycles } from './load.ts';
import { inTurn } from './temperatures.ts';

export interface Spread {
	readonly p5S: number;
	readonly p50S: number;
	readonly p95S: number;
	readonly samples: number;
	readonly seed: number;
}

const mostSamples = 100_000;
const nodes = 512;
/** A cell with less capacity or resistance is none. */
const leastFactor = 0.02;

/** Throws INVALID_VALUE. */
export function spreadOf(battery: BatteryModel, cycles: Cycles, deviations: Uncertainty, samples = 1000, seed = 0): Spread {
	for (const [what, value] of Object.entries(deviations))
		if (value !== undefined && !(value >= 0 && Number.isFinite(value)))
			throw new MicrojouleError('INVALID_VALUE', `The spread of ${what} is ${value}; it is a standard deviation and must not be negative.`, { what, value });
	if (!(Number.isInteger(samples) && samples >= 20 && samples <= mostSamples))
		throw new MicrojouleError('INVALID_VALUE', `${samples} cells are asked for; it must be a whole number from 20 to ${mostSamples}.`, { samples });
	const random = new Random(seed, 0x5bd1e995);
	const normal = () => gaussian[random.next() & gaussianMask];
	const factor = (deviation = 0) => Math.max(leastFactor, 1 + deviation * normal());
	const lifeOf = battery.loaded(cycles).every(({ constant }) => constant) ? constantCurrents(battery, cycles) : (deviation: Deviation) => battery.life(cycles, { deviation }).lifeS;
	const lives = Float64Array.from({ length: samples }, () =>
		lifeOf({ capacity: factor(deviations.capacity), resistance: factor(deviations.resistance), openCircuitV: (deviations.openCircuitV ?? 0) * normal() }),
	).sort();
	const quantile = (p: number) => {
		const place = p * (samples - 1);
		const low = Math.floor(place);
		return lives[low] + (lives[Math.min(samples - 1, low + 1)] - lives[low]) * (place - low);
	};
	return { p5S: quantile(0.05), p50S: quantile(0.5), p95S: quantile(0.95), samples, seed };
}

function constantCurrents(battery: BatteryModel, cycles: Cycles): (deviation: Deviation) => number {
	const selfA = battery.selfA;
	const cutoffV = battery.cutoffV ?? 0;
	const each = battery.loaded(cycles).map((loaded, i) => {
		const model = battery.models[i];
		const at = loaded.quick();
		const usedC = Float64Array.from({ length: nodes + 1 }, (_, k) => (k * model.capacityC) / nodes);
		const openCircuitV = usedC.map((charge) => model.openCircuitV(charge));
		return { usedC, openCircuitV, dropV: usedC.map((charge, k) => openCircuitV[k] - at(charge).lowestV), meanA: at(0).meanA, series: model.series };
	});
	return ({ capacity, resistance, openCircuitV: offsetV }) => {
		const startC = capacity * battery.startC;
		const ends = each.map(({ usedC, openCircuitV, dropV, series }) => {
			const excessV = (k: number) => openCircuitV[k] + series * offsetV - resistance * dropV[k] - cutoffV;
			const limitC = (1 - battery.margin) * capacity * usedC[nodes];
			for (let k = 0; k <= nodes; k++) {
				if (!(capacity * usedC[k] >= startC && excessV(k) < 0)) continue;
				const before = k === 0 ? 0 : Math.max(0, excessV(k - 1));
				const crossing = usedC[k] - (k === 0 ? 0 : (usedC[k] - usedC[k - 1]) * (1 - before / (before - excessV(k))));
				return Math.max(startC, Math.min(limitC, capacity * crossing));
			}
			return Math.max(startC, limitC);
		});
		const rates = each.map(({ meanA }, i) => meanA + capacity * selfA[i]);
		const mixedS = (Math.min(...ends) - startC) / rates.reduce((sum, rate, i) => sum + rate * battery.temperatures[i].share, 0);
		if (!battery.inOrder(mixedS)) return Math.min(mixedS, battery.shelfLifeS);
		const courses = ends.map((end, i) => ({ usedC: Float64Array.of(startC, end), timeS: Float64Array.of(0, (end - startC) / rates[i]) }));
		return Math.min(inTurn(battery.temperatures, courses).lifeS, battery.shelfLifeS);
	};
}

/** For tests and benchmarks of life estimation: made-up cells and duty cycles, and a battery stepped through every segment of its life. */

import { Random } from '../../../drivers/simulator/random.ts';
import { Cell } from '../cell.ts';
import type { CellModel } from '../profile/model.ts';
import type { BatteryProfile, DischargeTable } from '../profile/profile.ts';
import type { Segment } from './load.ts';

/** One table from columns. */
export function table(
	id: string,
	columns: { usedC: number[]; openCircuitV: number[]; resistanceOhm: number[]; pairs?: [ohm: number[], tauS: number[]][] },
	more: Partial<DischargeTable> = {},
): DischargeTable {
	const { usedC, openCircuitV, resistanceOhm, pairs = [] } = columns;
	return {
		id,
		usedC: Float64Array.from(usedC),
		openCircuitV: Float64Array.from(openCircuitV),
		resistanceOhm: Float64Array.from(resistanceOhm),
		pairs: pairs.map(([ohm, tauS]) => ({ resistanceOhm: Float64Array.from(ohm), timeConstantS: Float64Array.from(tauS) })),
		...more,
	};
}

export function profile(tables: readonly DischargeTable[], more: Partial<BatteryProfile> = {}): BatteryProfile {
	return { id: '6f1a0c0e-6f0b-4d52-9d3b-000000000001', name: 'made up', battery: {}, tables, ...more };
}

/** A falling voltage, a rising and noisy resistance at one or two loads, up to two RC pairs of 10 ms to 100 s. */
export function randomProfile(seed: number, capacityC: number, baseOhm: number): BatteryProfile {
	const random = new Random(seed, 1);
	const rows = random.integer(6, 40);
	const shares = Array.from({ length: rows - 2 }, () => random.uniform(0.01, 0.99)).sort((a, b) => a - b);
	const x = [0, ...shares, 1];
	const volts = x.map((share) => 3.1 - 0.4 * share - 0.7 * share ** 8 + random.uniform(-0.01, 0.01));
	const pairs = random.integer(0, 2);
	const loads = random.integer(1, 2);
	return profile(
		Array.from({ length: loads }, (_, load) => {
			const ohm = x.map((share) => baseOhm * (1 + 0.3 * load) * (1 + 4 * share ** 4 + random.uniform(0, 0.1)));
			return table(
				`t${load}`,
				{
					usedC: x.map((share) => share * capacityC),
					openCircuitV: volts,
					resistanceOhm: ohm,
					pairs: Array.from({ length: pairs }, (_, pair) => {
						const tau = 10 ** random.uniform(-2 + 2 * pair, 0 + 2 * pair);
						const share = random.uniform(0.1, 0.4);
						return [ohm.map((each) => each * share), x.map((used) => tau * (1 + used))] as [number[], number[]];
					}),
				},
				loads === 1 ? {} : { currentA: (0.02 + 0.1 * load) / baseOhm },
			);
		}),
	);
}

/**
 * The plain twin: s until the voltage is below `cutoffV` or the charge used up, by stepping through every segment of every cycle. Long segments are
 * done in pieces of a hundred-thousandth of the charge. A power is drawn at the current that the voltage at the beginning of its piece asks for.
 */
export function steppedLife(model: CellModel, segments: readonly Segment[], cutoffV: number, selfA = 0, limitC = model.capacityC): { lifeS: number; usedC: number } {
	const cell = new Cell(model);
	const loadedV = (currentA: number) => cell.openCircuitV - currentA * model.seriesOhm(cell.usedC, currentA);
	const mostC = model.capacityC / 1e5;
	for (let lifeS = 0; ; ) {
		for (const { currentA: given, powerW, durationS } of segments) {
			const about = (powerW > 0 ? powerW / cutoffV : given) + selfA;
			const pieces = Math.max(powerW > 0 ? 8 : 1, Math.ceil((about * durationS) / mostC));
			const stepS = durationS / pieces;
			let currentA = given;
			for (let piece = 0; piece < pieces; piece++) {
				if (powerW > 0) for (let i = 0; i < 30; i++) currentA = powerW / loadedV(i === 0 ? powerW / cutoffV : currentA);
				if (!(loadedV(currentA) >= cutoffV)) return { lifeS, usedC: cell.usedC };
				const leftC = limitC - cell.usedC;
				const stepC = (currentA + selfA) * stepS;
				if (stepC >= leftC) return { lifeS: lifeS + (leftC / stepC) * stepS, usedC: limitC };
				// The RC pairs see the load; what the cell loses by itself only uses it up.
				cell.draw(currentA * stepS, stepS);
				if (selfA > 0) lose(cell, selfA * stepS);
				lifeS += stepS;
				if (!(loadedV(currentA) >= cutoffV)) return { lifeS, usedC: cell.usedC };
			}
		}
	}
}

/** Charge that goes without a current. The pairs keep their voltage: `become` leaves them alone. */
function lose(cell: Cell, chargeC: number): void {
	cell.become(cell.model, cell.usedC + chargeC);
}

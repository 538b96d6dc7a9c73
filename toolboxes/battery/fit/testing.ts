/** For tests of the fit: a cell whose parameters are known, and what a cycler would have written of it. */

import { Cell } from '../cell.ts';
import { CellModel } from '../profile/model.ts';
import type { BatteryProfile } from '../profile/profile.ts';
import type { Run } from './measurement.ts';

export const known = { capacityC: 3600, seriesOhm: 0.05, pairOhm: [0.02, 0.03], timeConstantS: [4, 120] } as const;

/** 3600 C, a curved voltage from 4.2 V to 3.1 V, resistances of `known` rising by a fifth towards empty. */
export function knownProfile(scale: { chargeC?: number; v?: number } = {}): BatteryProfile {
	const { chargeC = 1, v = 1 } = scale;
	const rows = 101;
	const column = (of: (x: number) => number) => Float64Array.from({ length: rows }, (_, k) => of(k / (rows - 1)));
	const ohm = (value: number) => column((x) => ((value * v) / chargeC) * (1 + 0.2 * x));
	return {
		id: 'known',
		name: 'known',
		battery: {},
		tables: [
			{
				id: 'table',
				usedC: column((x) => x * known.capacityC * chargeC),
				openCircuitV: column((x) => v * knownOpenCircuitV(x)),
				resistanceOhm: ohm(known.seriesOhm + known.pairOhm[0] + known.pairOhm[1]),
				pairs: known.pairOhm.map((value, k) => ({ resistanceOhm: ohm(value), timeConstantS: column(() => known.timeConstantS[k]) })),
			},
		],
	};
}

/** V of the known cell by the share used. */
export const knownOpenCircuitV = (x: number): number => 4.2 - 0.6 * x - 0.1 * Math.sin(4 * x) - 0.4 * x ** 8;

export interface Step {
	/** A, positive while discharging. */
	readonly currentA: number;
	readonly durationS: number;
	/** s from row to row. */
	readonly everyS: number;
}

/** Ten levels: rest, pulse, rest, charging pulse, discharge to the next. A share of `overall` A each. */
export function hppc(overall = 1): Step[] {
	const level: Step[] = [
		{ currentA: 0, durationS: 900, everyS: 10 },
		{ currentA: 2 * overall, durationS: 20, everyS: 0.5 },
		{ currentA: 0, durationS: 30, everyS: 1 },
		{ currentA: -1.5 * overall, durationS: 10, everyS: 0.5 },
		{ currentA: overall, durationS: 330, everyS: 5 },
	];
	return Array.from({ length: 10 }, () => level).flat();
}

/** What the steps do to a cell, row by row, with `noise` added to each voltage. */
export function measured(cell: Cell, steps: readonly Step[], noise: () => number = () => 0): Run {
	const [timeS, currentA, voltageV] = [[0], [0], [cell.terminalV(0) + noise()]];
	for (const step of steps)
		for (let n = 0; n < Math.round(step.durationS / step.everyS); n++) {
			cell.draw(step.currentA * step.everyS, step.everyS);
			timeS.push(timeS[timeS.length - 1] + step.everyS);
			currentA.push(step.currentA);
			voltageV.push(cell.terminalV(step.currentA) + noise());
		}
	return { timeS: Float64Array.from(timeS), currentA: Float64Array.from(currentA), voltageV: Float64Array.from(voltageV) };
}

export const knownCell = (scale?: { chargeC?: number; v?: number }): Cell => new Cell(new CellModel(knownProfile(scale)));

/** Normal noise of 1, the same for the same seed. */
export function noise(seed: number): () => number {
	let state = seed >>> 0;
	const uniform = () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return (state + 0.5) / 2 ** 32;
	};
	return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

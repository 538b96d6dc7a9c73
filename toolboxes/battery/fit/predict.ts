/**
 * What a profile says a cell's voltage is, beside what was measured: the current is the measurement's, the state at the beginning of each discharge that of the rest
 * before it, and everything from there on is the model's.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { Cell } from '../cell.ts';
import { CellModel, type Pack } from '../profile/model.ts';
import type { BatteryProfile } from '../profile/profile.ts';
import { discharges, restBegin, restLimitA } from './discharges.ts';
import { initialState } from './initial-state.ts';
import { givenCharge, type Measurement, type Run, slice } from './measurement.ts';

export interface PredictedDischarge {
	/** Multiple of the capacity an hour, where the measurement has it. */
	readonly rateC?: number;
	/** s on the measurement's time axis. */
	readonly fromS: number;
	readonly toS: number;
	/** A, mean. */
	readonly currentA: number;
	/** C given, as measured. */
	readonly chargeC: number;
	/** C used since full at the beginning, by the rest before it. */
	readonly usedC: number;
	/** V by which the prediction is above the measurement: root of the mean square, mean, and the largest either way. Every row counts the same. */
	readonly rmsV: number;
	readonly meanV: number;
	readonly maxV: number;
	readonly rows: number;
	/** What was measured, and the deviation of each row. */
	readonly run: Run;
	readonly deviationV: Float64Array;
}

export interface Prediction {
	readonly rmsV: number;
	readonly meanV: number;
	readonly maxV: number;
	readonly rows: number;
	readonly discharges: readonly PredictedDischarge[];
}

/** The model steps this far at most, s: its resistances change with the charge. */
const longestStepS = 5;

/** Throws DAMAGED for a measurement without a discharge. */
export function predict(profile: BatteryProfile, { source, runs }: Measurement, pack: Pack = {}): Prediction {
	const model = new CellModel(profile, pack);
	const list = runs.flatMap((run) => discharges(run).map(({ from, to }) => predicted(model, run, from, to)));
	if (list.length === 0) throw new MicrojouleError('DAMAGED', `${source} holds no discharge; there is nothing to predict.`, { source });
	const rows = list.reduce((sum, discharge) => sum + discharge.rows, 0);
	return {
		rmsV: Math.sqrt(list.reduce((sum, discharge) => sum + discharge.rmsV ** 2 * discharge.rows, 0) / rows),
		meanV: list.reduce((sum, discharge) => sum + discharge.meanV * discharge.rows, 0) / rows,
		maxV: list.reduce((most, { maxV }) => (Math.abs(maxV) > Math.abs(most) ? maxV : most), 0),
		rows,
		discharges: list,
	};
}

/** Rows after `from`, the last of the rest. */
function predicted(model: CellModel, whole: Run, from: number, to: number): PredictedDischarge {
	const rest = slice(whole, restBegin(whole, from, restLimitA(whole)), from + 1);
	const state = initialState(model, rest);
	const cell = new Cell(model, state);
	const run = slice(whole, from + 1, to);
	const deviationV = new Float64Array(run.timeS.length);
	let sum = 0;
	let squares = 0;
	let maxV = 0;
	for (let k = 0; k < deviationV.length; k++) {
		const current = run.currentA[k];
		step(cell, current, run.timeS[k] - (k === 0 ? whole.timeS[from] : run.timeS[k - 1]));
		const deviation = cell.terminalV(current) - run.voltageV[k];
		deviationV[k] = deviation;
		sum += deviation;
		squares += deviation ** 2;
		if (Math.abs(deviation) > Math.abs(maxV)) maxV = deviation;
	}
	const rows = deviationV.length;
	const charge = givenCharge(slice(whole, from, to));
	const chargeC = charge[charge.length - 1];
	const [fromS, toS] = [whole.timeS[from], whole.timeS[to - 1]];
	return {
		rateC: whole.rateC,
		fromS,
		toS,
		currentA: chargeC / (toS - fromS),
		chargeC,
		usedC: state.usedC,
		rmsV: Math.sqrt(squares / rows),
		meanV: sum / rows,
		maxV,
		rows,
		run,
		deviationV,
	};
}

function step(cell: Cell, currentA: number, durationS: number): void {
	const steps = Math.max(1, Math.ceil(durationS / longestStepS));
	for (let n = 0; n < steps && durationS > 0; n++) cell.draw((currentA * durationS) / steps, durationS / steps);
}

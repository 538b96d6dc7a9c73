/**
 * What a cell was measured to do: rows of time, current and voltage, whoever wrote them. A row ends an interval: its current flowed since the row before, its voltage
 * is the one reached by it. The first row ends none and tells the voltage before anything flowed.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';

export interface Run {
	/** s, never running backwards. */
	readonly timeS: Float64Array;
	/** A, positive while the cell is discharged. */
	readonly currentA: Float64Array;
	/** V */
	readonly voltageV: Float64Array;
	/** Multiple of the capacity an hour, where the file is sorted by it. */
	readonly rateC?: number;
}

export interface Measurement {
	/** File or recording, for messages and provenance. */
	readonly source: string;
	/** One, or one for each rate. At least two rows each. */
	readonly runs: readonly Run[];
	/** For people: what was taken for what. */
	readonly notes: readonly string[];
}

/** Shorter than this nothing can be told from it. */
const fewestRows = 3;

/** C given since the first row, one for each row. */
export function givenCharge({ timeS, currentA }: Run): Float64Array {
	const charge = new Float64Array(timeS.length);
	for (let k = 1; k < charge.length; k++) charge[k] = charge[k - 1] + currentA[k] * (timeS[k] - timeS[k - 1]);
	return charge;
}

export function slice({ timeS, currentA, voltageV, rateC }: Run, from: number, to: number): Run {
	return { timeS: timeS.subarray(from, to), currentA: currentA.subarray(from, to), voltageV: voltageV.subarray(from, to), rateC };
}

/** A, the largest either way. */
export function peakCurrentA({ currentA }: Run): number {
	return currentA.reduce((peak, current) => Math.max(peak, Math.abs(current)), 0);
}

/** Throws DAMAGED for what is too short or has no current at all. */
export function checkRun(run: Run, source: string): void {
	const rows = run.timeS.length;
	if (rows < fewestRows) throw new MicrojouleError('DAMAGED', `${source} has ${rows} rows; a cell's behaviour cannot be told from fewer than ${fewestRows}.`, { source, rows });
	if (peakCurrentA(run) === 0) throw new MicrojouleError('DAMAGED', `${source} holds no current: the cell rests from beginning to end. Record a discharge.`, { source });
}

/**
 * Whether positive currents charge the cell: cells differ in everything but that a discharge lowers the voltage. Where the current steps, the steps tell;
 * where it does not, whether the voltage falls.
 */
export function positiveCharges({ currentA, voltageV }: Run): boolean {
	const peak = currentA.reduce((most, current) => Math.max(most, Math.abs(current)), 0);
	let sum = 0;
	for (let k = 1; k < currentA.length; k++) {
		const step = currentA[k] - currentA[k - 1];
		if (Math.abs(step) > 0.2 * peak) sum += step * (voltageV[k] - voltageV[k - 1]);
	}
	if (sum === 0) sum = currentA.reduce((a, b) => a + b, 0) * (voltageV[voltageV.length - 1] - voltageV[0]);
	return sum > 0;
}

export function reversed(run: Run): Run {
	return { ...run, currentA: run.currentA.map((current) => -current) };
}

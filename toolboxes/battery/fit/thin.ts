/** Fewer rows that tell the same: those about steps of the current stay, of the others every so many. Charge is kept exactly. */

import { givenCharge, peakCurrentA, type Run } from './measurement.ts';

/** Rows so near after a step stay. */
const nearRows = 20;
const stepShare = 0.02;

/** At most about `most` rows, `keep` among them; and where each row that stayed is now. */
export function thinned(run: Run, most: number, keep: ReadonlySet<number>): { run: Run; rows: ReadonlyMap<number, number> } {
	const count = run.timeS.length;
	const every = Math.ceil(count / most);
	const stepA = stepShare * peakCurrentA(run);
	const { timeS, currentA, voltageV } = run;
	const rows = new Map<number, number>();
	let sinceStep = 0;
	for (let row = 0; row < count; row++) {
		const steps = row > 0 && Math.abs(currentA[row] - currentA[row - 1]) > stepA;
		const willStep = row + 1 < count && Math.abs(currentA[row + 1] - currentA[row]) > stepA;
		sinceStep = steps ? 0 : sinceStep + 1;
		if (every === 1 || row === 0 || row === count - 1 || keep.has(row) || willStep || sinceStep < nearRows || sinceStep % every === 0) rows.set(row, rows.size);
	}
	if (rows.size === count) return { run, rows };
	const kept = Int32Array.from(rows.keys());
	const charge = givenCharge(run);
	const part = (column: Float64Array) => Float64Array.from(kept, (row) => column[row]);
	const mean = Float64Array.from(kept, (row, k) => {
		if (k === 0 || row === kept[k - 1] + 1) return currentA[row];
		return (charge[row] - charge[kept[k - 1]]) / (timeS[row] - timeS[kept[k - 1]]);
	});
	return { run: { timeS: part(timeS), currentA: mean, voltageV: part(voltageV), rateC: run.rateC }, rows };
}

/**
 * From the steps of a discharge to the rows of a profile. In each iteration the gentlest and the strongest step tell, at the strong step's end,
 *
 *     R = (V_gentle − V_strong) / (I_strong − I_gentle)        OCV = V_gentle + I_gentle · R
 *
 * with the voltages and currents at the steps' ends. V_gentle is that of the gentle steps before and after, interpolated to the charge used when the
 * strong one ended: what the strong step takes out of the cell is not mistaken for resistance. A row at the very beginning has the voltage at
 * rest; one at the very end what the last step, perhaps cut short, still tells with the resistance before it.
 */

import type { StepResult } from '../cycler/journal.ts';
import { isWhole } from '../cycler/resume.ts';

export interface ProfileRow {
	/** C. */
	readonly usedC: number;
	readonly openCircuitV: number;
	readonly resistanceOhm: number;
}

/** Currents that differ by less, relative to the larger, tell no resistance. */
const distinctShare = 0.01;

/** `restV`: V before the first step. By ascending charge. Empty where no iteration had two currents. */
export function rowsOf(results: readonly StepResult[], restV?: number): ProfileRow[] {
	const pairs = pairsOf(results);
	const rows: ProfileRow[] = [];
	const add = (row: ProfileRow) => {
		if (row.usedC > (rows.at(-1)?.usedC ?? Number.NEGATIVE_INFINITY)) rows.push(row);
	};
	for (const [index, { gentle, strong }] of pairs.entries()) {
		if (!strong) continue;
		const usedC = strong.toC;
		// The gentle steps on both sides of the strong one's end, where there are two.
		const other = pairs[usedC > gentle.toC ? index + 1 : index - 1]?.gentle;
		const weight = other ? (usedC - gentle.toC) / (other.toC - gentle.toC) : 0;
		const mix = (of: (result: StepResult) => number) => of(gentle) + (other ? (of(other) - of(gentle)) * weight : 0);
		const [voltageV, currentA] = [mix((result) => result.voltageV), mix((result) => result.currentA)];
		const resistanceOhm = Math.max(0, (voltageV - strong.voltageV) / (strong.currentA - currentA));
		if (index === 0 && restV !== undefined && usedC > 0) add({ usedC: 0, openCircuitV: restV, resistanceOhm });
		if (other) add(rowOf({ toC: usedC, voltageV, currentA }, resistanceOhm));
		else if (gentle.toC > 0) add(rowOf(gentle, resistanceOhm));
	}
	const last = results.at(-1);
	const resistanceOhm = rows.at(-1)?.resistanceOhm;
	if (last && resistanceOhm !== undefined) add(rowOf(last, resistanceOhm));
	return rows;
}

/** The gentlest and the strongest step of each iteration that has two different currents; of one that came no further than its gentle step, that. */
function pairsOf(results: readonly StepResult[]): { readonly gentle: StepResult; readonly strong?: StepResult }[] {
	const pairs: { gentle: StepResult; strong?: StepResult }[] = [];
	for (let from = 0; from < results.length; ) {
		let [gentle, strong] = [results[from], results[from]];
		let to = from;
		for (; to < results.length && results[to].iteration === results[from].iteration; to++) {
			if (!isWhole(results[to])) continue;
			if (Math.abs(results[to].currentA) < Math.abs(gentle.currentA)) gentle = results[to];
			if (Math.abs(results[to].currentA) > Math.abs(strong.currentA)) strong = results[to];
		}
		from = to;
		const before = pairs.at(-1)?.strong;
		if (isWhole(gentle) && isWhole(strong) && distinct(gentle, strong)) pairs.push({ gentle, strong });
		else if (isWhole(gentle) && before && Math.abs(gentle.currentA) < Math.abs(before.currentA) && distinct(gentle, before)) pairs.push({ gentle });
	}
	return pairs;
}

const distinct = (gentle: StepResult, strong: StepResult): boolean => Math.abs(strong.currentA - gentle.currentA) > distinctShare * Math.abs(strong.currentA);
const rowOf = ({ toC, voltageV, currentA }: Pick<StepResult, 'toC' | 'voltageV' | 'currentA'>, resistanceOhm: number): ProfileRow => ({
	usedC: toC,
	openCircuitV: voltageV + currentA * resistanceOhm,
	resistanceOhm,
});

/** Ω of the latest iteration that tells it. */
export function latestResistance(results: readonly StepResult[]): number | undefined {
	return rowsOf(results).at(-1)?.resistanceOhm;
}

/**
 * At most `count` rows of the same curve: the first, the last, and means of runs of rows between. Runs are short where voltage or resistance change
 * much, so that the knee keeps its shape; being means they also carry less noise than any row.
 */
export function decimated(rows: readonly ProfileRow[], count = 2000): readonly ProfileRow[] {
	if (rows.length <= count) return rows;
	const span = (of: (row: ProfileRow) => number) => Math.max(...extremes(rows, of)) - Math.min(...extremes(rows, of)) || 1;
	const [chargeC, volts, ohm] = [span(({ usedC }) => usedC), span(({ openCircuitV }) => openCircuitV), span(({ resistanceOhm }) => resistanceOhm)];
	// Between rows far apart: from one to the next it would be their noise that counts.
	const stride = Math.max(1, Math.floor(rows.length / count));
	const way = new Float64Array(rows.length);
	for (let i = 1; i < rows.length; i++) {
		const before = rows[Math.max(0, i - stride)];
		const part = 1 / Math.min(i, stride);
		way[i] =
			way[i - 1] +
			(rows[i].usedC - rows[i - 1].usedC) / chargeC +
			part * (Math.abs(rows[i].openCircuitV - before.openCircuitV) / volts + Math.abs(rows[i].resistanceOhm - before.resistanceOhm) / ohm);
	}
	const runs = count - 2;
	const total = way[rows.length - 1];
	const result = [rows[0]];
	for (let i = 1, run = 0; run < runs && i < rows.length - 1; run++) {
		const until = (total * (run + 1)) / runs;
		let [n, usedC, openCircuitV, resistanceOhm] = [0, 0, 0, 0];
		for (; i < rows.length - 1 && (way[i] <= until || run === runs - 1); i++, n++) {
			usedC += rows[i].usedC;
			openCircuitV += rows[i].openCircuitV;
			resistanceOhm += rows[i].resistanceOhm;
		}
		if (n > 0) result.push({ usedC: usedC / n, openCircuitV: openCircuitV / n, resistanceOhm: resistanceOhm / n });
	}
	return [...result, rows[rows.length - 1]];
}

function extremes(rows: readonly ProfileRow[], of: (row: ProfileRow) => number): [number, number] {
	let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
	for (const row of rows) {
		low = Math.min(low, of(row));
		high = Math.max(high, of(row));
	}
	return [low, high];
}

/**
 * Judges what was measured: the mean over the repetitions against the budget's limits and against a saved baseline. The confidence interval
 * (95 %, Student's t) says how sure the mean is; the verdict is on the mean, so that one rule holds for one repetition and for many.
 */

import type { Budget, Figure, Phase } from './budget-file.ts';
import { figureNames } from './budget-file.ts';
import type { Occurrence } from './phases.ts';

/** Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom. */
const t95 = [
	12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056,
	2.052, 2.048, 2.045, 2.042,
];
const normal95 = 1.96;

export interface Estimate {
	readonly mean: number;
	/** Half-width of the 95 % confidence interval; null with a single value. */
	readonly halfWidth: number | null;
	readonly n: number;
}

export function estimate(values: readonly number[]): Estimate {
	const n = values.length;
	const mean = values.reduce((sum, value) => sum + value, 0) / n;
	if (n < 2) return { mean, halfWidth: null, n };
	const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
	return { mean, halfWidth: (t95[n - 2] ?? normal95) * Math.sqrt(variance / n), n };
}

/** Baseline figures, by phase: what `budget baseline` saved. SI. */
export type Baseline = Readonly<Record<string, Readonly<Partial<Record<Figure, number>>>>>;

export interface Check {
	readonly figure: Figure;
	readonly kind: 'max' | 'min' | 'baseline';
	readonly limit: number;
	readonly measured: number;
	readonly passed: boolean;
	/** For a baseline: what it was. */
	readonly baseline?: number;
}

export interface PhaseVerdict {
	readonly phase: string;
	readonly figures: Readonly<Record<Figure, Estimate>>;
	readonly checks: readonly Check[];
	/** Samples lost in all its occurrences. */
	readonly lost: number;
	readonly occurrences: number;
	/** Figures whose baseline is missing. */
	readonly withoutBaseline: readonly Figure[];
}

/** `measured[repetition]` are the occurrences of the phase in that repetition; within one, they are averaged. */
export function judgePhase(phase: Phase, measured: readonly (readonly Occurrence[])[], baseline: Baseline): PhaseVerdict {
	const perRepetition = (figure: Figure) => measured.map((occurrences) => occurrences.reduce((sum, { figures }) => sum + figures[figure], 0) / occurrences.length);
	const figures = Object.fromEntries(figureNames.map((figure) => [figure, estimate(perRepetition(figure))])) as Record<Figure, Estimate>;
	const checks: Check[] = [];
	for (const { figure, min, max } of phase.limits) {
		const { mean } = figures[figure];
		if (max !== undefined) checks.push({ figure, kind: 'max', limit: max, measured: mean, passed: mean <= max });
		if (min !== undefined) checks.push({ figure, kind: 'min', limit: min, measured: mean, passed: mean >= min });
	}
	const withoutBaseline: Figure[] = [];
	for (const { figure, absolute, share } of phase.tolerances) {
		const before = baseline[phase.name]?.[figure];
		if (before === undefined) {
			withoutBaseline.push(figure);
			continue;
		}
		const limit = before + (absolute ?? Math.abs(before) * (share ?? 0));
		const { mean } = figures[figure];
		checks.push({ figure, kind: 'baseline', limit, measured: mean, passed: mean <= limit, baseline: before });
	}
	const all = measured.flat();
	return { phase: phase.name, figures, checks, withoutBaseline, occurrences: all.length, lost: all.reduce((sum, { lost }) => sum + lost, 0) };
}

/** Figures to save as the baseline. */
export function baselineOf(budget: Budget, verdicts: readonly PhaseVerdict[]): Baseline {
	return Object.fromEntries(budget.phases.map((phase, index) => [phase.name, Object.fromEntries(figureNames.map((figure) => [figure, verdicts[index].figures[figure].mean]))]));
}

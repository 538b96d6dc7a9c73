/** Where a run goes on that was interrupted: what its journal says of the charge drawn, and of the step it was in. */

import type { JournalContent, StepResult } from './journal.ts';
import type { Script } from './step.ts';

export interface ResumePoint {
	readonly iteration: number;
	readonly step: number;
	/** C, J and s that all runs before have come to. */
	readonly chargeC: number;
	readonly energyJ: number;
	readonly elapsedS: number;
	/** A at the last word. */
	readonly currentA: number;
	/** When that was, ISO 8601. */
	readonly lastAt?: string;
	/** It had ended with its output off: nothing has flown since. */
	readonly ended: boolean;
	/** Of the step it goes on with, what was done of it. */
	readonly begun?: { readonly stepS: number; readonly fromC: number; readonly fromJ: number };
}

const beginning: ResumePoint = { iteration: 1, step: 0, chargeC: 0, energyJ: 0, elapsedS: 0, currentA: 0, ended: true };

export function resumePoint({ steps }: Script, before: JournalContent | undefined, resumeAt: 'iteration' | 'step'): ResumePoint {
	const last = before?.lines.findLast((line) => line.type === 'step');
	const { progress } = before ?? {};
	const latest = progress ?? last;
	const lastStart = before?.lines.findLast((line) => line.type === 'start');
	if (!before || !latest) return { ...beginning, lastAt: lastStart?.at };
	const ended = before.lines.at(-1)?.type === 'end';
	const end = before.lines.findLast((line) => line.type === 'end');
	const total = progress ? { chargeC: progress.chargeC, energyJ: progress.energyJ } : { chargeC: (last as StepResult).toC, energyJ: (last as StepResult).toJ };
	const common = { ...total, elapsedS: latest.elapsedS, currentA: latest.currentA, ended, lastAt: ended ? end?.at : (progress?.at ?? lastStart?.at) };
	if (resumeAt === 'iteration') {
		const whole = last && last.step === steps.length - 1 && isWhole(last) ? last.iteration : (last?.iteration ?? 1) - 1;
		return { ...common, iteration: whole + 1, step: 0 };
	}
	// The step that was under way, or the one after the last whole one.
	if (last && !isWhole(last)) return { ...common, ...place(last), begun: { stepS: last.durationS, fromC: last.fromC, fromJ: last.fromJ } };
	if (progress) return { ...common, ...place(progress), begun: { stepS: progress.stepS, fromC: progress.fromC, fromJ: progress.fromJ } };
	const { iteration, step } = place(last as StepResult);
	return { ...common, ...(step + 1 < steps.length ? { iteration, step: step + 1 } : { iteration: iteration + 1, step: 0 }) };
}

/** Whether a step was done to its own end. */
export const isWhole = ({ endedBy }: StepResult): boolean => endedBy !== 'end';

/**
 * The finished steps of a journal, without those of iterations, or parts of steps, that were begun again: the last of each counts.
 */
export function stepResults(lines: JournalContent['lines']): StepResult[] {
	const results: StepResult[] = [];
	for (const line of lines) {
		if (line.type === 'start' && line.iteration !== undefined) {
			const { iteration, step = 0 } = line;
			while (results.length > 0 && after(results[results.length - 1], iteration, step)) results.pop();
		} else if (line.type === 'step') results.push(line);
	}
	return results;
}

const after = (result: StepResult, iteration: number, step: number): boolean => result.iteration > iteration || (result.iteration === iteration && result.step >= step);
const place = ({ iteration, step }: Pick<StepResult, 'iteration' | 'step'>) => ({ iteration, step });

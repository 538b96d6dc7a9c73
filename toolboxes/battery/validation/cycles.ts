/** What a cell gave and took in each cycle of a validation, from the results of its steps. */

import type { StepResult } from '../cycler/journal.ts';
import { isWhole } from '../cycler/resume.ts';
import type { Script } from '../cycler/step.ts';

export interface CycleFigures {
	/** From 1. */
	readonly cycle: number;
	/** C and J that the cell gave. */
	readonly dischargedC: number;
	readonly dischargedJ: number;
	/** C and J that it took. */
	readonly chargedC: number;
	readonly chargedJ: number;
	/** Charge and energy given of that taken in the same cycle; undefined where nothing was taken. */
	readonly coulombicEfficiency?: number;
	readonly energyEfficiency?: number;
	/** Capacity lost since the first cycle, as a share of it. */
	readonly fade: number;
	readonly durationS: number;
	/** All its steps were done; a cycle that is under way, or was cut off, has no efficiency and no fade to speak of. */
	readonly whole: boolean;
}

export function cyclesOf(results: readonly StepResult[], { steps }: Script): CycleFigures[] {
	const cycles: CycleFigures[] = [];
	let first: number | undefined;
	for (const [iteration, own] of Map.groupBy(results, (result) => result.iteration)) {
		let [dischargedC, dischargedJ, chargedC, chargedJ, durationS] = [0, 0, 0, 0, 0];
		for (const { step, fromC, toC, fromJ, toJ, durationS: lasted } of own) {
			durationS += lasted;
			if (steps[step].kind === 'discharge') {
				dischargedC += toC - fromC;
				dischargedJ += toJ - fromJ;
			} else if (steps[step].kind === 'charge') {
				chargedC += fromC - toC;
				chargedJ += fromJ - toJ;
			}
		}
		const whole = own.length === steps.length && own.every(isWhole);
		if (whole) first ??= dischargedC;
		cycles.push({
			cycle: iteration,
			dischargedC,
			dischargedJ,
			chargedC,
			chargedJ,
			...(whole && chargedC > 0 ? { coulombicEfficiency: dischargedC / chargedC, energyEfficiency: dischargedJ / chargedJ } : {}),
			fade: whole && first ? 1 - dischargedC / first : 0,
			durationS,
			whole,
		});
	}
	return cycles;
}

/**
 * Validation: cells are discharged and charged by a script, cycle after cycle, and each cycle says what the cell gave and took. An Ace charges; an
 * Arc only discharges. Runs are kept and resumed as the profiler's are, but go on in the middle of a step: hours of one are not done again.
 */

import type { RunPlan } from '../cycler/plan.ts';
import { Runs, type RunsOptions } from '../cycler/runs.ts';
import type { Run } from '../schemas.ts';
import { type CycleFigures, cyclesOf } from './cycles.ts';

export interface CellValidation {
	readonly deviceId: string;
	readonly cycles: readonly CycleFigures[];
}

export class Validation extends Runs {
	constructor(options: Pick<RunsOptions, 'bench' | 'clock' | 'gate' | 'folder'>) {
		super({ ...options, kind: 'validation', resistance: () => undefined, conclude: async () => undefined });
	}

	/** NO_LICENCE, NOT_FOUND, NOT_SUPPORTED where an Arc would have to charge, INVALID_VALUE, DEVICE_BUSY, DISK. */
	validate(plan: Omit<RunPlan, 'kind'>): Promise<Run> {
		return this.begin({ kind: 'validation', ...plan });
	}

	/** What the cells of a run have shown so far. NOT_FOUND. */
	figures(id: string): readonly CellValidation[] {
		return this.outcomes(id).map(({ device, plan, results }) => ({ deviceId: device, cycles: cyclesOf(results, plan.script) }));
	}
}

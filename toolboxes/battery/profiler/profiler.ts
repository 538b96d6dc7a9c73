/**
 * The profiler: discharges cells, several at a time, by a low and a high phase or a script of steps, and makes a profile of each. What is kept and how
 * runs are resumed is the cycler's (`../cycler/runs.ts`).
 */

import { join } from 'node:path';
import { MicrojouleError } from '../../../drivers/errors.ts';
import type { CellOutcome } from '../cycler/cell-run.ts';
import type { RunPlan } from '../cycler/plan.ts';
import { Runs, type RunsOptions } from '../cycler/runs.ts';
import type { Control, Script, Step } from '../cycler/step.ts';
import { checkName } from '../profile/check.ts';
import type { ProfileStore } from '../profile/profile-store.ts';
import type { Run, StartRun } from '../schemas.ts';
import { profileOf } from './profile-of.ts';
import { latestResistance } from './rows.ts';

export interface ProfilerOptions extends Pick<RunsOptions, 'bench' | 'clock' | 'gate' | 'folder'> {
	readonly profiles: ProfileStore;
}

type Phase = StartRun['low'];

/** Times that another name is tried for a profile whose name was taken while it was measured. */
const otherNames = 1000;

export class Profiler extends Runs {
	readonly #profiles: ProfileStore;

	constructor({ profiles, ...options }: ProfilerOptions) {
		super({
			...options,
			kind: 'profile',
			resistance: latestResistance,
			conclude: (outcome) => conclude(profiles, outcome),
		});
		this.#profiles = profiles;
	}

	/** What the page asks for. As `profile`. */
	start({ low, high, exit, name, devices, manufacturer, model, temperatureC, record = false }: StartRun): Promise<Run> {
		return this.profile({
			name,
			devices,
			script: lowHigh(low, high, { ...exit, cutoffV: exit.voltageV }),
			stepNames: ['low', 'high'],
			cell: { manufacturer, model },
			limits: {},
			temperatureC,
			record,
		});
	}

	/** Begins to discharge. NO_LICENCE, NOT_FOUND, INVALID_VALUE, ALREADY_EXISTS for a profile's name that is taken, DEVICE_BUSY, DISK. */
	async profile(plan: Omit<RunPlan, 'kind'>): Promise<Run> {
		const { steps } = plan.script;
		if (steps.some(({ kind }) => kind === 'charge'))
			throw new MicrojouleError('INVALID_VALUE', 'A profile is made by discharging; a script that charges is a validation (`microjoule battery validate`).', {});
		if (steps.length < 2) throw new MicrojouleError('INVALID_VALUE', 'A profile needs two steps at least, of different currents: one alone tells no resistance.', {});
		const taken = new Set((await this.#profiles.list()).profiles.map(({ profile }) => profile.name.toLowerCase()));
		for (const device of plan.devices) {
			const name = profileName(plan, device);
			checkName(name);
			if (taken.has(name.toLowerCase())) throw new MicrojouleError('ALREADY_EXISTS', `There is already a battery profile named ${name}; give this one another name.`, { name });
		}
		return this.begin({ kind: 'profile', ...plan });
	}
}

/** The classic discharge of two phases. */
export function lowHigh(low: Phase, high: Phase, { iterations, cutoffV, openCircuitV }: { iterations?: number; cutoffV?: number; openCircuitV?: number }): Script {
	return { steps: [low, high].map(stepOf), until: { iterations, cutoffV, openCircuitV } };
}

/** A load of 0 A or 0 W is a rest. */
function stepOf({ mode, value, time }: Phase): Step {
	const exits = { durationS: time };
	if (value === 0 && mode !== 'resistance') return { kind: 'rest', exits };
	const control: Control = mode === 'current' ? { mode, currentA: value } : mode === 'power' ? { mode, powerW: value } : { mode, resistanceOhm: value };
	return { kind: 'discharge', control, exits };
}

/** With several devices a number follows the name. */
function profileName({ name, devices }: Pick<RunPlan, 'name' | 'devices'>, device: string): string {
	return devices.length === 1 ? name : `${name} ${devices.indexOf(device) + 1}`;
}

async function conclude(profiles: ProfileStore, outcome: CellOutcome): Promise<{ id: string; name: string }> {
	const profile = profileOf(outcome, profileName(outcome.plan, outcome.device));
	for (let other = 1; ; other++) {
		// Days of work are not lost because somebody took the name meanwhile.
		const name = other === 1 ? profile.name : `${profile.name} (${other})`;
		try {
			const { id } = await profiles.save({ ...profile, name });
			return { id, name };
		} catch (error) {
			if (!(error instanceof MicrojouleError) || error.code !== 'ALREADY_EXISTS' || other >= otherNames) throw error;
		}
	}
}

/** Where the runs of a data folder lie. */
export const runsFolder = (dataFolder: string): string => join(dataFolder, 'battery-runs');

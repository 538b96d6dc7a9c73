/** What a run was asked to do, as `run.json` in its folder keeps it: everything that going on with it needs. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import type { InstrumentIdentity } from '../../../drivers/instrument.ts';
import { writeAtomically } from '../../../engine/recording/atomic.ts';
import type { BatteryDescription } from '../profile/profile.ts';
import type { SafetyLimits } from './safety.ts';
import type { Script } from './step.ts';

export interface RunPlan {
	/** profile: a discharge that makes a profile. validation: cycles that show what a cell gives and takes. */
	readonly kind: 'profile' | 'validation';
	readonly name: string;
	/** One cell at each. */
	readonly devices: readonly string[];
	readonly script: Script;
	/** What the steps are called; absent: by their numbers. */
	readonly stepNames?: readonly string[];
	readonly limits: Partial<SafetyLimits>;
	readonly cell: BatteryDescription;
	/** °C, as somebody has noted it. */
	readonly temperatureC?: number;
	/** Whether a recording is made as well. */
	readonly record: boolean;
}

/** An instrument that a cell is worked on with. */
export type PlannedInstrument = Pick<InstrumentIdentity, 'kind' | 'name' | 'serial' | 'hardwareVersion' | 'firmwareVersion'>;

export interface KeptPlan extends RunPlan {
	readonly id: string;
	/** By device. */
	readonly instruments: Readonly<Record<string, PlannedInstrument>>;
	/** ISO 8601, UTC. */
	readonly startedAt: string;
}

const fileName = 'run.json';
const version = 1;

export async function writePlan(folder: string, plan: KeptPlan): Promise<void> {
	await writeAtomically(join(folder, fileName), Buffer.from(`${JSON.stringify({ version, ...plan }, null, 1)}\n`));
}

/** NOT_FOUND, DAMAGED, NEWER_VERSION. */
export function readPlan(folder: string): KeptPlan {
	const file = join(folder, fileName);
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (error) {
		throw new MicrojouleError('NOT_FOUND', `There is no run in ${folder}: ${messageOf(error)}`, { folder }, error);
	}
	let content: { version?: number } & KeptPlan;
	try {
		content = JSON.parse(text);
	} catch (error) {
		throw new MicrojouleError('DAMAGED', `${file} is not what a run keeps there: ${messageOf(error)}`, { file }, error);
	}
	if ((content.version ?? 0) > version)
		throw new MicrojouleError('NEWER_VERSION', `The run in ${folder} was begun by a newer version of Microjoule; go on with it there.`, { folder });
	if (content.version !== version || !Array.isArray(content.devices) || !content.script) throw new MicrojouleError('DAMAGED', `${file} is not what a run keeps there.`, { file });
	const { version: _, ...plan } = content;
	return plan;
}

/** The runs that lie in a data folder: which there are, and taking one away for good. What is no run there is left alone. */

import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MicrojouleError } from '../../../drivers/errors.ts';
import { describeHolder, ProjectLock } from '../../../engine/project/lock.ts';
import { diskError } from '../../../engine/recording/writer.ts';
import { type KeptPlan, readPlan } from './plan.ts';

/** Latest first. */
export function keptRuns(folder: string): KeptPlan[] {
	let names: string[];
	try {
		names = readdirSync(folder);
	} catch {
		return []; // none was begun yet
	}
	const plans = names.flatMap((name) => keptRun(folder, name) ?? []);
	return plans.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

/** Undefined where there is none of this id. */
export function keptRun(folder: string, id: string): KeptPlan | undefined {
	if (!/^[\w-]+$/.test(id)) return undefined;
	try {
		const plan = readPlan(join(folder, id));
		return plan.id === id ? plan : undefined;
	} catch {
		return undefined;
	}
}

export function noRun(id: string, known: readonly { readonly id: string }[]): MicrojouleError {
	return new MicrojouleError('NOT_FOUND', `There is no run ${id}. There are: ${known.map((run) => run.id).join(', ') || 'none'}.`, { id });
}

/** With all that was measured; profiles and recordings made of it stay. NOT_FOUND; DEVICE_BUSY while it is under way, in whatever program; DISK. */
export async function deleteRun(folder: string, id: string): Promise<void> {
	if (!keptRun(folder, id)) throw noRun(id, keptRuns(folder));
	const place = join(folder, id);
	const lock = await ProjectLock.take(place);
	if (!(lock instanceof ProjectLock)) throw new MicrojouleError('DEVICE_BUSY', `The run ${id} is under way in ${describeHolder(lock)}; stop it first.`, { id });
	try {
		await rm(place, { recursive: true });
	} catch (error) {
		throw diskError(place, error);
	} finally {
		lock.release();
	}
}

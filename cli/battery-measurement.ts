/** Where `battery fit` and `battery predict` find a measurement of a cell: a cycler's file, or a recording of a project. */

import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { MicrojouleError } from '../drivers/errors.ts';
import { Project } from '../engine/project/project.ts';
import { readCyclerFile } from '../toolboxes/battery/fit/cycler-file.ts';
import type { Measurement } from '../toolboxes/battery/fit/measurement.ts';
import { readRecorded } from '../toolboxes/battery/fit/recorded.ts';
import { numberOption } from './options.ts';

export interface MeasurementFlags {
	/** Ah */
	readonly capacity?: number;
	readonly recording?: string;
	readonly device?: string;
}

/** C of an Ah. */
export const ampereHour = 3600;

export function addMeasurementOptions(command: Command): Command {
	return command
		.option('--capacity <AH>', 'what a rate of 1 C refers to, in Ah, where the file has rates instead of currents', numberOption('--capacity', { above: 0, unit: 'Ah' }))
		.option('--recording <ID>', 'which recording of a project (default: the last)')
		.option('--device <ID>', 'which device of a recording, where several were recorded');
}

/** Throws NOT_FOUND, DAMAGED, INVALID_VALUE. */
export async function readMeasurement(path: string, { capacity, recording, device }: MeasurementFlags, ratesC?: readonly number[]): Promise<Measurement> {
	if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
		if (recording !== undefined || device !== undefined)
			throw new MicrojouleError('INVALID_VALUE', `${path} is a file; --recording and --device belong to the folder of a project.`, { path });
		return await readCyclerFile(path, { capacityC: capacity === undefined ? undefined : capacity * ampereHour, ratesC });
	}
	if (ratesC) throw new MicrojouleError('INVALID_VALUE', `${path} is a project, whose recordings have currents, not rates; leave out --rates and --rate.`, { path });
	const project = await Project.open(path);
	using reader = await project.openRecording(recording);
	return await readRecorded(reader, device);
}

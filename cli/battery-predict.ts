/** `microjoule battery predict`: the voltage that a profile foretells for a measured current, beside the voltage that was measured. */

import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { MicrojouleError, messageOf } from '../drivers/errors.ts';
import { writePicture } from '../engine/formats/plot/plot.ts';
import { type Prediction, predict } from '../toolboxes/battery/fit/predict.ts';
import { deviationSvg } from '../toolboxes/battery/fit/residual-plot.ts';
import { readProfile } from '../toolboxes/battery/profile/otii-json.ts';
import type { BatteryProfile } from '../toolboxes/battery/profile/profile.ts';
import { addMeasurementOptions, ampereHour, type MeasurementFlags, readMeasurement } from './battery-measurement.ts';
import { addBatteryOptions, type BatteryFlags, openProfiles } from './battery-profiles.ts';
import { si, table } from './format.ts';
import { numberOption } from './options.ts';
import { print } from './program.ts';
import { withToolbox } from './toolbox.ts';

interface PredictFlags extends BatteryFlags, MeasurementFlags {
	readonly rate?: number;
	readonly temperature?: number;
	readonly series?: number;
	readonly parallel?: number;
	readonly plot?: string;
	readonly overwrite?: boolean;
}

export function predictCommand(): Command {
	const command = new Command('predict')
		.description('Foretells the voltage of a measured discharge from its current and a profile, and compares: how far a profile can be trusted.')
		.argument('<profile>', 'name or id of a profile, or a file of one (.json)')
		.argument('<measurement>', "a cycler's CSV, or the folder of a project")
		.option('--rate <C>', 'only the discharge at this rate, of a file that has several', numberOption('--rate', { above: 0, unit: 'C' }))
		.option('--temperature <C>', 'of the cell, in °C (default: that of the table nearest to 20 °C)', numberOption('--temperature', { min: -100, max: 200, unit: '°C' }))
		.option('--series <N>', 'cells in series (default 1)', numberOption('--series', { min: 1, integer: true }))
		.option('--parallel <N>', 'strings in parallel (default 1)', numberOption('--parallel', { min: 1, integer: true }))
		.option('--plot <FILE>', 'draws measurement and deviation, .svg or .png')
		.option('--overwrite', 'replaces a file that is already there');
	return addBatteryOptions(addMeasurementOptions(command)).action(async (profileName: string, path: string, options: PredictFlags) => {
		const { rate, temperature: temperatureC, series, parallel } = options;
		const { profile, prediction } = await withToolbox('battery', options, async () => {
			const named = await findProfile(profileName, options);
			const measurement = await readMeasurement(path, options, rate === undefined ? undefined : [rate]);
			return { profile: named, prediction: predict(named, measurement, { temperatureC, series, parallel }) };
		});
		const plot = options.plot === undefined ? undefined : resolve(options.plot);
		if (plot !== undefined)
			await writePicture({ out: plot, overwrite: options.overwrite }, () => Promise.resolve(deviationSvg(`${profile.name} against ${path}`, prediction.discharges)));
		const { discharges, ...all } = prediction;
		const list = discharges.map(({ run: _, deviationV: __, ...discharge }) => discharge);
		print({ profile: { id: profile.id, name: profile.name }, plot, ...all, discharges: list }, options.json, () => human(prediction));
	});
}

/** A file where the name is one's, else of the data folder. */
async function findProfile(name: string, options: BatteryFlags): Promise<BatteryProfile> {
	if (!/\.json$/i.test(name)) return await (await openProfiles(options)).get(name);
	let content: string;
	try {
		content = await readFile(name, 'utf8');
	} catch (error) {
		throw new MicrojouleError('NOT_FOUND', `The profile ${name} cannot be read: ${messageOf(error)}.`, { file: name }, error);
	}
	return readProfile(content, { name: basename(name).replace(/\.json$/i, '') });
}

function human({ discharges, rmsV, meanV, maxV }: Prediction): string {
	const row = (label: string, v: { rmsV: number; meanV: number; maxV: number }, rest: readonly string[]) => [
		label,
		...[v.rmsV, v.meanV, v.maxV].map((value) => si(Number(value.toPrecision(3)), 'V')),
		...rest,
	];
	const rows = discharges.map((discharge) =>
		row(`${Number(discharge.fromS.toPrecision(6))} s`, discharge, [
			discharge.rateC === undefined ? si(discharge.currentA, 'A') : `${discharge.rateC} C`,
			`${Number((discharge.chargeC / ampereHour).toPrecision(5))} Ah`,
		]),
	);
	const all = discharges.length > 1 ? [row('all', { rmsV, meanV, maxV }, ['', ''])] : [];
	return `${table([['discharge from', 'RMS', 'mean', 'largest', 'current', 'charge'], ...rows, ...all])}\nPredicted less measured voltage.`;
}

/** `microjoule battery validate`: discharges and charges cells by a script, and says what they gave and took in each cycle. */

import { join } from 'node:path';
import { Command } from 'commander';
import { MicrojouleError } from '../drivers/errors.ts';
import { readPlan } from '../toolboxes/battery/cycler/plan.ts';
import { readScript } from '../toolboxes/battery/cycler/script.ts';
import { runsFolder } from '../toolboxes/battery/profiler/profiler.ts';
import { type CellValidation, Validation } from '../toolboxes/battery/validation/validation.ts';
import { addRunOptions, limitsOf, openRunBench, type RunFlags, watch } from './battery-run.ts';
import { duration, table } from './format.ts';
import { dataFolder } from './licensing-access.ts';
import { print } from './program.ts';
import { withToolbox } from './toolbox.ts';

interface Options extends RunFlags {
	readonly name?: string;
}

export function validateCommand(): Command {
	const command = new Command('validate')
		.description('Discharges and charges a cell by a script, cycle after cycle: capacity, energy and efficiency of each. Charging needs an Ace.')
		.argument('[script]', 'steps and cycles, YAML; not with --resume')
		.option('--name <NAME>', 'what the run is called (default: that in the script)');
	return addRunOptions(command).action(async (file: string | undefined, options: Options) => {
		if ((file === undefined) === (options.resume === undefined))
			throw new MicrojouleError('INVALID_VALUE', 'Give the script of a new run, or --resume with one that was stopped.', {});
		const read = file === undefined ? undefined : await readScript(file);
		const result = await withToolbox('battery', options, async (gate) => {
			await using cleanup = new AsyncDisposableStack();
			const folder = runsFolder(dataFolder(options.data));
			const { bench, clock, devices } = await openRunBench(options, cleanup, options.resume === undefined ? undefined : readPlan(join(folder, options.resume)).devices);
			const validation = cleanup.use(new Validation({ bench, clock, gate, folder }));
			const begun = read
				? await validation.validate({
						name: options.name ?? read.name ?? (file as string),
						devices,
						script: read.script,
						limits: { ...read.limits, ...limitsOf(options) },
						cell: {},
						record: options.record ?? false,
					})
				: await validation.resume(options.resume as string);
			if (!options.json) console.error(`microjoule: run ${begun.id}`);
			const run = await watch('validate', validation, begun.id, options.json);
			return { run, cells: validation.figures(run.id) };
		});
		print(result, options.json, ({ cells }) => cells.map(cellText).join('\n\n'));
	});
}

const mAh = (charge: number): string => `${Number((charge / 3.6).toPrecision(5))} mAh`;
const mWh = (energy: number): string => `${Number((energy / 3.6).toPrecision(5))} mWh`;
const percent = (share: number | undefined): string => (share === undefined ? '–' : `${(share * 100).toFixed(2)} %`);

function cellText({ deviceId, cycles }: CellValidation): string {
	return table([
		[deviceId, 'given', 'taken', 'given', 'taken', 'coulombic', 'energy', 'fade', 'time'],
		...cycles.map((cycle) => [
			`cycle ${cycle.cycle}`,
			mAh(cycle.dischargedC),
			mAh(cycle.chargedC),
			mWh(cycle.dischargedJ),
			mWh(cycle.chargedJ),
			percent(cycle.coulombicEfficiency),
			percent(cycle.energyEfficiency),
			percent(cycle.fade),
			duration(Math.round(cycle.durationS)),
		]),
	]);
}

/** `microjoule battery runs`: the discharges and validations that the data folder keeps, and taking one away. */

import { join } from 'node:path';
import { Command } from 'commander';
import { readJournal } from '../toolboxes/battery/cycler/journal.ts';
import { deleteRun, keptRuns } from '../toolboxes/battery/cycler/kept.ts';
import type { KeptPlan } from '../toolboxes/battery/cycler/plan.ts';
import { runsFolder } from '../toolboxes/battery/profiler/profiler.ts';
import { addBatteryOptions, type BatteryFlags } from './battery-profiles.ts';
import { table } from './format.ts';
import { dataFolder, engineOf } from './licensing-access.ts';
import { print } from './program.ts';
import { withToolbox } from './toolbox.ts';

export function runsCommand(): Command {
	return addBatteryOptions(new Command('runs').description('Lists the runs of `battery profile` and `battery validate` that are kept, with how far each cell came.'))
		.option('--delete <RUN>', 'deletes one and what it measured, for good; profiles and recordings made of it stay')
		.action(async ({ delete: id, ...options }: BatteryFlags & { readonly delete?: string }) => {
			const data = dataFolder(options.data);
			const folder = runsFolder(data);
			if (id === undefined) {
				const runs = await withToolbox('battery', options, async () =>
					keptRuns(folder).map((plan) => ({ ...aboutOf(plan), cells: plan.devices.map((device) => cellOf(folder, plan, device)) })),
				);
				print({ runs }, options.json, () => listed(runs));
				return;
			}
			await withToolbox('battery', options, async () => {
				// A running engine shows its runs.
				const engine = await engineOf(data);
				await (engine ? engine.call('DELETE', `/battery/runs/${encodeURIComponent(id)}`) : deleteRun(folder, id));
			});
			print({ deleted: id }, options.json, () => `The run ${id} is deleted.`);
		});
}

const aboutOf = ({ id, kind, name, startedAt }: KeptPlan) => ({ id, kind, name, startedAt });

/** SI units. */
function cellOf(folder: string, { id }: KeptPlan, device: string) {
	const { lines, progress } = readJournal(join(folder, id, device));
	const last = lines.findLast((line) => line.type === 'step');
	const end = lines.findLast((line) => line.type === 'end' || line.type === 'start');
	return {
		device,
		iteration: progress?.iteration ?? last?.iteration ?? 0,
		chargeC: progress?.chargeC ?? last?.toC ?? 0,
		elapsedS: progress?.elapsedS ?? last?.elapsedS ?? 0,
		...(end?.type === 'end' ? { end: end.end, reason: end.reason } : {}),
	};
}

function listed(runs: readonly (ReturnType<typeof aboutOf> & { readonly cells: readonly ReturnType<typeof cellOf>[] })[]): string {
	if (runs.length === 0) return 'There are no runs.';
	return table([
		['run', 'name', 'kind', 'cell at', 'iteration', 'drawn', 'end'],
		...runs.flatMap(({ id, name, kind, cells }) =>
			cells.map(({ device, iteration, chargeC, end, reason }) => [
				id,
				name,
				kind,
				device,
				String(iteration),
				`${Number((chargeC / 3.6).toPrecision(5))} mAh`,
				end === undefined ? 'under way, or the program ended' : `${end}: ${reason}`,
			]),
		),
	]);
}

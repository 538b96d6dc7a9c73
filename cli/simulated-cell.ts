/**
 * A cell at the terminals of a simulated instrument, as the command line describes it: a built-in battery profile or the file of one, and in which state
 * it is. The battery toolbox is loaded only when there is one. `PROFILE[:soc=80][:temperature=5][:series=2][:parallel=1][:backwards]`
 */

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { MicrojouleError, messageOf } from '../drivers/errors.ts';
import type { VoltageSource } from '../drivers/simulator/source.ts';
import type { Cell } from '../toolboxes/battery/cell.ts';
import type { BatteryProfile } from '../toolboxes/battery/profile/profile.ts';
import { numberOption } from './options.ts';

export const cellUsage = 'PROFILE[:soc=%][:temperature=°C][:series=N][:parallel=N][:backwards]';

const cells = { integer: true, min: 1, max: 1000 };
const parts = {
	soc: numberOption('--cell soc', { min: 0, max: 100, unit: '%' }),
	temperature: numberOption('--cell temperature', { min: -273, max: 200, unit: '°C' }),
	series: numberOption('--cell series', cells),
	parallel: numberOption('--cell parallel', cells),
};

/** Rejects with INVALID_VALUE or NOT_FOUND naming the option, DAMAGED for a file that is no profile. */
export async function buildCell(text: string): Promise<VoltageSource> {
	// A path may hold ":" itself: whatever stands before the first part that is known is the profile.
	const [wanted, ...more] = text.split(/:(?=(?:\w+=|backwards(?::|$)))/);
	const values: { [name in keyof typeof parts]?: number } = {};
	for (const part of more) {
		if (part === 'backwards') continue;
		const [name, value] = part.split('=');
		const parse = Object.hasOwn(parts, name) ? parts[name as keyof typeof parts] : undefined;
		if (!parse) throw new MicrojouleError('INVALID_VALUE', `--cell ${text}: there is no "${name}". Write ${cellUsage}.`, { option: '--cell', value: text });
		values[name as keyof typeof parts] = parse(value);
	}
	const { Cell } = await import('../toolboxes/battery/cell.ts');
	const { CellModel } = await import('../toolboxes/battery/profile/model.ts');
	const { soc = 100, temperature, series, parallel } = values;
	const model = new CellModel(await profileOf(wanted), { temperatureC: temperature, series, parallel });
	const cell = new Cell(model, { usedC: model.capacityC * (1 - soc / 100) });
	return more.includes('backwards') ? backwards(cell) : cell;
}

/** A cell put in the wrong way round. */
function backwards(cell: Cell): VoltageSource {
	return {
		get openCircuitV() {
			return -cell.openCircuitV;
		},
		get resistanceOhm() {
			return cell.resistanceOhm;
		},
		draw: (chargeC, durationS) => cell.draw(-chargeC, durationS),
	};
}

/** By name or model among the built-in ones, else a file. */
async function profileOf(wanted: string): Promise<BatteryProfile> {
	const { libraryProfiles } = await import('../toolboxes/battery/profile/library/library.ts');
	const same = (text: string | undefined) => text?.toLowerCase() === wanted.toLowerCase();
	const builtIn = libraryProfiles.find(({ name }) => same(name)) ?? libraryProfiles.find(({ battery }) => same(battery.model));
	if (builtIn) return builtIn;
	let content: string;
	try {
		content = await readFile(wanted, 'utf8');
	} catch (error) {
		const names = libraryProfiles.map(({ name }) => name).join(', ');
		throw new MicrojouleError('NOT_FOUND', `--cell ${wanted} is neither a built-in battery profile nor a file (${messageOf(error)}). Profiles: ${names}.`, { wanted }, error);
	}
	const { readProfile } = await import('../toolboxes/battery/profile/otii-json.ts');
	return readProfile(content, { name: basename(wanted).replace(/\.json$/i, '') });
}

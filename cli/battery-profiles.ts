/** `microjoule battery profiles`, `show`, `plot`, `import`, `export` and `delete`: the profiles of the data folder and those built in. */

import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { writePicture } from '../engine/formats/plot/plot.ts';
import { CellModel } from '../toolboxes/battery/profile/model.ts';
import { plainProfile, summaryOf } from '../toolboxes/battery/profile/plain.ts';
import { profilesSvg } from '../toolboxes/battery/profile/plot.ts';
import { nameOf, type ProfileEntry, ProfileStore } from '../toolboxes/battery/profile/profile-store.ts';
import { passwordFileOption, userOption } from './credentials.ts';
import { si, table } from './format.ts';
import { addAccessOptions, dataFolder, engineOf } from './licensing-access.ts';
import { print } from './program.ts';
import { type ToolboxFlags, withToolbox } from './toolbox.ts';

export interface BatteryFlags extends ToolboxFlags {
	readonly json?: boolean;
}

/** C of a mAh. */
const mAh = 3.6;

/** Options that every command of the toolbox has. */
export function addBatteryOptions(command: Command): Command {
	return addAccessOptions(command).addOption(userOption()).addOption(passwordFileOption()).option('--json', 'machine-readable output, SI units');
}

/** The profiles of a data folder. */
export function openProfiles({ data }: BatteryFlags): Promise<ProfileStore> {
	return ProfileStore.open(join(dataFolder(data), 'battery-profiles'));
}

const withProfiles = <T>(options: BatteryFlags, work: (store: ProfileStore) => Promise<T>): Promise<T> =>
	withToolbox('battery', options, async () => work(await openProfiles(options)));

export function profilesCommand(): Command {
	return addBatteryOptions(new Command('profiles').description('Lists the battery profiles that there are: those built in and those of the data folder.')).action(
		async (options: BatteryFlags) => {
			const { profiles, damaged } = await withProfiles(options, (store) => store.list());
			print({ profiles: profiles.map(summaryOf), damaged }, options.json, (result) =>
				[
					table([['name', 'model', 'temperature', 'capacity', 'source'], ...profiles.map(line)]),
					...result.damaged.map(({ file, problem }) => `! ${file} cannot be used: ${problem}`),
				].join('\n'),
			);
		},
	);
}

export function showCommand(): Command {
	return addBatteryOptions(new Command('show').description('Shows a battery profile: what is known of the cell, and its curves at eleven points.'))
		.argument('<profile>', 'name or id')
		.action(async (name: string, options: BatteryFlags) => {
			const entry = await withProfiles(options, (store) => store.entry(name));
			print(plainProfile(entry), options.json, () => describe(entry));
		});
}

export function plotCommand(): Command {
	return addBatteryOptions(new Command('plot').description('Draws the voltage and the resistance of battery profiles over the charge used, as SVG or PNG.'))
		.argument('<profiles...>', 'names or ids')
		.requiredOption('-o, --out <FILE>', 'picture to write, .svg or .png')
		.option('--overwrite', 'replaces a file that is already there')
		.action(async (names: string[], { out, overwrite, ...options }: BatteryFlags & { out: string; overwrite?: boolean }) => {
			const file = resolve(out);
			await withProfiles(options, async (store) => {
				const profiles = await Promise.all(names.map((name) => store.get(name)));
				await writePicture({ out: file, overwrite }, () => profilesSvg(profiles));
			});
			print({ file }, options.json, () => file);
		});
}

export function importCommand(): Command {
	return addBatteryOptions(new Command('import').description('Takes battery profiles, files of JSON as Otii and Microjoule write them, into the data folder.'))
		.argument('<files...>', 'files to read')
		.option('--name <NAME>', 'what the profile is called (default: the name of the file)')
		.action(async (files: string[], { name, ...options }: BatteryFlags & { name?: string }, command: Command) => {
			if (name !== undefined && files.length > 1) command.error('error: --name names one profile; import the files one by one');
			const imported = await withProfiles(options, async (store) => {
				const profiles = await store.importFiles(files, { name });
				return await Promise.all(profiles.map(({ id }) => store.entry(id)));
			});
			print({ imported: imported.map(summaryOf) }, options.json, () => imported.map(({ profile, file }) => `${profile.name}  ${file}`).join('\n'));
		});
}

export function exportCommand(): Command {
	return addBatteryOptions(new Command('export').description('Writes a battery profile as JSON that Otii reads, too.'))
		.argument('<profile>', 'name or id')
		.option('-o, --out <FILE>', 'file to write (default: NAME.json here)')
		.option('--overwrite', 'replaces a file that is already there')
		.action(async (name: string, { out, overwrite, ...options }: BatteryFlags & { out?: string; overwrite?: boolean }) => {
			const file = await withProfiles(options, async (store) => {
				const path = resolve(out ?? `${(await store.get(name)).name}.json`);
				await store.exportFile(name, path, { overwrite });
				return path;
			});
			print({ file }, options.json, () => file);
		});
}

export function deleteCommand(): Command {
	return addBatteryOptions(new Command('delete').description('Deletes a battery profile of the data folder, for good.'))
		.argument('<profile>', 'name or id')
		.action(async (name: string, options: BatteryFlags) => {
			const { profile } = await withProfiles(options, async (store) => {
				const entry = await store.entry(name);
				// A running engine knows whether it is being emulated.
				const engine = entry.builtIn ? undefined : await engineOf(dataFolder(options.data));
				await (engine ? engine.call('DELETE', `/battery/profiles/${encodeURIComponent(entry.profile.id)}`) : store.delete(entry.profile.id));
				return entry;
			});
			print({ deleted: profile.id, name: profile.name }, options.json, () => `${profile.name} is deleted.`);
		});
}

const temperatures = ({ profile }: ProfileEntry): string =>
	[...new Set(profile.tables.map(({ temperatureC }) => temperatureC))].map((temperature) => (temperature === undefined ? '–' : `${temperature} °C`)).join(', ');
const charge = (chargeC: number): string => `${Number((chargeC / mAh).toPrecision(6))} mAh`;
const shortened = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text);

function line(entry: ProfileEntry): string[] {
	const { name, battery, provenance } = entry.profile;
	const source = provenance?.source ?? (entry.file === undefined ? '' : nameOf(entry.file));
	return [name, battery.model ?? '–', temperatures(entry), charge(new CellModel(entry.profile).capacityC), `${entry.builtIn ? 'built in' : 'own'}: ${shortened(source, 60)}`];
}

function describe(entry: ProfileEntry): string {
	const { id, name, battery, tables, selfDischargePerYear, provenance, uncertainty = {} } = entry.profile;
	const facts: [string, string | undefined][] = [
		['id', id],
		['cell', [battery.manufacturer, battery.model, battery.size].filter(Boolean).join(' ') || undefined],
		['nominal', [battery.nominalCapacityC && charge(battery.nominalCapacityC), battery.nominalV && si(battery.nominalV, 'V')].filter(Boolean).join(', ') || undefined],
		['cut-off', battery.cutoffV === undefined ? undefined : si(battery.cutoffV, 'V')],
		['self-discharge', selfDischargePerYear === undefined ? undefined : `${percent(selfDischargePerYear)} a year`],
		['spread', spread(uncertainty) || undefined],
		['source', provenance?.source],
		['recording', provenance?.recording],
		['file', entry.file],
	];
	const width = Math.max(...facts.map(([what]) => what.length));
	return [
		`${name}${entry.builtIn ? ' (built in)' : ''}`,
		...facts.flatMap(([what, text]) => (text === undefined ? [] : `${what.padEnd(width)}  ${text}`)),
		...tables.map((each) => {
			const model = new CellModel({ ...entry.profile, tables: [each] });
			const rows = Array.from({ length: 11 }, (_, k) => {
				const used = (model.capacityC * k) / 10;
				return [`${10 * k} %`, charge(used), `${model.openCircuitV(used).toFixed(3)} V`, si(model.resistanceOhm(used), 'Ω')];
			});
			const marks = [each.temperatureC !== undefined && `${each.temperatureC} °C`, each.currentA !== undefined && si(each.currentA, 'A')].filter(Boolean).join(', ');
			return `\n${marks && `${marks}: `}${charge(model.capacityC)}, ${each.usedC.length} rows, RC pairs: ${each.pairs.length}\n${table([['used', '', 'voltage', 'resistance'], ...rows])}`;
		}),
	].join('\n');
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

function spread({ capacity, resistance, openCircuitV }: NonNullable<ProfileEntry['profile']['uncertainty']>): string {
	return [
		capacity !== undefined && `capacity ${percent(capacity)}`,
		resistance !== undefined && `resistance ${percent(resistance)}`,
		openCircuitV !== undefined && `voltage ${si(openCircuitV, 'V')}`,
	]
		.filter(Boolean)
		.join(', ');
}

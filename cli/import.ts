/** `microjoule import`: files of other programs, and of `export`, become a recording of a project. */

import { resolve } from 'node:path';
import { Command } from 'commander';
import { readable } from '../engine/formats/formats.ts';
import { type ImportAnswer, type ImportOptions, importAnswer, importFiles } from '../engine/formats/import.ts';
import type { NamedColumn } from '../engine/formats/source.ts';
import { Project } from '../engine/project/project.ts';
import { EngineClient } from './engine-client.ts';
import { duration } from './format.ts';
import { choiceOption, numberOption } from './options.ts';
import { print } from './program.ts';
import { progressBar } from './progress.ts';

interface Options {
	readonly out: string;
	readonly supply?: number;
	readonly name?: string;
	readonly format?: string;
	readonly rate?: number;
	readonly time?: NamedColumn;
	readonly column?: NamedColumn[];
	readonly delimiter?: string;
	readonly skipLines?: number;
	readonly json?: boolean;
}

const names = readable.map(({ name }) => name);

export function importCommand(): Command {
	return new Command('import')
		.description(`Imports files as one recording: ${readable.map(({ name, title }) => `${title} [${name}]`).join('; ')}. A folder stands for its files.`)
		.argument('<files...>', 'files, or a folder of them')
		.requiredOption('--out <PROJECT>', 'folder of the project; made when it is not there')
		.option('--supply <V>', 'the constant voltage that a current was measured at: adds power and energy', numberOption('--supply', { above: 0, max: 1000, unit: 'V' }))
		.option('--name <NAME>', "of the recording (default: the first file's)")
		.option(`--format <${names.join('|')}>`, 'of the files (default: recognised)', choiceOption('--format', names))
		.option('--rate <S/s>', 'sample rate, where the file does not say it or is to be overruled', numberOption('--rate', { above: 0, unit: 'S/s' }))
		.option('--time <NAME[:UNIT]>', 'the time column of a table, by name or number from 1 (default: recognised)', columnOption)
		.option('--column <NAME[:UNIT][=CHANNEL],…>', 'columns of a table, for example "I_batt:mA=mc" (default: all that name their unit)', (text) => text.split(',').map(columnOption))
		.option('--delimiter <C>', 'what separates the columns of a table; tab for a tab (default: recognised)', (text) => (text === 'tab' ? '\t' : text))
		.option('--skip-lines <N>', 'lines of a table before its names or first row', numberOption('--skip-lines', { integer: true, min: 0 }))
		.option('--json', 'machine-readable output')
		.action(async (files: string[], options: Options) => {
			await using project = await Project.openOrCreate(options.out);
			const { column: columns, time, delimiter, supply: supplyV, skipLines, rate, name, format } = options;
			const rules = { columns, time, delimiter, skipLines, rate, name, format, supplyV };
			const engine = project.readOnly === undefined ? undefined : await EngineClient.holding(project.folder);
			const imported = engine
				? await engine.call<ImportAnswer>('POST', '/recordings/import', { ...rules, files: files.map((file) => resolve(file)) })
				: await importHere(project, files, rules, options.json);
			print({ project: project.folder, ...imported }, options.json, ({ recording, channels, notes }) =>
				[
					`Recording ${recording} of ${project.folder}`,
					...channels.map((each) => `  ${each.id}  ${each.samples} samples at ${each.rate} S/s, ${duration(each.samples / each.rate)}`),
					...notes.map((note) => `  ! ${note}`),
				].join('\n'),
			);
		});
}

async function importHere(project: Project, files: readonly string[], rules: ImportOptions, quiet: boolean | undefined): Promise<ImportAnswer> {
	project.requireWritable();
	const progress = progressBar('Importing', 1, quiet);
	try {
		return importAnswer(await importFiles(project, files, { ...rules, onProgress: (share) => progress.update(share) }));
	} catch (error) {
		await project.discard();
		throw error;
	} finally {
		progress.stop();
	}
}

/** `Current:mA=mc` → name, unit, id. A colon within the name stays there when what follows is no unit. */
function columnOption(text: string): NamedColumn {
	const [, name, unit, id] = /^(.+?)(?::([A-Za-zµμ°]+))?(?:=([A-Za-z0-9_-][A-Za-z0-9._-]*))?$/.exec(text.trim()) ?? [];
	return { name: name ?? text, unit, id };
}

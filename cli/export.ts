/** `microjoule export`: a recording as files for other programs. */

import { resolve } from 'node:path';
import { Command } from 'commander';
import { writable, writableFormat } from '../engine/formats/formats.ts';
import { Project } from '../engine/project/project.ts';
import { choiceOption, listOption, numberOption } from './options.ts';
import { print } from './program.ts';
import { progressBar } from './progress.ts';

interface Options {
	readonly format?: string;
	readonly out: string;
	readonly recording?: string;
	readonly channel?: string[];
	readonly from?: number;
	readonly to?: number;
	readonly rate?: number;
	readonly overwrite?: boolean;
	readonly json?: boolean;
}

const names = writable.map(({ name }) => name);

export function exportCommand(): Command {
	return new Command('export')
		.description(`Writes a recording, or part of it, for other programs: ${writable.map(({ name, title }) => `${name}: ${title}`).join('; ')}. A lost sample is written as nan.`)
		.argument('<project>', 'folder of the project')
		.option(`--format <${names.join('|')}>`, 'format (default: by the name of --out: .csv ppk, .f32 raw, .parquet parquet; a folder csv)', choiceOption('--format', names))
		.option('--out <PATH>', 'folder for the files of csv and raw, file for the others', '.')
		.option('--recording <ID>', 'which recording (default: the last)')
		.option('--channel <C,…>', 'which channels (default: all)', listOption(String))
		.option('--from <S>', 'beginning of the window, in s', numberOption('--from', { unit: 's' }))
		.option('--to <S>', 'end of the window, in s, exclusive', numberOption('--to', { unit: 's' }))
		.option('--rate <S/s>', 'writes channels of higher rates as means of consecutive blocks; must divide their rates', numberOption('--rate', { above: 0, unit: 'S/s' }))
		.option('--overwrite', 'replaces files that are already there')
		.option('--json', 'machine-readable output')
		.action(async (folder: string, options: Options) => {
			const format = writableFormat(options.out, options.format);
			const project = await Project.open(folder);
			const reader = await project.openRecording(options.recording);
			const progress = progressBar('Exporting', 1, options.json);
			try {
				const { files, notes } = await format.write(reader, {
					out: resolve(options.out),
					channels: options.channel,
					from: options.from,
					to: options.to,
					rate: options.rate,
					overwrite: options.overwrite,
					onProgress: (share) => progress.update(share),
				});
				progress.stop();
				print({ format: format.name, files, notes }, options.json, () => [...files, ...notes.map((note) => `! ${note}`)].join('\n'));
			} finally {
				progress.stop();
				reader.close();
			}
		});
}

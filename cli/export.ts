/** `microjoule export`: a recording as files for other programs. */

import { resolve } from 'node:path';
import { Command } from 'commander';
import { exportCsv } from '../engine/formats/csv.ts';
import { Project } from '../engine/project/project.ts';
import { choiceOption, listOption, numberOption } from './options.ts';
import { print } from './program.ts';
import { progressBar } from './progress.ts';

interface Options {
	readonly format: 'csv';
	readonly out: string;
	readonly recording?: string;
	readonly channel?: string[];
	readonly from?: number;
	readonly to?: number;
	readonly overwrite?: boolean;
	readonly json?: boolean;
}

export function exportCommand(): Command {
	return new Command('export')
		.description("Writes a recording as CSV in Otii's layout: one file a channel, a row a sample (a lost one as nan), logs and digital channels as lists.")
		.argument('<project>', 'folder of the project')
		.requiredOption('--format <csv>', 'format', choiceOption('--format', ['csv']))
		.option('--out <DIR>', 'folder for the files', '.')
		.option('--recording <ID>', 'which recording (default: the last)')
		.option('--channel <C,…>', 'which channels (default: all)', listOption(String))
		.option('--from <S>', 'beginning of the window, in s', numberOption('--from', { unit: 's' }))
		.option('--to <S>', 'end of the window, in s, exclusive', numberOption('--to', { unit: 's' }))
		.option('--overwrite', 'replaces files that are already there')
		.option('--json', 'machine-readable output')
		.action(async (folder: string, options: Options) => {
			const project = await Project.open(folder);
			const reader = await project.openRecording(options.recording);
			const progress = progressBar('Exporting', 1, options.json);
			try {
				const files = await exportCsv(reader, {
					folder: resolve(options.out),
					channels: options.channel,
					from: options.from,
					to: options.to,
					overwrite: options.overwrite,
					onProgress: (share) => progress.update(share),
				});
				progress.stop();
				print({ files }, options.json, () => files.join('\n'));
			} finally {
				progress.stop();
				reader.close();
			}
		});
}

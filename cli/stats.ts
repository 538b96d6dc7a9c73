/** `microjoule stats`: statistics of a recording, over all of it or a window. */

import { Command } from 'commander';
import { Project } from '../engine/project/project.ts';
import { listOption, numberOption } from './options.ts';
import { print } from './program.ts';
import { allStatistics, byChannel, statisticsTable } from './results.ts';

interface Options {
	readonly recording?: string;
	readonly device?: string;
	readonly channel?: string[];
	readonly from?: number;
	readonly to?: number;
	readonly json?: boolean;
}

export function statsCommand(): Command {
	return new Command('stats')
		.description('Statistics of a recording: average, extremes, RMS, charge, energy, losses and uncertainty, over all of it or a window.')
		.argument('<project>', 'folder of the project')
		.option('--recording <ID>', 'which recording (default: the last)')
		.option('--device <ID>', 'which device, where several have the channel')
		.option('--channel <C,…>', 'which channels (default: all)', listOption(String))
		.option('--from <S>', 'beginning of the window, in s', numberOption('--from', { unit: 's' }))
		.option('--to <S>', 'end of the window, in s, exclusive', numberOption('--to', { unit: 's' }))
		.option('--json', 'machine-readable output, SI units')
		.action(async (folder: string, options: Options) => {
			const project = await Project.open(folder);
			const reader = await project.openRecording(options.recording);
			try {
				const list = await allStatistics(reader, { channels: options.channel, device: options.device, from: options.from, to: options.to });
				print({ recording: reader.folder, channels: byChannel(list) }, options.json, () => statisticsTable(list));
			} finally {
				reader.close();
			}
		});
}

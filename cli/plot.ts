/** `microjoule plot`: a recording as a picture. */

import { resolve } from 'node:path';
import { Command } from 'commander';
import { MicrojouleError } from '../drivers/errors.ts';
import { plot } from '../engine/formats/plot/plot.ts';
import { Project } from '../engine/project/project.ts';
import { listOption, numberOption } from './options.ts';
import { print } from './program.ts';

interface Options {
	readonly out: string;
	readonly recording?: string;
	readonly channel?: string[];
	readonly from?: number;
	readonly to?: number;
	readonly xRange?: [number, number];
	readonly yRange?: [number, number];
	readonly width?: number;
	readonly height?: number;
	readonly overwrite?: boolean;
	readonly json?: boolean;
}

export function plotCommand(): Command {
	return new Command('plot')
		.description('Draws a recording as SVG or PNG: a panel a channel, the exact minimum and maximum of every pixel column, and the mean.')
		.argument('<project>', 'folder of the project')
		.requiredOption('-o, --out <FILE>', 'picture to write, .svg or .png')
		.option('--recording <ID>', 'which recording (default: the last)')
		.option('--channel <C,…>', 'which channels (default: all)', listOption(String))
		.option('--from <S>', 'beginning of what is drawn, in s', numberOption('--from', { unit: 's' }))
		.option('--to <S>', 'end of what is drawn, in s, exclusive', numberOption('--to', { unit: 's' }))
		.option('--x-range <A,B>', 'limits of the time axis, in s (default: what is drawn)', rangeOption('--x-range', 's'))
		.option('--y-range <A,B>', "limits of the value axis, in the channel's SI unit, for example 0,0.02 (default: what is drawn)", rangeOption('--y-range', 'A, V or W'))
		.option('--width <PX>', 'of the picture (default 1200; a PNG has two dots a px)', numberOption('--width', { integer: true, min: 200, max: 8000 }))
		.option('--height <PX>', 'of the picture (default: by the number of channels)', numberOption('--height', { integer: true, min: 120, max: 8000 }))
		.option('--overwrite', 'replaces a file that is already there')
		.option('--json', 'machine-readable output')
		.action(async (folder: string, { recording, channel, json, out, ...options }: Options) => {
			const project = await Project.open(folder);
			const reader = await project.openRecording(recording);
			try {
				await plot(reader, { ...options, out: resolve(out), channels: channel });
				print({ file: resolve(out) }, json, ({ file }) => file);
			} finally {
				reader.close();
			}
		});
}

/** `0,0.02` → two numbers, the first below the second. */
function rangeOption(option: string, unit: string): (text: string) => [number, number] {
	const number = numberOption(option, { unit });
	return (text) => {
		const [from, to, ...more] = text.split(',').map(number);
		if (to === undefined || more.length > 0 || from >= to)
			throw new MicrojouleError('INVALID_VALUE', `${option} is "${text}"; it must be two numbers of ${unit} with a comma between, the first below the second.`, {
				option,
				value: text,
			});
		return [from, to];
	};
}

/**
 * `microjoule stats`: statistics of a recording, over all of it or a window, and with them its events, percentiles or histogram; or of many
 * windows, or of several recordings beside each other.
 */

import { Command } from 'commander';
import { MicrojouleError } from '../drivers/errors.ts';
import { Project } from '../engine/project/project.ts';
import { compared } from '../engine/recording/compare.ts';
import { mostBins } from '../engine/recording/histogram.ts';
import type { RecordingReader } from '../engine/recording/reader.ts';
import { eventsTable, findEvents, findHistograms, findPercentiles, histogramTables, percentilesTable } from './analysis.ts';
import { listOption, numberOption } from './options.ts';
import { print } from './program.ts';
import { progressBar } from './progress.ts';
import { allStatistics, byChannel, type ChannelQuery, comparisonTable, meanOfWindows, statisticsTable, type WindowStatistics, windowsTable } from './results.ts';
import { readWindows } from './windows-file.ts';

interface Options {
	readonly recording?: string;
	readonly device?: string;
	readonly channel?: string[];
	readonly from?: number;
	readonly to?: number;
	readonly events?: boolean;
	readonly threshold?: number;
	readonly hysteresis?: number;
	readonly minGap?: number;
	readonly histogram?: number | true;
	readonly percentiles?: number[] | true;
	readonly compare?: string[];
	readonly windows?: string;
	readonly json?: boolean;
}

const defaultBins = 50;
const defaultPercents = [1, 5, 25, 50, 75, 95, 99];

export function statsCommand(): Command {
	return new Command('stats')
		.description('Statistics of a recording: average, extremes, RMS, charge, energy, losses and uncertainty, over all of it or a window.')
		.argument('<project>', 'folder of the project')
		.option('--recording <ID>', 'which recording (default: the last)')
		.option('--device <ID>', 'which device, where several have the channel')
		.option('--channel <C,…>', 'which channels (default: all; for events: the main current)', listOption(String))
		.option('--from <S>', 'beginning of the window, in s', numberOption('--from', { unit: 's' }))
		.option('--to <S>', 'end of the window, in s, exclusive', numberOption('--to', { unit: 's' }))
		.option('--events', 'also its events: where the channel is above --threshold')
		.option('--threshold <A>', 'an event begins above this, in the unit of the channel', numberOption('--threshold'))
		.option('--hysteresis <A>', 'it ends at this much below the threshold (default: 0)', numberOption('--hysteresis', { min: 0 }))
		.option('--min-gap <S>', 'events with at most this much between them are one (default: 0)', numberOption('--min-gap', { min: 0, unit: 's' }))
		.option('--histogram [BINS]', `also how often which values occur (default: ${defaultBins} bins)`, numberOption('--histogram', { min: 1, max: mostBins, integer: true }))
		.option('--percentiles [P,…]', `also percentiles (default: ${defaultPercents.join(',')})`, listOption(numberOption('--percentiles', { min: 0, max: 100, unit: 'per cent' })))
		.option('--compare <ID,ID>', 'recordings beside each other, with differences from the first', listOption(String))
		.option('--windows <FILE>', 'statistics of many windows: lines of from,to in s')
		.option('--json', 'machine-readable output, SI units')
		.action(async (folder: string, options: Options) => {
			check(options);
			const project = await Project.open(folder);
			if (options.compare) return compareRecordings(project, options.compare, options);
			const reader = await project.openRecording(options.recording);
			try {
				if (options.windows !== undefined) await ofWindows(reader, options.windows, options);
				else await ofOne(reader, options);
			} finally {
				reader.close();
			}
		});
}

/** What cannot be asked together. */
function check(options: Options): void {
	const given = (names: readonly (keyof Options)[]) => names.filter((name) => options[name] !== undefined).map((name) => `--${name === 'minGap' ? 'min-gap' : name}`);
	const refuse = (message: string, names: readonly string[]) => {
		throw new MicrojouleError('INVALID_VALUE', message, { options: names });
	};
	const rule = given(['threshold', 'hysteresis', 'minGap']);
	if (options.events && options.threshold === undefined) refuse('--events needs --threshold: above which value does an event begin?', ['--threshold']);
	if (!options.events && rule.length > 0) refuse(`${rule.join(' and ')} ${rule.length > 1 ? 'say' : 'says'} what an event is; add --events.`, rule);
	for (const [alone, others] of [
		['windows', given(['from', 'to', 'events', 'histogram', 'percentiles', 'compare'])],
		['compare', given(['recording', 'events', 'histogram', 'percentiles'])],
	] as const)
		if (options[alone] !== undefined && others.length > 0) refuse(`--${alone} cannot be combined with ${others.join(', ')}; call stats twice.`, others);
	if (options.compare && options.compare.length < 2)
		refuse(`--compare is "${options.compare.join(',')}"; it must name two recordings or more, separated by commas.`, ['--compare']);
}

function queryOf({ channel: channels, device, from, to }: Options): ChannelQuery {
	return { channels, device, from, to };
}

async function ofOne(reader: RecordingReader, options: Options): Promise<void> {
	const query = queryOf(options);
	const quiet = options.json ?? false;
	const list = await allStatistics(reader, query);
	const { events, threshold, hysteresis, minGap: minGapS, histogram, percentiles } = options;
	const { from, to } = query;
	const found = events && threshold !== undefined ? await findEvents(reader, query, { from, to, threshold, hysteresis, minGapS }, quiet) : undefined;
	const ranks = percentiles && (await findPercentiles(reader, query, percentiles === true ? defaultPercents : percentiles, quiet));
	const bins = histogram && (await findHistograms(reader, query, histogram === true ? defaultBins : histogram, quiet));
	const result = {
		recording: reader.folder,
		channels: byChannel(list),
		...(found ? { events: found } : {}),
		...(ranks ? { percentiles: byChannel(ranks) } : {}),
		...(bins ? { histogram: byChannel(bins) } : {}),
	};
	print(result, options.json, () =>
		[
			statisticsTable(list),
			found && eventsTable(found, (event) => reader.channel(event.device, event.channel).unit),
			ranks && percentilesTable(ranks),
			bins && histogramTables(bins),
		]
			.filter((part) => part !== undefined)
			.join('\n\n'),
	);
}

async function ofWindows(reader: RecordingReader, path: string, options: Options): Promise<void> {
	const windows = await readWindows(path);
	const query = queryOf(options);
	const bar = progressBar('windows', windows.length, options.json);
	const list: WindowStatistics[] = [];
	try {
		for (const { from, to } of windows) {
			list.push({ from, to, list: await allStatistics(reader, { ...query, from, to }) });
			bar.update(list.length);
		}
	} finally {
		bar.stop();
	}
	const mean = meanOfWindows(list);
	const result = { recording: reader.folder, windows: list.map(({ from, to, list }) => ({ from, to, channels: byChannel(list) })), mean: byChannel(mean) };
	print(result, options.json, () => windowsTable(list, mean));
}

async function compareRecordings(project: Project, ids: readonly string[], options: Options): Promise<void> {
	const recordings: { id: string; channels: ReturnType<typeof byChannel<Awaited<ReturnType<typeof allStatistics>>[number]>> }[] = [];
	for (const id of ids) {
		const reader = await project.openRecording(id);
		try {
			recordings.push({ id, channels: byChannel(await allStatistics(reader, queryOf(options))) });
		} finally {
			reader.close();
		}
	}
	const channels = compared(recordings);
	print({ recordings: ids, channels }, options.json, () => comparisonTable(channels));
}

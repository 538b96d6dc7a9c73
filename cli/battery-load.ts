/** What a battery has to bear, as the command line and files say it: phases, a recording's selection, a measured trace, scenarios. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MicrojouleError, messageOf } from '../drivers/errors.ts';
import { readTrace } from '../engine/formats/trace/trace.ts';
import { Project } from '../engine/project/project.ts';
import type { Load, Phase } from '../toolboxes/battery/life/load.ts';
import { currentOrPower, durationOf } from '../toolboxes/battery/life/quantities.ts';
import { parseScenarios, type WaveformSource } from '../toolboxes/battery/life/scenario-file.ts';
import { recordedWaveform, type Waveform, waveformOf } from '../toolboxes/battery/life/waveform.ts';
import { progressBar } from './progress.ts';

export interface LoadFlags {
	readonly phase?: readonly Phase[];
	readonly recording?: string;
	readonly device?: string;
	readonly from?: number;
	readonly to?: number;
	readonly replay?: string;
	readonly scenario?: string;
	readonly json?: boolean;
}

const phaseUsage = 'NAME=CURRENT:DURATION[:PEAK[@DURATION]]';

/** `tx=8m:100ms:20mA@2ms` → a phase; `dcdc=5mW:1s` one of a power. */
export function phaseOption(text: string, before: readonly Phase[] = []): Phase[] {
	const [, name, current, duration, peak] = /^([^=]+)=([^:]+):([^:]+)(?::([^:]+))?$/.exec(text) ?? [];
	if (name === undefined)
		throw new MicrojouleError('INVALID_VALUE', `--phase is "${text}"; it must be ${phaseUsage}, such as sleep=2u:9.9s or send=8mA:100ms:20mA@2ms.`, { value: text });
	const where = `--phase ${name}`;
	const [peakA, peakS] = peak?.split('@') ?? [];
	const highest = peakA === undefined ? undefined : currentOrPower(peakA, `${where}, its peak,`);
	if (highest && !('currentA' in highest)) throw new MicrojouleError('INVALID_VALUE', `${where} has a peak of ${peakA}; a peak is a current.`, { value: text });
	return [
		...before,
		{
			name,
			durationS: durationOf(duration, where),
			...currentOrPower(current, where),
			...(highest ? { peakA: highest.currentA } : {}),
			...(peakS === undefined ? {} : { peakS: durationOf(peakS, where) }),
		},
	];
}

/** INVALID_VALUE, NOT_FOUND, DAMAGED. */
export async function loadOf(flags: LoadFlags): Promise<Load> {
	const { phase, recording, replay, scenario, from, to, device } = flags;
	const given = Object.entries({ phase, recording, replay, scenario }).filter(([, value]) => value !== undefined);
	if (given.length !== 1) {
		const said = given.length === 0 ? 'No load is named' : `${given.map(([name]) => `--${name}`).join(' and ')} exclude each other`;
		throw new MicrojouleError('INVALID_VALUE', `${said}: give --phase ${phaseUsage} (once or several times), --recording PROJECT/RECORDING, --replay FILE or --scenario FILE.`);
	}
	const selection = Object.entries({ from, to, device }).filter(([, value]) => value !== undefined);
	if ((phase || scenario) && selection.length > 0)
		throw new MicrojouleError(
			'INVALID_VALUE',
			`${selection.map(([name]) => `--${name}`).join(', ')} can only choose from a recording; give --recording or --replay, not phases or scenarios.`,
		);
	if (phase) return { phases: phase };
	const open = (source: WaveformSource) => openWaveform(source, flags.json ?? false);
	if (scenario === undefined) return { waveform: await open({ recording, replay, device, from, to }) };
	let text: string;
	try {
		text = await readFile(scenario, 'utf8');
	} catch (error) {
		throw new MicrojouleError('NOT_FOUND', `The scenarios ${scenario} cannot be read: ${messageOf(error)}`, { file: scenario }, error);
	}
	// Paths in the file are seen from where it lies.
	const beside = (path: string | undefined) => (path === undefined ? undefined : resolve(dirname(scenario), path));
	return await parseScenarios(text, scenario, (source) => open({ ...source, recording: beside(source.recording), replay: beside(source.replay) }));
}

async function openWaveform({ recording, replay, device, from, to }: WaveformSource, quiet: boolean): Promise<Waveform> {
	if (replay !== undefined) {
		const { current, rate } = await readTrace(replay);
		const sample = (time: number | undefined, otherwise: number) => (time === undefined ? otherwise : Math.round(time * rate));
		return waveformOf(current.subarray(Math.max(0, sample(from, 0)), Math.max(0, sample(to, current.length))), rate);
	}
	const [folder, id] = placeOf(recording as string);
	const project = await Project.open(folder);
	const reader = await project.openRecording(id);
	const progress = progressBar('Reading', 1, quiet);
	try {
		return await recordedWaveform(reader, reader.channel(device, 'mc'), from, to, (share) => progress.update(share));
	} finally {
		progress.stop();
		reader.close();
	}
}

/** A project's folder, which stands for its last recording, or one with a recording's id behind it. */
function placeOf(path: string): [folder: string, id: string | undefined] {
	if (existsSync(join(path, 'project.json'))) return [path, undefined];
	const parent = dirname(path);
	return [basename(parent) === 'recordings' ? dirname(parent) : parent, basename(path)];
}

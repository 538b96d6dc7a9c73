/** `microjoule info`: what a project holds. */

import { Command } from 'commander';
import { Project } from '../engine/project/project.ts';
import { RecordingReader } from '../engine/recording/reader.ts';
import { duration, table } from './format.ts';
import { print } from './program.ts';

export function infoCommand(): Command {
	return new Command('info')
		.description('Shows what a project holds: its recordings, their devices and channels.')
		.argument('<project>', 'folder of the project')
		.option('--json', 'machine-readable output')
		.action(async (folder: string, options: { json?: boolean }) => {
			const project = await Project.open(folder);
			const recordings = await Promise.all(
				(await project.list()).map(async ({ id, folder: path, entry, info, problem }) => {
					if (!info) return { id, path, problem };
					const reader = await RecordingReader.open(path);
					const { start, finished, software, devices, channels } = reader.info;
					reader.close();
					const { hidden = false, color, note, channels: shown, logs } = entry;
					return {
						id,
						path,
						name: info.name,
						offset: info.offset,
						hidden,
						color,
						note,
						shown,
						logs,
						start,
						finished,
						duration: reader.durationS,
						software,
						devices,
						channels,
						problems: reader.problems,
					};
				}),
			);
			const { name, created, selections } = project.file;
			print({ name, folder: project.folder, created, recordings, selections }, options.json, (result) =>
				[`${result.name}  (${result.folder}, created ${result.created})`, ...result.recordings.map(describe)].join('\n\n'),
			);
		});
}

interface Described {
	readonly id: string;
	readonly problem?: string;
	readonly name?: string;
	/** s. */
	readonly offset?: number;
	readonly hidden?: boolean;
	readonly note?: string;
	readonly logs?: readonly { readonly id: string; readonly name: string }[];
	readonly start?: string;
	readonly finished?: boolean;
	readonly duration?: number;
	readonly devices?: RecordingReader['info']['devices'];
	readonly channels?: RecordingReader['info']['channels'];
	readonly problems?: readonly string[];
}

function describe(recording: Described): string {
	if (recording.problem !== undefined) return `${recording.id}  cannot be read: ${recording.problem}`;
	const { id, name, offset = 0, hidden, note, logs = [], start, duration: seconds = 0, finished, devices = [], channels = [], problems = [] } = recording;
	const lines = [`${id}  ${name}  ${start}  ${duration(seconds)}${finished ? '' : '  (not finished: still recording, or interrupted)'}`];
	if (hidden) lines[0] += '  (hidden)';
	if (offset !== 0) lines.push(`  shifted by ${offset} s`);
	if (note) lines.push(`  ${note}`);
	for (const device of devices) {
		const clock = device.clock ? `, clock ${(device.clock.deviation * 1e6).toFixed(0)} ± ${(device.clock.uncertainty * 1e6).toFixed(0)} ppm against the host` : '';
		lines.push(
			`  ${device.name} ${device.id}${device.kind === 'import' ? ', from a file' : `, hardware ${device.hardwareVersion}, firmware ${device.firmwareVersion}`}${device.simulated ? ', simulated' : ''}${clock}`,
		);
	}
	const rows = channels.map((channel) => [
		`  ${devices.length > 1 ? `${channel.device}.` : ''}${channel.id}`,
		channel.label,
		channel.unit,
		`${channel.rate} S/s`,
		`${channel.count} samples`,
	]);
	if (rows.length > 0) lines.push(table(rows));
	for (const log of logs) lines.push(`  log ${log.id}  ${log.name}`);
	return [...lines, ...problems.map((problem) => `  ! ${problem}`)].join('\n');
}

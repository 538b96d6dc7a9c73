/** `microjoule repair`: makes what is derived again, cuts off what a crash left, and makes gaps of what is damaged. */

import { Command } from 'commander';
import { Project } from '../engine/project/project.ts';
import { repairRecording } from '../engine/project/repair.ts';
import type { Repair } from '../engine/recording/repair.ts';
import { bytesToVerify } from '../engine/recording/verify.ts';
import { EngineClient } from './engine-client.ts';
import { print } from './program.ts';
import { withPieces } from './progress.ts';
import { describeFindings, recordingsOf, unreadable } from './verify.ts';

export function repairCommand(): Command {
	return new Command('repair')
		.description(
			'Rebuilds summaries, cuts off what a crash left unverified, and makes gaps of damaged blocks. What it takes away it keeps in the folder "damaged" of the recording. Can be repeated; exit code 1 when something could not be verified or repaired.',
		)
		.argument('<project>', 'folder of the project')
		.option('--recording <ID>', 'only this recording')
		.option('--json', 'machine-readable output, SI units')
		.action(async (folder: string, options: { recording?: string; json?: boolean }) => {
			await using project = await Project.open(folder, { write: true });
			const engine = project.readOnly === undefined ? undefined : await EngineClient.holding(project.folder);
			if (!engine) project.requireWritable();
			const recordings: (Omit<Repair, 'folder'> & { id: string })[] = [];
			for (const id of recordingsOf(project, options.recording)) recordings.push({ id, ...(await repaired(project, id, engine, options.json)) });
			const clean = recordings.every(({ remaining }) => remaining.length === 0);
			if (!clean) process.exitCode = 1;
			print({ project: project.folder, clean, recordings }, options.json, () =>
				recordings
					.map(({ id, findings, actions, remaining }) =>
						[
							`${id}  ${findings.length === 0 ? 'intact' : remaining.length === 0 ? 'repaired' : 'not all could be repaired'}`,
							...actions.map((action) => `  ${action}`),
							...describeFindings(remaining),
						].join('\n'),
					)
					.join('\n'),
			);
		});
}

async function repaired(project: Project, id: string, engine: EngineClient | undefined, quiet = false): Promise<Omit<Repair, 'folder'>> {
	try {
		if (engine) return await engine.call('POST', `/recordings/${encodeURIComponent(id)}/repair`);
		const bytes = 2 * (await bytesToVerify(project.recordingFolder(id)));
		return await withPieces(`Repairing ${id}`, bytes, quiet, (piece) => repairRecording(project, id, piece));
	} catch (error) {
		const finding = unreadable(error);
		return { findings: [finding], actions: [], remaining: [finding] };
	}
}

/** `microjoule verify`: checks every byte of a project's recordings against its checksum, and says where damage lies. */

import { Command } from 'commander';
import { MicrojouleError } from '../drivers/errors.ts';
import { Project } from '../engine/project/project.ts';
import { logFindings, verifyRecording } from '../engine/project/repair.ts';
import { bytesToVerify, type Finding, type Verification } from '../engine/recording/verify.ts';
import { duration } from './format.ts';
import { print } from './program.ts';
import { withPieces } from './progress.ts';

export function verifyCommand(): Command {
	return new Command('verify')
		.description('Checks every block of every file of a project against its checksum, and the summaries against the samples. Changes nothing; exit code 1 when something is wrong.')
		.argument('<project>', 'folder of the project')
		.option('--recording <ID>', 'only this recording')
		.option('--json', 'machine-readable output, SI units')
		.action(async (folder: string, options: { recording?: string; json?: boolean }) => {
			const project = await Project.open(folder);
			const recordings: (Omit<Verification, 'folder' | 'finished'> & { id: string })[] = [];
			for (const id of recordingsOf(project, options.recording)) recordings.push({ id, ...(await verified(project, id, options.json)) });
			const clean = recordings.every((recording) => recording.clean);
			if (!clean) process.exitCode = 1;
			print({ project: project.folder, clean, recordings }, options.json, () =>
				[
					...recordings.map(({ id, clean: good, verifiedBytes, findings }) =>
						[`${id}  ${good ? `intact, ${verifiedBytes} bytes verified` : 'not as it was written'}`, ...describeFindings(findings)].join('\n'),
					),
					...(clean ? [] : ['microjoule repair makes what can be made again, and gaps of the rest.']),
				].join('\n'),
			);
		});
}

/** The recording named, or all of them. */
export function recordingsOf(project: Project, id: string | undefined): readonly string[] {
	if (id === undefined) return project.recordings;
	project.recordingFolder(id); // says when there is none
	return [id];
}

/** One that cannot be opened at all is a finding too, and keeps nobody from looking at the others. */
async function verified(project: Project, id: string, quiet = false): Promise<Omit<Verification, 'folder' | 'finished'>> {
	try {
		return await withPieces(`Verifying ${id}`, await bytesToVerify(project.recordingFolder(id)), quiet, (piece) => verifyRecording(project, id, piece));
	} catch (error) {
		return { clean: false, verifiedBytes: 0, findings: [unreadable(error), ...(await logFindings(project, id))] };
	}
}

/** What an error that keeps a recording from being opened says of it; any other error goes on. */
export function unreadable(error: unknown): Finding {
	if (!(error instanceof MicrojouleError) || (error.code !== 'DAMAGED' && error.code !== 'NOT_FOUND')) throw error;
	return { file: 'recording.json', offset: 0, length: 0, kind: error.code === 'DAMAGED' ? 'damaged' : 'missing', message: error.message };
}

export function describeFindings(findings: readonly Finding[]): string[] {
	return findings.map(({ file, offset, length, from, to, message }) => {
		const time = from === undefined || to === undefined ? '' : ` (${duration(from)} to ${duration(to)})`;
		return `  ! ${file}, bytes ${offset} to ${offset + length}${time}: ${message}`;
	});
}

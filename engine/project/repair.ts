/** Verifies and repairs what belongs to a recording in its project: the recording itself, and its user logs. */

import { join } from 'node:path';
import { type Repair, repair } from '../recording/repair.ts';
import { type Verification, verify } from '../recording/verify.ts';
import type { Project } from './project.ts';
import { repairLog, verifyLog } from './user-log-check.ts';

/** Every byte against its checksum, the summaries against the samples. `onBytes` hears of every piece. Throws DAMAGED or NOT_FOUND where it cannot be opened. */
export async function verifyRecording(project: Project, id: string, onBytes?: (bytes: number) => void): Promise<Verification> {
	const found = await verify(project.recordingFolder(id), onBytes);
	const findings = [...found.findings, ...(await logFindings(project, id))];
	return { ...found, clean: findings.length === 0, findings };
}

/** Throws PROJECT_BUSY where the project is read-only, DEVICE_BUSY while the recording is running, DAMAGED, NOT_FOUND or DISK. */
export async function repairRecording(project: Project, id: string, onBytes?: (bytes: number) => void): Promise<Repair> {
	return project.mending(id, async (folder) => {
		const logs = join(project.folder, 'logs');
		const before = await logFindings(project, id);
		const { findings, actions, remaining } = await repair(folder, onBytes);
		const done: string[] = [];
		for (const { file } of project.entry(id).logs ?? []) done.push(...(await repairLog(logs, file)));
		return { folder, findings: [...findings, ...before], actions: [...actions, ...done], remaining: [...remaining, ...(await logFindings(project, id))] };
	});
}

/** What is wrong with the user logs of a recording. */
export async function logFindings(project: Project, id: string): Promise<Verification['findings']> {
	const logs = join(project.folder, 'logs');
	return (await Promise.all((project.entry(id).logs ?? []).map(({ file }) => verifyLog(logs, file)))).flat();
}

/** What lies in a project's folder: whether it is one, what it may be made in, and the names that edits give to new files. */

import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MicrojouleError } from '../../drivers/errors.ts';
import { lockFileName } from './lock.ts';

export function isProject(folder: string): boolean {
	return existsSync(join(folder, 'project.json'));
}

/** Throws NOT_FOUND or NOT_EMPTY where there is no project, DAMAGED where there is a file. */
export async function requireProject(folder: string): Promise<void> {
	const found = await stat(folder).catch(() => undefined);
	if (!found) throw new MicrojouleError('NOT_FOUND', `There is no project ${folder}.`, { folder });
	if (!found.isDirectory()) throw new MicrojouleError('DAMAGED', `${folder} is a file; a project is a folder.`, { folder });
	if (isProject(folder)) return;
	const empty = (await readdir(folder)).length === 0;
	throw new MicrojouleError(empty ? 'NOT_FOUND' : 'NOT_EMPTY', `${folder} is not a Microjoule project: it has no project.json.`, { folder });
}

/** Throws NOT_EMPTY for a folder that holds anything, INVALID_VALUE for a file. */
export async function requireEmpty(folder: string): Promise<void> {
	const found = await stat(folder).catch(() => undefined);
	if (!found) return;
	if (!found.isDirectory()) throw new MicrojouleError('INVALID_VALUE', `${folder} is a file; a project is a folder. Choose another path.`, { folder });
	if (isProject(folder)) throw new MicrojouleError('NOT_EMPTY', `${folder} already is a project; open it, or choose another folder.`, { folder });
	const names = (await readdir(folder)).filter((name) => name !== lockFileName);
	if (names.length > 0)
		throw new MicrojouleError(
			'NOT_EMPTY',
			`${folder} holds something that is not a Microjoule project (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}); choose a new or empty folder.`,
			{ folder },
		);
}

/** Ids of new recordings go on after the highest that was ever given out, as far as that can be told. */
export async function nextRecordingId(folder: string, known: readonly string[]): Promise<string> {
	const taken = [...known, ...(await names(join(folder, 'recordings')))];
	const last = taken.reduce((highest, name) => Math.max(highest, Number(/^(\d+)(\.r\d+)?$/.exec(name)?.[1] ?? 0)), 0);
	return String(last + 1).padStart(3, '0');
}

/** `001` → `001.r1`, the first such name that nothing has: what an edit writes. */
export async function revisionName(folder: string, name: string, ending = ''): Promise<string> {
	const taken = new Set(await names(folder));
	const stem = name.slice(0, name.length - ending.length).replace(/\.r\d+$/, '');
	let revision = 1;
	while (taken.has(`${stem}.r${revision}${ending}`)) revision++;
	return `${stem}.r${revision}${ending}`;
}

/** Removes what edits wrote that nothing refers to: leftovers of a program that died. Nothing else is ever touched. */
export async function sweepRevisions(folder: string, kept: ReadonlySet<string>): Promise<void> {
	for (const [place, pattern] of [
		['recordings', /\.r\d+$/],
		['logs', /\.r\d+\.jsonl(\.checksums)?$/],
	] as const)
		for (const name of await names(join(folder, place)))
			if (pattern.test(name) && !kept.has(`${place}/${name}`)) await rm(join(folder, place, name), { recursive: true, force: true });
}

async function names(folder: string): Promise<string[]> {
	return readdir(folder).catch(() => []);
}

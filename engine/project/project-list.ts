/** The projects in a folder, for somebody who chooses one: their names and what is in them, without opening any. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readProjectFile } from './file.ts';

export interface ListedProject {
	/** Absolute. */
	readonly folder: string;
	readonly name: string;
	readonly recordings: number;
	/** ISO 8601, UTC, of the last change. */
	readonly modified: string;
}

/** Most recently changed first. What is no project, or cannot be read, is not among them; nor is anything where the folder does not exist. */
export async function listProjects(folder: string): Promise<ListedProject[]> {
	const names = await readdir(folder).catch(() => []);
	const found = await Promise.all(names.map((name) => projectIn(join(folder, name))));
	return found.filter((project) => project !== undefined).sort((a, b) => (a.modified < b.modified ? 1 : -1));
}

async function projectIn(folder: string): Promise<ListedProject | undefined> {
	const path = join(folder, 'project.json');
	try {
		const [{ name, recordings }, { mtime }] = await Promise.all([readProjectFile(path), stat(path)]);
		return { folder, name, recordings: recordings.length, modified: mtime.toISOString() };
	} catch {
		return undefined;
	}
}

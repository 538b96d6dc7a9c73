/**
 * history.json: undo and redo that outlive the program, for a project saved with its history kept. It is a convenience: where it is missing,
 * damaged, or tells of files that are gone, there is less to undo and nothing else is wrong.
 */

import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../recording/atomic.ts';
import { folderOf, type ProjectState, pathsOf, problemOf, type RecordingEntry } from './file.ts';
import { History, type HistorySnapshot } from './history.ts';
import { projectVersion } from './migrations.ts';

interface UndoFile extends HistorySnapshot<ProjectState> {
	readonly version: number;
	/** Ids of all recordings when it was written: one that project.json has besides came in later. */
	readonly known: readonly string[];
}

export const undoFileName = 'history.json';

/** The history of the project in `folder`, whose project.json says `saved`. */
export async function loadHistory(folder: string, saved: ProjectState): Promise<History<ProjectState>> {
	const file = await readUndoFile(join(folder, undoFileName));
	if (!file) return new History(saved);
	const known = new Set(file.known);
	const added = saved.recordings.filter(({ id }) => !known.has(id));
	const present = new Set(saved.recordings.map(({ id }) => id));
	const gone = ({ id, ...rest }: RecordingEntry) => !present.has(id) && !existsSync(join(folder, 'recordings', folderOf({ id, ...rest })));
	const step = <Step extends { state: ProjectState }>(each: Step): Step => ({
		...each,
		state: { ...each.state, recordings: [...each.state.recordings.filter((entry) => !gone(entry)), ...added] },
	});
	const history = new History(saved, { past: file.past.map(step), future: file.future.map(step) });
	const needed = new Set(pathsOf(saved));
	history.prune((state) => pathsOf(state).every((path) => needed.has(path) || path.startsWith('logs/') || existsSync(join(folder, path))));
	return history;
}

/** Writes what undo and redo need, or takes the file away when there is nothing. */
export async function saveHistory(folder: string, history: History<ProjectState>): Promise<void> {
	const path = join(folder, undoFileName);
	const { past, future } = history.snapshot();
	if (past.length === 0 && future.length === 0) return rm(path, { force: true });
	const known = [...new Set(history.states().flatMap(({ recordings }) => recordings.map(({ id }) => id)))];
	const file: UndoFile = { version: projectVersion, known, past, future };
	await writeAtomically(path, Buffer.from(`${JSON.stringify(file)}\n`));
}

async function readUndoFile(path: string): Promise<UndoFile | undefined> {
	try {
		const file = JSON.parse(await readFile(path, 'utf8')) as UndoFile;
		const steps = [...file.past, ...file.future];
		return file.version === projectVersion && Array.isArray(file.known) && steps.every(({ label, state }) => typeof label === 'string' && problemOf(state) === undefined)
			? file
			: undefined;
	} catch {
		return undefined;
	}
}

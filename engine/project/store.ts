/**
 * A project's state between memory and disk: project.json, the history of edits, the lock, and which files may go. Changes come one after
 * the other; the first takes the lock. What an edit replaced stays until save() or close().
 *
 * It knows no recording's contents and decides no edit.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import { diskError } from '../recording/writer.ts';
import { type ProjectFile, type ProjectState, pathsOf, readProjectFile, stateOf, writeProjectFile } from './file.ts';
import { sweepRevisions } from './folder.ts';
import { History } from './history.ts';
import { describeHolder, ProjectLock } from './lock.ts';
import { projectVersion } from './migrations.ts';
import { loadHistory, saveHistory, undoFileName } from './undo-file.ts';

export type Header = Pick<ProjectFile, 'created' | 'devices' | 'settings'>;

export class ProjectStore {
	readonly folder: string;
	header: Header;
	/** Why nothing can be changed, for people; undefined when it can, or nobody has tried. */
	readOnly: string | undefined;
	#history: History<ProjectState>;
	#lock: ProjectLock | undefined;
	#closed = false;
	/** Relative paths that any state of this session needed, and those that what is on the disk needs. */
	#owned = new Set<string>();
	#kept = new Set<string>();
	#turn: Promise<unknown> = Promise.resolve();

	constructor(folder: string, file: ProjectFile) {
		this.folder = folder;
		this.header = file;
		this.#history = new History(stateOf(file));
	}

	get history(): History<ProjectState> {
		return this.#history;
	}

	get present(): ProjectState {
		return this.#history.present;
	}

	/** Notes in the lock where this program answers, if the lock is ours. */
	announce(engine: string): void {
		this.#lock?.announce(engine);
	}

	/** Takes the lock, or says in `readOnly` who has it. */
	async takeLock(): Promise<void> {
		try {
			const lock = await ProjectLock.take(this.folder);
			if (lock instanceof ProjectLock) this.#lock = lock;
			else
				this.readOnly = `The project ${this.folder} is open in another program (${describeHolder(lock)}) and can only be read here; close it there. If that program is gone, delete project.lock.`;
		} catch (error) {
			this.readOnly = `The project ${this.folder} can only be read: ${messageOf(error)}.`;
		}
	}

	/** Throws PROJECT_BUSY where the project is known to be read-only. */
	requireWritable(): void {
		if (this.#closed) throw new MicrojouleError('NOT_FOUND', `The project ${this.folder} is closed; open it again.`, { folder: this.folder });
		if (this.readOnly !== undefined) throw new MicrojouleError('PROJECT_BUSY', `${this.readOnly} Nothing was changed.`, { folder: this.folder });
	}

	/** Reads what is on the disk, and clears away what a program that died left of its edits. */
	async load(): Promise<void> {
		const file = await readProjectFile(join(this.folder, 'project.json'));
		this.header = file;
		this.#history = await loadHistory(this.folder, stateOf(file));
		this.#keep(...this.#history.states());
		if (this.#lock) await sweepRevisions(this.folder, this.#kept);
	}

	/** Starts afresh with a state that has no history, on the disk. */
	async adopt(header: Header, state: ProjectState): Promise<void> {
		this.header = header;
		this.#history = new History(state);
		await this.write();
		this.#keep(state);
	}

	/** Runs a change when its turn comes and the project is ours to change. */
	changing<T>(work: () => T | Promise<T>): Promise<T> {
		const result = this.#turn.then(async () => {
			this.requireWritable();
			if (!this.#lock) {
				await this.takeLock();
				this.requireWritable();
				await this.load(); // another program may have changed it since it was read
			}
			return work();
		});
		this.#turn = result.catch(() => {});
		return result;
	}

	/** Makes an edit that can be undone. */
	apply(label: string, change: (state: ProjectState) => ProjectState | Promise<ProjectState>): Promise<void> {
		return this.changing(async () => {
			const next = await change(this.present);
			for (const path of pathsOf(next)) this.#owned.add(path);
			this.#history.edit(label, next);
		});
	}

	/** A path that an edit is going to write: it goes when nothing needs it any more. */
	own(path: string): void {
		this.#owned.add(path);
	}

	/** Inside a change: changes all states alike and puts that on the disk; edits that are not saved stay so. */
	async rewrite(change: (state: ProjectState) => ProjectState): Promise<void> {
		const before = this.#history;
		this.#history = before.clone();
		this.#history.rewrite(change);
		try {
			await this.write();
		} catch (error) {
			this.#history = before;
			throw error;
		}
		for (const path of pathsOf(this.#history.saved)) {
			this.#owned.add(path);
			this.#kept.add(path);
		}
	}

	/** project.json of a state. */
	fileOf(state: ProjectState): ProjectFile {
		const { created, devices, settings } = this.header;
		return { version: projectVersion, name: state.name, created, devices, settings, recordings: state.recordings, selections: state.selections };
	}

	/** Inside a change: writes project.json as it was last saved, with what has come in since. */
	async write(): Promise<void> {
		try {
			await writeProjectFile(join(this.folder, 'project.json'), this.fileOf(this.#history.saved));
		} catch (error) {
			throw diskError(this.folder, error);
		}
	}

	/** Inside a change: puts the edits on the disk; without `keepHistory` the files they replaced go. */
	async save(keepHistory: boolean): Promise<void> {
		try {
			// First the history: a crash in between leaves a step that changes nothing, never one that loses something.
			if (keepHistory) await saveHistory(this.folder, this.#history);
			await writeProjectFile(join(this.folder, 'project.json'), this.fileOf(this.present));
			this.#history.markSaved();
			if (keepHistory) return this.#keep(...this.#history.states());
			await rm(join(this.folder, undoFileName), { force: true });
			this.#keep(this.#history.saved);
			this.#history.prune((state) => pathsOf(state).every((path) => this.#kept.has(path)));
			await this.#sweep();
		} catch (error) {
			throw diskError(this.folder, error);
		}
	}

	/** Waits for changes under way; whether the store is still open then. */
	async settled(): Promise<boolean> {
		await this.#turn;
		return !this.#closed;
	}

	/** Frees the project for others; edits that are not saved are gone with their files. Idempotent. */
	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		if (this.#lock) await this.#sweep();
		this.release();
	}

	/** Gives the lock up, and leaves every file where it is. */
	release(): void {
		this.#closed = true;
		this.#lock?.release();
		this.#lock = undefined;
	}

	#keep(...states: readonly ProjectState[]): void {
		this.#kept = new Set(states.flatMap(pathsOf));
		for (const path of this.#kept) this.#owned.add(path);
	}

	/** Removes the files that nothing on the disk refers to any more. */
	async #sweep(): Promise<void> {
		for (const path of this.#owned) if (!this.#kept.has(path)) await rm(join(this.folder, path), { recursive: true, force: true });
		this.#owned = new Set(this.#kept);
	}
}

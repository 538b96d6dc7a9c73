/**
 * The one project that is active in a running engine: recordings go to it, queries read it, edits change it. It may be none. This file owns the
 * switch from one to the next: nothing unsaved is lost without `force`, nothing is left while it records, and changes under way end first.
 *
 * Whoever uses the project (the bench) hears of every change, and is asked before it is taken away.
 */

import { resolve } from 'node:path';
import { MicrojouleError } from '../../drivers/errors.ts';
import type { ProjectSelection, RecordingEntry } from './file.ts';
import { isProject } from './folder.ts';
import { Project } from './project.ts';
import type { LogLine } from './user-log.ts';

/** What the active project is like. A new object for every change. */
export interface ProjectStatus {
	/** Absolute. */
	readonly folder: string;
	readonly name: string;
	/** There are edits that are not on the disk. */
	readonly unsaved: boolean;
	/** Why it cannot be changed; null when it can. */
	readonly readOnly: string | null;
	/** What undo would take back, and redo do again; null when there is nothing. */
	readonly undoable: string | null;
	readonly redoable: string | null;
	/** In order. */
	readonly recordings: readonly RecordingEntry[];
	readonly selections: readonly ProjectSelection[];
}

/** What uses the project. */
export interface ProjectUser {
	/** Runs work while nothing else begins or ends a recording. */
	exclusively<T>(work: () => Promise<T>): Promise<T>;
	/** Throws DEVICE_BUSY where the project must not be left now. */
	requireIdle(): void;
	/** The project, or which one it is, has changed. Awaited before whoever asked for the change gets an answer. */
	changed(project: Project | undefined): Promise<void>;
	/** Lines were appended to a user log. */
	logged(recording: string, log: string): void;
}

export interface LeaveOptions {
	/** Lets go of edits that are not saved. */
	readonly force?: boolean;
}

export class ActiveProject implements AsyncDisposable {
	#project: Project | undefined;
	#user: ProjectUser | undefined;
	/** Where the engine answers, once it does. */
	#engine: string | undefined;
	#changes = new Set<Promise<unknown>>();

	constructor(project?: Project) {
		this.#project = project;
	}

	/** Says who uses the project. */
	attach(user: ProjectUser): void {
		this.#user = user;
	}

	/** The active project, if any. */
	get project(): Project | undefined {
		return this.#project;
	}

	/** The active project. Throws NOT_FOUND where there is none. */
	require(): Project {
		if (this.#project) return this.#project;
		throw new MicrojouleError('NOT_FOUND', 'No project is open. Open one, or create one.');
	}

	get status(): ProjectStatus | null {
		const project = this.#project;
		if (!project) return null;
		const { folder, unsaved, readOnly = null, undoable = null, redoable = null } = project;
		const { name, recordings, selections } = project.file;
		return { folder, name, unsaved, readOnly, undoable, redoable, recordings, selections };
	}

	/** Notes in the lock of the active project, and of those to come, where the engine answers: an address of this computer. */
	announce(engine: string): void {
		this.#engine = engine;
		this.#project?.announce(engine);
	}

	/** Makes a project of a new or empty folder and leaves the one before. Throws what Project.create throws, UNSAVED, DEVICE_BUSY. */
	create(folder: string, { name, force }: LeaveOptions & { readonly name?: string } = {}): Promise<ProjectStatus> {
		return this.#switch(force, async () => {
			const next = await Project.create(folder, { name });
			await this.#leave(force).catch(async (error) => {
				await next.discard();
				throw error;
			});
			return next;
		});
	}

	/**
	 * Opens a project and leaves the one before; one that another program has open is read-only, and `readOnly` says why. Throws what Project.open
	 * throws, UNSAVED, DEVICE_BUSY.
	 */
	open(folder: string, { force }: LeaveOptions = {}): Promise<ProjectStatus> {
		return this.#switch(force, async () => {
			// The same once more: read afresh, and its lock tried for again.
			if (this.#project && resolve(folder) === this.#project.folder && isProject(this.#project.folder)) await this.#leave(force);
			const next = await Project.open(folder, { write: true });
			await this.#leave(force).catch(async (error) => {
				await next.close({ discard: true });
				throw error;
			});
			return next;
		});
	}

	/** Puts the edits on the disk. */
	save(options: { readonly keepHistory?: boolean } = {}): Promise<ProjectStatus> {
		return this.change((project) => project.save(options)).then(() => this.#status());
	}

	/** Copies the project, edits included, to a new or empty folder, which becomes the active one; the old is left as it was last saved. */
	saveAs(folder: string, { name }: { readonly name?: string } = {}): Promise<ProjectStatus> {
		return this.#switch(true, () => this.require().saveAs(folder, { name }));
	}

	/** Leaves the project; none is active then. Throws UNSAVED, DEVICE_BUSY. */
	async close({ save = false, force = false }: LeaveOptions & { readonly save?: boolean } = {}): Promise<void> {
		this.require();
		await this.#exclusively(async () => {
			this.#user?.requireIdle();
			await this.#settled();
			if (save) await this.#project?.save();
			await this.#leave(force);
			await this.#user?.changed(undefined);
		});
	}

	/** Changes the project, and tells whoever uses it. The project is not left meanwhile. */
	async change<T>(work: (project: Project) => Promise<T>): Promise<T> {
		const project = this.require();
		const change = (async () => {
			try {
				return await work(project);
			} finally {
				await this.#user?.changed(this.#project);
			}
		})();
		this.#changes.add(change);
		try {
			return await change;
		} finally {
			this.#changes.delete(change);
		}
	}

	/** Appends lines to a user log of a recording, at once, also while it is running. */
	async appendLog(recording: string, log: string, lines: readonly LogLine[]): Promise<void> {
		await this.require().appendLog(recording, log, lines);
		this.#user?.logged(recording, log);
	}

	/** The engine ends: what is not saved is saved, so that nothing is lost, and can still be undone next time. Idempotent. */
	async [Symbol.asyncDispose](): Promise<void> {
		await this.#settled();
		const project = this.#project;
		this.#project = undefined;
		if (!project) return;
		try {
			if (project.unsaved) await project.save({ keepHistory: true });
		} finally {
			await project.close({ discard: true });
		}
	}

	async #switch(force: boolean | undefined, next: () => Promise<Project>): Promise<ProjectStatus> {
		return this.#exclusively(async () => {
			this.#user?.requireIdle();
			await this.#settled();
			if (!force) this.#requireSaved();
			const before = this.#project;
			try {
				this.#project = await next();
				if (this.#engine !== undefined) this.#project.announce(this.#engine);
			} finally {
				if (this.#project !== before) await this.#user?.changed(this.#project);
			}
			return this.#status();
		});
	}

	/** Closes the project; throws UNSAVED, and then it is as it was. */
	async #leave(force: boolean | undefined): Promise<void> {
		await this.#project?.close({ discard: force });
		this.#project = undefined;
	}

	#requireSaved(): void {
		const { unsaved, folder, undoable } = this.#project ?? {};
		if (unsaved)
			throw new MicrojouleError('UNSAVED', `The project ${folder} has changes that are not saved (the last: ${undoable ?? 'undo'}). Save them, or use force to let go of them.`, {
				folder,
			});
	}

	#status(): ProjectStatus {
		return this.status as ProjectStatus;
	}

	async #settled(): Promise<void> {
		while (this.#changes.size > 0) await Promise.allSettled(this.#changes);
	}

	#exclusively<T>(work: () => Promise<T>): Promise<T> {
		return this.#user ? this.#user.exclusively(work) : work();
	}
}

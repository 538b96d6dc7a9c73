/**
 * A project on disk: a folder with project.json, its recordings and its logs. This file owns the names of folders and what comes
 * in; project.json and the lock are store.ts's, what can be edited editor.ts's, the recordings' contents engine/recording's.
 *
 * Nothing here ever overwrites a folder that is not a project. What an edit replaced stays on the disk until save() or close(). New
 * recordings, user logs and their lines, and the devices are no edits: they are on the disk at once and cannot be undone.
 */

import { cp, mkdir, rm, rmdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import type { Settings } from '../../drivers/settings.ts';
import type { RecordingInfo } from '../recording/format.ts';
import { readInfo } from '../recording/info-file.ts';
import type { IndexedLines } from '../recording/line-index.ts';
import { RecordingReader } from '../recording/reader.ts';
import { openWithSummaries } from '../recording/rebuild.ts';
import type { StagedRecording } from '../recording/staged.ts';
import { diskError } from '../recording/writer.ts';
import { ProjectEditor } from './editor.ts';
import { addLog, logOf, recordingOf } from './edits.ts';
import { folderOf, newProjectFile, type ProjectDevice, type ProjectFile, pathsOf, type RecordingEntry, readProjectFile } from './file.ts';
import { isProject, nextRecordingId, requireEmpty, requireProject } from './folder.ts';
import { type LogPage, LogPages, type LogQuery } from './log-pages.ts';
import { ProjectStore } from './store.ts';
import { appendLogLines, type LogLine } from './user-log.ts';

export type { ProjectDevice, ProjectFile, ProjectSelection, RecordingEntry } from './file.ts';
export { projectVersion } from './migrations.ts';

/** A user log with its lines, found by an index. */
export interface IndexedLog {
	readonly id: string;
	readonly name: string;
	readonly lines: IndexedLines<LogLine>;
}

export interface ListedRecording {
	readonly id: string;
	/** Absolute. */
	readonly folder: string;
	readonly entry: RecordingEntry;
	/** What recording.json says, with the project's name and offset for it. */
	readonly info?: RecordingInfo;
	/** Why it cannot be read. */
	readonly problem?: string;
}

export class Project implements AsyncDisposable {
	/** Absolute. */
	readonly folder: string;
	/** What can be undone. */
	readonly edit: ProjectEditor;
	#store: ProjectStore;
	/** What create() made that was not there before, for discard(). */
	#created: { folder: string | undefined; project: boolean };
	/** Recordings that began in this program. */
	#begun = new Set<string>();
	readonly #logPages = new LogPages();

	/**
	 * Makes a project of a new or empty folder. Throws NOT_EMPTY for a folder that holds something else (or already is a project), INVALID_VALUE
	 * for a path that is a file, DISK when the disk refuses.
	 */
	static async create(path: string, options: { name?: string } = {}): Promise<Project> {
		const folder = resolve(path);
		await requireEmpty(folder);
		let project: Project | undefined;
		try {
			const first = await mkdir(folder, { recursive: true });
			project = new Project(folder, newProjectFile(options.name ?? basename(folder)), { folder: first, project: true });
			await project.#store.takeLock();
			project.requireWritable();
			if (isProject(folder)) throw new MicrojouleError('NOT_EMPTY', `${folder} has become a project of another program meanwhile; open it, or choose another folder.`, { folder });
			await project.#store.write();
			return project;
		} catch (error) {
			if (project) project.#store.release();
			throw error instanceof MicrojouleError ? error : diskError(folder, error);
		}
	}

	/**
	 * Opens a project, for reading; the first change, or `write`, takes its lock. With `write`, a project that another program has open is opened
	 * read-only, and `readOnly` says so. Throws NOT_FOUND, NOT_EMPTY (a folder of something else), DAMAGED or NEWER_VERSION.
	 */
	static async open(path: string, { write = false }: { write?: boolean } = {}): Promise<Project> {
		const folder = resolve(path);
		await requireProject(folder);
		const project = new Project(folder, await readProjectFile(join(folder, 'project.json')), { folder: undefined, project: false });
		if (write) await project.#store.takeLock();
		await project.#store.load();
		return project;
	}

	/** Opens the project for writing, or makes one of a new or empty folder. */
	static async openOrCreate(path: string, options: { name?: string } = {}): Promise<Project> {
		return isProject(resolve(path)) ? Project.open(path, { write: true }) : Project.create(path, options);
	}

	private constructor(folder: string, file: ProjectFile, created: { folder: string | undefined; project: boolean }) {
		this.folder = folder;
		this.#store = new ProjectStore(folder, file);
		this.#created = created;
		this.edit = new ProjectEditor({
			folder,
			apply: (label, change) => this.#store.apply(label, change),
			own: (path) => this.#store.own(path),
			requireFinished: (id) => this.#requireFinished(id),
		});
	}

	/** As it is now, edits that are not saved included. */
	get file(): ProjectFile {
		return this.#store.fileOf(this.#store.present);
	}

	/** Ids of the recordings, in order. */
	get recordings(): readonly string[] {
		return this.#store.present.recordings.map(({ id }) => id);
	}

	/** Why the project cannot be changed, for people; undefined when it can, or nobody has tried. */
	get readOnly(): string | undefined {
		return this.#store.readOnly;
	}

	/** There are edits that save() has not put on the disk. */
	get unsaved(): boolean {
		return this.#store.history.unsaved;
	}

	/** What undo() would take back, and redo() do again; undefined when there is nothing. */
	get undoable(): string | undefined {
		return this.#store.history.undoable;
	}

	get redoable(): string | undefined {
		return this.#store.history.redoable;
	}

	/** Takes the last edit back; resolves to what it was. */
	undo(): Promise<string | undefined> {
		return this.#store.changing(() => this.#store.history.undo());
	}

	redo(): Promise<string | undefined> {
		return this.#store.changing(() => this.#store.history.redo());
	}

	/**
	 * Puts the edits on the disk and removes the files they replaced; an edit whose old files are gone can no longer be undone. With
	 * `keepHistory` those files stay, and undo and redo work when the project is opened again.
	 */
	save({ keepHistory = false }: { keepHistory?: boolean } = {}): Promise<void> {
		return this.#store.changing(() => this.#store.save(keepHistory));
	}

	/**
	 * Copies the project, edits included, to a new or empty folder, closes this one as it was last saved, and resolves to the new one. Throws
	 * what create() does, DEVICE_BUSY while recording.
	 */
	async saveAs(path: string, options: { name?: string } = {}): Promise<Project> {
		const { present } = this.#store;
		for (const { id } of present.recordings) await this.#requireFinished(id);
		const target = await Project.create(path, { name: options.name ?? present.name });
		try {
			for (const relative of pathsOf(present))
				await cp(join(this.folder, relative), join(target.folder, relative), { recursive: true, errorOnExist: true, force: false }).catch((error: NodeJS.ErrnoException) => {
					if (error.code !== 'ENOENT' || !relative.startsWith('logs/')) throw error; // a log without lines has no file
				});
			await target.#store.adopt(this.#store.header, { ...present, name: target.file.name });
		} catch (error) {
			for (const part of ['recordings', 'logs']) await rm(join(target.folder, part), { recursive: true, force: true });
			await target.#unmake();
			throw error instanceof MicrojouleError ? error : diskError(target.folder, error);
		}
		await this.close({ discard: true });
		return target;
	}

	/**
	 * Ends the use of the project and frees it for others. Throws UNSAVED when there are edits to save, unless told to save or to discard them.
	 * Idempotent.
	 */
	async close({ save = false, discard = false }: { save?: boolean; discard?: boolean } = {}): Promise<void> {
		if (!(await this.#store.settled())) return;
		if (this.unsaved && save) await this.save();
		else if (this.unsaved && !discard)
			throw new MicrojouleError('UNSAVED', `The project ${this.folder} has changes that are not saved (the last: ${this.undoable ?? 'undo'}). Save or discard them.`, {
				folder: this.folder,
			});
		await this.#store.close();
	}

	/** Closes; edits that were not saved are gone. */
	[Symbol.asyncDispose](): Promise<void> {
		return this.close({ discard: true });
	}

	/** Notes in the project's lock where the engine that holds it answers, for programs that find it taken. */
	announce(engine: string): void {
		this.#store.announce(engine);
	}

	/** Throws PROJECT_BUSY where the project is known to be read-only. */
	requireWritable(): void {
		this.#store.requireWritable();
	}

	/** Notes a device and its last settings down, at once. */
	rememberDevice(device: ProjectDevice, settings: Partial<Settings>): Promise<void> {
		return this.#store.changing(async () => {
			const { header } = this.#store;
			const devices = [...header.devices.filter(({ id }) => id !== device.id), device];
			this.#store.header = { ...header, devices, settings: { ...header.settings, [device.id]: { ...settings } } };
			await this.#store.write();
		});
	}

	/** Reserves the id and names the folder of a new recording; RecordingWriter.create makes the folder. */
	addRecording(): Promise<{ id: string; folder: string }> {
		return this.#store.changing(async () => {
			const known = this.#store.history.states().flatMap(({ recordings }) => recordings.map(({ id }) => id));
			const id = await nextRecordingId(this.folder, known);
			await this.#store.rewrite((state) => ({ ...state, recordings: [...state.recordings, { id }] }));
			this.#begun.add(id);
			return { id, folder: this.recordingFolder(id) };
		});
	}

	/** What the project says of a recording. Throws NOT_FOUND for an id that is not in the project, listing those that are. */
	entry(id: string): RecordingEntry {
		return recordingOf(this.#store.present, id);
	}

	/** Folder of a recording. Throws NOT_FOUND like entry(). */
	recordingFolder(id: string): string {
		return join(this.folder, 'recordings', folderOf(this.entry(id)));
	}

	/**
	 * Opens a recording for reading, under the project's name for it; without an id the last one. `staged` is what its writer has taken so far
	 * of one that is being written in this program. The caller closes it.
	 */
	async openRecording(id?: string, staged?: StagedRecording): Promise<RecordingReader> {
		const wanted = id ?? this.recordings.at(-1);
		if (wanted === undefined) throw new MicrojouleError('NOT_FOUND', `The project ${this.folder} has no recording yet.`, { folder: this.folder });
		const entry = this.entry(wanted);
		const folder = this.recordingFolder(wanted);
		const reader = staged ? RecordingReader.live(staged) : await (this.readOnly === undefined ? openWithSummaries(folder) : RecordingReader.open(folder));
		try {
			this.#describe(entry, reader.info);
		} catch (error) {
			reader.close();
			throw error;
		}
		return reader;
	}

	/** What recording.json of every recording says; `problem` instead where it cannot be read. */
	async list(): Promise<ListedRecording[]> {
		return Promise.all(
			this.#store.present.recordings.map(async (entry) => {
				const place = { id: entry.id, folder: this.recordingFolder(entry.id), entry };
				try {
					return { ...place, info: this.#describe(entry, await readInfo(place.folder)) };
				} catch (error) {
					return { ...place, problem: messageOf(error) };
				}
			}),
		);
	}

	/** Takes a recording out of the project and off the disk, at once; it cannot be undone. */
	removeRecording(id: string): Promise<void> {
		return this.#store.changing(async () => {
			this.entry(id);
			const entries = this.#store.history.states().flatMap(({ recordings }) => recordings.filter((entry) => entry.id === id));
			const paths = pathsOf({ name: '', recordings: entries, selections: [] });
			await this.#store.rewrite((state) => ({
				...state,
				recordings: state.recordings.filter((entry) => entry.id !== id),
				selections: state.selections.filter(({ recording }) => recording !== id),
			}));
			for (const path of paths) await rm(join(this.folder, path), { recursive: true, force: true });
		});
	}

	/** Makes a user log of a recording, at once, also while it is running; resolves to its id. */
	createLog(id: string, name: string): Promise<string> {
		return this.#store.changing(async () => {
			const taken = this.#store.history.states().flatMap(({ recordings }) => recordings.flatMap((entry) => (entry.id === id ? (entry.logs ?? []) : [])));
			const number = 1 + Math.max(0, ...taken.map((log) => Number(log.id)));
			const log = { id: String(number), name, file: `${id}-${number}.jsonl` };
			addLog(this.#store.present, id, log); // throws where it may not be
			await this.#store.rewrite((state) => (state.recordings.some((entry) => entry.id === id) ? addLog(state, id, log) : state));
			return log.id;
		});
	}

	/** Appends lines to a user log, at once, also while the recording is running. */
	appendLog(id: string, log: string, lines: readonly LogLine[]): Promise<void> {
		return this.#store.changing(async () => {
			const { file } = logOf(this.entry(id), log);
			await mkdir(join(this.folder, 'logs'), { recursive: true });
			await appendLogLines(join(this.folder, 'logs', file), lines);
		});
	}

	/** Runs work on the files of a finished recording, while nothing else changes the project. Throws DEVICE_BUSY for one that is running. */
	mending<T>(id: string, work: (folder: string) => Promise<T>): Promise<T> {
		return this.#store.changing(async () => {
			const folder = this.recordingFolder(id);
			await this.#requireFinished(id);
			return work(folder);
		});
	}

	/** A page of a user log, with its offset in the times. */
	readLog(id: string, log: string, query?: LogQuery): Promise<LogPage> {
		const { file, offset = 0 } = logOf(this.entry(id), log);
		return this.#logPages.page(join(this.folder, 'logs'), file, offset, query);
	}

	/** Runs `work` on the lines of all user logs of a recording that have any, with their offsets in the times; they are good until it is done. */
	async useLogs<T>(id: string, work: (logs: readonly IndexedLog[]) => Promise<T>): Promise<T> {
		const { logs = [] } = this.entry(id);
		const open = async (at: number, opened: readonly IndexedLog[]): Promise<T> => {
			const log = logs[at];
			if (!log) return work(opened);
			let answer: { value: T } | undefined;
			await this.#logPages.use(join(this.folder, 'logs'), log.file, log.offset ?? 0, {}, async (lines) => {
				answer = { value: await open(at + 1, [...opened, { id: log.id, name: log.name, lines }]) };
			});
			return answer ? answer.value : open(at + 1, opened);
		};
		return open(0, []);
	}

	/**
	 * Undoes a recording that failed before its first sample: the recording goes, and with it the project and the folders above it, if this
	 * object created them and nothing else is inside.
	 */
	async discard(id?: string): Promise<void> {
		if (id !== undefined && this.recordings.includes(id)) await this.removeRecording(id);
		if (!this.#created.project || this.recordings.length > 0) return;
		await this.#unmake();
	}

	/** Takes away what create() made, as far as nothing else is inside. */
	async #unmake(): Promise<void> {
		await rm(join(this.folder, 'project.json'), { force: true });
		this.#store.release();
		for (const part of ['recordings', 'logs']) await rmdir(join(this.folder, part)).catch(() => {});
		const top = this.#created.folder;
		for (let folder = this.folder; top !== undefined && folder.startsWith(top); folder = resolve(folder, '..')) {
			try {
				await rmdir(folder);
			} catch {
				return; // something of somebody else's is in it
			}
		}
	}

	/** Puts the project's own words for a recording in. Throws DAMAGED where its folder holds another recording of the project. */
	#describe(entry: RecordingEntry, info: RecordingInfo): RecordingInfo {
		if (info.id !== entry.id && this.recordings.includes(info.id))
			throw new MicrojouleError(
				'DAMAGED',
				`Two recordings of the project ${this.folder} have the id ${info.id}: the one in ${folderOf(entry)} should be ${entry.id}. Take the copy out of recordings/ and of project.json.`,
				{ folder: this.folder, id: info.id },
			);
		info.name = entry.name ?? info.name;
		info.offset = entry.offset ?? info.offset;
		for (const channel of info.channels) channel.offset = entry.channels?.[`${channel.device}.${channel.id}`]?.offset;
		return info;
	}

	async #requireFinished(id: string): Promise<void> {
		if (!this.#begun.has(id)) return;
		const info = await readInfo(this.recordingFolder(id)).catch(() => undefined);
		if (!info?.finished) throw new MicrojouleError('DEVICE_BUSY', `The recording ${id} is still being recorded; stop it first.`, { id });
		this.#begun.delete(id);
	}
}

/**
 * A project on disk: a folder with project.json and its recordings. This file owns project.json, which it writes atomically, and the names
 * of the recordings' folders; the recordings' contents belong to engine/recording.
 *
 * Nothing here ever overwrites a folder that is not a project.
 */

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import type { Settings } from '../../drivers/settings.ts';
import type { RecordingInfo } from '../recording/format.ts';
import { RecordingReader, readInfo } from '../recording/reader.ts';
import { diskError, writeAtomically } from '../recording/writer.ts';

export const projectVersion = 1;

/** A device that belongs to the project, as it was last seen. */
export interface ProjectDevice {
	readonly id: string;
	readonly kind: string;
	readonly name: string;
	readonly serial: string;
	readonly simulated: boolean;
}

/** A named window, in s from the recording's start. */
export interface ProjectSelection {
	readonly name: string;
	readonly from: number;
	readonly to: number;
	readonly recording?: string;
	readonly color?: string;
	readonly note?: string;
}

/** project.json. */
export interface ProjectFile {
	readonly version: number;
	name: string;
	/** ISO 8601, UTC. */
	readonly created: string;
	devices: ProjectDevice[];
	/** Last settings of each device, by its id. */
	settings: Record<string, Partial<Settings>>;
	/** Ids, in order. */
	recordings: string[];
	selections: ProjectSelection[];
}

export class Project {
	/** Absolute. */
	readonly folder: string;
	readonly file: ProjectFile;
	/** What open() made that was not there before, for discard(). */
	#created: { folder: string | undefined; project: boolean };

	/**
	 * Makes a project of a new or empty folder. Throws NOT_EMPTY for a folder that holds something else (or already is a project), INVALID_VALUE
	 * for a path that is a file, DISK when the disk refuses.
	 */
	static async create(path: string, options: { name?: string } = {}): Promise<Project> {
		const folder = resolve(path);
		if (await isProject(folder)) throw new MicrojouleError('NOT_EMPTY', `${folder} already is a project; open it, or choose another folder.`, { folder });
		await requireEmpty(folder);
		try {
			const first = await mkdir(folder, { recursive: true });
			const file: ProjectFile = {
				version: projectVersion,
				name: options.name ?? basename(folder),
				created: new Date().toISOString(),
				devices: [],
				settings: {},
				recordings: [],
				selections: [],
			};
			const project = new Project(folder, file, { folder: first, project: true });
			await project.save();
			return project;
		} catch (error) {
			throw error instanceof MicrojouleError ? error : diskError(folder, error);
		}
	}

	/** Opens a project. Throws NOT_FOUND, NOT_EMPTY (a folder of something else), DAMAGED or NEWER_VERSION. */
	static async open(path: string): Promise<Project> {
		const folder = resolve(path);
		const found = await stat(folder).catch(() => undefined);
		if (!found) throw new MicrojouleError('NOT_FOUND', `There is no project ${folder}.`, { folder });
		if (!found.isDirectory()) throw new MicrojouleError('DAMAGED', `${folder} is a file; a project is a folder.`, { folder });
		if (!(await isProject(folder))) {
			const empty = (await readdir(folder)).length === 0;
			throw new MicrojouleError(empty ? 'NOT_FOUND' : 'NOT_EMPTY', `${folder} is not a Microjoule project: it has no project.json.`, { folder });
		}
		return new Project(folder, await readProjectFile(join(folder, 'project.json')), { folder: undefined, project: false });
	}

	/** Opens the project, or makes one of a new or empty folder. */
	static async openOrCreate(path: string, options: { name?: string } = {}): Promise<Project> {
		return (await isProject(resolve(path))) ? Project.open(path) : Project.create(path, options);
	}

	private constructor(folder: string, file: ProjectFile, created: { folder: string | undefined; project: boolean }) {
		this.folder = folder;
		this.file = file;
		this.#created = created;
	}

	/** Ids of the recordings, in order. */
	get recordings(): readonly string[] {
		return this.file.recordings;
	}

	/** Writes project.json: a crash leaves the old one or the new one. */
	async save(): Promise<void> {
		try {
			await writeAtomically(join(this.folder, 'project.json'), Buffer.from(`${JSON.stringify(this.file, null, '\t')}\n`));
		} catch (error) {
			throw diskError(this.folder, error);
		}
	}

	/** Reserves the id and names the folder of a new recording; RecordingWriter.create makes the folder. */
	async addRecording(): Promise<{ id: string; folder: string }> {
		const taken = [...this.file.recordings, ...(await readdir(join(this.folder, 'recordings')).catch(() => []))];
		const last = taken.reduce((highest, id) => (/^\d+$/.test(id) ? Math.max(highest, Number(id)) : highest), 0);
		const id = String(last + 1).padStart(3, '0');
		this.file.recordings.push(id);
		await this.save();
		return { id, folder: this.#recordingFolder(id) };
	}

	/** Folder of a recording. Throws NOT_FOUND for an id that is not in the project, listing those that are. */
	recordingFolder(id: string): string {
		if (!this.file.recordings.includes(id))
			throw new MicrojouleError(
				'NOT_FOUND',
				`The project ${this.folder} has no recording ${id}. ${this.file.recordings.length > 0 ? `Recordings: ${this.file.recordings.join(', ')}.` : 'It has none yet.'}`,
				{ recording: id, known: this.file.recordings },
			);
		return this.#recordingFolder(id);
	}

	/** Opens a recording for reading; without an id the last one. The caller closes it. */
	async openRecording(id?: string): Promise<RecordingReader> {
		const wanted = id ?? this.file.recordings.at(-1);
		if (wanted === undefined) throw new MicrojouleError('NOT_FOUND', `The project ${this.folder} has no recording yet.`, { folder: this.folder });
		return RecordingReader.open(this.recordingFolder(wanted));
	}

	/** What recording.json of every recording says; `problem` instead where it cannot be read. */
	async list(): Promise<{ id: string; folder: string; info?: RecordingInfo; problem?: string }[]> {
		return Promise.all(
			this.file.recordings.map(async (id) => {
				const folder = this.#recordingFolder(id);
				try {
					return { id, folder, info: await readInfo(folder) };
				} catch (error) {
					return { id, folder, problem: messageOf(error) };
				}
			}),
		);
	}

	/** Takes a recording out of the project and off the disk. */
	async removeRecording(id: string): Promise<void> {
		const folder = this.recordingFolder(id);
		this.file.recordings.splice(this.file.recordings.indexOf(id), 1);
		await this.save();
		await rm(folder, { recursive: true, force: true });
	}

	/**
	 * Undoes a recording that failed before its first sample: the recording goes, and with it the project and the folders above it, if this
	 * object created them and nothing else is inside.
	 */
	async discard(id?: string): Promise<void> {
		if (id !== undefined && this.file.recordings.includes(id)) await this.removeRecording(id);
		if (!this.#created.project || this.file.recordings.length > 0) return;
		await rm(join(this.folder, 'project.json'), { force: true });
		await rmdir(join(this.folder, 'recordings')).catch(() => {});
		const top = this.#created.folder;
		for (let folder = this.folder; top !== undefined && folder.startsWith(top); folder = resolve(folder, '..')) {
			try {
				await rmdir(folder);
			} catch {
				return; // something of somebody else's is in it
			}
		}
	}

	#recordingFolder(id: string): string {
		return join(this.folder, 'recordings', id);
	}
}

async function isProject(folder: string): Promise<boolean> {
	return existsSync(join(folder, 'project.json'));
}

async function requireEmpty(folder: string): Promise<void> {
	const found = await stat(folder).catch(() => undefined);
	if (!found) return;
	if (!found.isDirectory()) throw new MicrojouleError('INVALID_VALUE', `${folder} is a file; a project is a folder. Choose another path.`, { folder });
	const names = await readdir(folder);
	if (names.length > 0)
		throw new MicrojouleError(
			'NOT_EMPTY',
			`${folder} holds something that is not a Microjoule project (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}); choose a new or empty folder.`,
			{
				folder,
			},
		);
}

async function readProjectFile(path: string): Promise<ProjectFile> {
	const damaged = (why: string, cause?: unknown) =>
		new MicrojouleError('DAMAGED', `${path} is damaged: ${why}. Restore it from a copy; the recordings beside it are untouched.`, { path }, cause);
	let file: ProjectFile;
	try {
		file = JSON.parse(await readFile(path, 'utf8')) as ProjectFile;
	} catch (error) {
		throw damaged(messageOf(error), error);
	}
	if (typeof file?.version !== 'number') throw damaged('it states no version');
	if (file.version > projectVersion)
		throw new MicrojouleError('NEWER_VERSION', `${path} has version ${file.version}; this program reads up to ${projectVersion}. Update Microjoule.`, {
			path,
			version: file.version,
		});
	const { recordings } = file;
	if (!Array.isArray(recordings) || !recordings.every((id) => typeof id === 'string' && /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(id)))
		throw damaged('its list of recordings is not one');
	const twice = recordings.find((id, i) => recordings.indexOf(id) !== i);
	if (twice !== undefined) throw damaged(`it lists the recording ${twice} twice`);
	return { ...file, devices: file.devices ?? [], settings: file.settings ?? {}, selections: file.selections ?? [] };
}

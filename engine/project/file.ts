/**
 * project.json: its types, and reading and writing it. What a user can undo is its ProjectState; devices and settings are noted down as
 * they come. States are never changed in place: an edit makes a new one that shares what stayed the same.
 *
 * This file never decides what an edit means (edits.ts) and knows no recording's contents.
 */

import { readFile } from 'node:fs/promises';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import type { Settings } from '../../drivers/settings.ts';
import { writeAtomically } from '../recording/atomic.ts';
import { migrate, projectVersion } from './migrations.ts';
import { logChecksumsName } from './user-log.ts';

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
	/** Without one it belongs to the whole project. */
	readonly recording?: string;
	readonly color?: string;
	readonly note?: string;
	readonly hidden?: boolean;
}

/** How a channel is shown, keyed `<device>.<channel>` in its recording. */
export interface ChannelEntry {
	/** s, shift against the other channels of the recording. */
	readonly offset?: number;
	readonly color?: string;
	readonly hidden?: boolean;
}

/** Lines of text with times that belong to a recording: written by a user, a script or an import. */
export interface UserLogEntry {
	readonly id: string;
	readonly name: string;
	/** In the project's folder `logs/`. */
	readonly file: string;
	/** s, shift against the recording. */
	readonly offset?: number;
}

/** What the project says of a recording. What is absent here is as recording.json states it. */
export interface RecordingEntry {
	readonly id: string;
	/** Its folder under recordings/, where that is not the id: an edit made it. */
	readonly folder?: string;
	readonly name?: string;
	/** s, shift against the other recordings. */
	readonly offset?: number;
	readonly hidden?: boolean;
	readonly color?: string;
	readonly note?: string;
	readonly channels?: Readonly<Record<string, ChannelEntry>>;
	readonly logs?: readonly UserLogEntry[];
}

/** What can be edited and undone. */
export interface ProjectState {
	readonly name: string;
	/** In order. */
	readonly recordings: readonly RecordingEntry[];
	readonly selections: readonly ProjectSelection[];
}

/** project.json. */
export interface ProjectFile extends ProjectState {
	readonly version: number;
	/** ISO 8601, UTC. */
	readonly created: string;
	readonly devices: readonly ProjectDevice[];
	/** Last settings of each device, by its id. */
	readonly settings: Readonly<Record<string, Partial<Settings>>>;
}

export function newProjectFile(name: string): ProjectFile {
	return { version: projectVersion, name, created: new Date().toISOString(), devices: [], settings: {}, recordings: [], selections: [] };
}

export function stateOf({ name, recordings, selections }: ProjectFile): ProjectState {
	return { name, recordings, selections };
}

export function folderOf(entry: RecordingEntry): string {
	return entry.folder ?? entry.id;
}

/** The project's paths, relative to its folder, that a state needs: folders of recordings and files of user logs with their checksums. */
export function pathsOf(state: ProjectState): string[] {
	return state.recordings.flatMap((entry) => [`recordings/${folderOf(entry)}`, ...(entry.logs ?? []).flatMap(({ file }) => [`logs/${file}`, `logs/${logChecksumsName(file)}`])]);
}

/** Reads project.json, brought up to this version in memory. Throws DAMAGED or NEWER_VERSION. */
export async function readProjectFile(path: string): Promise<ProjectFile> {
	let content: unknown;
	try {
		content = JSON.parse(await readFile(path, 'utf8'));
	} catch (error) {
		throw damaged(path, messageOf(error), error);
	}
	if (!isObject(content)) throw damaged(path, 'it is not one JSON object');
	const { version } = content;
	if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) throw damaged(path, 'it states no version');
	if (version > projectVersion)
		throw new MicrojouleError('NEWER_VERSION', `${path} has version ${version}; this program reads up to ${projectVersion}. Update Microjoule.`, { path, version });
	const file = { created: '', name: '', devices: [], settings: {}, selections: [], ...migrate(content) } as unknown as ProjectFile;
	const problem = problemOf(file);
	if (problem !== undefined) throw damaged(path, problem);
	return file;
}

/** Writes project.json: a crash leaves the old one or the new one. */
export async function writeProjectFile(path: string, file: ProjectFile): Promise<void> {
	await writeAtomically(path, Buffer.from(`${JSON.stringify(file, null, '\t')}\n`));
}

/** What is wrong with a state read from a file, if anything: every name in it that becomes part of a path is checked. */
export function problemOf({ name, recordings, selections }: ProjectState): string | undefined {
	if (typeof name !== 'string') return 'its name is not one';
	if (!Array.isArray(recordings) || !recordings.every((entry: unknown) => isObject(entry) && isFileName(entry.id) && isFileName(folderOf(entry as unknown as RecordingEntry))))
		return 'its list of recordings is not one';
	const logs = recordings.map((entry: RecordingEntry) => entry.logs ?? []);
	if (!logs.every((list: unknown) => Array.isArray(list) && list.every((log: unknown) => isObject(log) && typeof log.id === 'string' && isFileName(log.file))))
		return 'a list of user logs is not one';
	const twice = firstTwice(recordings.map(({ id }: RecordingEntry) => id));
	if (twice !== undefined) return `it lists the recording ${twice} twice`;
	const shared = firstTwice(recordings.map(folderOf));
	if (shared !== undefined) return `two recordings lie in the folder ${shared}`;
	const windows = Array.isArray(selections) && selections.every((each: unknown) => isObject(each) && typeof each.name === 'string' && isNumber(each.from) && isNumber(each.to));
	return windows ? undefined : 'its list of selections is not one';
}

function damaged(path: string, why: string, cause?: unknown): MicrojouleError {
	return new MicrojouleError('DAMAGED', `${path} is damaged: ${why}. Restore it from a copy; the recordings beside it are untouched.`, { path }, cause);
}

function firstTwice(list: readonly string[]): string | undefined {
	return list.find((each, index) => list.indexOf(each) !== index);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
	return typeof value === 'number' && Number.isFinite(value);
}

function isFileName(value: unknown): value is string {
	return typeof value === 'string' && /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(value);
}

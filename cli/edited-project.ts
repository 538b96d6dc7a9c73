/**
 * A project as the commands that edit it see it: opened here or, where a running engine holds it, edited there. Both do the same and fail alike;
 * only progress is not told from afar.
 */

import { MicrojouleError } from '../drivers/errors.ts';
import type { ProjectStatus } from '../engine/project/active-project.ts';
import type { ProjectEditor } from '../engine/project/editor.ts';
import { Project } from '../engine/project/project.ts';
import type { LogLine } from '../engine/project/user-log.ts';
import { EngineClient } from './engine-client.ts';

/** What crop tells. */
export interface Cropped {
	/** s. */
	readonly origin: number;
	readonly channels: readonly { readonly channel: string; readonly samples: number; readonly offset: number }[];
}

type Edits = Omit<Pick<ProjectEditor, keyof ProjectEditor>, 'crop'>;

export interface EditedProject extends Pick<Project, 'folder' | 'undo' | 'redo' | 'save' | 'createLog'>, AsyncDisposable {
	readonly edit: Edits & { crop(id: string, window: { readonly from?: number; readonly to?: number }, onProgress?: (share: number) => void): Promise<Cropped> };
	/** Without a time: now, of a recording in progress. */
	appendLog(id: string, log: string, lines: readonly { readonly time?: number; readonly text: string }[]): Promise<void>;
	/** What can be undone and redone. */
	history(): Promise<Pick<ProjectStatus, 'undoable' | 'redoable'>>;
}

/** Opens a project for editing, wherever that can be done. Throws what Project.open throws; PROJECT_BUSY comes with the first change. */
export async function openForEdit(folder: string): Promise<EditedProject> {
	const project = await Project.open(folder, { write: true });
	if (project.readOnly === undefined) return here(project);
	const engine = await EngineClient.holding(project.folder);
	return engine ? through(engine, project.folder) : here(project);
}

function here(project: Project): EditedProject {
	const { edit } = project;
	return {
		folder: project.folder,
		edit: {
			renameProject: (name) => edit.renameProject(name),
			recording: (id, change) => edit.recording(id, change),
			channel: (id, channel, change) => edit.channel(id, channel, change),
			deleteRecording: (id) => edit.deleteRecording(id),
			moveRecording: (id, place) => edit.moveRecording(id, place),
			crop: async (id, window, onProgress) => {
				const { origin, channels } = await edit.crop(id, window, onProgress);
				return { origin, channels: channels.map(({ channel, first, last, offset }) => ({ channel: `${channel.device}.${channel.id}`, samples: last - first, offset })) };
			},
			downsample: (id, channel, factor, onProgress) => edit.downsample(id, channel, factor, onProgress),
			addSelection: (selection) => edit.addSelection(selection),
			selection: (name, change) => edit.selection(name, change),
			deleteSelection: (name) => edit.deleteSelection(name),
			log: (id, log, change) => edit.log(id, log, change),
			deleteLog: (id, log) => edit.deleteLog(id, log),
		},
		undo: () => project.undo(),
		redo: () => project.redo(),
		save: (options) => project.save(options),
		createLog: (id, name) => project.createLog(id, name),
		appendLog: (id, log, lines) => project.appendLog(id, log, lines.map(timed)),
		history: async () => ({ undoable: project.undoable ?? null, redoable: project.redoable ?? null }),
		[Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
	};
}

function timed({ time, text }: { readonly time?: number; readonly text: string }): LogLine {
	if (time !== undefined) return { time, text };
	throw new MicrojouleError('INVALID_VALUE', "A line needs --time, in s since the recording's start, unless a running engine is making the recording.");
}

function through(engine: EngineClient, folder: string): EditedProject {
	const part = encodeURIComponent;
	const tell = async (method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) => {
		await engine.call(method, path, body);
	};
	const step = (verb: 'undo' | 'redo', past: 'undone' | 'redone') => async () => (await engine.call<Record<string, string | null>>('POST', `/project/${verb}`))[past] ?? undefined;
	return {
		folder,
		edit: {
			renameProject: (name) => tell('PATCH', '/project', { name }),
			recording: (id, change) => tell('PATCH', `/recordings/${part(id)}`, change),
			channel: (id, channel, change) => tell('PATCH', `/recordings/${part(id)}/channels/${part(channel)}`, change),
			deleteRecording: (id) => tell('DELETE', `/recordings/${part(id)}?undoable=true`),
			moveRecording: (id, place) => tell('POST', `/recordings/${part(id)}/move`, { place }),
			crop: (id, window) => engine.call<Cropped>('POST', `/recordings/${part(id)}/crop`, window),
			downsample: (id, channel, factor) => tell('POST', `/recordings/${part(id)}/downsample`, { channel, factor }),
			addSelection: (selection) => tell('POST', '/selections', selection),
			selection: (name, change) => tell('PATCH', `/selections/${part(name)}`, change),
			deleteSelection: (name) => tell('DELETE', `/selections/${part(name)}`),
			log: (id, log, change) => tell('PATCH', `/recordings/${part(id)}/logs/${part(log)}`, change),
			deleteLog: (id, log) => tell('DELETE', `/recordings/${part(id)}/logs/${part(log)}`),
		},
		undo: step('undo', 'undone'),
		redo: step('redo', 'redone'),
		save: (options) => tell('POST', '/project/save', options ?? {}),
		createLog: async (id, name) => (await engine.call<{ log: string }>('POST', `/recordings/${part(id)}/logs`, { name })).log,
		appendLog: (id, log, lines) => tell('POST', `/recordings/${part(id)}/logs/${part(log)}/lines`, { lines }),
		history: async () => {
			const { project } = await engine.call<{ project: ProjectStatus | null }>('GET', '/project');
			return { undoable: project?.undoable ?? null, redoable: project?.redoable ?? null };
		},
		[Symbol.asyncDispose]: async () => {}, // the engine's project stays open
	};
}

/**
 * Everything that edits a project and can be undone. Metadata changes at once in memory; edits of samples write new files first. Nothing is
 * saved here: that is the project's save().
 *
 * Edits come one after the other, each on the state that the one before left. All throw PROJECT_BUSY where the project is read-only, and
 * whatever they throw, nothing has changed.
 */

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MicrojouleError } from '../../drivers/errors.ts';
import { RecordingReader } from '../recording/reader.ts';
import type { CropPlan } from './crop-plan.ts';
import * as edits from './edits.ts';
import { folderOf, type ProjectSelection, type ProjectState, type RecordingEntry, type UserLogEntry } from './file.ts';
import { revisionName } from './folder.ts';
import { cropRecording, downsampleRecording, type OnProgress } from './recording-edit.ts';
import { appendLogLines, type LogLine, logChecksumsName, readLogLines } from './user-log.ts';
import { requireIntactLog } from './user-log-check.ts';

/** The project as its editor sees it. */
export interface EditedProject {
	readonly folder: string;
	/** Makes an edit of the state that `change` returns; `label` says what it did. */
	apply(label: string, change: (state: ProjectState) => ProjectState | Promise<ProjectState>): Promise<void>;
	/** A path, relative to the folder, that an edit is going to write: it goes when nothing needs it any more. */
	own(path: string): void;
	/** Throws DEVICE_BUSY for a recording that is still running. */
	requireFinished(id: string): Promise<void>;
}

export class ProjectEditor {
	readonly #project: EditedProject;

	constructor(project: EditedProject) {
		this.#project = project;
	}

	renameProject(name: string): Promise<void> {
		return this.#project.apply('rename the project', (state) => edits.renameProject(state, name));
	}

	/** Name, offset (s), colour, note, hidden. */
	recording(id: string, change: edits.RecordingChange): Promise<void> {
		return this.#project.apply(`change ${Object.keys(change).join(', ')} of recording ${id}`, (state) => edits.changeRecording(state, id, change));
	}

	/** Offset (s), colour, hidden of a channel, `<device>.<channel>`; logs and digital pins too. */
	channel(id: string, channel: string, change: edits.ChannelChange): Promise<void> {
		return this.#project.apply(`change ${Object.keys(change).join(', ')} of ${channel} in recording ${id}`, async (state) => {
			const [device, name] = splitKey(channel);
			using reader = await this.#open(state, id);
			const known = reader.info.devices.some((each) => each.id === device) && (reader.find(device, name) || (await hasEvents(reader, device, name)));
			if (!known) reader.channel(device, name); // throws, naming those there are
			return edits.changeChannel(state, id, channel, change);
		});
	}

	/** Its files stay until the project is saved. */
	deleteRecording(id: string): Promise<void> {
		return this.#project.apply(`delete recording ${id}`, async (state) => {
			edits.recordingOf(state, id);
			await this.#project.requireFinished(id);
			return edits.deleteRecording(state, id);
		});
	}

	moveRecording(id: string, place: number): Promise<void> {
		return this.#project.apply(`move recording ${id}`, (state) => edits.moveRecording(state, id, place));
	}

	/** Keeps [from, to), in s as shown, of all channels, events and user logs, and of the selections in the recording. */
	async crop(id: string, window: { readonly from?: number; readonly to?: number }, onProgress?: OnProgress): Promise<CropPlan> {
		let plan: CropPlan | undefined;
		await this.#project.apply(`crop recording ${id}`, async (state) => {
			const entry = edits.recordingOf(state, id);
			for (const { file } of entry.logs ?? []) await requireIntactLog(join(this.#project.folder, 'logs'), file);
			const offsets = Object.fromEntries(Object.entries(entry.channels ?? {}).map(([key, { offset = 0 }]) => [key, offset]));
			const folder = await this.#rewrite(state, id, async (reader, path) => {
				plan = await cropRecording(reader, path, { ...window, offsets }, onProgress);
			});
			const { from, to, origin, channels } = plan as CropPlan;
			const residual = new Map(channels.map(({ channel, offset }) => [`${channel.device}.${channel.id}`, offset]));
			const keys = new Set([...Object.keys(entry.channels ?? {}), ...residual.keys()]);
			const shown = Object.fromEntries([...keys].map((key) => [key, { ...entry.channels?.[key], offset: residual.get(key) ?? 0 }]));
			const logs = entry.logs && (await Promise.all(entry.logs.map((log) => this.#cropLog(log, from, to, origin))));
			return edits.cropSelections(edits.putFolder(state, id, { folder, channels: shown, logs }), id, Math.max(from, origin), to, origin);
		});
		return plan as CropPlan;
	}

	/** Averages blocks of `factor` samples of a channel, `<device>.<channel>`: floor((n − 1) / factor) samples remain. */
	downsample(id: string, channel: string, factor: number, onProgress?: OnProgress): Promise<void> {
		return this.#project.apply(`downsample ${channel} of recording ${id} by ${factor}`, async (state) => {
			const folder = await this.#rewrite(state, id, (reader, path) => downsampleRecording(reader, path, reader.channel(...splitKey(channel)), factor, onProgress));
			return edits.putFolder(state, id, { folder });
		});
	}

	addSelection(selection: ProjectSelection): Promise<void> {
		return this.#project.apply(`add selection ${selection.name}`, (state) => edits.addSelection(state, selection));
	}

	selection(name: string, change: edits.SelectionChange): Promise<void> {
		return this.#project.apply(`change selection ${name}`, (state) => edits.changeSelection(state, name, change));
	}

	deleteSelection(name: string): Promise<void> {
		return this.#project.apply(`delete selection ${name}`, (state) => edits.deleteSelection(state, name));
	}

	/** Name and offset (s) of a user log. */
	log(id: string, log: string, change: { readonly name?: string; readonly offset?: number }): Promise<void> {
		return this.#project.apply(`change log ${log} of recording ${id}`, (state) => edits.changeLog(state, id, log, change));
	}

	deleteLog(id: string, log: string): Promise<void> {
		return this.#project.apply(`delete log ${log} of recording ${id}`, (state) => edits.deleteLog(state, id, log));
	}

	async #open(state: ProjectState, id: string): Promise<RecordingReader> {
		return RecordingReader.open(join(this.#project.folder, 'recordings', folderOf(edits.recordingOf(state, id))));
	}

	/** Writes another folder for the recording; returns its name. */
	async #rewrite(state: ProjectState, id: string, write: (reader: RecordingReader, path: string) => Promise<void>): Promise<string> {
		const entry: RecordingEntry = edits.recordingOf(state, id);
		await this.#project.requireFinished(id);
		const recordings = join(this.#project.folder, 'recordings');
		const folder = await revisionName(recordings, folderOf(entry));
		const reader = await this.#open(state, id);
		try {
			this.#project.own(`recordings/${folder}`);
			await write(reader, join(recordings, folder));
		} finally {
			reader.close();
		}
		return folder;
	}

	async #cropLog(log: UserLogEntry, from: number, to: number, origin: number): Promise<UserLogEntry> {
		const logs = join(this.#project.folder, 'logs');
		if (!existsSync(join(logs, log.file))) return log;
		const file = await revisionName(logs, log.file, '.jsonl');
		for (const name of [file, logChecksumsName(file)]) this.#project.own(`logs/${name}`);
		const kept: LogLine[] = [];
		for await (const { time, text } of readLogLines(join(logs, log.file))) {
			const at = time + (log.offset ?? 0);
			if (at >= from && at < to) kept.push({ time: Math.max(0, at - origin), text });
		}
		await mkdir(logs, { recursive: true });
		await appendLogLines(join(logs, file), kept);
		const { offset: _, ...rest } = log;
		return { ...rest, file };
	}
}

/** `arc-1.mc` → device and channel. */
function splitKey(key: string): [string, string] {
	const dot = key.lastIndexOf('.');
	if (dot <= 0) throw new MicrojouleError('INVALID_VALUE', `"${key}" names no channel; write it <device>.<channel>.`, { channel: key });
	return [key.slice(0, dot), key.slice(dot + 1)];
}

async function hasEvents(reader: RecordingReader, device: string, channel: string): Promise<boolean> {
	for await (const event of reader.events()) if (event.device === device && 'channel' in event && event.channel === channel) return true;
	return false;
}

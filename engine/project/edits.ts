/**
 * What can be done to a project, as functions from one state to the next. Each checks its values and names, changes nothing in place and
 * touches no file; edits of samples (recording-edit.ts) end here too, by putting the new folder in.
 */

import { MicrojouleError } from '../../drivers/errors.ts';
import type { ChannelEntry, ProjectSelection, ProjectState, RecordingEntry, UserLogEntry } from './file.ts';

/** null takes the colour or the note away. */
export interface RecordingChange {
	readonly name?: string;
	/** s. */
	readonly offset?: number;
	readonly hidden?: boolean;
	readonly color?: string | null;
	readonly note?: string | null;
}
export interface ChannelChange {
	/** s. */
	readonly offset?: number;
	readonly hidden?: boolean;
	readonly color?: string | null;
}
export interface SelectionChange {
	readonly name?: string;
	readonly from?: number;
	readonly to?: number;
	readonly hidden?: boolean;
	readonly color?: string | null;
	readonly note?: string | null;
}

export function renameProject(state: ProjectState, name: string): ProjectState {
	return { ...state, name: checkName('project', name) };
}

/** Throws NOT_FOUND for an id that is not in the project, listing those that are. */
export function recordingOf(state: ProjectState, id: string): RecordingEntry {
	const found = state.recordings.find((entry) => entry.id === id);
	if (found) return found;
	const known = state.recordings.map((entry) => entry.id);
	throw new MicrojouleError('NOT_FOUND', `The project has no recording ${id}. ${known.length > 0 ? `Recordings: ${known.join(', ')}.` : 'It has none yet.'}`, {
		recording: id,
		known,
	});
}

export function changeRecording(state: ProjectState, id: string, change: RecordingChange): ProjectState {
	if (change.name !== undefined) checkName('recording', change.name);
	checkAppearance(change);
	return replaceRecording(state, tidy({ ...recordingOf(state, id), ...change }));
}

export function changeChannel(state: ProjectState, id: string, channel: string, change: ChannelChange): ProjectState {
	checkAppearance(change);
	const entry = recordingOf(state, id);
	return replaceRecording(state, withChannels(entry, { ...entry.channels, [channel]: { ...entry.channels?.[channel], ...change } }));
}

/** Takes a recording out, with the selections that lie in it. */
export function deleteRecording(state: ProjectState, id: string): ProjectState {
	recordingOf(state, id);
	return { ...state, recordings: state.recordings.filter((entry) => entry.id !== id), selections: state.selections.filter(({ recording }) => recording !== id) };
}

/** Puts a recording at a place in the order, counted from 0. */
export function moveRecording(state: ProjectState, id: string, place: number): ProjectState {
	const entry = recordingOf(state, id);
	const last = state.recordings.length - 1;
	if (!Number.isInteger(place) || place < 0 || place > last)
		throw new MicrojouleError('INVALID_VALUE', `The recording ${id} cannot go to place ${place}; places are 0 to ${last}.`, { place });
	const others = state.recordings.filter((each) => each !== entry);
	return { ...state, recordings: others.toSpliced(place, 0, entry) };
}

/** The recording's samples now lie in `folder`; display of its channels and its logs change along. */
export function putFolder(
	state: ProjectState,
	id: string,
	change: { readonly folder: string; readonly channels?: Readonly<Record<string, ChannelEntry>>; readonly logs?: readonly UserLogEntry[] },
): ProjectState {
	const entry = recordingOf(state, id);
	const logs = change.logs ?? entry.logs;
	return replaceRecording(state, withChannels({ ...entry, folder: change.folder, ...(logs && { logs }) }, change.channels ?? entry.channels ?? {}));
}

/** The selections of a recording after [from, to) of it was kept and `shift` became 0, all in s: clipped, and gone where nothing is left. */
export function cropSelections(state: ProjectState, id: string, from: number, to: number, shift: number): ProjectState {
	const selections = state.selections.flatMap((selection) => {
		if (selection.recording !== id) return [selection];
		const clipped = { ...selection, from: Math.max(selection.from, from) - shift, to: Math.min(selection.to, to) - shift };
		return clipped.to > clipped.from ? [clipped] : [];
	});
	return { ...state, selections };
}

export function addSelection(state: ProjectState, selection: ProjectSelection): ProjectState {
	const { name, recording } = selection;
	checkSelection(selection);
	if (recording !== undefined) recordingOf(state, recording);
	if (state.selections.some((each) => each.name === name))
		throw new MicrojouleError('INVALID_VALUE', `There already is a selection "${name}"; choose another name, or change that one.`, { name });
	return { ...state, selections: [...state.selections, tidy(selection)] };
}

export function changeSelection(state: ProjectState, name: string, change: SelectionChange): ProjectState {
	const old = selectionOf(state, name);
	const changed = { ...old, ...change };
	checkSelection(changed);
	if (changed.name !== name && state.selections.some((each) => each.name === changed.name))
		throw new MicrojouleError('INVALID_VALUE', `There already is a selection "${changed.name}"; choose another name.`, { name: changed.name });
	return { ...state, selections: state.selections.map((each) => (each === old ? tidy(changed) : each)) };
}

export function deleteSelection(state: ProjectState, name: string): ProjectState {
	const old = selectionOf(state, name);
	return { ...state, selections: state.selections.filter((each) => each !== old) };
}

/** Throws NOT_FOUND. A log goes by its id or, where only one has it, by its name. */
export function logOf(entry: RecordingEntry, log: string): UserLogEntry {
	const logs = entry.logs ?? [];
	const byName = logs.filter(({ name }) => name === log);
	const found = logs.find(({ id }) => id === log) ?? (byName.length === 1 ? byName[0] : undefined);
	if (found) return found;
	const known = logs.map(({ id, name }) => `${id} (${name})`).join(', ') || 'none';
	throw new MicrojouleError('NOT_FOUND', `The recording ${entry.id} has ${byName.length > 1 ? 'several user logs' : 'no user log'} ${log}. User logs: ${known}.`, { log });
}

export function addLog(state: ProjectState, id: string, log: UserLogEntry): ProjectState {
	const entry = recordingOf(state, id);
	checkName('log', log.name);
	return replaceRecording(state, { ...entry, logs: [...(entry.logs ?? []), log] });
}

export function changeLog(state: ProjectState, id: string, log: string, change: { readonly name?: string; readonly offset?: number }): ProjectState {
	const entry = recordingOf(state, id);
	const old = logOf(entry, log);
	if (change.name !== undefined) checkName('log', change.name);
	checkAppearance(change);
	return replaceRecording(state, { ...entry, logs: entry.logs?.map((each) => (each === old ? tidy({ ...each, ...change }) : each)) });
}

export function deleteLog(state: ProjectState, id: string, log: string): ProjectState {
	const entry = recordingOf(state, id);
	const old = logOf(entry, log);
	const logs = entry.logs?.filter((each) => each !== old) ?? [];
	const { logs: _, ...rest } = entry;
	return replaceRecording(state, logs.length > 0 ? { ...rest, logs } : rest);
}

/** What says nothing is left out: a state that says the same is the same. */
export function withChannels(entry: RecordingEntry, channels: Readonly<Record<string, { readonly [K in keyof ChannelEntry]: ChannelEntry[K] | null }>>): RecordingEntry {
	const telling = Object.entries(channels)
		.map(([key, channel]) => [key, tidy<ChannelEntry>(channel)] as const)
		.filter(([, channel]) => Object.keys(channel).length > 0);
	const { channels: _, ...rest } = entry;
	return telling.length > 0 ? { ...rest, channels: Object.fromEntries(telling) } : rest;
}

function replaceRecording(state: ProjectState, entry: RecordingEntry): ProjectState {
	return { ...state, recordings: state.recordings.map((each) => (each.id === entry.id ? entry : each)) };
}

function selectionOf(state: ProjectState, name: string): ProjectSelection {
	const found = state.selections.find((each) => each.name === name);
	if (found) return found;
	const known = state.selections.map((each) => `"${each.name}"`).join(', ') || 'none';
	throw new MicrojouleError('NOT_FOUND', `There is no selection "${name}". Selections: ${known}.`, { name });
}

/** Without what is null, undefined, false, an offset of 0, or an empty note. */
function tidy<T extends object>(value: { readonly [K in keyof T]: T[K] | null }): T {
	const telling = Object.entries(value).filter(
		([key, each]) => each !== null && each !== undefined && each !== false && !(key === 'offset' && each === 0) && !(key === 'note' && each === ''),
	);
	return Object.fromEntries(telling) as T;
}

function checkName(what: string, name: string): string {
	if (name.trim() === '') throw new MicrojouleError('INVALID_VALUE', `The name of a ${what} must not be empty.`, { name });
	return name;
}

function checkAppearance({ offset, color }: { readonly offset?: number; readonly color?: string | null }): void {
	if (offset !== undefined && !Number.isFinite(offset)) throw new MicrojouleError('INVALID_VALUE', `The offset is ${offset}; it must be a number of s.`, { offset });
	if (typeof color === 'string' && !/^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(color))
		throw new MicrojouleError('INVALID_VALUE', `The colour is "${color}"; it must be written #rgb or #rrggbb.`, { color });
}

function checkSelection({ name, from, to, color }: { readonly name: string; readonly from: number; readonly to: number; readonly color?: string | null }): void {
	checkName('selection', name);
	checkAppearance({ color });
	if (!Number.isFinite(from) || !Number.isFinite(to) || from >= to)
		throw new MicrojouleError('INVALID_VALUE', `The selection "${name}" goes from ${from} s to ${to} s; it must begin before it ends.`, { from, to });
}

/**
 * `microjoule edit PROJECT …`: everything that changes a project. Every call saves what it did and keeps what it replaced, so that undo works in a
 * later call; `save` ends that and frees the disk. A project that a running `serve` holds is edited there.
 */

import { Command } from 'commander';
import { MicrojouleError } from '../drivers/errors.ts';
import { Project } from '../engine/project/project.ts';
import { logCommand } from './edit-log.ts';
import { selectCommand } from './edit-select.ts';
import { type EditedProject, openForEdit } from './edited-project.ts';
import { numberOption } from './options.ts';
import { print } from './program.ts';
import { progressBar } from './progress.ts';

/** Changes the project and returns what to tell. */
export type Edit = (project: EditedProject) => Promise<object | undefined>;
/** Opens the project, edits it, saves, and prints what can be undone. */
export type RunEdit = (json: boolean | undefined, edit: Edit) => Promise<void>;

export function editCommand(): Command {
	const command = new Command('edit')
		.description('Edits a project: rename, delete, note, color, hide, show, move, offset, crop, downsample, select, log; undo and redo. See microjoule edit PROJECT --help.')
		.argument('<project>', 'folder of the project')
		.argument('[edit...]', 'what to do, with its arguments and options')
		.allowUnknownOption()
		.helpOption(false);
	return command.action(async (folder: string, words: string[]) => {
		const help = folder === '--help' || folder === '-h';
		const edits = editsOf(help ? 'PROJECT' : folder);
		for (const each of [edits, ...edits.commands.flatMap((sub) => [sub, ...sub.commands])]) each.exitOverride();
		await edits.parseAsync(help || words.length === 0 ? ['--help'] : words, { from: 'user' });
	});
}

function editsOf(folder: string): Command {
	const run: RunEdit = (json, edit) => runEdit(folder, json, edit);
	const edits = new Command(`microjoule edit ${folder}`).description('Edits the project. Each call is saved, and can be undone until "save".');
	const add = (name: string, description: string) => edits.command(name).description(description).option('--json', 'machine-readable output, SI units');
	add('name <name>', 'names the project').action((name: string, { json }: Json) =>
		run(
			json,
			doing((project) => project.edit.renameProject(name)),
		),
	);
	add('rename <recording> <name>', 'names a recording').action((id: string, name: string, { json }: Json) =>
		run(
			json,
			doing((project) => project.edit.recording(id, { name })),
		),
	);
	add('note <recording> <text>', 'writes a note to a recording; "" takes it away').action((id: string, note: string, { json }: Json) =>
		run(
			json,
			doing((project) => project.edit.recording(id, { note })),
		),
	);
	add('color <recording> <color>', 'colours a recording, #rrggbb; none takes the colour away')
		.option('--channel <C>', 'only this channel, <device>.<channel>')
		.action((id: string, color: string, { json, channel }: Json & Channel) => run(json, appearance(id, channel, { color: color === 'none' ? null : color })));
	for (const [name, hidden] of [
		['hide', true],
		['show', false],
	] as const)
		add(`${name} <recording>`, `${name}s a recording`)
			.option('--channel <C>', 'only this channel, <device>.<channel>')
			.action((id: string, { json, channel }: Json & Channel) => run(json, appearance(id, channel, { hidden })));
	add('offset <recording> <seconds>', 'shifts a recording against the others; 0 is where it was recorded')
		.option('--channel <C>', 'shifts this channel against the others of the recording')
		.action((id: string, seconds: string, { json, channel }: Json & Channel) => run(json, appearance(id, channel, { offset: numberOption('the offset', { unit: 's' })(seconds) })));
	add('move <recording> <place>', 'moves a recording to another place in the order, counted from 1').action((id: string, place: string, { json }: Json) =>
		run(
			json,
			doing((project) => project.edit.moveRecording(id, numberOption('the place', { integer: true, min: 1 })(place) - 1)),
		),
	);
	add('delete <recording>', 'takes a recording out of the project').action((id: string, { json }: Json) =>
		run(
			json,
			doing((project) => project.edit.deleteRecording(id)),
		),
	);
	add('crop <recording>', 'keeps [from, to) of a recording: samples, events, logs and selections')
		.option('--from <S>', 'beginning, in s', numberOption('--from', { unit: 's' }))
		.option('--to <S>', 'end, in s, exclusive', numberOption('--to', { unit: 's' }))
		.action((id: string, { json, from, to }: Json & { from?: number; to?: number }) => run(json, crop(id, from, to, json)));
	add('downsample <recording> <channel> <factor>', 'averages blocks of a channel, <device>.<channel> or, where that is clear, <channel>').action(
		(id: string, channel: string, factor: string, { json }: Json) => run(json, downsample(id, channel, numberOption('the factor', { integer: true, min: 1 })(factor), json)),
	);
	edits.addCommand(selectCommand(run));
	edits.addCommand(logCommand(folder, run));
	add('undo', 'takes the last edit back').action(({ json }: Json) => run(json, async (project) => ({ undone: (await project.undo()) ?? nothing('undo') })));
	add('redo', 'does the edit again that was taken back last').action(({ json }: Json) => run(json, async (project) => ({ redone: (await project.redo()) ?? nothing('redo') })));
	add('save', 'frees the disk of what edits replaced; what did that can no longer be undone').action(({ json }: Json) => save(folder, json));
	add('save-as <folder>', 'copies the project to a new or empty folder').action((target: string, { json }: Json) => saveAs(folder, target, json));
	return edits;
}

interface Json {
	readonly json?: boolean;
}
interface Channel {
	readonly channel?: string;
}

function doing(edit: (project: EditedProject) => Promise<void>): Edit {
	return async (project) => {
		await edit(project);
		return undefined;
	};
}

function appearance(id: string, channel: string | undefined, change: { color?: string | null; hidden?: boolean; offset?: number }): Edit {
	return async (project) => {
		if (channel === undefined) await project.edit.recording(id, change);
		else await project.edit.channel(id, channel, change);
		return undefined;
	};
}

function crop(id: string, from: number | undefined, to: number | undefined, json: boolean | undefined): Edit {
	return async (project) => {
		const progress = progressBar('Cropping', 1, json);
		try {
			return await project.edit.crop(id, { from, to }, (share) => progress.update(share));
		} finally {
			progress.stop();
		}
	};
}

function downsample(id: string, channel: string, factor: number, json: boolean | undefined): Edit {
	return async (project) => {
		const progress = progressBar('Downsampling', 1, json);
		try {
			await project.edit.downsample(id, await channelKey(project.folder, id, channel), factor, (share) => progress.update(share));
			return undefined;
		} finally {
			progress.stop();
		}
	};
}

/** A channel without its device is the only one of that name. */
async function channelKey(folder: string, id: string, channel: string): Promise<string> {
	if (channel.includes('.')) return channel;
	const project = await Project.open(folder);
	const reader = await project.openRecording(id);
	reader.close();
	const found = reader.info.channels.filter((each) => each.id === channel);
	if (found.length > 1)
		throw new MicrojouleError('INVALID_VALUE', `Several devices have ${channel}: write ${found.map((each) => `${each.device}.${each.id}`).join(' or ')}.`, { channel });
	const { device, id: name } = reader.channel(undefined, channel);
	return `${device}.${name}`;
}

function nothing(what: 'undo' | 'redo'): never {
	throw new MicrojouleError('NOT_FOUND', `There is nothing to ${what}.`);
}

async function runEdit(folder: string, json: boolean | undefined, edit: Edit): Promise<void> {
	await using project = await openForEdit(folder);
	const told = await edit(project);
	await project.save({ keepHistory: true });
	const { undoable, redoable } = await project.history();
	print({ ...told, undo: undoable, redo: redoable }, json, ({ undo, redo }) =>
		[undo === null ? 'Nothing to undo.' : `Can be undone: ${undo}.`, ...(redo === null ? [] : [`Can be done again: ${redo}.`])].join(' '),
	);
}

async function save(folder: string, json: boolean | undefined): Promise<void> {
	await using project = await openForEdit(folder);
	await project.save();
	print({ folder: project.folder }, json, () => 'Saved; what edits had replaced is gone.');
}

async function saveAs(folder: string, target: string, json: boolean | undefined): Promise<void> {
	await using project = await Project.open(folder);
	await using copy = await project.saveAs(target);
	print({ folder: copy.folder }, json, () => copy.folder);
}

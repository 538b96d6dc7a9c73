/** Commands of the project: save, close, crop, record. */

import { existsSync } from 'node:fs';
import { Type } from 'typebox';
import { command, keys } from '../command.ts';
import { projectFolder } from '../projects.ts';
import { lastRecording, recordingSchema, wireRecording } from '../recordings.ts';
import { invalidValue, ScriptingError } from '../scripting-error.ts';
import { createUserLog } from '../user-logs.ts';

export const projectCommands = [
	command('project_close', {
		brief: 'Closes the project; its channels are disabled. `force` lets go of unsaved changes.',
		request: { ...keys.project, force: Type.Optional(Type.Boolean()) },
		handle: async (context, { force }) => {
			const { bench } = context;
			if (force && bench.recording) await bench.stopRecording();
			await bench.projects.close({ force });
			context.enabled.clear();
			for (const { id } of bench.devices()) await bench.choose(id, { channels: [], rates: {} });
		},
	}),
	command('project_crop_data', {
		brief: 'Keeps of every recording what lies in [start, end), s.',
		request: { ...keys.project, start: Type.Number(), end: Type.Number() },
		aliases: ['project_crop'],
		handle: async (context, { project_id, start, end }) => {
			if (!(start < end)) throw invalidValue('end', end, `The end, ${end} s, does not lie behind the start, ${start} s.`);
			const project = context.requireProject(project_id);
			const overlapping = context.bench.recordings().filter(({ id, duration }) => duration > start - (project.entry(id).offset ?? 0) && end > 0);
			if (overlapping.length === 0) throw invalidValue('start', start, `No recording has anything between ${start} s and ${end} s.`);
			await context.bench.projects.change(async ({ edit }) => {
				for (const { id } of overlapping) await edit.crop(id, { from: start, to: end });
			});
		},
	}),
	command('project_save', {
		brief: 'Saves the project: under its own name, or as another, new folder.',
		request: { ...keys.project, filename: Type.String({ minLength: 1 }), force: Type.Optional(Type.Boolean()), progress: Type.Optional(Type.Boolean()) },
		response: Type.Object({ filename: Type.String() }),
		handle: async (context, { project_id, filename }, call) => {
			const { projects } = context.bench;
			const folder = projectFolder(context, filename);
			call.progress(0);
			if (folder === context.requireProject(project_id).folder) await projects.save();
			else if (existsSync(folder)) throw new ScriptingError('Command failure', `${folder} exists already; it is not overwritten. Choose another name, or open it first.`);
			else {
				await projects.saveAs(folder);
				// The same project under another name: its number stays good.
				context.keepProjectId(project_id);
			}
			call.progress(1);
			return { filename: folder };
		},
	}),
	command('project_start_recording', {
		brief: 'Starts a recording; one that is running ends, without a gap between them.',
		request: keys.project,
		handle: async (context) => {
			const { id } = await context.bench.startRecording({});
			context.started(id);
		},
	}),
	command('project_stop_recording', {
		brief: 'Stops recording; succeeds where nothing is being recorded.',
		request: keys.project,
		handle: async ({ bench }) => void (bench.recording && (await bench.stopRecording())),
	}),
	command('project_get_last_recording', {
		brief: 'The last recording, the running one included; −1 where there is none.',
		request: keys.project,
		response: recordingSchema,
		handle: (context) => lastRecording(context),
	}),
	command('project_get_recordings', {
		brief: 'All recordings, oldest first.',
		request: keys.project,
		response: Type.Object({ recordings: Type.Array(recordingSchema) }),
		handle: (context) => ({ recordings: context.bench.recordings().map((recording) => wireRecording(context, recording)) }),
	}),
	command('project_create_user_log', {
		brief: 'Makes a user log; the answer says under which name.',
		request: { ...keys.project, id: Type.String({ minLength: 1, maxLength: 200 }) },
		response: Type.Object({ id: Type.String() }),
		handle: (context, { id }) => ({ id: createUserLog(context, id) }),
	}),
];

/** Commands of user logs: lines of text in a recording's time. */

import { Type } from 'typebox';
import { command, keys } from '../command.ts';
import { logIn, openLog, plainLog } from '../user-logs.ts';

const page = Type.Integer({ minimum: 0 });

export const userLogCommands = [
	command('recording_log', {
		brief: 'Adds a line to the log of the running recording; does nothing where it is not running. `timestamp`: ms since 1970, default now.',
		request: { ...keys.recording, text: Type.String(), timestamp: Type.Optional(Type.Number({ minimum: 0 })) },
		handle: async (context, { recording_id, text, timestamp = 0 }) => {
			const id = context.requireRecording(recording_id);
			const { recording } = context.bench;
			if (recording?.id !== id) return;
			const time = timestamp === 0 ? recording.duration : (timestamp - Date.parse(recording.startedAt)) / 1000;
			context.userLogs.add(plainLog);
			await context.bench.projects.appendLog(id, await openLog(context, id, plainLog, 'text'), [{ time, text }]);
		},
	}),
	command('recording_append_user_log', {
		brief: 'Adds a line to a user log, at a time of the recording, s.',
		request: { ...keys.recording, measurement_id: Type.String(), time: Type.Number(), message: Type.String() },
		handle: async (context, { recording_id, measurement_id, time, message }) => {
			const recording = context.requireRecording(recording_id);
			const log = await openLog(context, recording, measurement_id, 'measurement_id');
			await context.bench.projects.appendLog(recording, log, [{ time, text: message }]);
		},
	}),
	command('recording_offset_user_log', {
		brief: 'Shifts a user log, s.',
		request: { ...keys.recording, measurement_id: Type.String(), offset: Type.Number() },
		handle: async (context, { recording_id, measurement_id, offset }) => {
			const recording = context.requireRecording(recording_id);
			const log = await openLog(context, recording, measurement_id, 'measurement_id');
			await context.bench.projects.change(({ edit }) => edit.log(recording, log, { offset }));
		},
	}),
	command('recording_get_user_log_data', {
		brief: 'A page of the lines in [from, to), s, that contain a text. Pages count from 1.',
		request: {
			...keys.recording,
			user_log_id: Type.String(),
			from: Type.Number(),
			to: Type.Number(),
			filter: Type.String(),
			page,
			page_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
		},
		response: Type.Object({
			data_type: Type.String(),
			page: Type.Integer(),
			pages_total: Type.Integer(),
			values: Type.Array(Type.Object({ timestamp: Type.Number(), value: Type.String() })),
		}),
		handle: async (context, { recording_id, user_log_id, from, to, filter, page: number, page_size = 1000 }) => {
			const recording = context.requireRecording(recording_id);
			const log = logIn(context, recording, user_log_id) ?? (await openLog(context, recording, user_log_id, 'user_log_id'));
			const { lines, total } = await context.bench.projects.require().readLog(recording, log, { from, to, filter, skip: Math.max(0, number - 1) * page_size, limit: page_size });
			return { data_type: 'log_data', page: number, pages_total: Math.ceil(total / page_size), values: lines.map(({ time, text }) => ({ timestamp: time, value: text })) };
		},
	}),
];

/** Commands of a recording: name, offsets, data, statistics, edits. Offsets of recordings and logs are in µs, all other times in s. */

import { Type } from 'typebox';
import { statistics } from '../../../engine/recording/statistics.ts';
import { analogChannel, analogData, happeningData, happenings, kindOf, offsetOf, shiftOf } from '../channel-data.ts';
import { channelName, energyCounters } from '../channels.ts';
import { command, keys } from '../command.ts';
import type { ScriptingContext } from '../context.ts';
import { invalidValue, ScriptingError } from '../scripting-error.ts';
import { logIn } from '../user-logs.ts';

const channel = { ...keys.recording, ...keys.channel };
const usPerS = 1e6;
const finite = (value: number) => (Number.isFinite(value) ? value : 0);
const whole = Type.Integer({ minimum: 0 });

const projectOf = ({ bench }: ScriptingContext) => bench.projects.require();

export const recordingCommands = [
	command('recording_delete', {
		brief: 'Deletes the recording.',
		request: keys.recording,
		handle: (context, { recording_id }) => context.bench.deleteRecording(context.requireRecording(recording_id)),
	}),
	command('recording_rename', {
		brief: 'Renames the recording, also while it is running.',
		request: { ...keys.recording, name: Type.String({ minLength: 1, maxLength: 200 }) },
		handle: (context, { recording_id, name }) => context.bench.projects.change(({ edit }) => edit.recording(context.requireRecording(recording_id), { name })),
	}),
	command('recording_is_running', {
		brief: 'Whether it is being recorded.',
		request: keys.recording,
		response: Type.Object({ running: Type.Boolean() }),
		handle: (context, { recording_id }) => ({ running: context.bench.recording?.id === context.requireRecording(recording_id) }),
	}),
	command('recording_get_offset', {
		brief: 'Shift of the recording against the others, µs.',
		request: keys.recording,
		response: Type.Object({ offset: Type.Integer() }),
		handle: (context, { recording_id }) => ({ offset: Math.round((projectOf(context).entry(context.requireRecording(recording_id)).offset ?? 0) * usPerS) }),
	}),
	command('recording_set_offset', {
		brief: 'Shifts the recording against the others, µs.',
		request: { ...keys.recording, offset: Type.Number() },
		handle: (context, { recording_id, offset }) => context.bench.projects.change(({ edit }) => edit.recording(context.requireRecording(recording_id), { offset: offset / usPerS })),
	}),
	command('recording_get_channel_info', {
		brief: 'From when to when a channel goes, s, and its sample rate, Hz (0: not sampled).',
		request: { ...keys.recording, channel: Type.String(), device_id: Type.Optional(Type.String()) },
		response: Type.Object({ offset: Type.Number(), from: Type.Number(), to: Type.Number(), sample_rate: Type.Integer() }),
		handle: (context, { recording_id, device_id, channel: name }) => {
			const recording = context.requireRecording(recording_id);
			return context.bench.reading(recording, async (reader) => {
				if (device_id === undefined) {
					const offset = userLog(context, recording, name).offset ?? 0;
					return { offset, from: offset, to: offset + reader.durationS, sample_rate: 0 };
				}
				if (kindOf(name) !== 'analog') {
					const offset = shiftOf(context, recording, device_id, name);
					return { offset, from: offset, to: offset + reader.durationS, sample_rate: 0 };
				}
				const found = analogChannel(reader, device_id, name);
				const offset = offsetOf(found);
				return { offset, from: offset, to: offset + found.count / found.rate, sample_rate: found.rate };
			});
		},
	}),
	command('recording_get_channel_data_count', {
		brief: 'How many samples, edges or lines a channel has.',
		request: channel,
		response: Type.Object({ count: Type.Integer() }),
		handle: (context, { recording_id, device_id, channel: name }) =>
			context.bench.reading(context.requireRecording(recording_id), async (reader) => ({
				count: kindOf(name) === 'analog' ? analogChannel(reader, device_id, name).count : (await happenings(reader, device_id, name)).count,
			})),
	}),
	command('recording_get_channel_data_index', {
		brief: 'The sample at a time; of edges and lines the last one until then.',
		request: { ...channel, timestamp: Type.Number() },
		response: Type.Object({ index: Type.Integer() }),
		handle: (context, { recording_id, device_id, channel: name, timestamp }) => {
			const recording = context.requireRecording(recording_id);
			return context.bench.reading(recording, async (reader) => {
				if (kindOf(name) !== 'analog') {
					const found = await happenings(reader, device_id, name);
					return { index: Math.max(0, await found.lastUntil(timestamp - shiftOf(context, recording, device_id, name))) };
				}
				const found = analogChannel(reader, device_id, name);
				return { index: Math.max(0, Math.min(found.count - 1, Math.floor((timestamp - offsetOf(found)) * found.rate + 1e-6))) };
			});
		},
	}),
	command('recording_get_channel_data', {
		brief: 'Samples, edges or lines from an index on, in one answer of any length.',
		request: { ...channel, index: whole, count: whole },
		response: Type.Object({
			data_type: Type.String(),
			timestamp: Type.Optional(Type.Number()),
			interval: Type.Optional(Type.Number()),
			values: Type.Union([Type.Array(Type.Number()), Type.Array(Type.Object({ timestamp: Type.Number(), value: Type.Union([Type.Boolean(), Type.String()]) }))]),
		}),
		handle: (context, { recording_id, device_id, channel: name, index, count }) => {
			const recording = context.requireRecording(recording_id);
			const data = kindOf(name) === 'analog' ? analogData : happeningData;
			return data(context, recording, device_id, name, index, count);
		},
	}),
	command('recording_get_channel_statistics', {
		brief: 'Minimum, maximum and average over [from, to), s, and the energy, J, of currents and powers. Clipped to the data; zeros where there is none.',
		request: { ...channel, from: Type.Number(), to: Type.Number() },
		response: Type.Object({ min: Type.Number(), max: Type.Number(), average: Type.Number(), energy: Type.Optional(Type.Number()) }),
		handle: (context, { recording_id, device_id, channel: name, from, to }) => {
			const recording = context.requireRecording(recording_id);
			if (energyCounters.includes(name))
				throw new ScriptingError('Operation not supported', `The counter ${name} is Otii 2's; the energy is in the statistics of ${name === 'me' ? 'mc' : 'ac'}.`);
			if (kindOf(name) !== 'analog') throw invalidValue('channel', name, `The channel ${name} has no statistics; name a sampled one.`);
			if (from > to) throw invalidValue('to', to, `The window ends at ${to} s, before it begins at ${from} s.`);
			return context.bench.reading(recording, async (reader) => {
				analogChannel(reader, device_id, name);
				const { min, max, average, energy } = await statistics(reader, { device: device_id, channel: channelName(name), from, to });
				return { min: finite(min), max: finite(max), average: finite(average), ...(energy === undefined ? {} : { energy: finite(energy) }) };
			});
		},
	}),
	command('recording_downsample_channel', {
		brief: 'Averages blocks of `factor` samples of a channel.',
		request: { ...channel, factor: Type.Integer({ minimum: 2 }) },
		handle: async (context, { recording_id, device_id, channel: name, factor }) => {
			const recording = context.requireRecording(recording_id);
			if (kindOf(name) !== 'analog') throw invalidValue('channel', name, `The channel ${name} cannot be downsampled; name a sampled one.`);
			await context.bench.reading(recording, async (reader) => analogChannel(reader, device_id, name));
			await context.bench.projects.change(({ edit }) => edit.downsample(recording, `${device_id}.${channelName(name)}`, factor));
		},
	}),
	command('recording_get_log_offset', {
		brief: 'Shift of a channel, or without a device of a log, µs.',
		request: { ...keys.recording, channel: Type.String(), device_id: Type.Optional(Type.String()) },
		response: Type.Object({ offset: Type.Integer() }),
		handle: async (context, { recording_id, channel: name, device_id }) => {
			const recording = context.requireRecording(recording_id);
			if (device_id !== undefined && kindOf(name) === 'analog') await context.bench.reading(recording, async (reader) => analogChannel(reader, device_id, name));
			const offset = device_id === undefined ? userLog(context, recording, name).offset : shiftOf(context, recording, device_id, name);
			return { offset: Math.round((offset ?? 0) * usPerS) };
		},
	}),
	command('recording_set_log_offset', {
		brief: 'Shifts a channel, or without a device a log, µs.',
		request: { ...keys.recording, channel: Type.String(), offset: Type.Number(), device_id: Type.Optional(Type.String()) },
		handle: async (context, { recording_id, channel: name, offset, device_id }) => {
			const recording = context.requireRecording(recording_id);
			const shift = { offset: offset / usPerS };
			const log = device_id === undefined ? userLog(context, recording, name).id : undefined;
			await context.bench.projects.change(({ edit }) =>
				log === undefined ? edit.channel(recording, `${device_id}.${channelName(name)}`, shift) : edit.log(recording, log, shift),
			);
		},
	}),
];

function userLog(context: ScriptingContext, recording: string, name: string) {
	const id = logIn(context, recording, name);
	const found = projectOf(context)
		.entry(recording)
		.logs?.find((log) => log.id === id);
	if (!found) throw invalidValue('channel', name, `The recording has no log ${name}. A channel of a device needs device_id.`);
	return found;
}

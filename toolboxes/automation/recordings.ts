/** Recordings as scripts see them. */

import { Type } from 'typebox';
import type { RecordingSummary } from '../../engine/server/bench-api.ts';
import type { ScriptingContext } from './context.ts';

export const recordingSchema = Type.Object({
	recording_id: Type.Integer(),
	name: Type.Optional(Type.String()),
	running: Type.Optional(Type.Boolean()),
	'start-time': Type.Optional(Type.String()),
	measurements: Type.Optional(Type.Array(Type.Object({ device_id: Type.String(), channel: Type.String(), sample_rate: Type.Optional(Type.Integer()) }))),
});

export function wireRecording(context: ScriptingContext, { id, name, start, channels }: RecordingSummary) {
	const recording = { recording_id: Number(id), name, running: context.bench.recording?.id === id };
	// The Java client fails on keys that it does not know.
	if (context.options.compat === 'java') return recording;
	const enabled = context.enabledAt(id);
	const wanted = (device: string, channel: string) => enabled === undefined || enabled.has(`${device}.${channel}`);
	const sampled = channels.filter((channel) => wanted(channel.device, channel.id)).map(({ device, id: channel, rate }) => ({ device_id: device, channel, sample_rate: rate }));
	const others = [...(enabled ?? [])]
		.map((key) => ({ device_id: key.slice(0, key.lastIndexOf('.')), channel: key.slice(key.lastIndexOf('.') + 1) }))
		.filter(({ device_id, channel }) => !channels.some((known) => known.device === device_id && known.id === channel));
	return { ...recording, 'start-time': new Date(start).toISOString(), measurements: [...sampled, ...others] };
}

export function lastRecording(context: ScriptingContext) {
	const last = context.bench.recordings().at(-1);
	return last ? wireRecording(context, last) : { recording_id: -1 };
}

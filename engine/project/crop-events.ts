/**
 * The events of a cropped recording. What happened inside the window is kept and shifted; what was in force at its beginning — settings,
 * levels of digital pins, ranges — is stated anew there; a gap that reaches over an edge is cut at it.
 */

import type { RecordedEvent, RecordingInfo } from '../recording/format.ts';
import type { RecordingReader } from '../recording/reader.ts';
import type { CropPlan } from './crop-plan.ts';

/** The new recording's description, and the events that state what was in force at its beginning. */
export async function infoAtOrigin(reader: RecordingReader, plan: CropPlan): Promise<{ info: RecordingInfo; stateEvents: RecordedEvent[] }> {
	const { info } = reader;
	const settings = new Map<string, Record<string, unknown>>(info.devices.map((device) => [device.id, { ...device.settings }]));
	const states = new Map<string, RecordedEvent>();
	for await (const event of reader.events()) {
		if (shownAt(event, plan) >= plan.origin) continue;
		if (event.type === 'setting') {
			const ofDevice = settings.get(event.device);
			if (ofDevice && event.setting in ofDevice) ofDevice[event.setting] = event.value;
		}
		if (event.type === 'edge' || event.type === 'range') states.set(`${event.type} ${event.device}.${event.channel}`, { ...event, time: 0 });
	}
	// The start is written in whole ms; a device's measured clock takes up what that leaves.
	const shiftMs = Math.round(plan.origin * 1000);
	const devices = info.devices.map(({ clock, ...device }) => ({
		...device,
		settings: settings.get(device.id) as unknown as typeof device.settings,
		...(clock && { clock: { ...clock, offset: clock.offset + (shiftMs / 1000) * (1 + clock.deviation) - plan.origin } }),
	}));
	const startMs = Date.parse(info.start);
	return {
		info: {
			...info,
			start: Number.isNaN(startMs) ? info.start : new Date(startMs + shiftMs).toISOString(),
			devices,
			channels: info.channels.map((channel) => ({ ...channel, count: 0 })),
		},
		stateEvents: [...states.values()],
	};
}

/** Events inside the window, with their times in the new recording. */
export async function* cropEvents(reader: RecordingReader, plan: CropPlan): AsyncGenerator<RecordedEvent> {
	const { origin, from, to } = plan;
	for await (const event of reader.events()) {
		const at = shownAt(event, plan);
		if (event.type === 'gap') {
			const begin = Math.max(at, origin);
			const end = Math.min(at + event.duration, to);
			if (end > begin) yield { ...event, time: begin - origin, duration: end - begin };
		} else if (at >= origin && at < to) yield { ...event, time: at - origin - columnOffset(event, plan) };
		// Less than a sample before the first one: too early to have a moment of its own, and no state that is stated anew.
		else if (at >= from && at < origin && origin - at < leastStepS(plan) && !(event.type === 'setting' || event.type === 'edge' || event.type === 'range'))
			yield { ...event, time: 0 };
	}
}

/** The offset that the event's channel has in the new recording. */
function columnOffset(event: RecordedEvent, { channels }: CropPlan): number {
	if (!('channel' in event)) return 0;
	return channels.find(({ channel }) => channel.device === event.device && channel.id === event.channel)?.offset ?? 0;
}

function leastStepS({ channels }: CropPlan): number {
	return 1 / Math.max(...channels.map(({ channel }) => channel.rate));
}

/**
 * When an event is shown: with its channel's offset, which for a channel without samples (a log, a digital pin) the new recording no longer
 * has. What concerns the whole device has none.
 */
function shownAt(event: RecordedEvent, { offsets }: CropPlan): number {
	return event.time + ('channel' in event ? (offsets[`${event.device}.${event.channel}`] ?? 0) : 0);
}

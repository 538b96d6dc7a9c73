/** One line of the log panel, and how it is written and found. Pure. */

import { clock } from '../format.ts';
import { gapText, type LiveLine } from '../lanes/live-events.ts';
import type { TimelineEvent } from '../types.ts';

export interface LogRow {
	/** Unique. */
	readonly key: string;
	/** s on the chart's axis; of a live line, s of its device's time. */
	readonly timeS: number;
	/** The live device, or the recording it is of. */
	readonly live: boolean;
	readonly origin: string;
	/** When it was: s since the start, or the time of day. */
	readonly stamp: string;
	/** Device, or the user log's name. */
	readonly source: string;
	readonly type: TimelineEvent['type'] | 'sent';
	readonly text: string;
}

/** Types of events that are listed, in the order they are offered. */
export const rowTypes = { log: 'UART', 'user-log': 'Notes', fault: 'Faults', gap: 'Gaps', setting: 'Settings', range: 'Ranges', edge: 'Edges' } as const;
export type RowType = keyof typeof rowTypes;

export function recordedRow(event: TimelineEvent, key: string, recording: string, shiftS: number, nameOf: (device: string) => string): LogRow {
	return {
		key,
		timeS: event.time + shiftS,
		live: false,
		origin: recording,
		stamp: stampOf(event.time),
		source: event.type === 'user-log' ? event.name : nameOf(event.device),
		type: event.type,
		text: textOf(event),
	};
}

export function liveRow({ number, device, time, at, type, text }: LiveLine, nameOf: (device: string) => string): LogRow {
	const date = new Date(at);
	const stamp = `${date.toLocaleTimeString('en-GB')}.${String(date.getMilliseconds()).padStart(3, '0')}`;
	return { key: `live ${number}`, timeS: time, live: true, origin: device, stamp, source: nameOf(device), type, text };
}

/** `0:12.345`, to the millisecond. */
export function stampOf(timeS: number): string {
	const milliseconds = Math.round(Math.abs(timeS) * 1000);
	return `${timeS < 0 ? '−' : ''}${clock(milliseconds / 1000 + 1e-6)}.${String(milliseconds % 1000).padStart(3, '0')}`;
}

/** Whether a text has what somebody typed: plain text in whatever case, or an expression between slashes. Undefined for an expression that is none. */
export function matcher(typed: string): ((text: string) => boolean) | undefined {
	const expression = /^\/(.+)\/(i?)$/.exec(typed);
	if (!expression) {
		const wanted = typed.toLowerCase();
		return (text) => text.toLowerCase().includes(wanted);
	}
	try {
		const pattern = new RegExp(expression[1], expression[2]);
		return (text) => pattern.test(text);
	} catch {
		return undefined;
	}
}

function textOf(event: TimelineEvent): string {
	switch (event.type) {
		case 'log':
		case 'user-log':
			return event.text;
		case 'fault':
		case 'disconnect':
			return event.message;
		case 'gap':
			return gapText(event);
		case 'setting':
			return `${event.setting} is ${String(event.value)}`;
		case 'range':
			return `${event.channel} in the ${event.range} range`;
		case 'edge':
			return `${event.channel} ${event.level === 1 ? 'high' : 'low'}`;
	}
}

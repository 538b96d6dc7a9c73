/**
 * Finds moments in a recording, finished or in progress: a line of the UART, an edge, a crossing of a threshold, a time. A pattern between
 * slashes is a regular expression (RE2: linear time whatever it says); any other must equal the line, blanks at its ends apart.
 */

import { RE2JS } from 're2js';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import type { RecordingReader } from '../../../engine/recording/reader.ts';
import { segments } from '../../../engine/recording/segments.ts';
import type { Moment } from './budget-file.ts';

/** What happens at the very moment where a search begins has happened before it. */
const later = 1e-9;

/** s from the recording's start, or undefined where it has not happened yet. `after`: exclusive, s; default: from the very start. */
export async function findMoment(reader: RecordingReader, device: string, moment: Moment, after?: number): Promise<number | undefined> {
	const from = after === undefined ? Number.NEGATIVE_INFINITY : after + later;
	const found = await happening(reader, device, moment, from);
	if (found === undefined) return undefined;
	const at = found + moment.plusS;
	return at <= reader.durationS ? at : undefined;
}

async function happening(reader: RecordingReader, device: string, moment: Moment, from: number): Promise<number | undefined> {
	if (moment.kind === 'time') return (from === Number.NEGATIVE_INFINITY ? 0 : from) + moment.timeS * moment.count;
	if (moment.kind === 'crossing') return crossing(reader, device, moment, from);
	const matches = moment.kind === 'log' ? matcher(moment.pattern) : undefined;
	let left = moment.count;
	/** The first edge of a channel only states its level. */
	let level: 0 | 1 | undefined;
	for await (const event of reader.events()) {
		if (event.device !== device) continue;
		let fits = false;
		if (moment.kind === 'log') fits = event.type === 'log' && matches !== undefined && matches(event.text);
		else if (event.type === 'edge' && event.channel === moment.channel) {
			fits = level !== undefined && event.level !== level && (moment.level === undefined || event.level === moment.level);
			level = event.level;
		}
		if (fits && event.time >= from && --left === 0) return event.time;
	}
	return undefined;
}

/** A signal crosses at the first sample on the other side. */
async function crossing(reader: RecordingReader, device: string, moment: Moment & { kind: 'crossing' }, from: number): Promise<number | undefined> {
	const channel = reader.channel(device, moment.channel);
	const { direction, threshold } = moment;
	let left = moment.count;
	const window = { from: from === Number.NEGATIVE_INFINITY ? undefined : from, threshold };
	const start = window.from ?? 0;
	for await (const segment of segments(reader, channel, window)) {
		const end = segment.start + segment.duration;
		// A segment that touches the window's beginning began before it; one that touches the recording's end has not ended yet.
		const at = direction === 'above' ? (segment.start <= start ? undefined : segment.start) : end >= reader.durationS ? undefined : end;
		if (at !== undefined && at >= from && --left === 0) return at;
	}
	return undefined;
}

function matcher(pattern: string): (line: string) => boolean {
	const [, expression] = /^\/(.+)\/$/.exec(pattern) ?? [];
	if (expression === undefined) return (line) => line.trim() === pattern.trim();
	try {
		const compiled = RE2JS.compile(expression);
		return (line) => compiled.matcher(line).find();
	} catch (error) {
		throw new MicrojouleError('INVALID_VALUE', `${pattern} is no regular expression: ${messageOf(error)}`, { pattern }, error);
	}
}

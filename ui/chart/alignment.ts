/**
 * Lays recordings over each other at something that happened in each: an edge of a channel, a line of a log, a moment that was marked. What is found is
 * a time of each recording; the shifts bring all of them to where the first one has it.
 */

import { json } from '../api.ts';
import { quantity } from '../format.ts';

export interface Alignable {
	readonly id: string;
	readonly name: string;
	/** s by which it is moved without an alignment. */
	readonly offsetS: number;
	/** `<device>.<channel>` to look for an edge in; undefined where it has none. */
	readonly channel: string | undefined;
}

/** s by recording, none for the first; pure. */
export function shiftsTo(moments: readonly number[], recordings: readonly Pick<Alignable, 'id' | 'offsetS'>[]): Record<string, number> {
	const places = recordings.map(({ offsetS }, index) => offsetS + moments[index]);
	return Object.fromEntries(recordings.slice(1).map(({ id }, index) => [id, places[0] - places[index + 1]]));
}

/** s of each recording at which the channel first rises above the level. Rejects with a message that names the recording where it never does. */
export async function edgeMoments(recordings: readonly Alignable[], level: number, unit: string): Promise<number[]> {
	return Promise.all(
		recordings.map(async ({ id, name, channel }) => {
			if (!channel) throw new Error(`${name} has no such channel.`);
			const query = new URLSearchParams({ channel, threshold: String(level), limit: '2' });
			const { segments } = await json<{ segments: readonly { readonly start: number; readonly firstSample: number }[] }>('GET', `${path(id)}/segments?${query}`);
			// One that is above from the start has not risen.
			const edge = segments.find(({ firstSample }) => firstSample > 0);
			if (!edge) throw new Error(`${name} never rises above ${quantity(level, unit)}. Choose another level.`);
			return edge.start;
		}),
	);
}

/** s of each recording's first log line, received or written by a user, that contains the text. Rejects as edgeMoments does. */
export async function lineMoments(recordings: readonly Alignable[], text: string): Promise<number[]> {
	return Promise.all(
		recordings.map(async ({ id, name }) => {
			const query = new URLSearchParams({ types: 'log,user-log', filter: text, limit: '1' });
			const { events } = await json<{ events: readonly { readonly time: number }[] }>('GET', `${path(id)}/events?${query}`);
			if (events.length === 0) throw new Error(`${name} has no log line with "${text}". Choose another text.`);
			return events[0].time;
		}),
	);
}

const path = (id: string) => `/recordings/${encodeURIComponent(id)}`;

/**
 * The routes for what happened in a recording besides its samples: events and user-log lines in one order, a page at a time, and the digital lanes
 * reduced to what a screen can show. `docs/reference/live-stream.md` describes the same events as they happen.
 */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { MicrojouleError } from '../../drivers/errors.ts';
import { type EventType, eventTypes } from '../recording/event-questions.ts';
import { lanes } from '../recording/lanes.ts';
import type { RecordingReader } from '../recording/reader.ts';
import { type TimelineLog, type TimelinePlace, timeline } from '../recording/timeline.ts';
import type { BenchApi } from './bench-api.ts';
import { errorResponses, idParams, windowQuery } from './schemas.ts';

const tags = ['recordings'];
const mostEvents = 10_000;
const maxPoints = 16_384;
const allTypes = [...eventTypes, 'user-log'] as const;
type ListedType = (typeof allTypes)[number];

const optional = Type.Optional;
const eventSchema = Type.Object(
	{
		type: Type.String({ description: allTypes.join(', ') }),
		device: Type.String({ description: 'empty for lines of user logs' }),
		time: Type.Number({ description: "s since the recording's start" }),
		channel: optional(Type.String()),
		text: optional(Type.String({ description: 'of a line' })),
		log: optional(Type.String({ description: "a user log's id" })),
		name: optional(Type.String({ description: "a user log's name" })),
		level: optional(Type.Integer({ description: 'of an edge, from then on' })),
		duration: optional(Type.Number({ description: 's, of a gap' })),
		reason: optional(Type.String({ description: 'of a gap' })),
		range: optional(Type.String({ description: 'fine, middle or coarse, from then on' })),
		fault: optional(Type.String()),
		message: optional(Type.String({ description: 'of a fault, or of a departure' })),
		setting: optional(Type.String()),
		value: optional(Type.Unknown({ description: 'of a setting, from then on' })),
	},
	{ description: 'fields beyond type, device and time by its type' },
);

const laneSchema = Type.Object({
	device: Type.String({ description: 'empty for user logs' }),
	channel: Type.String({ description: 'i1, i2, gpo1, gpo2, rx; the id of a user log' }),
	kind: Type.String({ description: 'input, output, text or user-log' }),
	label: Type.String(),
	total: Type.Integer({ description: 'changes of level, or lines, in the whole recording' }),
	runs: Type.Object(
		{ from: Type.Array(Type.Number()), to: Type.Array(Type.Number()), count: Type.Array(Type.Integer()) },
		{ description: 's: the first and the last one of each run of changes or lines, and how many they are; runs are at least a point apart' },
	),
	level: optional(Type.Union([Type.Integer(), Type.Null()], { description: 'before the first run; null where it is not known' })),
	levels: optional(Type.Array(Type.Integer(), { description: 'behind each run' })),
});

export const eventRoutes: FastifyPluginCallbackTypebox<{ bench: BenchApi }> = (server, { bench }, done) => {
	/** The recording, its user logs, and by how much the project moves its channels. */
	const reading = <T>(id: string, work: (reader: RecordingReader, logs: readonly TimelineLog[], shiftOf: (device: string, channel: string) => number) => Promise<T>): Promise<T> =>
		bench.reading(id, (reader) => {
			const project = bench.projects.require();
			const { channels = {} } = project.entry(id);
			return project.useLogs(id, (logs) => work(reader, logs, (device, channel) => channels[`${device}.${channel}`]?.offset ?? 0));
		});

	server.get('/recordings/:id/events', {
		schema: {
			summary: 'What happened in a recording: UART lines, edges, gaps, range switches, faults, settings, lines of user logs',
			description: 'In the order of time, a page at a time. A gap is listed where it overlaps the window.',
			tags,
			params: idParams,
			querystring: Type.Object({
				...windowQuery.properties,
				types: optional(Type.String({ description: `with commas between; default all: ${allTypes.join(',')}` })),
				device: optional(Type.String()),
				channel: optional(Type.String()),
				filter: optional(Type.String({ maxLength: 1000, description: 'text that it must contain, in whatever case, or /an RE2 expression/' })),
				limit: optional(Type.Integer({ minimum: 0, maximum: mostEvents, description: 'default 1000' })),
				after: optional(Type.String({ description: '`next` of the page before' })),
			}),
			response: {
				200: Type.Object({
					events: Type.Array(eventSchema),
					total: Type.Union([Type.Integer(), Type.Null()], { description: 'on all pages; null behind the first page' }),
					truncated: Type.Boolean({ description: 'there are more' }),
					next: Type.Union([Type.String(), Type.Null()], { description: 'what `after` must be for the next page' }),
				}),
				...errorResponses,
			},
		},
		handler: async ({ params: { id }, query }, reply) => {
			const { types, after, limit = 1000, ...rest } = query;
			const wanted = typesOf(types);
			const place = placeOf(after);
			const signal = goneSignal(reply);
			return reading(id, async (reader, logs, shiftOf) => {
				const page = await timeline(reader, {
					...rest,
					types: wanted.filter((type): type is EventType => type !== 'user-log'),
					logs: wanted.includes('user-log') ? logs : [],
					limit,
					after: place,
					shiftOf,
					signal,
				});
				return {
					events: page.events as never,
					total: page.total,
					truncated: page.next !== undefined,
					next: page.next ? `${page.next.time}~${page.next.skip}` : null,
				};
			});
		},
	});

	server.get('/recordings/:id/lanes', {
		schema: {
			summary: 'Digital inputs, outputs and lines of a recording for a screen',
			description: 'Every lane on which something happens anywhere in the recording; what lies closer together than a point is one run.',
			tags,
			params: idParams,
			querystring: Type.Object({
				from: Type.Number({ description: 's' }),
				to: Type.Number({ description: 's, exclusive' }),
				points: optional(Type.Integer({ minimum: 1, maximum: maxPoints, description: 'default 1000' })),
			}),
			response: { 200: Type.Array(laneSchema), ...errorResponses },
		},
		handler: async ({ params: { id }, query: { from, to, points = 1000 } }) => {
			if (!(to > from)) throw new MicrojouleError('INVALID_VALUE', `The window from ${from} to ${to} s is empty; to must be above from.`, { from, to });
			return reading(id, (reader, logs, shiftOf) => lanes(reader, { from, to, points, logs, shiftOf })) as never;
		},
	});

	done();
};

function typesOf(text: string | undefined): readonly ListedType[] {
	if (text === undefined) return allTypes;
	return text.split(',').map((each) => {
		const type = allTypes.find((known) => known === each.trim());
		if (!type) throw new MicrojouleError('INVALID_VALUE', `types names "${each}"; types are ${allTypes.join(', ')}.`, { types: text });
		return type;
	});
}

function placeOf(text: string | undefined): TimelinePlace | undefined {
	if (text === undefined) return undefined;
	const [time, skip] = text.split('~').map((part) => (part === '' ? Number.NaN : Number(part)));
	if (Number.isFinite(time) && Number.isInteger(skip) && skip >= 0) return { time, skip };
	throw new MicrojouleError('INVALID_VALUE', `after is "${text}"; it must be what the page before said under "next".`, { after: text });
}

/** Aborted when the asker has gone. */
function goneSignal({ raw }: FastifyReply): AbortSignal {
	const controller = new AbortController();
	raw.once('close', () => !raw.writableFinished && controller.abort());
	return controller.signal;
}

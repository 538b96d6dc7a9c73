/** The routes that ask a recording more than its statistics: events of a signal, histogram, percentiles; and several recordings side by side. */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { MicrojouleError } from '../../drivers/errors.ts';
import { byChannel, compared } from '../recording/compare.ts';
import type { RecordedChannel } from '../recording/format.ts';
import { histogram, mostBins } from '../recording/histogram.ts';
import { percentiles } from '../recording/percentiles.ts';
import type { RecordingReader } from '../recording/reader.ts';
import { measured, type Segment, stretches } from '../recording/segments.ts';
import { thresholdOf } from '../recording/threshold.ts';
import type { BenchApi } from './bench-api.ts';
import { errorResponses, idParams, statisticsSchema, windowQuery } from './schemas.ts';

const tags = ['recordings'];
const channel = Type.String({ description: '<device>.<channel>, or <channel> where one device has it' });
const optionalNumber = (description: string) => Type.Optional(Type.Number({ description }));
const nullable = Type.Union([Type.Number(), Type.Null()]);
/** Segments in one answer. */
const mostSegments = 10_000;
/** Bins of the histogram that a threshold is found in. */
const thresholdBins = 140;

const segmentSchema = Type.Object({
	device: Type.String(),
	channel: Type.String(),
	start: Type.Number({ description: "s since the recording's start" }),
	duration: Type.Number({ description: 's' }),
	firstSample: Type.Number(),
	samples: Type.Number(),
	lost: Type.Number(),
	peak: nullable,
	average: nullable,
	charge: Type.Optional(Type.Number({ description: 'C' })),
	energy: Type.Optional(Type.Number({ description: 'J' })),
});

const differenceSchema = Type.Object({
	absolute: Type.Number(),
	relative: nullable,
	uncertainty: Type.Optional(nullable),
});

export const analysisRoutes: FastifyPluginCallbackTypebox<{ bench: BenchApi }> = (server, { bench }, done) => {
	server.get('/recordings/compare', {
		schema: {
			summary: 'Statistics of several recordings side by side',
			description: 'By channel; each recording with its differences from the first that has the channel.',
			tags,
			querystring: Type.Object({
				ids: Type.String({ description: 'two or more, with commas between' }),
				...windowQuery.properties,
				shifts: Type.Optional(Type.String({ description: 's by which each recording is later on the axis of from and to, with commas between; default 0' })),
			}),
			response: {
				200: Type.Record(
					Type.String(),
					Type.Array(Type.Object({ recording: Type.String(), statistics: statisticsSchema, difference: Type.Optional(Type.Record(Type.String(), differenceSchema)) })),
				),
				...errorResponses,
			},
		},
		handler: async ({ query: { ids, from, to, shifts } }) => {
			const wanted = ids.split(',').map((id) => id.trim());
			if (wanted.length < 2) throw new MicrojouleError('INVALID_VALUE', `ids is "${ids}"; it must name two recordings or more, with commas between.`, { ids });
			const later = shifts === undefined ? wanted.map(() => 0) : numbersOf(shifts);
			if (later.length !== wanted.length || later.some((shift) => !Number.isFinite(shift)))
				throw new MicrojouleError('INVALID_VALUE', `shifts is "${shifts}"; it must give a number of s for each of the ${wanted.length} recordings.`, { shifts });
			const recordings = [];
			for (const [index, id] of wanted.entries()) recordings.push({ id, channels: byChannel(await bench.statistics(id, earlier(from, later[index]), earlier(to, later[index]))) });
			return plain(compared(recordings));
		},
	});

	server.get('/recordings/:id/segments', {
		schema: {
			summary: 'Events of a signal: where a channel is above a threshold',
			description: `Each with its duration, charge, energy and peak. An event ends at threshold − hysteresis; events with at most minGap between them are one. At most ${mostSegments} are listed; total counts all. Without a threshold, and with values that form one group, threshold is null and nothing is found.`,
			tags,
			params: idParams,
			querystring: Type.Object({
				channel,
				...windowQuery.properties,
				threshold: optionalNumber("in the channel's unit; default: between the two groups that the values form"),
				hysteresis: optionalNumber("in the channel's unit; default 0"),
				minGap: optionalNumber('s; default 0'),
				limit: Type.Optional(Type.Integer({ minimum: 0, maximum: mostSegments })),
			}),
			response: {
				200: Type.Object({
					threshold: Type.Union([Type.Number(), Type.Null()], { description: "in the channel's unit" }),
					total: Type.Integer(),
					segments: Type.Array(segmentSchema),
				}),
				...errorResponses,
			},
		},
		handler: async ({ params: { id }, query: { channel: key, minGap: minGapS, limit = mostSegments, from, to, ...query }, raw: { socket } }) =>
			bench.reading(id, async (reader) => {
				const wanted = channelOf(reader, key);
				const going = whileWanted(socket);
				const threshold = query.threshold ?? thresholdOf(await histogram(reader, wanted, from, to, thresholdBins, going, 'logarithmic'));
				const list: Segment[] = [];
				let total = 0;
				if (threshold !== null)
					for await (const stretch of stretches(reader, wanted, { ...query, from, to, threshold, minGapS }, going)) {
						going();
						if (total++ < limit) list.push(await measured(reader, wanted, stretch));
					}
				return plain({ threshold, total, segments: list });
			}),
	});

	server.get('/recordings/:id/histogram', {
		schema: {
			summary: 'How often which values occur in a window',
			tags,
			params: idParams,
			querystring: Type.Object({
				channel,
				...windowQuery.properties,
				bins: Type.Optional(Type.Integer({ minimum: 1, maximum: mostBins, description: 'default 50' })),
				spacing: Type.Optional(
					Type.Union([Type.Literal('linear'), Type.Literal('logarithmic')], {
						description: 'equal widths, or equal ratios over at most seven decades below the largest sample; default linear',
					}),
				),
			}),
			response: {
				200: Type.Object({
					edges: Type.Array(Type.Number(), { description: "in the channel's unit; one more than there are bins" }),
					counts: Type.Array(Type.Number(), { description: 'samples in each bin' }),
					sums: Type.Array(Type.Number(), { description: "their sum in the channel's unit; over the rate, the charge in C of a current and the energy in J of a power" }),
					below: Type.Object({ count: Type.Number(), sum: Type.Number() }, { description: 'samples below the first edge' }),
				}),
				...errorResponses,
			},
		},
		handler: async ({ params: { id }, query: { channel: key, from, to, bins = 50, spacing }, raw: { socket } }) =>
			bench.reading(id, async (reader) => plain(await histogram(reader, channelOf(reader, key), from, to, bins, whileWanted(socket), spacing))),
	});

	server.get('/recordings/:id/percentiles', {
		schema: {
			summary: 'Percentiles of the samples in a window',
			tags,
			params: idParams,
			querystring: Type.Object({
				channel,
				...windowQuery.properties,
				percents: Type.Optional(Type.String({ description: '0 to 100, with commas between; default 1,5,25,50,75,95,99' })),
			}),
			response: { 200: Type.Array(Type.Object({ percent: Type.Number(), value: nullable })), ...errorResponses },
		},
		handler: async ({ params: { id }, query: { channel: key, from, to, percents = '1,5,25,50,75,95,99' }, raw: { socket } }) =>
			bench.reading(id, async (reader) => plain(await percentiles(reader, channelOf(reader, key), from, to, numbersOf(percents), whileWanted(socket)))),
	});

	done();
};

function channelOf(reader: RecordingReader, key: string): RecordedChannel {
	const dot = key.lastIndexOf('.');
	return dot < 0 ? reader.channel(undefined, key) : reader.channel(key.slice(0, dot), key.slice(dot + 1));
}

function numbersOf(list: string): number[] {
	return list.split(',').map((text) => (text.trim() === '' ? Number.NaN : Number(text)));
}

const earlier = (timeS: number | undefined, shiftS: number) => (timeS === undefined ? undefined : timeS - shiftS);

/** Ends a long question, by an error that nobody hears, when whoever asked it has hung up: pages do so as soon as they have another one. */
function whileWanted(socket: { readonly destroyed: boolean }): () => void {
	return () => {
		if (socket.destroyed) throw new MicrojouleError('INTERNAL', 'Whoever asked has hung up.');
	};
}

/** JSON knows no NaN: a figure that does not exist is null. */
function plain(value: unknown): never {
	return JSON.parse(JSON.stringify(value)) as never;
}

/** The routes for recordings: list, start, stop, delete, statistics of a window, envelope for a screen. */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { MicrojouleError } from '../../drivers/errors.ts';
import type { ChannelStatistics } from '../recording/statistics.ts';
import type { View } from '../recording/view.ts';
import type { BenchApi, RecordingSummary } from './bench-api.ts';
import { errorResponses, idParams, inProgressSchema, recordingSchema, statisticsSchema, viewSchema, windowQuery } from './schemas.ts';

/** As many as the widest wall of screens has pixels; also bounds an answer's size. */
const maxPoints = 16_384;
const binary = 'application/octet-stream';

export const recordingRoutes: FastifyPluginCallbackTypebox<{ bench: BenchApi }> = (server, { bench }, done) => {
	const find = (id: string): RecordingSummary => {
		const recording = bench.recordings().find((candidate) => candidate.id === id);
		if (!recording) throw new MicrojouleError('NOT_FOUND', `There is no recording ${id} in this project.`, { id });
		return recording;
	};

	server.get('/recordings', {
		schema: {
			summary: 'Recordings, oldest first, and the one in progress',
			tags: ['recordings'],
			response: { 200: Type.Object({ current: Type.Union([inProgressSchema, Type.Null()]), recordings: Type.Array(recordingSchema) }), ...errorResponses },
		},
		handler: async () => ({ current: bench.recording, recordings: bench.recordings().map((recording) => ({ ...recording, channels: [...recording.channels] })) }),
	});

	server.post('/recordings', {
		schema: {
			summary: 'Start recording',
			description: 'While recording: ends that recording and starts the next without a gap.',
			tags: ['recordings'],
			body: Type.Union([Type.Object({ name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })) }, { additionalProperties: false }), Type.Null()]),
			response: { 201: recordingSchema, ...errorResponses },
		},
		handler: async (request, reply) => reply.status(201).send((await bench.startRecording({ name: request.body?.name })) as never),
	});

	server.post('/recordings/stop', {
		schema: { summary: 'Stop recording', description: 'Outputs stay as they are.', tags: ['recordings'], response: { 200: recordingSchema, ...errorResponses } },
		handler: async () => (await bench.stopRecording()) as never,
	});

	server.get('/recordings/:id', {
		schema: { summary: 'One recording', tags: ['recordings'], params: idParams, response: { 200: recordingSchema, ...errorResponses } },
		handler: async (request) => find(request.params.id) as never,
	});

	server.delete('/recordings/:id', {
		schema: {
			summary: 'Delete a recording',
			description: 'At once and for ever; with undoable it is an edit: it can be undone, and its files go when the project is saved.',
			tags: ['recordings'],
			params: idParams,
			querystring: Type.Object({ undoable: Type.Optional(Type.Boolean()) }),
			response: { 204: Type.Null(), ...errorResponses },
		},
		handler: async (request, reply) => {
			const { id } = find(request.params.id);
			if (request.query.undoable) await bench.projects.change((project) => project.edit.deleteRecording(id));
			else await bench.deleteRecording(id);
			return reply.status(204).send(null);
		},
	});

	server.get('/recordings/:id/statistics', {
		schema: {
			summary: 'Statistics of a window, per channel',
			description: 'The window is [from, to), clipped to the data; samples at its edges count by their overlap.',
			tags: ['recordings'],
			params: idParams,
			querystring: windowQuery,
			response: { 200: Type.Array(statisticsSchema), ...errorResponses },
		},
		handler: async (request) => {
			const { id } = find(request.params.id);
			const { from, to } = request.query;
			checkWindow(from ?? 0, to ?? Number.POSITIVE_INFINITY);
			const figures = await bench.statistics(id, from, to);
			return figures.map(nullForNaN) as never;
		},
	});

	server.get('/recordings/:id/view', {
		schema: {
			summary: 'Envelope of a channel for a screen',
			description: `With "Accept: ${binary}" the answer is t as float64, then min, max and mean as float32, little-endian, all of one length.`,
			tags: ['recordings'],
			params: idParams,
			querystring: Type.Object({
				channel: Type.String({ description: '<device>.<channel>' }),
				from: Type.Optional(Type.Number({ description: 's; default 0' })),
				to: Type.Optional(Type.Number({ description: 's; default: the end' })),
				points: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPoints, description: 'At most so many points; default 1000' })),
			}),
			response: { 200: viewSchema, ...errorResponses },
		},
		handler: async (request, reply) => {
			const recording = find(request.params.id);
			const { channel, from = 0, to = recording.duration, points = 1000 } = request.query;
			if (!recording.channels.some(({ device, id }) => `${device}.${id}` === channel)) {
				const known = recording.channels.map(({ device, id }) => `${device}.${id}`);
				throw new MicrojouleError('NOT_FOUND', `Recording ${recording.id} has no channel ${channel}. Channels: ${known.join(', ')}.`, { channel });
			}
			checkWindow(from, to);
			const data = await bench.view(recording.id, channel, from, to, points);
			if (request.headers.accept?.includes(binary)) return reply.type(binary).send(viewBytes(data) as never);
			return {
				count: data.count,
				begin: [...data.begin],
				t: [...data.t],
				min: numbers(data.min),
				max: numbers(data.max),
				mean: numbers(data.mean),
				valid: [...data.valid],
			};
		},
	});

	done();
};

function checkWindow(from: number, to: number): void {
	if (from <= to) return;
	throw new MicrojouleError('INVALID_VALUE', `from is ${from} s and to is ${to} s; from must not be later.`, { from, to });
}

function viewBytes({ t, min, max, mean }: View): Buffer {
	return Buffer.concat([t, min, max, Float32Array.from(mean)].map((column) => new Uint8Array(column.buffer, column.byteOffset, column.byteLength)));
}

function numbers(column: Float32Array | Float64Array): (number | null)[] {
	return Array.from(column, (value) => (Number.isFinite(value) ? value : null));
}

/** JSON knows no NaN: a figure that does not exist is null. */
function nullForNaN(figure: ChannelStatistics): unknown {
	return JSON.parse(JSON.stringify(figure));
}

/** The routes that edit recordings of the active project, import files into it and repair it. Each is a call of the engine. */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { importAnswer, importFiles } from '../formats/import.ts';
import { repairRecording } from '../project/repair.ts';
import type { BenchApi } from './bench-api.ts';
import { clientPath, type PathRule } from './client-path.ts';
import {
	channelChangeSchema,
	croppedSchema,
	cropSchema,
	downsampleSchema,
	importedSchema,
	importSchema,
	projectSchema,
	recordingChangeSchema,
	repairSchema,
} from './project-schemas.ts';
import { errorResponses, idParams } from './schemas.ts';

const tags = ['edits'];
const answers = { 200: projectSchema, ...errorResponses };
const channelParams = Type.Object({ ...idParams.properties, channel: Type.String({ minLength: 1, maxLength: 400, description: '<device>.<channel>' }) });

export const editRoutes: FastifyPluginCallbackTypebox<{ bench: BenchApi; paths: PathRule }> = (server, { bench: { projects }, paths }, done) => {
	const status = () => projects.status as never;

	server.patch('/recordings/:id', {
		schema: { summary: 'Rename, colour, hide, annotate or shift a recording', tags, params: idParams, body: recordingChangeSchema, response: answers },
		handler: async ({ params: { id }, body }) => {
			await projects.change((project) => project.edit.recording(id, body));
			return status();
		},
	});

	server.patch('/recordings/:id/channels/:channel', {
		schema: { summary: 'Colour, hide or shift a channel', tags, params: channelParams, body: channelChangeSchema, response: answers },
		handler: async ({ params: { id, channel }, body }) => {
			await projects.change((project) => project.edit.channel(id, channel, body));
			return status();
		},
	});

	server.post('/recordings/:id/move', {
		schema: {
			summary: 'Put a recording at another place in the order',
			tags,
			params: idParams,
			body: Type.Object({ place: Type.Integer({ minimum: 0, description: 'counted from 0' }) }, { additionalProperties: false }),
			response: answers,
		},
		handler: async ({ params: { id }, body }) => {
			await projects.change((project) => project.edit.moveRecording(id, body.place));
			return status();
		},
	});

	server.post('/recordings/:id/crop', {
		schema: {
			summary: 'Keep [from, to) of a recording: samples, events, logs and selections',
			tags,
			params: idParams,
			body: cropSchema,
			response: { 200: croppedSchema, ...errorResponses },
		},
		handler: async ({ params: { id }, body }) => {
			const { origin, channels } = await projects.change((project) => project.edit.crop(id, body));
			return { origin, channels: channels.map(({ channel, first, last, offset }) => ({ channel: `${channel.device}.${channel.id}`, samples: last - first, offset })) };
		},
	});

	server.post('/recordings/:id/downsample', {
		schema: {
			summary: 'Average blocks of a channel',
			description: 'Of n samples floor((n − 1) / factor) remain.',
			tags,
			params: idParams,
			body: downsampleSchema,
			response: answers,
		},
		handler: async ({ params: { id }, body: { channel, factor } }) => {
			await projects.change((project) => project.edit.downsample(id, channel, factor));
			return status();
		},
	});

	server.post('/recordings/import', {
		schema: { summary: 'Import files as one recording', tags, body: importSchema, response: { 201: importedSchema, ...errorResponses } },
		handler: async ({ body: { files, ...options } }, reply) => {
			const inside = files.map((file) => clientPath(file, paths));
			return reply.status(201).send(importAnswer(await projects.change((project) => importFiles(project, inside, options))) as never);
		},
	});

	server.post('/recordings/:id/repair', {
		schema: {
			summary: 'Rebuild what is derived, cut off what a crash left, make gaps of what is damaged',
			tags,
			params: idParams,
			response: { 200: repairSchema, ...errorResponses },
		},
		handler: async ({ params: { id } }) => (await projects.change((project) => repairRecording(project, id))) as never,
	});

	done();
};

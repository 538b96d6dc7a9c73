/** The routes for user logs: create, list, change, delete, append (also to the recording in progress), read a page. Each is a call of the engine. */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { MicrojouleError } from '../../drivers/errors.ts';
import type { BenchApi } from './bench-api.ts';
import { logChangeSchema, logLinesSchema, logListSchema, logPageQuery, logPageSchema, newLogSchema } from './project-schemas.ts';
import { errorResponses, idParams } from './schemas.ts';

const tags = ['user logs'];
const logParams = Type.Object({ ...idParams.properties, log: Type.String({ minLength: 1, maxLength: 200, description: 'its id, or its name where only one has it' }) });
const answers = { 200: logListSchema, ...errorResponses };

export const logRoutes: FastifyPluginCallbackTypebox<{ bench: BenchApi }> = (server, { bench }, done) => {
	const { projects } = bench;
	const logsOf = (id: string) => (projects.require().entry(id).logs ?? []) as never;
	/** Now, in s of the recording; only one in progress has a now. */
	const now = (id: string): number => {
		if (bench.recording?.id === id) return bench.recording.duration;
		throw new MicrojouleError('INVALID_VALUE', `The recording ${id} is not being recorded, so a line needs a time: s since the recording's start.`, { id });
	};

	server.get('/recordings/:id/logs', {
		schema: { summary: 'User logs of a recording', tags, params: idParams, response: answers },
		handler: async ({ params: { id } }) => logsOf(id),
	});

	server.post('/recordings/:id/logs', {
		schema: {
			summary: 'Create a user log',
			description: 'At once, also while recording; it can be deleted, not undone.',
			tags,
			params: idParams,
			body: newLogSchema,
			response: { 201: Type.Object({ log: Type.String({ description: 'its id' }) }), ...errorResponses },
		},
		handler: async ({ params: { id }, body }, reply) => reply.status(201).send({ log: await projects.change((project) => project.createLog(id, body.name)) }),
	});

	server.patch('/recordings/:id/logs/:log', {
		schema: { summary: 'Rename or shift a user log', tags, params: logParams, body: logChangeSchema, response: answers },
		handler: async ({ params: { id, log }, body }) => {
			await projects.change((project) => project.edit.log(id, log, body));
			return logsOf(id);
		},
	});

	server.delete('/recordings/:id/logs/:log', {
		schema: { summary: 'Delete a user log', tags, params: logParams, response: answers },
		handler: async ({ params: { id, log } }) => {
			await projects.change((project) => project.edit.deleteLog(id, log));
			return logsOf(id);
		},
	});

	server.post('/recordings/:id/logs/:log/lines', {
		schema: {
			summary: 'Append lines to a user log',
			description: 'On the disk when this is answered, also while recording; it cannot be undone.',
			tags,
			params: logParams,
			body: logLinesSchema,
			response: { 204: Type.Null(), ...errorResponses },
		},
		handler: async ({ params: { id, log }, body }, reply) => {
			const lines = body.lines.map(({ time, text }) => ({ time: time ?? now(id), text }));
			await projects.appendLog(id, log, lines);
			return reply.status(204).send(null);
		},
	});

	server.get('/recordings/:id/logs/:log', {
		schema: { summary: 'A page of a user log', tags, params: logParams, querystring: logPageQuery, response: { 200: logPageSchema, ...errorResponses } },
		handler: async ({ params: { id, log }, query }) => (await projects.require().readLog(id, log, query)) as never,
	});

	done();
};

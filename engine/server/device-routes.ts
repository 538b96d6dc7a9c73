/** The routes for instruments: list, discover, open, close, settings, output. Each is a call of the bench. */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { MicrojouleError } from '../../drivers/errors.ts';
import type { BenchApi, DeviceState } from './bench-api.ts';
import { deviceSchema, errorResponses, foundSchema, idParams, settingsChangeSchema, settingsSchema } from './schemas.ts';

export const deviceRoutes: FastifyPluginCallbackTypebox<{ bench: BenchApi }> = (server, { bench }, done) => {
	const find = (id: string): DeviceState => {
		const device = bench.devices().find((candidate) => candidate.id === id);
		if (device) return device;
		const known = bench.devices().map((candidate) => candidate.id);
		throw new MicrojouleError('NOT_FOUND', `No open device is called ${id}. ${known.length > 0 ? `Open: ${known.join(', ')}.` : 'None is open.'}`, { id });
	};

	server.get('/devices', {
		schema: { summary: 'Open devices', tags: ['devices'], response: { 200: Type.Array(deviceSchema), ...errorResponses } },
		handler: async () => [...bench.devices()] as never,
	});

	server.get('/devices/:id', {
		schema: { summary: 'One device', tags: ['devices'], params: idParams, response: { 200: deviceSchema, ...errorResponses } },
		handler: async (request) => find(request.params.id) as never,
	});

	server.get('/discovery', {
		schema: { summary: 'Instruments that could be opened', tags: ['devices'], response: { 200: Type.Array(foundSchema), ...errorResponses } },
		handler: async () => [...(await bench.discover())],
	});

	server.post('/devices', {
		schema: {
			summary: 'Open an instrument',
			tags: ['devices'],
			body: Type.Object({ path: Type.String({ minLength: 1, maxLength: 1000 }) }, { additionalProperties: false }),
			response: { 201: deviceSchema, ...errorResponses },
		},
		handler: async (request, reply) => reply.status(201).send((await bench.open(request.body.path)) as never),
	});

	server.delete('/devices/:id', {
		schema: { summary: 'Switch the output off and close', tags: ['devices'], params: idParams, response: { 204: Type.Null(), ...errorResponses } },
		handler: async (request, reply) => {
			await bench.close(find(request.params.id).id);
			return reply.status(204).send(null);
		},
	});

	server.patch('/devices/:id/settings', {
		schema: {
			summary: 'Change settings',
			description: 'Everything is validated first, then applied in an order that is safe for the device under test. Answers the settings in force.',
			tags: ['devices'],
			params: idParams,
			body: settingsChangeSchema,
			response: { 200: settingsSchema, ...errorResponses },
		},
		handler: async (request) => bench.set(find(request.params.id).id, request.body),
	});

	server.put('/devices/:id/output', {
		schema: {
			summary: 'Switch the main output',
			tags: ['devices'],
			params: idParams,
			body: Type.Object({ on: Type.Boolean() }, { additionalProperties: false }),
			response: { 200: settingsSchema, ...errorResponses },
		},
		handler: async (request) => bench.set(find(request.params.id).id, { main: request.body.on }),
	});

	server.get('/devices/:id/levels', {
		schema: {
			summary: 'Present levels of the digital inputs',
			description: 'By channel; an input whose level is not known yet is absent. Later changes come as events of the live stream.',
			tags: ['devices'],
			params: idParams,
			response: { 200: Type.Record(Type.String(), Type.Integer({ minimum: 0, maximum: 1 })), ...errorResponses },
		},
		handler: async (request) => bench.levels(find(request.params.id).id),
	});

	server.post('/devices/:id/uart', {
		schema: {
			summary: "Send text to the device under test's UART",
			description: 'As UTF-8 and as it is: a line end is sent only where the text has one. The UART must be on.',
			tags: ['devices'],
			params: idParams,
			body: Type.Object({ text: Type.String({ minLength: 1, maxLength: 4096 }) }, { additionalProperties: false }),
			response: { 204: Type.Null(), ...errorResponses },
		},
		handler: async (request, reply) => {
			await bench.writeUart(find(request.params.id).id, request.body.text);
			return reply.status(204).send(null);
		},
	});

	done();
};

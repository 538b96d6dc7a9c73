/** The routes for the instruments of an account. Each is a call of `Hardware`. */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import type { PortalServices } from '../services.ts';
import { signedIn } from './guard.ts';

const text = { maxLength: 200 };
const instrumentSchema = Type.Object({
	id: Type.Integer(),
	serial: Type.String(),
	model: Type.String(),
	name: Type.String(),
	firmware: Type.String(),
	seen: Type.Union([Type.String(), Type.Null()], { description: 'When an engine of yours last saw it' }),
});

export const hardwareRoutes: FastifyPluginCallbackTypebox<{ services: PortalServices }> = (server, { services: { hardware } }, done) => {
	server.get('/hardware', {
		preHandler: signedIn,
		schema: { summary: 'Your instruments', response: { 200: Type.Object({ hardware: Type.Array(instrumentSchema) }) } },
		handler: async ({ user }) => ({ hardware: await hardware.list(user.id) }),
	});

	server.post('/hardware', {
		preHandler: signedIn,
		schema: {
			summary: 'Register an instrument',
			body: Type.Object({
				serial: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
				model: Type.String({ minLength: 1, maxLength: 100 }),
				name: Type.String(text),
				firmware: Type.Optional(Type.String({ maxLength: 100 })),
			}),
			response: { 201: instrumentSchema },
		},
		handler: async ({ user, body: { firmware = '', serial, ...body } }, reply) =>
			reply.status(201).send(await hardware.register(user.id, { ...body, serial: serial.trim(), firmware })),
	});

	server.delete('/hardware/:id', {
		preHandler: signedIn,
		schema: { summary: 'Remove an instrument', params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }), response: { 204: Type.Null() } },
		handler: async ({ user, params: { id } }, reply) => {
			await hardware.remove(user.id, id);
			return reply.status(204).send(null);
		},
	});
	done();
};

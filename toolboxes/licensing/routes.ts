/** The engine's routes for its account and licences, and their changes on the live stream. Each is a call of Licensing. */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { errorResponses } from '../../engine/server/schemas.ts';
import type { Licensing } from './licensing.ts';
import { licensingStatusSchema } from './status.ts';

const licenceParams = Type.Object({ id: Type.Integer() });
const answer = { 200: licensingStatusSchema, ...errorResponses };
const tags = ['licensing'];

export const licensingRoutes: FastifyPluginCallbackTypebox<{ licensing: Licensing }> = (server, { licensing }, done) => {
	server.get('/licensing', {
		schema: { summary: 'Account, unlocked toolboxes, licences', tags, response: answer },
		handler: async () => licensing.status(),
	});

	server.post('/licensing/login', {
		schema: {
			summary: 'Sign the engine in',
			tags,
			body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 254 }), password: Type.String({ minLength: 1, maxLength: 1000 }) }, { additionalProperties: false }),
			response: answer,
		},
		handler: async ({ body: { name, password } }) => {
			await licensing.login(name, password);
			return licensing.status();
		},
	});

	server.post('/licensing/logout', {
		schema: { summary: 'Sign the engine out; reservations are kept', tags, response: answer },
		handler: async () => {
			await licensing.logout();
			return licensing.status();
		},
	});

	server.post('/licensing/refresh', {
		schema: { summary: 'Ask the portal for the list once more', tags, response: answer },
		handler: async () => {
			await licensing.licences();
			return licensing.status();
		},
	});

	server.post('/licensing/licences/:id/reserve', {
		schema: {
			summary: 'Reserve a licence for this computer',
			tags,
			params: licenceParams,
			body: Type.Optional(
				Type.Object(
					{ ttl: Type.Optional(Type.Number({ minimum: 1, maximum: 86_400, description: 's until it is returned; default: it is kept' })) },
					{ additionalProperties: false },
				),
			),
			response: answer,
		},
		handler: async ({ params: { id }, body }) => {
			using connection = licensing.connection();
			await connection.reserve(id, { ttl: body?.ttl });
			return licensing.status();
		},
	});

	server.post('/licensing/licences/:id/return', {
		schema: { summary: 'Return a licence at once, whoever in this engine uses it', tags, params: licenceParams, response: answer },
		handler: async ({ params: { id } }) => {
			await licensing.returnNow(id);
			return licensing.status();
		},
	});

	done();
};

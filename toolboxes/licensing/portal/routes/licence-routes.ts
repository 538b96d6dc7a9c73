/** The routes for licences, and for the portal's identity. Each is a call of `Licences` or `Keys`. */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { licenceSchema } from '../../licence.ts';
import type { SignedIn } from '../licences.ts';
import type { PortalServices } from '../services.ts';
import { signedIn } from './guard.ts';

const licenceParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) });
const userName = Type.String({ minLength: 1, maxLength: 100 });
const shareParams = Type.Object({ ...licenceParams.properties, user: userName });
const userBody = Type.Object({ user: userName });
const licence = Type.Object({ licence: licenceSchema });

export const licenceRoutes: FastifyPluginCallbackTypebox<{ services: PortalServices }> = (server, { services: { licences, keys } }, done) => {
	server.get('/identity', {
		schema: {
			summary: 'Who the portal is',
			description: 'A signature over the nonce with the newest key, and the keys, each endorsed by the one before.',
			querystring: Type.Object({ nonce: Type.String({ minLength: 16, maxLength: 128 }) }),
		},
		handler: ({ query: { nonce } }) => keys.identity(nonce),
	});

	server.get('/licences', {
		preHandler: signedIn,
		schema: { summary: 'Licences you own and licences shared with you', response: { 200: Type.Object({ licences: Type.Array(licenceSchema) }) } },
		handler: async (request) => ({ licences: await licences.list(actorOf(request).id) }),
	});

	server.post('/licences/:id/return', {
		preHandler: signedIn,
		schema: { summary: 'End the reservation', params: licenceParams, response: { 200: licence } },
		handler: async (request) => ({ licence: await licences.return(request.params.id, actorOf(request)) }),
	});

	server.post('/licences/:id/move', {
		preHandler: signedIn,
		schema: { summary: 'Make another user its owner', params: licenceParams, body: userBody },
		handler: async (request) => {
			await licences.move(request.params.id, actorOf(request), request.body.user);
			return {};
		},
	});

	server.post('/licences/:id/share', {
		preHandler: signedIn,
		schema: { summary: 'Let another user reserve it', params: licenceParams, body: userBody, response: { 200: licence } },
		handler: async (request) => {
			const by = actorOf(request);
			await licences.share(request.params.id, by, request.body.user);
			return { licence: await licences.one(request.params.id, by.id) };
		},
	});

	server.delete('/licences/:id/share/:user', {
		preHandler: signedIn,
		schema: { summary: 'Stop sharing', params: shareParams, response: { 200: licence } },
		handler: async (request) => {
			const by = actorOf(request);
			await licences.stopSharing(request.params.id, by, request.params.user);
			return { licence: await licences.one(request.params.id, by.id) };
		},
	});
	done();
};

function actorOf({ user, ip }: FastifyRequest): SignedIn {
	return { ...user, address: ip };
}

/** The routes for one's own account. Each is a call of `Accounts` or `Sessions`. */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { MicrojouleError } from '../../../../drivers/errors.ts';
import type { PortalServices } from '../services.ts';
import { clearSessionCookie, clientOf, signedIn } from './guard.ts';

const password = Type.String({ minLength: 1, maxLength: 256 });
const nothing = Type.Object({});

export const accountRoutes: FastifyPluginCallbackTypebox<{ services: PortalServices }> = (server, { services: { accounts, sessions } }, done) => {
	server.addHook('preHandler', signedIn);

	server.get('/account', {
		schema: {
			summary: 'Your account',
			response: {
				200: Type.Object({
					name: Type.String(),
					email: Type.String(),
					admin: Type.Boolean(),
					country: Type.Union([Type.String(), Type.Null()]),
					created: Type.String(),
					sessions: Type.Array(Type.Object({ id: Type.String(), label: Type.String(), seen: Type.String(), current: Type.Boolean() })),
				}),
			},
		},
		handler: async ({ user }) => {
			const { name, email, admin, country, created_at } = await accounts.get(user.id);
			return { name, email, admin: admin === 1, country, created: new Date(created_at).toISOString(), sessions: await sessions.list(user.id, user.sessionId) };
		},
	});

	server.delete('/account/sessions/:id', {
		schema: { summary: 'End one of your sessions', params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }), response: { 200: nothing } },
		handler: async ({ user, params: { id } }) => {
			if (!(await sessions.end(user.id, id))) throw new MicrojouleError('NOT_FOUND', `You have no session ${id}.`, { id });
			return {};
		},
	});

	server.post('/account/password', {
		schema: { summary: 'Change your password; ends your other sessions', body: Type.Object({ current: password, next: password }), response: { 200: nothing } },
		handler: async (request) => {
			const { user, body } = request;
			await accounts.changePassword(user.id, user.sessionId, body.current, body.next, clientOf(request));
			return {};
		},
	});

	server.delete('/account', {
		schema: { summary: 'Delete your account and its licences', body: Type.Object({ password }), response: { 200: nothing } },
		handler: async (request, reply) => {
			await accounts.delete(request.user.id, request.body.password, clientOf(request));
			clearSessionCookie(reply);
			return {};
		},
	});
	done();
};

/** The routes for administrators. Each is a call of `Administration` or `Licences`. */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { licenceSchema, terms } from '../../licence.ts';
import { readOfflineHours, writeOfflineHours } from '../lease-signing.ts';
import type { PortalServices } from '../services.ts';
import { adminOnly } from './guard.ts';

const pageQuery = Type.Object({ search: Type.Optional(Type.String({ maxLength: 200 })), page: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })) });
const settings = Type.Object({ offlineHours: Type.Number({ description: 'How long a licence works without the portal, h' }) });

export const adminRoutes: FastifyPluginCallbackTypebox<{ services: PortalServices }> = (server, { services }, done) => {
	const { administration, licences, audit, context } = services;
	server.addHook('preHandler', adminOnly);

	server.get('/admin/users', {
		schema: { summary: 'Accounts', querystring: pageQuery },
		handler: ({ query }) => administration.users(query),
	});

	server.get('/admin/licences', {
		schema: { summary: 'All licences', querystring: pageQuery, response: { 200: Type.Object({ licences: Type.Array(licenceSchema), pages: Type.Integer() }) } },
		handler: ({ query, user }) => licences.all(query, user.id),
	});

	server.post('/admin/users/:name/licences', {
		schema: {
			summary: 'Grant licences',
			params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }) }),
			body: Type.Object({
				type: Type.String(),
				term: Type.Union(terms.map((term) => Type.Literal(term))),
				quantity: Type.Integer({ minimum: 1, maximum: 1000 }),
				expires: Type.Optional(Type.String({ maxLength: 40 })),
			}),
			response: { 201: Type.Object({ licences: Type.Array(Type.Integer()) }) },
		},
		handler: async ({ user, params, body, ip }, reply) => reply.status(201).send({ licences: await administration.grant({ ...user, address: ip }, params.name, body) }),
	});

	server.post('/admin/licences/:id/return', {
		schema: {
			summary: 'End any reservation',
			params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }),
			response: { 200: Type.Object({ licence: licenceSchema }) },
		},
		handler: async ({ user, params: { id }, ip }) => ({ licence: await licences.return(id, { ...user, address: ip }, { asAdmin: true }) }),
	});

	server.get('/admin/audit', {
		schema: { summary: 'Who did what', querystring: pageQuery },
		handler: ({ query }) => administration.auditLog(query),
	});

	server.get('/admin/settings', {
		schema: { summary: 'Settings', response: { 200: settings } },
		handler: async () => ({ offlineHours: await readOfflineHours(context) }),
	});

	server.put('/admin/settings', {
		schema: { summary: 'Change settings', body: settings, response: { 200: settings } },
		handler: async ({ user, body: { offlineHours }, ip }) => {
			await writeOfflineHours(context.database.db, offlineHours);
			await audit.record({ user, action: 'change settings', details: { offlineHours }, address: ip });
			return { offlineHours };
		},
	});
	done();
};

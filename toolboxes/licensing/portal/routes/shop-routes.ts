/** The routes for prices, orders, invoices and subscriptions, and the payment provider's webhook. Each is a call of the shop. */

import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { PortalServices } from '../services.ts';
import { sendDocument } from '../shop/document.ts';
import { signatureHeader } from '../shop/webhook.ts';
import { signedIn } from './guard.ts';

const name = Type.String({ minLength: 1, maxLength: 100 });
const basket = Type.Object({
	lines: Type.Array(Type.Object({ type: name, term: name, quantity: Type.Integer() }), { minItems: 1, maxItems: 100 }),
	country: name,
	currency: name,
});
const orderParams = Type.Object({ reference: name });
export const shopRoutes: FastifyPluginAsyncTypebox<{ services: PortalServices }> = async (server, { services: { shop } }) => {
	const { prices, orders, renewals } = shop;

	server.get('/prices', {
		schema: { summary: 'What is sold, and the tax of each country' },
		handler: async () => ({ currencies: prices.currencies, default: prices.currencies[0], products: prices.products, taxes: prices.taxes }),
	});

	server.post('/orders/quote', {
		schema: { summary: 'What a basket costs', body: basket },
		handler: async ({ body }) => orders.quote(body),
	});

	server.post('/orders', {
		preHandler: signedIn,
		schema: { summary: 'Place an order', body: basket },
		handler: async ({ user, body }, reply) => reply.status(201).send(await orders.place(user.id, body)),
	});

	server.get('/orders', {
		preHandler: signedIn,
		schema: { summary: 'Your orders, newest first' },
		handler: async ({ user }) => ({ orders: await orders.list(user.id) }),
	});

	server.get('/orders/:reference', {
		preHandler: signedIn,
		schema: { summary: 'An order of yours', params: orderParams },
		handler: ({ user, params }) => orders.one(user.id, params.reference),
	});

	server.get('/orders/:reference/invoice', {
		preHandler: signedIn,
		schema: { summary: 'The invoice of a paid order: HTML', params: orderParams },
		handler: async ({ user, params }, reply) => sendDocument(reply, await orders.invoice(user.id, params.reference)),
	});

	server.get('/subscriptions', {
		preHandler: signedIn,
		schema: { summary: 'Licences that renew and that you pay' },
		handler: async ({ user }) => ({ subscriptions: await renewals.list(user.id) }),
	});

	server.post('/subscriptions/:id/cancel', {
		preHandler: signedIn,
		schema: { summary: 'Renew no more', params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }) },
		handler: async ({ user, ip, params }) => {
			await renewals.cancel({ ...user, address: ip }, params.id);
			return {};
		},
	});

	// The signature is of the bytes as they came, so this route alone gets them unparsed.
	await server.register(async (raw) => {
		raw.removeAllContentTypeParsers();
		raw.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: 65_536 }, (_request, body, done) => done(null, body));
		raw.post('/webhooks/payments', async ({ headers, body }) => {
			const signature = headers[signatureHeader];
			await shop.receive(String(body ?? ''), typeof signature === 'string' ? signature : undefined);
			return {};
		});
	});
};

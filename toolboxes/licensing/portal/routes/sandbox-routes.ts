/** The sandbox payment provider's own routes: paying by card, and the pages on which a buyer confirms, as a bank or PayPal would show them. */

import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { PortalServices } from '../services.ts';
import { document, html, sendDocument } from '../shop/document.ts';
import { money } from '../shop/prices.ts';
import type { Sandbox, SandboxPayment } from '../shop/sandbox.ts';
import { signedIn } from './guard.ts';

const short = Type.String({ minLength: 1, maxLength: 100 });
const payment = Type.Union([
	Type.Object({ reference: short, method: Type.Literal('card'), number: short, expiry: short, cvc: short }),
	Type.Object({ reference: short, method: Type.Literal('paypal') }),
]);

export const sandboxRoutes: FastifyPluginAsyncTypebox<{ services: PortalServices; sandbox: Sandbox }> = async (server, { services: { shop }, sandbox }) => {
	server.post('/sandbox/pay', {
		preHandler: signedIn,
		schema: { summary: 'Pay an order', body: payment },
		handler: async ({ user, body }) => {
			const { reference, total: amount, currency } = await shop.orders.payable(user.id, body.reference);
			// Opened when the order was placed, unless the portal was stopped between the two.
			await sandbox.checkout({ reference, amount, currency });
			const { confirmUrl } = body.method === 'card' ? await sandbox.payByCard(body.reference, body) : await sandbox.payByPayPal(body.reference);
			return confirmUrl === undefined ? { status: 'succeeded' } : { status: 'confirm', confirmUrl };
		},
	});

	// Forms without a field: what they decide is in their address.
	server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: 1024 }, (_request, _body, done) => done(null, null));
	const params = Type.Object({ id: short });
	const own = async ({ user, params: { id } }: FastifyRequest<{ Params: { id: string } }>): Promise<SandboxPayment> => {
		const found = await sandbox.payment(id);
		await shop.orders.one(user.id, found.reference);
		return found;
	};

	server.get('/sandbox/payments/:id', { preHandler: signedIn, schema: { params } }, async (request, reply) => {
		const found = await own(request);
		return found.status === 'confirming' ? sendDocument(reply, confirmation(found)) : reply.redirect(`/orders/${found.reference}`, 303);
	});

	server.post('/sandbox/payments/:id/:decision', {
		preHandler: signedIn,
		schema: { params: Type.Object({ id: short, decision: Type.Union([Type.Literal('approve'), Type.Literal('cancel')]) }) },
		handler: async (request, reply) => {
			const found = await own(request);
			await sandbox.decide(found, request.params.decision === 'approve');
			return reply.redirect(`/orders/${found.reference}`, 303);
		},
	});
};

function confirmation({ id, amount, currency, method, reference }: SandboxPayment): string {
	const payPal = method === 'paypal';
	const button = (decision: string, label: string) => `<form method="post" action="/api/sandbox/payments/${html(id)}/${decision}"><button>${label}</button></form>`;
	return document(
		payPal ? 'PayPal (sandbox)' : 'Confirm the payment (sandbox)',
		`<p>The licence portal asks for <strong>${html(money(amount, currency))}</strong> for the order ${html(reference)}.</p>
<p>This page stands for the one that ${payPal ? 'PayPal' : 'your bank'} would show. No money moves.</p>
<div class="buttons">${button('approve', payPal ? 'Approve' : 'Confirm')}${button('cancel', 'Cancel')}</div>`,
	);
}

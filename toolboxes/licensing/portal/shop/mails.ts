/**
 * The shop's mails: the confirmation of an order, with how to begin; of a renewal; and what went wrong with one. A confirmation that could not be
 * sent is sent later, also by a portal that was started anew; for the others a failure is logged.
 */

import { messageOf } from '../../../../drivers/errors.ts';
import type { PortalContext } from '../context.ts';
import { linesOf, type OrderLineRow, type OrderRow } from './orders.ts';
import type { PaymentProvider } from './payments.ts';
import { money } from './prices.ts';
import type { SubscriptionRow } from './renewals.ts';

/** A confirmation that is late by so much is sent by whichever portal looks first. */
const lateMs = 60_000;

export class ShopMail {
	readonly #context: PortalContext;
	readonly #payments: PaymentProvider | undefined;
	/** One after the other, so that none is sent twice. */
	#sending: Promise<void> = Promise.resolve();
	#notBefore = 0;

	constructor(context: PortalContext, payments: PaymentProvider | undefined) {
		this.#context = context;
		this.#payments = payments;
	}

	/** Sends the confirmation of a paid order, soon. */
	confirm(order: number): void {
		this.#soon(() => this.#confirm(order));
	}

	/** Confirmations that are late. Where the mail server does not take them, once a minute. */
	async confirmLate(): Promise<void> {
		const { database, now } = this.#context;
		if (now() < this.#notBefore) return;
		const late = await database.db
			.selectFrom('orders')
			.select('id')
			.where('status', '=', 'paid')
			.where('mailed_at', 'is', null)
			.where('user_id', 'is not', null)
			.where('paid_at', '<=', now() - lateMs)
			.orderBy('id')
			.execute();
		if (late.length === 0) return;
		this.#notBefore = now() + lateMs;
		for (const { id } of late) this.confirm(id);
		await this.#sending;
	}

	renewalFailed({ user_id, type, term, period_end_at }: SubscriptionRow): void {
		this.#tell(user_id, `The renewal of your ${type} licence failed`, ({ name, portal }) =>
			[
				`Hello ${name},`,
				`your ${term} ${type} licence was to renew on ${day(period_end_at)}, but the payment was declined.`,
				`It is tried again every day for seven days, in which the licence works. After that it stops. To pay in another way, open the order: ${portal}/orders`,
			].join('\n\n'),
		);
	}

	lapsed({ user_id, type, term }: SubscriptionRow): void {
		this.#tell(user_id, `Your ${type} licence has ended`, ({ name, portal }) =>
			[`Hello ${name},`, `your ${term} ${type} licence could not be renewed for seven days and has ended.`, `You can buy another at any time: ${portal}/buy`].join('\n\n'),
		);
	}

	async close(): Promise<void> {
		await this.#sending;
	}

	#soon(work: () => Promise<void>): void {
		this.#sending = this.#sending.then(work).catch((error) => this.#context.log.error({ error }, `A mail of the shop was not sent: ${messageOf(error)}`));
	}

	#tell(user: number, subject: string, text: (facts: { name: string; portal: string }) => string): void {
		this.#soon(async () => {
			const { database, mail, publicUrl } = this.#context;
			const person = await database.db.selectFrom('users').select(['name', 'email']).where('id', '=', user).executeTakeFirst();
			if (person) await mail.send({ to: person.email, subject, text: `${text({ name: person.name, portal: publicUrl })}\n` });
		});
	}

	async #confirm(id: number): Promise<void> {
		const { database, mail, now } = this.#context;
		const order = await database.db.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirst();
		if (!order || order.user_id === null || order.mailed_at !== null) return;
		const person = await database.db.selectFrom('users').select(['name', 'email']).where('id', '=', order.user_id).executeTakeFirst();
		if (!person) return;
		const subject = order.subscription_id === null ? `Your Microjoule order ${order.reference}` : 'Your Microjoule licence was renewed';
		await mail.send({ to: person.email, subject, text: this.#confirmation(person.name, order, await linesOf(database.db, id)) });
		await database.db.updateTable('orders').set({ mailed_at: now() }).where('id', '=', id).execute();
	}

	#confirmation(name: string, { reference, subscription_id, net, tax_rate, tax, total, currency, invoice }: OrderRow, lines: readonly OrderLineRow[]): string {
		const { publicUrl } = this.#context;
		const amount = (value: number) => money(value, currency);
		const first = subscription_id === null;
		return [
			`Hello ${name},`,
			first ? 'thank you for your order. It is paid, and the licences are in your account.' : 'your licence was renewed.',
			[
				...lines.map(({ type, term, quantity, unit_net }) => `${quantity} × ${type}, ${term}: ${amount(quantity * unit_net)}`),
				`Net ${amount(net)}, tax (${tax_rate} %) ${amount(tax)}, total ${amount(total)}`,
			].join('\n'),
			`Invoice ${invoice}: ${publicUrl}/orders/${reference}${this.#payments ? `\n${this.#payments.remark}` : ''}`,
			...(first
				? [
						[
							'How to begin:',
							`1. In the dashboard open File > User Management (Ctrl-U) and log in as ${name}. An engine of your own finds this portal with: microjoule serve --portal ${publicUrl}`,
							'2. Press Reserve beside a licence. Its toolbox works on that computer until you press Return.',
							'In a script or test job: microjoule login, microjoule licences, microjoule reserve ID.',
						].join('\n'),
						`Your licences, to move or share them, and to cancel renewals: ${publicUrl}/licences`,
					]
				: []),
			'',
		].join('\n\n');
	}
}

function day(time: number): string {
	return new Date(time).toISOString().slice(0, 10);
}

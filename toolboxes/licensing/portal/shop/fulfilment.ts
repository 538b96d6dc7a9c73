/**
 * What a payment event does, in one transaction with the record that it was handled: a paid order becomes licences and an invoice, a paid renewal
 * a further period. The same event again does nothing, and so does a second payment of an order.
 */

import { sql } from 'kysely';
import { MicrojouleError } from '../../../../drivers/errors.ts';
import type { Audit } from '../audit.ts';
import type { PortalContext } from '../context.ts';
import type { Tx } from '../database/database.ts';
import type { Licences } from '../licences.ts';
import { type Actor, portalItself } from '../reservations.ts';
import { graceMs, periodEnd } from './calendar.ts';
import type { ShopMail } from './mails.ts';
import { linesOf, type OrderRow } from './orders.ts';
import type { PaymentEvent } from './payments.ts';
import type { SubscriptionRow } from './renewals.ts';

/** Ids of events are kept for so long; no provider repeats one after that. */
const keptMs = 30 * 86_400_000;

/** What is to be done once the transaction is committed. */
interface Outcome {
	/** These users' licences look different. */
	readonly users: number[];
	paid?: OrderRow;
	/** Its renewal failed for the first time. */
	failed?: SubscriptionRow;
}

export class Fulfilment {
	readonly #context: PortalContext;
	readonly #licences: Licences;
	readonly #audit: Audit;
	readonly #mail: ShopMail;

	constructor(context: PortalContext, licences: Licences, audit: Audit, mail: ShopMail) {
		this.#context = context;
		this.#licences = licences;
		this.#audit = audit;
		this.#mail = mail;
	}

	/** NOT_FOUND: no such order; INVALID_VALUE: another sum than the order's. */
	async handle(event: PaymentEvent): Promise<void> {
		const outcome = await this.#context.database.transaction(async (tx) => {
			const result: Outcome = { users: [] };
			const fresh = await tx
				.insertInto('webhooks')
				.values({ id: event.id, received_at: this.#context.now() })
				.onConflict((conflict) => conflict.doNothing())
				.returning('id')
				.executeTakeFirst();
			if (fresh) await this.#apply(tx, event, result);
			return result;
		});
		await this.#licences.changed(outcome.users);
		if (outcome.paid) this.#mail.confirm(outcome.paid.id);
		if (outcome.failed) this.#mail.renewalFailed(outcome.failed);
	}

	async forget(): Promise<void> {
		await this.#context.database.db
			.deleteFrom('webhooks')
			.where('received_at', '<=', this.#context.now() - keptMs)
			.execute();
	}

	async #apply(tx: Tx, { reference, type, payment, amount, currency, method }: PaymentEvent, outcome: Outcome): Promise<void> {
		const { database, log } = this.#context;
		const found = await tx.selectFrom('orders').select(['subscription_id']).where('reference', '=', reference).executeTakeFirst();
		if (!found) throw new MicrojouleError('NOT_FOUND', `There is no order ${reference}.`, { reference });
		// Subscription, order, licence: everybody locks in this sequence.
		const subscription =
			found.subscription_id === null ? undefined : await database.forUpdate(tx.selectFrom('subscriptions').selectAll().where('id', '=', found.subscription_id)).executeTakeFirst();
		const order = await database.forUpdate(tx.selectFrom('orders').selectAll().where('reference', '=', reference)).executeTakeFirstOrThrow();
		if (order.status === 'paid') return;
		if (amount !== order.total || currency !== order.currency)
			throw new MicrojouleError('INVALID_VALUE', `The order ${reference} is of ${order.total} ${order.currency}, and the payment of ${amount} ${currency}; nothing was done.`, {
				reference,
			});
		if (type !== 'payment.succeeded') {
			// Where it was cancelled meanwhile it stays so, and only money opens it again.
			if (order.status === 'cancelled') return;
			const status = type === 'payment.pending' ? 'pending' : type === 'payment.declined' ? 'declined' : 'draft';
			await tx.updateTable('orders').set({ status }).where('id', '=', order.id).execute();
			if (type !== 'payment.declined' || subscription?.status !== 'active') return;
			await tx.updateTable('subscriptions').set({ status: 'failing' }).where('id', '=', subscription.id).execute();
			outcome.failed = subscription;
			return;
		}
		const paid = { status: 'paid', paid_at: this.#context.now(), payment_id: payment, invoice: await nextInvoice(tx) } as const;
		await tx.updateTable('orders').set(paid).where('id', '=', order.id).execute();
		outcome.paid = order;
		const buyer = order.user_id === null ? undefined : await tx.selectFrom('users').select(['id', 'name']).where('id', '=', order.user_id).executeTakeFirst();
		const done = buyer && (found.subscription_id === null ? await this.#deliver(tx, order, buyer, method, outcome) : await this.#extend(tx, subscription, method, outcome));
		if (!done) log.error({ reference, payment }, `The order ${reference} was paid after its account or licence was deleted; give the money back at the payment provider.`);
	}

	/** Every licence that renews gets a subscription of its own, so that each can be cancelled by itself. */
	async #deliver(tx: Tx, order: OrderRow, buyer: Actor & { id: number }, method: string, { users }: Outcome): Promise<boolean> {
		const now = this.#context.now();
		for (const { type, term, quantity, unit_net } of await linesOf(tx, order.id)) {
			const end = periodEnd(term, now, now);
			if (end === undefined) {
				await this.#licences.grant(tx, buyer, { ownerId: buyer.id, type, term, quantity, expiresAt: null });
				continue;
			}
			const { currency, country } = order;
			const terms = { type, term, unit_net, currency, country, payment_method: method, anchor_at: now, period_end_at: end, next_try_at: end, created_at: now };
			const subscriptions = await tx
				.insertInto('subscriptions')
				.values(Array.from({ length: quantity }, () => ({ ...terms, user_id: buyer.id, status: 'active' as const })))
				.returning('id')
				.execute();
			for (const { id } of subscriptions) await this.#licences.grant(tx, buyer, { ownerId: buyer.id, type, term, expiresAt: end + graceMs, subscriptionId: id });
		}
		users.push(buyer.id);
		return true;
	}

	/** A further period. What has stopped working already begins anew now: nobody pays for time in which it did not work. */
	async #extend(tx: Tx, subscription: SubscriptionRow | undefined, method: string, { users }: Outcome): Promise<boolean> {
		if (!subscription) return false;
		const { database, now } = this.#context;
		const licence = await database.forUpdate(tx.selectFrom('licences').selectAll().where('subscription_id', '=', subscription.id)).executeTakeFirst();
		if (!licence) return false;
		const cancelled = subscription.status === 'cancelled';
		const stopped = (licence.expires_at ?? 0) <= now();
		const anchor = stopped ? now() : subscription.anchor_at;
		const end = periodEnd(subscription.term, anchor, stopped ? now() : subscription.period_end_at) as number;
		await tx
			.updateTable('subscriptions')
			.set({ status: cancelled ? 'cancelled' : 'active', anchor_at: anchor, period_end_at: end, next_try_at: cancelled ? null : end, payment_method: method })
			.where('id', '=', subscription.id)
			.execute();
		const expires = cancelled ? end : end + graceMs;
		await tx.updateTable('licences').set({ expires_at: expires }).where('id', '=', licence.id).execute();
		await this.#audit.record({ user: portalItself, action: 'renew', licence: licence.id, details: { until: new Date(end).toISOString() } }, tx);
		users.push(licence.owner_id, subscription.user_id);
		return true;
	}
}

/** Numbers without holes: the counter changes in the transaction that uses it. */
async function nextInvoice(tx: Tx): Promise<number> {
	await tx
		.insertInto('settings')
		.values({ name: 'invoice', value: '0' })
		.onConflict((conflict) => conflict.doNothing())
		.execute();
	const { value } = await tx
		.updateTable('settings')
		.set({ value: sql<string>`cast(cast(value as integer) + 1 as text)` })
		.where('name', '=', 'invoice')
		.returning('value')
		.executeTakeFirstOrThrow();
	return Number(value);
}

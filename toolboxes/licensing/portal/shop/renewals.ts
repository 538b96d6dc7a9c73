/**
 * Subscriptions: monthly and yearly licences renew by themselves until they are cancelled.
 *
 *     active ── period's end, charged ──► active (a period longer)
 *       │            └── declined ──► failing ── charged again, every day ──► active
 *       └── cancelled: runs to the period's end          └── after seven days ──► lapsed
 *
 * Until it is cancelled, a licence's own expiry is seven days after the period's end: so long a renewal may fail while the licence works.
 */

import type { Selectable } from 'kysely';
import { MicrojouleError, messageOf } from '../../../../drivers/errors.ts';
import type { Audit } from '../audit.ts';
import type { PortalContext } from '../context.ts';
import type { Tx } from '../database/database.ts';
import type { SubscriptionTable } from '../database/tables.ts';
import type { Licences, SignedIn } from '../licences.ts';
import { portalItself } from '../reservations.ts';
import { graceMs, retryMs } from './calendar.ts';
import type { ShopMail } from './mails.ts';
import { buyerOf, insertOrder, type OrderRow, openStatus } from './orders.ts';
import type { PaymentProvider, PaymentRequest } from './payments.ts';
import { type PriceList, sumsOf } from './prices.ts';

export type SubscriptionRow = Selectable<SubscriptionTable>;

export interface Subscription {
	readonly id: number;
	readonly licence: number;
	/** The licence's owner: another user once it was moved. */
	readonly owner: string;
	readonly type: string;
	readonly term: string;
	readonly status: SubscriptionRow['status'];
	/** ISO 8601, UTC. */
	readonly periodEnd: string;
	/** Net, a period. */
	readonly price: number;
	readonly currency: string;
}

/** What is to be done about a subscription that is due, once that is committed. */
type Step = { readonly charge: PaymentRequest; readonly method: string } | { readonly lapsed: SubscriptionRow } | undefined;

export class Renewals {
	readonly #context: PortalContext;
	readonly #licences: Licences;
	readonly #audit: Audit;
	readonly #prices: PriceList;
	readonly #payments: PaymentProvider | undefined;
	readonly #mail: ShopMail;

	constructor(context: PortalContext, licences: Licences, audit: Audit, prices: PriceList, payments: PaymentProvider | undefined, mail: ShopMail) {
		this.#context = context;
		this.#licences = licences;
		this.#audit = audit;
		this.#prices = prices;
		this.#payments = payments;
		this.#mail = mail;
	}

	/** Those that a user pays, by licence. */
	async list(user: number): Promise<Subscription[]> {
		const rows = await this.#context.database.db
			.selectFrom('subscriptions')
			.innerJoin('licences', 'licences.subscription_id', 'subscriptions.id')
			.innerJoin('users', 'users.id', 'licences.owner_id')
			.select(['subscriptions.id', 'licences.id as licence', 'users.name as owner', 'subscriptions.type', 'subscriptions.term', 'status', 'period_end_at', 'unit_net', 'currency'])
			.where('user_id', '=', user)
			.orderBy('licences.id')
			.execute();
		return rows.map(({ period_end_at, unit_net: price, ...row }) => ({ ...row, periodEnd: new Date(period_end_at).toISOString(), price }));
	}

	/** Renews no more; the licence works until the period's end. Twice is once. NOT_FOUND. */
	async cancel(user: SignedIn, id: number): Promise<void> {
		const users = [user.id];
		await this.#context.database.transaction(async (tx) => {
			const subscription = await this.#locked(tx, id);
			if (subscription?.user_id !== user.id) throw new MicrojouleError('NOT_FOUND', `There is no subscription ${id} among yours.`, { subscription: id });
			if (subscription.status === 'cancelled' || subscription.status === 'lapsed') return;
			await this.#end(tx, subscription, 'cancelled');
			const licence = await tx
				.updateTable('licences')
				.set({ expires_at: subscription.period_end_at })
				.where('subscription_id', '=', id)
				.returning(['id', 'owner_id'])
				.executeTakeFirst();
			if (licence) users.push(licence.owner_id);
			await this.#audit.record({ user, action: 'cancel renewal', licence: licence?.id, address: user.address }, tx);
		});
		await this.#licences.changed(users);
	}

	/** Charges what is due, and ends what could not be charged for too long. */
	async renewDue(): Promise<void> {
		const payments = this.#payments;
		if (!payments) return;
		const { database, now, log } = this.#context;
		const due = await database.db
			.selectFrom('subscriptions')
			.select('id')
			.where('status', 'in', ['active', 'failing'])
			.where('next_try_at', '<=', now())
			.orderBy('next_try_at')
			.execute();
		for (const { id } of due) {
			try {
				const step = await database.transaction((tx) => this.#claim(tx, id));
				if (!step) continue;
				if ('charge' in step) await payments.charge(step.charge, step.method);
				else this.#mail.lapsed(step.lapsed);
			} catch (error) {
				log.error({ error, subscription: id }, `The subscription ${id} could not be renewed and is tried again tomorrow: ${messageOf(error)}`);
			}
		}
	}

	/** Decides what is due, and that it is not due any more: of several portals one charges, and one that stops in between charges the next day. */
	async #claim(tx: Tx, id: number): Promise<Step> {
		const now = this.#context.now();
		const subscription = await this.#locked(tx, id);
		if (!subscription || (subscription.status !== 'active' && subscription.status !== 'failing') || (subscription.next_try_at ?? Number.POSITIVE_INFINITY) > now) return undefined;
		const licence = await tx.selectFrom('licences').select('id').where('subscription_id', '=', id).executeTakeFirst();
		if (!licence) {
			await this.#end(tx, subscription, 'cancelled');
			return undefined;
		}
		const lastDay = subscription.period_end_at + graceMs;
		if (subscription.status === 'failing' && now >= lastDay) {
			await this.#end(tx, subscription, 'lapsed');
			await this.#audit.record({ user: portalItself, action: 'lapse', licence: licence.id }, tx);
			return { lapsed: subscription };
		}
		const next = now < lastDay ? Math.min(now + retryMs, lastDay) : now + retryMs;
		await tx.updateTable('subscriptions').set({ next_try_at: next }).where('id', '=', id).execute();
		const { reference, total: amount, currency } = await this.#order(tx, subscription, now);
		return { charge: { reference, amount, currency }, method: subscription.payment_method };
	}

	/** The order of this renewal: made for the first try, and the same in all further ones. */
	async #order(tx: Tx, { id, user_id, type, term, unit_net: unitNet, currency, country }: SubscriptionRow, now: number): Promise<OrderRow> {
		const open = await tx.updateTable('orders').set({ status: 'pending' }).where('subscription_id', '=', id).where('status', 'in', openStatus).returningAll().executeTakeFirst();
		if (open) return open;
		const buyer = buyerOf(await tx.selectFrom('users').select(['name', 'email']).where('id', '=', user_id).executeTakeFirstOrThrow());
		const lines = [{ type, term, quantity: 1, unitNet, net: unitNet }];
		const taxRate = this.#prices.taxRate(country) ?? (await lastTaxRate(tx, user_id, country));
		return insertOrder(tx, { user: user_id, buyer, country, quote: { lines, ...sumsOf(lines, taxRate, currency) }, status: 'pending', subscription: id, now });
	}

	async #end(tx: Tx, { id }: SubscriptionRow, status: 'cancelled' | 'lapsed'): Promise<void> {
		await tx.updateTable('subscriptions').set({ status, next_try_at: null }).where('id', '=', id).execute();
		await tx.updateTable('orders').set({ status: 'cancelled' }).where('subscription_id', '=', id).where('status', 'in', openStatus).execute();
	}

	#locked(tx: Tx, id: number): Promise<SubscriptionRow | undefined> {
		return this.#context.database.forUpdate(tx.selectFrom('subscriptions').selectAll().where('id', '=', id)).executeTakeFirst();
	}
}

/** For a country that the price list does not name any more: the rate of the user's last order from there. */
async function lastTaxRate(tx: Tx, user: number, country: string): Promise<number> {
	const { tax_rate } = await tx.selectFrom('orders').select('tax_rate').where('user_id', '=', user).where('country', '=', country).orderBy('id', 'desc').executeTakeFirstOrThrow();
	return tax_rate;
}

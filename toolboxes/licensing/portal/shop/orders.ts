/**
 * Orders: what a basket costs, placing one, and showing an account its own. An order keeps the prices it was placed at. It is paid at the
 * payment provider; `fulfilment.ts` does what has to happen then.
 */

import { randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import { MicrojouleError } from '../../../../drivers/errors.ts';
import type { PortalContext } from '../context.ts';
import type { Tx } from '../database/database.ts';
import type { OrderLineTable, OrderTable } from '../database/tables.ts';
import { invoicePage } from './invoice.ts';
import type { PaymentProvider } from './payments.ts';
import type { Basket, PricedLine, PriceList, Quote, Sums } from './prices.ts';

export type OrderRow = Selectable<OrderTable>;
export type OrderLineRow = Selectable<OrderLineTable>;

export interface Order extends Sums {
	readonly reference: string;
	readonly status: OrderRow['status'];
	readonly country: string;
	readonly lines: readonly PricedLine[];
	/** The invoice's number; null until it is paid. */
	readonly invoice: number | null;
	/** Of a subscription, made by the portal itself. */
	readonly renewal: boolean;
	/** ISO 8601, UTC. */
	readonly created: string;
	readonly paid: string | null;
}

/** An account may have so many unpaid ones; they are cancelled by themselves after `openForMs`. */
const maxOpen = 50;
const openForMs = 14 * 86_400_000;
/** The status of an order that may still be paid. */
export const openStatus = ['draft', 'pending', 'declined'] as const;

export class Orders {
	readonly #context: PortalContext;
	readonly #prices: PriceList;
	readonly #payments: PaymentProvider | undefined;

	constructor(context: PortalContext, prices: PriceList, payments: PaymentProvider | undefined) {
		this.#context = context;
		this.#prices = prices;
		this.#payments = payments;
	}

	/** INVALID_VALUE. */
	quote(basket: Basket): Quote {
		return this.#prices.quote(basket);
	}

	/** Places an order, at today's prices, and answers the address where it is paid. INVALID_VALUE, NOT_SUPPORTED. */
	async place(user: number, basket: Basket): Promise<Order & { checkoutUrl: string }> {
		const payments = this.#payments;
		if (!payments) throw new MicrojouleError('NOT_SUPPORTED', 'This portal takes no payments; ask its administrator for licences, or to start it with --allow-sandbox-payments.');
		const quote = this.quote(basket);
		const { country } = basket;
		const order = await this.#context.database.transaction(async (tx) => {
			const { name, email } = await tx.updateTable('users').set({ country }).where('id', '=', user).returning(['name', 'email']).executeTakeFirstOrThrow();
			const open = await tx.selectFrom('orders').select('id').where('user_id', '=', user).where('status', 'in', openStatus).execute();
			if (open.length >= maxOpen)
				throw new MicrojouleError('INVALID_VALUE', `${open.length} of your orders wait to be paid; pay one of those, or wait until they are cancelled.`, { open: open.length });
			return insertOrder(tx, { user, buyer: buyerOf({ name, email }), country, quote, status: 'draft', now: this.#context.now() });
		});
		const { reference, total: amount, currency } = order;
		const checkoutUrl = await payments.checkout({ reference, amount, currency });
		return { ...(await this.one(user, reference)), checkoutUrl };
	}

	/** Newest first. */
	async list(user: number): Promise<Order[]> {
		const { db } = this.#context.database;
		const rows = await db.selectFrom('orders').selectAll().where('user_id', '=', user).orderBy('id', 'desc').execute();
		if (rows.length === 0) return [];
		const ids = rows.map(({ id }) => id);
		const lines = await db.selectFrom('order_lines').selectAll().where('order_id', 'in', ids).orderBy('id').execute();
		const byOrder = Map.groupBy(lines, ({ order_id }) => order_id);
		return rows.map((row) => view(row, byOrder.get(row.id) ?? []));
	}

	/** NOT_FOUND, also where it is somebody else's. */
	async one(user: number, reference: string): Promise<Order> {
		const { row, lines } = await this.#find(user, reference);
		return view(row, lines);
	}

	/** The order, if it may still be paid. NOT_FOUND, INVALID_VALUE: it was paid or cancelled. */
	async payable(user: number, reference: string): Promise<Order> {
		const order = await this.one(user, reference);
		if (openStatus.some((status) => status === order.status)) return order;
		throw new MicrojouleError('INVALID_VALUE', `The order ${reference} is ${order.status} already; place another one.`, { reference, status: order.status });
	}

	/** The invoice as an HTML document of its own. NOT_FOUND. */
	async invoice(user: number, reference: string): Promise<string> {
		const { row, lines } = await this.#find(user, reference);
		if (row.invoice === null) throw new MicrojouleError('NOT_FOUND', `The order ${reference} is not paid; its invoice is made when it is.`, { reference });
		return invoicePage(view(row, lines), { number: row.invoice, buyer: row.buyer, seller: this.#prices.seller, remark: this.#payments?.remark });
	}

	/** Cancels what was not paid for too long. Orders of renewals end with their subscription. */
	async cancelForgotten(): Promise<void> {
		const before = this.#context.now() - openForMs;
		await this.#context.database.db
			.updateTable('orders')
			.set({ status: 'cancelled' })
			.where('status', 'in', openStatus)
			.where('subscription_id', 'is', null)
			.where('created_at', '<=', before)
			.execute();
	}

	async #find(user: number, reference: string): Promise<{ row: OrderRow; lines: OrderLineRow[] }> {
		const { db } = this.#context.database;
		const row = await db.selectFrom('orders').selectAll().where('reference', '=', reference).where('user_id', '=', user).executeTakeFirst();
		if (!row) throw new MicrojouleError('NOT_FOUND', `There is no order ${reference} among yours.`, { reference });
		return { row, lines: await linesOf(db, row.id) };
	}
}

export interface NewOrder {
	readonly user: number;
	readonly buyer: string;
	readonly country: string;
	readonly quote: Quote;
	readonly status: 'draft' | 'pending';
	readonly subscription?: number;
	readonly now: number;
}

export async function insertOrder(tx: Tx, { user, buyer, country, quote, status, subscription, now }: NewOrder): Promise<OrderRow> {
	const { currency, net, tax, total, taxRate, lines } = quote;
	const order = await tx
		.insertInto('orders')
		.values({
			...{ reference: randomBytes(16).toString('base64url'), user_id: user, buyer, status, country, currency, net, tax, total, tax_rate: taxRate },
			...{ subscription_id: subscription ?? null, created_at: now },
		})
		.returningAll()
		.executeTakeFirstOrThrow();
	await tx
		.insertInto('order_lines')
		.values(lines.map(({ type, term, quantity, unitNet }) => ({ order_id: order.id, type, term, quantity, unit_net: unitNet })))
		.execute();
	return order;
}

export function linesOf(db: Pick<Tx, 'selectFrom'>, order: number): Promise<OrderLineRow[]> {
	return db.selectFrom('order_lines').selectAll().where('order_id', '=', order).orderBy('id').execute();
}

/** As invoices name a buyer. */
export function buyerOf({ name, email }: { readonly name: string; readonly email: string }): string {
	return `${name} <${email}>`;
}

function view(row: OrderRow, lines: readonly OrderLineRow[]): Order {
	const { reference, status, country, currency, net, tax, total, tax_rate: taxRate, invoice, subscription_id, created_at, paid_at } = row;
	return {
		...{ reference, status, country, currency, net, taxRate, tax, total, invoice },
		lines: lines.map(({ type, term, quantity, unit_net: unitNet }) => ({ type, term, quantity, unitNet, net: unitNet * quantity })),
		renewal: subscription_id !== null,
		created: new Date(created_at).toISOString(),
		paid: paid_at === null ? null : new Date(paid_at).toISOString(),
	};
}

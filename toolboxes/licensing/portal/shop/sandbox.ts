/**
 * The sandbox: a payment provider that moves no money, for trying the shop and for a lab's own portal. It keeps a book of its own and tells the
 * shop what happened as a live provider does, by signed messages to the portal's webhook, repeated until they are acknowledged.
 *
 *     open ── pay ──► succeeded        one payment an order: once it has succeeded nothing changes it
 *       │ ▲    ├────► declined ── pay …
 *       │ │    └────► confirming ── approve ──► succeeded
 *       │ └──────────────┴───────── cancel ───► cancelled ── pay …
 */

import { randomBytes } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Selectable } from 'kysely';
import { MicrojouleError, messageOf } from '../../../../drivers/errors.ts';
import type { PortalContext } from '../context.ts';
import type { Tx } from '../database/database.ts';
import type { SandboxPaymentTable } from '../database/tables.ts';
import type { PaymentEvent, PaymentProvider, PaymentRequest } from './payments.ts';
import { sign, signatureHeader, webhookPath } from './webhook.ts';

export type SandboxPayment = Selectable<SandboxPaymentTable>;

export interface Card {
	/** Digits; spaces do not matter. */
	readonly number: string;
	/** MM/YY */
	readonly expiry: string;
	readonly cvc: string;
}

/** What each card does: at the checkout, and when it is charged again. No other card exists here. */
const cards: Readonly<Record<string, { readonly checkout: 'succeeded' | 'declined' | 'confirming'; readonly again: 'succeeded' | 'declined' }>> = {
	4242424242424242: { checkout: 'succeeded', again: 'succeeded' },
	4000000000000002: { checkout: 'declined', again: 'declined' },
	4000002500003155: { checkout: 'confirming', again: 'succeeded' },
	4000000000000341: { checkout: 'succeeded', again: 'declined' },
};
const payPal = 'paypal';

const firstRetryMs = 5000;
const lastRetryMs = 3_600_000;
/** About three days. */
const maxTries = 80;
const answerWithinMs = 10_000;

export interface SandboxOptions {
	readonly secret: string;
	/** Where the portal listens, `http://127.0.0.1:1907`: known once it does. */
	readonly address: () => string;
}

export class Sandbox implements PaymentProvider {
	readonly remark = 'Paid in the sandbox of the portal: no money has moved.';
	readonly #context: PortalContext;
	readonly #options: SandboxOptions;

	constructor(context: PortalContext, options: SandboxOptions) {
		this.#context = context;
		this.#options = options;
	}

	async checkout(request: PaymentRequest): Promise<string> {
		await this.#context.database.transaction((tx) => this.#open(tx, request));
		return `/checkout/${request.reference}`;
	}

	async charge(request: PaymentRequest, method: string): Promise<void> {
		await this.#context.database.transaction((tx) => this.#open(tx, request));
		await this.#settle(request.reference, chargedAgain(method), method);
	}

	/**
	 * The buyer pays by card: made, or to be confirmed at the address that is answered. An order that was paid before stays paid, and is not paid twice.
	 * PAYMENT_FAILED, INVALID_VALUE, NOT_FOUND.
	 */
	async payByCard(reference: string, { number, expiry, cvc }: Card): Promise<{ confirmUrl?: string }> {
		const digits = number.replaceAll(/[ -]/g, '');
		const [, month, year] = /^(0[1-9]|1[0-2]) ?\/ ?(\d\d)$/.exec(expiry) ?? [];
		if (!/^\d{12,19}$/.test(digits)) throw new MicrojouleError('INVALID_VALUE', 'The card number is not one: it has 12 to 19 digits.');
		if (month === undefined) throw new MicrojouleError('INVALID_VALUE', `The card's expiry is "${expiry}"; write month and year, such as 09/30.`);
		if (!/^\d{3,4}$/.test(cvc)) throw new MicrojouleError('INVALID_VALUE', 'The security code is not one: it has three or four digits.');
		const expired = this.#context.now() >= Date.UTC(2000 + Number(year), Number(month));
		const outcome = expired ? 'declined' : (cards[digits]?.checkout ?? 'declined');
		const payment = await this.#settle(reference, outcome, cardMethod(digits));
		if (payment.status === 'declined') {
			const why = expired ? `The card has expired (${expiry}).` : `The card ending in ${digits.slice(-4)} was declined.`;
			throw new MicrojouleError('PAYMENT_FAILED', `${why} Try another one, or pay another way.`, { reference });
		}
		return payment.status === 'confirming' ? { confirmUrl: confirmUrl(payment) } : {};
	}

	/** The buyer goes to a page like PayPal's. NOT_FOUND. */
	async payByPayPal(reference: string): Promise<{ confirmUrl?: string }> {
		const payment = await this.#settle(reference, 'confirming', payPal);
		return payment.status === 'confirming' ? { confirmUrl: confirmUrl(payment) } : {};
	}

	/** NOT_FOUND. */
	async payment(id: string): Promise<SandboxPayment> {
		const row = await this.#context.database.db.selectFrom('sandbox_payments').selectAll().where('id', '=', id).executeTakeFirst();
		if (!row) throw noSuchPayment();
		return row;
	}

	/** The buyer confirms, or goes back, on the page. Where nothing waits for that, nothing happens. */
	async decide({ reference, status, method }: SandboxPayment, approved: boolean): Promise<void> {
		if (status === 'confirming') await this.#settle(reference, approved ? 'succeeded' : 'cancelled', method, 'confirming');
	}

	/** Tells the shop once more what it has not acknowledged. */
	async redeliver(): Promise<void> {
		const { database, now } = this.#context;
		const due = await database.db.selectFrom('sandbox_events').selectAll().where('next_try_at', '<=', now()).orderBy('next_try_at').limit(100).execute();
		for (const { id, body, tries } of due) {
			const delay = Math.min(firstRetryMs * 2 ** tries, lastRetryMs);
			await database.db
				.updateTable('sandbox_events')
				.set({ tries: tries + 1, next_try_at: now() + delay })
				.where('id', '=', id)
				.execute();
			await this.#deliver(id, body, tries + 1);
		}
	}

	async #open(tx: Tx, { reference, amount, currency }: PaymentRequest): Promise<void> {
		await tx
			.insertInto('sandbox_payments')
			.values({ id: `pay_${random()}`, reference, amount, currency, status: 'open', method: '', created_at: this.#context.now() })
			.onConflict((conflict) => conflict.doNothing())
			.execute();
	}

	/** Writes the outcome into the book with the message about it, and delivers that. Answers the payment as it is then. */
	async #settle(reference: string, status: SandboxPayment['status'], method: string, from?: SandboxPayment['status']): Promise<SandboxPayment> {
		const { database, now } = this.#context;
		const { payment, event } = await database.transaction(async (tx) => {
			const before = await database.forUpdate(tx.selectFrom('sandbox_payments').selectAll().where('reference', '=', reference)).executeTakeFirst();
			if (!before) throw noSuchPayment();
			if (before.status === 'succeeded' || (from !== undefined && before.status !== from)) return { payment: before };
			await tx.updateTable('sandbox_payments').set({ status, method }).where('id', '=', before.id).execute();
			const { id: payment, amount, currency } = before;
			const type = status === 'confirming' ? 'payment.pending' : (`payment.${status}` as PaymentEvent['type']);
			const told: PaymentEvent = { id: `evt_${random()}`, type, reference, payment, amount, currency, method: status === 'succeeded' ? method : '' };
			const event = { id: told.id, body: JSON.stringify(told), tries: 0, next_try_at: now() + answerWithinMs + firstRetryMs };
			await tx.insertInto('sandbox_events').values(event).execute();
			return { payment: { ...before, status, method }, event };
		});
		if (event) await this.#deliver(event.id, event.body, 0);
		return payment;
	}

	async #deliver(id: string, body: string, tries: number): Promise<void> {
		const { database, log } = this.#context;
		try {
			await this.#post(body);
		} catch (error) {
			log.warn({ event: id }, `The sandbox's message to the shop was not taken: ${messageOf(error)}`);
			if (tries < maxTries) return;
		}
		await database.db.deleteFrom('sandbox_events').where('id', '=', id).execute();
	}

	/** To the portal itself, under the name by which it is known. Its certificate need not be checked: what counts is the signature. */
	#post(body: string): Promise<void> {
		const url = new URL(webhookPath, this.#options.address());
		const { now, publicUrl } = this.#context;
		const headers = {
			host: new URL(publicUrl).host,
			'content-type': 'application/json',
			'content-length': Buffer.byteLength(body),
			[signatureHeader]: sign(this.#options.secret, body, now()),
		};
		const options = { method: 'POST', headers, agent: false as const, timeout: answerWithinMs };
		return new Promise((resolve, reject) => {
			const request = url.protocol === 'https:' ? requestHttps(url, { ...options, rejectUnauthorized: false }) : requestHttp(url, options);
			request.on('timeout', () => request.destroy(new Error('no answer in time')));
			request.on('error', reject);
			request.on('response', (response) => {
				response.resume();
				if (response.statusCode === 200) resolve();
				else reject(new Error(`answered ${response.statusCode}`));
			});
			request.end(body);
		});
	}
}

function cardMethod(digits: string): string {
	return `card-${digits.slice(-4)}`;
}

function chargedAgain(method: string): 'succeeded' | 'declined' {
	if (method === payPal) return 'succeeded';
	return Object.entries(cards).find(([digits]) => cardMethod(digits) === method)?.[1].again ?? 'declined';
}

function confirmUrl({ id }: SandboxPayment): string {
	return `/api/sandbox/payments/${id}`;
}

function noSuchPayment(): MicrojouleError {
	return new MicrojouleError('NOT_FOUND', 'There is no such payment. Open the order and pay it from there.');
}

function random(): string {
	return randomBytes(16).toString('base64url');
}

/** The shop, put together: price list, orders, subscriptions, the payment provider and its way back in. */

import type { Audit } from '../audit.ts';
import type { PortalContext } from '../context.ts';
import type { Licences } from '../licences.ts';
import type { Chore } from '../sweep.ts';
import { Fulfilment } from './fulfilment.ts';
import { ShopMail } from './mails.ts';
import { Orders } from './orders.ts';
import { PriceList } from './prices.ts';
import { Renewals } from './renewals.ts';
import { Sandbox } from './sandbox.ts';
import { verifiedEvent, webhookSecret } from './webhook.ts';

export interface ShopOptions {
	/** Another price list than the one that comes along. */
	readonly priceFile?: string;
	/** Without it nothing can be bought, and nothing renews. */
	readonly sandbox: boolean;
	/** Where the portal listens; known once it does. */
	readonly address: () => string;
}

export class Shop {
	readonly prices: PriceList;
	readonly orders: Orders;
	readonly renewals: Renewals;
	readonly sandbox: Sandbox | undefined;
	readonly chores: readonly Chore[];
	readonly #context: PortalContext;
	readonly #secret: string;
	readonly #fulfilment: Fulfilment;
	readonly #mail: ShopMail;

	/** NOT_FOUND, INVALID_VALUE: the price list. */
	static async open(context: PortalContext, licences: Licences, audit: Audit, options: ShopOptions): Promise<Shop> {
		return new Shop(context, licences, audit, options, await webhookSecret(context));
	}

	private constructor(context: PortalContext, licences: Licences, audit: Audit, { priceFile, sandbox, address }: ShopOptions, secret: string) {
		this.#context = context;
		this.#secret = secret;
		this.prices = PriceList.read(priceFile);
		this.sandbox = sandbox ? new Sandbox(context, { secret, address }) : undefined;
		this.#mail = new ShopMail(context, this.sandbox);
		this.orders = new Orders(context, this.prices, this.sandbox);
		this.renewals = new Renewals(context, licences, audit, this.prices, this.sandbox, this.#mail);
		this.#fulfilment = new Fulfilment(context, licences, audit, this.#mail);
		this.chores = [
			{ name: 'renewal of subscriptions', work: () => this.renewals.renewDue() },
			{ name: 'repetition of payment messages', work: async () => this.sandbox?.redeliver() },
			{ name: 'end of forgotten orders', work: () => this.orders.cancelForgotten() },
			{ name: 'mailing of confirmations', work: () => this.#mail.confirmLate() },
			{ name: 'forgetting of old payment messages', work: () => this.#fulfilment.forget() },
		];
	}

	/** A delivery of the payment provider. FORBIDDEN, INVALID_VALUE, NOT_FOUND. */
	async receive(body: string, signature: string | undefined): Promise<void> {
		await this.#fulfilment.handle(verifiedEvent(this.#secret, body, signature, this.#context.now()));
	}

	/** Waits for mails that are on their way. */
	close(): Promise<void> {
		return this.#mail.close();
	}
}

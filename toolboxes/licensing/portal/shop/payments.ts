/**
 * What the shop knows of a payment provider. It is asked for money here; whether it came is told by signed events on the webhook and in no other
 * way, as `webhook.ts` describes. `sandbox.ts` is the one provider.
 */

import { type Static, Type } from 'typebox';

export interface PaymentRequest {
	/** The order's. A provider takes the money for one order once, however often it is asked. */
	readonly reference: string;
	/** In the smallest unit of the currency. */
	readonly amount: number;
	readonly currency: string;
}

export interface PaymentProvider {
	/** Printed on mails and invoices: what the buyer should know of how it was paid. */
	readonly remark: string;
	/** Opens a payment and answers the address of the page where the buyer makes it. */
	checkout(request: PaymentRequest): Promise<string>;
	/** Charges what an earlier payment was made with; `method` is that of its event. */
	charge(request: PaymentRequest, method: string): Promise<void>;
}

const name = Type.String({ minLength: 1, maxLength: 100 });

/** A payment waits for its buyer's bank, was made, was refused, or was given up by its buyer. */
export const paymentEventSchema = Type.Object({
	/** Of the event: the same however often it is delivered. */
	id: name,
	type: Type.Union([Type.Literal('payment.pending'), Type.Literal('payment.succeeded'), Type.Literal('payment.declined'), Type.Literal('payment.cancelled')]),
	reference: name,
	payment: name,
	amount: Type.Integer({ minimum: 0 }),
	currency: name,
	/** The handle for charging again; empty where nothing was charged. */
	method: Type.String({ maxLength: 200 }),
});
export type PaymentEvent = Static<typeof paymentEventSchema>;

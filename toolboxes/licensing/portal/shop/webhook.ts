/**
 * The payment provider's way into the shop: a body signed with a secret that both know, and the time of the signature with it.
 *
 *     payment-signature: t=1800000000000,v1=<hex of HMAC-SHA256(secret, "<t>.<body>")>
 *
 * A message without a valid signature, or with an old one, does nothing. A repeated event does nothing either; the shop keeps the ids.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Value } from 'typebox/value';
import { MicrojouleError } from '../../../../drivers/errors.ts';
import type { PortalContext } from '../context.ts';
import { type PaymentEvent, paymentEventSchema } from './payments.ts';

export const signatureHeader = 'payment-signature';
export const webhookPath = '/api/webhooks/payments';

/** A signature is good for this long, before and after its time. */
const toleranceMs = 300_000;

export function sign(secret: string, body: string, now: number): string {
	return `t=${now},v1=${mac(secret, body, now).toString('hex')}`;
}

/** The event of a delivery. FORBIDDEN: not signed by the provider, or too long ago; INVALID_VALUE: no event. */
export function verifiedEvent(secret: string, body: string, signature: string | undefined, now: number): PaymentEvent {
	const [, time, given] = /^t=(\d{1,15}),v1=([0-9a-f]{64})$/.exec(signature ?? '') ?? [];
	if (time === undefined || !timingSafeEqual(mac(secret, body, Number(time)), Buffer.from(given, 'hex')))
		throw new MicrojouleError('FORBIDDEN', `The header ${signatureHeader} is not the payment provider's signature of this message.`);
	if (Math.abs(now - Number(time)) > toleranceMs)
		throw new MicrojouleError('FORBIDDEN', `The message was signed at ${time} ms, more than five minutes from now; sign it anew.`, { signed: Number(time), now });
	let event: unknown;
	try {
		event = JSON.parse(body);
	} catch (error) {
		throw new MicrojouleError('INVALID_VALUE', 'The message is signed, but no JSON.', {}, error);
	}
	if (Value.Check(paymentEventSchema, event)) return event;
	const [first] = Value.Errors(paymentEventSchema, event);
	throw new MicrojouleError('INVALID_VALUE', `The message is no payment event: ${first?.instancePath.slice(1) ?? ''} ${first?.message ?? ''}.`);
}

/** The secret that signs, made at the first call and the same for every process of this portal. */
export async function webhookSecret({ database: { db } }: PortalContext): Promise<string> {
	const row = { name: 'webhook-secret', value: randomBytes(32).toString('base64url') };
	await db
		.insertInto('settings')
		.values(row)
		.onConflict((conflict) => conflict.doNothing())
		.execute();
	return (await db.selectFrom('settings').select('value').where('name', '=', row.name).executeTakeFirstOrThrow()).value;
}

function mac(secret: string, body: string, time: number): Buffer {
	return createHmac('sha256', secret).update(`${time}.${body}`).digest();
}

/**
 * What an engine and a portal say to each other on the WebSocket `/api/engine`: JSON, one object a message. The engine asks and is answered
 * by `id`; the portal pushes what has changed. The session token travels in the upgrade's Authorization header, never in an address.
 *
 *     engine  {"id":1,"type":"hello",…}                    portal  {"id":1,"result":{…}} or {"id":1,"error":{"code","message","details"}}
 *     portal  {"push":"revoke","lease":"…","reason":"…"}   engine  {"id":7,"type":"revoked","lease":"…"}
 */

import { type Static, Type } from 'typebox';
import type { licenceSchema } from './licence.ts';

const id = Type.Integer({ minimum: 0 });
const leaseId = Type.String({ minLength: 1, maxLength: 64 });

/** The first request on a connection: who asks, and which leases it holds. The portal answers which of them are still good. */
const hello = Type.Object({
	id,
	type: Type.Literal('hello'),
	computer: Type.Object({ id: Type.String({ minLength: 16, maxLength: 64 }), hostname: Type.String({ minLength: 1, maxLength: 253 }) }),
	version: Type.String({ maxLength: 64 }),
	leases: Type.Array(leaseId, { maxItems: 1000 }),
});
const list = Type.Object({ id, type: Type.Literal('list') });
/**
 * With `ttl` (s) the lease lasts so long, is renewed while its user lives, and lapses by itself. `supersedes`: stored leases that this one replaces.
 * `lease`: a random id that the engine chooses, so that it can name the lease even where the answer was lost; else the portal chooses one.
 */
const reserve = Type.Object({
	id,
	type: Type.Literal('reserve'),
	licence: Type.Integer(),
	ttl: Type.Optional(Type.Number({ minimum: 1, maximum: 86_400 })),
	supersedes: Type.Optional(Type.Array(leaseId, { maxItems: 1000 })),
	lease: Type.Optional(Type.String({ minLength: 22, maxLength: 64 })),
});
const renew = Type.Object({ id, type: Type.Literal('renew'), lease: leaseId });
/** The engine has locked already: the lease is over when this is answered. */
const giveBack = Type.Object({ id, type: Type.Literal('return'), licence: Type.Integer() });
/** Answers a push `revoke`: the toolbox is locked and the lease destroyed. */
const revoked = Type.Object({ id, type: Type.Literal('revoked'), lease: leaseId });
/** Instruments that the engine sees, for the account's hardware list. */
const hardware = Type.Object({
	id,
	type: Type.Literal('hardware'),
	instruments: Type.Array(
		Type.Object({
			serial: Type.String({ minLength: 1, maxLength: 100 }),
			model: Type.String({ maxLength: 100 }),
			name: Type.String({ maxLength: 200 }),
			firmware: Type.String({ maxLength: 100 }),
		}),
		{ maxItems: 200 },
	),
});

export const engineRequestSchema = Type.Union([hello, list, reserve, renew, giveBack, revoked, hardware]);
export type EngineRequest = Static<typeof engineRequestSchema>;

/** A lease as it is handed out: the signed text and when it runs out, on the portal's clock (ms since 1970) and as a duration. */
export const issuedLeaseSchema = Type.Object({ lease: leaseId, jws: Type.String(), expires: Type.Number(), durationS: Type.Number() });
export type IssuedLease = Static<typeof issuedLeaseSchema>;

/** The answers, by type of request. */
export interface EngineResults {
	/** `good`: leases that may go on (each is followed by a renew); `gone`: leases that are over and must be destroyed. `now`: the portal's clock, ms. */
	readonly hello: { readonly user: string; readonly now: number; readonly good: readonly string[]; readonly gone: readonly string[] };
	readonly list: { readonly licences: readonly Static<typeof licenceSchema>[] };
	readonly reserve: IssuedLease;
	readonly renew: IssuedLease;
	readonly return: Record<string, never>;
	readonly revoked: Record<string, never>;
	readonly hardware: Record<string, never>;
}

/** Why a lease ends before its time. */
export const revokeReasons = [
	'returned in the portal',
	'no longer shared',
	'returned by an administrator',
	'returned by another program on this computer',
	'expired',
	'account deleted',
] as const;
export type RevokeReason = (typeof revokeReasons)[number];

export type PortalPush =
	/** The engine locks, destroys the lease and answers with `revoked`. */
	| { readonly push: 'revoke'; readonly lease: string; readonly licence: number; readonly reason: RevokeReason }
	/** Something about the user's licences is different: ask for the list. */
	| { readonly push: 'licences' }
	/** The session is over; the connection closes after this. */
	| { readonly push: 'signed-out'; readonly reason: string };

/**
 * Issues leases: how long one lasts, and its signature. A stored lease lasts the offline time, which an administrator may set; one that is
 * tied to a process lasts its `ttl`; none outlasts its licence.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { signLease } from '../lease.ts';
import { clockToleranceS } from '../licence.ts';
import type { IssuedLease } from '../wire.ts';
import type { PortalContext } from './context.ts';
import type { Db } from './database/database.ts';
import type { Keys } from './keys.ts';
import type { LicenceRow } from './reservations.ts';

export const defaultOfflineHours = 24;
export const maxOfflineHours = 14 * 24;
const setting = 'offline-hours';

export interface LeaseTimes {
	/** ms since 1970. */
	readonly issued_at: number;
	readonly held_until: number;
}

export class LeaseSigning {
	readonly #context: PortalContext;
	readonly #keys: Keys;

	constructor(context: PortalContext, keys: Keys) {
		this.#context = context;
		this.#keys = keys;
	}

	/** A lease from now on, and what its row must say. `db`: the transaction that the row is written in. */
	async issue(
		db: Db,
		{ id, ttl_s }: { readonly id: string; readonly ttl_s: number | null },
		{ id: licence, type, expires_at }: LicenceRow,
		user: { readonly id: number; readonly name: string },
		computer: string,
	): Promise<{ issued: IssuedLease; times: LeaseTimes }> {
		const now = this.#context.now();
		const lasts = ttl_s === null ? Math.floor((await readOfflineHours(this.#context, db)) * 3_600_000) : ttl_s * 1000;
		const expires = Math.min(now + lasts, expires_at ?? Number.POSITIVE_INFINITY);
		const jws = await signLease({ jti: id, licence, licenceType: type, sub: user.name, uid: user.id, computer, iat: now / 1000, exp: expires / 1000 }, this.#keys.current);
		return {
			issued: { lease: id, jws, expires, durationS: (expires - now) / 1000 },
			// Its holder judges a stored lease by the computer's own clock, one with a ttl by the time since it asked.
			times: { issued_at: now, held_until: ttl_s === null ? expires + clockToleranceS * 1000 : expires },
		};
	}
}

/** How long a stored lease works without the portal, h: what an administrator has set, else what the portal was started with. */
export async function readOfflineHours({ database, offlineHours }: PortalContext, db: Db = database.db): Promise<number> {
	const row = await db.selectFrom('settings').select('value').where('name', '=', setting).executeTakeFirst();
	return row ? Number(row.value) : offlineHours;
}

/** For leases issued from now on. INVALID_VALUE. */
export async function writeOfflineHours(db: Db, hours: number): Promise<void> {
	const value = String(checkOfflineHours(hours));
	await db
		.insertInto('settings')
		.values({ name: setting, value })
		.onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
		.execute();
}

/** INVALID_VALUE. */
export function checkOfflineHours(hours: number): number {
	if (Number.isFinite(hours) && hours > 0 && hours <= maxOfflineHours) return hours;
	throw new MicrojouleError('INVALID_VALUE', `The offline time of ${hours} h must lie above 0 and at most at ${maxOfflineHours} h (14 days).`, { hours });
}

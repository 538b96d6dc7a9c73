/**
 * Who holds which licence. A reservation binds a licence to a user and a computer and has one row in `leases` for each process that holds a
 * lease of it; it ends with the last of them, and only then is the licence free. A lease ends when its holder says so, or when the time in its
 * row has passed: never because somebody wishes it. That is why no licence has two holders.
 *
 *     free ── reserve ──► reserved ── return, stop sharing, expiry ──► returning ── revoked by every holder, or their time is up ──► free
 *
 * Every change of a licence locks its row first and reads what it decides on after that, so that on PostgreSQL too changes come one after
 * the other. What others must hear of goes out once the change is committed.
 */

import { randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import { MicrojouleError } from '../../../drivers/errors.ts';
import type { IssuedLease, RevokeReason } from '../wire.ts';
import type { Audit } from './audit.ts';
import type { PortalContext } from './context.ts';
import type { Db, Tx } from './database/database.ts';
import type { LicenceTable } from './database/tables.ts';
import type { LeaseSigning, LeaseTimes } from './lease-signing.ts';
import type { Notice } from './notices.ts';

export type LicenceRow = Selectable<LicenceTable>;

/** Who does something, for the audit log. The portal itself has no id. */
export interface Actor {
	readonly id: number | null;
	readonly name: string;
	readonly address?: string | null;
}

export const portalItself: Actor = { id: null, name: 'portal' };

/** A signed-in user's engine or program. */
export interface EngineIdentity {
	readonly user: Actor & { readonly id: number };
	readonly computer: { readonly id: string; readonly hostname: string };
}

export interface ReserveRequest {
	readonly licence: number;
	/** s */
	readonly ttl?: number;
	readonly supersedes?: readonly string[];
	readonly lease?: string;
}

export interface LeaseOf {
	readonly lease: string;
	readonly licence: number;
}

/** A lease that is to end. */
export interface Revocation extends LeaseOf {
	readonly reason: RevokeReason;
}

/** How long a return waits for holders to lock before it answers that the licence is on its way back. */
const revokeWaitMs = 1500;

export class Reservations {
	readonly #context: PortalContext;
	readonly #audit: Audit;
	readonly #signing: LeaseSigning;

	constructor(context: PortalContext, audit: Audit, signing: LeaseSigning) {
		this.#context = context;
		this.#audit = audit;
		this.#signing = signing;
	}

	/** NOT_FOUND, LICENCE_EXPIRED, LICENCE_TAKEN, LEASE_INVALID (the id it wants is taken). */
	async reserve(engine: EngineIdentity, { licence: id, ttl, supersedes = [], lease = newId() }: ReserveRequest): Promise<IssuedLease> {
		const { user, computer } = engine;
		const { db } = this.#context.database;
		// Without a lock first: those who ask again and again for a licence that is taken hold nobody up.
		const seen = await db.selectFrom('licences').selectAll().where('id', '=', id).executeTakeFirst();
		if (!seen) throw noSuchLicence(id);
		await this.#mayReserve(db, seen, engine, this.#context.now());
		return this.change(async (tx, notices) => {
			const licence = await this.locked(tx, id);
			const now = this.#context.now();
			await this.settle(tx, licence, notices, now);
			const mine = await this.#mayReserve(tx, licence, engine, now);
			const reservation = licence.reservation ?? newId();
			if (!mine) notices.push(await lookAgain(tx, licence, user.id));
			const holder = { reservation, reserved_user_id: user.id, reserved_computer: computer.id, reserved_hostname: computer.hostname, reserved_at: licence.reserved_at ?? now };
			await tx.updateTable('licences').set(holder).where('id', '=', id).execute();
			if (supersedes.length > 0) await tx.deleteFrom('leases').where('reservation', '=', reservation).where('id', 'in', supersedes).execute();
			// The engine asks again for a lease whose answer was lost.
			const before = await tx.selectFrom('leases').select(['reservation', 'held_until']).where('id', '=', lease).executeTakeFirst();
			if (before && before.reservation !== reservation) throw over(lease);
			await tx.deleteFrom('leases').where('id', '=', lease).execute();
			const row = { id: lease, licence_id: id, reservation, ttl_s: ttl === undefined ? null : Math.ceil(ttl) };
			const { issued, times } = await this.#signing.issue(tx, row, licence, user, computer.id);
			await tx
				.insertInto('leases')
				.values({ ...row, ...longest(times, before) })
				.execute();
			await this.#note(tx, user, 'reserve', id, { computer: computer.id, hostname: computer.hostname, ...(ttl === undefined ? {} : { ttl }) });
			return issued;
		});
	}

	/** The same lease, with more time. LEASE_INVALID: it is over or not of this user and computer; LICENCE_EXPIRED. */
	renew({ user, computer }: EngineIdentity, lease: string): Promise<IssuedLease> {
		return this.change(async (tx) => {
			const held = await this.#held(tx, lease, user.id, computer.id);
			const now = this.#context.now();
			if (!held || held.row.held_until <= now) throw over(lease);
			const { licence, row } = held;
			if (licence.returning_at !== null)
				throw new MicrojouleError('LEASE_INVALID', `The reservation of licence ${licence.id} has ended: ${licence.returning_reason}.`, { reason: licence.returning_reason });
			if (isExpired(licence, now)) throw expired(licence);
			const { issued, times } = await this.#signing.issue(tx, row, licence, user, computer.id);
			await tx.updateTable('leases').set(longest(times, row)).where('id', '=', lease).execute();
			return issued;
		});
	}

	/**
	 * The engine has locked and destroyed the leases `held` that it had of this licence. Other processes on its computer are asked to do the same.
	 * A licence that is not reserved is returned already. NOT_FOUND, LICENCE_TAKEN.
	 */
	returnFromEngine({ user, computer }: EngineIdentity, id: number, held: readonly string[]): Promise<void> {
		return this.change(async (tx, notices) => {
			const licence = await this.locked(tx, id);
			if (licence.reserved_user_id !== user.id && !(await mayUse(tx, licence, user.id))) throw noSuchLicence(id);
			await this.settle(tx, licence, notices);
			if (licence.reservation === null) return;
			if (licence.reserved_user_id !== user.id || licence.reserved_computer !== computer.id) throw await taken(tx, licence);
			if (held.length > 0) {
				const ended = await tx.deleteFrom('leases').where('reservation', '=', licence.reservation).where('id', 'in', held).returning('id').execute();
				for (const { id: lease } of ended) notices.push({ type: 'lease-ended', lease });
			}
			await this.#note(tx, user, 'return', id, { computer: computer.id, hostname: computer.hostname });
			await this.end(tx, licence, 'returned by another program on this computer', notices);
		});
	}

	/** A holder has locked and destroyed a lease. One that is over already is as good. LEASE_INVALID: not of this user and computer. */
	async revoked({ user, computer }: EngineIdentity, lease: string): Promise<void> {
		await this.change(async (tx, notices) => {
			const held = await this.#held(tx, lease, user.id, computer.id);
			if (!held) return;
			const { licence } = held;
			await tx.deleteFrom('leases').where('id', '=', lease).execute();
			notices.push({ type: 'lease-ended', lease });
			await this.#note(tx, user, 'lock', licence.id, { computer: computer.id, hostname: computer.hostname, reason: licence.returning_reason });
			if ((await leasesOf(tx, licence)).length === 0) await this.#free(tx, licence, notices);
		});
	}

	/** Which of an engine's leases may go on, which are over, and of the latter those that count until their holder has said that it locked. */
	async check({ user, computer }: EngineIdentity, leases: readonly string[]): Promise<{ good: LeaseOf[]; gone: string[]; revocations: Revocation[] }> {
		const now = this.#context.now();
		const rows = (await this.#leasesWithLicences(leases)).filter((row) => row.reserved_user_id === user.id && row.reserved_computer === computer.id);
		const isGood = (row: (typeof rows)[number]) => row.returning_at === null && row.held_until > now && !isExpired(row, now);
		const good = new Set(rows.filter(isGood).map(({ lease }) => lease));
		return {
			good: rows.filter(isGood).map(({ lease, licence }) => ({ lease, licence })),
			gone: leases.filter((lease) => !good.has(lease)),
			revocations: rows.filter(({ lease }) => !good.has(lease)).map(({ lease, licence, returning_reason }) => ({ lease, licence, reason: returning_reason ?? 'expired' })),
		};
	}

	/** Those of `leases` whose end somebody waits for. */
	async pending(leases: readonly string[]): Promise<Revocation[]> {
		const rows = await this.#leasesWithLicences(leases);
		return rows.flatMap(({ lease, licence, returning_reason: reason }) => (reason === null ? [] : [{ lease, licence, reason }]));
	}

	/** Ends what its time has ended: leases, and the reservations of expired licences. */
	async lapse(): Promise<void> {
		const { database, now } = this.#context;
		const over = await database.db.selectFrom('leases').select('licence_id as id').distinct().where('held_until', '<=', now()).execute();
		for (const { id } of over)
			await this.change(async (tx, notices) => {
				const licence = await this.#lock(tx, id);
				if (licence) await this.settle(tx, licence, notices);
			});
		const expired = await database.db
			.selectFrom('licences')
			.select('id')
			.where('reservation', 'is not', null)
			.where('returning_at', 'is', null)
			.where('expires_at', '<=', now())
			.execute();
		for (const { id } of expired)
			await this.change(async (tx, notices) => {
				const licence = await this.#lock(tx, id);
				if (!licence || licence.reservation === null || licence.returning_at !== null || !isExpired(licence, now())) return;
				await this.#note(tx, portalItself, 'return', id, { reason: 'expired' });
				await this.end(tx, licence, 'expired', notices);
			});
	}

	/**
	 * Asks every holder of the licence's reservation to lock. Free at once where none is left; else on its way back, and its leases' ids are
	 * returned. `licence` is locked by the transaction.
	 */
	async end(tx: Tx, licence: LicenceRow, reason: RevokeReason, notices: Notice[]): Promise<readonly string[]> {
		await this.settle(tx, licence, notices);
		if (licence.reservation === null) return [];
		const leases = await leasesOf(tx, licence);
		if (leases.length === 0) {
			await this.#free(tx, licence, notices);
			return [];
		}
		if (licence.returning_at === null) {
			const returning = { returning_at: this.#context.now(), returning_reason: reason };
			await tx.updateTable('licences').set(returning).where('id', '=', licence.id).execute();
			Object.assign(licence, returning);
			notices.push(await lookAgain(tx, licence));
		}
		notices.push({ type: 'revoke', licence: licence.id, reason: licence.returning_reason ?? reason, leases });
		return leases;
	}

	/** Runs `work`, which answers the leases that it ended, and waits until their holders have locked, for a while. */
	async endAndWait(work: () => Promise<readonly string[]>): Promise<void> {
		const ended = new Set<string>();
		let look = () => {};
		const stop = this.#context.notices.on((notice) => {
			if (notice.type !== 'lease-ended') return;
			ended.add(notice.lease);
			look();
		});
		try {
			const leases = await work();
			await new Promise<void>((resolve) => {
				const timer = setTimeout(resolve, revokeWaitMs);
				look = () => {
					if (!leases.every((lease) => ended.has(lease))) return;
					clearTimeout(timer);
					resolve();
				};
				look();
			});
		} finally {
			stop();
		}
	}

	/** A transaction, and then the notices that it has collected. Those are hints: they may get lost, the change may not. */
	async change<T>(work: (tx: Tx, notices: Notice[]) => Promise<T>): Promise<T> {
		const notices: Notice[] = [];
		const result = await this.#context.database.transaction((tx) => {
			notices.length = 0;
			return work(tx, notices);
		});
		try {
			for (const notice of notices) await this.#context.notices.publish(notice);
		} catch (error) {
			this.#context.log.warn({ error }, 'a notice could not be published');
		}
		return result;
	}

	/** The licence, locked for the rest of the transaction. NOT_FOUND. */
	async locked(tx: Tx, id: number): Promise<LicenceRow> {
		const licence = await this.#lock(tx, id);
		if (!licence) throw noSuchLicence(id);
		return licence;
	}

	#lock(tx: Tx, id: number): Promise<LicenceRow | undefined> {
		return this.#context.database.forUpdate(tx.selectFrom('licences').selectAll().where('id', '=', id)).executeTakeFirst();
	}

	/** Whether the licence is reserved to this user and computer already. NOT_FOUND, LICENCE_EXPIRED, LICENCE_TAKEN. */
	async #mayReserve(db: Db, licence: LicenceRow, { user, computer }: EngineIdentity, now: number): Promise<boolean> {
		if (!(await mayUse(db, licence, user.id))) throw noSuchLicence(licence.id);
		if (isExpired(licence, now)) throw expired(licence);
		if (licence.reservation === null) return false;
		if (licence.reserved_user_id === user.id && licence.reserved_computer === computer.id && licence.returning_at === null) return true;
		const until = await heldUntil(db, licence);
		if (until > now) throw await taken(db, licence, until);
		return false;
	}

	/** A lease's row and its licence, locked; undefined if the lease is over. LEASE_INVALID: held by another user or computer. */
	async #held(tx: Tx, lease: string, user: number, computer: string) {
		const find = () => tx.selectFrom('leases').selectAll().where('id', '=', lease).executeTakeFirst();
		const found = await find();
		const licence = found && (await this.#lock(tx, found.licence_id));
		// Read again: it may have ended while the lock was waited for.
		const row = licence && (await find());
		if (!row) return undefined;
		if (licence.reserved_user_id !== user || licence.reserved_computer !== computer) throw over(lease);
		return { licence, row };
	}

	#leasesWithLicences(leases: readonly string[]) {
		return this.#context.database.db
			.selectFrom('leases')
			.innerJoin('licences', 'licences.id', 'leases.licence_id')
			.select(['leases.id as lease', 'licences.id as licence', 'held_until', 'reserved_user_id', 'reserved_computer', 'returning_at', 'returning_reason', 'expires_at'])
			.where('leases.id', 'in', leases.length > 0 ? leases : [''])
			.execute();
	}

	/** Takes leases away whose time has passed, and frees the licence of `licence` if none is left. */
	async settle(tx: Tx, licence: LicenceRow, notices: Notice[], now = this.#context.now()): Promise<void> {
		if (licence.reservation === null) return;
		const over = await tx.deleteFrom('leases').where('licence_id', '=', licence.id).where('held_until', '<=', now).returning('id').execute();
		if (over.length === 0) return;
		for (const { id } of over) notices.push({ type: 'lease-ended', lease: id });
		if ((await leasesOf(tx, licence)).length > 0) return;
		await this.#note(tx, portalItself, 'return', licence.id, { reason: licence.returning_reason ?? 'its lease ran out' });
		await this.#free(tx, licence, notices);
	}

	async #free(tx: Tx, licence: LicenceRow, notices: Notice[]): Promise<void> {
		notices.push(await lookAgain(tx, licence));
		const free = {
			reservation: null,
			reserved_user_id: null,
			reserved_computer: null,
			reserved_hostname: null,
			reserved_at: null,
			returning_at: null,
			returning_reason: null,
		};
		await tx.updateTable('licences').set(free).where('id', '=', licence.id).execute();
		Object.assign(licence, free);
	}

	#note(tx: Tx, { id, name, address }: Actor, action: string, licence: number, details: Record<string, unknown>): Promise<void> {
		return this.#audit.record({ user: { id, name }, action, licence, details, address }, tx);
	}
}

/** The owner, or somebody the licence is shared with. */
export async function mayUse(db: Db, { id, owner_id }: LicenceRow, user: number): Promise<boolean> {
	if (owner_id === user) return true;
	return (await db.selectFrom('shares').select('user_id').where('licence_id', '=', id).where('user_id', '=', user).executeTakeFirst()) !== undefined;
}

/** Tells everybody who sees the licence: owner, sharees, holder, and `others`. */
export async function lookAgain(tx: Tx, { id, owner_id, reserved_user_id }: LicenceRow, ...others: number[]): Promise<Notice> {
	const shares = await tx.selectFrom('shares').select('user_id').where('licence_id', '=', id).execute();
	const users = new Set([owner_id, ...shares.map(({ user_id }) => user_id), ...(reserved_user_id === null ? [] : [reserved_user_id]), ...others]);
	return { type: 'licences', users: [...users] };
}

export function isExpired({ expires_at }: Pick<LicenceRow, 'expires_at'>, now: number): boolean {
	return expires_at !== null && expires_at <= now;
}

export function noSuchLicence(id: number): MicrojouleError {
	return new MicrojouleError('NOT_FOUND', `There is no licence ${id} among yours. Look the numbers up in the list of your licences.`, { licence: id });
}

/** When the last of its leases counts as over, ms since 1970; 0 where there is none. */
async function heldUntil(db: Db, { id }: LicenceRow): Promise<number> {
	const { until } = await db
		.selectFrom('leases')
		.select((e) => e.fn.max('held_until').as('until'))
		.where('licence_id', '=', id)
		.executeTakeFirstOrThrow();
	return until ?? 0;
}

/** Says who holds it, on which computer, and until when it is on its way back. */
export async function taken(db: Db, licence: LicenceRow, until?: number): Promise<MicrojouleError> {
	const { id, reserved_user_id, reserved_hostname, returning_at } = licence;
	const holder = await db
		.selectFrom('users')
		.select('name')
		.where('id', '=', reserved_user_id ?? -1)
		.executeTakeFirst();
	const user = holder?.name ?? 'a deleted account';
	const returningUntil = returning_at === null ? null : new Date(until ?? (await heldUntil(db, licence))).toISOString();
	const remedy =
		returningUntil === null ? 'Return it there, or in the portal.' : `It was returned, but that computer cannot be reached: it is free at ${returningUntil} at the latest.`;
	return new MicrojouleError('LICENCE_TAKEN', `Licence ${id} is reserved to ${user} on ${reserved_hostname}. ${remedy}`, {
		licence: id,
		user,
		hostname: reserved_hostname,
		returningUntil,
	});
}

function expired({ id, expires_at }: LicenceRow): MicrojouleError {
	const expires = new Date(expires_at ?? 0).toISOString();
	return new MicrojouleError('LICENCE_EXPIRED', `Licence ${id} has expired at ${expires}. Renew it or buy another in the portal.`, { licence: id, expires });
}

function over(lease: string): MicrojouleError {
	return new MicrojouleError('LEASE_INVALID', 'This lease is over, or belongs to another user or computer. Reserve the licence again.', { lease });
}

/** A lease's new times, and its old end where that is later: it is not known which of them its holder has. */
function longest(times: LeaseTimes, before: { readonly held_until: number } | undefined): LeaseTimes {
	return { ...times, held_until: Math.max(times.held_until, before?.held_until ?? 0) };
}

async function leasesOf(tx: Tx, { id }: LicenceRow): Promise<string[]> {
	return (await tx.selectFrom('leases').select('id').where('licence_id', '=', id).execute()).map(({ id }) => id);
}

function newId(): string {
	return randomBytes(16).toString('base64url');
}

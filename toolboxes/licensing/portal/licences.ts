/**
 * The licences of the portal's users: granting, listing, sharing, moving, and returning from the portal's pages. Who holds one is the business
 * of `reservations`.
 */

import { type Selectable, sql } from 'kysely';
import { MicrojouleError } from '../../../drivers/errors.ts';
import type { Licence, LicenceType, Term } from '../licence.ts';
import type { RevokeReason } from '../wire.ts';
import type { Audit } from './audit.ts';
import type { PortalContext } from './context.ts';
import type { Tx } from './database/database.ts';
import type { LicenceTable, UserTable } from './database/tables.ts';
import type { Keys } from './keys.ts';
import { LeaseSigning } from './lease-signing.ts';
import type { Notice } from './notices.ts';
import { type Actor, isExpired, type LicenceRow, lookAgain, mayUse, noSuchLicence, Reservations, taken } from './reservations.ts';

/** A signed-in user. */
export type SignedIn = Actor & { readonly id: number };

export interface Grant {
	readonly ownerId: number;
	readonly type: LicenceType;
	readonly term: Term;
	/** That many licences. Default 1. */
	readonly quantity?: number;
	/** ms since 1970; null: perpetual. */
	readonly expiresAt: number | null;
	readonly subscriptionId?: number;
}

export class Licences {
	readonly #context: PortalContext;
	readonly #audit: Audit;
	readonly reservations: Reservations;

	constructor(context: PortalContext, audit: Audit, keys: Keys) {
		this.#context = context;
		this.#audit = audit;
		this.reservations = new Reservations(context, audit, new LeaseSigning(context, keys));
	}

	/** Makes licences, in the transaction `tx`; who made it calls `changed` once it is committed. Returns their ids. */
	async grant(tx: Tx, by: Actor, { ownerId, type, term, quantity = 1, expiresAt, subscriptionId }: Grant): Promise<number[]> {
		const row = { type, term, owner_id: ownerId, expires_at: expiresAt, subscription_id: subscriptionId ?? null, created_at: this.#context.now() };
		const made = await tx
			.insertInto('licences')
			.values(Array.from({ length: quantity }, () => row))
			.returning('id')
			.execute();
		for (const { id } of made) await this.#note(tx, by, 'grant', id, { type, term, owner: ownerId });
		return made.map(({ id }) => id);
	}

	/** Tells these users' engines to look at their licences again. */
	async changed(users: readonly number[]): Promise<void> {
		await this.reservations.change(async (_tx, notices) => void notices.push({ type: 'licences', users }));
	}

	/** Those a user owns and those shared with it, by id; `computer`: the asking engine's id. */
	async list(user: number, computer?: string): Promise<Licence[]> {
		await this.reservations.lapse();
		const { db } = this.#context.database;
		const rows = await db
			.selectFrom('licences')
			.selectAll()
			.where((e) => e.or([e('owner_id', '=', user), e('id', 'in', e.selectFrom('shares').select('licence_id').where('user_id', '=', user))]))
			.orderBy('id')
			.execute();
		return this.views(rows, user, computer);
	}

	/** One licence, as `user` sees it. NOT_FOUND. */
	async one(id: number, user: number): Promise<Licence> {
		await this.reservations.lapse();
		const row = await this.#context.database.db.selectFrom('licences').selectAll().where('id', '=', id).executeTakeFirst();
		if (!row) throw noSuchLicence(id);
		return (await this.views([row], user))[0];
	}

	/**
	 * Ends the reservation from the portal: its holder, its owner or, `asAdmin`, an administrator. Answers the licence as it is after a moment: free,
	 * or on its way back where a holder cannot be reached. One that is free is returned already. NOT_FOUND, LICENCE_TAKEN.
	 */
	async return(id: number, by: SignedIn, { asAdmin = false } = {}): Promise<Licence> {
		await this.reservations.endAndWait(() =>
			this.reservations.change(async (tx, notices) => {
				const licence = await this.reservations.locked(tx, id);
				const holds = licence.reserved_user_id === by.id;
				if (!asAdmin && !holds && !(await mayUse(tx, licence, by.id))) throw noSuchLicence(id);
				if (licence.reservation === null) return [];
				const own = holds || licence.owner_id === by.id;
				if (!own && !asAdmin) throw await taken(tx, licence);
				await this.#note(tx, by, 'return', id, { computer: licence.reserved_computer, hostname: licence.reserved_hostname });
				return this.reservations.end(tx, licence, own ? 'returned in the portal' : 'returned by an administrator', notices);
			}),
		);
		return this.one(id, by.id);
	}

	/** Another user owns it from now on; shares end. FORBIDDEN, NOT_FOUND, LICENCE_RESERVED, INVALID_VALUE. */
	async move(id: number, by: SignedIn, name: string): Promise<void> {
		await this.reservations.change(async (tx, notices) => {
			const licence = await this.#owned(tx, id, by, 'moved');
			const user = await verifiedUser(tx, name);
			if (user.id === by.id) throw new MicrojouleError('INVALID_VALUE', `Licence ${id} is yours already; name another user.`, { user: user.name });
			await this.reservations.settle(tx, licence, notices);
			if (licence.reservation !== null)
				throw new MicrojouleError('LICENCE_RESERVED', `Licence ${id} is reserved on ${licence.reserved_hostname}; return it before it is moved.`, {
					licence: id,
					hostname: licence.reserved_hostname,
				});
			notices.push(await lookAgain(tx, licence, user.id));
			await tx.deleteFrom('shares').where('licence_id', '=', id).execute();
			await tx.updateTable('licences').set({ owner_id: user.id }).where('id', '=', id).execute();
			await this.#note(tx, by, 'move', id, { to: user.name });
		});
	}

	/** Lets a user reserve it while it is free. Sharing twice is sharing once. FORBIDDEN, NOT_FOUND, INVALID_VALUE. */
	async share(id: number, by: SignedIn, name: string): Promise<void> {
		await this.reservations.change(async (tx, notices) => {
			const licence = await this.#owned(tx, id, by, 'shared');
			const user = await verifiedUser(tx, name);
			if (user.id === by.id) throw new MicrojouleError('INVALID_VALUE', `Licence ${id} is yours; name the user to share it with.`, { user: user.name });
			await tx
				.insertInto('shares')
				.values({ licence_id: id, user_id: user.id, created_at: this.#context.now() })
				.onConflict((conflict) => conflict.doNothing())
				.execute();
			await this.#note(tx, by, 'share', id, { with: user.name });
			notices.push(await lookAgain(tx, licence));
		});
	}

	/** Ends a share, and the reservation of that user if there is one, as `return` does. Twice is once. FORBIDDEN, NOT_FOUND. */
	async stopSharing(id: number, by: SignedIn, name: string): Promise<void> {
		await this.reservations.endAndWait(() =>
			this.reservations.change(async (tx, notices) => {
				const licence = await this.#owned(tx, id, by, 'shared');
				const user = await userNamed(tx, name);
				notices.push(await lookAgain(tx, licence, user.id));
				await tx.deleteFrom('shares').where('licence_id', '=', id).where('user_id', '=', user.id).execute();
				await this.#note(tx, by, 'stop sharing', id, { with: user.name });
				return licence.reserved_user_id === user.id && user.id !== by.id ? this.reservations.end(tx, licence, 'no longer shared', notices) : [];
			}),
		);
	}

	/**
	 * Before an account is deleted: ends what it holds, and what others hold of its own licences. Waits for the holders as `return` does. What
	 * still counts after that stays taken until its leases have run out.
	 */
	async release(user: SignedIn): Promise<void> {
		await this.reservations.endAndWait(() => this.reservations.change((tx, notices) => this.endAll(tx, user, notices)));
	}

	/** As `release`, within the transaction `tx`, which has these licences locked from then on, and does not wait. Returns the leases that count still. */
	async endAll(tx: Tx, user: SignedIn, notices: Notice[]): Promise<string[]> {
		const reason: RevokeReason = 'account deleted';
		const licences = await this.#context.database
			.forUpdate(
				tx
					.selectFrom('licences')
					.selectAll()
					.where((e) => e.or([e('reserved_user_id', '=', user.id), e('owner_id', '=', user.id)]))
					.orderBy('id'),
			)
			.execute();
		const leases: string[] = [];
		for (const licence of licences) {
			if (licence.reservation === null) continue;
			if (licence.returning_at === null) await this.#note(tx, user, 'return', licence.id, { reason });
			leases.push(...(await this.reservations.end(tx, licence, reason, notices)));
		}
		return leases;
	}

	/** For an administrator: all licences whose owner or holder has `search` in the name, by id, and how many pages of `pageSize` there are. */
	async all({ search = '', page = 1, pageSize = 50 }: { search?: string; page?: number; pageSize?: number }, viewer: number): Promise<{ licences: Licence[]; pages: number }> {
		await this.reservations.lapse();
		const { db } = this.#context.database;
		const pattern = `%${search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
		const matching = db
			.selectFrom('licences')
			.innerJoin('users as owner', 'owner.id', 'licences.owner_id')
			.leftJoin('users as holder', 'holder.id', 'licences.reserved_user_id')
			.where((e) => e.or([sql<boolean>`${e.ref('owner.name_key')} like ${pattern} escape '\\'`, sql<boolean>`${e.ref('holder.name_key')} like ${pattern} escape '\\'`]));
		const { count } = await matching.select((e) => e.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
		const rows = await matching
			.selectAll('licences')
			.orderBy('licences.id')
			.limit(pageSize)
			.offset((page - 1) * pageSize)
			.execute();
		return { licences: await this.views(rows, viewer), pages: Math.max(1, Math.ceil(count / pageSize)) };
	}

	/** Rows as `viewer` sees them. */
	async views(rows: readonly Selectable<LicenceTable>[], viewer: number, computer?: string): Promise<Licence[]> {
		if (rows.length === 0) return [];
		const { db } = this.#context.database;
		const now = this.#context.now();
		const ids = rows.map(({ id }) => id);
		const people = new Set(rows.flatMap(({ owner_id, reserved_user_id }) => (reserved_user_id === null ? [owner_id] : [owner_id, reserved_user_id])));
		const names = new Map(
			(
				await db
					.selectFrom('users')
					.select(['id', 'name'])
					.where('id', 'in', [...people])
					.execute()
			).map(({ id, name }) => [id, name]),
		);
		const shares = await db
			.selectFrom('shares')
			.innerJoin('users', 'users.id', 'shares.user_id')
			.select(['licence_id', 'name'])
			.where('licence_id', 'in', ids)
			.orderBy('name_key')
			.execute();
		const returning = rows.filter(({ returning_at }) => returning_at !== null).map(({ id }) => id);
		const until = new Map<number, number>();
		if (returning.length > 0) {
			const ends = await db
				.selectFrom('leases')
				.select(['licence_id', (e) => e.fn.max('held_until').as('until')])
				.where('licence_id', 'in', returning)
				.groupBy('licence_id')
				.execute();
			for (const { licence_id, until: end } of ends) until.set(licence_id, end);
		}
		return rows.map((row) => {
			const expired = isExpired(row, now);
			const mine = row.owner_id === viewer;
			const here = row.returning_at === null && row.reserved_user_id === viewer && computer !== undefined && row.reserved_computer === computer;
			return {
				id: row.id,
				type: row.type,
				term: row.term,
				expires: row.expires_at === null ? null : iso(row.expires_at),
				expired,
				owner: names.get(row.owner_id) ?? '',
				mine,
				sharedWith: mine ? shares.filter(({ licence_id }) => licence_id === row.id).map(({ name }) => name) : [],
				reservedTo:
					row.reservation === null
						? null
						: {
								user: names.get(row.reserved_user_id ?? -1) ?? 'a deleted account',
								computer: row.reserved_computer ?? '',
								hostname: row.reserved_hostname ?? '',
								since: iso(row.reserved_at ?? now),
								returningUntil: row.returning_at === null ? null : iso(until.get(row.id) ?? now),
							},
				available: !expired && (row.reservation === null || here),
			};
		});
	}

	/** Locked. NOT_FOUND where the user does not even see it, FORBIDDEN where it is another's. */
	async #owned(tx: Tx, id: number, by: SignedIn, action: string): Promise<LicenceRow> {
		const licence = await this.reservations.locked(tx, id);
		if (!(await mayUse(tx, licence, by.id))) throw noSuchLicence(id);
		if (licence.owner_id !== by.id) throw new MicrojouleError('FORBIDDEN', `Licence ${id} is shared with you; it can be ${action} by its owner only.`, { licence: id });
		return licence;
	}

	#note(tx: Tx, { id, name, address }: Actor, action: string, licence: number, details: Record<string, unknown>): Promise<void> {
		return this.#audit.record({ user: { id, name }, action, licence, details, address }, tx);
	}
}

async function userNamed(tx: Tx, name: string): Promise<Pick<Selectable<UserTable>, 'id' | 'name' | 'verified_at'>> {
	const user = await tx.selectFrom('users').select(['id', 'name', 'verified_at']).where('name_key', '=', name.trim().toLowerCase()).executeTakeFirst();
	if (!user) throw noSuchUser(name);
	return user;
}

async function verifiedUser(tx: Tx, name: string): Promise<{ id: number; name: string }> {
	const user = await userNamed(tx, name);
	if (user.verified_at === null) throw noSuchUser(name);
	return user;
}

function noSuchUser(name: string): MicrojouleError {
	return new MicrojouleError('NOT_FOUND', `There is no user "${name}" here. Ask for the exact user name; an e-mail address does not do.`, { user: name });
}

function iso(time: number): string {
	return new Date(time).toISOString();
}

/** What administrators do, and how the first one comes about: through a one-time secret that is shown where the portal was started, never by signing up first. */

import { createHash, randomBytes } from 'node:crypto';
import { type Expression, sql } from 'kysely';
import { MicrojouleError } from '../../../drivers/errors.ts';
import { type LicenceType, licenceTypes, type Term } from '../licence.ts';
import type { Accounts, SignUp, User } from './accounts.ts';
import type { Audit } from './audit.ts';
import type { PortalContext } from './context.ts';
import { openDatabase } from './database/database.ts';
import type { Licences, SignedIn } from './licences.ts';

const setting = 'set-up';
const pageSize = 50;

export interface Page {
	readonly search?: string;
	/** From 1. */
	readonly page?: number;
}

export class Administration {
	readonly #context: PortalContext;
	readonly #accounts: Accounts;
	readonly #licences: Licences;
	readonly #audit: Audit;

	constructor(context: PortalContext, accounts: Accounts, licences: Licences, audit: Audit) {
		this.#context = context;
		this.#accounts = accounts;
		this.#licences = licences;
		this.#audit = audit;
	}

	/** A new secret for the set-up link; the one before stops working. Undefined once there is an administrator. */
	async newSetUpSecret(): Promise<string | undefined> {
		const { db } = this.#context.database;
		if (await db.selectFrom('users').select('id').where('admin', '=', 1).executeTakeFirst()) return undefined;
		const secret = randomBytes(24).toString('base64url');
		const value = digest(secret);
		await db
			.insertInto('settings')
			.values({ name: setting, value })
			.onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
			.execute();
		return secret;
	}

	/** FORBIDDEN for a secret that is wrong or used. */
	async setUp(secret: string, account: SignUp, address: string): Promise<User> {
		const used = await this.#context.database.db.deleteFrom('settings').where('name', '=', setting).where('value', '=', digest(secret)).executeTakeFirst();
		if (Number(used.numDeletedRows) !== 1)
			throw new MicrojouleError('FORBIDDEN', 'This set-up link is not valid (any more). Start the portal again for a new one, or use `microjoule portal admin`.');
		try {
			const user = await this.#accounts.create(account, { admin: true });
			await this.#audit.record({ user, action: 'set up as administrator', address });
			return user;
		} catch (error) {
			await this.#context.database.db
				.insertInto('settings')
				.values({ name: setting, value: digest(secret) })
				.onConflict((conflict) => conflict.doNothing())
				.execute();
			throw error;
		}
	}

	async users({ search = '', page = 1 }: Page) {
		const query = this.#context.database.db.selectFrom('users').where((row) => row.or([contains(row.ref('name_key'), search), contains(row.ref('email_key'), search)]));
		const { total } = await query.select((row) => row.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
		const rows = await query
			.selectAll()
			.orderBy('name_key')
			.limit(pageSize)
			.offset((page - 1) * pageSize)
			.execute();
		const users = rows.map(({ name, email, admin, verified_at, created_at }) => ({
			name,
			email,
			admin: admin === 1,
			verified: verified_at !== null,
			created: new Date(created_at).toISOString(),
		}));
		return { users, pages: Math.max(1, Math.ceil(Number(total) / pageSize)) };
	}

	/** NOT_FOUND, INVALID_VALUE. Returns the new licences' ids. */
	async grant(by: SignedIn, name: string, { type, term, quantity, expires }: { type: string; term: Term; quantity: number; expires?: string }): Promise<number[]> {
		if (!Object.hasOwn(licenceTypes, type))
			throw new MicrojouleError('INVALID_VALUE', `There is no licence type ${type}. Types: ${Object.keys(licenceTypes).join(', ')}.`, { type });
		const expiresAt = expires === undefined ? undefined : Date.parse(expires);
		if (expiresAt !== undefined && !(expiresAt > this.#context.now())) throw new MicrojouleError('INVALID_VALUE', `The expiry ${expires} is no moment in the future.`, { expires });
		if (term !== 'perpetual' && expiresAt === undefined)
			throw new MicrojouleError('INVALID_VALUE', `A granted ${term} licence needs a date on which it expires: nobody is charged for it.`, { field: 'expires' });
		const owner = await this.#context.database.db
			.selectFrom('users')
			.select(['id', 'name'])
			.where('name_key', '=', name.toLowerCase())
			.where('verified_at', 'is not', null)
			.executeTakeFirst();
		if (!owner) throw new MicrojouleError('NOT_FOUND', `There is no confirmed account ${name}.`, { name });
		const ids = await this.#context.database.transaction((tx) =>
			this.#licences.grant(tx, by, { ownerId: owner.id, type: type as LicenceType, term, quantity, expiresAt: term === 'perpetual' ? null : (expiresAt as number) }),
		);
		await this.#licences.changed([owner.id]);
		return ids;
	}

	async auditLog({ page = 1 }: Page) {
		const query = this.#context.database.db.selectFrom('audit');
		const { total } = await query.select((row) => row.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
		const rows = await query
			.selectAll()
			.orderBy('id', 'desc')
			.limit(pageSize)
			.offset((page - 1) * pageSize)
			.execute();
		const entries = rows.map(({ id, at, user_name, action, licence_id, details, address }) => ({
			id,
			at: new Date(at).toISOString(),
			user: user_name,
			action,
			licence: licence_id,
			details: JSON.parse(details) as Record<string, unknown>,
			address,
		}));
		return { entries, pages: Math.max(1, Math.ceil(Number(total) / pageSize)) };
	}
}

/** For whoever has the database: makes a confirmed account an administrator. NOT_FOUND. */
export async function promoteAdministrator(where: string, name: string): Promise<void> {
	await using database = await openDatabase(where);
	await database.transaction(async (tx) => {
		const user = await tx.selectFrom('users').select(['id', 'name']).where('name_key', '=', name.toLowerCase()).where('verified_at', 'is not', null).executeTakeFirst();
		if (!user) throw new MicrojouleError('NOT_FOUND', `There is no confirmed account ${name}. Sign up first.`, { name });
		await tx.updateTable('users').set({ admin: 1 }).where('id', '=', user.id).execute();
		await tx.deleteFrom('settings').where('name', '=', setting).execute();
		const entry = {
			at: Date.now(),
			user_id: null,
			user_name: 'the operator',
			action: 'make administrator',
			licence_id: null,
			details: JSON.stringify({ user: user.name }),
			address: null,
		};
		await tx.insertInto('audit').values(entry).execute();
	});
}

function digest(secret: string): string {
	return createHash('sha256').update(secret).digest('hex');
}

/** Whether a key, which is in lower case, has the text in it; `%` and `_` are letters like any other. */
function contains(key: Expression<string>, text: string) {
	return sql<boolean>`${key} like ${`%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`;
}

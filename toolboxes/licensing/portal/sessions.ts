/** Sessions: a random token that only its holder has; the database knows its hash. A new one at every sign-in, revocable one by one. */

import { createHash, randomBytes } from 'node:crypto';
import type { PortalContext } from './context.ts';
import type { Db } from './database/database.ts';

export interface SessionUser {
	readonly id: number;
	readonly name: string;
	readonly email: string;
	readonly admin: boolean;
	readonly sessionId: string;
}

export interface SessionRecord {
	/** The beginning of its id: enough to name it. */
	readonly id: string;
	readonly label: string;
	/** ISO 8601. */
	readonly seen: string;
	readonly current: boolean;
}

const browserMs = 30 * 86_400_000;
const programMs = 365 * 86_400_000;
const seenEveryMs = 60_000;
const shortId = 16;
export const browserLabel = 'browser';

export class Sessions {
	readonly #context: PortalContext;

	constructor(context: PortalContext) {
		this.#context = context;
	}

	/** The token; nothing else remembers it. */
	async create(userId: number, label: string, db: Db = this.#context.database.db): Promise<string> {
		const token = randomBytes(32).toString('base64url');
		const now = this.#context.now();
		const expires_at = now + (label === browserLabel ? browserMs : programMs);
		await db
			.insertInto('sessions')
			.values({ id: idOf(token), user_id: userId, label, created_at: now, seen_at: now, expires_at })
			.execute();
		return token;
	}

	async find(token: string): Promise<SessionUser | undefined> {
		const now = this.#context.now();
		const { db } = this.#context.database;
		const row = await db
			.selectFrom('sessions')
			.innerJoin('users', 'users.id', 'sessions.user_id')
			.select(['users.id', 'users.name', 'users.email', 'users.admin', 'sessions.id as sessionId', 'sessions.seen_at'])
			.where('sessions.id', '=', idOf(token))
			.where('sessions.expires_at', '>', now)
			.executeTakeFirst();
		if (!row) return undefined;
		if (row.seen_at < now - seenEveryMs) await db.updateTable('sessions').set({ seen_at: now }).where('id', '=', row.sessionId).execute();
		return { id: row.id, name: row.name, email: row.email, admin: row.admin === 1, sessionId: row.sessionId };
	}

	/** Which of these are still good. */
	async alive(ids: readonly string[]): Promise<string[]> {
		if (ids.length === 0) return [];
		const rows = await this.#context.database.db.selectFrom('sessions').select('id').where('id', 'in', ids).where('expires_at', '>', this.#context.now()).execute();
		return rows.map(({ id }) => id);
	}

	async list(user: number, current: string): Promise<SessionRecord[]> {
		const rows = await this.#context.database.db
			.selectFrom('sessions')
			.selectAll()
			.where('user_id', '=', user)
			.where('expires_at', '>', this.#context.now())
			.orderBy('seen_at', 'desc')
			.execute();
		return rows.map(({ id, label, seen_at }) => ({ id: id.slice(0, shortId), label, seen: new Date(seen_at).toISOString(), current: id === current }));
	}

	/** Ends one by its whole or short id; only the user's own. Returns whether there was one. */
	async end(user: number, id: string): Promise<boolean> {
		return (await this.#remove(user, (session) => session === id || (id.length === shortId && session.startsWith(id)))) > 0;
	}

	async endAll(user: number, except?: string): Promise<void> {
		await this.#remove(user, (session) => session !== except);
	}

	async tidy(): Promise<void> {
		await this.#context.database.db.deleteFrom('sessions').where('expires_at', '<=', this.#context.now()).execute();
	}

	async #remove(user: number, which: (id: string) => boolean): Promise<number> {
		const { db } = this.#context.database;
		const rows = await db.selectFrom('sessions').select('id').where('user_id', '=', user).execute();
		const sessions = rows.map(({ id }) => id).filter(which);
		if (sessions.length === 0) return 0;
		await db.deleteFrom('sessions').where('id', 'in', sessions).execute();
		await this.#context.notices.publish({ type: 'sessions-ended', sessions });
		return sessions.length;
	}
}

function idOf(token: string): string {
	return createHash('sha256').update(token).digest('hex');
}

/** Six-digit codes that are mailed: one a user and purpose, good for 15 minutes, five tries and one use. The database knows their hashes only. */

import { randomInt } from 'node:crypto';
import type { PortalContext } from './context.ts';
import type { Tx } from './database/database.ts';
import type { CodeTable } from './database/tables.ts';
import { hashSecret, verifySecret } from './passwords.ts';

export type Purpose = CodeTable['purpose'];

export interface Code {
	readonly text: string;
	readonly hash: string;
}

const lastsMs = 15 * 60_000;
const maxTries = 5;
/** Another one is sent only after so long. */
const resendMs = 30_000;

export async function newCode(): Promise<Code> {
	const text = String(randomInt(0, 1_000_000)).padStart(6, '0');
	return { text, hash: await hashSecret(text) };
}

export class Codes {
	readonly #context: PortalContext;

	constructor(context: PortalContext) {
		this.#context = context;
	}

	/** In the place of the one before. */
	async store(tx: Tx, user_id: number, purpose: Purpose, { hash }: Code): Promise<void> {
		const now = this.#context.now();
		const fresh = { hash, tries: 0, expires_at: now + lastsMs, sent_at: now };
		await tx
			.insertInto('codes')
			.values({ user_id, purpose, ...fresh })
			.onConflict((conflict) => conflict.columns(['user_id', 'purpose']).doUpdateSet(fresh))
			.execute();
	}

	/** As `store`, unless one was sent a moment ago; returns whether it was stored. */
	async storeAnother(tx: Tx, user: number, purpose: Purpose, code: Code): Promise<boolean> {
		const before = await tx.selectFrom('codes').select('sent_at').where('user_id', '=', user).where('purpose', '=', purpose).executeTakeFirst();
		if (before && before.sent_at > this.#context.now() - resendMs) return false;
		await this.store(tx, user, purpose, code);
		return true;
	}

	/**
	 * Whether it is the user's code, which is used up then; the sixth guess at one finds it gone. As much work for a user that does not exist. What
	 * `also` throws at who has the right code leaves it good.
	 */
	async redeem(user: number | undefined, purpose: Purpose, code: string, also: () => Promise<void>): Promise<boolean> {
		const row = user === undefined ? undefined : await this.#countTry(user, purpose);
		if (!(await verifySecret(row?.hash, code)) || user === undefined || !row) return false;
		await also();
		const { numDeletedRows } = await this.#context.database.db
			.deleteFrom('codes')
			.where('user_id', '=', user)
			.where('purpose', '=', purpose)
			.where('hash', '=', row.hash)
			.executeTakeFirst();
		return Number(numDeletedRows) === 1;
	}

	async tidy(): Promise<void> {
		await this.#context.database.db.deleteFrom('codes').where('expires_at', '<', this.#context.now()).execute();
	}

	/** The code that may be tried now, if there is one; counted before it is compared, so that simultaneous guesses are five as well. */
	#countTry(user: number, purpose: Purpose) {
		const { database, now } = this.#context;
		return database.transaction(async (tx) => {
			const found = await database.forUpdate(tx.selectFrom('codes').selectAll().where('user_id', '=', user).where('purpose', '=', purpose)).executeTakeFirst();
			if (!found || found.expires_at <= now() || found.tries >= maxTries) return undefined;
			const { tries } = found;
			await tx
				.updateTable('codes')
				.set({ tries: tries + 1 })
				.where('user_id', '=', user)
				.where('purpose', '=', purpose)
				.execute();
			return found;
		});
	}
}

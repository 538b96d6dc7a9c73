/**
 * Slows guessing down: after a few failures the next attempt must wait, longer each time. Counted per account from one address, per address,
 * and, mildly, per account from everywhere; the last never waits longer than a second and does not bind an address from which the
 * account was signed in to before, so that no stranger can lock somebody out.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import type { PortalContext } from './context.ts';

interface Rule {
	/** Failures without a wait. */
	readonly free: number;
	readonly longestMs: number;
}

const perPair: Rule = { free: 5, longestMs: 15 * 60_000 };
const perAddress: Rule = { free: 30, longestMs: 60_000 };
const perAccount: Rule = { free: 20, longestMs: 1000 };
/** Failures are forgotten after so long without a new one. */
const memoryMs = 3_600_000;
const knownMs = 90 * 86_400_000;

export class Throttle {
	readonly #context: PortalContext;

	constructor(context: PortalContext) {
		this.#context = context;
	}

	/** Before an attempt. TOO_MANY_TRIES with `retryAfterS`. */
	async check(what: string, account: string, address: string): Promise<void> {
		const now = this.#context.now();
		const subjects = rules(what, account, address);
		const rows = await this.#context.database.db
			.selectFrom('throttles')
			.selectAll()
			.where('subject', 'in', [...subjects.keys(), known(account, address)])
			.execute();
		const isKnown = rows.some(({ subject, updated_at }) => subject === known(account, address) && updated_at > now - knownMs);
		const wait = Math.max(0, ...rows.filter(({ subject }) => subjects.has(subject) && !(isKnown && subjects.get(subject) === perAccount)).map((row) => row.blocked_until - now));
		if (wait <= 0) return;
		const retryAfterS = Math.ceil(wait / 1000);
		throw new MicrojouleError('TOO_MANY_TRIES', `Too many failed attempts; try again in ${retryAfterS} s.`, { retryAfterS });
	}

	async failed(what: string, account: string, address: string): Promise<void> {
		const now = this.#context.now();
		const { database } = this.#context;
		for (const [subject, { free, longestMs }] of rules(what, account, address)) {
			await database.transaction(async (tx) => {
				const row = await database.forUpdate(tx.selectFrom('throttles').selectAll().where('subject', '=', subject)).executeTakeFirst();
				const failures = row && row.updated_at > now - memoryMs ? row.failures + 1 : 1;
				const blocked_until = failures < free ? 0 : now + Math.min(longestMs, 1000 * 2 ** Math.min(20, failures - free));
				await tx
					.insertInto('throttles')
					.values({ subject, failures, blocked_until, updated_at: now })
					.onConflict((conflict) => conflict.column('subject').doUpdateSet({ failures, blocked_until, updated_at: now }))
					.execute();
			});
		}
	}

	/** The right password: this address is the account's own from now on. */
	async succeeded(what: string, account: string, address: string): Promise<void> {
		const { db } = this.#context.database;
		const updated_at = this.#context.now();
		await db
			.deleteFrom('throttles')
			.where('subject', '=', pair(what, account, address))
			.execute();
		await db
			.insertInto('throttles')
			.values({ subject: known(account, address), failures: 0, blocked_until: 0, updated_at })
			.onConflict((conflict) => conflict.column('subject').doUpdateSet({ updated_at }))
			.execute();
	}

	/** Removes what no longer counts. */
	async tidy(): Promise<void> {
		const now = this.#context.now();
		await this.#context.database.db
			.deleteFrom('throttles')
			.where((row) => row.or([row('updated_at', '<', now - knownMs), row.and([row('failures', '>', 0), row('updated_at', '<', now - memoryMs)])]))
			.execute();
	}
}

function rules(what: string, account: string, address: string): Map<string, Rule> {
	return new Map([
		[pair(what, account, address), perPair],
		[`${what} address ${address}`, perAddress],
		[`${what} account ${account}`, perAccount],
	]);
}

function pair(what: string, account: string, address: string): string {
	return `${what} account ${account} address ${address}`;
}

function known(account: string, address: string): string {
	return `known account ${account} address ${address}`;
}

/**
 * Slows guessing down: after a few failures the next attempt must wait, longer each time. Counted per account from one address, per address, and,
 * mildly, per account from everywhere. An attempt counts when it begins, so that a thousand at once get no further than one after the other.
 *
 * No stranger can lock somebody out from elsewhere: a browser in which the account was signed in to before has a count of its own; an address from which it was is
 * not bound by what comes from elsewhere; and that never holds anybody up for more than a second, or ten minutes for another mail with a code.
 */

import { isIPv6 } from 'node:net';
import { MicrojouleError } from '../../../drivers/errors.ts';
import type { PortalContext } from './context.ts';

/** Who asks. */
export interface Client {
	/** Of the network. */
	readonly address: string;
	/** A random text that the browser keeps, signed in or not. */
	readonly device?: string;
}

export type Attempt = 'sign-in' | 'sign-up' | 'own password' | 'verify code' | 'reset code' | 'verify mail' | 'reset mail';

interface Rule {
	/** The failure from which on there is a wait. */
	readonly free: number;
	readonly longestMs: number;
}

/** What an attempt was counted under, and until when it has others wait, ms since 1970; 0: it does not. */
type Counted = ReadonlyMap<string, { readonly rule: Rule; readonly blockedUntil: number }>;

const perPair: Rule = { free: 5, longestMs: 15 * 60_000 };
const perAddress: Rule = { free: 30, longestMs: 60_000 };
const perAccount: Rule = { free: 20, longestMs: 1000 };
/** Every mail has a code of its own: as many mails as one likes would be as many guesses. */
const mailsPerAccount: Rule = { free: 10, longestMs: 10 * 60_000 };
/** Failures are forgotten after so long without a new one. */
const memoryMs = 3_600_000;
const knownMs = 90 * 86_400_000;

export class Throttle {
	readonly #context: PortalContext;

	constructor(context: PortalContext) {
		this.#context = context;
	}

	/** Counts as a failure until `succeeded` is given what this returns. TOO_MANY_TRIES with `retryAfterS`; then it does not count. */
	attempt(what: Attempt, account: string, client: Client): Promise<Counted> {
		const now = this.#context.now();
		const { database } = this.#context;
		return database.transaction(async (tx) => {
			const known = await tx
				.selectFrom('throttles')
				.select('subject')
				.where('subject', 'in', knownSubjects(account, client))
				.where('updated_at', '>', now - knownMs)
				.execute();
			const rules = rulesFor(what, account, client, new Set(known.map(({ subject }) => subject)));
			const subjects = [...rules.keys()].sort();
			// Rows must be there to be locked.
			const rows = subjects.map((subject) => ({ subject, failures: 0, blocked_until: 0, updated_at: now }));
			await tx
				.insertInto('throttles')
				.values(rows)
				.onConflict((conflict) => conflict.doNothing())
				.execute();
			const counted = await database.forUpdate(tx.selectFrom('throttles').selectAll().where('subject', 'in', subjects).orderBy('subject')).execute();
			const wait = Math.max(...counted.map((row) => row.blocked_until - now));
			if (wait > 0) {
				const retryAfterS = Math.ceil(wait / 1000);
				throw new MicrojouleError('TOO_MANY_TRIES', `Too many attempts; try again in ${retryAfterS} s.`, { retryAfterS });
			}
			const result = new Map<string, { rule: Rule; blockedUntil: number }>();
			for (const row of counted) {
				const rule = rules.get(row.subject) as Rule;
				const { free, longestMs } = rule;
				const failures = row.updated_at > now - memoryMs ? row.failures + 1 : 1;
				const blocked_until = failures < free ? 0 : now + Math.min(longestMs, 1000 * 2 ** Math.min(20, failures - free));
				await tx.updateTable('throttles').set({ failures, blocked_until, updated_at: now }).where('subject', '=', row.subject).execute();
				result.set(row.subject, { rule, blockedUntil: blocked_until });
			}
			return result;
		});
	}

	/**
	 * The attempt was no wrong guess: account and address, or account and browser, begin anew. From the other counts it is taken back, and no more:
	 * who guesses at accounts must not be able to sign in to an own one in between and go on.
	 */
	async succeeded(counted: Counted): Promise<void> {
		const { database } = this.#context;
		await database.transaction(async (tx) => {
			const rows = await database
				.forUpdate(
					tx
						.selectFrom('throttles')
						.selectAll()
						.where('subject', 'in', [...counted.keys()])
						.orderBy('subject'),
				)
				.execute();
			for (const { subject, failures, blocked_until } of rows) {
				const own = counted.get(subject);
				if (failures <= 1 || own?.rule === perPair) await tx.deleteFrom('throttles').where('subject', '=', subject).execute();
				else
					await tx
						.updateTable('throttles')
						.set({ failures: failures - 1, blocked_until: blocked_until === own?.blockedUntil ? 0 : blocked_until })
						.where('subject', '=', subject)
						.execute();
			}
		});
	}

	/** Address and browser are the account's own from now on, and need not wait for what went wrong before. */
	async know(account: string, client: Client): Promise<void> {
		const updated_at = this.#context.now();
		const rows = knownSubjects(account, client).map((subject) => ({ subject, failures: 0, blocked_until: 0, updated_at }));
		await this.#context.database.db
			.deleteFrom('throttles')
			.where('subject', 'in', [pairOf('sign-in', account, client.address), deviceOf('sign-in', account, client.device ?? '')])
			.execute();
		await this.#context.database.db
			.insertInto('throttles')
			.values(rows)
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

function rulesFor(what: Attempt, account: string, client: Client, known: ReadonlySet<string>): Map<string, Rule> {
	const pair = pairOf(what, account, client.address);
	const address = `${what} address ${networkOf(client.address)}`;
	// Whoever can try has a session already.
	if (what === 'own password') return new Map([[pair, perPair]]);
	// A whole lab may sign up behind one address.
	if (what === 'sign-up') return new Map([[address, perAddress]]);
	const [knownAddress, knownDevice] = knownSubjects(account, client);
	if (client.device !== undefined && known.has(knownDevice)) return new Map([[deviceOf(what, account, client.device), perPair]]);
	const rules = new Map([
		[pair, perPair],
		[address, perAddress],
	]);
	return known.has(knownAddress) ? rules : rules.set(`${what} account ${account}`, what.endsWith(' mail') ? mailsPerAccount : perAccount);
}

function pairOf(what: Attempt, account: string, address: string): string {
	return `${what} account ${account} address ${networkOf(address)}`;
}

function deviceOf(what: Attempt, account: string, device: string): string {
	return `${what} account ${account} device ${device}`;
}

function knownSubjects(account: string, { address, device }: Client): string[] {
	return [`known account ${account} address ${networkOf(address)}`, ...(device === undefined ? [] : [`known account ${account} device ${device}`])];
}

/** An IPv6 network of 64 bits has one owner, who has all its addresses. */
function networkOf(address: string): string {
	const [plain] = address.split('%', 1);
	const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(plain)?.[1];
	if (mapped !== undefined || !isIPv6(plain)) return mapped ?? plain;
	const [head, tail] = plain.split('::', 2).map((half) => (half === '' ? [] : half.split(':')));
	const groups = tail === undefined ? head : [...head, ...Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0'), ...tail];
	return `${groups
		.slice(0, 4)
		.map((group) => Number.parseInt(group, 16).toString(16))
		.join(':')}::/64`;
}

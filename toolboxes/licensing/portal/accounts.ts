/**
 * Accounts: sign-up with a code by mail, sign-in, passwords, deletion. Who asks without being signed in learns nothing about who has an
 * account: answers are alike, the work is alike, and mail is sent after the answer.
 */

import { randomInt } from 'node:crypto';
import type { Selectable } from 'kysely';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import type { Audit } from './audit.ts';
import type { PortalContext } from './context.ts';
import type { Tx } from './database/database.ts';
import type { CodeTable, UserTable } from './database/tables.ts';
import type { Licences } from './licences.ts';
import type { Mail } from './mail/mailer.ts';
import * as mails from './mail/texts.ts';
import { checkNewPassword, hashSecret, verifySecret } from './passwords.ts';
import { browserLabel, type Sessions } from './sessions.ts';
import type { Throttle } from './throttle.ts';

export type User = Selectable<UserTable>;
type Purpose = CodeTable['purpose'];

export interface SignUp {
	readonly name: string;
	readonly email: string;
	readonly password: string;
}

export interface SignedInAccount {
	readonly user: User;
	readonly token: string;
}

const codeMs = 15 * 60_000;
const codeTries = 5;
/** A code can be sent again after so long. */
const resendMs = 30_000;
/** A sign-up that was never confirmed frees its name after so long. */
const unconfirmedMs = 24 * 3_600_000;

export class Accounts {
	readonly #context: PortalContext;
	readonly #audit: Audit;
	readonly #sessions: Sessions;
	readonly #throttle: Throttle;
	readonly #licences: Licences;
	/** Mails on their way. */
	readonly #sending = new Set<Promise<void>>();

	constructor(context: PortalContext, audit: Audit, sessions: Sessions, throttle: Throttle, licences: Licences) {
		this.#context = context;
		this.#audit = audit;
		this.#sessions = sessions;
		this.#throttle = throttle;
		this.#licences = licences;
	}

	/** ALREADY_EXISTS for a user name; an address that has an account is told by mail only. INVALID_VALUE. */
	async signUp({ name, email, password }: SignUp, address: string): Promise<void> {
		checkName(name);
		const emailKey = checkEmail(email);
		checkNewPassword(password, name);
		await this.#throttle.check('sign-up', '', address);
		await this.#throttle.failed('sign-up', '', address); // every sign-up counts
		const hash = await hashSecret(password);
		const code = newCode();
		const codeHash = await hashSecret(code);
		const now = this.#context.now();
		const mail = await this.#context.database.transaction(async (tx): Promise<Mail> => {
			const nameKey = name.toLowerCase();
			const [byName, byEmail] = [await this.#byKey(tx, 'name_key', nameKey), await this.#byKey(tx, 'email_key', emailKey)];
			if (byName && byName.id !== byEmail?.id) throw nameTaken(name);
			if (byEmail?.verified_at) {
				if (byName) throw nameTaken(name);
				return mails.alreadyHasAccount(byEmail, this.#context.publicUrl);
			}
			// An unconfirmed sign-up of this address is replaced: whoever reads its mail decides.
			if (byEmail) await tx.deleteFrom('users').where('id', '=', byEmail.id).execute();
			const { id } = await tx
				.insertInto('users')
				.values({ name, name_key: nameKey, email, email_key: emailKey, password: hash, admin: 0, terms_accepted_at: now, created_at: now })
				.returning('id')
				.executeTakeFirstOrThrow();
			await this.#storeCode(tx, id, 'verify', codeHash);
			return mails.verificationCode({ name, email }, code);
		});
		this.#send(mail);
	}

	/** CODE_INVALID, TOO_MANY_TRIES. Signs in. */
	async verify(name: string, code: string, address: string): Promise<SignedInAccount> {
		const user = await this.#redeem('verify', await this.#find(name), name, code, address);
		await this.#context.database.db.updateTable('users').set({ verified_at: this.#context.now() }).where('id', '=', user.id).execute();
		await this.#throttle.succeeded('sign-in', user.name_key, address);
		return { user, token: await this.#sessions.create(user.id, browserLabel) };
	}

	/** Sends the sign-up's code again, if there is such a sign-up. TOO_MANY_TRIES. */
	async resend(name: string, address: string): Promise<void> {
		await this.#issueCode('verify', name, address, (user) => user.verified_at === null, mails.verificationCode);
	}

	async forgotPassword(email: string, address: string): Promise<void> {
		await this.#issueCode('reset', email, address, (user) => user.verified_at !== null, mails.resetCode);
	}

	/** CODE_INVALID, TOO_MANY_TRIES, INVALID_VALUE. Ends every session. */
	async resetPassword(email: string, code: string, password: string, address: string): Promise<void> {
		checkNewPassword(password, '');
		const user = await this.#redeem('reset', await this.#find(email), email, code, address);
		await this.#setPassword(user, password, address);
		await this.#sessions.endAll(user.id);
	}

	/** By user name or e-mail. LOGIN_FAILED, TOO_MANY_TRIES. */
	async signIn(name: string, password: string, label: string, address: string): Promise<SignedInAccount> {
		const account = name.toLowerCase();
		await this.#throttle.check('sign-in', account, address);
		const user = await this.#find(name);
		const right = await verifySecret(user?.password, password);
		if (!user || !right) {
			await this.#throttle.failed('sign-in', account, address);
			throw loginFailed();
		}
		// Only who knows the password is told that the code is still missing.
		if (user.verified_at === null)
			throw new MicrojouleError('LOGIN_FAILED', 'The account is not confirmed yet: enter the code from the mail, or have it sent again.', { unverified: true });
		await this.#throttle.succeeded('sign-in', account, address);
		await this.#audit.record({ user, action: 'sign in', details: { label }, address });
		return { user, token: await this.#sessions.create(user.id, label) };
	}

	/** LOGIN_FAILED for a wrong current password. Ends the user's other sessions. */
	async changePassword(userId: number, sessionId: string, current: string, next: string, address: string): Promise<void> {
		const user = await this.#confirmed(userId, current, address);
		checkNewPassword(next, user.name);
		await this.#setPassword(user, next, address);
		await this.#sessions.endAll(userId, sessionId);
	}

	/** LOGIN_FAILED for a wrong password. Reservations end first; licences and support cases go, invoices stay without the name. */
	async delete(userId: number, password: string, address: string): Promise<void> {
		const user = await this.#confirmed(userId, password, address);
		await this.#licences.release({ id: user.id, name: user.name });
		await this.#sessions.endAll(userId);
		await this.#context.database.transaction(async (tx) => {
			await this.#audit.record({ user: { id: user.id, name: user.name }, action: 'delete account', address }, tx);
			await tx.deleteFrom('users').where('id', '=', user.id).execute();
		});
	}

	async get(id: number): Promise<User> {
		const user = await this.#context.database.db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
		if (!user) throw new MicrojouleError('NOT_FOUND', 'This account no longer exists.');
		return user;
	}

	/** An account without a sign-up: the administrator's first, and the embedded portal's own. ALREADY_EXISTS. */
	async create({ name, email, password }: SignUp, { admin = false } = {}): Promise<User> {
		checkName(name);
		const email_key = checkEmail(email);
		checkNewPassword(password, name);
		const now = this.#context.now();
		const hash = await hashSecret(password);
		return this.#context.database.transaction(async (tx) => {
			if (await this.#byKey(tx, 'name_key', name.toLowerCase())) throw nameTaken(name);
			if (await this.#byKey(tx, 'email_key', email_key)) throw new MicrojouleError('ALREADY_EXISTS', `The address ${email} has an account.`, { email });
			return tx
				.insertInto('users')
				.values({ name, name_key: name.toLowerCase(), email, email_key, password: hash, admin: admin ? 1 : 0, verified_at: now, terms_accepted_at: now, created_at: now })
				.returningAll()
				.executeTakeFirstOrThrow();
		});
	}

	async tidy(): Promise<void> {
		const { db } = this.#context.database;
		const now = this.#context.now();
		await db.deleteFrom('codes').where('expires_at', '<', now).execute();
		await db
			.deleteFrom('users')
			.where('verified_at', 'is', null)
			.where('created_at', '<', now - unconfirmedMs)
			.execute();
	}

	/** Waits for mails that are being sent. */
	async close(): Promise<void> {
		await Promise.allSettled(this.#sending);
	}

	async #confirmed(id: number, password: string, address: string): Promise<User> {
		const user = await this.get(id);
		await this.#throttle.check('confirm', user.name_key, address);
		if (await verifySecret(user.password, password)) return user;
		await this.#throttle.failed('confirm', user.name_key, address);
		throw new MicrojouleError('LOGIN_FAILED', 'The password is wrong.', { field: 'password' });
	}

	async #setPassword(user: User, password: string, address: string): Promise<void> {
		await this.#context.database.db
			.updateTable('users')
			.set({ password: await hashSecret(password) })
			.where('id', '=', user.id)
			.execute();
		await this.#audit.record({ user, action: 'change password', address });
		this.#send(mails.passwordChanged(user));
	}

	/** Every call does the same work, whoever is named. */
	async #issueCode(purpose: Purpose, name: string, address: string, eligible: (user: User) => boolean, mail: (user: User, code: string) => Mail): Promise<void> {
		await this.#throttle.check(`${purpose} mail`, name.toLowerCase(), address);
		await this.#throttle.failed(`${purpose} mail`, name.toLowerCase(), address);
		const code = newCode();
		const hash = await hashSecret(code);
		const user = await this.#find(name);
		if (!user || !eligible(user)) return;
		const sent = await this.#context.database.transaction(async (tx) => {
			const before = await tx.selectFrom('codes').select('sent_at').where('user_id', '=', user.id).where('purpose', '=', purpose).executeTakeFirst();
			if (before && before.sent_at > this.#context.now() - resendMs) return false;
			await this.#storeCode(tx, user.id, purpose, hash);
			return true;
		});
		if (sent) this.#send(mail(user, code));
	}

	async #storeCode(tx: Tx, user_id: number, purpose: Purpose, hash: string): Promise<void> {
		const now = this.#context.now();
		const fresh = { hash, tries: 0, expires_at: now + codeMs, sent_at: now };
		await tx
			.insertInto('codes')
			.values({ user_id, purpose, ...fresh })
			.onConflict((conflict) => conflict.columns(['user_id', 'purpose']).doUpdateSet(fresh))
			.execute();
	}

	/** A right code works once; the sixth guess at one finds it gone. */
	async #redeem(purpose: Purpose, user: User | undefined, name: string, code: string, address: string): Promise<User> {
		const account = name.toLowerCase();
		await this.#throttle.check(`${purpose} code`, account, address);
		const { database } = this.#context;
		const row = user
			? await database.transaction(async (tx) => {
					const found = await database.forUpdate(tx.selectFrom('codes').selectAll().where('user_id', '=', user.id).where('purpose', '=', purpose)).executeTakeFirst();
					if (!found || found.expires_at <= this.#context.now() || found.tries >= codeTries) return undefined;
					await tx
						.updateTable('codes')
						.set({ tries: found.tries + 1 })
						.where('user_id', '=', user.id)
						.where('purpose', '=', purpose)
						.execute();
					return found;
				})
			: undefined;
		if (user && (await verifySecret(row?.hash, code)) && row) {
			const used = await database.db.deleteFrom('codes').where('user_id', '=', user.id).where('purpose', '=', purpose).where('hash', '=', row.hash).executeTakeFirst();
			if (Number(used.numDeletedRows) === 1) return user;
		}
		if (!user) await verifySecret(undefined, code);
		await this.#throttle.failed(`${purpose} code`, account, address);
		throw new MicrojouleError('CODE_INVALID', 'The code is wrong, used or too old. Check it, or have a new one sent.', { field: 'code' });
	}

	async #find(name: string): Promise<User | undefined> {
		const key = name.toLowerCase();
		return this.#context.database.db
			.selectFrom('users')
			.selectAll()
			.where((row) => row.or([row('name_key', '=', key), row('email_key', '=', key)]))
			.executeTakeFirst();
	}

	#byKey(tx: Tx, column: 'name_key' | 'email_key', key: string): Promise<User | undefined> {
		return tx.selectFrom('users').selectAll().where(column, '=', key).executeTakeFirst();
	}

	/** After the answer, so that its time tells nothing. */
	#send(mail: Mail): void {
		const sending = new Promise<void>((resolve) => setImmediate(resolve))
			.then(() => this.#context.mail.send(mail))
			.catch((error: unknown) => this.#context.log.error({ error }, `a mail could not be sent: ${messageOf(error)}`))
			.finally(() => this.#sending.delete(sending));
		this.#sending.add(sending);
	}
}

function newCode(): string {
	return String(randomInt(0, 1_000_000)).padStart(6, '0');
}

/** Letters, digits, and `. _ -`: never an address, so that a user name and an e-mail cannot be confused. */
function checkName(name: string): void {
	if (/^[\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,62}[\p{L}\p{N}])?$/u.test(name)) return;
	throw new MicrojouleError(
		'INVALID_VALUE',
		`The user name ${JSON.stringify(name)} must have 1 to 64 letters, digits, dots, dashes or underscores, and begin and end with a letter or digit.`,
		{
			field: 'name',
		},
	);
}

function checkEmail(email: string): string {
	if (email.length <= 254 && /^[^\s@<>"(),:;[\]\\]+@[^\s@<>"(),:;[\]\\]+\.?[^\s@<>"(),:;[\]\\]*$/.test(email)) return email.toLowerCase();
	throw new MicrojouleError('INVALID_VALUE', `${JSON.stringify(email)} is no e-mail address.`, { field: 'email' });
}

function nameTaken(name: string): MicrojouleError {
	return new MicrojouleError('ALREADY_EXISTS', `The user name ${name} is taken; choose another.`, { field: 'name' });
}

function loginFailed(): MicrojouleError {
	return new MicrojouleError('LOGIN_FAILED', 'The user name or the password is wrong.');
}

/**
 * Accounts: sign-up with a code by mail, sign-in, passwords, deletion. Who asks without being signed in learns nothing about who has an
 * account: answers are alike, the work is alike, and mail is sent after the answer.
 */

import type { Selectable } from 'kysely';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import type { Audit } from './audit.ts';
import { Codes, newCode, type Purpose } from './codes.ts';
import type { PortalContext } from './context.ts';
import type { Tx } from './database/database.ts';
import type { UserTable } from './database/tables.ts';
import type { Licences } from './licences.ts';
import type { Mail } from './mail/mailer.ts';
import * as mails from './mail/texts.ts';
import { checkNewPassword, hashSecret, verifySecret } from './passwords.ts';
import { browserLabel, type Sessions } from './sessions.ts';
import type { Client, Throttle } from './throttle.ts';

export type User = Selectable<UserTable>;

export interface SignUp {
	readonly name: string;
	readonly email: string;
	readonly password: string;
}

export interface SignedInAccount {
	readonly user: User;
	readonly token: string;
}

/** A sign-up that was never confirmed frees its name after so long. */
const unconfirmedMs = 24 * 3_600_000;
/** Begins the key of an address whose sign-up leads nowhere; no address begins so. */
const hopeless = ' ';

export class Accounts {
	readonly #context: PortalContext;
	readonly #audit: Audit;
	readonly #sessions: Sessions;
	readonly #throttle: Throttle;
	readonly #licences: Licences;
	readonly #codes: Codes;
	/** Mails on their way. */
	readonly #sending = new Set<Promise<void>>();

	constructor(context: PortalContext, audit: Audit, sessions: Sessions, throttle: Throttle, licences: Licences) {
		this.#context = context;
		this.#audit = audit;
		this.#sessions = sessions;
		this.#throttle = throttle;
		this.#licences = licences;
		this.#codes = new Codes(context);
	}

	/**
	 * ALREADY_EXISTS for a user name; an address that has an account is told by mail only. The name is taken then, too, until the sign-up is
	 * forgotten: else whether it is would tell about the address. INVALID_VALUE, TOO_MANY_TRIES.
	 */
	async signUp({ name, email, password }: SignUp, client: Client): Promise<void> {
		checkName(name);
		const emailKey = checkEmail(email);
		checkNewPassword(password, name);
		await this.#throttle.attempt('sign-up', '', client);
		const hash = await hashSecret(password);
		const code = await newCode();
		const now = this.#context.now();
		const nameKey = name.toLowerCase();
		const mail = await this.#context.database.transaction(async (tx): Promise<Mail> => {
			const holder = await this.#byKey(tx, 'email_key', emailKey);
			const confirmed = holder !== undefined && holder.verified_at !== null;
			const email_key = confirmed ? `${hopeless}${emailKey}` : emailKey;
			const [byName, before] = [await this.#byKey(tx, 'name_key', nameKey), await this.#byKey(tx, 'email_key', email_key)];
			if (byName && byName.id !== before?.id) throw nameTaken(name);
			// An unconfirmed sign-up of this address is replaced: whoever reads its mail decides.
			if (before) await tx.deleteFrom('users').where('id', '=', before.id).execute();
			const made = await tx
				.insertInto('users')
				.values({
					name,
					name_key: nameKey,
					email,
					email_key,
					password: hash,
					contested_at: before ? now : null,
					admin: 0,
					terms_accepted_at: now,
					created_at: now,
				})
				.onConflict((conflict) => conflict.doNothing()) // of one at the same moment
				.returning('id')
				.executeTakeFirst();
			if (!made) throw nameTaken(name);
			if (confirmed) return mails.alreadyHasAccount(holder, this.#context.publicUrl);
			await this.#codes.store(tx, made.id, 'verify', code);
			return mails.verificationCode({ name, email }, code.text);
		});
		this.#send(mail);
	}

	/**
	 * Signs in. `password` is needed only where somebody else may have signed up with the same address before or after: who reads the mail must not
	 * confirm a stranger's password. CODE_INVALID, TOO_MANY_TRIES; LOGIN_FAILED where the code is right and the password is not.
	 */
	async verify(name: string, code: string, password: string | undefined, client: Client): Promise<SignedInAccount> {
		const user = await this.#redeem('verify', name, code, client, async (found) => {
			if (found.contested_at === null || (password !== undefined && (await verifySecret(found.password, password)))) return;
			throw new MicrojouleError(
				'LOGIN_FAILED',
				password === undefined
					? 'This address was signed up more than once. Enter the password that you chose as well.'
					: 'The code is right, but this is not the password of the sign-up that it was sent for. If somebody else signed up with your address, sign up again.',
				{ field: 'password' },
			);
		});
		await this.#context.database.db.updateTable('users').set({ verified_at: this.#context.now(), contested_at: null }).where('id', '=', user.id).execute();
		await this.#know(user, client);
		return { user: await this.get(user.id), token: await this.#sessions.create(user.id, browserLabel) };
	}

	/** Sends the sign-up's code again, if there is such a sign-up. TOO_MANY_TRIES. */
	async resend(name: string, client: Client): Promise<void> {
		await this.#mailCode('verify', name, client, (user) => user.verified_at === null && !user.email_key.startsWith(hopeless), mails.verificationCode);
	}

	/** Sends a code, if there is such an account. TOO_MANY_TRIES. */
	async forgotPassword(email: string, client: Client): Promise<void> {
		await this.#mailCode('reset', email, client, (user) => user.verified_at !== null, mails.resetCode);
	}

	/** CODE_INVALID, TOO_MANY_TRIES, INVALID_VALUE. Ends every session. */
	async resetPassword(email: string, code: string, password: string, client: Client): Promise<void> {
		checkNewPassword(password, '');
		const user = await this.#redeem('reset', email, code, client);
		await this.#setPassword(user, password, client);
		await this.#sessions.endAll(user.id);
		await this.#know(user, client);
	}

	/** By user name or e-mail. LOGIN_FAILED, TOO_MANY_TRIES. */
	async signIn(name: string, password: string, label: string, client: Client): Promise<SignedInAccount> {
		// As it was typed: were name and address of an account one to this count, it would tell that they are.
		const counted = await this.#throttle.attempt('sign-in', name.toLowerCase(), client);
		const user = await this.#find(name);
		const right = await verifySecret(user?.password, password);
		if (!user || !right) throw loginFailed();
		// Only who knows the password is told that the code is still missing.
		if (user.verified_at === null)
			throw new MicrojouleError('LOGIN_FAILED', 'The account is not confirmed yet: enter the code from the mail, or have it sent again.', { unverified: true });
		const { database } = this.#context;
		const token = await database.transaction(async (tx) => {
			// A password that is changed at this moment must not leave a session of the old one behind.
			const same = await database.forUpdate(tx.selectFrom('users').select('id').where('id', '=', user.id).where('password', '=', user.password)).executeTakeFirst();
			if (!same) throw loginFailed();
			await this.#audit.record({ user, action: 'sign in', details: { label }, address: client.address }, tx);
			return this.#sessions.create(user.id, label, tx);
		});
		await this.#throttle.succeeded(counted);
		await this.#know(user, client);
		return { user, token };
	}

	/** LOGIN_FAILED for a wrong current password. Ends the user's other sessions. */
	async changePassword(userId: number, sessionId: string, current: string, next: string, client: Client): Promise<void> {
		const user = await this.#confirmed(userId, current, client);
		checkNewPassword(next, user.name);
		await this.#setPassword(user, next, client);
		await this.#sessions.endAll(userId, sessionId);
	}

	/** LOGIN_FAILED for a wrong password. Reservations end first; licences and support cases go, invoices stay without the name. */
	async delete(userId: number, password: string, client: Client): Promise<void> {
		const user = await this.#confirmed(userId, password, client);
		const by = { id: user.id, name: user.name, address: client.address };
		// First while its engines are connected and can lock at once; then what one of them has reserved meanwhile.
		await this.#licences.release(by);
		await this.#sessions.endAll(userId);
		await this.#licences.reservations.change(async (tx, notices) => {
			// Licences before the user: whoever reserves one locks in this sequence.
			await this.#licences.endAll(tx, by, notices);
			await this.#audit.record({ user: by, action: 'delete account', address: client.address }, tx);
			await tx.deleteFrom('users').where('id', '=', user.id).execute();
		});
	}

	async get(id: number): Promise<User> {
		const user = await this.#context.database.db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
		if (!user) throw new MicrojouleError('NOT_FOUND', 'This account no longer exists.');
		return user;
	}

	/** An account without a sign-up: the administrator's first, and the embedded portal's own; `also` belongs to it. ALREADY_EXISTS. */
	async create({ name, email, password }: SignUp, { admin = false, also }: { admin?: boolean; also?: (tx: Tx, user: User) => Promise<unknown> } = {}): Promise<User> {
		checkName(name);
		const email_key = checkEmail(email);
		checkNewPassword(password, name);
		const now = this.#context.now();
		const hash = await hashSecret(password);
		return this.#context.database.transaction(async (tx) => {
			if (await this.#byKey(tx, 'name_key', name.toLowerCase())) throw nameTaken(name);
			if (await this.#byKey(tx, 'email_key', email_key)) throw new MicrojouleError('ALREADY_EXISTS', `The address ${email} has an account.`, { email });
			const user = await tx
				.insertInto('users')
				.values({ name, name_key: name.toLowerCase(), email, email_key, password: hash, admin: admin ? 1 : 0, verified_at: now, terms_accepted_at: now, created_at: now })
				.returningAll()
				.executeTakeFirstOrThrow();
			await also?.(tx, user);
			return user;
		});
	}

	async tidy(): Promise<void> {
		const { db } = this.#context.database;
		const now = this.#context.now();
		await this.#codes.tidy();
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

	async #confirmed(id: number, password: string, client: Client): Promise<User> {
		const user = await this.get(id);
		const counted = await this.#throttle.attempt('own password', user.name_key, client);
		if (await verifySecret(user.password, password)) {
			await this.#throttle.succeeded(counted);
			return user;
		}
		throw new MicrojouleError('LOGIN_FAILED', 'The password is wrong.', { field: 'password' });
	}

	async #setPassword(user: User, password: string, { address }: Client): Promise<void> {
		await this.#context.database.db
			.updateTable('users')
			.set({ password: await hashSecret(password) })
			.where('id', '=', user.id)
			.execute();
		await this.#audit.record({ user, action: 'change password', address });
		this.#send(mails.passwordChanged(user));
	}

	/** Every call does the same work, whoever is named. */
	async #mailCode(purpose: Purpose, name: string, client: Client, eligible: (user: User) => boolean, mail: (user: User, code: string) => Mail): Promise<void> {
		await this.#throttle.attempt(`${purpose} mail`, name.toLowerCase(), client);
		const code = await newCode();
		const user = await this.#find(name);
		if (!user || !eligible(user)) return;
		if (await this.#context.database.transaction((tx) => this.#codes.storeAnother(tx, user.id, purpose, code))) this.#send(mail(user, code.text));
	}

	/** CODE_INVALID, TOO_MANY_TRIES. `also` may refuse who has the right code, which stays good. */
	async #redeem(purpose: Purpose, name: string, code: string, client: Client, also?: (user: User) => Promise<void>): Promise<User> {
		const counted = await this.#throttle.attempt(`${purpose} code`, name.toLowerCase(), client);
		const user = await this.#find(name);
		const right = await this.#codes.redeem(user?.id, purpose, code, async () => (user && also ? also(user) : undefined));
		if (!user || !right) throw new MicrojouleError('CODE_INVALID', 'The code is wrong, used or too old. Check it, or have a new one sent.', { field: 'code' });
		await this.#throttle.succeeded(counted);
		return user;
	}

	/** Who proved to be the user: this address and this browser are no stranger's, by either name the account has. */
	async #know({ name_key, email_key }: User, client: Client): Promise<void> {
		for (const account of [name_key, email_key]) await this.#throttle.know(account, client);
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

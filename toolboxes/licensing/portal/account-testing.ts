/**
 * For tests of accounts: a portal with a clock that stands until it is moved, which mails to a real SMTP server; programs at any address of the
 * network, and browsers, which keep cookies and name their origin.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mailbox, type ReceivedMail } from './mail/testing.ts';
import { createPortal, type Portal, type PortalOptions } from './portal.ts';

export const password = 'a long enough password';
export const minuteMs = 60_000;
export const dayMs = 86_400_000;

export interface Answer {
	readonly status: number;
	// biome-ignore lint/suspicious/noExplicitAny: tests look at any shape
	readonly body: any;
	readonly headers: Readonly<Record<string, unknown>>;
}

export interface AskOptions {
	readonly address?: string;
	readonly token?: string;
	readonly headers?: Readonly<Record<string, string>>;
}

export class AccountBench implements AsyncDisposable {
	readonly portal: Portal;
	readonly #mailbox: Mailbox;
	readonly #folder: string;
	readonly #clock: { ms: number };

	private constructor(portal: Portal, mailbox: Mailbox, folder: string, clock: { ms: number }) {
		this.portal = portal;
		this.#mailbox = mailbox;
		this.#folder = folder;
		this.#clock = clock;
	}

	static async open(database: string, options: Partial<PortalOptions> = {}): Promise<AccountBench> {
		const clock = { ms: Date.UTC(2026, 0, 15) };
		const folder = await mkdtemp(join(tmpdir(), 'microjoule-accounts-'));
		const mailbox = new Mailbox();
		const smtp = await mailbox.listen();
		return new AccountBench(await createPortal({ database, port: 0, smtp, outbox: join(folder, 'outbox'), now: () => clock.ms, ...options }), mailbox, folder, clock);
	}

	/** ms since 1970. */
	get clock(): number {
		return this.#clock.ms;
	}

	set clock(ms: number) {
		this.#clock.ms = ms;
	}

	get db() {
		return this.portal.context.database.db;
	}

	/** A request of a program. */
	async ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object, { address = '192.0.2.1', token, headers = {} }: AskOptions = {}): Promise<Answer> {
		const answer = await this.portal.http.inject({
			method,
			url: `/api${path}`,
			remoteAddress: address,
			headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
			...(body ? { payload: body } : {}),
		});
		return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json(), headers: answer.headers };
	}

	browser(address = '192.0.2.1'): Browser {
		return new Browser(this, address);
	}

	/** What was mailed to an address, oldest first. */
	async mails(to: string): Promise<ReceivedMail[]> {
		await this.portal.services.accounts.close();
		return this.#mailbox.mails.filter((mail) => mail.to.toLowerCase() === to.toLowerCase());
	}

	/** The newest code that was mailed to an address. */
	async code(to: string): Promise<string> {
		const code = (await this.mails(to)).map(({ subject }) => /\b\d{6}\b/.exec(subject)?.[0]).findLast((found) => found !== undefined);
		if (code === undefined) throw new Error(`No code was mailed to ${to}.`);
		return code;
	}

	/** Asks for an account; the code is mailed to `name@example.org`. */
	signUp(name: string, { email = `${name}@example.org`, secret = password, address }: { email?: string; secret?: string; address?: string } = {}): Promise<Answer> {
		return this.ask('POST', '/sign-up', { name, email, password: secret, acceptTerms: true }, { address });
	}

	/** A confirmed account as its owner makes it; its session. */
	async account(name: string): Promise<string> {
		const email = `${name}@example.org`;
		await this.signUp(name);
		return (await this.ask('POST', '/verify', { name, code: await this.code(email) })).body.token;
	}

	async signIn(name: string, secret = password, options: AskOptions = {}): Promise<Answer> {
		return this.ask('POST', '/session', { name, password: secret, label: 'bench-pc' }, options);
	}

	async isSignedIn(token: string): Promise<boolean> {
		return (await this.ask('GET', '/session', undefined, { token })).body.user !== null;
	}

	async userId(name: string): Promise<number> {
		return (await this.db.selectFrom('users').select('id').where('name', '=', name).executeTakeFirstOrThrow()).id;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.portal.close();
		await this.#mailbox.close();
		await rm(this.#folder, { recursive: true, force: true });
	}
}

/** A page of the portal in a browser. */
export class Browser {
	readonly #bench: AccountBench;
	readonly #address: string;
	readonly cookies = new Map<string, string>();

	constructor(bench: AccountBench, address: string) {
		this.#bench = bench;
		this.#address = address;
	}

	async ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Answer> {
		const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
		const answer = await this.#bench.ask(method, path, body, { address: this.#address, headers: { host: 'localhost', origin: 'http://localhost', ...(cookie && { cookie }) } });
		for (const line of [answer.headers['set-cookie'] ?? []].flat() as string[]) {
			const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) as RegExpExecArray;
			if (value === '') this.cookies.delete(name);
			else this.cookies.set(name, value);
		}
		return answer;
	}

	signIn(name: string, secret = password): Promise<Answer> {
		return this.ask('POST', '/session', { name, password: secret });
	}
}

/** For tests of the shop and of support: a whole portal on its own port, with a clock that stands until it is moved, and an outbox that can be read. */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPortal, type Portal, type PortalOptions } from '../portal.ts';
import type { Basket } from './prices.ts';
import { sign, signatureHeader, webhookPath, webhookSecret } from './webhook.ts';

export const startMs = Date.UTC(2026, 0, 31, 12);
export const dayMs = 86_400_000;

export const goodCard = '4242 4242 4242 4242';
export const decliningCard = '4000 0000 0000 0002';
export const confirmingCard = '4000 0025 0000 3155';
export const onceOnlyCard = '4000 0000 0000 0341';

export interface Answer<T> {
	readonly status: number;
	readonly body: T;
	readonly headers: Headers;
	readonly text: string;
}

export interface OrderAnswer {
	readonly reference: string;
	readonly status: string;
	readonly net: number;
	readonly tax: number;
	readonly total: number;
	readonly invoice: number | null;
	readonly currency: string;
	readonly checkoutUrl?: string;
}

export class ShopBench implements AsyncDisposable {
	readonly portal: Portal;
	readonly #folder: string;
	readonly #clock: { ms: number };

	private constructor(portal: Portal, folder: string, clock: { ms: number }) {
		this.portal = portal;
		this.#folder = folder;
		this.#clock = clock;
	}

	static async open(database: string, options: Partial<PortalOptions> & { clock?: number } = {}): Promise<ShopBench> {
		const folder = await mkdtemp(join(tmpdir(), 'microjoule-shop-'));
		const clock = { ms: options.clock ?? startMs };
		return new ShopBench(await createPortal({ database, port: 0, outbox: join(folder, 'outbox'), now: () => clock.ms, ...options }), folder, clock);
	}

	get now(): number {
		return this.#clock.ms;
	}

	/** Moves the clock to a time and does what is due then. */
	async at(time: number): Promise<void> {
		this.#clock.ms = time;
		await this.portal.sweep();
	}

	async user(name: string, { admin = false } = {}): Promise<Customer> {
		const { id } = await this.portal.services.accounts.create({ name, email: `${name}@example.org`, password: 'a long enough password' }, { admin });
		const customer = new Customer(this, id, name, admin);
		await customer.signIn();
		return customer;
	}

	/** Subject and text of what was mailed to a user, oldest first. */
	async mails(name: string): Promise<string[]> {
		await this.portal.services.shop.close();
		await this.portal.services.support.settle();
		const outbox = join(this.#folder, 'outbox');
		const files = await readdir(outbox).catch(() => []);
		const mails = await Promise.all(files.sort().map((file) => readFile(join(outbox, file), 'utf8')));
		return mails.filter((mail) => mail.includes(`To: ${name}@example.org`)).map(readable);
	}

	/** What a payment provider sends; `change` alters it after it was signed. */
	async deliver(event: Record<string, unknown>, { secret, signedAt = this.now, change = (body: string) => body }: Forgery = {}): Promise<Answer<{ error?: { code: string } }>> {
		const body = JSON.stringify(event);
		const signature = sign(secret ?? (await webhookSecret(this.portal.context)), body, signedAt);
		return send(`${this.portal.url}${webhookPath}`, 'POST', change(body), { 'content-type': 'application/json', [signatureHeader]: signature });
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.portal.close();
		await rm(this.#folder, { recursive: true, force: true });
	}
}

export interface Forgery {
	readonly secret?: string;
	readonly signedAt?: number;
	readonly change?: (body: string) => string;
}

export class Customer {
	readonly id: number;
	readonly name: string;
	readonly admin: boolean;
	readonly #bench: ShopBench;
	#token = '';

	constructor(bench: ShopBench, id: number, name: string, admin: boolean) {
		this.#bench = bench;
		this.id = id;
		this.name = name;
		this.admin = admin;
	}

	async signIn(): Promise<void> {
		this.#token = await this.#bench.portal.services.sessions.create(this.id, 'test');
	}

	get<T>(path: string): Promise<Answer<T>> {
		return send(this.#bench.portal.url + path, 'GET', undefined, this.#headers());
	}

	post<T>(path: string, body: unknown = {}): Promise<Answer<T>> {
		return send(this.#bench.portal.url + path, 'POST', JSON.stringify(body), { ...this.#headers(), 'content-type': 'application/json' });
	}

	/** A file as it is, or a form without fields. */
	upload<T>(path: string, content: string | Buffer<ArrayBuffer>, type: string, headers: Record<string, string> = {}): Promise<Answer<T>> {
		return send(this.#bench.portal.url + path, 'POST', content, { ...this.#headers(), 'content-type': type, ...headers });
	}

	async order(lines: Basket['lines'], { country = 'DE', currency = 'EUR' } = {}): Promise<OrderAnswer> {
		const { status, body, text } = await this.post<OrderAnswer>('/api/orders', { lines, country, currency });
		if (status !== 201) throw new Error(text);
		return body;
	}

	pay(reference: string, number = goodCard, { expiry = '09/40', cvc = '123' } = {}) {
		return this.post<{ status?: string; confirmUrl?: string; error?: { code: string; message: string } }>('/api/sandbox/pay', { reference, method: 'card', number, expiry, cvc });
	}

	async payPal(reference: string): Promise<string> {
		return (await this.post<{ confirmUrl: string }>('/api/sandbox/pay', { reference, method: 'paypal' })).body.confirmUrl;
	}

	async status(reference: string): Promise<string> {
		return (await this.get<OrderAnswer>(`/api/orders/${reference}`)).body.status;
	}

	/** Buys and pays at once. */
	async buy(type: string, term: string, { quantity = 1, card = goodCard } = {}): Promise<OrderAnswer> {
		const order = await this.order([{ type, term, quantity }]);
		const { status, text } = await this.pay(order.reference, card);
		if (status !== 200) throw new Error(text);
		return order;
	}

	#headers(): Record<string, string> {
		return this.#token ? { authorization: `Bearer ${this.#token}` } : {};
	}
}

async function send<T>(url: string, method: string, body: BodyInit | undefined, headers: Record<string, string>): Promise<Answer<T>> {
	const response = await fetch(url, { method, body, headers, redirect: 'manual' });
	const text = await response.text();
	const json = response.headers.get('content-type')?.includes('json');
	return { status: response.status, body: (json ? JSON.parse(text) : undefined) as T, headers: response.headers, text };
}

/** An .eml as people read it. */
function readable(mail: string): string {
	const [head, ...rest] = mail.split('\r\n\r\n');
	const subject = /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(head)?.[1].replace(/\r\n[ \t]/g, ' ') ?? '';
	const body = rest.join('\n\n');
	if (/base64/i.test(head)) return `${subject}\n${Buffer.from(body, 'base64').toString('utf8')}`;
	const text = /quoted-printable/i.test(head) ? unquoted(body) : body;
	return `${subject}\n${text.replaceAll('\r\n', '\n')}`;
}

function unquoted(text: string): string {
	const bytes = text.replaceAll('=\r\n', '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
	return Buffer.from(bytes, 'latin1').toString('utf8');
}

import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Licence } from '../../licence.ts';
import { onBothDatabases } from '../database/testing.ts';
import { defaultPriceFile } from './prices.ts';
import { type Customer, confirmingCard, dayMs, decliningCard, goodCard, type OrderAnswer, ShopBench, startMs } from './testing.ts';
import { webhookPath } from './webhook.ts';

const oneMonth = [{ type: 'Automation', term: 'monthly', quantity: 1 }];
const licences = async (user: Customer) => (await user.get<{ licences: Licence[] }>('/api/licences')).body.licences;
const error = (code: string) => ({ error: expect.objectContaining({ code }) });

onBothDatabases((databases) => {
	const open = async (options?: Parameters<typeof ShopBench.open>[1]) => ShopBench.open(await databases.fresh(), options);
	/** The event that a provider sends for an order. */
	const succeeded = ({ reference, total, currency }: OrderAnswer, more: Record<string, unknown> = {}) => ({
		...{ id: `evt-${reference}`, type: 'payment.succeeded', reference, payment: 'pay-1', amount: total, currency, method: 'card-4242' },
		...more,
	});

	it('sells two lines: declined, paid, three licences, a mail with a quick start, an invoice', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		const lines = [
			{ type: 'Automation', term: 'monthly', quantity: 2 },
			{ type: 'Battery', term: 'perpetual', quantity: 1 },
		];
		const quote = await anna.post<OrderAnswer>('/api/orders/quote', { lines, country: 'SE', currency: 'EUR' });
		expect(quote.body).toMatchObject({ net: 188_800, taxRate: 25, tax: 47_200, total: 236_000 });
		const { reference, checkoutUrl, total } = await anna.order(lines, { country: 'SE' });
		expect(total).toBe(236_000);
		expect(checkoutUrl).toBe(`/checkout/${reference}`);
		expect(await anna.status(reference)).toBe('draft');
		expect((await anna.get<{ country: string }>('/api/account')).body.country).toBe('SE');

		const declined = await anna.pay(reference, decliningCard);
		expect([declined.status, declined.body.error?.code]).toEqual([402, 'PAYMENT_FAILED']);
		expect(declined.body.error?.message).toContain('ending in 0002 was declined');
		expect(await anna.status(reference)).toBe('declined');
		expect(await licences(anna)).toEqual([]);

		expect((await anna.pay(reference, goodCard)).body).toEqual({ status: 'succeeded' });
		const order = (await anna.get<OrderAnswer>(`/api/orders/${reference}`)).body;
		expect(order).toMatchObject({ status: 'paid', invoice: 1, total: 236_000 });
		const bought = await licences(anna);
		expect(bought.map(({ type, term, mine, available, expires }) => [type, term, mine, available, expires])).toEqual([
			['Automation', 'monthly', true, true, '2026-03-07T12:00:00.000Z'],
			['Automation', 'monthly', true, true, '2026-03-07T12:00:00.000Z'],
			['Battery', 'perpetual', true, true, null],
		]);
		const subscriptions = (await anna.get<{ subscriptions: { licence: number; periodEnd: string; status: string }[] }>('/api/subscriptions')).body.subscriptions;
		expect(subscriptions.map(({ licence, periodEnd, status }) => [licence, periodEnd, status])).toEqual(
			bought.slice(0, 2).map(({ id }) => [id, '2026-02-28T12:00:00.000Z', 'active']),
		);

		const mails = await bench.mails('anna');
		expect(mails).toHaveLength(1);
		for (const part of [reference, 'Ctrl-U', 'microjoule reserve', '2 × Automation, monthly: €98.00', 'total €2,360.00', 'Invoice 1', 'no money has moved', bench.portal.url])
			expect(mails[0]).toContain(part);

		const invoice = await anna.get(`/api/orders/${reference}/invoice`);
		expect(invoice.headers.get('content-type')).toContain('text/html');
		for (const part of ['Invoice 1', 'anna', ', SE', '2026-01-31', 'Tax, 25 %', '€472.00', '€2,360.00', reference]) expect(invoice.text).toContain(part);
		expect((await anna.get<{ orders: OrderAnswer[] }>('/api/orders')).body.orders.map(({ reference: each }) => each)).toEqual([reference]);
	});

	it('refuses a basket that it does not sell, and an order of nobody', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		const basket = (quantity: number) => ({ lines: [{ type: 'Automation', term: 'monthly', quantity }], country: 'DE', currency: 'EUR' });
		for (const quantity of [0, -1, 1.5, 101, 1e300]) {
			const { status, body } = await anna.post('/api/orders', basket(quantity));
			expect([quantity, status, body]).toEqual([quantity, 400, error('INVALID_VALUE')]);
		}
		expect((await anna.post('/api/orders', basket(100))).status).toBe(201);
		const response = await fetch(`${bench.portal.url}/api/orders`, { method: 'POST', body: JSON.stringify(basket(1)), headers: { 'content-type': 'application/json' } });
		expect(response.status).toBe(401);
	});

	it('lets nobody pile up unpaid orders, and cancels forgotten ones', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		const first = await anna.order(oneMonth);
		for (let made = 1; made < 50; made++) await anna.order(oneMonth);
		await expect(anna.order(oneMonth)).rejects.toThrow(/50 of your orders/);
		await bench.at(startMs + 14 * dayMs);
		expect(await anna.status(first.reference)).toBe('cancelled');
		expect((await anna.pay(first.reference)).body).toEqual(error('INVALID_VALUE'));
		await anna.order(oneMonth);
	});

	it('asks for a confirmation where the card wants one', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		const { reference } = await anna.order(oneMonth);
		const { status, confirmUrl = '' } = (await anna.pay(reference, confirmingCard)).body;
		expect(status).toBe('confirm');
		expect(await anna.status(reference)).toBe('pending');
		const page = await anna.get(confirmUrl);
		expect(page.text).toContain('€58.31');
		expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
		const form = (decision: string, headers = {}) => anna.upload(`${confirmUrl}/${decision}`, '', 'application/x-www-form-urlencoded', headers);
		// A page of another origin cannot press the button.
		expect((await form('approve', { origin: 'https://evil.example' })).status).toBe(403);
		expect(await anna.status(reference)).toBe('pending');
		const done = await form('approve', { origin: bench.portal.url });
		expect([done.status, done.headers.get('location')]).toEqual([303, `/orders/${reference}`]);
		expect(await anna.status(reference)).toBe('paid');
		// Neither button does anything more.
		await form('cancel');
		await form('approve');
		expect(await anna.status(reference)).toBe('paid');
		expect(await licences(anna)).toHaveLength(1);
		expect((await anna.get(confirmUrl)).status).toBe(303);
	});

	it('pays at a page like that of PayPal, also after having cancelled there', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		const { reference } = await anna.order(oneMonth);
		const page = await anna.payPal(reference);
		expect((await anna.get(page)).text).toContain('Approve');
		await anna.upload(`${page}/cancel`, '', 'application/x-www-form-urlencoded');
		expect(await anna.status(reference)).toBe('draft');
		// What was given up cannot be approved any more.
		await anna.upload(`${page}/approve`, '', 'application/x-www-form-urlencoded');
		expect(await anna.status(reference)).toBe('draft');
		await anna.upload(`${await anna.payPal(reference)}/approve`, '', 'application/x-www-form-urlencoded');
		expect(await anna.status(reference)).toBe('paid');
	});

	it.each([
		[{ expiry: '01/26' }, 402, 'PAYMENT_FAILED', 'has expired'],
		[{ expiry: '13/30' }, 400, 'INVALID_VALUE', 'month and year'],
		[{ cvc: '12' }, 400, 'INVALID_VALUE', 'security code'],
	])('looks at the card: %j', async (card, status, code, message) => {
		await using bench = await open({ clock: Date.UTC(2026, 1, 1) });
		const anna = await bench.user('anna');
		const { reference } = await anna.order(oneMonth);
		const answer = await anna.pay(reference, goodCard, card);
		expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
		expect(answer.body.error?.message).toMatch(message);
		expect((await anna.pay(reference, '5555 5555 5555 4444')).body).toEqual(error('PAYMENT_FAILED'));
		expect((await anna.pay(reference, 'a card')).body).toEqual(error('INVALID_VALUE'));
		expect((await anna.pay(reference, goodCard, { expiry: '02/26' })).body).toEqual({ status: 'succeeded' });
	});

	it('takes the money of an order once, however often the button is pressed', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		const { reference } = await anna.order([{ type: 'Battery', term: 'yearly', quantity: 3 }]);
		await Promise.all(Array.from({ length: 8 }, () => anna.pay(reference)));
		expect(await anna.status(reference)).toBe('paid');
		expect(await licences(anna)).toHaveLength(3);
		expect(await bench.mails('anna')).toHaveLength(1);
	});

	it('keeps the price an order was placed at', async () => {
		const database = await databases.fresh();
		const dearer = join(tmpdir(), `prices-${process.pid}.yaml`);
		await writeFile(dearer, (await readFile(defaultPriceFile, 'utf8')).replace('EUR: 4900', 'EUR: 9900').replace('DE: 19', 'DE: 16'));
		let reference: string;
		{
			await using bench = await ShopBench.open(database);
			reference = (await (await bench.user('anna')).order(oneMonth)).reference;
		}
		await using bench = await ShopBench.open(database, { priceFile: dearer });
		const bert = await bench.user('bert');
		expect((await bert.post<OrderAnswer>('/api/orders/quote', { lines: oneMonth, country: 'DE', currency: 'EUR' })).body.total).toBe(11_484);
		const [anna] = await bench.portal.context.database.db.selectFrom('users').select('id').where('name', '=', 'anna').execute();
		await bench.portal.services.shop.sandbox?.payByCard(reference, { number: goodCard, expiry: '09/40', cvc: '123' });
		expect(await bench.portal.services.shop.orders.one(anna.id, reference)).toMatchObject({ status: 'paid', net: 4900, tax: 931, total: 5831, taxRate: 19 });
	});

	it('believes no webhook that is forged, altered, old, or of another sum', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		const order = await anna.order(oneMonth);
		const event = succeeded(order);
		const refused: [string, number, Parameters<ShopBench['deliver']>][] = [
			['another secret', 403, [event, { secret: 'guessed' }]],
			['altered', 403, [{ ...event, amount: 1 }, { change: (body) => body.replace('"amount":1', `"amount":${order.total}`) }]],
			['old', 403, [event, { signedAt: bench.now - 300_001 }]],
			['of the future', 403, [event, { signedAt: bench.now + 300_001 }]],
			['another sum', 400, [{ ...event, amount: 1 }]],
			['another currency', 400, [{ ...event, currency: 'USD' }]],
			['an unknown order', 404, [{ ...event, reference: 'nothing' }]],
			['an unknown type', 400, [{ ...event, type: 'payment.given' }]],
			['no id', 400, [{ ...event, id: '' }]],
		];
		for (const [name, status, delivery] of refused) expect([name, (await bench.deliver(...delivery)).status]).toEqual([name, status]);
		const bare = await fetch(bench.portal.url + webhookPath, { method: 'POST', body: JSON.stringify(event), headers: { 'content-type': 'application/json' } });
		expect(bare.status).toBe(403);
		expect(await anna.status(order.reference)).toBe('draft');
		expect(await licences(anna)).toEqual([]);
		// The same id is still good for a real one: what was refused left nothing behind.
		expect((await bench.deliver(event)).status).toBe(200);
		expect(await anna.status(order.reference)).toBe('paid');
	});

	it('handles an event once, however often and at the same time it is delivered', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		const order = await anna.order(oneMonth);
		const answers = await Promise.all(Array.from({ length: 8 }, () => bench.deliver(succeeded(order))));
		expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
		// Another event of the same payment, and one that came late.
		expect((await bench.deliver(succeeded(order, { id: 'evt-2' }))).status).toBe(200);
		expect((await bench.deliver(succeeded(order, { id: 'evt-3', type: 'payment.declined', method: '' }))).status).toBe(200);
		expect(await anna.status(order.reference)).toBe('paid');
		expect(await licences(anna)).toHaveLength(1);
		expect(await bench.mails('anna')).toHaveLength(1);
	});

	it('honours a payment that comes after the order was cancelled', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		const order = await anna.order(oneMonth);
		await bench.at(startMs + 15 * dayMs);
		expect(await anna.status(order.reference)).toBe('cancelled');
		await bench.deliver(succeeded(order, { id: 'late', type: 'payment.declined', method: '' }));
		expect(await anna.status(order.reference)).toBe('cancelled');
		await bench.deliver(succeeded(order));
		expect(await anna.status(order.reference)).toBe('paid');
		expect(await licences(anna)).toHaveLength(1);
	});

	it('numbers invoices without holes, whoever pays at the same time', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		const orders = await Promise.all(Array.from({ length: 10 }, () => anna.order(oneMonth)));
		await bench.deliver({ ...succeeded(orders[0]), amount: 1 });
		await Promise.all(orders.map((order) => bench.deliver(succeeded(order))));
		const { body } = await anna.get<{ orders: OrderAnswer[] }>('/api/orders');
		expect(body.orders.map(({ invoice }) => invoice).sort((a, b) => Number(a) - Number(b))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
	});

	it('tells the sandbox again what the portal did not take', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		const order = await anna.order(oneMonth);
		const { db } = bench.portal.context.database;
		// While the order is out of sight, the webhook answers that there is none.
		await db.updateTable('orders').set({ reference: 'hidden' }).where('reference', '=', order.reference).execute();
		await bench.portal.services.shop.sandbox?.payByCard(order.reference, { number: goodCard, expiry: '09/40', cvc: '123' });
		await db.updateTable('orders').set({ reference: order.reference }).where('reference', '=', 'hidden').execute();
		expect(await anna.status(order.reference)).toBe('draft');
		await bench.portal.sweep();
		expect(await anna.status(order.reference)).toBe('draft');
		await bench.at(bench.now + 15_000);
		expect(await anna.status(order.reference)).toBe('paid');
		expect(await db.selectFrom('sandbox_events').selectAll().execute()).toEqual([]);
	});

	it('mails a confirmation later where it could not be sent', async () => {
		const database = await databases.fresh();
		{
			// Nobody listens there.
			await using bench = await ShopBench.open(database, { smtp: 'smtp://127.0.0.1:9' });
			const anna = await bench.user('anna');
			await anna.buy('Automation', 'monthly');
			expect(await licences(anna)).toHaveLength(1);
		}
		await using bench = await ShopBench.open(database, { clock: startMs + 60_000 });
		await bench.portal.sweep();
		expect(await bench.mails('anna')).toHaveLength(1);
		await bench.at(startMs + 3_600_000);
		expect(await bench.mails('anna')).toHaveLength(1);
	});

	it("shows nobody a colleague's order, invoice, payment or subscription", async () => {
		await using bench = await open();
		const [anna, bert] = [await bench.user('anna'), await bench.user('bert', { admin: true })];
		const { reference } = await anna.buy('Automation', 'monthly');
		const waiting = await anna.order(oneMonth);
		const page = await anna.payPal(waiting.reference);
		const [{ id }] = (await anna.get<{ subscriptions: { id: number }[] }>('/api/subscriptions')).body.subscriptions;
		for (const path of [`/api/orders/${reference}`, `/api/orders/${reference}/invoice`, page]) expect([path, (await bert.get(path)).status]).toEqual([path, 404]);
		expect((await bert.post(`/api/subscriptions/${id}/cancel`)).status).toBe(404);
		expect((await bert.pay(waiting.reference)).status).toBe(404);
		expect((await bert.upload(`${page}/approve`, '', 'application/x-www-form-urlencoded')).status).toBe(404);
		expect((await bert.get<{ orders: unknown[] }>('/api/orders')).body.orders).toEqual([]);
		expect((await bert.get<{ subscriptions: unknown[] }>('/api/subscriptions')).body.subscriptions).toEqual([]);
		expect(await anna.status(waiting.reference)).toBe('pending');
		expect((await anna.get<{ subscriptions: { status: string }[] }>('/api/subscriptions')).body.subscriptions).toMatchObject([{ status: 'active' }]);
	});

	it('writes no HTML that somebody else has written', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		const { reference } = await anna.buy('Automation', 'monthly');
		const { db } = bench.portal.context.database;
		await db.updateTable('orders').set({ buyer: '<img src=x onerror="alert(1)">&\'' }).execute();
		const { text } = await anna.get(`/api/orders/${reference}/invoice`);
		expect(text).not.toContain('<img');
		expect(text).toContain('&#60;img src=x onerror=&#34;alert(1)&#34;&#62;&#38;&#39;');
		const injected = await anna.post('/api/orders', { lines: [{ type: "Automation'; DROP TABLE orders; --", term: 'monthly', quantity: 1 }], country: 'DE', currency: 'EUR' });
		expect(injected.status).toBe(400);
		expect((await anna.get(`/api/orders/${encodeURIComponent("x' OR '1'='1")}`)).status).toBe(404);
		expect(await anna.status(reference)).toBe('paid');
	});

	it('keeps invoices, without their account, when that is deleted', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		await anna.buy('Automation', 'monthly');
		const left = await anna.order(oneMonth);
		const { db } = bench.portal.context.database;
		await db.deleteFrom('users').where('id', '=', anna.id).execute();
		expect(await db.selectFrom('orders').select(['invoice', 'user_id', 'buyer']).orderBy('id').execute()).toEqual([
			{ invoice: 1, user_id: null, buyer: 'anna <anna@example.org>' },
			{ invoice: null, user_id: null, buyer: 'anna <anna@example.org>' },
		]);
		// Money that comes now has no account to go to: it has an invoice, and no licence.
		expect((await bench.deliver(succeeded(left))).status).toBe(200);
		expect(await db.selectFrom('licences').selectAll().execute()).toEqual([]);
		await bench.at(startMs + 40 * dayMs);
		expect(await db.selectFrom('orders').select('id').execute()).toHaveLength(2);
	});

	it('sells nothing in the sandbox where others can reach it, unless that is allowed', async () => {
		const publicUrl = 'https://licences.example.org';
		{
			await using bench = await open({ publicUrl });
			const anna = await bench.user('anna');
			expect(bench.portal.services.shop.sandbox).toBeUndefined();
			const { status, body } = await anna.post<{ error: { message: string } }>('/api/orders', { lines: oneMonth, country: 'DE', currency: 'EUR' });
			expect([status, body]).toEqual([400, error('NOT_SUPPORTED')]);
			expect(body.error.message).toContain('--allow-sandbox-payments');
			expect((await anna.pay('x')).status).toBe(404);
		}
		await using bench = await open({ publicUrl, allowSandboxPayments: true });
		const anna = await bench.user('anna');
		await anna.buy('Automation', 'monthly');
		expect(await licences(anna)).toHaveLength(1);
	});

	it('lists prices to everybody', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		const { body } = await anna.get<{ currencies: string[]; default: string; products: unknown[] }>('/api/prices');
		expect(body).toMatchObject({ currencies: ['EUR', 'USD'], default: 'EUR' });
		expect(body.products).toContainEqual({ type: 'Automation', term: 'monthly', price: { EUR: 4900, USD: 5400 } });
	});
});

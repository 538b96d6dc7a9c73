import { describe, expect, it } from 'vitest';
import type { Licence } from '../../licence.ts';
import { onBothDatabases } from '../database/testing.ts';
import type { Customer } from './testing.ts';
import { dayMs, goodCard, onceOnlyCard, ShopBench, startMs } from './testing.ts';

/** The first period, bought on 31 January. */
const firstEnd = Date.UTC(2026, 1, 28, 12);
const day = (iso: string | null) => iso?.slice(0, 10);

onBothDatabases((databases) => {
	const open = async () => ShopBench.open(await databases.fresh());
	const subscriptions = (bench: ShopBench, { id }: Customer) => bench.portal.services.shop.renewals.list(id);
	const orders = (bench: ShopBench, { id }: Customer) => bench.portal.services.shop.orders.list(id);
	const licence = async (bench: ShopBench, { id }: Customer): Promise<Licence> => (await bench.portal.services.licences.list(id))[0];
	const cancel = async (bench: ShopBench, user: Customer) => bench.portal.services.shop.renewals.cancel(user, (await subscriptions(bench, user))[0].id);

	it('renews month by month, on the day it was bought or the last of a shorter month', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		await anna.buy('Automation', 'monthly');
		await bench.at(firstEnd - 1);
		expect(await orders(bench, anna)).toHaveLength(1);
		const ends: (string | undefined)[] = [];
		for (let month = 0; month < 4; month++) {
			const [{ periodEnd, status }] = await subscriptions(bench, anna);
			expect(status).toBe('active');
			ends.push(day(periodEnd));
			expect(Date.parse((await licence(bench, anna)).expires ?? '')).toBe(Date.parse(periodEnd) + 7 * dayMs);
			await bench.at(Date.parse(periodEnd));
			expect((await licence(bench, anna)).expired).toBe(false);
			await bench.at(Date.parse(periodEnd) + 1);
		}
		expect(ends).toEqual(['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']);
		const paid = await orders(bench, anna);
		expect(paid.map(({ status, invoice, total, renewal }) => [status, invoice, total, renewal])).toEqual([
			['paid', 5, 5831, true],
			['paid', 4, 5831, true],
			['paid', 3, 5831, true],
			['paid', 2, 5831, true],
			['paid', 1, 5831, false],
		]);
		expect((await bench.mails('anna')).filter((mail) => mail.includes('was renewed'))).toHaveLength(4);
	});

	it('renews a yearly licence after a year, and a perpetual one never', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		await anna.buy('Battery', 'perpetual');
		await anna.buy('Automation', 'yearly');
		const [{ periodEnd }] = await subscriptions(bench, anna);
		expect(day(periodEnd)).toBe('2027-01-31');
		await bench.at(Date.parse(periodEnd) - 1);
		expect(await orders(bench, anna)).toHaveLength(2);
		await bench.at(Date.parse(periodEnd));
		expect(await orders(bench, anna)).toHaveLength(3);
		await bench.at(Date.UTC(2040, 0, 1));
		const left = await bench.portal.services.licences.list(anna.id);
		expect(left.map(({ type, expires }) => [type, expires === null])).toEqual([
			['Battery', true],
			['Automation', false],
		]);
		expect((await orders(bench, anna)).filter(({ lines }) => lines[0].term === 'perpetual')).toHaveLength(1);
	});

	it('runs to its period’s end once cancelled, and is not charged again', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		await anna.buy('Automation', 'monthly');
		await cancel(bench, anna);
		await cancel(bench, anna);
		expect(await subscriptions(bench, anna)).toMatchObject([{ status: 'cancelled' }]);
		expect(Date.parse((await licence(bench, anna)).expires ?? '')).toBe(firstEnd);
		await bench.at(firstEnd - 1);
		expect((await licence(bench, anna)).expired).toBe(false);
		await bench.at(firstEnd);
		expect((await licence(bench, anna)).expired).toBe(true);
		await bench.at(firstEnd + 100 * dayMs);
		expect(await orders(bench, anna)).toHaveLength(1);
		const audit = await bench.portal.context.database.db.selectFrom('audit').select(['action', 'user_name']).where('action', '=', 'cancel renewal').execute();
		expect(audit).toEqual([{ action: 'cancel renewal', user_name: 'anna' }]);
	});

	it('cancels one of several licences bought together', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		await anna.buy('Automation', 'monthly', { quantity: 3 });
		const [first] = await subscriptions(bench, anna);
		await cancel(bench, anna);
		await bench.at(firstEnd);
		const after = await subscriptions(bench, anna);
		expect(after.map(({ id, status, periodEnd }) => [id === first.id, status, day(periodEnd)])).toEqual([
			[true, 'cancelled', '2026-02-28'],
			[false, 'active', '2026-03-31'],
			[false, 'active', '2026-03-31'],
		]);
		expect(await orders(bench, anna)).toHaveLength(3);
	});

	describe('when the payment is declined', () => {
		it('tries every day for seven days, in which the licence works, then lapses', async () => {
			await using bench = await open();
			const anna = await bench.user('anna');
			await anna.buy('Automation', 'monthly', { card: onceOnlyCard });
			const tries = async () => (await bench.portal.context.database.db.selectFrom('webhooks').selectAll().execute()).filter(({ received_at }) => received_at >= firstEnd).length;
			for (let days = 0; days < 7; days++) {
				await bench.at(firstEnd + days * dayMs);
				await bench.at(firstEnd + days * dayMs + dayMs - 1);
				expect([days, await tries()]).toEqual([days, days + 1]);
				expect((await licence(bench, anna)).expired).toBe(false);
				expect(await subscriptions(bench, anna)).toMatchObject([{ status: 'failing' }]);
			}
			await bench.at(firstEnd + 7 * dayMs);
			expect((await licence(bench, anna)).expired).toBe(true);
			expect(await subscriptions(bench, anna)).toMatchObject([{ status: 'lapsed' }]);
			await bench.at(firstEnd + 20 * dayMs);
			expect(await tries()).toBe(7);
			// One order for all tries, and no invoice for it.
			expect((await orders(bench, anna)).map(({ status, invoice }) => [status, invoice])).toEqual([
				['cancelled', null],
				['paid', 1],
			]);
			const subjects = (await bench.mails('anna')).map((mail) => mail.split('\n', 1)[0]);
			expect(subjects.slice(1)).toEqual(['The renewal of your Automation licence failed', 'Your Automation licence has ended']);
		});

		it('goes on with the payment by which the failed order is paid', async () => {
			await using bench = await open();
			const anna = await bench.user('anna');
			await anna.buy('Automation', 'monthly', { card: onceOnlyCard });
			await bench.at(firstEnd + 2 * dayMs);
			await anna.signIn();
			const [{ reference, status, renewal }] = await orders(bench, anna);
			expect([status, renewal]).toEqual(['declined', true]);
			expect((await anna.pay(reference, goodCard)).body).toEqual({ status: 'succeeded' });
			expect((await subscriptions(bench, anna)).map((each) => [each.status, day(each.periodEnd)])).toEqual([['active', '2026-03-31']]);
			await bench.at(Date.UTC(2026, 2, 31, 12));
			expect((await subscriptions(bench, anna)).map((each) => [each.status, day(each.periodEnd)])).toEqual([['active', '2026-04-30']]);
		});

		it('ends at once where the failing renewal is cancelled', async () => {
			await using bench = await open();
			const anna = await bench.user('anna');
			await anna.buy('Automation', 'monthly', { card: onceOnlyCard });
			await bench.at(firstEnd + dayMs);
			await cancel(bench, anna);
			expect((await licence(bench, anna)).expired).toBe(true);
			expect((await orders(bench, anna))[0].status).toBe('cancelled');
		});
	});

	it('charges for no time in which the licence did not work because the portal was off', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		await anna.buy('Automation', 'monthly');
		const back = Date.UTC(2026, 5, 10, 8);
		await bench.at(back);
		expect(await orders(bench, anna)).toHaveLength(2);
		expect((await subscriptions(bench, anna)).map(({ periodEnd }) => periodEnd)).toEqual(['2026-07-10T08:00:00.000Z']);
		expect((await licence(bench, anna)).expired).toBe(false);
		// Off for less than the seven days, it worked: the period is the calendar's.
		await bench.at(Date.UTC(2026, 6, 15));
		expect((await subscriptions(bench, anna)).map(({ periodEnd }) => day(periodEnd))).toEqual(['2026-08-10']);
	});

	it('keeps the price it was bought at, and is paid by its buyer when the licence was moved', async () => {
		await using bench = await open();
		const [anna, bert] = [await bench.user('anna'), await bench.user('bert')];
		await anna.buy('Automation', 'monthly');
		await bench.portal.services.licences.move((await licence(bench, anna)).id, anna, 'bert');
		await bench.at(firstEnd);
		expect(await subscriptions(bench, anna)).toMatchObject([{ owner: 'bert', status: 'active', price: 4900 }]);
		expect(await subscriptions(bench, bert)).toEqual([]);
		expect(await orders(bench, bert)).toEqual([]);
		expect(day((await licence(bench, bert)).expires)).toBe('2026-04-07');
		await cancel(bench, anna);
		expect(day((await licence(bench, bert)).expires)).toBe('2026-03-31');
	});

	it('charges nobody for a licence that is gone with its owner', async () => {
		await using bench = await open();
		const [anna, bert] = [await bench.user('anna'), await bench.user('bert')];
		await anna.buy('Automation', 'monthly');
		await bench.portal.services.licences.move((await licence(bench, anna)).id, anna, 'bert');
		const { db } = bench.portal.context.database;
		await db.deleteFrom('users').where('id', '=', bert.id).execute();
		await bench.at(firstEnd);
		expect(await orders(bench, anna)).toHaveLength(1);
		expect(await db.selectFrom('subscriptions').select(['status', 'next_try_at']).execute()).toEqual([{ status: 'cancelled', next_try_at: null }]);
		// And the account that pays: its subscriptions go with it.
		await anna.buy('Battery', 'monthly');
		await db.deleteFrom('users').where('id', '=', anna.id).execute();
		await bench.at(startMs + 90 * dayMs);
		expect(await db.selectFrom('subscriptions').selectAll().execute()).toEqual([]);
	});

	it('charges once where two portals look at the same time', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		await anna.buy('Automation', 'monthly', { quantity: 5 });
		await bench.at(firstEnd - 1);
		const { renewals } = bench.portal.services.shop;
		await bench.at(firstEnd - 1);
		const later = bench.at(firstEnd);
		await Promise.all([later, renewals.renewDue(), renewals.renewDue()]);
		expect(await orders(bench, anna)).toHaveLength(6);
		expect((await subscriptions(bench, anna)).map(({ periodEnd }) => day(periodEnd))).toEqual(Array.from({ length: 5 }, () => '2026-03-31'));
	});
});

import { expect, it } from 'vitest';
import { AccountBench, dayMs, password } from './account-testing.ts';
import { promoteAdministrator } from './administration.ts';
import { onBothDatabases } from './database/testing.ts';
import { rotateKey } from './keys.ts';

const refused = (code: string) => ({ body: { error: { code } } });
const secretOf = (link: string | undefined) => link?.split('/set-up#')[1] ?? '';

onBothDatabases((databases) => {
	const open = async () => AccountBench.open(await databases.fresh());
	/** A portal with an administrator, `ada`, and a user, `anna`. */
	const staffed = async () => {
		const bench = await open();
		const { body } = await bench.ask('POST', '/set-up', { secret: secretOf(bench.portal.setUpLink), name: 'ada', email: 'ada@example.org', password });
		return { bench, ada: { token: body.token as string }, anna: { token: await bench.account('anna') } };
	};

	it('comes about through the link, once', async () => {
		await using bench = await open();
		const link = bench.portal.setUpLink as string;
		expect(link).toMatch(new RegExp(`^${bench.portal.url}/set-up#[\\w-]{32}$`));
		const setUp = (secret: string, name = 'ada') => bench.ask('POST', '/set-up', { secret, name, email: `${name}@example.org`, password });
		for (const secret of ['x', secretOf(link).slice(1), '%', "' OR 1=1 --"]) expect(await setUp(secret)).toMatchObject({ status: 403, ...refused('FORBIDDEN') });
		// What is refused for another reason leaves the link as it is.
		expect(await setUp(secretOf(link), 'a b')).toMatchObject({ status: 400 });
		const answers = await Promise.all(['ada', 'eve', 'mallory'].map((name) => setUp(secretOf(link), name)));
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403]);
		expect(answers.find(({ status }) => status === 200)?.body).toMatchObject({ user: { admin: true, verified: true }, token: expect.any(String) });
		expect(await setUp(secretOf(link), 'zoe')).toMatchObject({ status: 403 });
		expect(await bench.db.selectFrom('users').select('admin').execute()).toEqual([{ admin: 1 }]);
	});

	it('has a new link at every start, as long as there is no administrator', async () => {
		const where = await databases.fresh();
		let first: string;
		{
			await using bench = await AccountBench.open(where);
			first = secretOf(bench.portal.setUpLink);
			await bench.account('anna');
		}
		{
			await using bench = await AccountBench.open(where);
			const body = { name: 'ada', email: 'ada@example.org', password };
			expect(await bench.ask('POST', '/set-up', { ...body, secret: first })).toMatchObject({ status: 403 });
			expect(await bench.ask('POST', '/set-up', { ...body, secret: secretOf(bench.portal.setUpLink) })).toMatchObject({ status: 200 });
		}
		await using bench = await AccountBench.open(where);
		expect(bench.portal.setUpLink).toBeUndefined();
	});

	it('is given by whoever has the database, to a confirmed account', async () => {
		const where = await databases.fresh();
		await using bench = await AccountBench.open(where);
		const link = bench.portal.setUpLink;
		const token = await bench.account('anna');
		await bench.signUp('ben');
		for (const name of ['ben', 'nobody', '%']) await expect(promoteAdministrator(where, name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
		expect(await bench.ask('GET', '/admin/users', undefined, { token })).toMatchObject({ status: 403 });
		await promoteAdministrator(where, 'ANNA');
		expect(await bench.ask('GET', '/admin/users', undefined, { token })).toMatchObject({ status: 200 });
		expect(await bench.ask('POST', '/set-up', { secret: secretOf(link), name: 'eve', email: 'eve@example.org', password })).toMatchObject({ status: 403 });
		expect((await bench.ask('GET', '/admin/audit', undefined, { token })).body.entries[0]).toMatchObject({
			user: 'the operator',
			action: 'make administrator',
			details: { user: 'anna' },
		});
	});

	it('is closed to everybody else', async () => {
		const { bench, anna } = await staffed();
		await using _ = bench;
		const routes = [
			['GET', '/admin/users'],
			['GET', '/admin/licences'],
			['POST', '/admin/users/anna/licences', { type: 'Battery', term: 'perpetual', quantity: 1 }],
			['POST', '/admin/licences/1/return', {}],
			['GET', '/admin/audit'],
			['GET', '/admin/settings'],
			['PUT', '/admin/settings', { offlineHours: 1 }],
		] as const;
		for (const [method, path, body] of routes) {
			expect(await bench.ask(method, path, body), path).toMatchObject({ status: 401, ...refused('NOT_LOGGED_IN') });
			expect(await bench.ask(method, path, body, anna), path).toMatchObject({ status: 403, ...refused('FORBIDDEN') });
		}
		expect((await bench.ask('GET', '/licences', undefined, anna)).body.licences).toEqual([]);
	});

	it('finds accounts by name and address, a page at a time', async () => {
		const { bench, ada } = await staffed();
		await using _ = bench;
		const { accounts } = bench.portal.services;
		const row = { password: '-', verified_at: 1, admin: 0, terms_accepted_at: 1, created_at: bench.clock };
		for (let number = 0; number < 60; number++) {
			const name = `Lab_${String(number).padStart(2, '0')}`;
			await bench.db
				.insertInto('users')
				.values({ ...row, name, name_key: name.toLowerCase(), email: `${number}@lab.example`, email_key: `${number}@lab.example` })
				.execute();
		}
		await bench.signUp('zoe');
		const find = async (search: string, page = 1) => (await bench.ask('GET', `/admin/users?search=${encodeURIComponent(search)}&page=${page}`, undefined, ada)).body;
		expect(await find('lab_')).toMatchObject({ pages: 2, users: { length: 50 } });
		expect((await find('LAB_', 2)).users.map(({ name }: { name: string }) => name)).toEqual(Array.from({ length: 10 }, (_unused, index) => `Lab_${50 + index}`));
		expect(await find('lab_', 3)).toEqual({ pages: 2, users: [] });
		expect((await find('7@LAB.')).users.map(({ name }: { name: string }) => name)).toEqual(['Lab_07', 'Lab_17', 'Lab_27', 'Lab_37', 'Lab_47', 'Lab_57']);
		// Signs that mean something to a database are letters here.
		for (const search of ['%', 'l%b', 'labx', 'la_', '\\', "'", 'lab\\_']) expect(await find(search), search).toEqual({ pages: 1, users: [] });
		expect((await find('')).pages).toBe(2);
		expect((await find('zoe')).users).toEqual([{ name: 'zoe', email: 'zoe@example.org', admin: false, verified: false, created: new Date(bench.clock).toISOString() }]);
		expect((await find('ada')).users).toMatchObject([{ name: 'ada', admin: true, verified: true }]);
		await accounts.close();
	});

	it('grants licences to a confirmed account, and what it grants is in the log', async () => {
		const { bench, ada, anna } = await staffed();
		await using _ = bench;
		await bench.signUp('ben');
		const grant = (name: string, body: object) => bench.ask('POST', `/admin/users/${encodeURIComponent(name)}/licences`, body, ada);
		const soon = new Date(bench.clock + dayMs).toISOString();
		for (const [name, body, code] of [
			['ben', { type: 'Battery', term: 'perpetual', quantity: 1 }, 'NOT_FOUND'],
			['nobody', { type: 'Battery', term: 'perpetual', quantity: 1 }, 'NOT_FOUND'],
			['anna', { type: 'Toaster', term: 'perpetual', quantity: 1 }, 'INVALID_VALUE'],
			['anna', { type: '__proto__', term: 'perpetual', quantity: 1 }, 'INVALID_VALUE'],
			['anna', { type: 'Battery', term: 'weekly', quantity: 1 }, 'INVALID_VALUE'],
			['anna', { type: 'Battery', term: 'monthly', quantity: 1 }, 'INVALID_VALUE'],
			['anna', { type: 'Battery', term: 'monthly', quantity: 1, expires: 'soon' }, 'INVALID_VALUE'],
			['anna', { type: 'Battery', term: 'monthly', quantity: 1, expires: new Date(bench.clock).toISOString() }, 'INVALID_VALUE'],
			['anna', { type: 'Battery', term: 'perpetual', quantity: 0 }, 'INVALID_VALUE'],
			['anna', { type: 'Battery', term: 'perpetual', quantity: 1001 }, 'INVALID_VALUE'],
			['anna', { type: 'Battery', term: 'perpetual', quantity: 1.5 }, 'INVALID_VALUE'],
		] as const)
			expect(await grant(name, body), JSON.stringify(body)).toMatchObject(refused(code));
		const { status, body } = await grant('ANNA', { type: 'Battery', term: 'yearly', quantity: 3, expires: soon });
		expect({ status, count: body.licences.length }).toEqual({ status: 201, count: 3 });
		expect(await grant('anna', { type: 'Enterprise', term: 'perpetual', quantity: 1 })).toMatchObject({ status: 201 });
		const { licences } = (await bench.ask('GET', '/licences', undefined, anna)).body;
		expect(licences).toMatchObject([...body.licences.map((id: number) => ({ id, type: 'Battery', term: 'yearly', expires: soon })), { type: 'Enterprise', expires: null }]);
		expect((await bench.ask('GET', '/admin/licences?search=anna', undefined, ada)).body.licences).toHaveLength(4);
		const { entries } = (await bench.ask('GET', '/admin/audit', undefined, ada)).body;
		expect(entries.filter(({ action }: { action: string }) => action === 'grant')).toHaveLength(4);
		expect(entries[0]).toMatchObject({ user: 'ada', action: 'grant', licence: licences[3].id, address: '192.0.2.1' });
	});

	it('returns any reservation', async () => {
		const { bench, ada, anna } = await staffed();
		await using _ = bench;
		const [id] = (await bench.ask('POST', '/admin/users/anna/licences', { type: 'Battery', term: 'perpetual', quantity: 1 }, ada)).body.licences;
		const { reservations } = bench.portal.services.licences;
		await reservations.reserve({ user: { id: await bench.userId('anna'), name: 'anna' }, computer: { id: 'c'.repeat(32), hostname: 'office' } }, { licence: id, ttl: 60 });
		// Its engine cannot be reached: it reads so until the lease has run out.
		const until = new Date(bench.clock + 60_000).toISOString();
		expect(await bench.ask('POST', `/admin/licences/${id}/return`, {}, ada)).toMatchObject({
			status: 200,
			body: { licence: { reservedTo: { user: 'anna', hostname: 'office', returningUntil: until } } },
		});
		bench.clock += 60_000;
		expect((await bench.ask('GET', '/licences', undefined, anna)).body.licences).toMatchObject([{ reservedTo: null }]);
		expect(await bench.ask('POST', `/admin/licences/${id}/return`, {}, ada)).toMatchObject({ status: 200 });
		expect(await bench.ask('POST', '/admin/licences/987654/return', {}, ada)).toMatchObject({ status: 404 });
		const { entries } = (await bench.ask('GET', '/admin/audit', undefined, ada)).body;
		expect(entries.findLast(({ action }: { action: string }) => action === 'return')).toMatchObject({ user: 'ada', licence: id, details: { hostname: 'office' } });
	});

	it('shows the log from its end, a page at a time', async () => {
		const { bench, ada } = await staffed();
		await using _ = bench;
		const { audit } = bench.portal.services;
		for (let number = 1; number <= 120; number++) await audit.record({ user: { id: null, name: 'test' }, action: `act ${number}` });
		const page = async (number: number) => (await bench.ask('GET', `/admin/audit?page=${number}`, undefined, ada)).body;
		expect(await page(1)).toMatchObject({ pages: 3, entries: { length: 50, 0: { action: 'act 120', user: 'test', licence: null, details: {}, address: null } } });
		expect((await page(3)).entries.at(-1)).toMatchObject({ user: 'ada', action: 'set up as administrator', address: '192.0.2.1' });
	});

	it('sets how long a licence works without the portal, up to 14 days', async () => {
		const { bench, ada } = await staffed();
		await using _ = bench;
		expect((await bench.ask('GET', '/admin/settings', undefined, ada)).body).toEqual({ offlineHours: 24 });
		for (const offlineHours of [0, -1, 336.1, 1e9, '1 day'])
			expect(await bench.ask('PUT', '/admin/settings', { offlineHours }, ada)).toMatchObject({ status: 400, ...refused('INVALID_VALUE') });
		expect(await bench.ask('PUT', '/admin/settings', { offlineHours: 336 }, ada)).toMatchObject({ status: 200 });
		expect((await bench.ask('GET', '/admin/settings', undefined, ada)).body).toEqual({ offlineHours: 336 });
		expect((await bench.ask('GET', '/admin/audit', undefined, ada)).body.entries[0]).toMatchObject({ user: 'ada', action: 'change settings', details: { offlineHours: 336 } });
	});

	it('gives a running portal a new signing key, which the one before vouches for', async () => {
		const where = await databases.fresh();
		await using bench = await AccountBench.open(where);
		const identity = async () => (await bench.ask('GET', '/identity?nonce=0123456789abcdef')).body;
		const before = await identity();
		const kid = await rotateKey(where);
		await bench.portal.sweep();
		const after = await identity();
		expect(after.keys).toEqual([before.keys[0], { kid, jwk: expect.any(Object), endorsement: expect.any(String) }]);
		expect(JSON.parse(Buffer.from(after.jws.split('.')[0], 'base64url').toString())).toMatchObject({ kid });
	});
});

import { expect, it } from 'vitest';
import { AccountBench, dayMs, minuteMs, password } from './account-testing.ts';
import { onBothDatabases } from './database/testing.ts';

const anna = 'anna@example.org';
const refused = (code: string) => ({ body: { error: { code } } });
const wrong = (code: string) => (code === '000000' ? '000001' : '000000');

onBothDatabases((databases) => {
	const open = async () => AccountBench.open(await databases.fresh());

	it('opens an account with the six digits from the mail', async () => {
		await using bench = await open();
		expect(await bench.signUp('Anna', { email: 'Anna@Example.org' })).toMatchObject({ status: 202, body: {} });
		const code = await bench.code('Anna@Example.org');
		expect(code).toMatch(/^\d{6}$/);
		// Before the code, only who knows the password learns what is missing.
		expect(await bench.signIn('anna', 'not the password')).toMatchObject({ status: 401, body: { error: { code: 'LOGIN_FAILED', details: {} } } });
		expect(await bench.signIn('anna')).toMatchObject({ status: 401, body: { error: { code: 'LOGIN_FAILED', details: { unverified: true } } } });
		expect(await bench.ask('POST', '/verify', { name: 'anna', code: wrong(code) })).toMatchObject({ status: 400, ...refused('CODE_INVALID') });
		const { body } = await bench.ask('POST', '/verify', { name: 'ANNA', code });
		expect(body).toEqual({ user: { name: 'Anna', email: 'Anna@Example.org', admin: false, verified: true }, token: expect.any(String) });
		expect(await bench.isSignedIn(body.token)).toBe(true);
		for (const name of ['Anna', 'anna', 'anna@example.org', 'ANNA@EXAMPLE.ORG']) expect(await bench.signIn(name)).toMatchObject({ status: 200, body: { user: { name: 'Anna' } } });
		// The code is used up.
		expect(await bench.ask('POST', '/verify', { name: 'anna', code })).toMatchObject(refused('CODE_INVALID'));
		const row = await bench.db.selectFrom('users').selectAll().executeTakeFirstOrThrow();
		expect(row.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
		expect(row.terms_accepted_at).toBe(bench.clock);
	});

	it('wants the terms accepted, a fair name, an address and a password', async () => {
		await using bench = await open();
		const good = { name: 'anna', email: anna, password, acceptTerms: true };
		const bad: object[] = [
			{ ...good, acceptTerms: false },
			{ name: 'anna', email: anna, password },
			...['', ' anna', 'anna ', 'an na', 'anna@example.org', '-anna', 'a'.repeat(65), '<b>anna</b>', "anna'--", 'an\u0000na', 'an\nna', '\u202eanna'].map((name) => ({
				...good,
				name,
			})),
			...['', 'anna', '@example.org', 'anna@', 'a b@example.org', 'anna@example.org, eve@example.org', 'anna@example.org\r\nBcc: eve@example.org', '<anna@example.org>'].map(
				(email) => ({ ...good, email }),
			),
			...['', 'short', 'x'.repeat(257)].map((secret) => ({ ...good, password: secret })),
			{ ...good, name: 'anna-anna', password: 'Anna-Anna' },
		];
		for (const body of bad) expect(await bench.ask('POST', '/sign-up', body), JSON.stringify(body)).toMatchObject({ status: 400, ...refused('INVALID_VALUE') });
		expect(await bench.db.selectFrom('users').selectAll().execute()).toEqual([]);
		for (const [index, name] of ['Åsa', '李雷', 'j.r_r-t', '7', 'a'.repeat(64)].entries())
			expect(await bench.signUp(name, { email: `fair${index}@example.org` }), name).toMatchObject({ status: 202 });
	});

	it('takes a code for 15 minutes and five tries', async () => {
		await using bench = await open();
		await bench.signUp('anna');
		const late = await bench.code(anna);
		bench.clock += 15 * minuteMs;
		expect(await bench.ask('POST', '/verify', { name: 'anna', code: late })).toMatchObject(refused('CODE_INVALID'));
		expect(await bench.ask('POST', '/verify/resend', { name: 'anna' })).toMatchObject({ status: 202 });
		const code = await bench.code(anna);
		bench.clock += 15 * minuteMs - 1;
		// From five addresses, so that it is the code that ends, and not this client that has to wait.
		for (let guess = 0; guess < 5; guess++)
			expect(await bench.ask('POST', '/verify', { name: 'anna', code: wrong(code) }, { address: `198.51.100.${guess}` })).toMatchObject(refused('CODE_INVALID'));
		expect(await bench.ask('POST', '/verify', { name: 'anna', code }, { address: '198.51.100.9' })).toMatchObject(refused('CODE_INVALID'));
		await bench.ask('POST', '/verify/resend', { name: 'anna' });
		expect(await bench.ask('POST', '/verify', { name: 'anna', code: await bench.code(anna) })).toMatchObject({ status: 200 });
	});

	it('sends another code when asked, but not two in half a minute, and only the newest counts', async () => {
		await using bench = await open();
		await bench.signUp('anna');
		const first = await bench.code(anna);
		bench.clock += 29_999;
		await bench.ask('POST', '/verify/resend', { name: 'anna' });
		expect(await bench.mails(anna)).toHaveLength(1);
		bench.clock += 1;
		await bench.ask('POST', '/verify/resend', { name: 'ANNA@example.org' });
		expect(await bench.mails(anna)).toHaveLength(2);
		const second = await bench.code(anna);
		if (first !== second) expect(await bench.ask('POST', '/verify', { name: 'anna', code: first })).toMatchObject(refused('CODE_INVALID'));
		expect(await bench.ask('POST', '/verify', { name: 'anna', code: second })).toMatchObject({ status: 200 });
		// Confirmed: there is nothing to send any more.
		bench.clock += minuteMs;
		expect(await bench.ask('POST', '/verify/resend', { name: 'anna' })).toMatchObject({ status: 202 });
		expect(await bench.mails(anna)).toHaveLength(2);
	});

	it('gives a name to one, and frees it after a day without the code', async () => {
		await using bench = await open();
		await bench.signUp('anna');
		expect(await bench.signUp('ANNA', { email: 'other@example.org' })).toMatchObject({ status: 409, ...refused('ALREADY_EXISTS') });
		bench.clock += dayMs + 1;
		await bench.portal.sweep();
		expect(await bench.signUp('ANNA', { email: 'other@example.org' })).toMatchObject({ status: 202 });
		await bench.ask('POST', '/verify', { name: 'anna', code: await bench.code('other@example.org') });
		bench.clock += 2 * dayMs;
		await bench.portal.sweep();
		expect(await bench.signIn('anna')).toMatchObject({ status: 200 });
	});

	it('makes one account of simultaneous sign-ups', async () => {
		await using bench = await open();
		const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => bench.signUp('anna', { email: `anna${index}@example.org` })));
		expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
		expect(answers.filter(({ body }) => body.error?.code === 'ALREADY_EXISTS')).toHaveLength(7);
	});

	it('lists sessions, ends one or all others, and forgets them in time', async () => {
		await using bench = await open();
		const token = await bench.account('anna');
		const engine = (await bench.signIn('anna')).body.token;
		bench.clock += 2 * minuteMs;
		const list = async () => (await bench.ask('GET', '/account', undefined, { token })).body.sessions;
		const sessions = await list();
		expect(sessions).toEqual([
			{ id: expect.any(String), label: 'browser', seen: new Date(bench.clock).toISOString(), current: true },
			{ id: expect.any(String), label: 'bench-pc', seen: new Date(bench.clock - 2 * minuteMs).toISOString(), current: false },
		]);
		// What is listed opens nothing.
		for (const { id } of sessions) expect(await bench.isSignedIn(id)).toBe(false);
		expect(await bench.ask('DELETE', `/account/sessions/${sessions[1].id}`, undefined, { token })).toMatchObject({ status: 200 });
		expect(await bench.isSignedIn(engine)).toBe(false);
		expect(await bench.ask('DELETE', `/account/sessions/${sessions[1].id}`, undefined, { token })).toMatchObject({ status: 404 });
		const other = (await bench.signIn('anna')).body.token;
		expect(await bench.ask('DELETE', '/session', undefined, { token })).toMatchObject({ status: 200 });
		expect(await bench.ask('GET', '/account', undefined, { token })).toMatchObject({ status: 401, ...refused('NOT_LOGGED_IN') });
		expect(await bench.isSignedIn(other)).toBe(true);
		// A browser's lasts 30 days, a program's a year.
		const browser = bench.browser();
		await browser.signIn('anna');
		bench.clock += 30 * dayMs;
		await bench.portal.sweep();
		expect((await browser.ask('GET', '/session')).body).toEqual({ user: null });
		expect(await bench.isSignedIn(other)).toBe(true);
		bench.clock += 336 * dayMs;
		await bench.portal.sweep();
		expect(await bench.db.selectFrom('sessions').selectAll().execute()).toEqual([]);
	});

	it('changes the password, which ends every other session and is told by mail', async () => {
		await using bench = await open();
		const token = await bench.account('anna');
		const other = (await bench.signIn('anna')).body.token;
		const change = (current: string, next: string) => bench.ask('POST', '/account/password', { current, next }, { token });
		expect(await change('not the password', 'another password')).toMatchObject({ status: 401, ...refused('LOGIN_FAILED') });
		for (const next of ['short', 'ANNA']) expect(await change(password, next)).toMatchObject({ status: 400, ...refused('INVALID_VALUE') });
		expect(await bench.isSignedIn(other)).toBe(true);
		expect(await change(password, 'another password')).toMatchObject({ status: 200 });
		expect([await bench.isSignedIn(token), await bench.isSignedIn(other)]).toEqual([true, false]);
		expect(await bench.signIn('anna')).toMatchObject(refused('LOGIN_FAILED'));
		expect(await bench.signIn('anna', 'another password')).toMatchObject({ status: 200 });
		expect((await bench.mails(anna)).at(-1)?.subject).toContain('password was changed');
	});

	it('sets a forgotten password with the code from the mail, which ends every session', async () => {
		await using bench = await open();
		const token = await bench.account('anna');
		// Nothing was asked for: no code is right, also not the one from the sign-up.
		const reset = (code: string, options = {}) => bench.ask('POST', '/password/reset', { email: anna, code, password: 'another password' }, options);
		expect(await reset(await bench.code(anna))).toMatchObject(refused('CODE_INVALID'));
		expect(await bench.ask('POST', '/password/forgot', { email: 'Anna@example.org' })).toMatchObject({ status: 202 });
		const code = await bench.code(anna);
		// Somebody who has forgotten it has tried: that must not stand in the way.
		for (let guess = 0; guess < 5; guess++) await bench.signIn('anna', `guess ${guess}`);
		expect(await bench.signIn('anna')).toMatchObject(refused('TOO_MANY_TRIES'));
		expect(await bench.ask('POST', '/password/reset', { email: anna, code, password: 'short' })).toMatchObject(refused('INVALID_VALUE'));
		expect(await reset(wrong(code))).toMatchObject(refused('CODE_INVALID'));
		expect(await bench.ask('POST', '/verify', { name: 'anna', code })).toMatchObject(refused('CODE_INVALID'));
		expect(await reset(code)).toMatchObject({ status: 200 });
		expect(await reset(code)).toMatchObject(refused('CODE_INVALID'));
		expect(await bench.isSignedIn(token)).toBe(false);
		expect(await bench.signIn('anna', 'another password')).toMatchObject({ status: 200 });
		await bench.ask('POST', '/password/forgot', { email: anna });
		const late = await bench.code(anna);
		bench.clock += 15 * minuteMs;
		expect(await reset(late)).toMatchObject(refused('CODE_INVALID'));
	});

	it('deletes an account with what is its own, and ends what it holds', async () => {
		await using bench = await open();
		const token = await bench.account('anna');
		const ben = await bench.account('ben');
		const { licences, sessions } = bench.portal.services;
		const id = await bench.userId('anna');
		const grant = async () =>
			(
				await bench.portal.context.database.transaction((tx) =>
					licences.grant(tx, { id: null, name: 'test' }, { ownerId: id, type: 'Battery', term: 'perpetual', expiresAt: null }),
				)
			)[0];
		const licence = await grant();
		await licences.share(licence, { id, name: 'anna' }, 'ben');
		expect(await bench.ask('DELETE', '/account', { password: 'not the password' }, { token })).toMatchObject({ status: 401, ...refused('LOGIN_FAILED') });
		expect((await bench.ask('GET', '/licences', undefined, { token: ben })).body.licences).toHaveLength(1);
		expect(await bench.ask('DELETE', '/account', { password }, { token })).toMatchObject({ status: 200 });
		expect(await bench.isSignedIn(token)).toBe(false);
		expect(await sessions.list(id, '')).toEqual([]);
		expect(await bench.signIn('anna')).toMatchObject(refused('LOGIN_FAILED'));
		expect((await bench.ask('GET', '/licences', undefined, { token: ben })).body.licences).toEqual([]);
		for (const table of ['licences', 'shares', 'codes', 'hardware', 'cases'] as const) expect(await bench.db.selectFrom(table).selectAll().execute()).toEqual([]);
		const actions = await bench.db.selectFrom('audit').select(['user_name', 'action']).orderBy('id').execute();
		expect(actions.at(-1)).toEqual({ user_name: 'anna', action: 'delete account' });
		// Name and address are free again, and lead to nothing of the old account.
		const again = await bench.account('anna');
		expect((await bench.ask('GET', '/licences', undefined, { token: again })).body.licences).toEqual([]);
	});

	it('notes who signed in, from where, and every change of a password', async () => {
		await using bench = await open();
		const token = await bench.account('anna');
		await bench.signIn('anna', password, { address: '198.51.100.7' });
		await bench.ask('POST', '/account/password', { current: password, next: 'another password' }, { token });
		const rows = await bench.db.selectFrom('audit').select(['at', 'user_name', 'action', 'details', 'address']).orderBy('id').execute();
		expect(rows).toEqual([
			{ at: bench.clock, user_name: 'anna', action: 'sign in', details: '{"label":"bench-pc"}', address: '198.51.100.7' },
			{ at: bench.clock, user_name: 'anna', action: 'change password', details: '{}', address: '192.0.2.1' },
		]);
		expect(JSON.stringify(rows)).not.toContain('another password');
	});
});

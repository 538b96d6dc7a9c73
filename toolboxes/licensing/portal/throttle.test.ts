import { expect, it } from 'vitest';
import { AccountBench, minuteMs, password } from './account-testing.ts';
import { onBothDatabases } from './database/testing.ts';
import { Throttle } from './throttle.ts';

const anna = 'anna@example.org';
const refused = (code: string) => ({ status: 429, body: { error: { code } } });

onBothDatabases((databases) => {
	const open = async () => AccountBench.open(await databases.fresh());

	it('lets a whole lab sign up from behind one address', async () => {
		await using bench = await open();
		for (let person = 0; person < 29; person++) expect((await bench.signUp(`person${person}`)).status).toBe(202);
		// Beyond that a minute each, at most.
		for (let person = 29; person < 40; person++) {
			const answer = await bench.signUp(`person${person}`);
			if (answer.status === 202) continue;
			expect(answer).toMatchObject(refused('TOO_MANY_TRIES'));
			expect(answer.body.error.details.retryAfterS).toBeLessThanOrEqual(60);
			bench.clock += answer.body.error.details.retryAfterS * 1000;
			expect((await bench.signUp(`person${person}`)).status).toBe(202);
		}
	});

	it('mails few codes to one account, however many addresses ask: every code can be guessed at five times', async () => {
		await using bench = await open();
		await bench.account('anna');
		const begun = bench.clock;
		const before = (await bench.mails(anna)).length;
		for (let address = 0; bench.clock < begun + 60 * minuteMs; address++) {
			await bench.ask('POST', '/password/forgot', { email: anna }, { address: `203.0.${address >> 8}.${address & 255}` });
			bench.clock += 30_000;
		}
		const mailed = (await bench.mails(anna)).length - before;
		expect(mailed).toBeGreaterThanOrEqual(10);
		expect(mailed).toBeLessThanOrEqual(25);
		// Where the account was signed in to before, that stops nobody from having a code sent.
		await bench.ask('POST', '/password/forgot', { email: anna }, { address: '203.0.113.1' });
		expect(await bench.ask('POST', '/password/forgot', { email: anna }, { address: '203.0.113.2' })).toMatchObject(refused('TOO_MANY_TRIES'));
		expect(await bench.ask('POST', '/password/forgot', { email: anna }, { address: '192.0.2.1' })).toMatchObject({ status: 202 });
	});

	it('is not undone by signing in to an own account between guesses at others', async () => {
		await using bench = await open();
		const address = '198.51.100.66';
		await bench.account('mallory');
		for (let guess = 0; guess < 60; guess++) {
			const answer = await bench.signIn(`somebody${guess}`, password, { address });
			if (answer.status === 429) bench.clock += answer.body.error.details.retryAfterS * 1000;
			const own = await bench.signIn('mallory', password, { address });
			if (own.status === 429) bench.clock += own.body.error.details.retryAfterS * 1000;
		}
		await bench.signIn('somebody', password, { address });
		const answer = await bench.signIn('mallory', password, { address });
		expect(answer).toMatchObject(refused('TOO_MANY_TRIES'));
		expect(answer.body.error.details.retryAfterS).toBe(60);
	});

	it('keeps the wait of a guess that came while somebody else behind the address was signing in', async () => {
		await using bench = await open();
		const throttle = new Throttle(bench.portal.context);
		const client = { address: '198.51.100.66' };
		for (let guess = 0; guess < 28; guess++) await throttle.attempt('sign-in', `somebody${guess}`, client);
		const own = await throttle.attempt('sign-in', 'anna', client);
		await throttle.attempt('sign-in', 'ben', client);
		await throttle.succeeded(own);
		await expect(throttle.attempt('sign-in', 'cora', client)).rejects.toMatchObject({ code: 'TOO_MANY_TRIES', details: { retryAfterS: 1 } });
		// One's own sign-in leaves no wait behind for the others.
		bench.clock += 1000;
		await throttle.succeeded(await throttle.attempt('sign-in', 'anna', client));
		await throttle.attempt('sign-in', 'cora', client);
	});
});

/** What must not open an account: guessing, fixing, stealing, asking around, coming first, and coming from another page. */

import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AccountBench, type Answer, dayMs, minuteMs, password } from './account-testing.ts';
import { onBothDatabases } from './database/testing.ts';

/** The real argon2, with a count of its work: what an answer's time would tell. */
const argon2 = vi.hoisted(() => ({ hashed: 0, verified: 0, afterVerifying: async (): Promise<void> => {} }));
vi.mock('@node-rs/argon2', async (original) => {
	const real = await original<typeof import('@node-rs/argon2')>();
	return {
		...real,
		hash: (...args: Parameters<typeof real.hash>) => {
			argon2.hashed++;
			return real.hash(...args);
		},
		verify: async (...args: Parameters<typeof real.verify>) => {
			argon2.verified++;
			const result = await real.verify(...args);
			await argon2.afterVerifying();
			return result;
		},
	};
});

beforeEach(() => {
	argon2.afterVerifying = async () => {};
});

const anna = 'anna@example.org';
const refused = (code: string) => ({ body: { error: { code } } });
const wrong = (code: string) => (code === '000000' ? '000001' : '000000');
const codes = (answers: readonly Answer[]) => answers.map(({ body }) => body.error?.code);
const count = (answers: readonly Answer[], code: string | undefined) => codes(answers).filter((found) => found === code).length;

onBothDatabases((databases) => {
	const open = async () => AccountBench.open(await databases.fresh());

	describe('guessing', () => {
		it('passwords waits longer after every guess, and is told how long', async () => {
			await using bench = await open();
			await bench.account('anna');
			const guess = () => bench.signIn('anna', 'a wrong guess', { address: '198.51.100.66' });
			const waits: number[] = [];
			for (let tries = 0; tries < 20; tries++) {
				const answer = await guess();
				if (answer.status === 401) continue;
				expect(answer).toMatchObject({ status: 429, body: { error: { code: 'TOO_MANY_TRIES', details: { retryAfterS: expect.any(Number) } } } });
				const { retryAfterS } = answer.body.error.details;
				expect(answer.headers['retry-after']).toBe(String(retryAfterS));
				waits.push(retryAfterS);
				bench.clock += retryAfterS * 1000;
			}
			expect(waits.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 32, 64]);
			for (let tries = 0; tries < 8; tries++) {
				const answer = await guess();
				if (answer.status !== 429) continue;
				const { retryAfterS } = answer.body.error.details;
				waits.push(retryAfterS);
				bench.clock += retryAfterS * 1000;
			}
			expect(Math.max(...waits)).toBe(900);
			// Also the right password waits: else it would be known as soon as it is guessed.
			await guess();
			expect(await bench.signIn('anna', password, { address: '198.51.100.66' })).toMatchObject({ status: 429 });
		});

		it('a thousand at once gets no further than one after the other', async () => {
			await using bench = await open();
			await bench.account('anna');
			argon2.verified = 0;
			const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => bench.signIn('anna', `guess number ${index}`)));
			expect([count(answers, 'LOGIN_FAILED'), count(answers, 'TOO_MANY_TRIES')]).toEqual([5, 195]);
			expect(argon2.verified).toBe(5);
		});

		it('many accounts from one address, or from one IPv6 network, is slowed as well', async () => {
			await using bench = await open();
			const everybody = async (address: (index: number) => string) => {
				const answers: Answer[] = [];
				for (let index = 0; index < 40; index++) answers.push(await bench.signIn(`user${index}`, password, { address: address(index) }));
				return count(answers, 'LOGIN_FAILED');
			};
			expect(await everybody(() => '198.51.100.66')).toBe(30);
			expect(await everybody((index) => `2001:db8:0:1::${index.toString(16)}`)).toBe(30);
			expect(await everybody((index) => `::ffff:203.0.113.${index}`)).toBe(40);
		});

		it('is believed to come from where a proxy says only where there is one', async () => {
			await using bench = await open();
			const guess = (on: AccountBench, index: number, address: string) => on.signIn('anna', 'a wrong guess', { address, headers: { 'x-forwarded-for': `203.0.113.${index}` } });
			const from = async (on: AccountBench, address: string) => count(await Promise.all(Array.from({ length: 12 }, (_, index) => guess(on, index, address))), 'LOGIN_FAILED');
			expect(await from(bench, '127.0.0.1')).toBe(5);
			const behind = { publicUrl: 'https://licences.example.org', proxies: ['10.0.0.0/8'] };
			await using proxied = await AccountBench.open(await databases.fresh(), behind);
			expect([await from(proxied, '127.0.0.1'), await from(proxied, '198.51.100.1')]).toEqual([12, 5]);
			await using another = await AccountBench.open(await databases.fresh(), behind);
			expect(await from(another, '10.1.2.3')).toBe(12);
			await expect(AccountBench.open(await databases.fresh(), { ...behind, proxies: ['everybody'] })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
		});

		it('never locks the owner out', async () => {
			await using bench = await open();
			await bench.account('anna');
			const home = bench.browser('192.0.2.1');
			expect(await home.signIn('anna')).toMatchObject({ status: 200 });
			await home.ask('DELETE', '/session');
			const attack = async () => {
				for (let index = 0; index < 60; index++) await bench.signIn('anna', 'a wrong guess', { address: `203.0.113.${index}` });
				for (let index = 0; index < 20; index++) await bench.signIn('anna', 'a wrong guess', { address: '192.0.2.1' });
			};
			await attack();
			// In the browser that was signed in before, from behind the attacker's own address.
			expect(await home.signIn('anna')).toMatchObject({ status: 200 });
			await home.ask('DELETE', '/session');
			await attack();
			expect(await home.signIn('Anna@example.org')).toMatchObject({ status: 200 });
			// A program at an address that was signed in before does not wait for what comes from elsewhere; one that is new waits a second at most.
			bench.clock += 1000;
			expect(await bench.signIn('anna', password, { address: '192.0.2.99' })).toMatchObject({ status: 200 });
			for (let index = 0; index < 60; index++) await bench.signIn('anna', 'a wrong guess', { address: `203.0.113.${100 + index}` });
			expect(await bench.signIn('anna', password, { address: '192.0.2.99' })).toMatchObject({ status: 200 });
			const stranger = await bench.signIn('anna', password, { address: '192.0.2.50' });
			if (stranger.status === 429) expect(stranger.body.error.details.retryAfterS).toBe(1);
			bench.clock += 1000;
			expect(await bench.signIn('anna', password, { address: '192.0.2.50' })).toMatchObject({ status: 200 });
		});

		it('in a browser of one’s own is slowed like everywhere', async () => {
			await using bench = await open();
			await bench.account('anna');
			const browser = bench.browser();
			await browser.signIn('anna');
			const answers: Answer[] = [];
			for (let index = 0; index < 10; index++) answers.push(await browser.signIn('anna', 'a wrong guess'));
			expect([count(answers, 'LOGIN_FAILED'), count(answers, 'TOO_MANY_TRIES')]).toEqual([5, 5]);
			// A browser of one account is a stranger's to another.
			await bench.account('ben');
			for (let index = 0; index < 10; index++) await bench.signIn('ben', 'a wrong guess');
			expect(await browser.signIn('ben', 'a wrong guess')).toMatchObject(refused('TOO_MANY_TRIES'));
		});

		it('codes ends after five, however many ask at once and from however many addresses', async () => {
			await using bench = await open();
			await bench.signUp('anna');
			const code = await bench.code(anna);
			const guesses = Array.from({ length: 100 }, (_, index) => String(index).padStart(6, '0')).filter((guess) => guess !== code);
			const tried = () => bench.db.selectFrom('codes').select('tries').executeTakeFirstOrThrow();
			const answers = await Promise.all(guesses.map((guess, index) => bench.ask('POST', '/verify', { name: 'anna', code: guess }, { address: `203.0.113.${index}` })));
			expect(count(answers, undefined)).toBe(0);
			expect(await tried()).toEqual({ tries: 5 });
			expect(await bench.ask('POST', '/verify', { name: 'anna', code }, { address: '192.0.2.9' })).toMatchObject({ status: expect.toSatisfy((status: number) => status !== 200) });
			// From one address it is slowed before that, so that the next code lives longer than it takes to type.
			await using other = await open();
			await other.signUp('ben');
			const slow = await Promise.all(guesses.map((guess) => other.ask('POST', '/verify', { name: 'ben', code: guess })));
			expect([count(slow, 'CODE_INVALID'), count(slow, 'TOO_MANY_TRIES')]).toEqual([5, guesses.length - 5]);
			other.clock += minuteMs;
			await other.ask('POST', '/verify/resend', { name: 'ben' }, { address: '192.0.2.9' });
			expect(await other.ask('POST', '/verify', { name: 'ben', code: wrong(await other.code('ben@example.org')) })).toMatchObject(refused('CODE_INVALID'));
			expect(await other.ask('POST', '/verify', { name: 'ben', code: wrong(await other.code('ben@example.org')) })).toMatchObject(refused('TOO_MANY_TRIES'));
			expect(await other.ask('POST', '/verify', { name: 'ben', code: await other.code('ben@example.org') }, { address: '192.0.2.9' })).toMatchObject({ status: 200 });
		});

		it('one’s own password with a stolen session is slowed, and a reset by mail mails once in half a minute', async () => {
			await using bench = await open();
			const token = await bench.account('anna');
			const answers: Answer[] = [];
			for (let index = 0; index < 8; index++) answers.push(await bench.ask('POST', '/account/password', { current: `guess ${index}`, next: 'another password' }, { token }));
			for (let index = 0; index < 2; index++) answers.push(await bench.ask('DELETE', '/account', { password: `guess ${index}` }, { token }));
			expect([count(answers, 'LOGIN_FAILED'), count(answers, 'TOO_MANY_TRIES')]).toEqual([5, 5]);
			const before = (await bench.mails(anna)).length;
			for (let index = 0; index < 20; index++) await bench.ask('POST', '/password/forgot', { email: anna }, { address: `203.0.113.${index}` });
			expect(await bench.mails(anna)).toHaveLength(before + 1);
		});
	});

	describe('a session', () => {
		it('is never one that was there before signing in', async () => {
			await using bench = await open();
			await bench.account('anna');
			const browser = bench.browser();
			const planted = 'A'.repeat(43);
			browser.cookies.set('microjoule_session', planted);
			const answer = await browser.signIn('anna');
			expect(answer).toMatchObject({ status: 200, body: { user: { name: 'anna' } } });
			expect(answer.body.token).toBeUndefined();
			const own = browser.cookies.get('microjoule_session') as string;
			expect(own).not.toBe(planted);
			expect(await bench.isSignedIn(planted)).toBe(false);
			// Not even one that was good: signing in anew ends it.
			await browser.signIn('anna');
			expect(browser.cookies.get('microjoule_session')).not.toBe(own);
			expect(await bench.isSignedIn(own)).toBe(false);
			const mallory = await bench.account('mallory');
			browser.cookies.set('microjoule_session', mallory);
			await browser.signIn('anna');
			expect((await bench.ask('GET', '/session', undefined, { token: browser.cookies.get('microjoule_session') })).body.user.name).toBe('anna');
			// A browser's name that was planted is replaced or names a browser, and opens nothing.
			browser.cookies.set('microjoule_device', '<script>');
			await browser.signIn('anna');
			expect(browser.cookies.get('microjoule_device')).toMatch(/^[\w-]{22}$/);
		});

		it('is out of reach for scripts, other sites and the clear', async () => {
			for (const [options, secure] of [
				[{}, false],
				[{ publicUrl: 'https://licences.example.org' }, true],
			] as const) {
				await using bench = await AccountBench.open(await databases.fresh(), options);
				await bench.account('anna');
				const { headers } = await bench.browser().signIn('anna');
				const cookies = headers['set-cookie'] as string[];
				expect(cookies).toHaveLength(2);
				for (const cookie of cookies) {
					expect(cookie).toMatch(/; HttpOnly/);
					expect(cookie).toMatch(/; SameSite=Lax/);
					expect(/; Secure/.test(cookie)).toBe(secure);
				}
				expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
			}
		});

		it('that was stolen is over after signing out, a new password, a reset and the end of the account', async () => {
			await using bench = await open();
			const steal = async () => (await bench.signIn('anna', current)).body.token as string;
			let current = password;
			const own = await bench.account('anna');
			let stolen = await steal();
			await bench.ask('DELETE', '/session', undefined, { token: stolen });
			expect(await bench.isSignedIn(stolen)).toBe(false);
			stolen = await steal();
			current = 'another password';
			await bench.ask('POST', '/account/password', { current: password, next: current }, { token: own });
			expect(await bench.isSignedIn(stolen)).toBe(false);
			stolen = await steal();
			await bench.ask('POST', '/password/forgot', { email: anna });
			current = 'a third password';
			await bench.ask('POST', '/password/reset', { email: anna, code: await bench.code(anna), password: current });
			expect([await bench.isSignedIn(stolen), await bench.isSignedIn(own)]).toEqual([false, false]);
			stolen = await steal();
			await bench.ask('DELETE', '/account', { password: current }, { token: await steal() });
			expect(await bench.isSignedIn(stolen)).toBe(false);
		});

		it('does not come from a password that is being changed at this moment', async () => {
			await using bench = await open();
			const { accounts } = bench.portal.services;
			await bench.account('anna');
			await bench.ask('POST', '/password/forgot', { email: anna });
			const code = await bench.code(anna);
			// Between the moment the old password was found right and the new session.
			argon2.afterVerifying = async () => {
				argon2.afterVerifying = async () => {};
				await accounts.resetPassword(anna, code, 'another password', { address: '192.0.2.1' });
			};
			expect(await bench.signIn('anna')).toMatchObject({ status: 401, ...refused('LOGIN_FAILED') });
			expect(await bench.db.selectFrom('sessions').selectAll().execute()).toEqual([]);
		});

		it('of somebody else cannot be ended or seen by its id', async () => {
			await using bench = await open();
			const [annas, bens] = [await bench.account('anna'), await bench.account('ben')];
			const { sessions } = (await bench.ask('GET', '/account', undefined, { token: annas })).body;
			const whole = await bench.db
				.selectFrom('sessions')
				.select('id')
				.where('user_id', '=', await bench.userId('anna'))
				.executeTakeFirstOrThrow();
			for (const id of [sessions[0].id, whole.id, '%', '_'.repeat(16), '0']) {
				const none = await bench.ask('DELETE', '/account/sessions/0123456789abcdef', undefined, { token: bens });
				const answer = await bench.ask('DELETE', `/account/sessions/${encodeURIComponent(id)}`, undefined, { token: bens });
				expect([answer.status, answer.body.error.code]).toEqual([404, none.body.error.code]);
			}
			expect(await bench.isSignedIn(annas)).toBe(true);
			expect((await bench.ask('GET', '/account', undefined, { token: bens })).body).toMatchObject({ name: 'ben', sessions: { length: 1 } });
			// The database alone opens no session.
			expect(await bench.isSignedIn(whole.id)).toBe(false);
		});
	});

	describe('a page of another origin', () => {
		const post = async (url: string, options: RequestOptions, body = '{}'): Promise<{ status: number | undefined; headers: IncomingMessage['headers'] }> => {
			const asked: ClientRequest = request(url, { method: 'POST', ...options, headers: { 'content-type': 'application/json', ...options.headers } });
			if (asked.method === 'POST') asked.end(body);
			else asked.end();
			const [response] = (await once(asked, 'response')) as [IncomingMessage];
			response.resume();
			return { status: response.statusCode, headers: response.headers };
		};

		it('gets nothing, and changes nothing, with the user’s own cookie', async () => {
			await using bench = await open();
			const token = await bench.account('anna');
			const { url } = bench.portal;
			const cookie = `microjoule_session=${token}`;
			const bodies = { '/api/account/password': JSON.stringify({ current: password, next: 'another password' }), '/api/session': JSON.stringify({ name: 'anna', password }) };
			for (const [path, body] of Object.entries(bodies)) {
				const foreign: Record<string, string>[] = [
					{ origin: 'https://evil.example' },
					{ origin: 'null' },
					{ origin: url.replace('http:', 'https:') },
					{ origin: url.replace(/:\d+$/, ':1') },
					{ origin: `${url}.evil.example` },
					{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
					{ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' },
				];
				for (const headers of foreign) {
					const answer = await post(url + path, { headers: { cookie, ...headers } }, body);
					expect(answer.status, JSON.stringify(headers)).toBe(403);
					expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
					expect(answer.headers).not.toHaveProperty('set-cookie');
				}
				// As a form sends it.
				for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
					expect((await post(url + path, { headers: { cookie, 'content-type': type } }, body)).status, type).toBe(400);
			}
			expect((await post(`${url}/api/session`, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })).status).toBe(403);
			expect(await bench.signIn('anna')).toMatchObject({ status: 200 });
		});

		it('on a name that was led to this address is not served, and neither is its WebSocket', async () => {
			await using bench = await open();
			const token = await bench.account('anna');
			const { url } = bench.portal;
			for (const host of ['evil.example', 'evil.example:1907', '127.0.0.1.evil.example', 'localhost.evil.example', '127.0.0.1@evil.example', '127.0.0.1, evil.example'])
				for (const path of ['/api/session', '/', '/set-up']) {
					expect((await post(url + path, { method: 'GET', headers: { host, cookie: `microjoule_session=${token}` } })).status, `${host} ${path}`).toBe(403);
				}
			const upgrade = async (headers: Record<string, string>) => {
				const asked = request(`${url}/api/engine`, {
					headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers },
				});
				asked.end();
				const answered = await Promise.race([
					once(asked, 'response').then(([response]) => (response as IncomingMessage).statusCode),
					once(asked, 'upgrade').then(([response, socket]) => {
						socket.destroy();
						return (response as IncomingMessage).statusCode;
					}),
				]);
				asked.destroy();
				return answered;
			};
			const authorization = `Bearer ${token}`;
			expect(await upgrade({ authorization })).toBe(101);
			expect(await upgrade({ authorization, host: 'evil.example' })).toBe(403);
			expect(await upgrade({ authorization, origin: 'https://evil.example' })).toBe(403);
			// Not even a page of the portal, with the user's cookie: this is for engines.
			expect(await upgrade({ cookie: `microjoule_session=${token}`, origin: url })).toBe(403);
			expect(await upgrade({ cookie: `microjoule_session=${token}` })).toBe(401);
			expect(await upgrade({ authorization: `Bearer ${'A'.repeat(43)}` })).toBe(401);
		});
	});

	describe('asking around', () => {
		/** Status, headers and body of an answer, and the hashing that was done for it. */
		const observe = async (ask: () => Promise<Answer>) => {
			const before = { ...argon2 };
			const { status, body, headers } = await ask();
			const { date, ...others } = headers;
			return { status, body, headers: others, dated: date !== undefined, hashed: argon2.hashed - before.hashed, verified: argon2.verified - before.verified };
		};

		it('tells nothing about who has an account', async () => {
			await using bench = await open();
			await bench.account('anna');
			await bench.signUp('pending');
			await bench.signIn('nobody'); // the stand-in for a password that there is not is made once
			const asks: [string, (name: string, email: string) => Promise<Answer>][] = [
				['sign in by name', (name) => bench.signIn(name, 'a wrong guess')],
				['sign in by address', (_name, email) => bench.signIn(email, 'a wrong guess')],
				['forgot', (_name, email) => bench.ask('POST', '/password/forgot', { email })],
				['resend', (name) => bench.ask('POST', '/verify/resend', { name })],
				['verify', (name) => bench.ask('POST', '/verify', { name, code: '000000' })],
				['verify with a password', (name) => bench.ask('POST', '/verify', { name, code: '000000', password })],
				['reset', (_name, email) => bench.ask('POST', '/password/reset', { email, code: '000000', password: 'another password' })],
				['reset again', (_name, email) => bench.ask('POST', '/password/reset', { email, code: '000001', password: 'another password' })],
			];
			for (const [what, ask] of asks) {
				const nobody = await observe(() => ask('nobody', 'nobody@example.org'));
				for (const name of ['anna', 'pending']) expect(await observe(() => ask(name, `${name}@example.org`)), `${what}: ${name}`).toEqual(nobody);
			}
			// Slowed alike, by name and by address.
			for (let index = 0; index < 6; index++) await Promise.all(['anna', 'nobody'].map((name) => bench.signIn(name, 'a wrong guess')));
			expect(await observe(() => bench.signIn('anna'))).toEqual(await observe(() => bench.signIn('nobody')));
			expect(await observe(() => bench.signIn(anna, 'x'))).toEqual(await observe(() => bench.signIn('nobody@example.org', 'x')));
		});

		it('with a sign-up tells nothing about the address, at once or later', async () => {
			await using bench = await open();
			await bench.account('anna');
			/** All that a stranger can do with a sign-up whose mail goes elsewhere. */
			const probe = async (name: string, email: string) => {
				const seen: unknown[] = [];
				const see = async (ask: () => Promise<Answer>) => {
					const { body, ...rest } = await observe(ask);
					seen.push({ ...rest, body: JSON.parse(JSON.stringify(body ?? null).replaceAll(name, 'NAME')) });
				};
				await see(() => bench.signUp(name, { email }));
				await see(() => bench.signUp(name, { email: `${name}-2@example.org` })); // is the name taken now?
				await see(() => bench.signUp(name, { email, secret: 'another password' }));
				await see(() => bench.signIn(name, 'another password'));
				await see(() => bench.signIn(name));
				bench.clock += minuteMs;
				await see(() => bench.ask('POST', '/verify/resend', { name }));
				await see(() => bench.ask('POST', '/verify', { name, code: '000000' }));
				await see(() => bench.signUp(`${name}-3`, { email }));
				await see(() => bench.signUp(name, { email: `${name}-4@example.org` })); // is it free again?
				bench.clock += dayMs + 1;
				await bench.portal.sweep();
				await see(() => bench.signUp(`${name}-3`, { email: `${name}-5@example.org` }));
				return seen;
			};
			const free = await probe('probe-a', 'nobody@example.org');
			expect(free).toMatchObject([
				{ status: 202 },
				{ status: 409 },
				{ status: 202 },
				{ status: 401 },
				{ status: 401 },
				{ status: 202 },
				{ status: 400 },
				{ status: 202 },
				{ status: 202 },
				{ status: 202 },
			]);
			expect(await probe('probe-b', anna)).toEqual(free);
			// The owner is told by mail, and no code leads to the stranger's sign-up.
			const mails = await bench.mails(anna);
			expect(mails.slice(1).map(({ subject }) => subject)).toEqual(Array(3).fill('You have a Microjoule account already'));
			expect(await bench.signIn('anna')).toMatchObject({ status: 200 });
		});
	});

	describe('coming first', () => {
		it('makes nobody an administrator', async () => {
			await using bench = await open();
			const token = await bench.account('admin');
			for (const name of ['administrator', 'root', 'local']) await bench.account(name);
			expect(await bench.ask('GET', '/admin/users', undefined, { token })).toMatchObject({ status: 403 });
			expect(await bench.ask('POST', '/sign-up', { name: 'eve', email: 'eve@example.org', password, acceptTerms: true, admin: 1, verified_at: 1 })).toMatchObject({ status: 202 });
			expect(await bench.db.selectFrom('users').select('name').where('admin', '=', 1).execute()).toEqual([]);
			expect(await bench.db.selectFrom('users').select('verified_at').where('name', '=', 'eve').executeTakeFirst()).toEqual({ verified_at: null });
			expect(await bench.ask('POST', '/set-up', { secret: '', name: 'eve2', email: 'eve2@example.org', password })).toMatchObject({ status: 400 });
		});

		it('with somebody’s address has them confirm no password but their own', async () => {
			await using bench = await open();
			// The stranger before the owner.
			await bench.signUp('anna', { secret: 'password of a stranger' });
			await bench.signUp('anna');
			let code = await bench.code(anna);
			const verify = (secret?: string) => bench.ask('POST', '/verify', { name: 'anna', code, ...(secret ? { password: secret } : {}) });
			expect(await verify()).toMatchObject({ status: 401, body: { error: { code: 'LOGIN_FAILED', details: { field: 'password' } } } });
			expect(await verify('password of a stranger')).toMatchObject({ status: 401 });
			expect(await verify(password)).toMatchObject({ status: 200 });
			expect(await bench.signIn('anna', 'password of a stranger')).toMatchObject(refused('LOGIN_FAILED'));
			// The stranger after the owner, before the code is entered.
			const ben = 'ben@example.org';
			await bench.signUp('ben');
			await bench.signUp('ben', { secret: 'password of a stranger' });
			code = await bench.code(ben);
			for (const secret of [undefined, password]) {
				const body = { name: 'ben', code, ...(secret ? { password: secret } : {}) };
				expect(await bench.ask('POST', '/verify', body)).toMatchObject({ status: 401, ...refused('LOGIN_FAILED') });
			}
			// The stranger has the password, but not the mail; the owner signs up again.
			expect(await bench.signIn('ben', 'password of a stranger')).toMatchObject({ status: 401 });
			await bench.signUp('ben');
			expect(await bench.ask('POST', '/verify', { name: 'ben', code: await bench.code(ben), password })).toMatchObject({ status: 200 });
		});
	});
});

import { expect, it } from 'vitest';
import { onBothDatabases } from '../database/testing.ts';
import { LicenceBench } from '../licence-testing.ts';
import type { SignedIn } from '../licences.ts';

onBothDatabases((databases) => {
	const open = async () => {
		const bench = await LicenceBench.open(await databases.fresh());
		/** A program that is signed in as `user`: status and body of each answer. */
		const client = async (user: SignedIn) => {
			const token = await bench.session(user);
			return async (method: string, path: string, body: object | undefined = method === 'GET' ? undefined : {}) => {
				const headers = { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) };
				const response = await fetch(`${bench.portal.url}/api${path}`, { method, headers, body: body && JSON.stringify(body) });
				const text = await response.text();
				return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
			};
		};
		return { bench, client };
	};

	it('lists, shares, returns and moves', async () => {
		const { bench, client } = await open();
		await using _ = bench;
		const [anna, ben] = [await bench.user('Anna'), await bench.user('Ben Ö/x')];
		const id = await bench.licence(anna);
		const [annas, bens] = [await client(anna), await client(ben)];
		expect(await annas('POST', `/licences/${id}/share`, { user: 'ben ö/x' })).toMatchObject({ status: 200, body: { licence: { id, sharedWith: ['Ben Ö/x'] } } });
		const engine = await bench.engine(ben, 'lab');
		await engine.reserve(id);
		expect(await bens('GET', '/licences')).toMatchObject({
			status: 200,
			body: { licences: [{ id, mine: false, sharedWith: [], reservedTo: { user: 'Ben Ö/x', hostname: 'lab', returningUntil: null } }] },
		});
		expect(await annas('POST', `/licences/${id}/move`, { user: 'Ben Ö/x' })).toMatchObject({ status: 409, body: { error: { code: 'LICENCE_RESERVED' } } });
		expect(await bens('POST', `/licences/${id}/return`)).toMatchObject({ status: 200, body: { licence: { reservedTo: null } } });
		expect(engine.isOpen(id)).toBe(false);
		expect(await annas('DELETE', `/licences/${id}/share/${encodeURIComponent('Ben Ö/x')}`)).toMatchObject({ status: 200, body: { licence: { sharedWith: [] } } });
		expect(await annas('POST', `/licences/${id}/move`, { user: 'Ben Ö/x' })).toEqual({ status: 200, body: {} });
		expect(await annas('GET', '/licences')).toEqual({ status: 200, body: { licences: [] } });
		// The address of who did it is in the log.
		const moved = await bench.context.database.db.selectFrom('audit').selectAll().where('action', '=', 'move').executeTakeFirstOrThrow();
		expect(moved).toMatchObject({ user_name: 'Anna', address: '127.0.0.1', details: '{"to":"Ben Ö/x"}' });
	});

	it('shows and lets nobody change a colleague’s licence or instrument by its number', async () => {
		const { bench, client } = await open();
		await using _ = bench;
		const [anna, ben] = [await bench.user('Anna'), await bench.user('Ben')];
		const id = await bench.licence(anna);
		const engine = await bench.engine(anna, 'office');
		await engine.reserve(id);
		const [annas, bens] = [await client(anna), await client(ben)];
		const { body: instrument } = await annas('POST', '/hardware', { serial: ' 123 ', model: 'Arc', name: 'Desk' });
		expect(instrument).toEqual({ id: instrument.id, serial: '123', model: 'Arc', name: 'Desk', firmware: '', seen: null });
		for (const [method, path, body] of [
			['POST', `/licences/${id}/return`, {}],
			['POST', `/licences/${id}/move`, { user: 'Ben' }],
			['POST', `/licences/${id}/share`, { user: 'Ben' }],
			['DELETE', `/licences/${id}/share/Ben`, {}],
			['DELETE', `/hardware/${instrument.id}`, {}],
		] as const) {
			const answer = await bens(method, path, body);
			expect(answer).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
			// As one that does not exist.
			const none = await bens(method, path.replace(/\/\d+/, '/987654'), body);
			expect(answer.body.error.message.replace(/\b\d+\b/, '')).toBe(none.body.error.message.replace(/\b\d+\b/, ''));
		}
		expect(await bens('POST', `/admin/licences/${id}/return`)).toMatchObject({ status: 403 });
		expect(await bens('GET', '/licences')).toMatchObject({ body: { licences: [] } });
		expect(await bens('GET', '/hardware')).toMatchObject({ body: { hardware: [] } });
		expect(engine.isOpen(id)).toBe(true);
		expect(await annas('DELETE', `/hardware/${instrument.id}`)).toMatchObject({ status: 204 });
	});

	it('refuses who is not signed in, any more or at all, and what makes no sense', async () => {
		const { bench, client } = await open();
		await using _ = bench;
		const anna = await bench.user('Anna');
		const id = await bench.licence(anna);
		const annas = await client(anna);
		for (const [path, body] of [
			['/licences/x/return', {}],
			['/licences/0/return', {}],
			['/licences/9007199254740993/return', {}],
			[`/licences/${id}/move`, {}],
			[`/licences/${id}/move`, { user: '' }],
			[`/licences/${id}/move`, { user: { name: 'Anna' } }],
			[`/licences/${id}/share`, { user: 'x'.repeat(101) }],
			['/hardware', { serial: ' ', model: 'Arc', name: '' }],
		] as const)
			expect(await annas('POST', path, body)).toMatchObject({ status: 400, body: { error: { code: 'INVALID_VALUE' } } });
		await bench.sessions.endAll(anna.id);
		for (const path of ['/licences', '/hardware']) expect(await annas('GET', path)).toMatchObject({ status: 401, body: { error: { code: 'NOT_LOGGED_IN' } } });
		expect(await annas('POST', `/licences/${id}/return`)).toMatchObject({ status: 401 });
	});

	it('answers who it is to anybody', async () => {
		const { bench } = await open();
		await using _ = bench;
		const ask = async (nonce: string) => fetch(`${bench.portal.url}/api/identity?nonce=${nonce}`);
		expect(await (await ask('0123456789abcdef')).json()).toMatchObject({ jws: expect.any(String), keys: [{ kid: bench.keys.current.kid, endorsement: null }] });
		for (const nonce of ['', 'short', 'x'.repeat(129)]) expect((await ask(nonce)).status).toBe(400);
	});
});

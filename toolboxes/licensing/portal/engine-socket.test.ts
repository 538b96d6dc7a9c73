import { once } from 'node:events';
import { request } from 'node:http';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { onBothDatabases, startPostgres } from './database/testing.ts';
import { computerId, LicenceBench, TestEngine } from './licence-testing.ts';

/** What an upgrade is answered with: the HTTP status and the error's code; 101 and nothing where it succeeds. */
async function upgrade(url: string, headers: Record<string, string>): Promise<[number, string | undefined]> {
	const { hostname, port, pathname } = new URL(url);
	const asking = request({
		hostname,
		port,
		path: pathname,
		headers: { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', ...headers },
	});
	asking.end();
	return new Promise((resolve, reject) => {
		asking.on('error', reject);
		asking.on('upgrade', (_response, socket) => {
			socket.destroy();
			resolve([101, undefined]);
		});
		asking.on('response', (response) => {
			let text = '';
			response.on('data', (chunk) => {
				text += chunk;
			});
			response.on('end', () => resolve([response.statusCode ?? 0, JSON.parse(text).error.code]));
		});
	});
}

const hello = (hostname: string) => ({ computer: { id: computerId(hostname), hostname }, version: '1', leases: [] });

onBothDatabases((databases) => {
	const open = async () => LicenceBench.open(await databases.fresh());

	it('lets engines in by a session’s token, and no page', async () => {
		await using bench = await open();
		const token = await bench.session(await bench.user('Anna'));
		const authorization = `Bearer ${token}`;
		expect(await upgrade(bench.url, { authorization })).toEqual([101, undefined]);
		expect(await upgrade(bench.url, {})).toEqual([401, 'NOT_LOGGED_IN']);
		for (const wrong of [`Bearer ${token}x`, 'Bearer ', `Basic ${token}`, token, "Bearer ' OR 1=1 --"])
			expect(await upgrade(bench.url, { authorization: wrong })).toEqual([401, 'NOT_LOGGED_IN']);
		// A page sends the cookie by itself, and always its origin, even the portal's own.
		expect(await upgrade(bench.url, { cookie: `microjoule_session=${token}` })).toEqual([401, 'NOT_LOGGED_IN']);
		for (const origin of ['https://evil.example', bench.url.replace(/^ws/, 'http').replace('/api/engine', ''), 'null'])
			expect(await upgrade(bench.url, { authorization, origin })).toEqual([403, 'FORBIDDEN']);
		expect(await upgrade(bench.url, { authorization, host: 'rebound.example' })).toEqual([403, 'FORBIDDEN']);
		expect(await upgrade(`${bench.url}s`, { authorization })).toEqual([404, 'NOT_FOUND']);
	});

	it('ends with its session, whose token opens nothing any more', async () => {
		await using bench = await open();
		const anna = await bench.user('Anna');
		const token = await bench.session(anna);
		const engine = await TestEngine.connect(bench.url, token, 'office');
		const closed = once(engine.socket, 'close');
		await bench.sessions.endAll(anna.id);
		expect((await closed)[0]).toBe(1008);
		expect(engine.pushes).toEqual([{ push: 'signed-out', reason: expect.any(String) }]);
		expect(await upgrade(bench.url, { authorization: `Bearer ${token}` })).toEqual([401, 'NOT_LOGGED_IN']);

		// Expired, or ended by a process whose notice was lost.
		const other = await bench.engine(anna, 'lab');
		const over = once(other.socket, 'close');
		await bench.context.database.db.deleteFrom('sessions').execute();
		await bench.sweep();
		expect((await over)[0]).toBe(1008);
	});

	it('answers what is no request, and goes on', async () => {
		await using bench = await open();
		const engine = await TestEngine.connect(bench.url, await bench.session(await bench.user('Anna')), 'office');
		await expect(engine.ask('list', {})).rejects.toMatchObject({ code: 'INVALID_VALUE', message: expect.stringContaining('hello') });
		const answers: { id: number | null; error?: { code: string } }[] = [];
		engine.socket.prependListener('message', (data) => answers.push(JSON.parse(String(data))));
		const bad = [
			'',
			'{',
			'null',
			'[]',
			'{"id":7}',
			'{"id":8,"type":"reserve","licence":"1"}',
			'{"id":9,"type":"reserve","licence":1.5}',
			'{"id":10,"type":"reserve","licence":1,"ttl":0}',
			'{"id":1e400,"type":"list"}',
		];
		for (const text of bad) engine.socket.send(text);
		engine.socket.send(Buffer.from('{"id":1,"type":"list"}'));
		await engine.until(() => answers.length === bad.length + 1);
		expect(answers.every(({ error }) => error?.code === 'INVALID_VALUE')).toBe(true);
		expect(answers.map(({ id }) => id)).toEqual([null, null, null, null, 7, 8, 9, 10, null, null]);
		await engine.ask('hello', hello('office'));
		await expect(engine.ask('hello', hello('lab'))).rejects.toMatchObject({ code: 'INVALID_VALUE' });
		expect(await engine.list()).toEqual([]);
		const closed = once(engine.socket, 'close');
		engine.socket.send('x'.repeat(200_000));
		expect((await closed)[0]).toBe(1009);
	});

	it('answers many requests in their order, and keeps text as text', async () => {
		await using bench = await open();
		const anna = await bench.user('Anna');
		const id = await bench.licence(anna);
		const nasty = `'; DROP TABLE leases; -- <img src=x onerror=alert(1)> \u0000`.slice(0, -1);
		const engine = await TestEngine.connect(bench.url, await bench.session(anna), 'office');
		await engine.ask('hello', { computer: { id: computerId('office'), hostname: nasty }, version: nasty, leases: [nasty] });
		await engine.reserve(id, { supersedes: [nasty] });
		await engine.ask('hardware', { instruments: [{ serial: nasty, model: nasty, name: nasty, firmware: nasty }] });
		await expect(engine.ask('renew', { lease: nasty })).rejects.toMatchObject({ code: 'LEASE_INVALID' });
		expect(await engine.list()).toMatchObject([{ id, reservedTo: { hostname: nasty } }]);
		expect(await bench.hardware.list(anna.id)).toMatchObject([{ serial: nasty, name: nasty }]);
		const answered: number[] = [];
		engine.socket.on('message', (data) => answered.push(JSON.parse(String(data)).id));
		await Promise.all(Array.from({ length: 200 }, () => engine.list()));
		expect(answered).toEqual([...answered].sort((a, b) => a - b));
	});

	it('tells everybody concerned, and nobody else, that a licence looks different', async () => {
		await using bench = await open();
		const [anna, ben, cora] = [await bench.user('Anna'), await bench.user('Ben'), await bench.user('Cora')];
		const id = await bench.licence(anna);
		await bench.licences.share(id, anna, 'Ben');
		const [annas, bens, coras] = [await bench.engine(anna, 'a'), await bench.engine(ben, 'b'), await bench.engine(cora, 'c')];
		await bens.reserve(id);
		await Promise.all([annas, bens].map((engine) => engine.until(() => engine.pushes.length === 1)));
		await bens.giveBack(id);
		await Promise.all([annas, bens].map((engine) => engine.until(() => engine.pushes.length === 2)));
		await bench.licences.stopSharing(id, anna, 'Ben');
		await bens.until(() => bens.pushes.length === 3);
		await bench.licences.move(id, anna, 'Cora');
		await coras.until(() => coras.pushes.length > 0);
		expect(coras.pushes).toEqual([{ push: 'licences' }]);
		expect(bens.pushes).toHaveLength(3);
	});

	it('adds what engines see to the account’s hardware, once', async () => {
		await using bench = await open();
		const [anna, ben] = [await bench.user('Anna'), await bench.user('Ben')];
		const arc = { serial: '123', model: 'Arc', name: 'Desk', firmware: '' };
		const added = await bench.hardware.register(anna.id, arc);
		expect(added).toEqual({ ...arc, id: added.id, seen: null });
		await expect(bench.hardware.register(anna.id, arc)).rejects.toMatchObject({ code: 'ALREADY_EXISTS', details: { serial: '123' } });
		const engine = await bench.engine(anna, 'office');
		await engine.ask('hardware', { instruments: [] });
		await engine.ask('hardware', {
			instruments: [
				{ ...arc, firmware: '1.1' },
				{ ...arc, firmware: '1.2' },
				{ ...arc, serial: '456' },
			],
		});
		const seen = new Date(bench.clock).toISOString();
		expect(await bench.hardware.list(anna.id)).toMatchObject([
			{ id: added.id, firmware: '1.2', seen },
			{ serial: '456', seen },
		]);
		expect(await bench.hardware.list(ben.id)).toEqual([]);
		await expect(bench.hardware.remove(ben.id, added.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
		await bench.hardware.remove(anna.id, added.id);
		await expect(bench.hardware.remove(anna.id, added.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
		const many = (from: number) => ({ instruments: Array.from({ length: 200 }, (_, k) => ({ ...arc, serial: `s${from + k}` })) });
		for (let from = 0; from < 800; from += 200) await engine.ask('hardware', many(from));
		await expect(engine.ask('hardware', many(800))).rejects.toMatchObject({ code: 'INVALID_VALUE', details: { limit: 1000 } });
		await engine.ask('hardware', many(600)); // those it knows
		expect(await bench.hardware.list(anna.id)).toHaveLength(801);
	});
});

describe('several portals on one PostgreSQL', () => {
	it('push to engines that are connected to the other', async () => {
		const server = await startPostgres();
		try {
			const where = await server.fresh();
			await using first = await LicenceBench.open(where);
			await using second = await LicenceBench.open(where);
			const anna = await first.user('Anna');
			const id = await first.licence(anna);
			const [here, there] = [await first.engine(anna, 'here'), await second.engine(anna, 'there')];
			const { lease } = await there.reserve(id);
			await here.until(() => here.pushes.length > 0);
			await expect(here.reserve(id)).rejects.toMatchObject({ code: 'LICENCE_TAKEN', details: { hostname: 'there' } });
			expect(await first.licences.return(id, anna)).toMatchObject({ reservedTo: null });
			expect(there.pushes).toContainEqual({ push: 'revoke', lease, licence: id, reason: 'returned in the portal' });
			expect(there.isOpen(id)).toBe(false);
			await here.reserve(id);
			// One key, however many processes there are; a session ends everywhere.
			expect(second.keys.current.kid).toBe(first.keys.current.kid);
			const closed = once(there.socket, 'close');
			await first.sessions.endAll(anna.id);
			await closed;
			expect(there.socket.readyState).toBe(WebSocket.CLOSED);
			await first.keys.rotate();
			const [old, { keys }] = [second.keys.current.kid, await first.keys.identity('sixteen-letters!')];
			await Promise.all([first.sweep(), second.sweep()]);
			expect(second.keys.current.kid).not.toBe(old);
			expect(second.keys.current.kid).toBe(first.keys.current.kid);
			expect((await second.keys.identity('sixteen-letters!')).keys.slice(0, 1)).toEqual(keys);
		} finally {
			await server.stop();
		}
	}, 60_000);

	it('go on after the database has hung up on them', async () => {
		const server = await startPostgres();
		try {
			const where = await server.fresh();
			await using first = await LicenceBench.open(where);
			await using second = await LicenceBench.open(where);
			const anna = await first.user('Anna');
			const id = await first.licence(anna);
			const there = await second.engine(anna, 'there');
			await there.reserve(id);
			const admin = new pg.Client(where);
			await admin.connect();
			await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
			await admin.end();
			// The notice is lost, or not; the next round finds out.
			await expect.poll(() => first.licences.return(id, anna).catch(() => undefined), { timeout: 10_000 }).toBeDefined();
			await second.sweep();
			await there.until(() => !there.isOpen(id));
			// And notices come through again.
			const look = async () => {
				await first.licences.changed([anna.id]);
				return there.pushes.filter(({ push }) => push === 'licences').length;
			};
			const before = await look();
			await expect.poll(look, { timeout: 10_000 }).toBeGreaterThan(before + 1);
		} finally {
			await server.stop();
		}
	}, 60_000);

	it('make one first key, even when they start at the same time', async () => {
		const server = await startPostgres();
		try {
			const where = await server.fresh();
			const benches = await Promise.all([1, 2, 3].map(() => LicenceBench.open(where)));
			expect(new Set(benches.map(({ keys }) => keys.current.kid)).size).toBe(1);
			for (const bench of benches) await bench[Symbol.asyncDispose]();
		} finally {
			await server.stop();
		}
	}, 60_000);
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from './database/database.ts';
import { onBothDatabases } from './database/testing.ts';
import { computerId, LicenceBench, TestEngine } from './licence-testing.ts';
import type { SignedIn } from './licences.ts';

/** MICROJOULE_PORTAL_RACES=50 is the long form. */
const rounds = Number(process.env.MICROJOULE_PORTAL_RACES ?? 10);
const engineCount = 200;

async function startPortal(where: string): Promise<{ process: ChildProcess; url: string }> {
	const child = spawn(process.execPath, [new URL('./licence-process.ts', import.meta.url).pathname, where], { stdio: ['pipe', 'pipe', 'inherit'] });
	onTestFinished(() => void child.kill('SIGKILL'));
	const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
	return { process: child, url };
}

onBothDatabases((databases, kind) => {
	/** A user with licences and a session, written before a portal runs. */
	const prepared = async (licences: number): Promise<{ where: string; user: SignedIn; token: string; ids: number[] }> => {
		const where = await databases.fresh();
		await using bench = await LicenceBench.open(where);
		const user = await bench.user('Anna');
		const ids: number[] = [];
		for (let k = 0; k < licences; k++) ids.push(await bench.licence(user));
		return { where, user, token: await bench.session(user), ids };
	};

	const connect = async (url: string, token: string, hostname: string, leases: readonly string[] = []) => {
		const engine = await TestEngine.connect(url, token, hostname);
		onTestFinished(() => engine.cut());
		const hello = await engine.ask('hello', { computer: { id: computerId(hostname), hostname }, version: '1', leases: [...leases] });
		return { engine, hello };
	};

	it(`lets exactly one of ${engineCount} simultaneous reservations through, ${rounds} times`, { timeout: 120_000 }, async () => {
		const { where, token, ids } = await prepared(1);
		const urls: string[] = [];
		for (let k = 0; k < (kind === 'postgres' ? 2 : 1); k++) urls.push((await startPortal(where)).url);
		const engines = await Promise.all(Array.from({ length: engineCount }, async (_, k) => (await connect(urls[k % urls.length], token, `computer ${k}`)).engine));
		for (let round = 0; round < rounds; round++) {
			const results = await Promise.allSettled(engines.map((engine) => engine.reserve(ids[0])));
			const won = engines.filter((engine) => engine.isOpen(ids[0]));
			expect(won).toHaveLength(1);
			const refused = results.filter((result) => result.status === 'rejected');
			expect(refused).toHaveLength(engineCount - 1);
			for (const { reason } of refused) expect(reason).toMatchObject({ code: 'LICENCE_TAKEN' });
			await won[0].giveBack(ids[0]);
		}
	});

	it('loses nothing that it acknowledged, and leaves nothing half done, when it is killed in the middle of its work', { timeout: 120_000 }, async () => {
		const { where, token, ids } = await prepared(20);
		for (const killAt of [50, 400, 1000]) {
			const portal = await startPortal(where);
			const clients = await Promise.all(ids.map(async (id) => ({ id, ...(await connect(portal.url, token, `computer ${id}`)) })));
			let acknowledged = 0;
			/** What each licence's engine was told last, and what it was asking when the portal died. */
			const last = new Map<number, { lease: string | undefined; asking: 'reserve' | 'return' | undefined }>();
			await Promise.all(
				clients.map(async ({ id, engine }) => {
					const state: { lease: string | undefined; asking: 'reserve' | 'return' | undefined } = { lease: undefined, asking: undefined };
					last.set(id, state);
					try {
						for (;;) {
							state.asking = 'reserve';
							const { lease } = await engine.reserve(id);
							Object.assign(state, { lease, asking: 'return' });
							if (++acknowledged === killAt) portal.process.kill('SIGKILL');
							await engine.giveBack(id);
							Object.assign(state, { lease: undefined, asking: 'reserve' });
							if (++acknowledged === killAt) portal.process.kill('SIGKILL');
						}
					} catch {
						// the portal is dead
					}
				}),
			);
			expect(acknowledged).toBeGreaterThanOrEqual(killAt);
			await using database = await openDatabase(where);
			const licences = await database.db.selectFrom('licences').selectAll().orderBy('id').execute();
			const leases = await database.db.selectFrom('leases').selectAll().execute();
			const audit = await database.db.selectFrom('audit').select(['licence_id', 'action']).where('action', 'in', ['reserve', 'return']).orderBy('id').execute();
			for (const licence of licences) {
				const { lease, asking } = last.get(licence.id) ?? {};
				const rows = leases.filter(({ licence_id }) => licence_id === licence.id);
				// Whole or not at all: reservation, lease and audit tell the same.
				const reserved = licence.reservation !== null;
				expect(rows).toHaveLength(reserved ? 1 : 0);
				expect([licence.reserved_user_id, licence.reserved_computer, licence.reserved_at].map((value) => value !== null)).toEqual([reserved, reserved, reserved]);
				expect(audit.findLast(({ licence_id }) => licence_id === licence.id)?.action).toBe(reserved ? 'reserve' : 'return');
				// What was acknowledged is there, unless the request that was in flight has undone it.
				if (lease !== undefined && reserved) expect(rows[0].id).toBe(lease);
				if (lease !== undefined && !reserved) expect(asking).toBe('return');
				if (lease === undefined && reserved) expect(asking).toBe('reserve');
			}
			// And it goes on: whoever holds a lease keeps it, the others reserve.
			const next = await startPortal(where);
			for (const { id } of clients) {
				const held = leases.filter(({ licence_id }) => licence_id === id).map((row) => row.id);
				const { engine, hello } = await connect(next.url, token, `computer ${id}`, held);
				expect(hello).toMatchObject({ good: held, gone: [] });
				await engine.reserve(id);
				await engine.giveBack(id);
				expect((await engine.list()).find((licence) => licence.id === id)?.reservedTo).toBeNull();
			}
			next.process.kill('SIGKILL');
			await once(next.process, 'exit');
		}
	});
});

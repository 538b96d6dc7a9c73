/** The end of an account while its engines work on: nothing that it held stays held, and nobody waits for anybody for ever. */

import { sql } from 'kysely';
import { expect, it, vi } from 'vitest';
import { onBothDatabases } from './database/testing.ts';
import { LicenceBench } from './licence-testing.ts';
import { hashSecret } from './passwords.ts';

const password = 'a long enough password';
const client = { address: '192.0.2.1' };

onBothDatabases((databases, kind) => {
	const open = async () => {
		const bench = await LicenceBench.open(await databases.fresh());
		const [anna, ben] = [await bench.user('Anna'), await bench.user('Ben')];
		await bench.context.database.db
			.updateTable('users')
			.set({ password: await hashSecret(password) })
			.execute();
		const shared = await bench.licence(anna);
		await bench.licences.share(shared, anna, 'Ben');
		return { bench, anna, ben, shared, accounts: bench.portal.services.accounts };
	};

	it('gives back at once what its engines hold', async () => {
		const { bench, anna, ben, shared, accounts } = await open();
		await using _ = bench;
		const engine = await bench.engine(ben, 'bench');
		await engine.reserve(shared);
		await accounts.delete(ben.id, password, client);
		expect(engine.isOpen(shared)).toBe(false);
		expect(await bench.licences.list(anna.id)).toMatchObject([{ reservedTo: null, available: true, sharedWith: [] }]);
		await engine.until(() => engine.pushes.some(({ push }) => push === 'signed-out'));
	});

	it('gives back what an engine reserves in the middle of it', async () => {
		const { bench, anna, ben, shared, accounts } = await open();
		await using _ = bench;
		const engine = await bench.engine(ben, 'bench');
		// After what it held was ended, before its sessions are.
		const endAll = vi.spyOn(bench.sessions, 'endAll').mockImplementationOnce(async (user) => {
			await engine.reserve(shared);
			await bench.sessions.endAll(user);
		});
		await accounts.delete(ben.id, password, client);
		expect(endAll).toHaveBeenCalledTimes(2);
		// On its way back: free when the lease has run out, if the engine did not lock before.
		expect(await bench.log(shared)).toContain('Ben: return');
		await bench.pass(86_400 + 600);
		expect(await bench.licences.list(anna.id)).toMatchObject([{ reservedTo: null, available: true }]);
		const own = await bench.engine(anna, 'office');
		await own.reserve(shared);
	});

	it.skipIf(kind === 'sqlite')('waits for a reservation that is under way, and it for that', async () => {
		const { bench, ben, accounts } = await open();
		await using _ = bench;
		const { database } = bench.context;
		const own = await bench.licence(ben);
		const waiting = async () => {
			const { rows } = await sql<{ n: number }>`select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(database.db);
			return Number(rows[0].n);
		};
		let deleted: Promise<void> | undefined;
		await database.transaction(async (tx) => {
			await database.forUpdate(tx.selectFrom('licences').selectAll().where('id', '=', own)).execute();
			deleted ??= accounts.delete(ben.id, password, client);
			await expect.poll(waiting, { timeout: 10_000 }).toBe(1);
			// As a reservation does: its user is looked at after the licence.
			await tx.updateTable('licences').set({ reserved_user_id: ben.id }).where('id', '=', own).execute();
		});
		await deleted;
		expect(await database.db.selectFrom('users').select('name').execute()).toEqual([{ name: 'Anna' }]);
	});
});

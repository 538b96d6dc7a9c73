import { expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { onBothDatabases } from './testing.ts';

const person = { name: 'Anna', name_key: 'anna', email: 'a@x.org', email_key: 'a@x.org', password: '-', admin: 0, terms_accepted_at: 1, created_at: 1_800_000_000_000 };

onBothDatabases((databases, kind) => {
	it('makes its tables once, and keeps what is in them', async () => {
		const where = await databases.fresh();
		{
			await using database = await openDatabase(where);
			await database.db.insertInto('users').values(person).execute();
		}
		await using database = await openDatabase(where);
		const user = await database.db.selectFrom('users').selectAll().executeTakeFirstOrThrow();
		expect(user).toMatchObject({ ...person, id: 1, verified_at: null, country: null });
	});

	it('rolls a failed transaction back, and locks rows where the database can', async () => {
		await using database = await openDatabase(await databases.fresh());
		await expect(
			database.transaction(async (tx) => {
				await tx.insertInto('users').values(person).execute();
				await database.forUpdate(tx.selectFrom('users').selectAll()).execute();
				throw new Error('no');
			}),
		).rejects.toThrow('no');
		expect(await database.db.selectFrom('users').selectAll().execute()).toEqual([]);
	});

	it.skipIf(kind === 'sqlite')('runs a transaction again that another one waited for while it waited for that', async () => {
		await using database = await openDatabase(await databases.fresh());
		await database.db
			.insertInto('users')
			.values([person, { ...person, name_key: 'ben', email_key: 'b@x.org' }])
			.execute();
		let runs = 0;
		let bothHold: () => void;
		const held = new Promise<void>((resolve) => {
			bothHold = resolve;
		});
		const raise = (first: string, second: string) =>
			database.transaction(async (tx) => {
				const one = async (name: string) => {
					const { admin } = await database.forUpdate(tx.selectFrom('users').select('admin').where('name_key', '=', name)).executeTakeFirstOrThrow();
					await tx
						.updateTable('users')
						.set({ admin: admin + 1 })
						.where('name_key', '=', name)
						.execute();
				};
				await one(first);
				if (++runs === 2) bothHold();
				await held;
				await one(second);
			});
		await Promise.all([raise('anna', 'ben'), raise('ben', 'anna')]);
		expect(runs).toBe(3);
		expect(await database.db.selectFrom('users').select('admin').execute()).toEqual([{ admin: 2 }, { admin: 2 }]);
	});

	it('refuses the database of a newer version', async () => {
		const where = await databases.fresh();
		{
			await using database = await openDatabase(where);
			await database.db
				.insertInto('kysely_migration' as never)
				.values({ name: '999-later', timestamp: new Date().toISOString() } as never)
				.execute();
		}
		await expect(openDatabase(where)).rejects.toMatchObject({ code: 'NEWER_VERSION' });
	});
});

import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { AccountBench } from './account-testing.ts';
import { onBothDatabases } from './database/testing.ts';
import { ensureLocalAccount } from './local-account.ts';

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'microjoule-local-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

onBothDatabases((databases, kind) => {
	it('has a licence of each toolbox and a password that only its user can read', async () => {
		await using bench = await AccountBench.open(await databases.fresh());
		const data = join(folder, kind);
		const made = await ensureLocalAccount(bench.portal.services, data);
		const file = join(data, 'credentials.json');
		expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ username: 'local', password: made?.password });
		expect((await stat(file)).mode & 0o777).toBe(0o600);
		const { body } = await bench.signIn('local', made?.password);
		const { licences } = (await bench.ask('GET', '/licences', undefined, { token: body.token })).body;
		expect(licences).toMatchObject([
			{ type: 'Automation', term: 'perpetual', reservedTo: null },
			{ type: 'Battery', term: 'perpetual', reservedTo: null },
		]);
		expect(await ensureLocalAccount(bench.portal.services, data)).toBeUndefined();
	});

	it('is whole or not there: a start that is cut off leaves the next one to make it', async () => {
		await using bench = await AccountBench.open(await databases.fresh());
		const data = await mkdtemp(join(folder, 'data-'));
		const file = join(data, 'credentials.json');
		// Left behind, for everybody to read.
		await writeFile(file, '{}\n');
		await chmod(file, 0o644);
		const grant = vi.spyOn(bench.portal.services.licences, 'grant');
		grant.mockRejectedValueOnce(new Error('cut off'));
		await expect(ensureLocalAccount(bench.portal.services, data)).rejects.toThrow('cut off');
		expect(await bench.db.selectFrom('users').selectAll().execute()).toEqual([]);
		const made = await ensureLocalAccount(bench.portal.services, data);
		expect(await bench.signIn('local', made?.password)).toMatchObject({ status: 200 });
		expect(await bench.db.selectFrom('licences').select('type').orderBy('id').execute()).toEqual([{ type: 'Automation' }, { type: 'Battery' }]);
		expect((await stat(file)).mode & 0o777).toBe(0o600);
		expect(await readdir(data)).toEqual(['credentials.json']);
	});
});

import { expect, it } from 'vitest';
import { onBothDatabases } from './database/testing.ts';
import { computerId, LicenceBench, type TestEngine } from './licence-testing.ts';
import type { SignedIn } from './licences.ts';

onBothDatabases((databases) => {
	const open = async () => {
		const bench = await LicenceBench.open(await databases.fresh());
		const [anna, ben, cora] = [await bench.user('Anna'), await bench.user('Ben'), await bench.user('Cora')];
		return { bench, anna, ben, cora, id: await bench.licence(anna) };
	};

	it('moves a licence for good: the mover loses it, shares end, and it may be moved on', async () => {
		const { bench, anna, ben, cora, id } = await open();
		await using _ = bench;
		await bench.licences.share(id, anna, 'Ben');
		await bench.licences.move(id, anna, ' cORA ');
		expect(await bench.licences.list(anna.id)).toEqual([]);
		expect(await bench.licences.list(ben.id)).toEqual([]);
		expect(await bench.licences.list(cora.id)).toMatchObject([{ id, owner: 'Cora', mine: true, sharedWith: [] }]);
		for (const act of [
			() => bench.licences.move(id, anna, 'Ben'),
			() => bench.licences.share(id, anna, 'Ben'),
			() => bench.licences.stopSharing(id, anna, 'Ben'),
			() => bench.licences.return(id, anna),
		])
			await expect(act()).rejects.toMatchObject({ code: 'NOT_FOUND' });
		await bench.licences.move(id, cora, 'Anna');
		expect(await bench.licences.list(anna.id)).toMatchObject([{ id, mine: true }]);
		expect(await bench.log(id)).toEqual(['Anna: grant', 'Anna: share', 'Anna: move', 'Cora: move']);
	});

	it('moves only what is not reserved, and only to a verified account', async () => {
		const { bench, anna, id } = await open();
		await using _ = bench;
		await bench.user('Dan', false);
		const engine = await bench.engine(anna, 'office');
		await engine.reserve(id, { ttl: 60 });
		await expect(bench.licences.move(id, anna, 'Ben')).rejects.toMatchObject({ code: 'LICENCE_RESERVED', details: { hostname: 'office' } });
		for (const name of ['Dan', 'nobody', '', "' OR 1=1 --", '<b>Ben</b>', 'ben@example.org', '%'])
			for (const act of [() => bench.licences.move(id, anna, name), () => bench.licences.share(id, anna, name)]) await expect(act()).rejects.toMatchObject({ code: 'NOT_FOUND' });
		for (const act of [() => bench.licences.move(id, anna, 'Anna'), () => bench.licences.share(id, anna, 'anna')])
			await expect(act()).rejects.toMatchObject({ code: 'INVALID_VALUE' });
		bench.clock += 60_000; // its lease has run out
		await bench.licences.move(id, anna, 'Ben');
		await expect(engine.reserve(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
	});

	it('shares with any number of users, one at a time, and shows them to the owner only', async () => {
		const { bench, anna, ben, cora, id } = await open();
		await using _ = bench;
		for (const name of ['Cora', 'Ben', 'ben']) await bench.licences.share(id, anna, name);
		expect(await bench.licences.list(anna.id)).toMatchObject([{ sharedWith: ['Ben', 'Cora'], mine: true }]);
		expect(await bench.licences.list(ben.id)).toMatchObject([{ sharedWith: [], mine: false, owner: 'Anna' }]);
		const [bens, coras] = [await bench.engine(ben, 'ben'), await bench.engine(cora, 'cora')];
		await bens.reserve(id);
		await expect(coras.reserve(id)).rejects.toMatchObject({ code: 'LICENCE_TAKEN', details: { user: 'Ben', hostname: 'ben' } });
		await expect(bench.licences.return(id, cora)).rejects.toMatchObject({ code: 'LICENCE_TAKEN' });
		for (const act of [() => bench.licences.move(id, ben, 'Cora'), () => bench.licences.share(id, ben, 'Cora'), () => bench.licences.stopSharing(id, ben, 'Cora')])
			await expect(act()).rejects.toMatchObject({ code: 'FORBIDDEN' });
		expect(await bench.licences.return(id, ben)).toMatchObject({ reservedTo: null }); // its holder
		await coras.reserve(id);
		expect(await bench.licences.return(id, anna)).toMatchObject({ reservedTo: null }); // its owner
		expect(coras.isOpen(id)).toBe(false);
	});

	it('takes a licence back from a user it is no longer shared with', async () => {
		const { bench, anna, ben, id } = await open();
		await using _ = bench;
		await bench.licences.share(id, anna, 'Ben');
		const engine = await bench.engine(ben, 'ben');
		const { lease } = await engine.reserve(id);
		await bench.licences.stopSharing(id, anna, 'Ben');
		expect(engine.isOpen(id)).toBe(false);
		expect(engine.pushes).toContainEqual({ push: 'revoke', lease, licence: id, reason: 'no longer shared' });
		await expect(engine.reserve(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
		expect(await engine.list()).toEqual([]);
		await bench.licences.stopSharing(id, anna, 'Ben'); // twice
		await expect(bench.licences.stopSharing(id, anna, 'nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
		expect(await bench.licences.list(anna.id)).toMatchObject([{ sharedWith: [], reservedTo: null }]);
	});

	it('lets a holder that lost its share say that it has locked', async () => {
		const { bench, anna, ben, id } = await open();
		await using _ = bench;
		await bench.licences.share(id, anna, 'Ben');
		const engine = await bench.engine(ben, 'ben');
		await engine.reserve(id);
		engine.obeys = false;
		await bench.licences.stopSharing(id, anna, 'Ben');
		expect((await bench.licences.list(anna.id))[0].reservedTo).toMatchObject({ user: 'Ben', returningUntil: expect.any(String) });
		await engine.giveBack(id);
		expect((await bench.licences.list(anna.id))[0].reservedTo).toBeNull();
		await expect(engine.giveBack(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
	});

	it('lets an administrator find every licence and return any', async () => {
		const { bench, anna, ben, cora, id } = await open();
		await using _ = bench;
		const other = await bench.licence(ben);
		const engine = await bench.engine(anna, 'office');
		const { lease } = await engine.reserve(id);
		await expect(bench.licences.return(id, cora)).rejects.toMatchObject({ code: 'NOT_FOUND' });
		expect(await bench.licences.return(id, cora, { asAdmin: true })).toMatchObject({ reservedTo: null });
		expect(engine.pushes).toContainEqual({ push: 'revoke', lease, licence: id, reason: 'returned by an administrator' });
		const find = async (search: string, page = 1, pageSize = 1) => {
			const { licences, pages } = await bench.licences.all({ search, page, pageSize }, cora.id);
			return [licences.map((licence) => licence.id), pages];
		};
		expect(await find('')).toEqual([[id], 2]);
		expect(await find('', 2)).toEqual([[other], 2]);
		expect(await find('BEN')).toEqual([[other], 1]);
		for (const nothing of ['%', '_', "'; DROP TABLE licences; --", '\\']) expect(await find(nothing)).toEqual([[], 1]);
	});

	it('ends everything of an account before it is deleted', async () => {
		const { bench, anna, ben, cora, id } = await open();
		await using _ = bench;
		const bens = await bench.licence(ben);
		await bench.licences.share(id, anna, 'Ben');
		await bench.licences.share(bens, ben, 'Cora');
		const [holder, sharee] = [await bench.engine(ben, 'ben'), await bench.engine(cora, 'cora')];
		await holder.reserve(id);
		const { lease } = await sharee.reserve(bens);
		await bench.licences.release(ben);
		expect(holder.isOpen(id)).toBe(false);
		expect(sharee.pushes).toContainEqual({ push: 'revoke', lease, licence: bens, reason: 'account deleted' });
		await bench.context.database.db.deleteFrom('users').where('id', '=', ben.id).execute();
		expect(await bench.licences.list(cora.id)).toEqual([]);
		expect(await bench.licences.list(anna.id)).toMatchObject([{ sharedWith: [], reservedTo: null, available: true }]);
		expect((await bench.log(bens)).at(-1)).toBe('Cora: lock');
	});

	it('keeps a deleted account’s licence taken until its lease has run out where its engine cannot be reached', async () => {
		const { bench, anna, ben, id } = await open();
		await using _ = bench;
		await bench.licences.share(id, anna, 'Ben');
		const engine = await bench.engine(ben, 'ben');
		await engine.reserve(id);
		engine.cut();
		await bench.licences.release(ben);
		await bench.context.database.db.deleteFrom('users').where('id', '=', ben.id).execute();
		expect(await bench.licences.list(anna.id)).toMatchObject([{ reservedTo: { user: 'a deleted account', hostname: 'ben' }, available: false }]);
		const own = await bench.engine(anna, 'office');
		await expect(own.reserve(id)).rejects.toMatchObject({ code: 'LICENCE_TAKEN' });
		await bench.pass(86_400 + 600);
		await own.reserve(id);
	});

	it('never has a licence open on two computers, whatever happens', { timeout: 60_000 }, async () => {
		const { bench, anna, ben, cora, id } = await open();
		await using _ = bench;
		let seed = 4;
		const random = (below: number) => {
			seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
			return Math.floor((seed / 2 ** 32) * below);
		};
		/** An engine asks for one thing after the other. */
		const computers: { user: SignedIn; hostname: string; engine: TestEngine; busy: boolean }[] = [];
		for (const [user, hostname] of [
			[anna, 'office'],
			[anna, 'lab'],
			[ben, 'ben'],
			[cora, 'cora'],
		] as const)
			computers.push({ user, hostname, engine: await bench.engine(user, hostname), busy: false });
		const pending: Promise<unknown>[] = [];
		let [reserved, refused] = [0, 0];
		const actOf = async (computer: (typeof computers)[number]) => {
			const { engine, user, hostname } = computer;
			switch (random(5)) {
				case 0:
				case 1:
				case 2:
					await engine.reserve(id, random(2) === 0 ? {} : { ttl: 1 + random(100) });
					reserved++;
					break;
				case 3:
					return engine.giveBack(id);
				default: {
					// The network is cut; the engine comes back with what it holds. Some do not obey for a while.
					engine.cut();
					const next = await bench.engine(user, hostname);
					computer.engine = next;
					for (const [lease, licence] of engine.held) next.held.set(lease, licence);
					for (const [lease, end] of engine.ends) next.ends.set(lease, end);
					const { gone } = await next.ask('hello', { computer: { id: computerId(hostname), hostname }, version: '1', leases: [...next.held.keys()] });
					for (const lease of gone) next.held.delete(lease);
					next.obeys = random(4) > 0;
				}
			}
		};
		const act = async () => {
			const computer = computers[random(computers.length)];
			switch (random(8)) {
				case 0:
					return bench.licences.return(id, [anna, computer.user][random(2)]);
				case 1:
					await bench.licences.stopSharing(id, anna, 'Ben');
					return bench.licences.share(id, anna, random(2) === 0 ? 'Ben' : 'Cora');
				case 2:
					bench.clock += random(20_000);
					return bench.sweep();
				case 3:
					bench.clock += random(4) === 0 ? 86_400_000 + 600_000 : 1000;
					return;
				default:
					if (computer.busy) return;
					computer.busy = true;
					return actOf(computer).finally(() => {
						computer.busy = false;
					});
			}
		};
		for (let step = 0; step < 1500; step++) {
			pending.push(act().catch(() => refused++));
			if (random(4) > 0) await Promise.race(pending.slice(-2));
			if (random(10) === 0) await new Promise((resolve) => setImmediate(resolve));
			const open = computers.filter(({ engine }) => engine.isOpen(id)).map(({ hostname }) => hostname);
			expect(open.length, `step ${step}: ${open}`).toBeLessThanOrEqual(1);
		}
		await Promise.all(pending);
		expect(computers.filter(({ engine }) => engine.isOpen(id)).length).toBeLessThanOrEqual(1);
		expect(reserved).toBeGreaterThan(20);
		expect(refused).toBeGreaterThan(20);
	});
});

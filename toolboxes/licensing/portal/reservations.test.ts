import { expect, it } from 'vitest';
import { verifyLease } from '../lease.ts';
import { onBothDatabases } from './database/testing.ts';
import { writeOfflineHours } from './lease-signing.ts';
import { computerId, LicenceBench, startMs } from './licence-testing.ts';

const day = 86_400;
const iso = (ms: number) => new Date(ms).toISOString();

onBothDatabases((databases) => {
	const open = async () => LicenceBench.open(await databases.fresh());

	it('binds a licence to a user and a computer, and says who holds it', async () => {
		await using bench = await open();
		const anna = await bench.user('Anna');
		const id = await bench.licence(anna);
		const office = await bench.engine(anna, 'office');
		const lab = await bench.engine(anna, 'lab');
		expect(await lab.list()).toMatchObject([{ id, reservedTo: null, available: true, mine: true }]);

		const issued = await office.reserve(id);
		const { keys } = await bench.keys.identity('nonce-nonce-nonce');
		expect(await verifyLease(issued.jws, keys, computerId('office'))).toMatchObject({
			jti: issued.lease,
			licence: id,
			licenceType: 'Automation',
			sub: 'Anna',
			uid: anna.id,
			iat: startMs / 1000,
			exp: startMs / 1000 + day,
		});
		expect(issued).toMatchObject({ expires: startMs + day * 1000, durationS: day });

		await expect(lab.reserve(id)).rejects.toMatchObject({ code: 'LICENCE_TAKEN', details: { user: 'Anna', hostname: 'office', returningUntil: null } });
		await expect(lab.giveBack(id)).rejects.toMatchObject({ code: 'LICENCE_TAKEN' });
		expect(await lab.list()).toMatchObject([{ reservedTo: { user: 'Anna', hostname: 'office', since: iso(startMs) }, available: false }]);
		expect(await office.list()).toMatchObject([{ available: true }]);
		await office.reserve(id); // the same user and computer again
		await office.giveBack(id);
		await office.giveBack(id); // twice
		await lab.reserve(id);
		expect(await bench.log(id)).toEqual(['Anna: grant', 'Anna: reserve', 'Anna: reserve', 'Anna: return', 'Anna: reserve']);
	});

	it('refuses a licence that is not the user’s, is expired, or does not exist', async () => {
		await using bench = await open();
		const anna = await bench.user('Anna');
		const ben = await bench.user('Ben');
		const id = await bench.licence(anna, { days: 1 });
		const engine = await bench.engine(ben, 'ben');
		for (const licence of [id, 999, 0, -1, Number.MAX_SAFE_INTEGER]) {
			await expect(engine.reserve(licence)).rejects.toMatchObject({ code: 'NOT_FOUND' });
			await expect(engine.giveBack(licence)).rejects.toMatchObject({ code: 'NOT_FOUND' });
		}
		expect(await engine.list()).toEqual([]);
		const own = await bench.engine(anna, 'anna');
		await bench.pass(day);
		await expect(own.reserve(id)).rejects.toMatchObject({ code: 'LICENCE_EXPIRED', details: { expires: iso(startMs + day * 1000) } });
		expect(await own.list()).toMatchObject([{ expired: true, available: false }]);
	});

	it('returns from the portal at once where the engine is connected', async () => {
		await using bench = await open();
		const anna = await bench.user('Anna');
		const id = await bench.licence(anna);
		const office = await bench.engine(anna, 'office');
		const { lease } = await office.reserve(id);
		expect(await bench.licences.return(id, anna)).toMatchObject({ reservedTo: null, available: true });
		expect(office.isOpen(id)).toBe(false);
		expect(office.pushes).toContainEqual({ push: 'revoke', lease, licence: id, reason: 'returned in the portal' });
		expect(await bench.licences.return(id, anna)).toMatchObject({ reservedTo: null }); // twice
	});

	it('keeps a licence taken while its holder cannot be reached, until its lease has run out', async () => {
		await using bench = await open();
		const anna = await bench.user('Anna');
		const id = await bench.licence(anna);
		const office = await bench.engine(anna, 'office');
		const { expires } = await office.reserve(id);
		office.cut();
		// Ten minutes more than the lease: the computers' clocks may differ.
		const returningUntil = iso(expires + 600_000);
		expect(await bench.licences.return(id, anna)).toMatchObject({ reservedTo: { hostname: 'office', returningUntil }, available: false });
		expect(await bench.licences.return(id, anna)).toMatchObject({ reservedTo: { returningUntil } });
		const lab = await bench.engine(anna, 'lab');
		await expect(lab.reserve(id)).rejects.toMatchObject({ code: 'LICENCE_TAKEN', details: { returningUntil } });
		// Not even its own computer: another process there may still hold the lease.
		const again = await bench.engine(anna, 'office');
		await expect(again.reserve(id)).rejects.toMatchObject({ code: 'LICENCE_TAKEN' });
		await bench.pass(day + 599.999);
		await expect(lab.reserve(id)).rejects.toMatchObject({ code: 'LICENCE_TAKEN' });
		bench.clock += 1;
		await lab.reserve(id); // a reservation looks by itself
		expect(await bench.log(id)).toEqual(['Anna: grant', 'Anna: reserve', 'Anna: return', 'Anna: return', 'portal: return', 'Anna: reserve']);
	});

	it('frees it as soon as the holder is back and has locked', async () => {
		await using bench = await open();
		const anna = await bench.user('Anna');
		const id = await bench.licence(anna);
		const office = await bench.engine(anna, 'office');
		const { lease } = await office.reserve(id);
		office.cut();
		await bench.licences.return(id, anna);
		const lab = await bench.engine(anna, 'lab');
		const back = await bench.engine(anna, 'office');
		back.obeys = false;
		const answer = await back.ask('hello', { computer: { id: computerId('office'), hostname: 'office' }, version: '1', leases: [lease, 'unheard of'] });
		expect(answer).toEqual({ user: 'Anna', now: bench.clock, good: [], gone: [lease, 'unheard of'] });
		await expect(back.ask('renew', { lease })).rejects.toMatchObject({ code: 'LEASE_INVALID', details: { reason: 'returned in the portal' } });
		await back.until(() => back.pushes.some((push) => push.push === 'revoke'));
		expect(back.pushes).toContainEqual({ push: 'revoke', lease, licence: id, reason: 'returned in the portal' });
		await expect(lab.reserve(id)).rejects.toMatchObject({ code: 'LICENCE_TAKEN' });
		await back.ask('revoked', { lease });
		await lab.until(() => lab.pushes.some(({ push }) => push === 'licences'));
		await lab.reserve(id);
	});

	it('waits for every process on the computer', async () => {
		await using bench = await open();
		const anna = await bench.user('Anna');
		const id = await bench.licence(anna);
		const [engine, program, lab] = [await bench.engine(anna, 'office'), await bench.engine(anna, 'office'), await bench.engine(anna, 'lab')];
		await engine.reserve(id);
		const { lease } = await program.reserve(id, { ttl: 60 });
		program.obeys = false;
		await engine.giveBack(id);
		await program.until(() => program.pushes.some(({ push }) => push === 'revoke'));
		expect(program.pushes).toContainEqual({ push: 'revoke', lease, licence: id, reason: 'returned by another program on this computer' });
		await expect(lab.reserve(id)).rejects.toMatchObject({ code: 'LICENCE_TAKEN', details: { returningUntil: iso(startMs + 60_000) } });
		await expect(engine.reserve(id)).rejects.toMatchObject({ code: 'LICENCE_TAKEN' });
		await program.ask('revoked', { lease });
		await program.ask('revoked', { lease }); // twice
		await lab.reserve(id);
	});

	it('renews a lease, never beyond its licence, and lets one with a ttl lapse', async () => {
		await using bench = await open();
		const anna = await bench.user('Anna');
		const [long, short] = [await bench.licence(anna), await bench.licence(anna, { days: 1.5 })];
		const engine = await bench.engine(anna, 'office');
		const stored = await engine.reserve(short);
		const tied = await engine.reserve(long, { ttl: 30 });
		expect(tied).toMatchObject({ expires: startMs + 30_000, durationS: 30 });
		await bench.pass(20);
		expect(await engine.ask('renew', { lease: tied.lease })).toMatchObject({ lease: tied.lease, expires: startMs + 50_000, durationS: 30 });
		await bench.pass(29);
		expect(await engine.list()).toMatchObject([{ reservedTo: { user: 'Anna' } }, {}]);
		await bench.pass(1);
		expect(await engine.list()).toMatchObject([
			{ id: long, reservedTo: null },
			{ id: short, reservedTo: { user: 'Anna' } },
		]);
		await expect(engine.ask('renew', { lease: tied.lease })).rejects.toMatchObject({ code: 'LEASE_INVALID' });
		await bench.pass(day - 100);
		expect(await engine.ask('renew', { lease: stored.lease })).toMatchObject({ expires: startMs + 1.5 * day * 1000 });
		// The licence expires: pushed, and free once the engine has locked.
		await bench.pass(day / 2 + 60);
		await engine.until(() => engine.pushes.some(({ push }) => push === 'revoke'));
		expect(engine.pushes).toContainEqual({ push: 'revoke', lease: stored.lease, licence: short, reason: 'expired' });
		await expect.poll(() => engine.list()).toMatchObject([{}, { id: short, reservedTo: null, expired: true }]);
	});

	it('lasts as long offline as the administrator lets it, and an older lease counts on', async () => {
		await using bench = await open();
		const anna = await bench.user('Anna');
		const id = await bench.licence(anna);
		const { db } = bench.context.database;
		await writeOfflineHours(db, 14 * 24);
		const engine = await bench.engine(anna, 'office');
		const { lease, expires } = await engine.reserve(id);
		expect(expires).toBe(startMs + 14 * day * 1000);
		await writeOfflineHours(db, 1);
		expect(await engine.ask('renew', { lease })).toMatchObject({ expires: startMs + 3_600_000 });
		engine.cut();
		// It may be that the renewal was lost on the way.
		expect(await bench.licences.return(id, anna)).toMatchObject({ reservedTo: { returningUntil: iso(expires + 600_000) } });
		for (const hours of [0, -1, 14 * 24 + 1, Number.NaN]) await expect(writeOfflineHours(db, hours)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
	});

	it('takes a restarted engine’s leases up, and only its own', async () => {
		await using bench = await open();
		const anna = await bench.user('Anna');
		const ben = await bench.user('Ben');
		const id = await bench.licence(anna);
		const first = await bench.engine(anna, 'office');
		const { lease } = await first.reserve(id);
		first.cut();
		// Copied to another computer, and to another user of the same one: nothing is said of it, and it cannot be ended there.
		for (const [user, hostname] of [
			[anna, 'lab'],
			[ben, 'office'],
		] as const) {
			const thief = await bench.engine(user, hostname, [lease]);
			const answer = await thief.ask('hello', { computer: { id: computerId(hostname), hostname }, version: '1', leases: [lease] });
			expect(answer).toMatchObject({ good: [], gone: [lease] });
			await expect(thief.ask('renew', { lease })).rejects.toMatchObject({ code: 'LEASE_INVALID' });
			await expect(thief.ask('revoked', { lease })).rejects.toMatchObject({ code: 'LEASE_INVALID' });
			await expect(thief.reserve(id, { supersedes: [lease], lease: 'x'.repeat(22) })).rejects.toMatchObject({ code: user === ben ? 'NOT_FOUND' : 'LICENCE_TAKEN' });
		}
		const second = await bench.engine(anna, 'office', [lease]);
		expect(await second.ask('hello', { computer: { id: computerId('office'), hostname: 'office' }, version: '1', leases: [lease] })).toMatchObject({ good: [lease], gone: [] });
		await second.giveBack(id);
		expect((await second.list())[0].reservedTo).toBeNull();
	});

	it('gives a lease that replaces others, and the same one again where the answer was lost', async () => {
		await using bench = await open();
		const anna = await bench.user('Anna');
		const [id, other] = [await bench.licence(anna), await bench.licence(anna)];
		const engine = await bench.engine(anna, 'office');
		const old = await engine.reserve(id);
		const lease = 'a-lease-of-our-own-choice';
		await engine.reserve(id, { supersedes: [old.lease], lease });
		expect(await engine.reserve(id, { lease })).toMatchObject({ lease });
		await expect(engine.reserve(other, { lease })).rejects.toMatchObject({ code: 'LEASE_INVALID' });
		expect((await bench.context.database.db.selectFrom('leases').select('id').execute()).map((row) => row.id)).toEqual([lease]);
		await expect(engine.ask('renew', { lease: old.lease })).rejects.toMatchObject({ code: 'LEASE_INVALID' });
	});

	it('pushes an end that comes while the lease is being handed out after the answer', async () => {
		await using bench = await open();
		const anna = await bench.user('Anna');
		const id = await bench.licence(anna);
		const engine = await bench.engine(anna, 'office');
		const order: string[] = [];
		engine.socket.on('message', (data) => order.push(String(data).includes('"jws"') ? 'lease' : String(data).includes('"revoke"') ? 'revoke' : ''));
		for (let round = 0; round < 20; round++) {
			order.length = 0;
			await Promise.all([engine.reserve(id), bench.licences.return(id, anna)]);
			await bench.licences.return(id, anna);
			expect(order.filter((what) => what !== '').slice(0, 2)).toEqual(['lease', 'revoke']);
			expect((await engine.list())[0].reservedTo).toBeNull();
			expect(engine.isOpen(id)).toBe(false);
		}
	});

	it('repairs at its next round what a lost notice has left undone', async () => {
		await using bench = await open();
		const anna = await bench.user('Anna');
		const id = await bench.licence(anna);
		const engine = await bench.engine(anna, 'office');
		await engine.reserve(id);
		// As a process leaves it that dies between its commit and its notice.
		await bench.context.database.db.updateTable('licences').set({ returning_at: bench.clock, returning_reason: 'returned in the portal' }).execute();
		await bench.sweep();
		await engine.until(() => !engine.isOpen(id));
		await expect.poll(async () => (await engine.list())[0].reservedTo).toBeNull();
	});
});

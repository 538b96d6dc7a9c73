/** The engine's account and licences against a real portal over real sockets, connected and cut off. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Licensing } from './licensing.ts';
import type { SignedIn } from './portal/licences.ts';
import { password, type TestComputer, TestWorld, until } from './testing.ts';

let world: TestWorld;
let anna: SignedIn;
let office: TestComputer;
let home: TestComputer;
let licence: number;
const day = 86_400;

beforeEach(async () => {
	world = await TestWorld.open();
	anna = await world.user('Anna');
	licence = await world.bench.licence(anna);
	office = await world.computer('office');
	home = await world.computer('home');
});
afterEach(() => world[Symbol.asyncDispose]());

async function signedIn(computer: TestComputer, name = 'anna'): Promise<Licensing> {
	const engine = await computer.start();
	await engine.login(name, password);
	return engine;
}

async function reserve(engine: Licensing, id = licence, ttl?: number): Promise<void> {
	using connection = engine.connection();
	await connection.reserve(id, { ttl });
}

const leasesOn = ({ data }: TestComputer) => JSON.parse(readFileSync(join(data, 'leases', 'leases.json'), 'utf8')) as { leases: unknown[]; ends: unknown[] };
const refusal = (code: string) => expect.objectContaining({ code });

describe('the account', () => {
	it('is needed to list and to reserve, and a wrong password opens nothing', async () => {
		const engine = await office.start();
		expect(engine.status()).toMatchObject({ state: 'signed-out', user: null, licences: [] });
		const connection = engine.connection();
		await expect(connection.licences()).rejects.toEqual(refusal('NOT_LOGGED_IN'));
		await expect(connection.reserve(licence)).rejects.toEqual(refusal('NOT_LOGGED_IN'));
		await expect(connection.return(licence)).rejects.toEqual(refusal('NOT_LOGGED_IN'));
		await expect(connection.login('anna', 'wrong')).rejects.toEqual(refusal('LOGIN_FAILED'));
		await connection.login('ANNA', password);
		expect(engine.status()).toMatchObject({ state: 'online', user: 'Anna', problem: null });
		expect(await connection.licences()).toMatchObject([{ id: licence, type: 'Automation', available: true, reservedTo: null }]);
	});

	it('is shared: the same once more succeeds, another one only while nothing is reserved', async () => {
		await world.user('Bob');
		const engine = await signedIn(office);
		const [page, script] = [engine.connection(), engine.connection()];
		await script.login('anna', password);
		await page.reserve(licence);
		await expect(script.login('bob', password)).rejects.toEqual(refusal('LOGGED_IN_AS_OTHER'));
		await expect(script.login('anna', 'wrong')).rejects.toEqual(refusal('LOGIN_FAILED'));
		expect(engine.user).toBe('Anna');
		await page.return(licence);
		await script.login('bob', password);
		expect(engine.status()).toMatchObject({ state: 'online', user: 'Bob', licences: [] });
	});

	it('is not signed out by a script that did not sign in, and keeps its leases when it is', async () => {
		const engine = await signedIn(office);
		await engine.connection().logout();
		expect(engine.user).toBe('Anna');
		const script = engine.connection();
		await script.login('anna', password);
		await script.reserve(licence);
		await script.logout();
		expect(engine.status()).toMatchObject({ state: 'signed-out', user: null, licences: [] });
		expect(engine.gate.isOpen('automation')).toBe(true);
		// Kept leases are renewed, and end as soon as the portal says so.
		await world.pass(2 * day);
		await until(() => engine.gate.isOpen('automation'));
		await world.bench.licences.return(licence, anna);
		expect(engine.gate.isOpen('automation')).toBe(false);
		await until(() => JSON.parse(readFileSync(join(office.data, 'leases', 'session.json'), 'utf8')) === null);
	});

	it('ends where its session is ended, with the leases still good', async () => {
		const engine = await signedIn(office);
		await reserve(engine);
		await world.bench.context.database.db.deleteFrom('sessions').execute();
		await world.bench.sweep();
		await until(() => engine.user === null);
		expect(engine.gate.isOpen('automation')).toBe(true);
		await engine.login('anna', password);
		expect(engine.status().licences).toMatchObject([{ reservedTo: { user: 'Anna', hostname: 'office' } }]);
		expect(engine.gate.isOpen('automation')).toBe(true);
	});
});

describe('a reservation', () => {
	it('unlocks here, is refused elsewhere, and locks at once when it is returned in the portal', async () => {
		const [atOffice, atHome] = [await signedIn(office), await signedIn(home)];
		expect(() => atOffice.gate.require('automation')).toThrow(refusal('NO_LICENCE'));
		await reserve(atOffice);
		await reserve(atOffice);
		atOffice.gate.require('automation');
		expect(() => atOffice.gate.require('battery')).toThrow(refusal('NO_LICENCE'));
		await expect(reserve(atHome)).rejects.toMatchObject({ code: 'LICENCE_TAKEN', details: { user: 'Anna', hostname: 'office' } });
		await until(() => atHome.status().licences[0].reservedTo?.hostname === 'office');
		expect(atHome.status().licences[0].available).toBe(false);

		let reason: string | null = null;
		atOffice.gate.on(() => {
			reason = atOffice.gate.state('automation').reason;
		});
		expect(await world.bench.licences.return(licence, anna)).toMatchObject({ reservedTo: null });
		expect(atOffice.gate.isOpen('automation')).toBe(false);
		expect(reason).toBe('returned in the portal');
		expect(leasesOn(office).leases).toEqual([]);
		await reserve(atHome);
		atHome.gate.require('automation');
		world.check();
	});

	it('is kept from others that can read the disk', async () => {
		await reserve(await signedIn(office));
		for (const file of ['session', 'keys', 'leases', 'clock', 'licences']) expect(statSync(join(office.data, 'leases', `${file}.json`)).mode & 0o777, file).toBe(0o600);
		expect(statSync(join(office.data, 'leases')).mode & 0o777).toBe(0o700);
		expect(statSync(join(office.data, 'computer.json')).mode & 0o777).toBe(0o600);
	});

	it('stays while one connection claims it, outlives them all, and is freed at once by the page', async () => {
		const engine = await signedIn(office);
		const [one, two] = [engine.connection(), engine.connection()];
		await one.reserve(licence);
		await two.reserve(licence);
		await one.return(licence);
		expect(engine.gate.isOpen('automation')).toBe(true);
		await two.return(licence);
		await two.return(licence);
		expect(engine.gate.isOpen('automation')).toBe(false);
		await two.reserve(licence);
		two.close();
		one.close();
		await world.pass(3600);
		expect(engine.gate.isOpen('automation')).toBe(true);
		await engine.connection().reserve(licence);
		await engine.returnNow(licence);
		expect(engine.gate.isOpen('automation')).toBe(false);
		expect(await world.bench.licences.one(licence, anna.id)).toMatchObject({ reservedTo: null });
	});

	it('for a while ends so long after the connection that asked, however that went', async () => {
		const engine = await signedIn(office);
		const script = engine.connection();
		await script.reserve(licence, { ttl: 30 });
		for (let passed = 0; passed < 120; passed += 10) {
			await world.pass(10);
			expect(engine.gate.isOpen('automation')).toBe(true);
		}
		expect(leasesOn(office).leases).toEqual([]);
		script.close();
		await office.settle();
		await world.pass(20);
		expect(engine.gate.isOpen('automation')).toBe(true);
		await world.pass(11);
		await until(() => !engine.gate.isOpen('automation'));
		await until(() => engine.status().licences[0].reservedTo === null);
	});

	it('for a while becomes a lasting one when somebody asks for that', async () => {
		const engine = await signedIn(office);
		const script = engine.connection();
		await script.reserve(licence, { ttl: 30 });
		await reserve(engine);
		script.close();
		await world.pass(120);
		expect(engine.gate.isOpen('automation')).toBe(true);
		expect(leasesOn(office).leases).toHaveLength(1);
	});

	it('of a bundle unlocks both toolboxes, of a shared licence until sharing stops', async () => {
		const bob = await world.user('Bob');
		const bundle = await world.bench.licence(anna, { type: 'Enterprise' });
		await world.bench.licences.share(bundle, anna, 'Bob');
		const engine = await signedIn(home, 'bob');
		expect(engine.status().licences).toMatchObject([{ id: bundle, mine: false, owner: 'Anna' }]);
		await reserve(engine, bundle);
		engine.gate.require('automation');
		engine.gate.require('battery');
		await world.bench.licences.stopSharing(bundle, anna, bob.name);
		expect(engine.gate.isOpen('battery')).toBe(false);
		expect(engine.gate.state('battery').reason).toBe('no longer shared');
		await until(() => engine.status().licences.length === 0);
	});

	it('ends with its licence', async () => {
		const monthly = await world.bench.licence(anna, { type: 'Battery', days: 2 });
		const engine = await signedIn(office);
		await reserve(engine, monthly);
		await world.pass(1.9 * day);
		await until(() => engine.gate.isOpen('battery'));
		await world.pass(0.2 * day);
		await until(() => !engine.gate.isOpen('battery'));
		await expect(reserve(engine, monthly)).rejects.toEqual(refusal('LICENCE_EXPIRED'));
	});
});

describe('without the network', () => {
	it('works until the lease runs out, and only then another computer may have it', async () => {
		const [atOffice, atHome] = [await signedIn(office), await signedIn(home)];
		await reserve(atOffice);
		await office.cut();
		expect(atOffice.status()).toMatchObject({ state: 'offline', offlineUntil: new Date(world.bench.clock + day * 1000).toISOString(), licences: [{ available: true }] });
		const [returned] = await Promise.all([world.bench.licences.return(licence, anna)]);
		expect(returned.reservedTo?.returningUntil).toBe(new Date(world.bench.clock + (day + 600) * 1000).toISOString());
		for (const hours of [12, 11.9]) {
			await world.pass(hours * 3600);
			expect(atOffice.gate.isOpen('automation')).toBe(true);
			await expect(reserve(atHome)).rejects.toEqual(refusal('LICENCE_TAKEN'));
		}
		await world.pass(360);
		expect(atOffice.gate.isOpen('automation')).toBe(false);
		await expect(reserve(atHome)).rejects.toEqual(refusal('LICENCE_TAKEN'));
		await world.pass(601);
		await home.reach(() => atHome.status().state === 'online');
		await reserve(atHome);
		world.check();
	});

	it('learns of a return at the next connection, and acknowledges it', async () => {
		const [atOffice, atHome] = [await signedIn(office), await signedIn(home)];
		await reserve(atOffice);
		await office.cut();
		await world.bench.licences.return(licence, anna);
		await office.mend();
		await until(() => !atOffice.gate.isOpen('automation'));
		await until(() => atHome.status().licences[0].reservedTo === null);
		await reserve(atHome);
		world.check();
	});

	it('goes on unchanged after a cut that nobody used', async () => {
		const engine = await signedIn(office);
		await reserve(engine);
		await office.cut();
		await world.pass(20 * 3600);
		await office.mend();
		await world.pass(20 * 3600);
		await until(() => engine.gate.isOpen('automation'));
	});

	it('locks what is returned at once, and gives it back later', async () => {
		const [atOffice, atHome] = [await signedIn(office), await signedIn(home)];
		await reserve(atOffice);
		await office.cut();
		await expect(atOffice.returnNow(licence)).rejects.toEqual(refusal('PORTAL_UNREACHABLE'));
		expect(atOffice.gate.isOpen('automation')).toBe(false);
		await expect(reserve(atOffice)).rejects.toEqual(refusal('PORTAL_UNREACHABLE'));
		await expect(reserve(atHome)).rejects.toEqual(refusal('LICENCE_TAKEN'));
		await office.mend();
		await until(() => atHome.status().licences[0].reservedTo === null);
		expect(leasesOn(office)).toEqual({ leases: [], ends: [] });
		await reserve(atHome);
	});

	it('gives back a licence whose reservation was answered into the void', async () => {
		const [atOffice, atHome] = [await signedIn(office), await signedIn(home)];
		office.network.deaf = true;
		const attempt = expect(reserve(atOffice)).rejects.toEqual(refusal('PORTAL_UNREACHABLE'));
		await until(() => atHome.status().licences[0].reservedTo?.hostname === 'office');
		office.network.cut();
		await attempt;
		expect(atOffice.gate.isOpen('automation')).toBe(false);
		expect(leasesOn(office).ends).toHaveLength(1);
		office.network.deaf = false;
		await office.mend();
		await until(() => atHome.status().licences[0].reservedTo === null);
		expect(leasesOn(office).ends).toEqual([]);
	});

	it('ends a reservation for a while when its time is over, before the portal counts it as free', async () => {
		const [atOffice, atHome] = [await signedIn(office), await signedIn(home)];
		await atOffice.connection().reserve(licence, { ttl: 60 });
		await office.cut();
		await world.pass(59);
		expect(atOffice.gate.isOpen('automation')).toBe(true);
		await expect(reserve(atHome)).rejects.toEqual(refusal('LICENCE_TAKEN'));
		await world.pass(1);
		expect(atOffice.gate.isOpen('automation')).toBe(false);
		await home.reach(() => atHome.status().state === 'online');
		await reserve(atHome);
	});
});

describe('over a restart', () => {
	it('works offline from what is stored, for this computer alone', async () => {
		await reserve(await signedIn(office));
		await office.stop();
		office.network.cut();
		const engine = await office.start();
		expect(engine.status()).toMatchObject({ state: 'offline', user: 'Anna', licences: [{ id: licence, available: true }] });
		engine.gate.require('automation');
		await world.pass(day);
		expect(engine.gate.isOpen('automation')).toBe(false);
		expect(engine.gate.state('automation').reason).toContain('ran out');
	});

	it('takes up its reservation online, and destroys one that was returned meanwhile', async () => {
		await reserve(await signedIn(office));
		await office.stop();
		const again = await office.start();
		again.gate.require('automation');
		await office.stop();
		await world.bench.licences.return(licence, anna);
		const engine = await office.start();
		expect(engine.gate.isOpen('automation')).toBe(false);
		await until(() => engine.status().licences[0].reservedTo === null);
		expect(existsSync(join(office.data, 'leases', 'leases.json'))).toBe(true);
		expect(leasesOn(office).leases).toEqual([]);
	});
});

describe('the link', () => {
	it('tells the portal which instruments it sees', async () => {
		const engine = await office.start();
		engine.instruments([{ serial: 'A1', model: 'Otii Arc', name: 'Arc', firmware: '1.2' }]);
		await engine.login('anna', password);
		await engine.licences();
		expect(await world.bench.hardware.list(anna.id)).toMatchObject([{ serial: 'A1', name: 'Arc' }]);
	});

	it('tells its listeners of everything, and stops when it is closed', async () => {
		const engine = await signedIn(office);
		const states: string[] = [];
		engine.on(({ state, toolboxes }) => states.push(`${state} ${toolboxes.automation.open}`));
		await reserve(engine);
		await office.cut();
		expect(states).toContain('online true');
		expect(states.at(-1)).toBe('offline true');
		const told = states.length;
		await office.stop();
		await world.pass(day);
		expect(states).toHaveLength(told);
	});
});

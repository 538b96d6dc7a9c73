/** What must not open the gate, and what must not be sent to a stranger: leases that were tampered with, clocks that were set, portals that were swapped. */

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPair } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadComputer } from './computer.ts';
import { signLease } from './lease.ts';
import { LeaseStore } from './lease-store.ts';
import type { Licensing } from './licensing.ts';
import type { SignedIn } from './portal/licences.ts';
import { parsePortalUrl } from './portal-client.ts';
import { password, type TestComputer, TestWorld, until } from './testing.ts';

let world: TestWorld;
let anna: SignedIn;
let office: TestComputer;
let licence: number;
const day = 86_400;

beforeEach(async () => {
	world = await TestWorld.open();
	anna = await world.user('Anna');
	licence = await world.bench.licence(anna);
	office = await world.computer('office');
	const engine = await office.start();
	await engine.login('anna', password);
	using connection = engine.connection();
	await connection.reserve(licence);
});
afterEach(() => world[Symbol.asyncDispose]());

const leasesFile = ({ data }: TestComputer) => join(data, 'leases', 'leases.json');
const storedJws = (computer: TestComputer) => (JSON.parse(readFileSync(leasesFile(computer), 'utf8')) as { leases: { jws: string }[] }).leases[0].jws;

/** Starts the engine again, without the network, after something was done to its files. */
async function restartedOffline(tamper: () => void | Promise<void>): Promise<Licensing> {
	await office.stop();
	office.network.cut();
	await tamper();
	return office.start();
}

function storeJws(jws: string): void {
	writeFileSync(leasesFile(office), JSON.stringify({ leases: [{ portal: 'test', jws }], ends: [] }));
}

const reasonOf = (engine: Licensing) => engine.gate.state('automation').reason;

describe('a stored lease', () => {
	it('that is genuine opens the gate', async () => {
		const engine = await restartedOffline(() => storeJws(storedJws(office)));
		expect(engine.gate.isOpen('automation')).toBe(true);
	});

	it('that was altered does not', async () => {
		const engine = await restartedOffline(() => {
			const [header, payload, signature] = storedJws(office).split('.');
			const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
			storeJws([header, Buffer.from(JSON.stringify({ ...claims, licenceType: 'All', exp: claims.exp + 1e6 })).toString('base64url'), signature].join('.'));
		});
		expect(engine.gate.isOpen('automation')).toBe(false);
		expect(reasonOf(engine)).toContain('not genuine');
	});

	it('that was signed by somebody else, or by nobody, does not', async () => {
		const { privateKey } = await generateKeyPair('EdDSA');
		const claims = {
			jti: 'x',
			licence,
			licenceType: 'All',
			sub: 'Anna',
			uid: anna.id,
			computer: office.computer.id,
			iat: office.clocks.wall / 1000,
			exp: office.clocks.wall / 1000 + day,
		};
		const { kid } = world.bench.keys.current;
		for (const jws of [
			await signLease(claims, { kid, key: privateKey }),
			await signLease(claims, { kid: 'other', key: privateKey }),
			`${Buffer.from(JSON.stringify({ alg: 'none', kid, typ: 'microjoule-lease+jwt' })).toString('base64url')}.${Buffer.from(JSON.stringify({ iss: 'microjoule-portal', ...claims })).toString('base64url')}.`,
			'nonsense',
		]) {
			const engine = await restartedOffline(() => storeJws(jws));
			expect(engine.gate.isOpen('automation')).toBe(false);
			expect(reasonOf(engine)).toContain('not genuine');
		}
	});

	it('that was copied to another computer does not open the gate there', async () => {
		const other = await world.computer('other');
		await office.stop();
		cpSync(join(office.data, 'leases'), join(other.data, 'leases'), { recursive: true });
		other.network.cut();
		const engine = await other.start();
		expect(engine.gate.isOpen('automation')).toBe(false);
		expect(reasonOf(engine)).toContain('another computer');
	});

	it('is over once it has run out, also while the computer was asleep', async () => {
		await office.cut();
		const { engine } = office;
		office.clocks.sleep(day - 60);
		expect(engine.gate.isOpen('automation')).toBe(true);
		office.clocks.sleep(61);
		expect(engine.gate.isOpen('automation')).toBe(false);
		expect(() => engine.gate.require('automation')).toThrow(/locked/);
	});
});

describe('a copied data folder', () => {
	it('is another computer where the machine is another one', () => {
		expect(loadComputer(office.data).id).toBe(office.computer.id);
		expect(loadComputer(office.data, 'another machine').id).not.toBe(office.computer.id);
	});
});

describe('a clock', () => {
	it('that is set back within the process changes nothing', async () => {
		await office.cut();
		const { engine } = office;
		office.clocks.wall -= 30 * day * 1000;
		expect(engine.gate.isOpen('automation')).toBe(true);
		office.clocks.pass(day);
		expect(engine.gate.isOpen('automation')).toBe(false);
	});

	it('that was set back by more than ten minutes over a restart is refused, until the portal says the time', async () => {
		await world.pass(3600);
		const engine = await restartedOffline(() => {
			office.clocks.wall -= 11 * 60_000;
		});
		expect(engine.gate.isOpen('automation')).toBe(false);
		expect(reasonOf(engine)).toContain('set back');
		expect(() => engine.gate.require('automation')).toThrow(/set back/);
		await office.mend();
		await until(() => engine.gate.isOpen('automation'));
	});

	it('that was set back by less is tolerated, and gains nothing', async () => {
		await world.pass(23.9 * 3600);
		await office.cut();
		await world.pass(3600);
		const engine = await restartedOffline(() => {
			office.clocks.wall -= 9 * 60_000;
		});
		expect(engine.gate.isOpen('automation')).toBe(true);
		office.clocks.pass(23 * 3600);
		expect(engine.gate.isOpen('automation')).toBe(false);
	});

	it('that was wrong and is right again is believed after the portal', async () => {
		await office.stop();
		office.clocks.wall += 400 * day * 1000;
		await office.start();
		await office.stop();
		office.clocks.wall -= 400 * day * 1000;
		const engine = await restartedOffline(() => {});
		expect(engine.gate.isOpen('automation')).toBe(true);
	});
});

describe('a portal', () => {
	it('that is another one at the same address gets neither password nor session', async () => {
		await using stranger = await TestWorld.open();
		await stranger.user('Anna');
		await office.stop();
		office.network.cut();
		office.network.to = stranger.port;
		office.network.sent = '';
		const { token } = JSON.parse(readFileSync(join(office.data, 'leases', 'session.json'), 'utf8')) as { token: string };
		office.network.mend();
		const engine = await office.start();
		expect(engine.status()).toMatchObject({ state: 'offline', problem: expect.stringContaining('not the one of the first sign-in') });
		await expect(engine.login('anna', password)).rejects.toMatchObject({ code: 'PORTAL_CHANGED' });
		expect(office.network.sent).toContain('GET /api/identity');
		expect(office.network.sent).not.toContain(password);
		expect(office.network.sent).not.toContain(token);
		// What it was given by the right one still counts.
		expect(engine.gate.isOpen('automation')).toBe(true);
	});

	it('with new keys is followed where each is signed with the one before', async () => {
		const before = storedJws(office);
		await world.bench.keys.rotate();
		await world.bench.keys.rotate();
		await world.bench.sweep();
		await world.pass(3700);
		expect(storedJws(office)).not.toBe(before);
		expect(JSON.parse(readFileSync(join(office.data, 'leases', 'keys.json'), 'utf8')).test).toHaveLength(3);
		const engine = await restartedOffline(() => {});
		expect(engine.gate.isOpen('automation')).toBe(true);
	});

	it('whose new key is not signed with the old one is refused', async () => {
		await world.bench.keys.rotate();
		await world.bench.context.database.db.updateTable('keys').set({ endorsement: null }).where('endorsement', 'is not', null).execute();
		await world.bench.keys.rotate();
		await world.bench.sweep();
		await office.stop();
		const engine = await office.start();
		await expect(engine.login('anna', password)).rejects.toMatchObject({ code: 'PORTAL_CHANGED' });
	});

	it('on another computer needs TLS', () => {
		expect(() => parsePortalUrl('http://licences.example.com')).toThrow(/https/);
		expect(() => parsePortalUrl('http://192.0.2.1:1907')).toThrow(/https/);
		for (const wrong of ['licences.example.com', 'ftp://127.0.0.1', 'https://user:secret@licences.example.com', 'https://licences.example.com/?x=1'])
			expect(() => parsePortalUrl(wrong)).toThrow(/address/);
		expect(parsePortalUrl('https://licences.example.com/microjoule/')).toBe('https://licences.example.com/microjoule');
		expect(parsePortalUrl('http://127.0.0.1:1907')).toBe('http://127.0.0.1:1907');
		expect(parsePortalUrl('http://[::1]:1907/')).toBe('http://[::1]:1907');
	});
});

describe('the leases of a data folder', () => {
	it('have one owner: a second process sees none of them', async () => {
		using guest = await LeaseStore.open(office.data);
		expect(guest.lasting).toBe(false);
		expect(guest.owner?.pid).toBe(process.pid);
		expect(guest.get('leases').leases).toEqual([]);
		expect(guest.get('session')?.user).toBe('Anna');
		guest.set('session', null);
		expect(JSON.parse(readFileSync(join(office.data, 'leases', 'session.json'), 'utf8')).user).toBe('Anna');
	});

	it('that cannot be read are named, with what to do', async () => {
		await office.stop();
		writeFileSync(leasesFile(office), '{');
		await expect(LeaseStore.open(office.data)).rejects.toMatchObject({ code: 'DAMAGED', message: expect.stringContaining('leases.json') });
	});
});

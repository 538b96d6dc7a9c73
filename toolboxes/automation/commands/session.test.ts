/** Signing in, reserving and returning, as clients do it by themselves before and after a script. */

import { describe, expect, it } from 'vitest';
import { commands } from '../table.ts';
import { credentials, device, type Message, type ScriptClient, ScriptingEngine, snapshot } from '../testing.ts';

/** What each type of licence gives, as the Python client believes. */
const grants: Readonly<Record<string, readonly string[]>> = {
	Admin: ['Automation', 'Battery'],
	All: ['Automation', 'Battery'],
	Enterprise: ['Automation', 'Battery'],
	Automation: ['Automation'],
	Battery: ['Battery'],
};

interface Session {
	readonly reserved: readonly number[];
	readonly signedIn: boolean;
}

/** The Python client's automatic connecting: the list is read once for all wanted types. */
async function connectAutomatically(client: ScriptClient, wanted: readonly string[]): Promise<Session> {
	const { logged_in } = await client.do('otii_is_logged_in');
	if (!logged_in) await client.do('otii_login', credentials);
	const { licenses } = await client.do('otii_get_licenses');
	const reserved: number[] = [];
	for (const type of wanted) {
		const covers = (licence: Message) => licence.available && grants[licence.type]?.includes(type);
		if (licenses.some((licence: Message) => licence.reserved_to !== '' && covers(licence))) continue;
		const free = licenses.find((licence: Message) => licence.reserved_to === '' && covers(licence));
		if (!free) throw new Error(`no ${type}`);
		await client.do('otii_reserve_license', { license_id: free.id });
		reserved.push(free.id);
	}
	return { reserved, signedIn: !logged_in };
}

async function disconnect(client: ScriptClient, { reserved, signedIn }: Session): Promise<void> {
	for (const license_id of reserved) await client.do('otii_return_license', { license_id });
	if (signedIn) await client.do('otii_logout');
}

const has = async (client: ScriptClient, license_type: string) => (await client.do('otii_has_license', { license_type })).has_license;

describe('the automatic sequence', () => {
	it('with a licence of each kind', async () => {
		await using engine = await ScriptingEngine.open({ licences: ['Standard', 'Automation', 'Battery'], reserved: false });
		using client = await engine.client();
		expect(await client.ask('otii_get_devices')).toMatchObject({ type: 'error', errorcode: 'No license' });
		const session = await connectAutomatically(client, ['Automation', 'Battery']);
		expect(session).toEqual({ reserved: engine.licences.slice(1), signedIn: true });
		expect(await Promise.all([has(client, 'Automation'), has(client, 'Battery'), has(client, 'Pro'), has(client, '')])).toEqual([true, true, false, false]);
		expect((await client.do('otii_get_devices')).devices.length).toBe(1);
		await disconnect(client, session);
		expect(await client.do('otii_is_logged_in')).toEqual({ logged_in: false });
		expect(await client.ask('otii_get_devices')).toMatchObject({ type: 'error', errorcode: 'No license' });
	});

	it('with one that covers both: reserved twice, returned twice', async () => {
		await using engine = await ScriptingEngine.open({ licences: ['Enterprise'], reserved: false });
		using client = await engine.client();
		const session = await connectAutomatically(client, ['Automation', 'Battery']);
		expect(session.reserved).toEqual([engine.licences[0], engine.licences[0]]);
		expect((await client.do('otii_get_devices')).devices.length).toBe(1);
		await disconnect(client, session);
		expect(engine.licensing.openLicences()).toEqual([]);
	});

	it('asks for nothing where the engine has reserved already, and leaves it so', async () => {
		await using engine = await ScriptingEngine.open();
		using client = await engine.client();
		const session = await connectAutomatically(client, ['Automation']);
		expect(session).toEqual({ reserved: [], signedIn: false });
		await disconnect(client, session);
		await client.do('otii_logout');
		expect(await client.do('otii_is_logged_in')).toEqual({ logged_in: true });
		expect(engine.licensing.openLicences()).toEqual(engine.licences);
	});

	it('of a client without credentials, which signs out all the same', async () => {
		await using engine = await ScriptingEngine.open({ reserved: false });
		using client = await engine.client();
		expect(await client.do('otii_is_logged_in')).toEqual({ logged_in: false });
		expect(await client.ask('otii_get_licenses')).toMatchObject({ type: 'error', errorcode: 'Not logged in' });
		expect(await client.ask('otii_reserve_license', { license_id: 1 })).toMatchObject({ type: 'error', errorcode: 'Not logged in' });
		for (const cmd of ['otii_logout', 'otii_logout']) expect(await client.ask(cmd)).toMatchObject({ type: 'response' });
	});
});

it('a licence object has what every client reads, free and reserved', async () => {
	await using engine = await ScriptingEngine.open({ licences: ['Automation', 'Enterprise'], reserved: false });
	using client = await engine.client();
	await client.do('otii_login', credentials);
	const [id, second] = engine.licences;
	expect((await client.do('otii_get_licenses')).licenses).toEqual([
		{ id, type: 'Automation', available: true, reserved_to: '', reservedTo: '', hostname: '', addons: [] },
		{ id: second, type: 'Enterprise', available: true, reserved_to: '', reservedTo: '', hostname: '', addons: [] },
	]);
	await client.do('otii_reserve_license', { license_id: String(id) });
	expect((await client.do('otii_get_licenses')).licenses[0]).toEqual({
		id,
		type: 'Automation',
		available: true,
		reserved_to: 'anna',
		reservedTo: 'anna',
		hostname: expect.stringMatching(/./),
		addons: [],
	});
	for (let n = 0; n < 2; n++) await client.do('otii_reserve_license', { license_id: id });
	for (let n = 0; n < 3; n++) await client.do('otii_return_license', { license_id: id });
});

it('every command that needs a licence answers so without it, and is let through a moment after reserving', async () => {
	await using engine = await ScriptingEngine.open({ reserved: false });
	using client = await engine.client();
	await client.do('otii_login', credentials);
	const needing = commands.filter(({ needs }) => needs !== 'nothing');
	expect(needing.length).toBeGreaterThan(60);
	for (const cmd of needing.flatMap(({ name, aliases = [] }) => [name, ...aliases]))
		expect(await client.ask(cmd), cmd).toMatchObject({ type: 'error', errorcode: 'No license', cmd, data: { message: expect.stringMatching(/Automation Toolbox/) } });
	await client.do('otii_reserve_license', { license_id: engine.licences[0] });
	for (const { name } of needing) expect((await client.ask(name, { timeout: 'none' })).errorcode, name).not.toBe('No license');
});

it('a licence returned in the portal stops a script, and nothing else; reserving again lets it go on', async () => {
	await using engine = await ScriptingEngine.open({ devices: (clock) => [{ ...device(clock, 'ace', 'resistor:330', 'Ace'), settings: { mainVoltage: 3.3 } }] });
	using client = await engine.client();
	const [{ device_id }] = (await client.do('otii_get_devices')).devices;
	await client.do('arc_set_main', { device_id, enable: true });
	await client.do('project_start_recording', { project_id: 1 });
	await engine.pass(1);

	await engine.returnInPortal(engine.licences[0]);
	await expect.poll(() => engine.licensing.gate.isOpen('automation')).toBe(false);
	const before = await snapshot(engine);
	for (const [cmd, data] of [
		['arc_set_main', { device_id, enable: false }],
		['project_stop_recording', { project_id: 1 }],
		['recording_delete', { recording_id: 1 }],
		['otii_get_devices', undefined],
	] as const)
		expect(await client.ask(cmd, data)).toMatchObject({ type: 'error', errorcode: 'No license', data: { message: expect.stringMatching(/returned in the portal/) } });
	expect(await snapshot(engine)).toBe(before);
	expect(engine.bench.devices()[0].settings.main).toBe(true);
	expect(engine.bench.recording?.id).toBe('001');
	await engine.pass(1);

	await client.do('otii_reserve_license', { license_id: engine.licences[0] });
	expect(await client.do('arc_get_main', { device_id })).toEqual({ value: true });
	await client.do('project_stop_recording', { project_id: 1 });
	const { from, to } = await client.do('recording_get_channel_info', { recording_id: 1, device_id, channel: 'mc' });
	expect(to - from).toBeGreaterThan(1.9);
	const { min, average } = await client.do('recording_get_channel_statistics', { recording_id: 1, device_id, channel: 'mc', from: 0.5, to });
	expect(min).toBeCloseTo(0.01, 4);
	expect(average).toBeCloseTo(0.01, 4);
	expect(engine.bench.recordings()[0].lost).toBe(0);
});

it('a reservation with a time to live comes back after its connection has gone', async () => {
	await using engine = await ScriptingEngine.open({ reserved: false });
	using other = await engine.client();
	{
		using client = await engine.client();
		await client.do('otii_login', credentials);
		await client.do('otii_reserve_license', { license_id: engine.licences[0], ttl: 1 });
		expect(await has(other, 'Automation')).toBe(true);
	}
	await expect.poll(() => engine.licensing.openLicences(), { timeout: 10_000 }).toEqual([]);
	expect((await other.do('otii_get_licenses')).licenses).toMatchObject([{ reserved_to: '' }]);
});

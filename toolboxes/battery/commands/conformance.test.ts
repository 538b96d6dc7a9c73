/** What the test suite of the Python client asks of a battery emulator, request by request, and what else clients rely on. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentials, device, lineFeed, type Message, type ScriptClient, snapshot } from '../../automation/testing.ts';
import { type BatteryEngine, openBatteryEngine } from '../testing.ts';
import { batteryCommands } from './table.ts';

/** As the Python client sends it: always all keys. */
const supply = (more: object) => ({ series: 1, parallel: 1, used_capacity: null, soc: null, soc_tracking: true, ...more });

let opened: BatteryEngine;
let client: ScriptClient;
let device_id: string;
const profiles = new Map<string, Message>();

beforeAll(async () => {
	opened = await openBatteryEngine({ devices: (clock) => [device(clock, 'arc', 'sensor')] });
	client = await opened.engine.client();
	[{ device_id }] = (await client.do('otii_get_devices', { timeout: 10 })).devices;
	await client.do('arc_add_to_project', { device_id });
	for (const profile of (await client.do('otii_get_battery_profiles')).battery_profiles) profiles.set(profile.model, profile);
});
afterAll(() => opened[Symbol.asyncDispose]());

const idOf = (model: string): string => profiles.get(model).battery_profile_id;
const powerBox = () => client.do('arc_set_supply_power_box', { device_id });
const mode = async () => (await client.do('arc_get_supply_mode', { device_id })).supply_mode;
const main = (enable: boolean) => client.do('arc_set_main', { device_id, enable });

interface Emulated {
	readonly id: string;
	get(what: string): Promise<Message>;
	set(what: string, value: number): Promise<void>;
	update(model: string, how: string): Promise<void>;
}

async function emulate(more: object, model = 'LM17500'): Promise<Emulated> {
	const { battery_emulator_id } = await client.do('arc_set_supply_battery_emulator', { device_id, battery_profile_id: idOf(model), ...supply(more) });
	return {
		id: battery_emulator_id,
		get: async (what) => {
			const { value, enabled } = await client.do(`battery_emulator_get_${what}`, { battery_emulator_id });
			return what === 'soc_tracking' ? enabled : value;
		},
		set: (what, value) => client.do(`battery_emulator_set_${what}`, { battery_emulator_id, value }),
		update: (other, how) => client.do('battery_emulator_update_profile', { battery_emulator_id, battery_profile_id: idOf(other), mode: how }),
	};
}

describe('the nine tests of the Python client', () => {
	it('supply with used capacity', async () => {
		await powerBox();
		const emulator = await emulate({ series: 2, parallel: 3, used_capacity: 0.123, soc_tracking: false });
		await main(true);
		expect(await mode()).toBe('battery-emulator');
		expect(await emulator.get('series')).toBe(2);
		expect(await emulator.get('parallel')).toBe(3);
		expect(await emulator.get('used_capacity')).toBe(0.123);
		expect(await emulator.get('soc')).toBeGreaterThan(0);
		expect(await emulator.get('soc')).toBeLessThan(100);
		expect(await emulator.get('soc_tracking')).toBe(false);
	});

	it('supply with state of charge, read back with the output on', async () => {
		await powerBox();
		const emulator = await emulate({ series: 3, parallel: 2, soc: 23, soc_tracking: true });
		await main(true);
		expect(await mode()).toBe('battery-emulator');
		expect(await emulator.get('series')).toBe(3);
		expect(await emulator.get('parallel')).toBe(2);
		expect(await emulator.get('soc')).toBe(23);
		expect(await emulator.get('soc_tracking')).toBe(true);
	});

	it('default values', async () => {
		await powerBox();
		const emulator = await emulate({});
		expect(await emulator.get('series')).toBe(1);
		expect(await emulator.get('parallel')).toBe(1);
		expect(await emulator.get('used_capacity')).toBe(0);
		expect(await emulator.get('soc')).toBe(100);
		expect(await emulator.get('soc_tracking')).toBe(true);
	});

	it('both state of charge and used capacity fail', async () => {
		await powerBox();
		const asked = { device_id, battery_profile_id: idOf('LM17500'), ...supply({ soc: 50, used_capacity: 333 }) };
		expect(await client.ask('arc_set_supply_battery_emulator', asked)).toMatchObject({
			type: 'error',
			errorcode: 'Invalid key value',
			data: { key: 'used_capacity', value: 333, message: expect.stringMatching(/exclude/) },
		});
		expect(await mode()).toBe('power-box');
	});

	it('setting the supply switches the output off', async () => {
		await powerBox();
		expect(await mode()).toBe('power-box');
		await main(true);
		await emulate({ used_capacity: 333 });
		expect(await client.do('arc_get_main', { device_id })).toEqual({ value: false });
	});

	it('another profile keeps the state of charge', async () => {
		const emulator = await emulate({ soc: 33 });
		const before = await emulator.get('soc');
		await emulator.update('CR2450', 'keep_soc');
		expect(await mode()).toBe('battery-emulator');
		expect(await emulator.get('soc')).toBeCloseTo(before, 3);
	});

	it('another profile resets it', async () => {
		const emulator = await emulate({ soc: 33 });
		expect(await emulator.get('soc')).toBeCloseTo(33, 7);
		await emulator.update('CR2450', 'reset');
		expect(await mode()).toBe('battery-emulator');
		expect(await emulator.get('soc')).toBeCloseTo(100, 7);
	});

	it.each([
		['used_capacity', 52],
		['soc', 17],
	])('%s is changed', async (what, value) => {
		await powerBox();
		expect(await mode()).toBe('power-box');
		const emulator = await emulate({});
		await emulator.set(what, value);
		expect(await emulator.get(what)).toBeCloseTo(value, 7);
	});
});

describe('an emulator', () => {
	it('discharges while current flows, and stays where it is when told to', async () => {
		const emulator = await emulate({ used_capacity: 100 }, 'CR2032');
		await main(true);
		await opened.engine.pass(5);
		const used = await emulator.get('used_capacity');
		expect(used).toBeGreaterThan(100);
		const { profiles: store, supplies } = opened.battery;
		const { capacityC } = supplies.emulator(emulator.id).cell.model;
		expect(await store.get(idOf('CR2032'))).toMatchObject({ id: idOf('CR2032') });
		const stands = async (key: string) => {
			await client.do('battery_emulator_set_soc_tracking', { battery_emulator_id: emulator.id, [key]: false });
			expect(await emulator.get('soc_tracking')).toBe(false);
			const before = await emulator.get('used_capacity');
			await opened.engine.pass(2);
			expect(await emulator.get('used_capacity')).toBe(before);
			expect(await emulator.get('soc')).toBeCloseTo(100 * (1 - before / capacityC), 9);
			await client.do('battery_emulator_set_soc_tracking', { battery_emulator_id: emulator.id, [key]: true });
		};
		await stands('enable');
		await stands('enabled');
		await main(false);
	});

	it('changes profile and charge on a live output, which stays on', async () => {
		const emulator = await emulate({ soc: 100 }, 'AA');
		await main(true);
		const volts = async () => {
			await opened.engine.pass(0.1);
			return (await client.do('arc_get_value', { device_id, channel: 'mv' })).value;
		};
		expect(await volts()).toBeCloseTo(1.6, 0);
		await emulator.update('CR2032', 'keep_soc');
		const full = await volts();
		expect(full).toBeGreaterThan(2.9);
		await emulator.set('soc', 1);
		expect(await volts()).toBeLessThan(full - 0.1);
		expect(await client.do('arc_get_main', { device_id })).toEqual({ value: true });
		await main(false);
	});

	it.each([
		[{ used_capacity: 0, soc: 0 }, 100, 0],
		[{ used_capacity: 0, soc: 40 }, 40, undefined],
		[{ used_capacity: 36, soc: 0 }, undefined, 36],
	])('takes the two numbers that the C# client always sends: %j', async (given, soc, used) => {
		const emulator = await emulate(given);
		if (soc !== undefined) expect(await emulator.get('soc')).toBe(soc);
		if (used !== undefined) expect(await emulator.get('used_capacity')).toBe(used);
	});

	it('is no longer known once another supply is set', async () => {
		const before = await emulate({});
		await emulate({});
		expect(await client.ask('battery_emulator_get_soc', { battery_emulator_id: before.id })).toMatchObject({
			errorcode: 'Invalid key value',
			data: { key: 'battery_emulator_id', value: before.id },
		});
	});
});

describe('bad requests change nothing', () => {
	const refused = async (cmd: string, data: object, key: string, value: unknown) => {
		const before = await snapshot(opened.engine);
		const state = JSON.stringify(opened.battery.state());
		expect(await client.ask(cmd, data)).toMatchObject({ type: 'error', errorcode: 'Invalid key value', cmd, data: { key, value, message: expect.stringMatching(/.{10}/) } });
		expect(await snapshot(opened.engine)).toBe(before);
		expect(JSON.stringify(opened.battery.state())).toBe(state);
	};

	it('what is not there, and values out of range', async () => {
		const emulator = await emulate({ soc: 50, soc_tracking: false });
		await main(true);
		const battery_profile_id = idOf('LM17500');
		const setting = (more: object) => ({ device_id, battery_profile_id, ...supply(more) });
		await refused('otii_get_battery_profile_info', { battery_profile_id: 'nobody' }, 'battery_profile_id', 'nobody');
		await refused('arc_set_supply_battery_emulator', setting({ battery_profile_id: 'nobody' }), 'battery_profile_id', 'nobody');
		await refused('arc_set_supply_battery_emulator', setting({ series: 0 }), 'series', 0);
		await refused('arc_set_supply_battery_emulator', setting({ parallel: 1.5 }), 'parallel', 1.5);
		await refused('arc_set_supply_battery_emulator', setting({ soc: 101 }), 'soc', 101);
		await refused('arc_set_supply_battery_emulator', setting({ soc: -1 }), 'soc', -1);
		await refused('arc_set_supply_battery_emulator', setting({ used_capacity: 1e9 }), 'used_capacity', 1e9);
		await refused('battery_emulator_set_soc', { battery_emulator_id: emulator.id, value: 100.1 }, 'value', 100.1);
		await refused('battery_emulator_set_used_capacity', { battery_emulator_id: emulator.id, value: 1e9 }, 'value', 1e9);
		await refused('battery_emulator_update_profile', { battery_emulator_id: emulator.id, battery_profile_id, mode: 'whatever' }, 'mode', 'whatever');
		await refused('battery_emulator_update_profile', { battery_emulator_id: emulator.id, battery_profile_id: 'nobody', mode: 'reset' }, 'battery_profile_id', 'nobody');
		await refused('battery_emulator_set_soc', { battery_emulator_id: 'nobody', value: 1 }, 'battery_emulator_id', 'nobody');
		await refused('arc_set_supply', { device_id, supply_id: 999 }, 'supply_id', 999);
		expect(await client.ask('arc_set_supply_power_box', { device_id: 'nobody' })).toMatchObject({ errorcode: 'Device not connected', data: { device_id: 'nobody' } });
		expect(await client.ask('battery_emulator_set_soc_tracking', { battery_emulator_id: emulator.id })).toMatchObject({
			errorcode: 'Missing key in request',
			data: { key: 'enable' },
		});
		await main(false);
	});

	it('a profile is not deleted while it is emulated', async () => {
		const { profiles: store } = opened.battery;
		const original = await store.get(idOf('CR2032'));
		const own = await store.save({ ...original, id: 'b7d7b8a4-6d10-4ec5-8f52-0d5b7f3fd6c1', name: 'mine', document: undefined });
		const { battery_emulator_id } = await client.do('arc_set_supply_battery_emulator', { device_id, battery_profile_id: own.id });
		await expect(store.delete('mine')).rejects.toMatchObject({ code: 'DEVICE_BUSY', message: expect.stringMatching(/emulated/) });
		expect(await client.do('battery_emulator_get_soc', { battery_emulator_id })).toEqual({ value: 100 });
		await powerBox();
		await store.delete('mine');
		expect(await client.ask('arc_set_supply_battery_emulator', { device_id, battery_profile_id: own.id })).toMatchObject({ errorcode: 'Invalid key value' });
	});
});

it('describes profiles as clients read them', async () => {
	const { battery_profiles } = await client.do('otii_get_battery_profiles');
	for (const { battery_profile_id, name } of battery_profiles) {
		expect(name).toBeTypeOf('string');
		const info = await client.do('otii_get_battery_profile_info', { battery_profile_id });
		expect(info).toMatchObject({ battery_profile_id, name, battery: { capacity: expect.any(Number), capacityunit: 'mAh', voltage: expect.any(Number), voltageunit: 'V' } });
		expect(info.discharge_tables.length).toBeGreaterThan(0);
		for (const table of info.discharge_tables) expect(table).toMatchObject({ dischargetable_id: table.id });
	}
	for (const name of ['LiPo-ICP632136HPST-Renata-WiFi-20', 'LiPo-ICP632136HPST-Renata_WiFi-5', 'LiPo-ICP632136HPST-Renata-WiFi-(-10)'])
		expect(battery_profiles.map((each: Message) => each.name)).toContain(name);
	for (const model of ['CR2032', 'CR2450', 'CR123A', 'CR2', 'AA', 'AAA', 'LM17500', '18650']) expect(profiles.has(model)).toBe(true);
});

describe('supplies of Otii 2', () => {
	it('as the Java client sets them', async () => {
		const java = await opened.engine.client(lineFeed);
		await powerBox();
		expect(await java.do('arc_get_supply', { device_id })).toEqual({ supply_id: 0 });
		const { supplies } = await java.do('arc_get_supplies', { device_id });
		expect(supplies[0]).toEqual({ supply_id: 0, name: 'Power box' });
		expect(new Set(supplies.map(({ supply_id }: Message) => supply_id)).size).toBe(supplies.length);
		expect(await java.do('arc_get_supply_soc_tracking', { device_id })).toEqual({ enabled: true });
		expect(await java.do('arc_get_supply_used_capacity', { device_id })).toEqual({ value: 0 });
		await java.do('arc_set_supply', { device_id, supply_id: 0, series: 1, parallel: 1 });
		await java.do('arc_set_supply_soc_tracking', { device_id, enable: true });
		await java.do('arc_set_supply_used_capacity', { device_id, value: 0.5 });
		expect(await java.do('arc_get_supply_used_capacity', { device_id })).toEqual({ value: 0.5 });
		expect(await mode()).toBe('power-box');
		java[Symbol.dispose]();
	});

	it('a battery by its number, which starts with what waited for it', async () => {
		const { supplies } = await client.do('arc_get_supplies', { device_id });
		const { supply_id } = supplies.find(({ model }: Message) => model === 'CR2450');
		await powerBox();
		await client.do('arc_set_supply_used_capacity', { device_id, value: 12.5 });
		await client.do('arc_set_supply_soc_tracking', { device_id, enable: false });
		await client.do('arc_set_supply', { device_id, supply_id, series: 2, parallel: 3 });
		expect(await mode()).toBe('battery-emulator');
		const read = async (what: string) => await client.do(`arc_get_${what}`, { device_id });
		expect(await read('supply')).toEqual({ supply_id });
		expect(await read('supply_series')).toEqual({ value: 2 });
		expect(await read('supply_parallel')).toEqual({ value: 3 });
		expect(await read('supply_soc_tracking')).toEqual({ enabled: false });
		expect(await read('supply_used_capacity')).toEqual({ value: 12.5 });
		await client.do('arc_set_supply_used_capacity', { device_id, value: 20 });
		expect(await read('supply_used_capacity')).toEqual({ value: 20 });
		await client.do('arc_set_supply', { device_id, supply_id: 0, series: 1, parallel: 1 });
		expect(await read('supply_series')).toEqual({ value: 1 });
		expect(await mode()).toBe('power-box');
	});
});

describe('licences', () => {
	const rows = batteryCommands(() => opened.battery);

	it('every command answers so without the one that it needs', async () => {
		await using other = await openBatteryEngine({ reserved: false });
		using script = await other.engine.client();
		await script.do('otii_login', credentials);
		for (const { name } of rows) expect(await script.ask(name), name).toMatchObject({ errorcode: 'No license', data: { message: expect.stringMatching(/Automation Toolbox/) } });
		await script.do('otii_reserve_license', { license_id: other.engine.licences[0] });
		for (const { name, needs } of rows) {
			const { errorcode, data } = await script.ask(name, { timeout: 'none' });
			if (needs === 'automation') expect(errorcode, name).not.toBe('No license');
			else expect([errorcode, data.message], name).toEqual(['No license', expect.stringMatching(/Battery Toolbox/)]);
		}
		const [{ id }] = other.engine.bench.devices();
		expect(await script.do('arc_get_supply_mode', { device_id: id })).toEqual({ supply_mode: 'power-box' });
		await script.do('arc_set_supply_power_box', { device_id: id });
		await script.do('otii_reserve_license', { license_id: other.engine.licences[1] });
		for (const { name } of rows) expect((await script.ask(name, { timeout: 'none' })).errorcode, name).not.toBe('No license');
	});

	it('one that is returned mid-script stops the battery commands and leaves the output as it is', async () => {
		await using other = await openBatteryEngine({ devices: (clock) => [device(clock, 'ace', 'resistor:330', 'Ace')] });
		using script = await other.engine.client();
		const [{ id }] = other.engine.bench.devices();
		const { battery_profiles } = await script.do('otii_get_battery_profiles');
		const { battery_profile_id } = battery_profiles.find(({ model }: Message) => model === 'CR2032');
		const { battery_emulator_id } = await script.do('arc_set_supply_battery_emulator', { device_id: id, battery_profile_id });
		await script.do('arc_set_main', { device_id: id, enable: true });
		await other.engine.pass(1);
		const volts = async () => (await script.do('arc_get_value', { device_id: id, channel: 'mv' })).value;
		const before = await volts();
		await other.engine.returnInPortal(other.engine.licences[1]);
		await expect.poll(() => other.engine.licensing.gate.isOpen('battery')).toBe(false);
		for (const cmd of ['battery_emulator_get_soc', 'battery_emulator_set_soc'])
			expect(await script.ask(cmd, { battery_emulator_id, value: 5 })).toMatchObject({
				errorcode: 'No license',
				data: { message: expect.stringMatching(/returned in the portal/) },
			});
		await other.engine.pass(1);
		expect(await script.do('arc_get_main', { device_id: id })).toEqual({ value: true });
		expect(Math.abs((await volts()) - before)).toBeLessThan(0.1);
		await script.do('otii_reserve_license', { license_id: other.engine.licences[1] });
		expect((await script.do('otii_get_battery_profiles')).battery_profiles.length).toBeGreaterThan(8);
	});
});

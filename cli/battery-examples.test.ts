/** The scripts of Otii's clients that need a battery, each against the `serve` line of the guide, as `script-examples.test.ts` does it for the others. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../drivers/clock.ts';
import { credentials, float, lineFeed, type Message, type ScriptClient } from '../toolboxes/automation/testing.ts';
import { type BatteryEngine, openBatteryEngine } from '../toolboxes/battery/testing.ts';
import { serveCommand } from './serve.ts';
import { type BenchFlags, buildBench, settingsAtStart } from './simulated-bench.ts';

const guide = readFileSync(new URL('../docs/guides/scripts.md', import.meta.url), 'utf8');

/** An engine as `serve` with these options makes it; the guide names them. */
async function serve(options: readonly string[], reserved: boolean): Promise<BatteryEngine> {
	expect(guide).toContain(`\`${options.map((option) => (/[ (]/.test(option) ? JSON.stringify(option) : option)).join(' ')}`);
	const flags = await new Promise<BenchFlags>((resolve, reject) => {
		serveCommand()
			.exitOverride()
			.action(resolve)
			.parseAsync([...options], { from: 'user' })
			.catch(reject);
	});
	const clock = new VirtualClock();
	return openBatteryEngine({
		clock,
		devices: async () => (await buildBench(flags, clock)).map((each) => ({ simulator: each.simulator, name: each.name, settings: settingsAtStart(each) })),
		reserved,
	});
}

/** The Python client's automatic beginning, up to the licences. */
async function connectAutomatically(client: ScriptClient, wanted: readonly string[]): Promise<number[]> {
	expect(await client.do('otii_is_logged_in')).toEqual({ logged_in: false });
	await client.do('otii_login', credentials);
	const { licenses } = await client.do('otii_get_licenses');
	const ids = wanted.map((type) => licenses.find((licence: Message) => licence.type === type && licence.reserved_to === '').id);
	for (const license_id of ids) await client.do('otii_reserve_license', { license_id });
	return ids;
}

async function disconnect(client: ScriptClient, licences: readonly number[]): Promise<void> {
	for (const license_id of licences) await client.do('otii_return_license', { license_id });
	await client.do('otii_logout');
	client[Symbol.dispose]();
}

describe('examples of the Python client', { timeout: 60_000 }, () => {
	it('battery_emulator: three profiles at three states of charge, on an output that stays on', async () => {
		await using opened = await serve(['--sim', 'ace:Ace', '--load', 'tracker', '--sim-output', 'off'], false);
		const { engine } = opened;
		const client = await engine.client();
		const licences = await connectAutomatically(client, ['Automation', 'Battery']);
		const [{ device_id }] = (await client.do('otii_get_devices', { timeout: 10 })).devices;
		await client.do('arc_add_to_project', { device_id });
		const { battery_profiles } = await client.do('otii_get_battery_profiles');
		const idOf = (name: string) => battery_profiles.find((each: Message) => each.name === name).battery_profile_id;
		const names = ['LiPo-ICP632136HPST-Renata-WiFi-20', 'LiPo-ICP632136HPST-Renata_WiFi-5', 'LiPo-ICP632136HPST-Renata-WiFi-(-10)'];
		for (const channel of ['mc', 'mv', 'mp', 'rx']) await client.do('arc_enable_channel', { device_id, channel, enable: true });
		for (const channel of ['mc', 'mv', 'mp']) await client.do('arc_set_channel_samplerate', { device_id, channel, value: 50_000 });
		const { project_id } = await client.do('otii_get_active_project');
		const { battery_emulator_id } = await client.do('arc_set_supply_battery_emulator', {
			device_id,
			battery_profile_id: idOf(names[0]),
			series: 1,
			parallel: 1,
			used_capacity: null,
			soc: 100,
			soc_tracking: true,
		});
		await client.do('arc_set_max_current', { device_id, value: 1 });
		await client.do('arc_set_uart_baudrate', { device_id, value: 115_200 });
		await client.do('arc_set_exp_voltage', { device_id, value: 3.3 });
		await client.do('arc_set_main', { device_id, enable: true });
		const volts: number[] = [];
		const slept: boolean[] = [];
		for (const name of names)
			for (const soc of [100, 50, 20]) {
				await client.do('battery_emulator_update_profile', { battery_emulator_id, battery_profile_id: idOf(name), mode: 'keep_soc' });
				await client.do('battery_emulator_set_soc', { battery_emulator_id, value: soc });
				await client.do('project_start_recording', { project_id });
				const { recording_id } = await client.do('project_get_last_recording', { project_id });
				const wanted = { recording_id, device_id, channel: 'rx' };
				await client.do('project_get_last_recording', { project_id });
				let { count: seen } = await client.do('recording_get_channel_data_count', wanted);
				let found = false;
				for (let waited = 0; !found && waited < 30; waited += 0.2) {
					await engine.pass(0.2);
					const { count } = await client.do('recording_get_channel_data_count', wanted);
					if (count === seen) continue;
					const { values } = await client.do('recording_get_channel_data', { ...wanted, index: seen, count: count - seen });
					found = values.some(({ value }: Message) => value.includes('Entering sleep mode'));
					seen = count;
				}
				slept.push(found);
				await client.do('project_get_last_recording', { project_id });
				await client.do('recording_rename', { recording_id, name: `SOC ${soc}, Profile ${name}` });
				await engine.pass(0.2);
				const { to } = await client.do('recording_get_channel_info', { ...wanted, channel: 'mv' });
				volts.push((await client.do('recording_get_channel_statistics', { ...wanted, channel: 'mv', from: float(0), to: float(to) })).average);
				expect(await client.do('arc_get_main', { device_id })).toEqual({ value: true });
				const { value } = await client.do('battery_emulator_get_soc', { battery_emulator_id });
				expect(value).toBeLessThanOrEqual(soc);
				expect(value).toBeGreaterThan(soc - 0.5);
			}
		await client.do('arc_set_main', { device_id, enable: false });
		await client.do('project_stop_recording', { project_id });
		// The emptier the lower; and at −10 °C a cell that is half empty does not bear the transmitter any more.
		for (const first of [0, 3]) expect(volts.slice(first, first + 3)).toEqual(volts.slice(first, first + 3).toSorted((a, b) => b - a));
		expect(slept).toEqual([true, true, true, true, true, true, true, false, false]);
		const { recordings } = await client.do('project_get_recordings', { project_id });
		expect(recordings.length).toBe(9);
		expect(opened.engine.bench.recordings().map(({ lost }) => lost)).toEqual(Array(9).fill(0));
		await disconnect(client, licences);
	});

	it('ampere_mode_measurement: a cell feeds the device through the ammeter until it has 2.8 V', async () => {
		await using opened = await serve(['--sim', 'ace', '--load', 'resistor:4', '--cell', 'LiPo-ICP632136HPST-Renata:soc=4'], false);
		const { engine } = opened;
		const client = await engine.client();
		const licences = await connectAutomatically(client, ['Automation']);
		const { devices } = await client.do('otii_get_devices', { timeout: 10 });
		expect(devices.length).toBe(1);
		const [{ device_id }] = devices;
		for (const channel of ['mc', 'mv', 'mp']) await client.do('arc_enable_channel', { device_id, channel, enable: true });
		await client.do('arc_set_power_regulation', { device_id, mode: 'inline' });
		await client.do('arc_set_4wire', { device_id, enable: true });
		const { project_id } = await client.do('otii_get_active_project');
		await client.do('project_start_recording', { project_id });
		await client.do('arc_set_main', { device_id, enable: true });
		const { recording_id } = await client.do('project_get_last_recording', { project_id });
		const statistics = (channel: string, from: number, to: number) =>
			client.do('recording_get_channel_statistics', { recording_id, device_id, channel, from: float(from), to: float(to) });
		let from = 0;
		let to = 0;
		let looks = 0;
		for (;;) {
			await engine.pass(1);
			({ to } = await client.do('recording_get_channel_info', { recording_id, device_id, channel: 'mv' }));
			const { min } = await statistics('mv', from, to);
			if (min < 2.8) break;
			expect(++looks).toBeLessThan(120);
			from = to;
		}
		expect(looks).toBeGreaterThan(5);
		await client.do('arc_set_main', { device_id, enable: false });
		await client.do('project_stop_recording', { project_id });
		const { energy, average } = await statistics('mc', 0, to);
		const volts = (await statistics('mv', 0, to)).average;
		expect(volts).toBeGreaterThan(2.8);
		expect(average).toBeCloseTo(volts / 4, 1);
		expect(energy / (volts * average * to)).toBeCloseTo(1, 2);
		await disconnect(client, licences);
	});
});

it('the Java client’s test sets a supply on its way', { timeout: 30_000 }, async () => {
	await using opened = await serve(['--sim', 'arc'], true);
	const client = await opened.engine.client(lineFeed);
	const [{ device_id }] = (await client.do('otii_get_devices')).devices;
	const read = (what: string, more: object = {}) => client.do(`arc_get_${what}`, { device_id, ...more });
	const set = (what: string, more: object) => client.do(`arc_set_${what}`, { device_id, ...more });
	for (const what of ['adc_resistor', 'exp_voltage']) await read(what);
	for (const pin of [1, 2]) await read('gpi', { pin });
	for (const what of ['main_voltage', 'max_current', 'range']) await read(what);
	expect(await read('supply')).toEqual({ supply_id: 0 });
	// The client fails on a key that it does not know.
	for (const supply of (await read('supplies')).supplies) expect(Object.keys(supply).filter((key) => !['supply_id', 'name', 'manufacturer', 'model'].includes(key))).toEqual([]);
	expect(await read('supply_soc_tracking')).toEqual({ enabled: true });
	expect(await read('supply_used_capacity')).toEqual({ value: 0 });
	await read('uart_baudrate');
	await read('value', { channel: 'vb' });
	await set('supply', { supply_id: 0, series: 1, parallel: 1 });
	await set('supply_soc_tracking', { enable: true });
	await set('supply_used_capacity', { value: 0.5 });
	await set('range', { range: 'low' });
	await set('main_voltage', { value: 3.3 });
	await set('exp_voltage', { value: 3.3 });
	await set('max_current', { value: 0.5 });
	expect(await client.do('arc_get_supply_mode', { device_id })).toEqual({ supply_mode: 'power-box' });
});

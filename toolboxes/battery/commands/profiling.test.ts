/** A script discharges a cell by steps over TCP, and reads what the cell was. */

import { expect, it } from 'vitest';
import { parseLoad } from '../../../drivers/simulator/loads/catalogue.ts';
import { createSimulator } from '../../../drivers/simulator/simulator.ts';
import type { Message } from '../../automation/testing.ts';
import { freshCell, smallCell } from '../cycler/testing.ts';
import { openBatteryEngine } from '../testing.ts';

const opening = (cell = freshCell()) =>
	openBatteryEngine({ devices: (clock) => [{ simulator: createSimulator({ kind: 'ace', load: parseLoad('none'), cell, noise: false, clock }), name: 'Ace' }] });

it('steps repeat, and the end of each is told: resistance and open-circuit voltage follow', async () => {
	const cell = freshCell();
	await using opened = await opening(cell);
	using client = await opened.engine.client();
	const [{ device_id }] = (await client.do('otii_get_devices')).devices;
	await client.do('arc_set_battery_profile', {
		device_id,
		value: [
			{ current: 0.001, duration: 2 },
			{ current: 0.011, duration: 1 },
		],
	});
	await client.do('arc_enable_battery_profiling', { device_id, enable: true });
	const told: Message[] = [];
	for (let n = 0; n < 6; n++) told.push((await client.do('arc_wait_for_battery_data', { device_id, timeout: 10_000 })).value);
	expect(told.map(({ iteration, step }) => [iteration, step])).toEqual([
		[0, 0],
		[0, 1],
		[1, 0],
		[1, 1],
		[2, 0],
		[2, 1],
	]);
	expect(told[5].discharge).toBeCloseTo(3 * (0.001 * 2 + 0.011), 3);
	expect(told[5].timestamp).toBeCloseTo(9, 1);
	const { openCircuitV, resistanceOhm } = smallCell.tables[0];
	const resistance = (told[4].voltage - told[5].voltage) / 0.01;
	expect(resistance / resistanceOhm[0]).toBeCloseTo(1, 1);
	expect(told[4].voltage + 0.001 * resistance).toBeCloseTo(openCircuitV[0], 1);
	const [{ battery_profile_id }] = (await client.do('otii_get_battery_profiles')).battery_profiles;
	expect(await client.ask('arc_set_supply_battery_emulator', { device_id, battery_profile_id })).toMatchObject({
		type: 'error',
		data: { message: expect.stringMatching(/under way/) },
	});
	expect(await client.do('arc_get_main', { device_id })).toEqual({ value: true });
	await client.do('arc_enable_battery_profiling', { device_id, enable: false });
	expect(await client.do('arc_get_main', { device_id })).toEqual({ value: false });
	const after = cell.usedC;
	await opened.engine.pass(1);
	expect(cell.usedC).toBe(after);
	expect(await client.do('arc_wait_for_battery_data', { device_id, timeout: 10 })).toEqual({ value: null });
});

it('what is no step is refused, and so is a device that emulates a battery itself', async () => {
	await using opened = await opening();
	using client = await opened.engine.client();
	const [{ device_id }] = (await client.do('otii_get_devices')).devices;
	const refused = async (value: object[]) =>
		expect(await client.ask('arc_set_battery_profile', { device_id, value })).toMatchObject({
			errorcode: 'Invalid key value',
			data: { key: 'value', message: expect.any(String) },
		});
	await refused([]);
	await refused([{ current: 0.001 }]);
	await refused([{ duration: 1 }]);
	await refused([{ current: 0.001, power: 0.001, duration: 1 }]);
	await refused([{ current: -0.001, duration: 1 }]);
	await refused([{ current: 0.001, duration: 0 }]);
	await refused(Array(11).fill({ current: 0.001, duration: 1 }));
	expect(await client.ask('arc_enable_battery_profiling', { device_id, enable: true })).toMatchObject({ type: 'error', data: { message: expect.stringMatching(/steps/) } });
	const { battery_profiles } = await client.do('otii_get_battery_profiles');
	await client.do('arc_set_supply_battery_emulator', { device_id, battery_profile_id: battery_profiles[0].battery_profile_id });
	expect(await client.ask('arc_enable_battery_profiling', { device_id, enable: true })).toMatchObject({ type: 'error', data: { message: expect.stringMatching(/power box/) } });
});

it('a cell that is connected backwards is not loaded, and the reason is told', async () => {
	const cell = freshCell();
	const backwards = { openCircuitV: -3, resistanceOhm: 10, draw: () => {} };
	await using opened = await openBatteryEngine({
		devices: (clock) => [{ simulator: createSimulator({ kind: 'ace', load: parseLoad('none'), cell: backwards, noise: false, clock }), name: 'Ace' }],
	});
	using client = await opened.engine.client();
	const [{ device_id }] = (await client.do('otii_get_devices')).devices;
	await client.do('arc_set_battery_profile', { device_id, value: [{ current: 0.001, duration: 1 }] });
	const answer = await client.ask('arc_enable_battery_profiling', { device_id, enable: true });
	expect(answer).toMatchObject({ type: 'error', errorcode: 'Command failure', data: { message: expect.stringMatching(/backwards|polarity|negative/) } });
	expect(await client.do('arc_wait_for_battery_data', { device_id, timeout: 10 })).toEqual({ value: null }); // why was told
	expect(await client.do('arc_get_main', { device_id })).toEqual({ value: false });
	expect(cell.usedC).toBe(0);
});

it('the end of the licence stops it with the output off', async () => {
	await using opened = await opening();
	using client = await opened.engine.client();
	const [{ device_id }] = (await client.do('otii_get_devices')).devices;
	await client.do('arc_set_battery_profile', { device_id, value: [{ current: 0.005, duration: 1 }] });
	await client.do('arc_enable_battery_profiling', { device_id, enable: true });
	await client.do('arc_wait_for_battery_data', { device_id, timeout: 5000 });
	await opened.engine.returnInPortal(opened.engine.licences[1]);
	await expect.poll(() => opened.battery.gate.isOpen('battery')).toBe(false);
	await opened.engine.pass(1);
	expect(await client.do('arc_get_main', { device_id })).toEqual({ value: false });
	expect(await client.ask('arc_wait_for_battery_data', { device_id, timeout: 10 })).toMatchObject({ errorcode: 'No license' });
});

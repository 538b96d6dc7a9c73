import { describe, expect, it } from 'vitest';
import { libraryProfiles } from '../profile/library/library.ts';
import { emulation, meanOf } from './testing.ts';

const idOf = (model: string) => libraryProfiles.find(({ battery }) => battery.model === model)?.id as string;

describe('supplies of a simulated instrument', () => {
	it('are power boxes at first, and setting one switches the output off', async () => {
		const { supplies, bench, devices } = await emulation([{}]);
		const [{ id }] = devices;
		expect(supplies.status(id)).toEqual({ deviceId: id, mode: 'power-box' });
		await bench.set(id, { main: true, powerRegulation: 'current' });
		const emulator = await supplies.setEmulator(id, { profileId: 'CR2450' });
		expect(bench.device(id)?.settings).toMatchObject({ main: false, powerRegulation: 'voltage' });
		expect(supplies.get(id)).toBe(emulator);
		await bench.set(id, { main: true });
		await supplies.setPowerBox(id);
		expect(bench.device(id)?.settings.main).toBe(false);
		expect(supplies.get(id)).toBeUndefined();
	});

	it('read back exactly what was set', async () => {
		const { supplies, devices } = await emulation([{}]);
		const [{ id }] = devices;
		const plain = await supplies.setEmulator(id, { profileId: 'LM17500' });
		expect([plain.series, plain.parallel, plain.usedC, plain.soc, plain.tracking]).toEqual([1, 1, 0, 100, true]);
		const used = await supplies.setEmulator(id, { profileId: 'CR2450', series: 2, parallel: 3, usedC: 0.123, tracking: false });
		expect([used.series, used.parallel, used.usedC, used.tracking]).toEqual([2, 3, 0.123, false]);
		const capacityC = used.status().capacityC;
		expect(capacityC).toBeCloseTo(3 * 444.27 * 3.6, 6);
		expect(used.soc).toBeCloseTo(100 * (1 - 0.123 / capacityC), 12);
		expect(used.soc).toBeLessThan(100);
		const charged = await supplies.setEmulator(id, { profileId: 'CR2450', soc: 23 });
		expect(charged.soc).toBe(23);
		charged.updateProfile(libraryProfiles.find(({ id: each }) => each === idOf('LM17500')) ?? used.profile, 'keep_soc');
		expect(charged.soc).toBe(23);
		expect(charged.profile.id).toBe(idOf('LM17500'));
		charged.updateProfile(used.profile, 'reset');
		expect([charged.soc, charged.usedC]).toEqual([100, 0]);
		charged.setUsedC(52);
		expect(charged.usedC).toBe(52);
		charged.setSoc(17);
		expect(charged.soc).toBe(17);
		charged.tracking = false;
		expect(charged.tracking).toBe(false);
	});

	it.each([
		[{ soc: 50, usedC: 333 }, 'INVALID_VALUE', '333'],
		[{ soc: 101 }, 'INVALID_VALUE', '101'],
		[{ usedC: -1 }, 'INVALID_VALUE', '-1'],
		[{ usedC: 1e6 }, 'INVALID_VALUE', '1000000'],
		[{ soc: Number.NaN }, 'INVALID_VALUE', 'NaN'],
		[{ series: 0 }, 'INVALID_VALUE', 'series'],
		[{ parallel: 1.5 }, 'INVALID_VALUE', 'parallel'],
		[{ temperatureC: Number.NaN }, 'INVALID_VALUE', 'temperature'],
		[{ profileId: 'potato' }, 'NOT_FOUND', 'potato'],
	])('refuse %j, and everything stays as it is', async (settings, code, named) => {
		const { supplies, bench, devices, uses } = await emulation([{}]);
		const [{ id }] = devices;
		const before = await supplies.setEmulator(id, { profileId: 'CR2450' });
		await bench.set(id, { main: true });
		const refused = supplies.setEmulator(id, { profileId: 'LM17500', ...settings });
		await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(named) });
		expect(supplies.get(id)).toBe(before);
		expect(bench.device(id)?.settings.main).toBe(true);
		expect([...uses].filter(([, count]) => count > 0)).toEqual([[idOf('CR2450'), 1]]);
	});

	it('know an emulator only until another supply is set, and mark what is in use', async () => {
		const { supplies, devices, uses } = await emulation([{}]);
		const [{ id }] = devices;
		const first = await supplies.setEmulator(id, { profileId: 'CR2450' });
		expect(supplies.emulator(first.id)).toBe(first);
		const second = await supplies.setEmulator(id, { profileId: 'CR2450' });
		expect(second.id).not.toBe(first.id);
		expect(() => supplies.emulator(first.id)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
		expect(() => first.setSoc(50)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
		expect(uses.get(idOf('CR2450'))).toBe(1);
		await supplies.setPowerBox(id);
		expect(() => supplies.emulator(second.id)).toThrow(/no battery emulator/);
		expect(uses.get(idOf('CR2450'))).toBe(0);
	});

	it('follow the cell on a live output, and changes leave it on', async () => {
		const setup = await emulation([{ kind: 'ace', noise: false }]); // 330 Ω
		const { supplies, bench, devices, changes } = setup;
		const [{ id }] = devices;
		const emulator = await supplies.setEmulator(id, { profileId: 'CR2032-Energizer-(25)', soc: 50 });
		await bench.set(id, { main: true });
		await setup.clock.delay(2);
		const expected = (openCircuitV: number, ohm: number) => (openCircuitV * 330) / (330 + ohm);
		expect(await meanOf(setup, id, 'mv', 0.2)).toBeCloseTo(expected(2.94, 15.5), 4);
		expect(emulator.soc).toBeLessThan(50);
		expect(emulator.soc).toBeGreaterThan(49.9);
		emulator.tracking = false;
		emulator.setSoc(20);
		await setup.clock.delay(0.2);
		expect(await meanOf(setup, id, 'mv', 0.2)).toBeCloseTo(expected(2.745, 29.7), 4);
		expect(emulator.soc).toBe(20);
		emulator.updateProfile(libraryProfiles.find(({ battery }) => battery.model === 'CR2450') ?? emulator.profile, 'keep_soc');
		await setup.clock.delay(0.2);
		expect(await meanOf(setup, id, 'mv', 0.2)).toBeCloseTo(expected(2.854, 14), 4);
		expect(bench.device(id)?.settings.main).toBe(true);
		expect(changes.every(({ deviceId, problem }) => deviceId === id && problem === undefined)).toBe(true);
		expect(emulator.status()).toMatchObject({ mode: 'simulated', soc: 20, empty: false });
	});

	it('say where the instrument supplies less than the cell has', async () => {
		const setup = await emulation([{ noise: false }]);
		const { supplies, bench, devices } = setup;
		const [{ id }] = devices;
		const emulator = await supplies.setEmulator(id, { profileId: 'LiPo-ICP632136HPST-Renata-WiFi-20' });
		await bench.set(id, { main: true });
		expect(await meanOf(setup, id, 'mv', 0.5)).toBeCloseTo(3.75, 2);
		expect(emulator.status().problem).toBe('The instrument supplies at most 3.75 V here; the battery has 4.310 V.');
		emulator.setSoc(10);
		expect(emulator.status().problem).toBeUndefined();
	});

	it('blend the temperatures of a profile', async () => {
		const { supplies, devices } = await emulation([{}]);
		const lipo = libraryProfiles.find(({ tables }) => tables.length === 3)?.name as string;
		const { openCircuitV, resistanceOhm } = (await supplies.setEmulator(devices[0].id, { profileId: lipo, soc: 50, temperatureC: 12.5 })).status();
		expect(openCircuitV).toBeCloseTo((3.819 + 3.833) / 2, 6);
		expect(resistanceOhm).toBeCloseTo(Math.sqrt(1.05 * 0.465), 6);
	});

	it('need the licence, and freeze when it ends: the output keeps its voltage', async () => {
		const setup = await emulation([{ noise: false }]);
		const { supplies, bench, devices, changes, uses, setLicence } = setup;
		const [{ id }] = devices;
		const emulator = await supplies.setEmulator(id, { profileId: 'CR2032-Energizer-(25)', soc: 50 });
		await bench.set(id, { main: true });
		await setup.clock.delay(0.1);
		setLicence(false);
		await setup.clock.delay(0.1);
		const { usedC } = emulator;
		expect(bench.device(id)?.settings).toMatchObject({ main: true, mainVoltage: 2.94 });
		expect(await meanOf(setup, id, 'mv', 0.5)).toBeCloseTo(2.94, 3);
		expect(emulator.usedC).toBe(usedC);
		expect(supplies.status(id)).toMatchObject({ mode: 'power-box', endedBecause: expect.stringContaining('licence') });
		expect(changes.at(-1)?.problem).toContain('licence');
		expect([...uses.values()].every((count) => count === 0)).toBe(true);
		expect(() => emulator.setSoc(10)).toThrow(expect.objectContaining({ code: 'NO_LICENCE' }));
		await expect(supplies.setEmulator(id, { profileId: 'CR2450' })).rejects.toMatchObject({ code: 'NO_LICENCE' });
		expect(bench.device(id)?.settings.main).toBe(true);
		await supplies.setPowerBox(id); // needs none
		expect(supplies.status(id).endedBecause).toBeUndefined();
	});

	it('are power boxes again once the device is gone', async () => {
		const { supplies, bench, clock, devices, changes } = await emulation([{}, {}]);
		for (const { id } of devices) await supplies.setEmulator(id, { profileId: 'CR2450' });
		devices[0].simulator.unplug();
		await clock.delay(0.1);
		expect(supplies.get(devices[0].id)).toBeUndefined();
		expect(changes.at(-1)).toMatchObject({ deviceId: devices[0].id, problem: expect.stringContaining('gone') });
		await expect(supplies.setEmulator(devices[0].id, { profileId: 'CR2450' })).rejects.toMatchObject({ code: 'DEVICE_GONE' });
		expect(supplies.status(devices[0].id).endedBecause).toMatch(/is gone/);
		await bench.close(devices[1].id);
		expect(supplies.get(devices[1].id)).toBeUndefined();
	});
});

it('an emulated cell on a live Ace at 50 kS/s costs no sample', async () => {
	const { supplies, bench, clock, devices } = await emulation([{ kind: 'ace', noise: true }]);
	const [{ id }] = devices;
	const emulator = await supplies.setEmulator(id, { profileId: 'CR2032-Energizer-(25)' });
	await bench.set(id, { main: true });
	await bench.startRecording({});
	for (let soc = 100; soc > 0; soc -= 5) {
		emulator.setSoc(soc);
		await clock.delay(0.1);
	}
	const summary = await bench.stopRecording();
	expect(summary.lost).toBe(0);
	expect(bench.device(id)).toMatchObject({ lost: 0, failedChecksums: 0 });
	const [mc] = (await bench.statistics(summary.id)).filter(({ channel }) => channel === 'mc');
	expect(mc.samples).toBeGreaterThanOrEqual(1.95 * 50_000);
	expect(mc.lost).toBe(0);
});

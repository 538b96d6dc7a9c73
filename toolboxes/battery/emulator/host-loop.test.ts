import { describe, expect, it } from 'vitest';
import { parameter } from '../../../drivers/arc/protocol.ts';
import type { Link } from '../../../drivers/link.ts';
import { parseLoad } from '../../../drivers/simulator/loads/catalogue.ts';
import { type EmulationSetup, emulation, meanOf } from './testing.ts';

const lipoCold = 'LiPo-ICP632136HPST-Renata-WiFi-(-10)';
const statusOf = ({ supplies, devices }: EmulationSetup) => supplies.get(devices[0].id)?.status();
const settingsOf = ({ bench, devices }: EmulationSetup) => bench.device(devices[0].id)?.settings;

/** Counts changes of the main voltage from now on. */
function voltageChanges({ bench }: EmulationSetup): () => number {
	let count = 0;
	bench.on((change) => {
		if (change.type === 'event' && change.event.type === 'setting' && change.event.setting === 'mainVoltage') count++;
	});
	return () => count;
}

describe('a battery that this computer emulates on an instrument', () => {
	it.each(['resistor:100', 'resistor:12', 'current:0.03', 'power:0.08'])('settles at V = OCV − I·R with %s, says how fast it is, and then rests', async (load) => {
		const setup = await emulation([{ load: parseLoad(load) }], { host: true });
		const { supplies, bench, clock, devices } = setup;
		const [{ id }] = devices;
		const emulator = await supplies.setEmulator(id, { profileId: 'CR2032-Energizer-(25)', soc: 60, tracking: false });
		expect(settingsOf(setup)).toMatchObject({ main: false, mainVoltage: 2.961 });
		await bench.set(id, { main: true });
		await clock.delay(2);
		const changes = voltageChanges(setup);
		const [voltage, current] = [await meanOf(setup, id, 'mv', 0.5), await meanOf(setup, id, 'mc', 0.5)];
		expect(voltage).toBeCloseTo(2.961 - 13.7 * current, 2);
		expect(changes()).toBeLessThan(5);
		const { mode, rateHz, problem } = emulator.status();
		expect(mode).toBe('host');
		expect(rateHz).toBeGreaterThan(9); // a device on a virtual clock gives its samples about every 0.1 s
		expect(rateHz).toBeLessThan(13);
		expect(problem).toBeUndefined();
	});

	it('is discharged by what has flowed, and only while the output is on', async () => {
		const setup = await emulation([{ load: parseLoad('resistor:100') }], { host: true });
		const { supplies, bench, clock, devices } = setup;
		const [{ id }] = devices;
		const emulator = await supplies.setEmulator(id, { profileId: 'CR2032-Energizer-(25)', usedC: 10 });
		await clock.delay(1);
		expect(emulator.usedC).toBe(10);
		await bench.set(id, { main: true });
		const startS = clock.now();
		const current = await meanOf(setup, id, 'mc', 5);
		await bench.set(id, { main: false });
		await clock.delay(0.2);
		expect((emulator.usedC - 10) / (current * (clock.now() - 0.2 - startS))).toBeCloseTo(1, 1);
		const { usedC } = emulator;
		await clock.delay(1);
		expect(emulator.usedC).toBe(usedC);
	});

	it('goes no higher than the instrument does in its range, and says so', async () => {
		const setup = await emulation([{ load: parseLoad('resistor:1000') }], { host: true });
		const { supplies, bench, clock, devices } = setup;
		const [{ id }] = devices;
		await supplies.setEmulator(id, { profileId: lipoCold });
		await bench.set(id, { main: true });
		await clock.delay(0.5);
		expect(settingsOf(setup)?.mainVoltage).toBe(3.75);
		expect(statusOf(setup)?.problem).toBe('The instrument supplies at most 3.75 V here; the battery has 4.297 V.');
		await bench.set(id, { range: 'high' });
		await clock.delay(0.5);
		expect(settingsOf(setup)?.mainVoltage).toBe(4.2);
		expect(statusOf(setup)?.problem).toContain('at most 4.2 V');
		supplies.get(id)?.setSoc(50);
		await clock.delay(0.5);
		expect(settingsOf(setup)?.mainVoltage).toBeCloseTo(3.761, 2);
		expect(statusOf(setup)?.problem).toBeUndefined();
	});

	it('has no ceiling below that of an Arc on its DC jack', async () => {
		const setup = await emulation([{ supply: 'dc', load: parseLoad('resistor:1000') }], { host: true });
		await setup.supplies.setEmulator(setup.devices[0].id, { profileId: lipoCold });
		expect(settingsOf(setup)?.mainVoltage).toBe(4.311);
	});

	it('leaves the voltage as it is when the licence ends', async () => {
		const setup = await emulation([{ load: parseLoad('resistor:100') }], { host: true });
		const { supplies, bench, clock, devices, setLicence } = setup;
		const [{ id }] = devices;
		await supplies.setEmulator(id, { profileId: 'CR2032-Energizer-(25)', soc: 60 });
		await bench.set(id, { main: true });
		await clock.delay(1);
		const before = settingsOf(setup);
		setLicence(false);
		await clock.delay(1);
		expect(settingsOf(setup)).toEqual(before);
		expect(supplies.get(id)).toBeUndefined();
	});

	it('gives way to the power box with the voltage that this had', async () => {
		const setup = await emulation([{}], { host: true });
		const { supplies, bench, devices } = setup;
		const [{ id }] = devices;
		await bench.set(id, { mainVoltage: 3.1 });
		for (const profileId of ['CR2450', 'AA']) await supplies.setEmulator(id, { profileId });
		expect(settingsOf(setup)?.mainVoltage).toBe(1.603);
		await supplies.setPowerBox(id);
		expect(settingsOf(setup)).toMatchObject({ main: false, mainVoltage: 3.1 });
	});

	it('ends when the instrument goes', async () => {
		const setup = await emulation([{}], { host: true });
		const { supplies, bench, clock, devices } = setup;
		const [{ id, simulator }] = devices;
		await supplies.setEmulator(id, { profileId: 'CR2450' });
		await bench.set(id, { main: true });
		await clock.delay(0.2);
		simulator.unplug();
		await clock.delay(0.2);
		expect(supplies.get(id)).toBeUndefined();
	});

	it('switches the output off when the voltage can no longer be set', async () => {
		let deaf = false;
		const wrap = (link: Link): Link => ({
			path: link.path,
			open: (handlers) => link.open(handlers),
			discardInput: () => link.discardInput(),
			pause: () => link.pause(),
			resume: () => link.resume(),
			close: () => link.close(),
			// The command stands in the fifth word of a frame.
			write: (bytes) => (deaf && bytes.length >= 20 && Buffer.from(bytes).readUInt32LE(16) === parameter.mainVoltage ? Promise.resolve() : link.write(bytes)),
		});
		const setup = await emulation([{ load: parseLoad('resistor:100') }], { host: true, wrap });
		const { supplies, bench, clock, devices, changes } = setup;
		const [{ id }] = devices;
		const emulator = await supplies.setEmulator(id, { profileId: 'CR2032-Energizer-(25)' });
		await bench.set(id, { main: true });
		await clock.delay(1);
		deaf = true;
		emulator.setSoc(20);
		await clock.delay(10);
		expect(settingsOf(setup)?.main).toBe(false);
		expect(supplies.get(id)).toBeUndefined();
		expect(changes.at(-1)?.problem).toContain('did not answer');
	});
});

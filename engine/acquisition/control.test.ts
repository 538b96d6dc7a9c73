/** What the bench does to instruments beside their settings: names that stay, power cycles, all outputs off. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Project } from '../project/project.ts';
import { Bench } from './bench.ts';
import { DeviceNames } from './device-names.ts';
import { simulated } from './testing.ts';

async function setUp() {
	const setup = await simulated([{}, { kind: 'ace', seed: 2 }]);
	const project = await Project.create(join(setup.folder, 'project'));
	const file = join(setup.folder, 'device-names.json');
	const [arc, ace] = setup.devices.map(({ instrument }) => instrument.identity.id);
	const open = () =>
		Bench.create({
			project,
			decoder: setup.decoder,
			clock: setup.clock,
			openPath: () => setup.devices[0].reopen(),
			discover: async () => [],
			names: new DeviceNames(file),
		});
	const bench = await open();
	for (const { instrument } of setup.devices) await bench.add(instrument);
	const main = (id: string) => bench.device(id)?.settings.main;
	return { ...setup, bench, open, file, arc, ace, main };
}

describe('names', () => {
	it('stay with the instrument, also when it is opened again', async () => {
		const { bench, arc, ace, devices, file } = await setUp();
		await bench.rename(arc, 'Sensor');
		expect(bench.device(arc)?.name).toBe('Sensor');
		await expect(bench.rename(ace, 'Sensor')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
		expect(new DeviceNames(file).get(arc)).toBe('Sensor');
		const { id } = await bench.startRecording({});
		await bench.stopRecording();
		await bench.reading(id, async ({ info }) => expect(info.devices.map(({ name }) => name)).toContain('Sensor'));
		await bench.close(arc);
		expect((await bench.add(await devices[0].reopen())).name).toBe('Sensor');
		// One who took the name meanwhile keeps it.
		await bench.close(arc);
		await bench.rename(ace, 'Sensor');
		expect((await bench.add(await devices[0].reopen())).name).not.toBe('Sensor');
		await bench.shutdown();
	});

	it('are not guessed from a file that is none', async () => {
		const { bench, file } = await setUp();
		writeFileSync(file, '["Sensor"');
		expect(() => new DeviceNames(file)).toThrow(/cannot be read.*plain names/);
		await bench.shutdown();
	});
});

describe('outputs', () => {
	it('go off and on again, whoever asked', async () => {
		const { bench, arc, main, clock } = await setUp();
		const cycle = bench.powerCycle(arc, 2);
		const beganS = clock.now();
		while (main(arc)) await clock.delay(0.01);
		await clock.delay(1.5);
		expect(main(arc)).toBe(false);
		expect((await cycle).main).toBe(true);
		expect(clock.now() - beganS).toBeGreaterThanOrEqual(2);
		await bench.set(arc, { main: false });
		await expect(bench.powerCycle(arc, 1)).rejects.toThrow(/is off; switch it on first/);
		await bench.shutdown();
	});

	it('stay as somebody left them during a power cycle', async () => {
		const { bench, arc, main, clock } = await setUp();
		const cycle = bench.powerCycle(arc, 1);
		while (main(arc)) await clock.delay(0.01);
		await bench.set(arc, { main: false });
		expect((await cycle).main).toBe(false);
		await clock.delay(2);
		expect(main(arc)).toBe(false);
		await bench.shutdown();
	});

	it('go off all at once', async () => {
		const { bench, arc, ace, main } = await setUp();
		expect([main(arc), main(ace)]).toEqual([true, true]);
		await bench.outputsOff();
		expect([main(arc), main(ace)]).toEqual([false, false]);
		await bench.shutdown();
	});
});

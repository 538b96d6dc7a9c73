import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ArcInstrument } from './arc/instrument.ts';
import { TestSink } from './arc/testing.ts';
import { realClock } from './clock.ts';
import { openingError, openSerialLink } from './serial-link.ts';
import { parseLoad } from './simulator/loads/catalogue.ts';
import { MemoryBinding } from './simulator/memory-binding.ts';
import { createSimulator } from './simulator/simulator.ts';

const rejection = (promise: Promise<unknown>) =>
	promise.then(
		() => undefined,
		(error) => error,
	);

describe('openSerialLink', () => {
	it('names a port that is not there, and a file that is no port', async () => {
		expect(await rejection(openSerialLink('/dev/ttyACM987'))).toMatchObject({ code: 'NO_PORT', message: expect.stringContaining('/dev/ttyACM987') });
		const file = join(mkdtempSync(join(tmpdir(), 'microjoule-')), 'file');
		writeFileSync(file, '');
		expect(await rejection(openSerialLink(file))).toMatchObject({ code: 'PORT_FAILED' });
	});

	it('gives the rule to install when access is refused', () => {
		const error = openingError('/dev/ttyACM0', new Error('Error: Permission denied, cannot open /dev/ttyACM0'));
		expect(error.code).toBe('PORT_PERMISSION');
		expect(error.message).toContain('SUBSYSTEM=="tty", ATTRS{idVendor}=="0fce", ATTRS{idProduct}=="d1e6"');
		expect(error.message).toContain('/etc/udev/rules.d/');
	});

	it('tells a port in use, in memory too', async () => {
		const binding = new MemoryBinding();
		const simulator = createSimulator({ kind: 'arc', load: parseLoad('none') });
		const path = simulator.attachMemory(binding);
		const link = await openSerialLink(path, { binding });
		expect(await rejection(openSerialLink(path, { binding }))).toMatchObject({ code: 'PORT_BUSY' });
		await link.close();
		await link.close();
		expect(await rejection(link.write(new Uint8Array(1)))).toMatchObject({ code: 'DEVICE_GONE' });
		await (await openSerialLink(path, { binding })).close();
		await simulator.close();
	});

	it('carries a measurement over a pseudo-terminal, and is locked meanwhile', async () => {
		const simulator = createSimulator({ kind: 'ace', load: parseLoad('resistor:330'), noise: false });
		const terminal = await simulator.attachPty();
		const instrument = await ArcInstrument.open(await openSerialLink(terminal.path), realClock);
		expect(await rejection(openSerialLink(terminal.path))).toMatchObject({ code: 'PORT_BUSY' });
		await instrument.set({ mainVoltage: 3.3, main: true });
		const sink = new TestSink();
		await instrument.start({ channels: [{ id: 'mc' }, { id: 'mv' }] }, sink);
		await expect.poll(() => sink.counters.length, { timeout: 5000 }).toBeGreaterThan(300);
		await instrument.stop();
		expect(sink.damaged).toBe(0);
		expect(sink.counters).toEqual(sink.counters.map((_, index) => sink.counters[0] + index));
		expect(instrument.linkStatistics).toMatchObject({ failedChecksums: 0, unframedBytes: 0 });
		await terminal.close();
		await expect.poll(() => rejection(instrument.set({ main: false })), { timeout: 5000 }).toMatchObject({ code: 'DEVICE_GONE' });
		await instrument.close();
		await simulator.close();
	});
});

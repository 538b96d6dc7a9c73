import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { openSerialLink } from '../serial-link.ts';
import { parseLoad } from '../simulator/loads/catalogue.ts';
import { MemoryBinding } from '../simulator/memory-binding.ts';
import { createSimulator, type SimulatorOptions } from '../simulator/simulator.ts';
import { ArcInstrument } from './instrument.ts';
import { ScriptedDevice, TestSink } from './testing.ts';

async function simulated(options: Partial<SimulatorOptions> = {}) {
	const clock = new VirtualClock();
	const simulator = createSimulator({ kind: 'arc', load: parseLoad('tracker'), clock, ...options });
	const binding = new MemoryBinding();
	const instrument = await ArcInstrument.open(await openSerialLink(simulator.attachMemory(binding), { binding }), clock);
	const close = async () => {
		await instrument.close();
		await simulator.close();
	};
	return { clock, instrument, close };
}

const rejection = (promise: Promise<unknown>) =>
	promise.then(
		() => undefined,
		(error) => error,
	);

describe('calibrating', () => {
	it('takes seconds, moves the zero closer, and is one at a time', async () => {
		const { clock, instrument, close } = await simulated({ load: parseLoad('none'), seed: 3 });
		// The output is off: what is measured is the zero.
		const offset = async () => {
			let sum = 0;
			for (let n = 0; n < 60; n++) sum += await instrument.value('mv');
			return Math.abs(sum / 60);
		};
		const before = await offset();
		const from = clock.now();
		const calibrating = instrument.calibrate();
		expect(await rejection(instrument.calibrate())).toMatchObject({ code: 'DEVICE_BUSY' });
		await calibrating;
		expect(clock.now() - from).toBeGreaterThan(2.9);
		expect(clock.now() - from).toBeLessThan(4);
		expect(await offset()).toBeLessThan(before / 2);
		await close();
	});

	it('is not for an Ace', async () => {
		const { instrument, close } = await simulated({ kind: 'ace' });
		expect(await rejection(instrument.calibrate())).toMatchObject({ code: 'NOT_SUPPORTED', message: expect.stringContaining('Arc') });
		await close();
	});
});

describe('a firmware upgrade', () => {
	it('brings the device back with its new version, measuring on behind a gap', async () => {
		const { clock, instrument, close } = await simulated({ kind: 'ace' });
		await instrument.set({ mainVoltage: 4, main: true });
		const sink = new TestSink();
		await instrument.start({ channels: [{ id: 'mc', rate: 1000 }] }, sink);
		const shares: number[] = [];
		const from = clock.now();
		await instrument.upgradeFirmware({ progress: (share) => shares.push(share) });
		expect(clock.now() - from).toBeGreaterThan(7);
		expect(clock.now() - from).toBeLessThan(12);
		expect(instrument.identity.firmwareVersion).toBe('1.1.0');
		expect(instrument.settings.main).toBe(false);
		expect(shares.length).toBeGreaterThan(10);
		expect(shares).toEqual([...shares].sort((a, b) => a - b));
		expect(shares.at(-1)).toBe(1);
		await clock.delay(0.2);
		await instrument.stop();
		const steps = sink.counters.map((counter, index) => (index === 0 ? 1 : counter - sink.counters[index - 1]));
		expect(steps.filter((step) => step !== 1)).toEqual([1501]);
		expect(sink.events.filter(({ type }) => type === 'fault')).toEqual([]);
		await close();
	});

	it('takes no file, and is one at a time', async () => {
		const { instrument, close } = await simulated();
		expect(await rejection(instrument.upgradeFirmware({ image: new Uint8Array(10) }))).toMatchObject({ code: 'NOT_SUPPORTED' });
		const upgrading = instrument.upgradeFirmware();
		expect(await rejection(instrument.upgradeFirmware())).toMatchObject({ code: 'DEVICE_BUSY' });
		await upgrading;
		expect(instrument.identity.firmwareVersion).toBe('3.2.0');
		await close();
	});
});

describe('properties', () => {
	it('hold any JSON value by name', async () => {
		const { instrument, close } = await simulated();
		expect(await instrument.property('label')).toBeUndefined();
		for (const value of ['Bänk 3', 12.5, false, null, { a: [1, '…'] }]) {
			await instrument.setProperty('label', value);
			expect(await instrument.property('label')).toEqual(value);
		}
		expect(await rejection(instrument.setProperty('label', 'x'.repeat(5000)))).toMatchObject({ code: 'INVALID_VALUE' });
		expect(await rejection(instrument.setProperty('', 1))).toMatchObject({ code: 'INVALID_VALUE' });
		expect(await rejection(instrument.setProperty('label', undefined))).toMatchObject({ code: 'INVALID_VALUE' });
		await close();
	});

	it('survive a restart only when committed', async () => {
		const { instrument, close } = await simulated();
		await instrument.setProperty('kept', 1);
		await instrument.commitProperties();
		await instrument.setProperty('kept', 2);
		await instrument.setProperty('lost', 3);
		await instrument.upgradeFirmware();
		expect([await instrument.property('kept'), await instrument.property('lost')]).toEqual([1, undefined]);
		await close();
	});

	it('fill the store at some point', async () => {
		const { instrument, close } = await simulated();
		for (let index = 0; index < 256; index++) await instrument.setProperty(`p${index}`, index);
		expect(await rejection(instrument.setProperty('one more', 1))).toMatchObject({ code: 'DEVICE_REJECTED' });
		await instrument.setProperty('p0', 'again');
		expect(await instrument.property('p0')).toBe('again');
		await close();
	});
});

it('sends a real instrument nothing of unknown meaning', async () => {
	const clock = new VirtualClock();
	const device = new ScriptedDevice(clock);
	const instrument = await ArcInstrument.open(device, clock);
	const before = device.messages.length;
	for (const attempt of [
		instrument.calibrate(),
		instrument.upgradeFirmware(),
		instrument.property('a'),
		instrument.setProperty('a', 1),
		instrument.commitProperties(),
		instrument.rxLevel(),
	])
		expect(await rejection(attempt)).toMatchObject({ code: 'NOT_SUPPORTED' });
	expect(device.messages).toHaveLength(before);
	await instrument.close();
});

describe('pins and sense', () => {
	it('tells the present value of every channel, measured or not, while measuring', async () => {
		const { instrument, close } = await simulated({ kind: 'ace', noise: false });
		await instrument.set({ mainVoltage: 4, main: true, fourWire: true });
		await instrument.start({ channels: [{ id: 'mc' }] }, new TestSink());
		for (const { id, kind } of instrument.channels) if (kind !== 'log') expect(Number.isFinite(await instrument.value(id)), id).toBe(true);
		expect(await instrument.value('sp')).toBeCloseTo(4, 3);
		expect(await rejection(instrument.value('rx'))).toMatchObject({ code: 'INVALID_VALUE' });
		await close();
	});

	it('tells the state of the sense pins', async () => {
		const { instrument, close } = await simulated();
		expect(await instrument.fourWireState()).toBe('disabled');
		await instrument.set({ fourWire: true, main: true });
		expect(await instrument.fourWireState()).toBe('active');
		await close();
		const clock = new VirtualClock();
		const device = new ScriptedDevice(clock);
		const loose = await ArcInstrument.open(device, clock);
		await loose.set({ fourWire: true });
		const state = loose.fourWireState();
		for (const [channel, volts] of [
			[1, 3.3],
			[5, 2.8],
			[4, 0],
		]) {
			const record = new DataView(new ArrayBuffer(12));
			record.setUint32(0, 0x0008_0002, true);
			record.setUint32(4, channel, true);
			record.setFloat32(8, volts, true);
			device.say(new Uint8Array(record.buffer));
		}
		expect(await state).toBe('inactive');
		await loose.close();
	});

	it('reads the RX pin while the UART is off, and only then', async () => {
		const { instrument, close } = await simulated();
		await instrument.set({ uart: false, main: false });
		expect(await instrument.rxLevel()).toBe(false);
		await instrument.set({ mainVoltage: 3.6, main: true });
		await instrument.value('mv');
		expect(await instrument.rxLevel()).toBe(true);
		expect(await instrument.value('i2')).toBe(0);
		await instrument.set({ uart: true });
		expect(await rejection(instrument.rxLevel())).toMatchObject({ code: 'NOT_SUPPORTED' });
		await close();
	});

	it('never answers with a sample from before a change', async () => {
		const { instrument, close } = await simulated();
		await instrument.set({ mainVoltage: 3.6, uart: true, main: true });
		await instrument.start({ channels: [{ id: 'mv' }, { id: 'i1' }] }, new TestSink());
		for (let turn = 0; turn < 5; turn++) {
			await instrument.set({ uart: false });
			expect(await instrument.rxLevel()).toBe(true);
			await instrument.set({ main: false });
			expect(await instrument.rxLevel()).toBe(false);
			await instrument.set({ uart: true, main: true });
		}
		await close();
	});

	it.each([
		['arc' as const, { expansionSupply: 5 }, { expansionSupply: 12 }],
		['ace' as const, { expansionSupply: 12.5 }, { expansionSupply: 15.1 }],
	])('sets what the %s has beside its output', async (kind, supply, tooMuch) => {
		const { instrument, close } = await simulated({ kind });
		const change = { gpo1: true, gpo2: true, tx: true, legacySink: true, adcShunt: 0.1, expansionVoltage: 1.8, range: 'high' as const, ...supply };
		expect(await instrument.set(change)).toMatchObject(change);
		expect(await rejection(instrument.set(tooMuch))).toMatchObject({ code: 'INVALID_VALUE' });
		await close();
	});

	it('writes to the UART of the device under test, which answers', async () => {
		const { clock, instrument, close } = await simulated({ load: parseLoad('modem'), noise: false });
		await instrument.set({ mainVoltage: 3.6, uart: true });
		const sink = new TestSink();
		await instrument.start({ channels: [{ id: 'mc' }, { id: 'rx' }] }, sink);
		const lines = () => sink.events.flatMap((event) => (event.type === 'log' ? [event.text] : []));
		await instrument.set({ main: true });
		await clock.delay(1.5);
		expect(lines()).toEqual(['Ready']);
		for (const command of ['AT', 'AT+CEREG=5', 'AT%XSYSTEMMODE=1,0,1,0', 'AT+FOO']) {
			await instrument.writeUart(`${command}\r\n`);
			await clock.delay(0.3);
		}
		await instrument.stop();
		expect(lines()).toEqual(['Ready', 'OK', 'OK', 'OK', 'ERROR']);
		await close();
	});
});

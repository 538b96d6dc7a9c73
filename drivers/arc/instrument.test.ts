import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock.ts';
import type { InstrumentEvent } from '../instrument.ts';
import { openSerialLink } from '../serial-link.ts';
import { parseLoad } from '../simulator/loads/catalogue.ts';
import { MemoryBinding } from '../simulator/memory-binding.ts';
import { createSimulator, type SimulatorOptions } from '../simulator/simulator.ts';
import { encodeFrame } from './frame.ts';
import { ArcInstrument } from './instrument.ts';
import { messageType, parameter, responsePayload, uartTextPayload, wordResponsePayload } from './protocol.ts';
import { ScriptedDevice, TestSink } from './testing.ts';

async function simulated(options: Partial<SimulatorOptions> = {}) {
	const clock = new VirtualClock();
	const simulator = createSimulator({ kind: 'arc', load: parseLoad('resistor:330'), noise: false, clock, ...options });
	const binding = new MemoryBinding();
	const path = simulator.attachMemory(binding);
	const link = await openSerialLink(path, { binding });
	const instrument = await ArcInstrument.open(link, clock);
	return { clock, simulator, binding, path, instrument };
}

async function scripted(prepare: (device: ScriptedDevice) => void = () => {}, options: Parameters<typeof ArcInstrument.open>[2] = {}) {
	const clock = new VirtualClock();
	const device = new ScriptedDevice(clock);
	prepare(device);
	const instrument = await ArcInstrument.open(device, clock, options);
	return { clock, device, instrument };
}

const rejection = (promise: Promise<unknown>) =>
	promise.then(
		() => undefined,
		(error) => error,
	);

describe('opening', () => {
	it('speaks the opening sequence byte for byte, at its pace', async () => {
		const { device, instrument } = await scripted();
		const vectors: { section: number; host?: string }[] = JSON.parse(readFileSync(new URL('./vectors.json', import.meta.url), 'utf8'));
		expect(device.frames.slice(0, 3)).toEqual(vectors.filter(({ section }) => section === 1).map(({ host }) => host));
		expect(device.sentAt.slice(0, 3).map((at) => Math.round(at * 1000))).toEqual([200, 250, 300]);
		await instrument.close();
	});

	it('knows a simulated Arc and reads its settings back', async () => {
		const { instrument, simulator } = await simulated();
		expect(instrument.identity).toMatchObject({ kind: 'arc', hardwareVersion: '1.3', firmwareVersion: '3.1.3', simulated: true, port: 'sim:arc' });
		expect(instrument.identity.id).toBe(`arc-${instrument.identity.serial}`);
		expect(instrument.settings).toMatchObject({
			mainVoltage: 3.3,
			maxCurrent: 2.5,
			currentLimitMode: 'limit',
			range: 'low',
			main: false,
			expansionVoltage: 3.3,
			uartBaudRate: 115_200,
			adcShunt: 1,
		});
		await instrument.close();
		await simulator.close();
	});

	it('says so when nothing, or something else, answers', async () => {
		const mute = await rejection(scripted((device) => (device.answer = () => true)));
		expect(mute).toMatchObject({ code: 'NOT_AN_INSTRUMENT' });
		const other = await rejection(scripted((device) => device.texts.set(parameter.name, 'Toaster')));
		expect(other).toMatchObject({ code: 'NOT_AN_INSTRUMENT', message: expect.stringContaining('Toaster') });
	});
});

describe('settings', () => {
	it('validates everything before it sends anything, then applies in the safe order', async () => {
		const { device, instrument } = await scripted();
		const before = device.messages.length;
		expect(await rejection(instrument.set({ maxCurrent: 1, mainVoltage: 99 }))).toMatchObject({ code: 'INVALID_VALUE', details: { name: 'mainVoltage', value: 99 } });
		expect(device.messages).toHaveLength(before);
		const settings = await instrument.set({
			main: true,
			mainVoltage: 3.3,
			maxCurrent: 1,
			mainCurrent: -0.02,
			range: 'high',
			gpo2: true,
			powerRegulation: 'inline',
			currentLimitMode: 'limit',
		});
		expect(settings).toMatchObject({ main: true, mainVoltage: 3.3, maxCurrent: 1, range: 'high', mainCurrent: -0.02 });
		const sets = device.messages.slice(before).filter(({ type }) => type === messageType.set);
		expect(sets.map(({ command, value }) => [command, value])).toEqual([
			[parameter.range, 1],
			[parameter.maxCurrent, 1000],
			[parameter.currentLimitMode, 1],
			[parameter.powerRegulation, 10],
			[parameter.mainCurrent, -20_000 >>> 0],
			[parameter.mainVoltage, 3_300_000],
			[parameter.gpo, 16],
			[parameter.main, 1],
		]);
		const at = device.sentAt.slice(before);
		for (let index = 1; index < sets.length; index++) expect(at[index] - at[index - 1]).toBeGreaterThanOrEqual(0.0099);
		await instrument.close();
		expect(device.messages.at(-1)).toMatchObject({ type: messageType.set, command: parameter.main, value: 0 });
		expect(device.closed).toBe(true);
	});

	it('reports the value in force when the device refuses', async () => {
		const { instrument, simulator } = await simulated({ rejectValue: 'revert' });
		const error = await rejection(instrument.set({ range: 'low', mainVoltage: 4.5, main: true }));
		expect(error).toMatchObject({ code: 'DEVICE_REJECTED', details: { setting: 'mainVoltage', cmd: 0x0b, status: -101, valueInForce: 3.3 } });
		expect(instrument.settings).toMatchObject({ mainVoltage: 3.3, main: false });
		await instrument.close();
		await simulator.close();
	});

	it('reads a setting back that was never acknowledged, and reports a rejection that comes after that', async () => {
		const { device, instrument } = await scripted();
		const events: InstrumentEvent[] = [];
		instrument.subscribe((event) => events.push(event));
		let sequence = 0;
		device.answer = (message) => {
			if (message.type !== messageType.set) return false;
			sequence = message.sequence;
			device.words.set(message.command, message.value);
			return true;
		};
		await instrument.set({ mainVoltage: 4 });
		expect(instrument.settings.mainVoltage).toBe(4);
		device.say(wordResponsePayload(sequence, -101, 3_750_000));
		expect(instrument.settings.mainVoltage).toBe(3.75);
		expect(events.map(({ type }) => type)).toEqual(['setting', 'setting', 'fault']);
		expect(events[2]).toMatchObject({ fault: 'rejected', message: expect.stringContaining('3.75') });
		// A device that kept its old value without a word has refused.
		device.answer = ({ type }) => type === messageType.set;
		expect(await rejection(instrument.set({ mainVoltage: 2 }))).toMatchObject({ code: 'DEVICE_REJECTED', details: { valueInForce: 4 } });
		device.answer = () => false;
		await instrument.close();
	});

	it('asks twice before it gives up, and matches replies by number', async () => {
		const { device, instrument } = await scripted();
		const asked: number[] = [];
		device.answer = ({ type, sequence, command }) => {
			if (type === messageType.set) {
				device.say(responsePayload(0x7777, -3));
				return true;
			}
			asked.push(sequence);
			if (asked.length === 2) device.say(wordResponsePayload(sequence, 0, command === parameter.mainVoltage ? 1_000_000 : 0));
			return true;
		};
		await instrument.set({ mainVoltage: 1 });
		expect(asked).toHaveLength(2);
		device.answer = () => false;
		await instrument.close();
	});

	it('notices an output that has switched itself off', async () => {
		const { clock, device, instrument } = await scripted();
		const events: InstrumentEvent[] = [];
		instrument.subscribe((event) => events.push(event));
		await instrument.set({ main: true, maxCurrent: 0.1 });
		device.words.set(parameter.main, 0);
		await clock.delay(1.5);
		expect(instrument.settings.main).toBe(false);
		expect(events.at(-1)).toMatchObject({ type: 'fault', fault: 'over-current' });
		await instrument.close();
	});

	it('arms the guard before the output goes on, and disarms it after it is off', async () => {
		const log: string[] = [];
		const guard = {
			arm: async () => {
				log.push('arm');
			},
			disarm: async () => {
				log.push('disarm');
			},
		};
		const { device, instrument } = await scripted(
			(device) => {
				device.answer = ({ type, command, value }) => {
					if (type === messageType.set && command === parameter.main) log.push(`main ${value}`);
					return false;
				};
			},
			{ guard },
		);
		await instrument.set({ main: true });
		await instrument.close();
		expect(log).toEqual(['arm', 'main 1', 'main 0', 'disarm']);
		expect(device.closed).toBe(true);
	});
});

describe('measuring', () => {
	const samples = (sink: TestSink, id: string) => {
		const { layout, frames } = sink.batches.at(-1)!;
		const { offset, count } = layout.channels.find((channel) => channel.id === id)!;
		const view = new DataView(sink.last.buffer);
		return Array.from({ length: count }, (_, k) => view.getFloat32((frames - 1) * layout.frameBytes + offset + 4 * k, true));
	};

	it('starts, delivers every frame, stops, and starts again without a leak', async () => {
		const { clock, instrument, simulator } = await simulated();
		await instrument.set({ mainVoltage: 3.3, main: true });
		const sink = new TestSink();
		const { channels } = await instrument.start({ channels: [{ id: 'mc' }, { id: 'mv' }] }, sink);
		expect(channels).toEqual([
			{ id: 'mc', rate: 4000 },
			{ id: 'mv', rate: 1000 },
			{ id: 'mp', rate: 4000 },
		]);
		expect(instrument.measuring).toBe(true);
		expect(await rejection(instrument.start({ channels: [{ id: 'mc' }] }, sink))).toMatchObject({ code: 'DEVICE_BUSY' });
		await clock.delay(2);
		expect(await instrument.value('mc')).toBeCloseTo(0.01, 4);
		await instrument.stop();
		await instrument.stop();
		expect(instrument.measuring).toBe(false);
		const { counters } = sink;
		expect(counters.length).toBeGreaterThanOrEqual(1990);
		expect(counters).toEqual(counters.map((_, index) => counters[0] + index));
		expect(samples(sink, 'mc')[0]).toBeCloseTo(0.01, 4);
		const other = new TestSink();
		const second = await instrument.start({ channels: [{ id: 'mv' }, { id: 'i2' }, { id: 'tp' }] }, other);
		expect(second.channels.map(({ id }) => id).sort()).toEqual(['i2', 'mv', 'tp']);
		await clock.delay(0.3);
		await instrument.stop();
		expect(new Set(other.batches.map(({ layout }) => layout.frameBytes)).size).toBe(1);
		expect(other.batches[0].layout.channels.map(({ id }) => id)).toEqual(['mv', 'tp', 'gpi']);
		expect(other.counters[0]).toBeGreaterThan(counters.at(-1)!);
		expect(await instrument.value('mv')).toBeCloseTo(3.3, 3);
		expect([0, 1]).toContain(await instrument.value('i1'));
		expect(instrument.linkStatistics).toMatchObject({ failedChecksums: 0, unframedBytes: 0 });
		await instrument.close();
		await simulator.close();
	});

	it('sets the rates of an Ace first', async () => {
		const { clock, instrument, simulator } = await simulated({ kind: 'ace' });
		expect(instrument.identity.kind).toBe('ace');
		const sink = new TestSink();
		const { channels } = await instrument.start(
			{
				channels: [
					{ id: 'mc', rate: 50_000 },
					{ id: 'mv', rate: 1000 },
				],
			},
			sink,
		);
		expect(channels).toEqual([
			{ id: 'mc', rate: 50_000 },
			{ id: 'mv', rate: 1000 },
			{ id: 'mp', rate: 50_000 },
		]);
		await clock.delay(0.2);
		await instrument.stop();
		const again = await instrument.start({ channels: [{ id: 'mc', rate: 5000 }, { id: 'mv' }] }, new TestSink());
		expect(again.channels.map(({ rate }) => rate)).toEqual([5000, 1000, 5000]);
		await instrument.close();
		await simulator.close();
	});

	it.each([
		[[{ id: 'xx' }], 'xx'],
		[[{ id: 'mc', rate: 7 }], '7'],
		[[{ id: 'mv', rate: 4000 }], '4000'],
		[[{ id: 'rx' }], 'sampled'],
		[[{ id: 'mc' }, { id: 'mc' }], 'twice'],
	])('refuses the plan %j', async (channels, named) => {
		const { device, instrument } = await scripted();
		const before = device.messages.length;
		expect(await rejection(instrument.start({ channels }, new TestSink()))).toMatchObject({ code: 'INVALID_VALUE', message: expect.stringContaining(named) });
		expect(device.messages).toHaveLength(before);
		expect(instrument.measuring).toBe(false);
		await instrument.close();
	});

	it('gives up on a device that never starts', async () => {
		const { instrument } = await scripted();
		expect(await rejection(instrument.start({ channels: [{ id: 'mc' }] }, new TestSink()))).toMatchObject({ code: 'DEVICE_TIMEOUT' });
		expect(instrument.measuring).toBe(false);
		await instrument.close();
	});

	it('delivers UART lines with the device time of their first byte, after the frames before them', async () => {
		const { clock, simulator, instrument } = await simulated();
		await instrument.set({ mainVoltage: 3.3, main: true, uart: true });
		const sink = new TestSink();
		const { channels } = await instrument.start({ channels: [{ id: 'mc' }, { id: 'rx' }] }, sink);
		expect(channels.at(-1)).toEqual({ id: 'rx', rate: 0 });
		await clock.delay(0.5);
		const first = sink.counters[0];
		const say = (text: string) => instrument.rescan(new Uint8Array([0, 0, 0, 0, ...frameOf(text)]));
		say('hel');
		await clock.delay(0.2);
		say('lo\r\nwor');
		await clock.delay(1);
		await instrument.stop();
		const logs = sink.events.filter((event) => event.type === 'log');
		expect(logs.map(({ text }) => text)).toEqual(['hello', 'wor']);
		expect(logs[1].time - logs[0].time).toBeCloseTo(0.2, 1);
		expect(Math.abs(sink.framesBefore[sink.events.indexOf(logs[0])] - logs[0].time * 1000)).toBeLessThanOrEqual(260);
		expect(sink.counters.at(-1)! - first).toBeGreaterThan(1600);
		await instrument.close();
		await simulator.close();
	});

	it('reports setting changes in device time', async () => {
		const { clock, simulator, instrument } = await simulated();
		const sink = new TestSink();
		await instrument.start({ channels: [{ id: 'mv' }] }, sink);
		await clock.delay(1);
		await instrument.set({ mainVoltage: 2.5 });
		await instrument.stop();
		expect(sink.events).toMatchObject([{ type: 'setting', setting: 'mainVoltage', value: 2.5 }]);
		expect(sink.events[0].time).toBeGreaterThan(0.9);
		expect(sink.events[0].time).toBeLessThan(1.3);
		expect(sink.framesBefore[0]).toBe(Math.round(sink.events[0].time * 1000));
		await instrument.close();
		await simulator.close();
	});

	it('ends with an event when the device leaves', async () => {
		const { clock, simulator, instrument } = await simulated();
		const sink = new TestSink();
		const events: InstrumentEvent[] = [];
		instrument.subscribe((event) => events.push(event));
		await instrument.start({ channels: [{ id: 'mc' }] }, sink);
		await clock.delay(0.5);
		const waiting = rejection(instrument.value('vb'));
		simulator.unplug();
		expect(await waiting).toMatchObject({ code: 'DEVICE_GONE' });
		await instrument.stop();
		expect(sink.events).toMatchObject([{ type: 'disconnect' }]);
		expect(events).toMatchObject([{ type: 'disconnect' }]);
		expect(sink.counters.length).toBeGreaterThan(300);
		expect(await rejection(instrument.set({ main: true }))).toMatchObject({ code: 'DEVICE_GONE' });
		await instrument.close();
		await simulator.close();
	});

	it('stops a stream that a dead owner has left running', async () => {
		const { clock, simulator, binding, path, instrument } = await simulated();
		await instrument.start({ channels: [{ id: 'mc' }] }, new TestSink());
		// The first owner vanishes without a word; the device streams on.
		const gone = new Promise((resolve) => instrument.subscribe(resolve));
		simulator.unplug();
		simulator.plug();
		await gone;
		expect(simulator.device.streaming).toBe(true);
		const next = await ArcInstrument.open(await openSerialLink(path, { binding }), clock);
		expect(simulator.device.streaming).toBe(false);
		const sink = new TestSink();
		const { channels } = await next.start({ channels: [{ id: 'mv' }] }, sink);
		expect(channels).toEqual([{ id: 'mv', rate: 1000 }]);
		await next.close();
		await instrument.close();
		await simulator.close();
	});
});

const frameOf = (text: string) => encodeFrame(uartTextPayload(Buffer.from(text)));

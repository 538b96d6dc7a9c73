import { SerialPortStream } from '@serialport/stream';
import { describe, expect, it } from 'vitest';
import { encodeFrame } from '../arc/frame.ts';
import { cleanupPayload, getPayload, parameter, setPayload, streamPayload, wireIds } from '../arc/protocol.ts';
import { type Clock, VirtualClock } from '../clock.ts';
import { parseLoad } from './loads/catalogue.ts';
import { MemoryBinding } from './memory-binding.ts';
import { createSimulator, type SimulatorOptions } from './simulator.ts';

/** A clock that a test moves by hand, real in the eyes of a runner. */
class HandClock implements Clock {
	readonly virtual = false;
	time = 0;
	#due: { at: number; callback: () => void }[] = [];
	now(): number {
		return this.time;
	}
	delay(seconds: number): Promise<void> {
		return new Promise((resolve) => this.after(seconds, resolve));
	}
	after(seconds: number, callback: () => void): () => void {
		const entry = { at: this.time + seconds, callback };
		this.#due.push(entry);
		return () => {
			this.#due = this.#due.filter((other) => other !== entry);
		};
	}
	/** Moves on, the appointments on the way kept. */
	pass(seconds: number): void {
		const end = this.time + seconds;
		for (;;) {
			const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
			if (!next) break;
			this.#due = this.#due.filter((other) => other !== next);
			this.time = Math.max(this.time, next.at);
			next.callback();
		}
		this.time = end;
	}
}

const simulate = (clock: Clock, options: Partial<SimulatorOptions> = {}) => {
	const simulator = createSimulator({ kind: 'arc', load: parseLoad('resistor:330'), clock, ...options });
	const binding = new MemoryBinding();
	return { simulator, binding, path: simulator.attachMemory(binding) };
};
const start = (...names: string[]) => Buffer.concat([...names.map((name) => encodeFrame(streamPayload(1, wireIds[name], true))), encodeFrame(cleanupPayload(1))]);
const open = (binding: MemoryBinding, path: string) =>
	new Promise<SerialPortStream<MemoryBinding>>((resolve, reject) => {
		const port = new SerialPortStream({ binding, path, baudRate: 9600 }, (error) => (error ? reject(error) : resolve(port)));
	});
const closed = (port: SerialPortStream<MemoryBinding>) => new Promise<Error | null>((resolve) => port.once('close', resolve));

/** Resolves to what the port delivers, as soon as that is `bytes` bytes or more. */
function collect(port: SerialPortStream<MemoryBinding>, bytes: number): Promise<Buffer> {
	return new Promise((resolve) => {
		const chunks: Buffer[] = [];
		let length = 0;
		port.on('data', (chunk: Buffer) => {
			chunks.push(Buffer.from(chunk));
			length += chunk.length;
			if (length >= bytes) {
				port.removeAllListeners('data');
				resolve(Buffer.concat(chunks));
			}
		});
	});
}

describe('a simulated device on a clock', () => {
	it('runs fast by the clock error injected, and catches up exactly', async () => {
		const clock = new HandClock();
		const { simulator } = simulate(clock, { clockPpm: 9000 });
		clock.pass(100);
		simulator.runner.connect({ readable: () => {}, unplugged: () => {} });
		expect(simulator.device.timeMs).toBe(100_900);
		await simulator.close();
	});

	it('carries on in whole milliseconds whatever the ticks', async () => {
		const clock = new HandClock();
		const { simulator } = simulate(clock);
		simulator.runner.connect({ readable: () => {}, unplugged: () => {} });
		simulator.runner.receive(start('mc'));
		for (let index = 0; index < 300; index++) clock.pass(0.0037);
		simulator.runner.receive(new Uint8Array());
		expect(simulator.device.timeMs).toBe(1110);
		expect(simulator.runner.pending).toBe(1110 * (8 + 8 + 48 + 8));
		await simulator.close();
	});

	it('loses what nobody reads on a real clock, in whole frames', async () => {
		const clock = new HandClock();
		const { simulator } = simulate(clock, { maxBacklogBytes: 72_000 });
		simulator.runner.connect({ readable: () => {}, unplugged: () => {} });
		simulator.runner.receive(start('mc'));
		clock.pass(2);
		simulator.runner.receive(new Uint8Array());
		expect(simulator.device.droppedFrames).toBe(1000);
		await simulator.close();
	});

	it('stops time on a virtual clock until the output is read', async () => {
		const clock = new VirtualClock();
		const { simulator, binding, path } = simulate(clock, { kind: 'ace' });
		const port = await binding.open({ path, baudRate: 9600 });
		await port.write(start('mc', 'mv'));
		const held = clock.delay(10);
		for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
		const stoppedAt = clock.now();
		expect(stoppedAt).toBeLessThan(0.11);
		const buffer = Buffer.alloc(65_536);
		let bytes = 0;
		let reading = true;
		const reader = (async () => {
			while (reading) bytes += (await port.read(buffer, 0, buffer.length)).bytesRead;
		})().catch(() => {});
		await held;
		reading = false;
		expect(simulator.device.droppedFrames).toBe(0);
		await port.close();
		await reader;
		expect(bytes).toBeGreaterThan(6_400_000);
		await simulator.close();
	});
});

describe('the in-memory binding', () => {
	it('lists its devices with the USB ids of an Arc', async () => {
		const { binding, simulator } = simulate(new VirtualClock());
		expect(await binding.list()).toMatchObject([{ path: 'sim:arc', vendorId: '0fce', productId: 'd1e6', serialNumber: `SIM${'0'.repeat(25)}ARC1` }]);
		await simulator.close();
		expect(await binding.list()).toEqual([]);
	});

	it('carries a session and 30 s of frames through SerialPortStream', async () => {
		const { binding, path, simulator } = simulate(new VirtualClock(), { noise: false });
		const port = await open(binding, path);
		port.write(encodeFrame(setPayload(1, parameter.main, 1)));
		expect((await collect(port, 24)).subarray(0, 24).toString('hex')).toContain('0e0399ff0100000000000000');
		port.write(start('mc', 'mv'));
		const stream = await collect(port, 30_000 * 84);
		for (let frame = 0; frame < 30_000; frame++) expect(stream.readUInt32LE(frame * 84 + 12)).toBe(frame + 1);
		const gone = closed(port);
		port.close();
		expect(await gone).toBeNull();
		await simulator.close();
	});

	it('keeps the state of the device when the port is closed and opened again', async () => {
		const { binding, path, simulator } = simulate(new VirtualClock());
		const first = await open(binding, path);
		first.write(encodeFrame(setPayload(1, parameter.mainVoltage, 2_000_000)));
		await collect(first, 24);
		const gone = closed(first);
		first.close();
		await gone;
		const second = await open(binding, path);
		second.write(encodeFrame(getPayload(2, parameter.mainVoltage)));
		expect((await collect(second, 24)).readUInt32LE(20)).toBe(2_000_000);
		await simulator.close();
	});

	it('refuses a second host and an unknown path in the words of the real binding', async () => {
		const { binding, path, simulator } = simulate(new VirtualClock());
		const port = await open(binding, path);
		await expect(open(binding, path)).rejects.toThrow('Error Resource temporarily unavailable Cannot lock port');
		await expect(open(binding, 'sim:none')).rejects.toThrow('Error: No such file or directory, cannot open sim:none');
		port.destroy();
		await simulator.close();
	});

	it('shows a pulled plug as a disconnect, and the port again after plugging in', async () => {
		const { binding, path, simulator } = simulate(new VirtualClock());
		const port = await open(binding, path);
		port.on('data', () => {});
		const gone = closed(port);
		simulator.unplug();
		expect(await gone).toMatchObject({ disconnected: true });
		await expect(open(binding, path)).rejects.toThrow('No such file');
		simulator.plug();
		const again = await open(binding, path);
		expect(again.isOpen).toBe(true);
		await simulator.close();
	});

	it('discards unread bytes on flush and cancels a read on close', async () => {
		const { binding, path, simulator } = simulate(new VirtualClock());
		const port = await binding.open({ path, baudRate: 9600 });
		await port.write(Buffer.from(encodeFrame(getPayload(1, parameter.name))));
		expect(simulator.runner.pending).toBe(23);
		await port.flush();
		expect(simulator.runner.pending).toBe(0);
		const reading = port.read(Buffer.alloc(8), 0, 8);
		const outcome = expect(reading).rejects.toMatchObject({ canceled: true });
		await port.close();
		await outcome;
		await simulator.close();
	});
});

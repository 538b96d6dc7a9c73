import { spawn } from 'node:child_process';
import { SerialPort } from 'serialport';
import { describe, expect, it } from 'vitest';
import { encodeFrame } from '../arc/frame.ts';
import { cleanupPayload, getPayload, parameter, setPayload, streamPayload, wireIds } from '../arc/protocol.ts';
import { models } from '../models.ts';
import { Bench } from './bench.ts';
import { SimulatedDevice } from './device.ts';
import { parseLoad } from './loads/catalogue.ts';
import { openPseudoTerminal } from './pty.ts';
import { SimulatedRunner } from './runner.ts';
import { createSimulator } from './simulator.ts';
import { realClock } from '../clock.ts';

const open = (path: string) =>
	new Promise<SerialPort>((resolve, reject) => {
		const port = new SerialPort({ path, baudRate: 9600 }, (error) => (error ? reject(error) : resolve(port)));
	});
const close = (port: SerialPort) => new Promise<void>((resolve, reject) => port.close((error) => (error ? reject(error) : resolve())));
const read = (port: SerialPort, bytes: number) =>
	new Promise<Buffer>((resolve) => {
		const chunks: Buffer[] = [];
		let length = 0;
		const take = (chunk: Buffer) => {
			chunks.push(Buffer.from(chunk));
			length += chunk.length;
			if (length < bytes) return;
			port.off('data', take);
			resolve(Buffer.concat(chunks));
		};
		port.on('data', take);
	});
const frame = (payload: Uint8Array) => Buffer.from(encodeFrame(payload));
const simulate = (kind: 'arc' | 'ace' = 'arc') => createSimulator({ kind, load: parseLoad('resistor:330') });

describe.skipIf(process.platform === 'win32')('a simulated device on a pseudo-terminal', () => {
	it('answers the real serialport package, keeps its state when closed and reopened, and takes one host at a time', async () => {
		await using simulator = simulate();
		const { path } = await simulator.attachPty();
		const first = await open(path);
		await expect(open(path)).rejects.toThrow('Cannot lock port');
		first.write(frame(setPayload(1, parameter.mainVoltage, 2_000_000)));
		expect((await read(first, 24)).readInt32LE(16)).toBe(0);
		await close(first);
		const second = await open(path);
		second.write(frame(getPayload(2, parameter.mainVoltage)));
		expect((await read(second, 24)).readUInt32LE(20)).toBe(2_000_000);
		await close(second);
	});

	it('passes every byte both ways to a host that sets nothing on the terminal', async () => {
		// A device that says every byte, and hears what `cat` on the plain path brings back.
		const bench = new Bench({ model: models.arc, seed: 1, noise: false, load: parseLoad('resistor:330') });
		const device = new SimulatedDevice({ model: models.arc, bench });
		const runner = new SimulatedRunner(device, realClock);
		const every = Buffer.from(Array.from({ length: 512 }, (_, index) => index & 0xff));
		const heard: Buffer[] = [];
		const complete = new Promise<void>((resolve) => {
			runner.receive = (bytes) => {
				heard.push(Buffer.from(bytes));
				if (Buffer.concat(heard).length >= every.length) resolve();
			};
		});
		const terminal = await openPseudoTerminal(runner);
		// The child copies 512 bytes from the terminal back to it, touching no setting of it.
		const child = spawn('dd', [`if=${terminal.path}`, `of=${terminal.path}`, 'bs=1', `count=${every.length}`, 'conv=notrunc'], { stdio: 'ignore' });
		device.output.pushReply(every);
		runner.receive.call(runner, Buffer.alloc(0));
		(runner as unknown as { announceNow?: () => void }).announceNow?.();
		await complete;
		expect(Buffer.concat(heard).equals(every)).toBe(true);
		child.kill();
		await terminal.close();
		runner.close();
	});

	it('stays bounded without a host, and serves one that comes late', async () => {
		const simulator = createSimulator({ kind: 'ace', load: parseLoad('resistor:330'), maxBacklogBytes: 50_000 });
		const { path } = await simulator.attachPty();
		const first = await open(path);
		first.write(Buffer.concat([frame(streamPayload(1, wireIds.mc, true)), frame(cleanupPayload(2))]));
		await read(first, 10_000);
		await close(first);
		const lost = () => simulator.device.droppedFrames;
		while (lost() === 0) await realClock.delay(0.02);
		expect(simulator.runner.pending).toBeLessThanOrEqual(50_000);
		const second = await open(path);
		second.write(frame(getPayload(0xabcdef, parameter.name)));
		let seen = Buffer.alloc(0);
		while (!seen.includes(Buffer.from('0e0399ffefcdab00', 'hex'))) seen = Buffer.concat([seen, await read(second, 1)]);
		await close(second);
		await simulator.close();
	});

	it('hangs up on its host when it is unplugged', async () => {
		await using simulator = simulate();
		const { path } = await simulator.attachPty();
		const port = await open(path);
		port.on('data', () => {});
		port.on('error', () => {});
		const gone = new Promise((resolve) => port.once('close', resolve));
		simulator.unplug();
		await gone;
		await expect(open(path)).rejects.toThrow();
	});
});

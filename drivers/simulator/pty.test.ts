import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { SerialPort } from 'serialport';
import { describe, expect, it } from 'vitest';
import { encodeFrame } from '../arc/frame.ts';
import { cleanupPayload, getPayload, parameter, setPayload, streamPayload, wireIds } from '../arc/protocol.ts';
import { parseLoad } from './loads/catalogue.ts';
import { openPseudoTerminal, type TerminalEnd } from './pty.ts';
import type { RunnerPort } from './runner.ts';
import { createSimulator } from './simulator.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));
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
		const every = Uint8Array.from({ length: 512 }, (_, index) => index & 0xff);
		let unsaid = every.length;
		let port: RunnerPort | undefined;
		const heard: number[] = [];
		const end: TerminalEnd = {
			connect: (opened) => {
				port = opened;
			},
			disconnect: () => {},
			receive: (bytes) => void heard.push(...bytes),
			read: (target, offset) => {
				target.set(every.subarray(0, unsaid), offset);
				const count = unsaid;
				unsaid = 0;
				return count;
			},
			get pending() {
				return unsaid;
			},
			congested: false,
		};
		const terminal = await openPseudoTerminal(end);
		const file = openSync(terminal.path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
		writeSync(file, every);
		while (heard.length < every.length) await turn();
		expect(heard).toEqual([...every]);
		port?.readable();
		const said = Buffer.alloc(1024);
		let length = 0;
		while (length < every.length) {
			await turn();
			try {
				length += readSync(file, said, length, said.length - length, null);
			} catch (error) {
				expect((error as NodeJS.ErrnoException).code).toBe('EAGAIN');
			}
		}
		closeSync(file);
		expect([...said.subarray(0, length)]).toEqual([...every]);
		await terminal.close();
	});

	it('stays bounded without a host, and serves one that comes late', async () => {
		const simulator = createSimulator({ kind: 'ace', load: parseLoad('resistor:330'), maxBacklogBytes: 50_000 });
		const { path } = await simulator.attachPty();
		const first = await open(path);
		first.write(Buffer.concat([frame(streamPayload(1, wireIds.mc, true)), frame(cleanupPayload(2))]));
		await read(first, 10_000);
		await close(first);
		const lost = () => simulator.device.droppedFrames;
		while (lost() === 0) await turn();
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

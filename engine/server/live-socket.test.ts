import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { FakeBench } from './fake-bench.ts';
import { createServer, type Server } from './server.ts';

let bench: FakeBench;
let server: Server;

beforeEach(async () => {
	bench = new FakeBench();
	server = await createServer({ bench, port: 0, version: '0' });
});
afterEach(() => server.close());

async function open() {
	const socket = new WebSocket(`ws://127.0.0.1:${server.port}/api/live`);
	socket.binaryType = 'arraybuffer';
	const texts: Record<string, unknown>[] = [];
	const frames: ArrayBuffer[] = [];
	socket.on('message', (data, isBinary) => {
		if (isBinary) frames.push(data as ArrayBuffer);
		else texts.push(JSON.parse(data.toString()));
	});
	await once(socket, 'open');
	return { socket, texts, frames };
}

const subscribe = (id: number, more: object = {}) =>
	JSON.stringify({ subscribe: { id, channels: [{ device: 'arc-SIM1', id: 'mc' }], windowS: 2, pixels: 500, rateHz: 60, ...more } });

describe('live stream', () => {
	it('sends the history at once, then what is new', async () => {
		bench.advance(3);
		const { socket, texts, frames } = await open();
		socket.send(subscribe(5));
		await vi.waitFor(() => expect(frames).toHaveLength(1));
		expect(texts).toEqual([{ subscribed: { id: 5 } }]);
		const view = new DataView(frames[0]);
		expect([view.getUint32(4, true), view.getUint32(8, true)]).toEqual([5, 1]);
		expect(view.getUint32(16 + 24, true)).toBeGreaterThanOrEqual(500);
		bench.advance(0.1);
		await vi.waitFor(() => expect(frames).toHaveLength(2));
		expect(frames[1].byteLength).toBeLessThan(frames[0].byteLength / 5);
		socket.terminate();
	});

	it('tells of changes and events', async () => {
		const { socket, texts } = await open();
		await bench.set('arc-SIM1', { main: false });
		await bench.startRecording({});
		bench.emitEvent('arc-SIM1', 'Over-current.');
		await vi.waitFor(() => expect(texts.length).toBeGreaterThanOrEqual(4));
		expect(texts.map((text) => (text.change as { type: string }).type)).toEqual(['device', 'recording', 'recordings', 'event']);
		socket.terminate();
	});

	it.each(['nonsense', '{}', subscribe(1, { windowS: 1000 }), subscribe(1, { pixels: -1 }), subscribe(1, { rateHz: 1000 })])(
		'answers %s with an error and stays open',
		async (message) => {
			const { socket, texts } = await open();
			socket.send(message);
			await vi.waitFor(() => expect(texts[0]).toMatchObject({ error: { code: 'INVALID_VALUE' } }));
			expect(socket.readyState).toBe(WebSocket.OPEN);
			socket.terminate();
		},
	);

	it('a viewer whose socket is full gets nothing more, and one consistent picture when it reads again', async () => {
		const { socket, frames, texts } = await open();
		socket.send(subscribe(1));
		bench.advance(3);
		await vi.waitFor(() => expect(frames.length).toBeGreaterThan(0));
		const full = vi.spyOn(WebSocket.prototype, 'bufferedAmount', 'get').mockReturnValue(10_000_000);
		await vi.waitFor(() => expect(full.mock.calls.length).toBeGreaterThan(0));
		const before = frames.length;
		for (let round = 0; round < 20; round++) {
			bench.advance(2.5);
			await bench.set('arc-SIM1', { mainVoltage: 1 + round / 10 });
			for (let event = 0; event < 100; event++) bench.emitEvent('arc-SIM1', `event ${round * 100 + event}`);
			const turns = full.mock.calls.length;
			await vi.waitFor(() => expect(full.mock.calls.length).toBeGreaterThan(turns));
		}
		expect(frames.length).toBe(before);
		full.mockRestore();
		await vi.waitFor(() => expect(frames.length).toBe(before + 1));
		const frame = new DataView(frames[before]);
		const [flags, samplesPerColumn, columns] = [frame.getUint16(16 + 2, true), frame.getUint32(16 + 4, true), frame.getUint32(16 + 24, true)];
		expect(flags).toBe(1);
		expect(columns * samplesPerColumn).toBeLessThan(2.1 * 4000);
		const end = frame.getFloat64(16 + 16, true) + (columns - 1) * samplesPerColumn + frame.getUint32(16 + 28, true);
		expect(end).toBe(53 * 4000);
		const changes = texts.filter((text) => 'change' in text).map((text) => text.change as { type: string; device: { settings: { mainVoltage: number } } });
		expect(changes.filter(({ type }) => type === 'device').map(({ device }) => device.settings.mainVoltage)).toEqual([2.9]);
		expect(changes.filter(({ type }) => type === 'event')).toHaveLength(256);
		socket.terminate();
	});

	it('forgets a viewer that left, and closes with viewers connected', async () => {
		const first = await open();
		first.socket.terminate();
		const second = await open();
		const closed = once(second.socket, 'close');
		await server.close();
		await closed;
		expect(bench.listeners).toBe(0);
	});

	it('survives a client that breaks off in the middle of the handshake', async () => {
		const raw = connect(server.port, '127.0.0.1');
		raw.write('GET /api/live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
		raw.destroy();
		const { socket } = await open();
		socket.terminate();
	});
});

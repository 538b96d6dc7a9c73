import { once } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { View } from '../recording/view.ts';
import { FakeBench } from './fake-bench.ts';
import { createServer, type Server } from './server.ts';
import { viewsMagic } from './view-socket.ts';

let bench: FakeBench;
let server: Server;

beforeEach(async () => {
	bench = new FakeBench();
	server = await createServer({ bench, port: 0, version: '0' });
	await bench.startRecording({});
	bench.advance(3);
	await bench.stopRecording();
});
afterEach(() => server.close());

async function open() {
	const socket = new WebSocket(`ws://127.0.0.1:${server.port}/api/views`);
	socket.binaryType = 'arraybuffer';
	const texts: { error: { code: string; message: string }; id?: number }[] = [];
	const frames: ArrayBuffer[] = [];
	socket.on('message', (data, isBinary) => {
		if (isBinary) frames.push(data as ArrayBuffer);
		else texts.push(JSON.parse(data.toString()));
	});
	await once(socket, 'open');
	return { socket, texts, frames };
}

const ask = (id: number, ...views: { channel: string; recording?: string; from?: number; to?: number; points?: number }[]) =>
	JSON.stringify({ id, views: views.map((view) => ({ recording: 'r1', from: 0, to: 3, points: 101, ...view })) });

it('answers with the columns of every view', async () => {
	const { socket, frames, texts } = await open();
	socket.send(ask(7, { channel: 'arc-SIM1.mc' }, { channel: 'arc-SIM1.mv', points: 50 }));
	await vi.waitFor(() => expect(frames).toHaveLength(1));
	const bytes = new DataView(frames[0]);
	expect([bytes.getUint32(0, true), bytes.getUint32(4, true), bytes.getUint32(8, true)]).toEqual([viewsMagic, 7, 2]);
	let at = 16;
	for (const [channel, points] of [['mc', 101] as const, ['mv', 50] as const]) {
		const expected = await bench.view('r1', `arc-SIM1.${channel}`, 0, 3, points);
		const count = bytes.getUint32(at, true);
		expect(count).toBe(expected.count);
		expect(bytes.getFloat64(at + 8, true)).toBe(expected.begin[count] - expected.begin[count - 1]);
		expect(new Float64Array(frames[0], at + 16, count)).toEqual(expected.t);
		expect(new Float32Array(frames[0], at + 16 + 8 * count, count)).toEqual(expected.min);
		expect(new Float32Array(frames[0], at + 16 + 12 * count, count)).toEqual(expected.max);
		expect(new Float32Array(frames[0], at + 16 + 16 * count, count)).toEqual(Float32Array.from(expected.mean));
		at += 16 + Math.ceil((count * 21) / 8) * 8;
	}
	expect(at).toBe(frames[0].byteLength);
	expect(texts).toEqual([]);
	socket.terminate();
});

it('answers the newest question only', async () => {
	const { socket, frames } = await open();
	const waiting: (() => void)[] = [];
	const view = bench.view.bind(bench);
	vi.spyOn(bench, 'view').mockImplementation(async (...question): Promise<View> => {
		await new Promise<void>((resolve) => waiting.push(resolve));
		return view(...question);
	});
	for (const id of [1, 2, 3, 4]) socket.send(ask(id, { channel: 'arc-SIM1.mc' }));
	await vi.waitFor(() => expect(waiting).toHaveLength(1));
	socket.ping();
	await once(socket, 'pong'); // the other questions have arrived as well
	waiting[0]();
	await vi.waitFor(() => expect(waiting).toHaveLength(2));
	waiting[1]();
	await vi.waitFor(() => expect(frames).toHaveLength(2));
	expect(frames.map((frame) => new DataView(frame).getUint32(4, true))).toEqual([1, 4]);
	socket.terminate();
});

it('says what is wrong, and goes on', async () => {
	const { socket, frames, texts } = await open();
	for (const text of ['nonsense', '{}', ask(1, { channel: 'arc-SIM1.mc', points: 0 }), ask(1, { channel: 'arc-SIM1.mc', points: 1e6 })]) socket.send(text);
	await vi.waitFor(() => expect(texts).toHaveLength(4));
	expect(texts.every(({ error }) => error.code === 'INVALID_VALUE')).toBe(true);
	socket.send(ask(5, { channel: 'arc-SIM1.mc', recording: 'none' }, { channel: 'arc-SIM1.mc' }));
	await vi.waitFor(() => expect(frames).toHaveLength(1));
	expect(texts[4]).toMatchObject({ error: { code: 'NOT_FOUND' }, id: 5 });
	const bytes = new DataView(frames[0]);
	expect([bytes.getUint32(16, true), bytes.getUint32(32, true)]).toEqual([0, 101]);
	socket.terminate();
});

/** What leaves a WebSocket, over a real one: messages never fall between the fragments of another. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { WebSocketSender } from './web-socket-sender.ts';

async function pair() {
	const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
	await once(server, 'listening');
	const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
	const [[socket]] = (await Promise.all([once(server, 'connection'), once(client, 'open')])) as [[WebSocket], unknown];
	onTestFinished(() => {
		client.terminate();
		server.close();
	});
	return { socket, client };
}

async function* pieces(texts: readonly string[]) {
	for (const text of texts) {
		await Promise.resolve();
		yield Buffer.from(text);
	}
}

it('keeps every message whole, in the order they were given, whatever mixture of long and short', async () => {
	const { socket, client } = await pair();
	const sender = new WebSocketSender(socket, 10, () => {});
	const received: string[] = [];
	client.on('message', (data, isBinary) => received.push(isBinary ? `binary ${(data as Buffer).length}` : data.toString()));
	const message = fc.oneof(
		fc.string({ maxLength: 20 }),
		fc.array(fc.string({ maxLength: 5 }), { maxLength: 4 }),
		fc.constantFrom(300_000, 10).map((size) => new Uint8Array(size)),
	);
	await fc.assert(
		fc.asyncProperty(fc.array(message, { maxLength: 12 }), async (messages) => {
			received.length = 0;
			await Promise.all(messages.map((each) => (Array.isArray(each) ? sender.stream('[', pieces(each), ']') : sender.send(each))));
			await sender.send('end');
			while (received.at(-1) !== 'end') await once(client, 'message');
			expect(received.slice(0, -1)).toEqual(messages.map((each) => (Array.isArray(each) ? `[${each.join('')}]` : typeof each === 'string' ? each : `binary ${each.length}`)));
			expect(sender.hasRoom).toBe(true);
		}),
		{ numRuns: 40 },
	);
});

it('has no room while much waits, and says when there is again', async () => {
	const { socket, client } = await pair();
	const sender = new WebSocketSender(socket, 10, () => {});
	client.pause();
	const sent: Promise<void>[] = [];
	while (sender.hasRoom) sent.push(sender.send(new Uint8Array(200_000)));
	expect(sent.length).toBeGreaterThan(4);
	const room = new Promise<void>((resolve) => sender.whenRoom(resolve));
	client.resume();
	await room;
	expect(sender.hasRoom).toBe(true);
	await Promise.all(sent);
});

it('rejects when the client is gone', async () => {
	const { socket, client } = await pair();
	const sender = new WebSocketSender(socket, 10, () => {});
	client.terminate();
	await once(socket, 'close');
	await expect(sender.send('x')).rejects.toThrow();
	await expect(sender.stream('', pieces(['x']), '')).rejects.toThrow();
});

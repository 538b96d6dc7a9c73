/**
 * The traffic of scripts as a WebSocket at /api/scripting/traffic: batches `{"entries":[…],"missed":n}` of JSON, for the page's console. A viewer that is slow misses
 * entries and is told how many; no script ever waits for one. Owns its sockets; who may connect is decided before it is asked.
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Traffic, TrafficEntry } from './traffic.ts';

export const trafficPath = '/api/scripting/traffic';
export const trafficProtocol = 'microjoule.traffic';

/** Of a batch; what is more is missed. */
const maxEntries = 500;
const batchMs = 100;
/** While more waits in a viewer's socket, entries are missed. */
const maxBufferedBytes = 1024 * 1024;
const maxViewers = 32;
const pingMs = 15_000;

export class TrafficSocket implements AsyncDisposable {
	readonly #traffic: Traffic;
	readonly #server = new WebSocketServer({
		noServer: true,
		maxPayload: 1024,
		perMessageDeflate: false,
		// The token travels as a subprotocol and must not be echoed.
		handleProtocols: (protocols) => (protocols.has(trafficProtocol) ? trafficProtocol : false),
	});
	readonly #viewers = new Set<Viewer>();
	readonly #pinger: NodeJS.Timeout;

	constructor(traffic: Traffic) {
		this.#traffic = traffic;
		this.#pinger = setInterval(() => {
			for (const viewer of this.#viewers) viewer.ping();
		}, pingMs);
		this.#pinger.unref();
	}

	/** For the server's `upgrades`. */
	readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
		this.#server.handleUpgrade(request, socket, head, (webSocket) => {
			if (this.#viewers.size >= maxViewers) return webSocket.close(1013, `${maxViewers} viewers are connected already.`);
			const viewer = new Viewer(webSocket, this.#traffic);
			this.#viewers.add(viewer);
			webSocket.on('close', () => this.#viewers.delete(viewer));
		});
	};

	/** Idempotent. */
	async close(): Promise<void> {
		clearInterval(this.#pinger);
		for (const viewer of this.#viewers) viewer.end();
		await new Promise<void>((resolve) => this.#server.close(() => resolve()));
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}
}

class Viewer {
	readonly #socket: WebSocket;
	#entries: TrafficEntry[] = [];
	#missed = 0;
	#timer: NodeJS.Timeout | undefined;
	#answered = true;

	constructor(socket: WebSocket, traffic: Traffic) {
		this.#socket = socket;
		const leave = traffic.watch((entry) => this.#heard(entry));
		socket.on('pong', () => {
			this.#answered = true;
		});
		socket.on('error', () => socket.terminate());
		socket.on('close', () => {
			leave();
			clearTimeout(this.#timer);
		});
		// The viewer knows from it that it hears everything from now on.
		socket.send(JSON.stringify({ entries: [], missed: 0 }));
	}

	ping(): void {
		if (!this.#answered) return void this.#socket.terminate();
		this.#answered = false;
		this.#socket.ping();
	}

	end(): void {
		this.#socket.close(1001, 'The server stops.');
		this.#socket.terminate();
	}

	#heard(entry: TrafficEntry): void {
		if (this.#entries.length < maxEntries) this.#entries.push(entry);
		else this.#missed++;
		this.#timer ??= setTimeout(() => this.#send(), batchMs);
	}

	#send(): void {
		this.#timer = undefined;
		const { bufferedAmount } = this.#socket;
		if (bufferedAmount > maxBufferedBytes) this.#missed += this.#entries.length;
		else {
			this.#socket.send(JSON.stringify({ entries: this.#entries, missed: this.#missed }));
			this.#missed = 0;
		}
		this.#entries = [];
	}
}

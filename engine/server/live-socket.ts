/**
 * The live stream's server end: one WebSocket a viewer. Binary frames of the viewer's subscription at display rate, the bench's changes as
 * JSON in between. Owns the sockets and their timers; the pictures come from the hub.
 *
 * A slow viewer: while more than `maxBufferedBytes` wait in its socket, its turns are skipped. The next frame covers what was missed (the
 * hub's promise), of changes the latest of each kind is kept, and of events the last few hundred. So a viewer that has stopped reading
 * costs a bounded amount of memory, and is cut off when it no longer answers pings.
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Type } from '@fastify/type-provider-typebox';
import { Compile } from 'typebox/compile';
import { WebSocket, WebSocketServer } from 'ws';
import { MicrojouleError } from '../../drivers/errors.ts';
import type { LiveViewer } from '../acquisition/live.ts';
import { type Admission, liveProtocol } from './admission.ts';
import type { BenchApi, BenchChange } from './bench-api.ts';
import { asMicrojouleError, errorBody, refuseUpgrade } from './errors.ts';

/** A change that another room announces; `type` is none of the bench's. */
export interface OtherChange {
	readonly type: string;
	readonly [field: string]: unknown;
}
type Change = BenchChange | OtherChange;

export const livePath = '/api/live';
/** About a second of a full picture; more would only be seen late. */
const maxBufferedBytes = 512 * 1024;
const maxPendingEvents = 256;
const defaultFrameRateHz = 30;
const maxFrameRateHz = 60;
const pingIntervalMs = 15_000;

const subscribeMessage = Compile(
	Type.Object({
		subscribe: Type.Object({
			id: Type.Integer({ minimum: 0, maximum: 0xffff_ffff }),
			channels: Type.Array(Type.Object({ device: Type.String(), id: Type.String() })),
			windowS: Type.Number(),
			pixels: Type.Integer(),
			rateHz: Type.Optional(Type.Number({ minimum: 1, maximum: maxFrameRateHz })),
		}),
	}),
);

export class LiveSocket {
	readonly #bench: BenchApi;
	readonly #admission: Admission;
	readonly #server = new WebSocketServer({
		noServer: true,
		maxPayload: 64 * 1024,
		perMessageDeflate: false,
		// The token travels as a subprotocol and must not be echoed; a client that offers ours gets ours.
		handleProtocols: (protocols) => (protocols.has(liveProtocol) ? liveProtocol : false),
	});
	readonly #connections = new Set<Connection>();
	readonly #announced = new Map<string, OtherChange>();
	readonly #unsubscribe: () => void;
	readonly #pinger: NodeJS.Timeout;

	constructor(bench: BenchApi, admission: Admission) {
		this.#bench = bench;
		this.#admission = admission;
		this.#unsubscribe = bench.on((change) => {
			for (const connection of this.#connections) connection.change(change);
		});
		this.#pinger = setInterval(() => {
			for (const connection of this.#connections) connection.ping();
		}, pingIntervalMs);
		this.#pinger.unref();
	}

	get viewers(): number {
		return this.#connections.size;
	}

	/** The HTTP server's `upgrade` event. Refused requests get an HTTP answer with the usual error body, and nothing runs. */
	upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		socket.on('error', () => socket.destroy());
		try {
			const url = new URL(request.url ?? '/', 'http://localhost');
			this.#admission.checkHost(request.headers);
			this.#admission.checkOrigin(request.headers);
			if (url.pathname !== livePath) throw new MicrojouleError('NOT_FOUND', `There is no WebSocket at ${url.pathname}; the live stream is at ${livePath}.`);
			this.#admission.checkToken(request.headers, url.searchParams);
			this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#accept(webSocket));
		} catch (thrown) {
			refuseUpgrade(socket, asMicrojouleError(thrown));
		}
	}

	#accept(webSocket: WebSocket): void {
		const connection = new Connection(webSocket, this.#bench);
		for (const change of this.#announced.values()) connection.change(change);
		this.#connections.add(connection);
		webSocket.on('close', () => {
			connection.stop();
			this.#connections.delete(connection);
		});
	}

	/** Viewers that come later are sent the latest of each type at once. */
	announce(change: OtherChange): void {
		this.#announced.set(change.type, change);
		for (const connection of this.#connections) connection.change(change);
	}

	/** Idempotent. */
	async close(): Promise<void> {
		clearInterval(this.#pinger);
		this.#unsubscribe();
		for (const connection of this.#connections) connection.goAway();
		this.#connections.clear();
		await new Promise<void>((resolve) => this.#server.close(() => resolve()));
	}
}

class Connection {
	readonly #socket: WebSocket;
	readonly #bench: BenchApi;
	#viewer: LiveViewer | undefined;
	#timer: NodeJS.Timeout | undefined;
	/** Changes not yet sent: the latest of each kind and device. */
	readonly #pending = new Map<string, Change>();
	#events: Change[] = [];
	#answered = true;

	constructor(socket: WebSocket, bench: BenchApi) {
		this.#socket = socket;
		this.#bench = bench;
		socket.on('message', (data, isBinary) => this.#message(isBinary ? undefined : data.toString()));
		socket.on('pong', () => {
			this.#answered = true;
		});
		socket.on('error', () => socket.terminate());
		this.#setRate(defaultFrameRateHz);
	}

	change(change: Change): void {
		if (change.type === 'event') {
			this.#events.push(change);
			if (this.#events.length > maxPendingEvents) this.#events.shift();
			return;
		}
		const id = idOf(change);
		// Deleted first, so that it goes to the end: changes leave in the order of their last occurrence.
		this.#pending.delete(id);
		this.#pending.set(id, change);
	}

	ping(): void {
		if (this.#answered) this.#socket.ping();
		else this.#socket.terminate();
		this.#answered = false;
	}

	goAway(): void {
		this.stop();
		this.#socket.close(1001, 'The server stops.');
		// A viewer that has stopped reading would never answer.
		setTimeout(() => this.#socket.terminate(), 500).unref();
	}

	stop(): void {
		clearInterval(this.#timer);
	}

	#setRate(rateHz: number): void {
		clearInterval(this.#timer);
		this.#timer = setInterval(() => this.#turn(), 1000 / rateHz);
	}

	#turn(): void {
		if (this.#socket.readyState !== WebSocket.OPEN || this.#socket.bufferedAmount > maxBufferedBytes) return;
		for (const change of this.#pending.values()) this.#sendJson({ change });
		this.#pending.clear();
		for (const change of this.#events) this.#sendJson({ change });
		this.#events = [];
		const frame = this.#viewer?.frame();
		if (frame) this.#socket.send(frame);
	}

	#message(text: string | undefined): void {
		try {
			const message = parse(text);
			const { rateHz = defaultFrameRateHz, ...request } = message.subscribe;
			this.#viewer = this.#bench.hub.view(request);
			this.#sendJson({ subscribed: { id: request.id } });
			this.#setRate(rateHz);
			this.#turn();
		} catch (thrown) {
			this.#sendJson(errorBody(asMicrojouleError(thrown)));
		}
	}

	#sendJson(value: unknown): void {
		this.#socket.send(JSON.stringify(value));
	}
}

/** What a later change takes the place of. */
function idOf(other: Change): string {
	const change = other as BenchChange; // one of another room has its type only
	switch (change.type) {
		case 'device':
			return change.device.id;
		case 'device-closed':
			return change.id;
		case 'log':
			return `log ${change.recording} ${change.log}`;
		default:
			return change.type;
	}
}

function parse(text: string | undefined) {
	let message: unknown;
	try {
		message = JSON.parse(text ?? '');
	} catch {}
	if (subscribeMessage.Check(message)) return message;
	throw new MicrojouleError('INVALID_VALUE', 'A message must read {"subscribe": {"id", "channels": [{"device", "id"}], "windowS", "pixels", "rateHz"?}}.');
}

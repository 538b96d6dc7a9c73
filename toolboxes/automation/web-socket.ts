/**
 * The scripting protocol over WebSocket, on the engine's own port: the same commands as over TCP, a JSON object a text frame, several under way at a time, and
 * subscriptions besides. Owns its sockets; who may connect is decided before it is asked.
 *
 *     request to upgrade ─► admission (engine/server) ─► ScriptingSocket ─► Client ─┬─► Dispatcher ────┬─► WebSocketSender ─► socket
 *                                                                                   └─► Subscriptions ─┘
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { asciiJson } from './ascii-json.ts';
import type { ScriptingContext } from './context.ts';
import { type Dispatcher, errorText } from './dispatcher.ts';
import { capabilities, greeting } from './greeting.ts';
import { ScriptingError } from './scripting-error.ts';
import { Subscriptions } from './subscriptions/subscriptions.ts';
import { WebSocketSender } from './web-socket-sender.ts';

export const scriptingPath = '/api/scripting';
/** What a browser asks for beside the subprotocol that carries its token. */
export const scriptingProtocol = 'microjoule.scripting';

export interface ScriptingSocketOptions {
	readonly context: ScriptingContext;
	/** With the rows of subscriptions. */
	readonly dispatcher: Dispatcher;
	readonly log?: (message: string) => void;
	/** How long a client may take nothing of what waits for it, s; default 10. */
	readonly stallS?: number;
}

const maxRequestBytes = 1024 * 1024;
/** Up to here a request that is too large is told so; a larger one is cut off by its first bytes. */
const maxPayloadBytes = 2 * maxRequestBytes;
const maxClients = 256;
/** Requests of a client that are under way; more wait in its socket. */
const maxConcurrent = 64;
const pingMs = 15_000;

export class ScriptingSocket implements AsyncDisposable {
	readonly #options: ScriptingSocketOptions;
	readonly #server = new WebSocketServer({
		noServer: true,
		maxPayload: maxPayloadBytes,
		perMessageDeflate: false,
		// The token travels as a subprotocol and must not be echoed.
		handleProtocols: (protocols) => (protocols.has(scriptingProtocol) ? scriptingProtocol : false),
	});
	readonly #clients = new Set<Client>();
	#count = 0;
	readonly #pinger: NodeJS.Timeout;
	#closing: Promise<void> | undefined;

	constructor(options: ScriptingSocketOptions) {
		this.#options = options;
		this.#pinger = setInterval(() => {
			for (const client of this.#clients) client.ping();
		}, pingMs);
		this.#pinger.unref();
	}

	get clients(): number {
		return this.#clients.size;
	}

	/** For the server's `upgrades`. */
	readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
		this.#server.handleUpgrade(request, socket, head, (webSocket) => {
			if (this.#closing || this.#clients.size >= maxClients) return webSocket.close(1013, this.#closing ? 'The server stops.' : `${maxClients} clients are connected already.`);
			const client = new Client(webSocket, this.#options, `WebSocket ${++this.#count}`);
			this.#clients.add(client);
			webSocket.on('close', () => this.#clients.delete(client));
		});
	};

	/** Lets answers that are under way leave, then hangs up. Idempotent. */
	close(): Promise<void> {
		this.#closing ??= (async () => {
			clearInterval(this.#pinger);
			await Promise.all([...this.#clients].map((client) => client.finish()));
			await new Promise<void>((resolve) => this.#server.close(() => resolve()));
		})();
		return this.#closing;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}
}

class Client {
	readonly #socket: WebSocket;
	readonly #options: ScriptingSocketOptions;
	readonly #name: string;
	readonly #sender: WebSocketSender;
	readonly #gone = new AbortController();
	readonly #answering = new Set<Promise<void>>();
	readonly #account;
	readonly #subscriptions: Subscriptions;
	#ending = false;
	#answered = true;

	constructor(socket: WebSocket, options: ScriptingSocketOptions, name: string) {
		const { context, stallS = 10 } = options;
		this.#socket = socket;
		this.#options = options;
		this.#name = name;
		const sender = new WebSocketSender(socket, stallS, () => this.#drop(`it took nothing for ${stallS} s`));
		this.#sender = sender;
		this.#account = context.licensing.connection();
		this.#subscriptions = new Subscriptions(context, {
			get hasRoom() {
				return sender.hasRoom;
			},
			whenRoom: (callback) => sender.whenRoom(callback),
			send: (frame) => sender.send(frame),
			note: (info, data) => sender.send(asciiJson({ type: 'information', info, data })),
		});
		socket.on('message', (data: Buffer, isBinary) => this.#received(data, isBinary));
		socket.on('pong', () => {
			this.#answered = true;
		});
		socket.on('error', () => socket.terminate());
		socket.on('close', () => {
			this.#gone.abort();
			this.#subscriptions[Symbol.dispose]();
			this.#account.close();
		});
		this.#send(asciiJson(greeting(capabilities)));
	}

	/** One that does not answer is gone. A client that is slow has its own limit. */
	ping(): void {
		if (!this.#answered && this.#sender.hasRoom) return void this.#socket.terminate();
		this.#answered = false;
		this.#socket.ping();
	}

	/** The answers under way leave, then the connection ends. */
	async finish(): Promise<void> {
		this.#ending = true;
		await Promise.all(this.#answering);
		const closed = new Promise((resolve) => this.#socket.once('close', resolve));
		this.#socket.close(1001, 'The server stops.');
		// One that has stopped reading would never answer.
		const timer = setTimeout(() => this.#socket.terminate(), 500);
		if (this.#socket.readyState !== this.#socket.CLOSED) await closed;
		clearTimeout(timer);
	}

	#received(data: Buffer, isBinary: boolean): void {
		if (this.#ending) return;
		if (data.length > maxRequestBytes) {
			const size = { read_size: String(data.length), max_size: maxRequestBytes };
			this.#send(errorText(new ScriptingError('Request too large', `A request may have ${maxRequestBytes} bytes.`, size)));
			this.#socket.close(1009, 'Request too large');
			return;
		}
		if (isBinary) {
			const data = { parse_error: 'a binary frame', data: '' };
			this.#send(errorText(new ScriptingError('Not able to parse request', 'A request is a text frame with a JSON object; this is a binary one.', data)));
			return;
		}
		const answering = this.#options.dispatcher
			.answer(
				data.toString('utf8'),
				{ client: this.#name, account: this.#account, signal: this.#gone.signal, subscriptions: this.#subscriptions },
				{
					send: (text) => this.#sender.send(text),
					stream: (head, pieces, tail) => this.#sender.stream(head, pieces, tail),
					drop: (reason) => this.#drop(reason),
				},
			)
			.catch(() => {}) // the client is gone
			.finally(() => {
				this.#answering.delete(answering);
				if (this.#answering.size < maxConcurrent) this.#socket.resume();
			});
		this.#answering.add(answering);
		// What is not answered yet waits in the client's socket, not here.
		if (this.#answering.size >= maxConcurrent) this.#socket.pause();
	}

	#drop(reason: string): void {
		this.#options.log?.(`scripting: a client was dropped: ${reason}`);
		this.#gone.abort();
		this.#socket.terminate();
	}

	#send(text: string): void {
		this.#sender.send(text).catch(() => {}); // the client is gone
	}
}

/** For tests of the WebSocket and the client library: the engine of the scripting tests with its HTTP server, and a bare client that keeps all it is sent. */

import { WebSocket } from 'ws';
import { createServer, type Server, type ServerOptions } from '../../engine/server/server.ts';
import { subscriptionCommands } from './commands/subscription.ts';
import { Dispatcher } from './dispatcher.ts';
import { decodeSampleFrame, type SampleFrame } from './subscriptions/sample-frame.ts';
import { type EngineOptions, type Message, ScriptingEngine } from './testing.ts';
import { ScriptingSocket, scriptingPath } from './web-socket.ts';

export class WebSocketEngine implements AsyncDisposable {
	readonly engine: ScriptingEngine;
	readonly server: Server;
	readonly socket: ScriptingSocket;

	static async open(options: EngineOptions = {}, serverOptions: Partial<ServerOptions> = {}): Promise<WebSocketEngine> {
		return WebSocketEngine.over(await ScriptingEngine.open(options), serverOptions, options.stallS);
	}

	/** Takes the engine over. */
	static async over(engine: ScriptingEngine, serverOptions: Partial<ServerOptions> = {}, stallS?: number): Promise<WebSocketEngine> {
		const { bench, context, logged, rows } = engine;
		const server = await createServer({ bench, port: 0, version: '0', ...serverOptions });
		const dispatcher = new Dispatcher(context, [...rows, ...subscriptionCommands]);
		const socket = new ScriptingSocket({ context, dispatcher, stallS, log: (message) => logged.push(message) });
		server.upgrades.set(scriptingPath, socket.upgrade);
		return new WebSocketEngine(engine, server, socket);
	}

	private constructor(engine: ScriptingEngine, server: Server, socket: ScriptingSocket) {
		this.engine = engine;
		this.server = server;
		this.socket = socket;
	}

	get url(): string {
		return `${this.server.url.replace('http', 'ws')}${scriptingPath}`;
	}

	/** A client that has read the greeting. */
	async client(): Promise<BareClient> {
		const client = new BareClient(new WebSocket(this.url), this.engine);
		await client.next((message) => message.info === 'connected');
		return client;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.socket.close();
		await this.server.close();
		await this.engine[Symbol.asyncDispose]();
	}
}

export class BareClient implements Disposable {
	readonly socket: WebSocket;
	readonly messages: Message[] = [];
	readonly frames: SampleFrame[] = [];
	/** When the server has hung up: the code. */
	readonly closed: Promise<number>;
	readonly #engine: ScriptingEngine;
	#isClosed = false;
	#wake: (() => void)[] = [];
	#transaction = 0;

	constructor(socket: WebSocket, engine: ScriptingEngine) {
		this.socket = socket;
		this.#engine = engine;
		socket.binaryType = 'arraybuffer';
		socket.on('message', (data, isBinary) => {
			if (isBinary) this.frames.push(decodeSampleFrame(data as ArrayBuffer) as SampleFrame);
			else this.messages.push(JSON.parse(data.toString()));
			for (const resolve of this.#wake.splice(0)) resolve();
		});
		socket.on('error', () => {});
		this.closed = new Promise((resolve) =>
			socket.on('close', (code) => {
				this.#isClosed = true;
				for (const wake of this.#wake.splice(0)) wake();
				resolve(code);
			}),
		);
	}

	/** The first message, of those that came and will come, that is so. */
	async next(is: (message: Message) => boolean): Promise<Message> {
		await this.until(() => this.messages.some(is));
		return this.messages.find(is);
	}

	/** Resolves when it is so; time passes meanwhile. */
	until(isSo: () => boolean): Promise<void> {
		return this.#engine.answered(this.untilTimeless(isSo));
	}

	/** The same, while time stands. */
	async untilTimeless(isSo: () => boolean): Promise<void> {
		while (!isSo()) {
			if (this.#isClosed) throw new Error('the server hung up');
			await new Promise<void>((resolve) => this.#wake.push(resolve));
		}
	}

	async ask(cmd: string, data?: unknown): Promise<Message> {
		const trans_id = `t${++this.#transaction}`;
		this.socket.send(JSON.stringify({ type: 'request', cmd, trans_id, data }));
		return this.next((message) => message.trans_id === trans_id);
	}

	[Symbol.dispose](): void {
		this.socket.terminate();
	}
}

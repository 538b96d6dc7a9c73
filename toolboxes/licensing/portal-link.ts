/**
 * The engine's WebSocket to a portal: opened again by itself with growing, randomised pauses, one `hello` on each connection before anything
 * else, requests answered by number, pushes handed on. Before each connection the portal proves who it is: the session's token goes to no
 * other. What to do about leases is its user's business.
 */

import { WebSocket } from 'ws';
import { type Clock, realClock } from '../../drivers/clock.ts';
import { MicrojouleError } from '../../drivers/errors.ts';
import type { Computer } from './computer.ts';
import { portalError, unreachable } from './portal-client.ts';
import type { EngineRequest, EngineResults, PortalPush } from './wire.ts';

const firstPauseS = 0.5;
const longestPauseS = 30;
const answerWithinS = 10;
/** A connection that breaks without a word is noticed within two of these. */
const pingEveryS = 10;

export interface LinkOptions {
	readonly url: string;
	readonly token: string;
	readonly computer: Computer;
	readonly version: string;
	/** By which it waits before it tries again. What the network takes is real time. */
	readonly clock: Clock;
	/** Throws unless the portal is the one it should be. */
	readonly identify: () => Promise<void>;
	/** Leases to ask about on a new connection. */
	readonly leases: () => readonly string[];
	/** The answer to `hello`; requests may be sent from now on. */
	readonly greeted: (answer: EngineResults['hello']) => Promise<void>;
	/** The connection broke, or could not be made; it is tried again. */
	readonly offline: (error: MicrojouleError) => void;
	readonly push: (push: PortalPush) => void;
	/** The session is over: nothing is tried again. */
	readonly signedOut: (reason: string) => void;
}

type Fields<T extends EngineRequest['type']> = Omit<Extract<EngineRequest, { type: T }>, 'id' | 'type'>;

interface Pending {
	readonly resolve: (result: never) => void;
	readonly reject: (error: MicrojouleError) => void;
	readonly cancel: () => void;
}

export class PortalLink {
	readonly #options: LinkOptions;
	#socket: WebSocket | undefined;
	#pending = new Map<number, Pending>();
	#id = 0;
	#attempt = 0;
	#online = false;
	#closed = false;
	#waiting = false;
	#cancelRetry: () => void = () => {};
	#cancelPing: () => void = () => {};
	/** Resolves with the outcome of the first attempt: undefined, or why it failed. */
	readonly first: Promise<MicrojouleError | undefined>;
	#settleFirst!: (error: MicrojouleError | undefined) => void;

	constructor(options: LinkOptions) {
		this.#options = options;
		this.first = new Promise((resolve) => {
			this.#settleFirst = resolve;
		});
		void this.#connect();
	}

	/** Whether requests can be sent. */
	get online(): boolean {
		return this.#online;
	}

	/** The portal's answer. Rejects with what it refuses with, or PORTAL_UNREACHABLE. A push may come, and be answered, before `hello` is. */
	request<T extends EngineRequest['type']>(type: T, fields: Fields<T>): Promise<EngineResults[T]> {
		if (!this.#online && !(type === 'revoked' && this.#socket?.readyState === WebSocket.OPEN))
			return Promise.reject(unreachable(this.#options.url, new Error('there is no connection')));
		return this.#send(type, fields);
	}

	/** Idempotent. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#cancelRetry();
		this.#drop(new Error('the engine has closed the connection'));
		this.#settleFirst(undefined);
	}

	async #connect(): Promise<void> {
		const { url, token, computer, version, leases, greeted } = this.#options;
		this.#waiting = false;
		try {
			await this.#options.identify();
			if (this.#closed) return;
			await this.#open(
				new WebSocket(`${url.replace(/^http/, 'ws')}/api/engine`, {
					headers: { authorization: `Bearer ${token}` },
					handshakeTimeout: answerWithinS * 1000,
					maxPayload: 4 * 1024 * 1024,
				}),
			);
			const answer = await this.#send('hello', { computer, version, leases: [...leases()] });
			this.#attempt = 0;
			this.#online = true;
			await greeted(answer);
			this.#settleFirst(undefined);
		} catch (error) {
			if (this.#closed) return;
			const failure = error instanceof MicrojouleError ? error : unreachable(url, error);
			if (failure.code === 'NOT_LOGGED_IN') this.#end('The session is over.');
			else this.#lost(failure);
		}
	}

	#open(socket: WebSocket): Promise<void> {
		this.#socket = socket;
		return new Promise((resolve, reject) => {
			socket.on('open', () => {
				this.#watch(socket);
				resolve();
			});
			socket.on('unexpected-response', (request, response) => {
				request.destroy();
				reject(
					response.statusCode === 401
						? new MicrojouleError('NOT_LOGGED_IN', 'The session is over.')
						: unreachable(this.#options.url, new Error(`it answered ${response.statusCode}`)),
				);
			});
			socket.on('error', reject);
			socket.on('close', () => {
				reject(new Error('the connection broke'));
				if (this.#socket === socket) this.#lost(unreachable(this.#options.url, new Error('the connection broke')));
			});
			socket.on('message', (data) => this.#message(data.toString()));
		});
	}

	/** Ends a connection whose other side has vanished. */
	#watch(socket: WebSocket): void {
		let answered = true;
		socket.on('pong', () => {
			answered = true;
		});
		const turn = () => {
			if (!answered) return socket.terminate();
			answered = false;
			socket.ping();
			this.#cancelPing = realClock.after(pingEveryS, turn);
		};
		this.#cancelPing = realClock.after(pingEveryS, turn);
	}

	#send<T extends EngineRequest['type']>(type: T, fields: Fields<T>): Promise<EngineResults[T]> {
		const id = ++this.#id;
		return new Promise((resolve, reject) => {
			const cancel = realClock.after(answerWithinS, () => {
				this.#pending.delete(id);
				// What became of it is found out on the next connection.
				this.#socket?.terminate();
				reject(unreachable(this.#options.url, new Error(`no answer within ${answerWithinS} s`)));
			});
			this.#pending.set(id, { resolve, reject, cancel });
			this.#socket?.send(JSON.stringify({ id, type, ...fields }));
		});
	}

	#message(text: string): void {
		let message: PortalPush | { id: number; result?: unknown; error?: unknown };
		try {
			message = JSON.parse(text);
		} catch {
			this.#socket?.terminate();
			return;
		}
		if ('push' in message) {
			if (message.push === 'signed-out') this.#end(message.reason);
			else this.#options.push(message);
			return;
		}
		const pending = this.#pending.get(message.id);
		if (!pending) return;
		this.#pending.delete(message.id);
		pending.cancel();
		if (message.error === undefined) pending.resolve(message.result as never);
		else pending.reject(portalError(message.error) ?? unreachable(this.#options.url, new Error('it answered nonsense')));
	}

	#lost(error: MicrojouleError): void {
		if (this.#closed || this.#waiting) return;
		this.#waiting = true;
		this.#drop(error);
		this.#options.offline(error);
		this.#settleFirst(error);
		const pauseS = Math.min(longestPauseS, firstPauseS * 2 ** this.#attempt++) * (0.5 + Math.random());
		this.#cancelRetry = this.#options.clock.after(pauseS, () => void this.#connect());
	}

	#end(reason: string): void {
		if (this.#closed) return;
		this.close();
		this.#options.signedOut(reason);
	}

	#drop(error: unknown): void {
		const socket = this.#socket;
		this.#socket = undefined;
		this.#online = false;
		this.#cancelPing();
		socket?.terminate();
		const failure = error instanceof MicrojouleError ? error : unreachable(this.#options.url, error);
		for (const { reject, cancel } of this.#pending.values()) {
			cancel();
			reject(failure);
		}
		this.#pending.clear();
	}
}

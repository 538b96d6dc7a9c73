/**
 * A scripting client: every command of the table as a typed method of its name, and subscriptions where the transport is a WebSocket. Answers are
 * matched to requests by their number, so that any number of them may be under way.
 *
 *     client.arc_set_main({ device_id, enable: true })  ──► {"type": "request", "cmd": "arc_set_main", "trans_id": "7", …}
 *                                                       ◄── {"type": "response", …} or {"type": "error", …}
 */

import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { ScriptingError, type WireCode } from '../scripting-error.ts';
import { decodeSampleFrame } from '../subscriptions/sample-frame.ts';
import { type Commands, commandNames, type SubscriptionCommands } from './commands.ts';
import { type Note, Subscription, type SubscriptionOptions } from './subscription.ts';
import { type OpenTransport, type Transport, unreachable } from './transport.ts';

export interface RequestOptions {
	/** Gives up waiting; what the engine does is not undone. `AbortSignal.timeout(3000)`: after 3 s. */
	readonly signal?: AbortSignal;
	/** For commands that tell how far they are: 0 to 1. */
	readonly onProgress?: (part: number) => void;
}

/** A method without `data` where the command needs no key. */
type Method<Request, Response> =
	Record<never, never> extends Request ? (data?: Request, options?: RequestOptions) => Promise<Response> : (data: Request, options?: RequestOptions) => Promise<Response>;

export type Methods = { readonly [Name in keyof Commands]: Method<Commands[Name]['request'], Commands[Name]['response']> };

/** What the engine says of itself at the beginning. */
export interface ServerInformation {
	readonly otii_version: string;
	readonly protocol_version: string;
	readonly server: string;
	/** The version of Microjoule, and what its WebSocket can do; undefined over TCP. */
	readonly microjoule?: string;
	readonly capabilities?: readonly string[];
}

interface Pending {
	readonly command: string;
	readonly resolve: (data: never) => void;
	readonly reject: (error: unknown) => void;
	readonly onProgress?: (part: number) => void;
	/** Called with the answer before anything that comes after it. */
	readonly answered?: (data: never) => void;
}

/** The engine greets at once. */
const greetingMs = 10_000;
/** Frames of a recording that may be on their way: 16 MB at most. */
const creditFrames = 64;

class ClientBase implements AsyncDisposable {
	readonly #transport: Transport;
	readonly #pending = new Map<string, Pending>();
	readonly #subscriptions = new Map<number, Subscription>();
	readonly #beforeClosing: (() => Promise<void>)[] = [];
	readonly server: ServerInformation;
	#transaction = 0;
	#ended: MicrojouleError | undefined;
	#closing: Promise<void> | undefined;

	constructor(transport: Transport, server: ServerInformation, router: Router) {
		this.#transport = transport;
		this.server = server;
		router.text = (text) => this.#text(text);
		router.bytes = (bytes) => this.#bytes(bytes);
		router.closed = (reason) => this.#closed(reason);
	}

	/**
	 * Sends any command and resolves to the `data` of its response. ScriptingError: what the engine refuses, by the protocol's codes.
	 * ENGINE_UNREACHABLE: the connection has ended.
	 */
	request(command: string, data: object = {}, options: RequestOptions = {}): Promise<never> {
		return this.#ask(command, data, options);
	}

	/**
	 * Subscribes to samples, events or changes, over WebSocket. Iterate over what it returns; leaving the loop ends it.
	 * ScriptingError as any command; NOT_SUPPORTED over TCP.
	 */
	async subscribe(request: SubscriptionCommands['subscribe']['request'], options: SubscriptionOptions = {}): Promise<Subscription> {
		if (!this.server.capabilities?.includes('subscribe'))
			throw new MicrojouleError('NOT_SUPPORTED', `The connection to ${this.#transport.address} has no subscriptions: connect by WebSocket, with url.`, {});
		const ofRecording = request.recording_id !== undefined;
		let subscription: Subscription | undefined;
		await this.#ask(
			'subscribe',
			ofRecording ? { credit: creditFrames, ...request } : request,
			{},
			({ subscription: id, channels = [] }: SubscriptionCommands['subscribe']['response']) => {
				subscription = new Subscription(id, channels, {
					...options,
					continue: ofRecording && request.credit === undefined ? (frames) => this.#ask('subscription_continue', { subscription: id, frames }).catch(() => {}) : undefined,
					continueEvery: creditFrames / 2,
					end: async () => {
						this.#subscriptions.delete(id);
						if (!this.#ended) await this.#ask('unsubscribe', { subscription: id });
					},
				});
				this.#subscriptions.set(id, subscription);
			},
		);
		return subscription as Subscription;
	}

	/** Returns the licences that connecting has reserved, and hangs up. Idempotent. */
	close(): Promise<void> {
		this.#closing ??= (async () => {
			try {
				if (!this.#ended) for (const work of this.#beforeClosing.toReversed()) await work();
			} finally {
				this.#transport.close();
				this.#closed('this client has closed it');
			}
		})();
		return this.#closing;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	/** What close does first; the last that was given before the others. */
	beforeClosing(work: () => Promise<void>): void {
		this.#beforeClosing.push(work);
	}

	#ask(command: string, data: object, { signal, onProgress }: RequestOptions = {}, answered?: (data: never) => void): Promise<never> {
		return new Promise((resolve, reject) => {
			if (this.#ended) return reject(this.#ended);
			if (signal?.aborted) return reject(signal.reason);
			const id = String(++this.#transaction);
			const abort = () => {
				this.#pending.delete(id);
				reject(signal?.reason);
			};
			signal?.addEventListener('abort', abort, { once: true });
			const settled = () => signal?.removeEventListener('abort', abort);
			this.#pending.set(id, {
				command,
				resolve: (value) => {
					settled();
					resolve(value);
				},
				reject: (error) => {
					settled();
					reject(error);
				},
				onProgress,
				answered,
			});
			this.#transport.send(JSON.stringify({ type: 'request', cmd: command, trans_id: id, data: onProgress ? { ...data, progress: true } : data }));
		});
	}

	#text(text: string): void {
		const message = JSON.parse(text);
		if (message.type === 'information') return void this.#subscriptions.get(message.data?.subscription)?.note(message as Note);
		const pending = this.#pending.get(message.trans_id);
		if (!pending) return; // given up
		if (message.type === 'progress') return void pending.onProgress?.(message.progress_value);
		this.#pending.delete(message.trans_id);
		if (message.type !== 'response') return void pending.reject(refusal(message, pending.command));
		pending.answered?.(message.data as never);
		pending.resolve(message.data as never);
	}

	#bytes(bytes: ArrayBuffer): void {
		const frame = decodeSampleFrame(bytes);
		if (frame) this.#subscriptions.get(frame.subscription)?.frame(frame);
	}

	#closed(reason: string): void {
		if (this.#ended) return;
		this.#ended = new MicrojouleError('ENGINE_UNREACHABLE', `The connection to the engine at ${this.#transport.address} has ended: ${reason}.`, {
			address: this.#transport.address,
		});
		for (const { reject } of this.#pending.values()) reject(this.#ended);
		this.#pending.clear();
		for (const subscription of this.#subscriptions.values()) subscription.fail(this.#closing ? undefined : this.#ended);
		this.#subscriptions.clear();
	}
}

for (const name of commandNames)
	Object.defineProperty(ClientBase.prototype, name, {
		value(this: ClientBase, data?: object, options?: RequestOptions) {
			return this.request(name, data, options);
		},
	});

export type Client = ClientBase & Methods;

/** Where messages go: to whoever waits for the greeting first, to the client then. */
interface Router {
	text: (text: string) => void;
	bytes: (bytes: ArrayBuffer) => void;
	closed: (reason: string) => void;
}

/** ENGINE_UNREACHABLE; ScriptingError where the engine refuses the connection. */
export async function openClient(open: OpenTransport): Promise<Client> {
	const greeting = Promise.withResolvers<string>();
	const router: Router = { text: greeting.resolve, bytes: () => {}, closed: (reason) => greeting.reject(new Error(reason)) };
	greeting.promise.catch(() => {}); // reported below, unless the transport could not be opened at all
	const transport = await open({ text: (text) => router.text(text), bytes: (bytes) => router.bytes(bytes), closed: (reason) => router.closed(reason) });
	const timer = setTimeout(() => greeting.reject(new Error('it does not greet, as a scripting server does')), greetingMs);
	try {
		const message = await greeting.promise.then(JSON.parse).catch((error: unknown) => {
			throw unreachable(transport.address, messageOf(error));
		});
		if (message.type === 'error') throw refusal(message, 'connect');
		return new ClientBase(transport, message.data ?? {}, router) as Client;
	} catch (error) {
		transport.close();
		throw error;
	} finally {
		clearTimeout(timer);
	}
}

function refusal({ errorcode, data = {} }: { errorcode: string; data?: Record<string, unknown> }, command: string): ScriptingError {
	const { message = errorcode, ...rest } = data;
	return new ScriptingError(errorcode as WireCode, `${command}: ${message}`, rest);
}

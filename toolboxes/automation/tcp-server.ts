/**
 * The scripting protocol over TCP, as existing Otii scripts speak it: a line a message, CRLF from us, LF or CRLF from them. Each client's commands
 * run one after the other; clients run side by side on one state. Owns its sockets.
 *
 * A browser's page can reach a port of this machine too, so whoever begins like HTTP or TLS is hung up on before anything is run.
 */

import { once } from 'node:events';
import { type AddressInfo, BlockList, createServer, isIPv6, type Server, type Socket } from 'node:net';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import { isLoopback } from '../../engine/server/admission.ts';
import { listenError } from '../../engine/server/listen.ts';
import { asciiJson } from './ascii-json.ts';
import type { ScriptingContext } from './context.ts';
import { type Dispatcher, errorText } from './dispatcher.ts';
import { foreignProtocol, LineSplitter } from './framing.ts';
import { greeting } from './greeting.ts';
import { ScriptingError } from './scripting-error.ts';

export interface TcpServerOptions {
	readonly context: ScriptingContext;
	readonly dispatcher: Dispatcher;
	/** Default 1905; 0 is any free port. */
	readonly port?: number;
	/** Default: loopback, IPv4 and IPv6. Another address needs `allowFrom`. */
	readonly host?: string;
	/** Networks that may connect besides this machine: `192.168.1.0/24`. */
	readonly allowFrom?: readonly string[];
	readonly log?: (message: string) => void;
	/** How long a client with an answer on its way may make no progress, s; default 10. */
	readonly stallS?: number;
}

const maxRequestBytes = 1024 * 1024;
const maxClients = 256;
/** A client that takes less than this within the time allowed is taken for stuck. */
const pieceBytes = 256 * 1024;

export class TcpServer implements AsyncDisposable {
	readonly #options: TcpServerOptions;
	readonly #servers: Server[] = [];
	readonly #clients = new Set<Client>();
	readonly #allowed: BlockList | undefined;

	/** INVALID_VALUE, ADDRESS_IN_USE. */
	static async listen(options: TcpServerOptions): Promise<TcpServer> {
		const server = new TcpServer(options);
		const { host, port = 1905 } = options;
		try {
			await server.#bind(host ?? '127.0.0.1', port);
			// "localhost" may mean either; a machine without IPv6 has the one.
			if (host === undefined) await server.#bind('::1', server.port).catch(() => {});
		} catch (error) {
			await server.close();
			throw error;
		}
		return server;
	}

	private constructor(options: TcpServerOptions) {
		this.#options = options;
		const { host, allowFrom } = options;
		if (host !== undefined && !isLoopback(host) && !allowFrom?.length)
			throw new MicrojouleError(
				'INVALID_VALUE',
				`--scripting-host ${host} opens the scripting port to other machines, and existing scripts can send no token; name the networks that may connect with --allow-from, such as 192.168.1.0/24.`,
				{ host },
			);
		this.#allowed = allowFrom && networks(allowFrom);
	}

	get port(): number {
		return (this.#servers[0].address() as AddressInfo).port;
	}

	get clients(): number {
		return this.#clients.size;
	}

	/** Lets answers that are being sent leave, then hangs up. Idempotent. */
	async close(): Promise<void> {
		const closing = this.#servers.splice(0).map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
		await Promise.all([...this.#clients].map((client) => client.finish()));
		await Promise.all(closing);
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	async #bind(host: string, port: number): Promise<void> {
		const server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
		try {
			server.listen({ host, port, exclusive: true });
			await once(server, 'listening');
		} catch (error) {
			throw listenError(error, host, port, '--scripting-port');
		}
		this.#servers.push(server);
	}

	#accept(socket: Socket): void {
		socket.on('error', () => socket.destroy());
		const { remoteAddress = '' } = socket;
		const loopback = isLoopback(remoteAddress.replace(/^::ffff:/, ''));
		const admitted = loopback || this.#allowed?.check(remoteAddress, isIPv6(remoteAddress) ? 'ipv6' : 'ipv4');
		const refusal = !admitted
			? `${remoteAddress} is not among the networks of --allow-from.`
			: this.#clients.size >= maxClients
				? `${maxClients} clients are connected already.`
				: undefined;
		if (refusal !== undefined) {
			this.#options.log?.(`scripting: refused a connection: ${refusal}`);
			socket.end(`${denied(refusal)}\r\n`);
			return;
		}
		const client = new Client(socket, this.#options);
		this.#clients.add(client);
		void client.serve().finally(() => this.#clients.delete(client));
	}
}

class Client {
	readonly #socket: Socket;
	readonly #options: TcpServerOptions;
	readonly #gone = new AbortController();
	#answering: Promise<void> = Promise.resolve();
	#ending = false;
	/** Why we hung up. */
	#dropped: string | undefined;

	constructor(socket: Socket, options: TcpServerOptions) {
		this.#socket = socket;
		this.#options = options;
		socket.once('close', () => this.#gone.abort());
	}

	async serve(): Promise<void> {
		const { context, dispatcher, log } = this.#options;
		using account = context.licensing.connection();
		const splitter = new LineSplitter(maxRequestBytes);
		const client = `TCP ${this.#socket.remoteAddress}:${this.#socket.remotePort}`;
		let first = true;
		try {
			await this.#write(`${asciiJson(greeting())}\r\n`);
			for await (const chunk of this.#socket) {
				for (const line of splitter.push(chunk as Buffer)) {
					if (typeof line === 'number') {
						const data = { read_size: String(line), max_size: maxRequestBytes };
						await this.#write(`${errorText(new ScriptingError('Request too large', `A request may have ${maxRequestBytes} bytes.`, data))}\r\n`);
						return;
					}
					const foreign = first ? foreignProtocol(line) : undefined;
					if (foreign !== undefined) {
						log?.(`scripting: hung up on ${foreign === 'HTTP' ? 'an HTTP client' : 'a client of a binary protocol'}`);
						return;
					}
					first = false;
					if (this.#ending) return;
					this.#answering = dispatcher.answer(
						line,
						{ client, account, signal: this.#gone.signal },
						{
							send: (text) => this.#write(`${text}\r\n`),
							stream: (head, pieces, tail) => this.#stream(head, pieces, tail),
							drop: (reason) => this.#drop(reason),
						},
					);
					await this.#answering;
				}
			}
		} catch (error) {
			if (this.#dropped !== undefined) log?.(`scripting: a client was dropped: ${this.#dropped}`);
			else if (!this.#socket.destroyed) log?.(`scripting: a connection ended: ${messageOf(error)}`);
		} finally {
			if (this.#socket.writableLength === 0) this.#socket.end();
			this.#socket.destroySoon();
		}
	}

	/** The answer under way leaves, then the connection ends. */
	async finish(): Promise<void> {
		this.#ending = true;
		await this.#answering.catch(() => {});
		this.#socket.destroySoon();
	}

	#drop(reason: string): void {
		this.#dropped = reason;
		this.#gone.abort();
		this.#socket.destroy();
	}

	/** The next piece is made while the one before it leaves. Head and first piece leave together. */
	async #stream(head: string, pieces: AsyncIterable<Uint8Array>, tail: string): Promise<void> {
		const socket = this.#socket;
		socket.cork();
		let leaving = this.#write(head);
		leaving.catch(() => {}); // awaited later, unless the pieces fail before
		try {
			let isFirst = true;
			for await (const piece of pieces) {
				if (!isFirst) await leaving;
				leaving = isFirst ? Promise.all([leaving, this.#write(piece)]).then(() => {}) : this.#write(piece);
				leaving.catch(() => {});
				if (isFirst) socket.uncork();
				isFirst = false;
			}
		} finally {
			socket.uncork();
		}
		await leaving;
		await this.#write(`${tail}\r\n`);
	}

	/** Resolves when the operating system has taken it all. In pieces, because progress shows only at the end of one. */
	async #write(data: string | Uint8Array): Promise<void> {
		if (data.length <= pieceBytes) return this.#writePiece(data);
		const bytes = typeof data === 'string' ? Buffer.from(data) : data;
		for (let at = 0; at < bytes.length; at += pieceBytes) await this.#writePiece(bytes.subarray(at, at + pieceBytes));
	}

	#writePiece(data: string | Uint8Array): Promise<void> {
		const socket = this.#socket;
		return new Promise((resolve, reject) => {
			if (socket.destroyed) return reject(new Error('the client is gone'));
			const { stallS = 10 } = this.#options;
			const timer = setTimeout(() => this.#drop(`it took nothing for ${stallS} s`), stallS * 1000);
			const closed = () => done(new Error('the client is gone'));
			const done = (error?: Error | null) => {
				clearTimeout(timer);
				socket.off('close', closed);
				if (error) reject(error);
				else resolve();
			};
			socket.once('close', closed);
			socket.write(data, done);
		});
	}
}

/** A refused connection: old and new clients look for the text in different places. */
function denied(message: string): string {
	return asciiJson({ type: 'error', errorcode: 'Connection denied', cmd: '', trans_id: '', data: { message }, payload: { message } });
}

function networks(list: readonly string[]): BlockList {
	const allowed = new BlockList();
	for (const text of list) {
		const [address, bits, ...more] = text.split('/');
		const family = isIPv6(address) ? 'ipv6' : 'ipv4';
		try {
			if (more.length > 0 || bits === '') throw new Error('not a network');
			allowed.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
		} catch (error) {
			throw new MicrojouleError('INVALID_VALUE', `--allow-from ${text} is no network such as 192.168.1.0/24 (${messageOf(error)}).`, { value: text }, error);
		}
	}
	return allowed;
}

/**
 * One engine's WebSocket: its requests one after the other, and what the portal pushes. Knows which leases this process holds.
 *
 * A lease that ends while a request is being answered is pushed after the answer: an engine that is told of the end first would take up
 * the lease that the answer brings.
 */

import { Compile } from 'typebox/compile';
import { WebSocket } from 'ws';
import { MicrojouleError } from '../../../drivers/errors.ts';
import { asMicrojouleError, errorBody } from '../../../engine/server/errors.ts';
import { type EngineRequest, type EngineResults, engineRequestSchema, type PortalPush } from '../wire.ts';
import type { PortalContext } from './context.ts';
import type { Hardware } from './hardware.ts';
import type { Licences } from './licences.ts';
import type { Actor, EngineIdentity, Revocation } from './reservations.ts';
import { checkTexts } from './text.ts';

const requestType = Compile(engineRequestSchema);
/** Requests that may wait before the socket is read no further. */
const maxWaiting = 32;
/** An engine that has stopped reading is cut off; it connects again. */
const maxBufferedBytes = 1024 * 1024;

export interface EngineSession {
	readonly user: Actor & { readonly id: number };
	readonly sessionId: string;
}

/** The connection's view of the socket server. */
export interface ConnectionHost {
	readonly context: PortalContext;
	readonly licences: Licences;
	readonly hardware: Hardware;
	/** Pushes of this lease's end go to `connection` from now on. */
	holds(lease: string, connection: EngineConnection): void;
	drops(lease: string, connection: EngineConnection): void;
	/** Every end of a lease is offered to connections that are answering. */
	readonly answering: Set<EngineConnection>;
}

export class EngineConnection {
	readonly session: EngineSession;
	readonly #socket: WebSocket;
	readonly #host: ConnectionHost;
	#computer: EngineIdentity['computer'] | undefined;
	/** Lease → licence. */
	readonly #leases = new Map<string, number>();
	#offered: Revocation[] = [];
	#last = Promise.resolve();
	#waiting = 0;
	#answered = true;

	constructor(socket: WebSocket, session: EngineSession, host: ConnectionHost) {
		this.#socket = socket;
		this.session = session;
		this.#host = host;
		socket.on('message', (data, isBinary) => this.#receive(isBinary ? '' : data.toString()));
		socket.on('pong', () => {
			this.#answered = true;
		});
		socket.on('error', () => socket.terminate());
	}

	get leases(): Iterable<string> {
		return this.#leases.keys();
	}

	push(push: PortalPush): void {
		this.#send(push);
	}

	/** A lease has ended, perhaps one of this connection. */
	offer(revocation: Revocation): void {
		if (this.#waiting > 0) this.#offered.push(revocation);
		else if (this.#leases.has(revocation.lease)) this.push({ push: 'revoke', ...revocation });
	}

	ping(): void {
		if (this.#answered) this.#socket.ping();
		else this.#socket.terminate();
		this.#answered = false;
	}

	/** `code`: of the WebSocket's close frame. */
	close(code: number, reason: string): void {
		this.#socket.close(code, reason);
		// An engine that has stopped reading would never answer.
		setTimeout(() => this.#socket.terminate(), 500).unref();
	}

	/** The socket is closed. Its leases live on. */
	closed(): void {
		for (const lease of this.#leases.keys()) this.#host.drops(lease, this);
		this.#host.answering.delete(this);
	}

	#receive(text: string): void {
		this.#waiting++;
		this.#host.answering.add(this);
		if (this.#waiting > maxWaiting) this.#socket.pause();
		this.#last = this.#last.then(async () => {
			await this.#answer(text);
			this.#waiting--;
			if (this.#socket.isPaused) this.#socket.resume();
			const offered = this.#offered;
			this.#offered = [];
			if (this.#waiting === 0) this.#host.answering.delete(this);
			for (const revocation of offered) this.offer(revocation);
		});
	}

	async #answer(text: string): Promise<void> {
		let id: number | null = null;
		try {
			const request = parse(text);
			id = request.id;
			checkTexts(request);
			this.#send({ id, result: await this.#result(request) });
		} catch (thrown) {
			const error = asMicrojouleError(thrown);
			if (error.status >= 500) this.#host.context.log.error({ error: thrown }, 'an engine was answered with a fault');
			this.#send({ id: id ?? idOf(text), ...errorBody(error) });
		}
	}

	async #result(request: EngineRequest): Promise<EngineResults[EngineRequest['type']]> {
		if (request.type === 'hello') return this.#hello(request);
		if (!this.#computer) throw new MicrojouleError('INVALID_VALUE', 'The first request on a connection must be hello.');
		const { user } = this.session;
		const { licences, hardware } = this.#host;
		const engine: EngineIdentity = { user, computer: this.#computer };
		switch (request.type) {
			case 'list':
				return { licences: await licences.list(user.id, engine.computer.id) };
			case 'reserve': {
				const issued = await licences.reservations.reserve(engine, request);
				for (const lease of request.supersedes ?? []) this.#drop(lease);
				this.#hold(issued.lease, request.licence);
				return issued;
			}
			case 'renew':
				return licences.reservations.renew(engine, request.lease);
			case 'return': {
				const held = [...this.#leases].filter(([, licence]) => licence === request.licence).map(([lease]) => lease);
				await licences.reservations.returnFromEngine(engine, request.licence, held);
				for (const lease of held) this.#drop(lease);
				return {};
			}
			case 'revoked':
				await licences.reservations.revoked(engine, request.lease);
				this.#drop(request.lease);
				return {};
			case 'hardware':
				await hardware.seen(user.id, request.instruments);
				return {};
		}
	}

	async #hello({ computer, leases }: Extract<EngineRequest, { type: 'hello' }>): Promise<EngineResults['hello']> {
		if (this.#computer && this.#computer.id !== computer.id) throw new MicrojouleError('INVALID_VALUE', 'This connection has said hello from another computer.');
		this.#computer = computer;
		const { user } = this.session;
		const { good, gone, revocations } = await this.#host.licences.reservations.check({ user, computer }, leases);
		for (const { lease, licence } of [...good, ...revocations]) this.#hold(lease, licence);
		// Asked for after the answer: those it must say it has locked.
		this.#offered.push(...revocations);
		return { user: user.name, now: this.#host.context.now(), good: good.map(({ lease }) => lease), gone };
	}

	#hold(lease: string, licence: number): void {
		this.#leases.set(lease, licence);
		this.#host.holds(lease, this);
	}

	#drop(lease: string): void {
		if (this.#leases.delete(lease)) this.#host.drops(lease, this);
	}

	#send(message: object): void {
		if (this.#socket.readyState !== WebSocket.OPEN) return;
		if (this.#socket.bufferedAmount > maxBufferedBytes) this.#socket.terminate();
		else this.#socket.send(JSON.stringify(message));
	}
}

function parse(text: string): EngineRequest {
	let message: unknown;
	try {
		message = JSON.parse(text);
	} catch {}
	if (requestType.Check(message)) return message;
	throw new MicrojouleError('INVALID_VALUE', 'This is no request that the portal knows; engine and portal may be of different versions.');
}

/** Of a message that is no request. */
function idOf(text: string): number | null {
	try {
		const { id } = JSON.parse(text) as { id?: unknown };
		return typeof id === 'number' ? id : null;
	} catch {
		return null;
	}
}

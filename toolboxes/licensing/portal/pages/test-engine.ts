/** A small engine for the pages' tests: signs in and speaks the portal's WebSocket, locks when it is told to, and nothing else. */

import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { IssuedLease, PortalPush } from '../../wire.ts';

interface Answer {
	readonly id: number;
	readonly result?: unknown;
	readonly error?: { readonly code: string; readonly message: string };
}

export class TestEngine implements AsyncDisposable {
	/** Leases by id, each with its licence. */
	readonly held = new Map<string, number>();
	readonly #socket: WebSocket;
	readonly #waiting = new Map<number, (answer: Answer) => void>();
	#lastId = 0;

	private constructor(socket: WebSocket) {
		this.#socket = socket;
		socket.on('message', (data) => {
			const message = JSON.parse(String(data)) as Answer | PortalPush;
			if ('push' in message) {
				if (message.push === 'revoke' && this.held.delete(message.lease)) void this.#ask({ type: 'revoked', lease: message.lease });
			} else {
				this.#waiting.get(message.id)?.(message);
				this.#waiting.delete(message.id);
			}
		});
	}

	static async signIn(portal: string, name: string, password: string, hostname: string): Promise<TestEngine> {
		const response = await fetch(`${portal}/api/session`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ name, password, label: hostname }),
		});
		const { token } = (await response.json()) as { token: string };
		const socket = new WebSocket(`${portal.replace(/^http/, 'ws')}/api/engine`, { headers: { authorization: `Bearer ${token}` } });
		await once(socket, 'open');
		const engine = new TestEngine(socket);
		const id = Buffer.from(hostname).toString('hex').padEnd(32, '0').slice(0, 64);
		await engine.#ask({ type: 'hello', computer: { id, hostname }, version: '0.1.0', leases: [] });
		return engine;
	}

	/** Refused with an error whose message starts with the portal's code. */
	async reserve(licence: number): Promise<void> {
		const { lease } = (await this.#ask({ type: 'reserve', licence })) as IssuedLease;
		this.held.set(lease, licence);
	}

	/** Whether it holds a lease of the licence, as an open gate does. */
	holds(licence: number): boolean {
		return [...this.held.values()].includes(licence);
	}

	async #ask(request: Record<string, unknown>): Promise<unknown> {
		const id = ++this.#lastId;
		const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
		this.#socket.send(JSON.stringify({ id, ...request }));
		const { result, error } = await answer;
		if (error) throw new Error(`${error.code}: ${error.message}`);
		return result;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		const closed = once(this.#socket, 'close');
		this.#socket.close();
		await closed;
	}
}

/**
 * One script that is typed by hand: a connection to the scripting protocol, opened with the first command and again when it has broken. What it reserves
 * stays reserved while it is open, as for every script.
 */

import { openEngineSocket } from '../engine-socket.ts';

export interface Answer {
	readonly type: 'response' | 'error';
	readonly cmd: string;
	readonly errorcode?: string;
	readonly data?: unknown;
}

interface Waiting {
	resolve(answer: Answer): void;
	reject(error: Error): void;
}

export class ScriptingClient {
	#socket: WebSocket | undefined;
	#opening: Promise<WebSocket> | undefined;
	#count = 0;
	readonly #waiting = new Map<string, Waiting>();

	/** The answer, which may be an error; rejects when the connection fails. */
	async send(cmd: string, data: unknown): Promise<Answer> {
		const socket = await this.#open();
		const transaction = String(++this.#count);
		return new Promise((resolve, reject) => {
			this.#waiting.set(transaction, { resolve, reject });
			socket.send(JSON.stringify({ type: 'request', cmd, trans_id: transaction, data }));
		});
	}

	close(): void {
		this.#socket?.close();
	}

	#open(): Promise<WebSocket> {
		if (this.#socket?.readyState === WebSocket.OPEN) return Promise.resolve(this.#socket);
		this.#opening ??= new Promise<WebSocket>((resolve, reject) => {
			const socket = openEngineSocket('/api/scripting', 'microjoule.scripting');
			this.#socket = socket;
			socket.onopen = () => resolve(socket);
			socket.onmessage = ({ data }) => typeof data === 'string' && this.#heard(JSON.parse(data));
			socket.onclose = () => {
				const error = new Error('The connection to Microjoule has broken. Send the command again.');
				reject(error);
				for (const waiting of this.#waiting.values()) waiting.reject(error);
				this.#waiting.clear();
			};
		}).finally(() => {
			this.#opening = undefined;
		});
		return this.#opening;
	}

	/** Progress and information besides the answer are seen in the traffic. */
	#heard(message: Omit<Answer, 'type'> & { readonly type: string; readonly trans_id?: string }): void {
		const { type } = message;
		if (type !== 'response' && type !== 'error') return;
		const waiting = this.#waiting.get(message.trans_id ?? '');
		this.#waiting.delete(message.trans_id ?? '');
		waiting?.resolve({ ...message, type });
	}
}

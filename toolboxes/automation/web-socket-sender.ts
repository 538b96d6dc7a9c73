/**
 * What leaves a WebSocket: whole messages, and long answers as one message in fragments, between which nothing else may come. Knows how much waits
 * for the client, and hangs up on one that takes nothing.
 */

import type { WebSocket } from 'ws';

/** Bytes that may wait in the socket before the next subscription's frame or request. */
const roomBytes = 1024 * 1024;
/** A message that is longer leaves in fragments: progress shows only at the end of one. */
const fragmentBytes = 256 * 1024;

export class WebSocketSender {
	readonly #socket: WebSocket;
	readonly #stallMs: number;
	readonly #stalled: () => void;
	#waitingBytes = 0;
	/** Nothing was taken since it was set. */
	#stall: NodeJS.Timeout | undefined;
	/** A message in fragments is leaving; what begins when it has. */
	#fragmented = false;
	readonly #behind: (() => void)[] = [];
	#roomListeners: (() => void)[] = [];

	/** `stalled` is called when the client has taken nothing for so long, s. */
	constructor(socket: WebSocket, stallS: number, stalled: () => void) {
		this.#socket = socket;
		this.#stallMs = stallS * 1000;
		this.#stalled = stalled;
		socket.once('close', () => clearTimeout(this.#stall));
	}

	get hasRoom(): boolean {
		return this.#waitingBytes < roomBytes && this.#isFree;
	}

	/** Calls back once, as soon as there is room; never when the client is gone. */
	whenRoom(callback: () => void): void {
		if (this.hasRoom) callback();
		else this.#roomListeners.push(callback);
	}

	/** A message: a string as text, bytes as binary. Resolves when the operating system has taken it; rejects when the client is gone. */
	send(message: string | Uint8Array): Promise<void> {
		if (message.length <= fragmentBytes) return this.#inTurn(() => this.#write(message, true));
		const bytes = typeof message === 'string' ? Buffer.from(message) : message;
		const binary = typeof message !== 'string';
		return this.#inFragments(async () => {
			for (let at = 0; at < bytes.length; at += fragmentBytes) await this.#write(bytes.subarray(at, at + fragmentBytes), at + fragmentBytes >= bytes.length, binary);
		});
	}

	/** One text message. The pieces may lie in memory that is used again for the next. */
	stream(head: string, pieces: AsyncIterable<Uint8Array>, tail: string): Promise<void> {
		return this.#inFragments(async () => {
			await this.#write(head, false);
			for await (const piece of pieces) await this.#write(piece, false, false);
			await this.#write(tail, true);
		});
	}

	get #isFree(): boolean {
		return !this.#fragmented && this.#behind.length === 0;
	}

	/** Begins the work at once, or when what is before it has left. */
	#inTurn(work: () => Promise<void>): Promise<void> {
		if (this.#isFree) return work();
		return new Promise((resolve, reject) => this.#behind.push(() => work().then(resolve, reject)));
	}

	#inFragments(work: () => Promise<void>): Promise<void> {
		return this.#inTurn(async () => {
			this.#fragmented = true;
			try {
				await work();
			} finally {
				this.#fragmented = false;
				while (!this.#fragmented && this.#behind.length > 0) this.#behind.shift()?.();
				this.#tellRoom();
			}
		});
	}

	#write(data: string | Uint8Array, fin: boolean, binary = typeof data !== 'string'): Promise<void> {
		return new Promise((resolve, reject) => {
			const size = data.length;
			this.#waitingBytes += size;
			this.#stall ??= this.#watch();
			this.#socket.send(data, { fin, binary }, (error) => {
				this.#waitingBytes -= size;
				clearTimeout(this.#stall);
				this.#stall = this.#waitingBytes > 0 && !error ? this.#watch() : undefined;
				if (error) reject(error);
				else resolve();
				this.#tellRoom();
			});
		});
	}

	#watch(): NodeJS.Timeout {
		return setTimeout(this.#stalled, this.#stallMs);
	}

	#tellRoom(): void {
		if (!this.hasRoom) return;
		for (const listener of this.#roomListeners.splice(0)) listener();
	}
}

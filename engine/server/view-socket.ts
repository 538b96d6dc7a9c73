/**
 * Views for a chart that is being moved: a WebSocket at /api/views that answers the newest question only. A page asks once a frame for the envelopes
 * of all its traces; while an answer is being made, a newer question replaces the one that waits, which is then never answered. So an
 * answer is at most one frame's work old, and no queue grows however fast the page asks.
 *
 * `docs/reference/live-stream.md` describes the bytes. Owns its sockets; the views come from the bench.
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Static, Type } from '@fastify/type-provider-typebox';
import { Compile } from 'typebox/compile';
import { WebSocket, WebSocketServer } from 'ws';
import { MicrojouleError } from '../../drivers/errors.ts';
import type { View } from '../recording/view.ts';
import type { BenchApi } from './bench-api.ts';
import { asMicrojouleError, errorBody } from './errors.ts';

export const viewsPath = '/api/views';
export const viewsProtocol = 'microjoule.views';
/** "MJVW", little-endian. */
export const viewsMagic = 0x5756_4a4d;
export const viewsHeaderBytes = 16;
export const viewHeaderBytes = 16;
const maxPoints = 16_384;
const maxViews = 64;
/** While more waits in a viewer's socket, its next answer waits too. */
const maxBufferedBytes = 4 * 1024 * 1024;
const pingMs = 15_000;

const question = Type.Object({
	id: Type.Integer({ minimum: 0, maximum: 0xffff_ffff }),
	views: Type.Array(
		Type.Object({
			recording: Type.String(),
			channel: Type.String(),
			from: Type.Number(),
			to: Type.Number(),
			points: Type.Integer({ minimum: 1, maximum: maxPoints }),
		}),
		{ maxItems: maxViews },
	),
});
type Question = Static<typeof question>;
const checked = Compile(question);

export class ViewSocket {
	readonly #bench: Pick<BenchApi, 'view'>;
	readonly #server = new WebSocketServer({
		noServer: true,
		maxPayload: 64 * 1024,
		perMessageDeflate: false,
		// The token travels as a subprotocol and must not be echoed.
		handleProtocols: (protocols) => (protocols.has(viewsProtocol) ? viewsProtocol : false),
	});
	readonly #connections = new Set<Connection>();
	readonly #pinger: NodeJS.Timeout;

	constructor(bench: Pick<BenchApi, 'view'>) {
		this.#bench = bench;
		this.#pinger = setInterval(() => {
			for (const connection of this.#connections) connection.ping();
		}, pingMs);
		this.#pinger.unref();
	}

	/** For the server's `upgrades`, which has decided who may connect. */
	readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
		this.#server.handleUpgrade(request, socket, head, (webSocket) => {
			const connection = new Connection(webSocket, this.#bench);
			this.#connections.add(connection);
			webSocket.on('close', () => this.#connections.delete(connection));
		});
	};

	/** Idempotent. */
	async close(): Promise<void> {
		clearInterval(this.#pinger);
		for (const connection of this.#connections) connection.end();
		await new Promise<void>((resolve) => this.#server.close(() => resolve()));
	}
}

class Connection {
	readonly #socket: WebSocket;
	readonly #bench: Pick<BenchApi, 'view'>;
	#waiting: Question | undefined;
	#busy = false;
	#answered = true;

	constructor(socket: WebSocket, bench: Pick<BenchApi, 'view'>) {
		this.#socket = socket;
		this.#bench = bench;
		socket.on('message', (data, isBinary) => this.#asked(isBinary ? '' : data.toString()));
		socket.on('pong', () => {
			this.#answered = true;
		});
		socket.on('error', () => socket.terminate());
	}

	ping(): void {
		if (this.#answered) this.#socket.ping();
		else this.#socket.terminate();
		this.#answered = false;
	}

	end(): void {
		this.#socket.close(1001, 'The server stops.');
		setTimeout(() => this.#socket.terminate(), 500).unref();
	}

	#asked(text: string): void {
		let asked: unknown;
		try {
			asked = JSON.parse(text);
		} catch {}
		if (!checked.Check(asked)) {
			const problem = asked === undefined ? 'it is not JSON' : [...checked.Errors(asked)].map(({ instancePath, message }) => `${instancePath || 'it'} ${message}`).join('; ');
			this.#say(new MicrojouleError('INVALID_VALUE', `The question is not valid: ${problem}.`), undefined);
			return;
		}
		this.#waiting = asked as Question;
		if (!this.#busy) void this.#answer();
	}

	/** Answers until no question waits. */
	async #answer(): Promise<void> {
		this.#busy = true;
		while (this.#waiting && this.#socket.readyState === WebSocket.OPEN) {
			const { id, views } = this.#waiting;
			this.#waiting = undefined;
			const results = await Promise.all(
				views.map(({ recording, channel, from, to, points }) =>
					this.#bench.view(recording, channel, from, to, points).catch((thrown: unknown) => {
						this.#say(asMicrojouleError(thrown), id);
						return undefined;
					}),
				),
			);
			if (this.#socket.readyState !== WebSocket.OPEN) break;
			const sent = new Promise<void>((resolve) => this.#socket.send(viewsFrame(id, results), () => resolve()));
			if (this.#socket.bufferedAmount > maxBufferedBytes) await sent;
		}
		this.#busy = false;
	}

	#say(error: MicrojouleError, id: number | undefined): void {
		if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ ...errorBody(error), id }));
	}
}

/** The answer's bytes; a view that failed has no points. */
function viewsFrame(id: number, views: readonly (View | undefined)[]): Buffer {
	const frame = Buffer.allocUnsafe(views.reduce((length, view) => length + viewHeaderBytes + columnBytes(view?.count ?? 0), viewsHeaderBytes));
	frame.writeUInt32LE(viewsMagic, 0);
	frame.writeUInt32LE(id, 4);
	frame.writeUInt32LE(views.length, 8);
	frame.writeUInt32LE(0, 12);
	let at = viewsHeaderBytes;
	for (const view of views) {
		const count = view?.count ?? 0;
		frame.writeUInt32LE(count, at);
		frame.writeUInt32LE(0, at + 4);
		frame.writeDoubleLE(view && count > 0 ? view.begin[count] - view.begin[count - 1] : 0, at + 8);
		at += viewHeaderBytes;
		if (!view) continue;
		for (const column of [view.t, view.min, view.max, Float32Array.from(view.mean)]) {
			frame.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
			at += column.byteLength;
		}
		for (let i = 0; i < count; i++) frame[at + i] = view.valid[i] < view.begin[i + 1] - view.begin[i] ? 1 : 0;
		const end = at + columnBytes(count) - count * 20;
		frame.fill(0, at + count, end);
		at = end;
	}
	return frame;
}

/** t, minimum, maximum, mean, whether samples are missing; padded, so that the next view's t is aligned. */
const columnBytes = (count: number): number => Math.ceil((count * 21) / 8) * 8;

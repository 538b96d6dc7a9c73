/**
 * The WebSocket that engines hold, `/api/engine`: lets them in with a session's token, and hands every notice to the engines it concerns. A
 * browser never gets in: whatever sends an Origin is refused.
 */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { MicrojouleError } from '../../../drivers/errors.ts';
import { bearerOf } from '../../../engine/server/admission.ts';
import { asMicrojouleError, refuseUpgrade } from '../../../engine/server/errors.ts';
import type { PortalContext } from './context.ts';
import { type ConnectionHost, EngineConnection } from './engine-connection.ts';
import type { Hardware } from './hardware.ts';
import type { Licences } from './licences.ts';
import type { Notice } from './notices.ts';
import type { Sessions } from './sessions.ts';

export const enginePath = '/api/engine';
const pingIntervalMs = 15_000;
/** SQLite and PostgreSQL take more in one query; this keeps one short. */
const perQuery = 500;

export interface EngineSocketOptions {
	readonly context: PortalContext;
	readonly licences: Licences;
	readonly hardware: Hardware;
	readonly sessions: Sessions;
	/** Throws FORBIDDEN for a Host that is not the portal's. */
	readonly checkHost: (headers: IncomingHttpHeaders) => void;
	/** Of the network: who a request is from. */
	readonly addressOf: (request: IncomingMessage) => string | undefined;
}

export class EngineSocket implements ConnectionHost {
	readonly #options: EngineSocketOptions;
	readonly answering = new Set<EngineConnection>();
	readonly #server = new WebSocketServer({ noServer: true, maxPayload: 128 * 1024, perMessageDeflate: false });
	readonly #connections = new Set<EngineConnection>();
	readonly #byUser = new Map<number, Set<EngineConnection>>();
	readonly #byLease = new Map<string, EngineConnection>();
	readonly #unsubscribe: () => void;
	readonly #pinger: NodeJS.Timeout;

	constructor(options: EngineSocketOptions) {
		this.#options = options;
		this.#unsubscribe = options.context.notices.on((notice) => this.#notice(notice));
		this.#pinger = setInterval(() => {
			for (const connection of this.#connections) connection.ping();
		}, pingIntervalMs);
		this.#pinger.unref();
	}

	get context(): PortalContext {
		return this.#options.context;
	}

	get licences(): Licences {
		return this.#options.licences;
	}

	get hardware(): Hardware {
		return this.#options.hardware;
	}

	/** How many engines are connected to this process. */
	get connections(): number {
		return this.#connections.size;
	}

	/** The HTTP server's `upgrade` event. Refused requests get an HTTP answer with the usual error body. */
	async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
		socket.on('error', () => socket.destroy());
		try {
			const { origin } = request.headers;
			this.#options.checkHost(request.headers);
			if (origin !== undefined) throw new MicrojouleError('FORBIDDEN', `This WebSocket is for engines; a page (of ${origin}) has no business here.`, { origin });
			const path = request.url?.split('?', 1)[0];
			if (path !== enginePath) throw new MicrojouleError('NOT_FOUND', `There is no WebSocket at ${path}; engines connect to ${enginePath}.`);
			const token = bearerOf(request.headers);
			const user = token === undefined ? undefined : await this.#options.sessions.find(token);
			if (!user) throw new MicrojouleError('NOT_LOGGED_IN', 'The session is over, or there never was one. Log in again.');
			const address = this.#options.addressOf(request);
			this.#server.handleUpgrade(request, socket, head, (webSocket) => {
				const { id, name, sessionId } = user;
				const connection = new EngineConnection(webSocket, { user: { id, name, address }, sessionId }, this);
				this.#add(connection);
				webSocket.on('close', () => this.#remove(connection));
			});
		} catch (thrown) {
			refuseUpgrade(socket, asMicrojouleError(thrown));
		}
	}

	holds(lease: string, connection: EngineConnection): void {
		this.#byLease.set(lease, connection);
	}

	drops(lease: string, connection: EngineConnection): void {
		if (this.#byLease.get(lease) === connection) this.#byLease.delete(lease);
	}

	/** What notices have missed: they are hints, the database counts. */
	async sweep(): Promise<void> {
		for (const leases of parts([...this.#byLease.keys()]))
			for (const revocation of await this.licences.reservations.pending(leases)) this.#byLease.get(revocation.lease)?.offer(revocation);
		const sessions = new Set([...this.#connections].map(({ session }) => session.sessionId));
		for (const some of parts([...sessions])) for (const alive of await this.#options.sessions.alive(some)) sessions.delete(alive);
		this.#signOut(sessions);
	}

	/** Idempotent. */
	async close(): Promise<void> {
		clearInterval(this.#pinger);
		this.#unsubscribe();
		for (const connection of this.#connections) connection.close(1001, 'The portal stops.');
		await new Promise<void>((resolve) => this.#server.close(() => resolve()));
	}

	#add(connection: EngineConnection): void {
		const { id } = connection.session.user;
		this.#connections.add(connection);
		const others = this.#byUser.get(id);
		if (others) others.add(connection);
		else this.#byUser.set(id, new Set([connection]));
	}

	#remove(connection: EngineConnection): void {
		const { id } = connection.session.user;
		this.#connections.delete(connection);
		const others = this.#byUser.get(id);
		others?.delete(connection);
		if (others?.size === 0) this.#byUser.delete(id);
		connection.closed();
	}

	#notice(notice: Notice): void {
		if (notice.type === 'revoke') {
			const { leases, licence, reason } = notice;
			for (const lease of leases) {
				const revocation = { lease, licence, reason };
				const holder = this.#byLease.get(lease);
				holder?.offer(revocation);
				// Nobody holds it yet whose answer is still on its way.
				for (const connection of this.answering) if (connection !== holder) connection.offer(revocation);
			}
		} else if (notice.type === 'licences') {
			for (const user of notice.users) for (const connection of this.#byUser.get(user) ?? []) connection.push({ push: 'licences' });
		} else if (notice.type === 'sessions-ended') this.#signOut(new Set(notice.sessions));
	}

	#signOut(sessions: ReadonlySet<string>): void {
		if (sessions.size === 0) return;
		for (const connection of this.#connections) {
			if (!sessions.has(connection.session.sessionId)) continue;
			connection.push({ push: 'signed-out', reason: 'The session is over. Log in again.' });
			connection.close(1008, 'The session is over.');
		}
	}
}

function parts<T>(items: readonly T[]): T[][] {
	return Array.from({ length: Math.ceil(items.length / perQuery) }, (_, part) => items.slice(part * perQuery, (part + 1) * perQuery));
}

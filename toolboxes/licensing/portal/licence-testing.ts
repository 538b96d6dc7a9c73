/**
 * For tests of licences: a portal with a clock that stands until it is moved, and a test engine, which knows no more of the portal than the wire
 * does. Accounts are rows that the bench writes itself: their passwords would cost a test most of its time.
 */

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { MicrojouleError } from '../../../drivers/errors.ts';
import type { LicenceType } from '../licence.ts';
import type { EngineRequest, EngineResults, IssuedLease, PortalPush } from '../wire.ts';
import type { PortalContext } from './context.ts';
import { enginePath } from './engine-socket.ts';
import type { Hardware } from './hardware.ts';
import type { Keys } from './keys.ts';
import type { Licences, SignedIn } from './licences.ts';
import { createPortal, type Portal } from './portal.ts';
import type { Sessions } from './sessions.ts';

export const startMs = Date.UTC(2026, 0, 15);

export class LicenceBench implements AsyncDisposable {
	readonly portal: Portal;
	readonly #outbox: string;
	readonly #open: TestEngine[] = [];
	readonly #clock: { ms: number };

	private constructor(portal: Portal, outbox: string, clock: { ms: number }) {
		this.portal = portal;
		this.#outbox = outbox;
		this.#clock = clock;
	}

	static async open(where: string): Promise<LicenceBench> {
		const clock = { ms: startMs };
		const outbox = await mkdtemp(join(tmpdir(), 'microjoule-outbox-'));
		return new LicenceBench(await createPortal({ database: where, port: 0, outbox, now: () => clock.ms }), outbox, clock);
	}

	/** ms since 1970. */
	get clock(): number {
		return this.#clock.ms;
	}

	set clock(ms: number) {
		this.#clock.ms = ms;
	}

	get context(): PortalContext {
		return this.portal.context;
	}

	get licences(): Licences {
		return this.portal.services.licences;
	}

	get keys(): Keys {
		return this.portal.services.keys;
	}

	get hardware(): Hardware {
		return this.portal.services.hardware;
	}

	get sessions(): Sessions {
		return this.portal.services.sessions;
	}

	/** Of the engines' WebSocket. */
	get url(): string {
		return `${this.portal.url.replace(/^http/, 'ws')}${enginePath}`;
	}

	/** A verified user. */
	async user(name: string, verified = true): Promise<SignedIn> {
		const key = name.toLowerCase();
		const { id } = await this.context.database.db
			.insertInto('users')
			.values({
				name,
				name_key: key,
				email: `${key}@example.org`,
				email_key: `${key}@example.org`,
				password: '-',
				verified_at: verified ? startMs : null,
				admin: 0,
				terms_accepted_at: startMs,
				created_at: startMs,
			})
			.returning('id')
			.executeTakeFirstOrThrow();
		return { id, name };
	}

	/** A licence of `owner`; `days` until it expires, none for a perpetual one. */
	async licence(owner: SignedIn, { type = 'Automation', days }: { type?: LicenceType; days?: number } = {}): Promise<number> {
		const expiresAt = days === undefined ? null : this.clock + days * 86_400_000;
		const term = days === undefined ? 'perpetual' : 'monthly';
		const [id] = await this.context.database.transaction((tx) => this.licences.grant(tx, owner, { ownerId: owner.id, type, term, expiresAt }));
		return id;
	}

	session({ id }: SignedIn): Promise<string> {
		return this.sessions.create(id, 'engine');
	}

	/** An engine of the user, signed in on the computer called `hostname`; `leases` as a restarted one has them. */
	async engine(user: SignedIn, hostname: string, leases: readonly string[] = []): Promise<TestEngine> {
		const engine = await TestEngine.connect(this.url, await this.session(user), hostname);
		engine.now = () => this.clock;
		this.#open.push(engine);
		await engine.ask('hello', { computer: { id: computerId(hostname), hostname }, version: '1', leases: [...leases] });
		return engine;
	}

	/** Moves the clock, and does what the portal does by itself every few seconds. */
	async pass(seconds: number): Promise<void> {
		this.clock += seconds * 1000;
		await this.sweep();
	}

	sweep(): Promise<void> {
		return this.portal.sweep();
	}

	/** What the audit log says of a licence, oldest first. */
	async log(licence: number): Promise<string[]> {
		const rows = await this.context.database.db.selectFrom('audit').selectAll().where('licence_id', '=', licence).orderBy('id').execute();
		return rows.map(({ user_name, action }) => `${user_name}: ${action}`);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const engine of this.#open) engine.cut();
		await this.portal.close();
		await rm(this.#outbox, { recursive: true });
	}
}

export function computerId(hostname: string): string {
	return Buffer.from(hostname).toString('hex').padEnd(32, '0');
}

export class TestEngine {
	/** Leases it holds, each with its licence: its gate is open for these until their end. */
	readonly held = new Map<string, number>();
	/** When each lease ends, counted from when it was asked for, ms. */
	readonly ends = new Map<string, number>();
	now = Date.now;
	readonly pushes: PortalPush[] = [];
	/** Whether it locks when it is told to. */
	obeys = true;
	readonly socket: WebSocket;
	readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void; licence: number | undefined; sent: number }>();
	readonly #watchers = new Set<() => void>();
	#id = 0;

	private constructor(socket: WebSocket) {
		this.socket = socket;
		socket.on('message', (data) => this.#message(JSON.parse(String(data))));
		socket.on('error', () => {});
		socket.on('close', () => {
			for (const { reject } of this.#waiting.values()) reject(new Error('the connection is closed'));
			this.#waiting.clear();
		});
	}

	static async connect(url: string, token: string, hostname: string): Promise<TestEngine> {
		const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}`, 'user-agent': hostname } });
		const engine = new TestEngine(socket);
		await once(socket, 'open');
		return engine;
	}

	ask<T extends EngineRequest['type']>(type: T, fields: Omit<Extract<EngineRequest, { type: T }>, 'id' | 'type'>): Promise<EngineResults[T]> {
		const id = ++this.#id;
		return new Promise((resolve, reject) => {
			if (this.socket.readyState !== WebSocket.OPEN) throw new Error('the connection is closed');
			this.#waiting.set(id, { resolve, reject, licence: type === 'reserve' ? (fields as unknown as { licence: number }).licence : undefined, sent: this.now() });
			this.socket.send(JSON.stringify({ id, type, ...fields }));
		});
	}

	async reserve(licence: number, fields: { ttl?: number; supersedes?: string[]; lease?: string } = {}): Promise<EngineResults['reserve']> {
		const issued = await this.ask('reserve', { licence, ...fields });
		for (const lease of fields.supersedes ?? []) this.held.delete(lease);
		return issued;
	}

	/** Locks, then tells the portal. */
	async giveBack(licence: number): Promise<void> {
		for (const [lease, of] of this.held) if (of === licence) this.held.delete(lease);
		await this.ask('return', { licence });
	}

	async list() {
		return (await this.ask('list', {})).licences;
	}

	isOpen(licence: number): boolean {
		return [...this.held].some(([lease, of]) => of === licence && (this.ends.get(lease) ?? 0) > this.now());
	}

	/** Resolves once `condition` holds, which is looked at after every message. */
	async until(condition: () => boolean): Promise<void> {
		if (condition()) return;
		await new Promise<void>((resolve) => {
			const look = () => {
				if (!condition()) return;
				this.#watchers.delete(look);
				resolve();
			};
			this.#watchers.add(look);
		});
	}

	/** As a broken network: nothing is said any more. */
	cut(): void {
		this.socket.terminate();
	}

	#message(message: PortalPush | { id: number; result?: unknown; error?: { code: never; message: string; details: Record<string, unknown> } }): void {
		if ('push' in message) {
			if (message.push === 'revoke' && this.obeys) {
				this.held.delete(message.lease);
				this.ask('revoked', { lease: message.lease }).catch(() => {});
			}
			this.pushes.push(message);
		} else {
			const { id, result, error } = message;
			const waiting = this.#waiting.get(id);
			this.#waiting.delete(id);
			// At once: the next message may be the end of this lease, and promises come later.
			if (waiting?.licence !== undefined && result) {
				const { lease, durationS } = result as IssuedLease;
				this.held.set(lease, waiting.licence);
				this.ends.set(lease, waiting.sent + durationS * 1000);
			}
			if (error) waiting?.reject(new MicrojouleError(error.code, error.message, error.details));
			else waiting?.resolve(result as never);
		}
		for (const look of this.#watchers) look();
	}
}

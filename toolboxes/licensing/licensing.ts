/**
 * The engine's account and its licences: one engine, one signed-in account, shared by the page, the scripts and the program. Owns the link
 * to the portal and the leases; opens and closes the gate.
 *
 *     page, scripts, program ──► Licensing ──► PortalLink ══ WebSocket ══ portal
 *                                   │  ▲  leases, revocations
 *                                   ▼  │
 *                             HeldLeases ──► LeaseStore (DATA/leases/)
 *                                   │
 *                                   └──► Gate ◄── toolboxes
 *
 * The order that keeps two engines from using one licence: lock and destroy first, on the disk too, and only then tell the portal.
 */

import { randomBytes } from 'node:crypto';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import type { Computer } from './computer.ts';
import { Connection } from './connection.ts';
import { Gate } from './gate.ts';
import { HeldLeases, type Hold } from './held-leases.ts';
import type { LeaseStore, StoredSession } from './lease-store.ts';
import { type Clocks, LeaseTime, realClocks } from './lease-time.ts';
import type { Licence } from './licence.ts';
import { PortalClient, parsePortalUrl } from './portal-client.ts';
import { PortalLink } from './portal-link.ts';
import type { LicensingStatus } from './status.ts';
import { inTurn } from './turns.ts';
import type { EngineRequest, EngineResults, PortalPush } from './wire.ts';

export interface LicensingOptions {
	/** The portal's address. */
	readonly portal: string;
	/** What its session and keys are filed under; default its address. An embedded portal's port may be another one at each start. */
	readonly portalName?: string;
	readonly store: LeaseStore;
	readonly computer: Computer;
	readonly version: string;
	readonly clocks?: Clocks;
}

export type Instrument = Extract<EngineRequest, { type: 'hardware' }>['instruments'][number];

const renewEveryS = 3600;
/** How often expiry and the sleep of the computer are looked for. */
const tickS = 5;
const noteEveryTicks = 12;
/** Where leases do not outlast the process every reservation is one for a while, s. */
const guestTtlS = 60;

export class Licensing implements AsyncDisposable {
	readonly gate: Gate;
	readonly #options: LicensingOptions;
	readonly #clocks: Clocks;
	readonly #store: LeaseStore;
	readonly #name: string;
	readonly #client: PortalClient;
	readonly #time: LeaseTime;
	readonly #held: HeldLeases;
	readonly #turns = inTurn();
	readonly #listeners = new Set<(status: LicensingStatus) => void>();
	readonly #connections = new Set<Connection>();
	/** Returns of reservations whose last claim has ended, by licence: what cancels each. */
	readonly #lapses = new Map<number, () => void>();
	readonly #renewals = new Map<number, () => void>();
	/** Leases that the portal has ended: an answer that was on its way must not bring one back. */
	readonly #revoked = new Set<string>();
	/** Licences reserved without an end where leases do not outlast the process. */
	readonly #keptHere = new Set<number>();
	#session: StoredSession | undefined;
	#licences: readonly Licence[];
	#instruments: readonly Instrument[] = [];
	#link: PortalLink | undefined;
	#problem: string | null = null;
	#cancelTick: () => void = () => {};
	#ticks = 0;
	#wasOpen = '';
	#closed = false;

	/** Takes up stored leases and the session; connects by itself. INVALID_VALUE: the address. */
	static async create(options: LicensingOptions): Promise<Licensing> {
		const licensing = new Licensing(options);
		await licensing.#held.load();
		licensing.#start();
		return licensing;
	}

	private constructor(options: LicensingOptions) {
		this.#options = options;
		this.#client = new PortalClient(parsePortalUrl(options.portal));
		this.#name = options.portalName ?? this.#client.url;
		this.#clocks = options.clocks ?? realClocks;
		this.#store = options.store;
		this.#time = new LeaseTime(this.#clocks, this.#store);
		this.#held = new HeldLeases(this.#store, this.#time, this.#name, options.computer.id);
		this.gate = new Gate((toolbox) => this.#held.judge(toolbox));
		const session = this.#store.get('session');
		if (session?.portal === this.#name) this.#session = session;
		this.#licences = this.#session ? this.#store.get('licences') : [];
	}

	#start(): void {
		for (const hold of this.#held.all()) this.#scheduleRenewal(hold);
		if (this.#session) this.#connect(this.#session);
		this.#tick();
	}

	/** For the user of one script connection. Close it when that is gone. */
	connection(): Connection {
		const connection = new Connection({
			login: (user, password) => this.login(user, password),
			logout: () => this.logout(),
			licences: () => this.licences(),
			reserve: (licence, ttlS) => this.#reserve(licence, ttlS, connection),
			return: (licence) => this.#return(licence, connection),
			closed: (claims) => {
				this.#connections.delete(connection);
				for (const [licence, ttlS] of claims) this.#leave(licence, ttlS);
			},
		});
		this.#connections.add(connection);
		return connection;
	}

	/** User name of the signed-in account. */
	get user(): string | null {
		return this.#session && !this.#session.signedOut ? this.#session.user : null;
	}

	status(): LicensingStatus {
		const online = this.#link?.online === true;
		const last = this.#held.all().filter((hold) => this.#held.isGood(hold));
		const remainingS = Math.max(...last.map((hold) => this.#held.remainingS(hold)));
		return {
			state: this.user === null ? 'signed-out' : online ? 'online' : 'offline',
			user: this.user,
			portal: this.#client.url,
			offlineUntil: online || last.length === 0 ? null : new Date(Math.floor(this.#time.nowMs() + remainingS * 1000)).toISOString(),
			problem: this.#problem,
			toolboxes: { automation: this.gate.state('automation'), battery: this.gate.state('battery') },
			licences: this.user === null ? [] : this.#shown(),
			computer: this.#options.computer,
		};
	}

	/** Called with the status after everything that changes it. Returns an unsubscriber. Listeners must not throw. */
	on(listener: (status: LicensingStatus) => void): () => void {
		this.#listeners.add(listener);
		return () => void this.#listeners.delete(listener);
	}

	/**
	 * Signs the engine in. The same account once more succeeds; another one only while nothing is reserved. The portal proves who it is before it
	 * is sent the password. LOGIN_FAILED, TOO_MANY_TRIES, LOGGED_IN_AS_OTHER, PORTAL_UNREACHABLE, PORTAL_CHANGED.
	 */
	login(name: string, password: string): Promise<void> {
		return this.#turns('account', async () => {
			await this.#identify();
			const { token, user } = await this.#client.signIn(name, password, this.#options.computer.hostname);
			const before = this.#session;
			const holder = this.#held.all().find((hold) => hold.user !== user && this.#held.remainingS(hold) > 0)?.user;
			if (holder !== undefined) {
				await this.#client.signOut(token).catch(() => {});
				throw new MicrojouleError('LOGGED_IN_AS_OTHER', `${holder} holds licences reserved on this computer. Return them before ${user} signs in.`, { user: holder });
			}
			if (before?.user === user && this.#link?.online) {
				// The session that the leases are known by goes on.
				await this.#client.signOut(token).catch(() => {});
				this.#keep({ portal: before.portal, user, token: before.token });
			} else {
				this.#link?.close();
				if (before) await this.#client.signOut(before.token).catch(() => {});
				if (before?.user !== user) this.#setLicences([]);
				const session = { portal: this.#name, user, token };
				this.#keep(session);
				this.#connect(session);
			}
			const failure = await this.#link?.first;
			this.#changed();
			if (failure) throw failure;
			if (this.#link?.online) await this.#list();
		});
	}

	/** Signs out. Leases are kept, renewed and revocable until they are returned. Succeeds where nobody is signed in. */
	logout(): Promise<void> {
		return this.#turns('account', async () => {
			const session = this.#session;
			if (!session || session.signedOut) return;
			this.#keep({ ...session, signedOut: true });
			this.#setLicences([]);
			await this.#endUnneeded();
			this.#changed();
		});
	}

	/** The account's licences; while offline, as they last were, and only those held here are available. NOT_LOGGED_IN. */
	async licences(): Promise<readonly Licence[]> {
		this.#requireUser();
		if (this.#link?.online) await this.#list();
		return this.#shown();
	}

	/** Frees the licence at once, whoever in this engine still claims it. PORTAL_UNREACHABLE where the portal must learn of it later. */
	returnNow(licence: number): Promise<void> {
		return this.#turns(licence, () => this.#giveBack(licence));
	}

	/** The licences that unlock something here now. */
	openLicences(): number[] {
		return this.#held
			.all()
			.filter((hold) => this.#held.isGood(hold))
			.map(({ licence }) => licence);
	}

	/** Resolves when the first attempt to reach the portal has ended, well or not, and nothing is under way. */
	async settled(): Promise<void> {
		await this.#link?.first;
		await this.#turns.idle();
	}

	/** Instruments for the account's hardware list. */
	instruments(list: readonly Instrument[]): void {
		if (JSON.stringify(list) === JSON.stringify(this.#instruments)) return;
		this.#instruments = list;
		this.#reportInstruments();
	}

	/** Stops talking to the portal. Stored leases stay. Idempotent. */
	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		this.#cancelTick();
		for (const cancel of [...this.#lapses.values(), ...this.#renewals.values()]) cancel();
		this.#time.note();
		this.#link?.close();
		await this.#turns.idle();
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	#requireUser(): string {
		if (this.user !== null) return this.user;
		throw new MicrojouleError('NOT_LOGGED_IN', 'No account is signed in. Sign in under User Management, or with `microjoule login`.');
	}

	/** The portal proves who it is; its keys are pinned. */
	async #identify(): Promise<void> {
		const keys = this.#store.get('keys');
		const pinned = keys[this.#name] ?? [];
		const now = await this.#client.identify(pinned);
		if (now.length !== pinned.length) this.#store.set('keys', { ...this.#store.get('keys'), [this.#name]: now });
	}

	#connect(session: StoredSession): void {
		const link: PortalLink = new PortalLink({
			url: this.#client.url,
			token: session.token,
			computer: this.#options.computer,
			version: this.#options.version,
			clock: this.#clocks.monotonic,
			identify: () => this.#identify(),
			leases: () => [...this.#held.all(), ...this.#held.ends()].map(({ lease }) => lease),
			greeted: (answer) => this.#greeted(link, answer),
			offline: (error) => {
				this.#problem = error.message;
				this.#changed();
			},
			push: (push) => this.#pushed(link, push),
			signedOut: (reason) => {
				this.#problem = reason;
				if (this.#link !== link) return;
				this.#link = undefined;
				this.#keep(null);
				this.#setLicences([]);
				this.#changed();
			},
		});
		this.#link = link;
	}

	async #greeted(link: PortalLink, { now, good, gone }: EngineResults['hello']): Promise<void> {
		this.#problem = null;
		this.#time.portalSays(now);
		for (const lease of gone) {
			this.#revoke(lease, 'the portal has ended its reservation');
			void link.request('revoked', { lease }).catch(() => {});
		}
		for (const { licence, lease, why } of this.#held.ends()) {
			if (good.includes(lease)) await (why === 'returned' ? link.request('return', { licence }) : link.request('revoked', { lease })).catch(refused);
			this.#held.told(lease);
		}
		await Promise.all(this.#held.all().map((hold) => this.#renew(hold)));
		this.#reportInstruments();
		await this.#list();
		await this.#endUnneeded();
		this.#changed();
	}

	#pushed(link: PortalLink, push: PortalPush): void {
		if (push.push === 'revoke') {
			this.#revoke(push.lease, push.reason);
			void link.request('revoked', { lease: push.lease }).catch(() => {});
			void this.#turns('account', () => this.#endUnneeded());
		} else if (push.push === 'licences') void this.#list().catch(() => {});
	}

	#revoke(lease: string, reason: string): void {
		this.#revoked.add(lease);
		const unanswered = this.#held.ends().find((end) => end.lease === lease);
		// One that was asked for may have taken the place of the one held.
		const hold = this.#held.all().find((candidate) => candidate.lease === lease || candidate.licence === unanswered?.licence);
		if (hold) this.#lock(hold, reason);
	}

	/** The list, afresh. */
	async #list(): Promise<void> {
		const { licences } = (await this.#link?.request('list', {})) ?? { licences: [] };
		if (this.user !== null) this.#setLicences(licences);
		this.#changed();
	}

	#setLicences(licences: readonly Licence[]): void {
		this.#licences = licences;
		this.#store.set('licences', licences);
	}

	#shown(): Licence[] {
		if (this.#link?.online) return [...this.#licences];
		return this.#licences.map((licence) => {
			const hold = this.#held.get(licence.id);
			return { ...licence, available: hold !== undefined && this.#held.isGood(hold) };
		});
	}

	#reserve(licence: number, ttlS: number | undefined, connection: Connection): Promise<void> {
		return this.#turns(licence, async () => {
			this.#requireUser();
			if (connection.isClosed) throw new MicrojouleError('INVALID_VALUE', 'The connection that asks for a licence is closed.', { licence });
			const wantedS = this.#store.lasting ? ttlS : (ttlS ?? guestTtlS);
			const hold = this.#held.get(licence);
			const covers = hold && this.#held.isGood(hold) && (hold.ttlS === undefined || (wantedS !== undefined && wantedS <= hold.ttlS));
			if (!covers) {
				await this.#ask(licence, hold, wantedS === undefined || hold?.ttlS === undefined ? wantedS : Math.max(wantedS, hold.ttlS));
				await this.#list().catch(() => {}); // the lease counts
			}
			this.#cancelLapse(licence);
			if (ttlS === undefined) this.#keptHere.add(licence);
			// The connection may have gone while the portal answered.
			if (connection.isClosed) this.#leave(licence, ttlS);
			else connection.claim(licence, ttlS);
		});
	}

	async #ask(licence: number, before: Hold | undefined, ttlS: number | undefined): Promise<void> {
		if (!this.#link?.online) throw this.#offline(`Licence ${licence} cannot be reserved`);
		const replaced = [...(before ? [before] : []), ...this.#held.ends().filter((end) => end.licence === licence)].map((each) => each.lease);
		const lease = randomBytes(16).toString('base64url');
		const sent = this.#time.moment();
		this.#held.asking(licence, lease);
		try {
			const issued = await this.#link.request('reserve', { licence, lease, supersedes: replaced, ...(ttlS === undefined ? {} : { ttl: ttlS }) });
			const hold = await this.#install(issued, sent, ttlS, () => !this.#revoked.has(issued.lease));
			if (!hold) throw new MicrojouleError('LICENCE_TAKEN', `Licence ${licence} was returned in the portal while it was being reserved. Try again.`, { licence });
			this.#scheduleRenewal(hold);
		} catch (error) {
			if (!isUnreachable(error)) this.#held.told(lease);
			throw error;
		}
		this.#changed();
	}

	/** A lease signed with a key that is newer than this connection: the portal shows how it follows from the pinned one. */
	async #install(...given: Parameters<HeldLeases['install']>): Promise<Hold | undefined> {
		try {
			return await this.#held.install(...given);
		} catch {
			await this.#identify();
			return this.#held.install(...given);
		}
	}

	#return(licence: number, connection: Connection): Promise<void> {
		return this.#turns(licence, async () => {
			connection.release(licence);
			if (![...this.#connections].some((other) => other.claims(licence))) await this.#giveBack(licence);
		});
	}

	/** Locks; then tells the portal, now or when it can be reached. */
	async #giveBack(licence: number): Promise<void> {
		for (const connection of this.#connections) connection.release(licence);
		const hold = this.#held.get(licence);
		if (hold) this.#lock(hold, 'its licence was returned', true);
		else if (!this.#held.ends().some((end) => end.licence === licence)) this.#requireUser();
		if (!this.#link?.online)
			throw this.#offline(hold ? `Licence ${licence} is locked here and will be given back as soon as the portal answers` : `Licence ${licence} cannot be returned`);
		await this.#link.request('return', { licence });
		for (const end of this.#held.ends()) if (end.licence === licence) this.#held.told(end.lease);
		await this.#list().catch(() => {});
		void this.#turns('account', () => this.#endUnneeded());
	}

	/** A claim has ended with its connection: without any other, a reservation for a while ends after that while. */
	#leave(licence: number, ttlS: number | undefined): void {
		const hold = this.#held.get(licence);
		if (!hold || this.#closed || this.#kept(hold) || [...this.#connections].some((other) => other.claims(licence))) return;
		this.#cancelLapse(licence);
		void this.#renew(hold);
		const cancel = this.#clocks.monotonic.after(ttlS ?? guestTtlS, () => {
			this.#lapses.delete(licence);
			void this.#turns(licence, () => this.#giveBack(licence)).catch(() => {}); // its lease has run out, or soon will
		});
		this.#lapses.set(licence, cancel);
	}

	/** Whether somebody wants the reservation to last. */
	#kept({ ttlS, licence }: Hold): boolean {
		return ttlS === undefined || this.#keptHere.has(licence);
	}

	#cancelLapse(licence: number): void {
		this.#lapses.get(licence)?.();
		this.#lapses.delete(licence);
	}

	#scheduleRenewal(hold: Hold): void {
		this.#renewals.get(hold.licence)?.();
		const pauseS = Math.min(renewEveryS, hold.durationS / 2);
		this.#renewals.set(
			hold.licence,
			this.#clocks.monotonic.after(Math.max(pauseS, 0), () => void this.#renew(hold)),
		);
	}

	/** Has the portal extend the lease; what it refuses to extend is over. While it cannot be reached, nothing changes. */
	#renew(hold: Hold): Promise<void> {
		return this.#turns(`renew ${hold.licence}`, async () => {
			const isHeld = () => this.#held.get(hold.licence)?.lease === hold.lease;
			if (this.#closed || !this.#link?.online || !isHeld()) return;
			const sent = this.#time.moment();
			try {
				const issued = await this.#link.request('renew', { lease: hold.lease });
				const renewed = await this.#install(issued, sent, hold.ttlS, isHeld);
				if (renewed) this.#scheduleRenewal(renewed);
				this.#changed();
			} catch (error) {
				if (!isUnreachable(error)) this.#lock(hold, messageOf(error).replace(/\.$/, ''));
			}
		});
	}

	#lock(hold: Hold, reason: string, back = false): void {
		this.#renewals.get(hold.licence)?.();
		this.#renewals.delete(hold.licence);
		this.#cancelLapse(hold.licence);
		for (const connection of this.#connections) connection.release(hold.licence);
		this.#keptHere.delete(hold.licence);
		this.#held.destroy(hold, reason, back);
		this.#changed();
	}

	/** A session that was signed out is kept for its leases' sake only. */
	async #endUnneeded(): Promise<void> {
		const session = this.#session;
		if (!session?.signedOut || this.#held.all().length > 0 || this.#held.ends().length > 0) return;
		this.#link?.close();
		this.#link = undefined;
		this.#keep(null);
		await this.#client.signOut(session.token).catch(() => {}); // it ends by itself some day
	}

	#keep(session: StoredSession | null): void {
		this.#session = session ?? undefined;
		this.#store.set('session', session);
	}

	#offline(what: string): MicrojouleError {
		return new MicrojouleError('PORTAL_UNREACHABLE', `${what}: ${this.#problem ?? `the licence portal at ${this.#client.url} is not connected.`}`, { portal: this.#client.url });
	}

	#reportInstruments(): void {
		if (this.#link?.online && this.user !== null && this.#instruments.length > 0) void this.#link.request('hardware', { instruments: [...this.#instruments] }).catch(() => {});
	}

	/** Locks what has run out, within a second; a timer alone would miss it where the computer slept. */
	#tick(): void {
		let nextS = tickS;
		for (const hold of this.#held.all()) {
			if (hold.suspended !== undefined) continue;
			const remainingS = this.#held.remainingS(hold);
			const slept = hold.durationS - (this.#clocks.monotonic.now() - hold.from.monotonicS) > 0;
			if (remainingS > 0) nextS = Math.min(nextS, remainingS);
			// Where only the wall clock says so, it may just have been set right: the portal decides.
			else if (slept && this.#link?.online) void this.#renew(hold);
			else this.#lock(hold, 'its lease ran out while the portal could not be reached');
		}
		if (++this.#ticks % noteEveryTicks === 0) this.#time.note();
		if (this.#wasOpen !== this.#openness()) this.#changed();
		this.#cancelTick = this.#clocks.monotonic.after(Math.max(nextS, 0.01), () => this.#tick());
	}

	#openness(): string {
		return `${this.gate.isOpen('automation')} ${this.gate.isOpen('battery')}`;
	}

	#changed(): void {
		if (this.#closed) return;
		const openness = this.#openness();
		if (openness !== this.#wasOpen) {
			this.#wasOpen = openness;
			this.gate.changed();
		}
		const status = this.status();
		for (const listener of this.#listeners) listener(status);
	}
}

/** A refusal is an answer: the portal knows better. */
function refused(error: unknown): void {
	if (isUnreachable(error)) throw error;
}

/** Nothing is known of what became of a request; every other error is the portal's answer. */
function isUnreachable(error: unknown): boolean {
	return !(error instanceof MicrojouleError) || error.code === 'PORTAL_UNREACHABLE' || error.code === 'INTERNAL';
}

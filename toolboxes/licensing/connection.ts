/**
 * One user of the engine's account: a script's connection, a request of the page, a command of the program. What it reserves it claims until
 * it returns it or closes, so that another one's return does not take it away.
 */

import type { Licence } from './licence.ts';

interface Actions {
	login(user: string, password: string): Promise<void>;
	logout(): Promise<void>;
	licences(): Promise<readonly Licence[]>;
	reserve(licence: number, ttlS: number | undefined): Promise<void>;
	return(licence: number): Promise<void>;
	/** The connection is closed; it claimed these, each with the time it was to be kept, s. */
	closed(claims: ReadonlyMap<number, number | undefined>): void;
}

export class Connection implements Disposable {
	readonly #actions: Actions;
	readonly #claims = new Map<number, number | undefined>();
	#signedIn = false;
	#closed = false;

	/** For Licensing. */
	constructor(actions: Actions) {
		this.#actions = actions;
	}

	/** Signs the engine in, as Licensing.login. */
	async login(user: string, password: string): Promise<void> {
		await this.#actions.login(user, password);
		this.#signedIn = true;
	}

	/** Signs the engine out, if this connection has signed it in; else succeeds without effect. */
	async logout(): Promise<void> {
		if (!this.#signedIn) return;
		this.#signedIn = false;
		await this.#actions.logout();
	}

	/** NOT_LOGGED_IN. */
	licences(): Promise<readonly Licence[]> {
		return this.#actions.licences();
	}

	/**
	 * Reserves a licence for this computer and claims it. Without `ttl` the reservation outlives the connection and the engine; with it, s, the licence
	 * is returned so long after the last claim has ended. Once more succeeds.
	 * NOT_LOGGED_IN, NOT_FOUND, LICENCE_TAKEN, LICENCE_EXPIRED, PORTAL_UNREACHABLE.
	 */
	reserve(licence: number, { ttl }: { readonly ttl?: number } = {}): Promise<void> {
		return this.#actions.reserve(licence, ttl);
	}

	/** Ends the claim; the licence is free then unless another open connection claims it. Twice succeeds. PORTAL_UNREACHABLE. */
	return(licence: number): Promise<void> {
		return this.#actions.return(licence);
	}

	/** Idempotent. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		const claims = new Map(this.#claims);
		this.#claims.clear();
		this.#actions.closed(claims);
	}

	[Symbol.dispose](): void {
		this.close();
	}

	get isClosed(): boolean {
		return this.#closed;
	}

	claims(licence: number): boolean {
		return this.#claims.has(licence);
	}

	/** For Licensing. */
	claim(licence: number, ttlS: number | undefined): void {
		this.#claims.set(licence, ttlS);
	}

	/** For Licensing. */
	release(licence: number): void {
		this.#claims.delete(licence);
	}
}

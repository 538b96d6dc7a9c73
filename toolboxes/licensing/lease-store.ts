/**
 * What the engine keeps of its licences over a restart: the session, the portals' pinned keys, the leases, licences still to be given back,
 * the list as it was last seen, and the latest time known. Files in DATA/leases/, mode 0600, replaced whole.
 *
 * One process owns the folder at a time. Another that opens it meanwhile is a guest: it reads session and keys, and writes nothing, so
 * that a stored lease never has two users.
 */

import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import { type LockHolder, ProjectLock } from '../../engine/project/lock.ts';
import type { Licence } from './licence.ts';

export interface PinnedKey {
	readonly kid: string;
	readonly jwk: JWK;
}

export interface StoredSession {
	/** Which portal it is at: its address, or `embedded`. */
	readonly portal: string;
	readonly user: string;
	readonly token: string;
	/** Signed out, but kept while leases of it are held. */
	readonly signedOut?: boolean;
}

export interface StoredLease {
	readonly portal: string;
	readonly jws: string;
}

/** A lease that unlocks nothing here, and that the portal may not know to be over. */
export interface StoredEnd {
	readonly portal: string;
	readonly licence: number;
	readonly lease: string;
	/** Its licence was returned; or it was asked for, and the answer has not come. */
	readonly why: 'returned' | 'unanswered';
}

interface Content {
	/** Null once somebody has signed out; undefined before the first sign-in. */
	session: StoredSession | null | undefined;
	keys: Readonly<Record<string, readonly PinnedKey[]>>;
	leases: { readonly leases: readonly StoredLease[]; readonly ends: readonly StoredEnd[] };
	licences: readonly Licence[];
	/** ms since 1970. */
	clock: number;
}

const empty: Content = { session: undefined, keys: {}, leases: { leases: [], ends: [] }, licences: [], clock: 0 };

export class LeaseStore implements Disposable {
	readonly #folder: string | undefined;
	readonly #lock: ProjectLock | undefined;
	/** Who owns the folder, where that is another process. */
	readonly owner: LockHolder | undefined;
	readonly #content: Content;

	/** Opens DATA/leases/ and becomes its owner unless another process is. DISK, DAMAGED. */
	static async open(dataFolder: string): Promise<LeaseStore> {
		const folder = join(dataFolder, 'leases');
		let lock: ProjectLock | LockHolder;
		try {
			mkdirSync(folder, { recursive: true, mode: 0o700 });
			chmodSync(folder, 0o700);
			lock = await ProjectLock.take(folder);
		} catch (error) {
			throw new MicrojouleError('DISK', `The folder for leases ${folder} cannot be used: ${messageOf(error)}`, { folder }, error);
		}
		if (!(lock instanceof ProjectLock)) return new LeaseStore(folder, undefined, lock);
		try {
			return new LeaseStore(folder, lock, undefined);
		} catch (error) {
			lock.release();
			throw error;
		}
	}

	/** For a process that keeps nothing; it may know some keys. */
	static inMemory(keys: Content['keys'] = {}): LeaseStore {
		const store = new LeaseStore(undefined, undefined, undefined);
		store.#content.keys = keys;
		return store;
	}

	private constructor(folder: string | undefined, lock: ProjectLock | undefined, owner: LockHolder | undefined) {
		this.#folder = folder;
		this.#lock = lock;
		this.owner = owner;
		const guest = lock === undefined;
		this.#content = {
			session: this.#read('session'),
			keys: this.#read('keys') ?? empty.keys,
			leases: guest ? empty.leases : (this.#read('leases') ?? empty.leases),
			licences: guest ? empty.licences : (this.#read('licences') ?? empty.licences),
			clock: guest ? 0 : (this.#read('clock') ?? 0),
		};
	}

	/** Whether leases last beyond this process. */
	get lasting(): boolean {
		return this.#lock !== undefined;
	}

	get<K extends keyof Content>(name: K): Content[K] {
		return this.#content[name];
	}

	/** On the disk when it returns. DISK. */
	set<K extends keyof Content>(name: K, value: Content[K]): void {
		this.#content[name] = value;
		if (!this.#lock || this.#folder === undefined) return;
		const file = join(this.#folder, `${name}.json`);
		try {
			// flush: a lease that was destroyed must not come back after a power cut.
			writeFileSync(`${file}.new`, `${JSON.stringify(value)}\n`, { mode: 0o600, flush: true });
			renameSync(`${file}.new`, file);
		} catch (error) {
			throw new MicrojouleError('DISK', `${file} cannot be written: ${messageOf(error)}`, { file }, error);
		}
	}

	/** Notes where the engine answers, for programs that look for it. */
	announce(engine: string): void {
		this.#lock?.announce(engine);
	}

	/** Lets another process own the folder. Idempotent. */
	close(): void {
		this.#lock?.release();
	}

	[Symbol.dispose](): void {
		this.close();
	}

	#read<K extends keyof Content>(name: K): Content[K] | undefined {
		if (this.#folder === undefined) return undefined;
		const file = join(this.#folder, `${name}.json`);
		if (!existsSync(file)) return undefined;
		try {
			return JSON.parse(readFileSync(file, 'utf8')) as Content[K];
		} catch (error) {
			throw new MicrojouleError('DAMAGED', `${file} cannot be read (${messageOf(error)}). Delete it and sign in again.`, { file }, error);
		}
	}
}

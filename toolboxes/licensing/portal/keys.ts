/**
 * The portal's signing keys: Ed25519, in the database, the newest signs. A rotation makes a new one and signs its public half with the one
 * before, so that an engine which trusts any of them can follow. Owns the private halves; nothing hands them out.
 */

import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { sql } from 'kysely';
import { version } from '../../../engine/version.ts';
import type { SigningKey } from '../lease.ts';
import type { PortalContext } from './context.ts';
import { openDatabase, type Tx } from './database/database.ts';

export interface PublicKey {
	readonly kid: string;
	readonly jwk: JWK;
	/** JWS of the JWK, signed with the key before; null for the first. */
	readonly endorsement: string | null;
}

/** A portal's answer to "who are you?": it can sign with its newest key. */
export interface Identity {
	/** JWS of `{nonce, now (ms since 1970), version}`. */
	readonly jws: string;
	/** Oldest first. */
	readonly keys: readonly PublicKey[];
}

export class Keys {
	readonly #context: Pick<PortalContext, 'database' | 'now'>;
	#public: readonly PublicKey[] = [];
	#current!: SigningKey;

	/** Makes the first key where there is none. */
	static async open(context: Pick<PortalContext, 'database' | 'now'>): Promise<Keys> {
		const keys = new Keys(context);
		await keys.#add((known) => known === 0);
		await keys.reload();
		return keys;
	}

	private constructor(context: Pick<PortalContext, 'database' | 'now'>) {
		this.#context = context;
	}

	/** The key that signs. */
	get current(): SigningKey {
		return this.#current;
	}

	/** Makes a new key. Every process on the database signs with it from its next `reload` on. */
	async rotate(): Promise<void> {
		await this.#add(() => true);
	}

	/** Reads the keys again. */
	async reload(): Promise<void> {
		const rows = await this.#context.database.db.selectFrom('keys').selectAll().orderBy('created_at').execute();
		const newest = rows[rows.length - 1];
		if (newest.id === this.#current?.kid) return;
		this.#current = await signingKey(newest);
		this.#public = rows.map(({ id, public_jwk, endorsement }) => ({ kid: id, jwk: JSON.parse(public_jwk) as JWK, endorsement }));
	}

	async identity(nonce: string): Promise<Identity> {
		const keys = this.#public;
		return { jws: await sign({ nonce, now: this.#context.now(), version }, 'microjoule-identity+jwt', this.#current), keys };
	}

	/** Adds a key if `wanted` says so of the number of those there are. One process at a time: the first key must not be made twice. */
	async #add(wanted: (known: number) => boolean): Promise<void> {
		const { database, now } = this.#context;
		await database.transaction(async (tx: Tx) => {
			if (database.kind === 'postgres') await sql`LOCK TABLE keys IN EXCLUSIVE MODE`.execute(tx);
			const rows = await tx.selectFrom('keys').selectAll().orderBy('created_at').execute();
			if (!wanted(rows.length)) return;
			const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
			const jwk = await exportJWK(publicKey);
			const last = rows.at(-1);
			const endorsement = last ? await sign(jwk, 'microjoule-key+jwk', await signingKey(last)) : null;
			await tx
				.insertInto('keys')
				.values({
					id: await calculateJwkThumbprint(jwk),
					private_jwk: JSON.stringify(await exportJWK(privateKey)),
					public_jwk: JSON.stringify(jwk),
					endorsement,
					// Their order is that of their times.
					created_at: Math.max(now(), (last?.created_at ?? 0) + 1),
				})
				.execute();
		});
	}
}

/** For whoever has the database: a new key for every process on it. Returns its id. */
export async function rotateKey(where: string): Promise<string> {
	await using database = await openDatabase(where);
	const keys = await Keys.open({ database, now: Date.now });
	await keys.rotate();
	await keys.reload();
	return keys.current.kid;
}

async function signingKey({ id, private_jwk }: { id: string; private_jwk: string }): Promise<SigningKey> {
	return { kid: id, key: (await importJWK(JSON.parse(private_jwk) as JWK, 'EdDSA')) as SigningKey['key'] };
}

/** `typ` keeps what is signed for one purpose from serving another. */
function sign(payload: object, typ: string, { kid, key }: SigningKey): Promise<string> {
	return new CompactSign(Buffer.from(JSON.stringify(payload))).setProtectedHeader({ alg: 'EdDSA', kid, typ }).sign(key);
}

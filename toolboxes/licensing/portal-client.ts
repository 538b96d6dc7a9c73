/**
 * What an engine asks a portal over HTTP: who it is, before anything secret is sent, and a session. Licences go over the WebSocket.
 */

import { randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import { type ErrorCode, errorCodes, MicrojouleError, messageOf } from '../../drivers/errors.ts';
import { isLoopback } from '../../engine/server/admission.ts';
import type { PinnedKey } from './lease-store.ts';

const timeoutMs = 10_000;

/** The portal's address without a path's end. INVALID_VALUE: not an address, or a remote one without TLS. */
export function parsePortalUrl(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '')
		throw new MicrojouleError('INVALID_VALUE', `The portal's address ${text} must read like https://licences.example.com.`, { portal: text });
	if (url.protocol === 'http:' && !isLoopback(url.hostname.replace(/[[\]]/g, '')))
		throw new MicrojouleError('INVALID_VALUE', `The portal ${text} is on another computer: passwords must not cross the network in the clear. Use https://.`, { portal: text });
	return url.href.replace(/\/+$/, '');
}

export interface PortalSession {
	readonly token: string;
	/** As the account spells it. */
	readonly user: string;
}

interface Identity {
	readonly jws: string;
	/** Oldest first. */
	readonly keys: readonly { readonly kid: string; readonly jwk: JWK; readonly endorsement: string | null }[];
}

export class PortalClient {
	readonly url: string;

	constructor(url: string) {
		this.url = url;
	}

	/**
	 * Has the portal prove that it owns its newest key, and that this key follows from the `pinned` ones; with none pinned it is believed. Returns
	 * the keys to pin from now on. PORTAL_UNREACHABLE, PORTAL_CHANGED.
	 */
	async identify(pinned: readonly PinnedKey[]): Promise<readonly PinnedKey[]> {
		const nonce = randomBytes(16).toString('base64url');
		const identity = await this.#call<Identity>('GET', `/api/identity?nonce=${nonce}`);
		try {
			const keys = pinned.length === 0 ? identity.keys.map(({ kid, jwk }) => ({ kid, jwk })) : await follow(pinned, identity.keys);
			const newest = keys.at(-1);
			if (!newest || decodeProtectedHeader(identity.jws).kid !== newest.kid) throw new Error('its answer is not signed with its newest key');
			if ((await signedBy(newest, identity.jws, 'microjoule-identity+jwt')).nonce !== nonce) throw new Error('its answer is to another question');
			return keys;
		} catch (error) {
			const remedy = 'If its administrator confirms that it was set up anew, delete keys.json and session.json in DATA/leases and sign in again.';
			throw new MicrojouleError(
				'PORTAL_CHANGED',
				`The portal at ${this.url} is not the one of the first sign-in: ${messageOf(error)}. Nothing secret was sent. ${remedy}`,
				{ portal: this.url },
				error,
			);
		}
	}

	/** LOGIN_FAILED, TOO_MANY_TRIES, PORTAL_UNREACHABLE. */
	async signIn(name: string, password: string, label: string): Promise<PortalSession> {
		const { token, user } = await this.#call<{ token: string; user: { name: string } }>('POST', '/api/session', { name, password, label });
		return { token, user: user.name };
	}

	/** Ends a session; one that is over already is as good. */
	async signOut(token: string): Promise<void> {
		await this.#call('DELETE', '/api/session', undefined, token).catch((error: unknown) => {
			if (!(error instanceof MicrojouleError && error.code === 'NOT_LOGGED_IN')) throw error;
		});
	}

	async #call<T>(method: string, path: string, body?: object, token?: string): Promise<T> {
		const headers: Record<string, string> = { accept: 'application/json' };
		if (token !== undefined) headers.authorization = `Bearer ${token}`;
		if (body !== undefined || method !== 'GET') headers['content-type'] = 'application/json';
		let status: number;
		let answer: unknown;
		try {
			const response = await fetch(this.url + path, {
				method,
				headers,
				body: body ? JSON.stringify(body) : method === 'GET' ? undefined : '{}',
				redirect: 'error',
				signal: AbortSignal.timeout(timeoutMs),
			});
			status = response.status;
			const text = await response.text();
			answer = text === '' ? undefined : JSON.parse(text);
		} catch (error) {
			throw unreachable(this.url, error);
		}
		if (status < 400) return answer as T;
		throw portalError((answer as { error?: unknown } | undefined)?.error) ?? unreachable(this.url, new Error(`it answered ${status}`));
	}
}

/** Pinned keys and every later one of the portal's, each signed by the one before. */
async function follow(pinned: readonly PinnedKey[], keys: Identity['keys']): Promise<readonly PinnedKey[]> {
	const last = pinned.at(-1) as PinnedKey;
	const at = keys.findIndex(({ kid }) => kid === last.kid);
	if (at < 0 || (await calculateJwkThumbprint(keys[at].jwk)) !== (await calculateJwkThumbprint(last.jwk))) throw new Error('it does not know the pinned key');
	const followed = [...pinned];
	for (const { kid, jwk, endorsement } of keys.slice(at + 1)) {
		const before = followed.at(-1) as PinnedKey;
		if (endorsement === null) throw new Error('its new key is not signed with the old one');
		const endorsed = (await signedBy(before, endorsement, 'microjoule-key+jwk')) as unknown as JWK;
		if ((await calculateJwkThumbprint(endorsed)) !== (await calculateJwkThumbprint(jwk))) throw new Error('its new key is not the one that was signed with the old');
		followed.push({ kid, jwk });
	}
	return followed;
}

/** What a key has signed, for this purpose and no other. */
async function signedBy({ jwk }: PinnedKey, jws: string, purpose: string): Promise<Record<string, unknown>> {
	const { payload, protectedHeader } = await compactVerify(jws, await importJWK(jwk, 'EdDSA'), { algorithms: ['EdDSA'] });
	if (protectedHeader.typ !== purpose) throw new Error('it shows what was signed for another purpose');
	return JSON.parse(Buffer.from(payload).toString('utf8')) as Record<string, unknown>;
}

/** What a portal refuses with, as the class of the house; undefined where it is none of ours. */
export function portalError(error: unknown): MicrojouleError | undefined {
	const { code, message, details } = (error ?? {}) as { code?: string; message?: string; details?: Record<string, unknown> };
	if (typeof code !== 'string' || !Object.hasOwn(errorCodes, code)) return undefined;
	return new MicrojouleError(code as ErrorCode, String(message ?? code), details ?? {});
}

export function unreachable(url: string, error: unknown): MicrojouleError {
	const { cause } = error as { cause?: unknown };
	const why = cause instanceof Error && cause.message !== '' ? cause.message : messageOf(error);
	return new MicrojouleError('PORTAL_UNREACHABLE', `The licence portal at ${url} does not answer (${why}). Is it running, and the network up?`, { portal: url }, error);
}

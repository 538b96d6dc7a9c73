/**
 * Who may talk to the server: the rules for Host, Origin and token, the same for HTTP and WebSocket. Pure functions of a request's
 * headers, so that both sides of the server ask one place. Decides only; never answers a request itself.
 *
 * Why: a program that listens on loopback is reachable by every web page in the user's browser. The Host header must be a loopback name
 * or the name the server was told to use (a page on a name that was rebound to 127.0.0.1 sends its own name), and a browser's Origin must be
 * the server's own or admitted by name. Off loopback a token is needed as well.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname, platform } from 'node:os';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';

export interface AdmissionOptions {
	/** The address the server binds to. */
	readonly host: string;
	readonly secure: boolean;
	readonly allowOrigin: readonly string[];
	readonly token?: string;
}

/** Headers of a request, lower-case names. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The subprotocol that carries a browser's token: its WebSocket can send no header. */
export const tokenProtocolPrefix = 'microjoule.token.';
export const liveProtocol = 'microjoule.live';

export class Admission {
	readonly #options: AdmissionOptions;
	readonly #origins: ReadonlySet<string>;
	readonly #tokenDigest: Buffer | undefined;

	/** INVALID_VALUE for an origin that is none. */
	constructor(options: AdmissionOptions) {
		this.#options = options;
		this.#origins = new Set(options.allowOrigin.map(parseOrigin));
		this.#tokenDigest = options.token === undefined ? undefined : digest(options.token);
	}

	get needsToken(): boolean {
		return this.#tokenDigest !== undefined;
	}

	/** Throws FORBIDDEN unless the Host header names this server. */
	checkHost(headers: Headers): void {
		const host = single(headers.host);
		if (host !== undefined && this.#namesUs(hostnameOf(host))) return;
		throw new MicrojouleError('FORBIDDEN', `This server is not called ${host ?? 'nothing'}; open it as 127.0.0.1 or localhost, or by the name given with --host.`, { host });
	}

	/**
	 * Throws FORBIDDEN for a browser page of another origin. Returns the origin to admit in a CORS answer, if it is a foreign one.
	 * A request without Origin comes from a program, a plain navigation, or a sub-resource of a page; the browser marks the last one.
	 */
	checkOrigin(headers: Headers): string | undefined {
		const origin = single(headers.origin);
		if (origin === undefined) {
			const site = single(headers['sec-fetch-site']);
			if ((site === 'cross-site' || site === 'same-site') && single(headers['sec-fetch-mode']) !== 'navigate')
				throw new MicrojouleError('FORBIDDEN', 'A page of another origin may not load this. --allow-origin admits its origin.', { site });
			return undefined;
		}
		if (origin === `${this.#options.secure ? 'https' : 'http'}://${single(headers.host)?.toLowerCase()}`) return undefined;
		if (this.#origins.has(origin)) return origin;
		throw new MicrojouleError('FORBIDDEN', `Pages of ${origin} are not admitted. Start the server with --allow-origin ${origin} to admit them.`, { origin });
	}

	/** Throws FORBIDDEN when a token is needed and neither the Authorization header, the subprotocols nor (WebSocket only) the query carry it. */
	checkToken(headers: Headers, query?: URLSearchParams): void {
		if (!this.#tokenDigest) return;
		const given = bearerOf(headers) ?? protocolTokenOf(headers) ?? query?.get('token') ?? undefined;
		if (given !== undefined && timingSafeEqual(digest(given), this.#tokenDigest)) return;
		const message = given === undefined ? 'This server needs a token: send the header "Authorization: Bearer TOKEN".' : "The token is not the one in the server's token file.";
		throw new MicrojouleError('FORBIDDEN', message, { token: given === undefined ? 'missing' : 'wrong' });
	}

	/** All three, for a request to become a WebSocket. Throws FORBIDDEN. */
	checkUpgrade(headers: Headers, query: URLSearchParams): void {
		this.checkHost(headers);
		this.checkOrigin(headers);
		this.checkToken(headers, query);
	}

	#namesUs(name: string): boolean {
		if (name === 'localhost' || name === '127.0.0.1' || name === '::1') return true;
		const { host } = this.#options;
		if (name === host.toLowerCase()) return true;
		// Bound to every address, the server has many names. An IP literal cannot be rebound; of words only the machine's own count.
		if (host !== '0.0.0.0' && host !== '::') return false;
		const machine = hostname().toLowerCase();
		return isIP(name) !== 0 || name === machine || name === `${machine}.local`;
	}
}

/** Whether binding to this address keeps the server on this machine. */
export function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Reads a token file: its content less white space at the ends. `warnings` takes what the operator should know. */
export function readToken(file: string, warnings: string[]): string {
	let token: string;
	let mode: number;
	try {
		token = readFileSync(file, 'utf8').trim();
		mode = statSync(file).mode;
	} catch (error) {
		throw new MicrojouleError(
			'NOT_FOUND',
			`--token-file ${file} cannot be read (${messageOf(error)}). Create it with a long random line in it, readable by you alone.`,
			{ file },
			error,
		);
	}
	if (token === '' || !/^[\x21-\x7e]+$/.test(token))
		throw new MicrojouleError('INVALID_VALUE', `--token-file ${file} must hold one line of printable ASCII characters without spaces.`, { file });
	if (token.length < 16) warnings.push(`The token in ${file} has only ${token.length} characters; 32 random ones are safe against guessing.`);
	if (platform() !== 'win32' && (mode & 0o077) !== 0) warnings.push(`Other users of this machine can read ${file}; chmod 600 keeps the token yours.`);
	return token;
}

function parseOrigin(text: string): string {
	let origin = 'null';
	try {
		origin = new URL(text).origin;
	} catch {}
	if (origin === 'null') throw new MicrojouleError('INVALID_VALUE', `--allow-origin ${text} is not an origin such as https://bench.example.com.`, { value: text });
	return origin;
}

/** The name in a Host header, without port and brackets, in lower case. */
function hostnameOf(host: string): string {
	const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(host);
	return (match?.[1] ?? match?.[2] ?? '').toLowerCase();
}

/** The token of an Authorization header. */
export function bearerOf(headers: Headers): string | undefined {
	return /^Bearer +(\S+)$/i.exec(single(headers.authorization) ?? '')?.[1];
}

function protocolTokenOf(headers: Headers): string | undefined {
	for (const protocol of (single(headers['sec-websocket-protocol']) ?? '').split(/ *, */)) {
		if (protocol.startsWith(tokenProtocolPrefix)) return Buffer.from(protocol.slice(tokenProtocolPrefix.length), 'base64url').toString('utf8');
	}
	return undefined;
}

/** Digests have one length, so that the comparison tells nothing about the token's. */
function digest(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}

function single(header: string | string[] | undefined): string | undefined {
	return Array.isArray(header) ? header[0] : header;
}

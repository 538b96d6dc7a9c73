/** Who is asking: a browser by its cookie, a program by its bearer token. And who may: signed in, or an administrator. */

import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MicrojouleError } from '../../../../drivers/errors.ts';
import { bearerOf } from '../../../../engine/server/admission.ts';
import type { Sessions, SessionUser } from '../sessions.ts';
import type { Client } from '../throttle.ts';

declare module 'fastify' {
	interface FastifyRequest {
		/** Behind `signedIn` only. */
		user: SessionUser;
	}
}

export const sessionCookie = 'microjoule_session';
/** Outlives the session: names a browser in which somebody was signed in. */
const deviceCookie = 'microjoule_device';

/** Finds the session of every request below /api that has one. */
export function recogniseSessions(server: FastifyInstance, sessions: Sessions): void {
	server.decorateRequest('user');
	server.addHook('onRequest', async (request) => {
		const token = bearerOf(request.headers) ?? request.cookies[sessionCookie];
		const user = token === undefined ? undefined : await sessions.find(token);
		if (user) request.user = user;
	});
}

/** NOT_LOGGED_IN. */
export async function signedIn(request: FastifyRequest): Promise<void> {
	if (!request.user) throw new MicrojouleError('NOT_LOGGED_IN', 'Sign in first.');
}

/** NOT_LOGGED_IN, FORBIDDEN. */
export async function adminOnly(request: FastifyRequest): Promise<void> {
	await signedIn(request);
	if (!request.user.admin) throw new MicrojouleError('FORBIDDEN', 'Only an administrator of the portal may do this.');
}

/** Whether a browser's page asks; a program sends neither. */
export function isBrowser({ headers }: FastifyRequest): boolean {
	return headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
}

export function clientOf(request: FastifyRequest): Client {
	const device = request.cookies[deviceCookie];
	if (!isBrowser(request)) return { address: request.ip };
	return { address: request.ip, device: device !== undefined && /^[\w-]{22}$/.test(device) ? device : randomBytes(16).toString('base64url') };
}

export function setDeviceCookie(reply: FastifyReply, device: string, secure: boolean): void {
	reply.setCookie(deviceCookie, device, { path: '/api', httpOnly: true, sameSite: 'lax', secure, maxAge: 365 * 86_400 });
}

/** A session for a browser: the cookie is out of reach for scripts, and for pages of other origins. */
export function setSessionCookie(reply: FastifyReply, token: string, secure: boolean): void {
	reply.setCookie(sessionCookie, token, { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: 30 * 86_400 });
}

export function clearSessionCookie(reply: FastifyReply): void {
	reply.clearCookie(sessionCookie, { path: '/' });
}

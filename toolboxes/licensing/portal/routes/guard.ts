/** Who is asking: a browser by its cookie, a program by its bearer token. And who may: signed in, or an administrator. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MicrojouleError } from '../../../../drivers/errors.ts';
import type { Sessions, SessionUser } from '../sessions.ts';

declare module 'fastify' {
	interface FastifyRequest {
		/** Behind `signedIn` only. */
		user: SessionUser;
	}
}

export const sessionCookie = 'microjoule_session';

export function bearerOf(header: string | undefined): string | undefined {
	return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}

/** Finds the session of every request below /api that has one. */
export function recogniseSessions(server: FastifyInstance, sessions: Sessions): void {
	server.decorateRequest('user');
	server.addHook('onRequest', async (request) => {
		const token = bearerOf(request.headers.authorization) ?? request.cookies[sessionCookie];
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

/** A session for a browser: the cookie is out of reach for scripts, and for pages of other origins. */
export function setSessionCookie(reply: FastifyReply, token: string, secure: boolean): void {
	reply.setCookie(sessionCookie, token, { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: 30 * 86_400 });
}

export function clearSessionCookie(reply: FastifyReply): void {
	reply.clearCookie(sessionCookie, { path: '/' });
}

/** The routes for who is not signed in: sign-up, codes, sign-in, forgotten passwords, the one-time set-up. Each is a call of `Accounts` or `Administration`. */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { User } from '../accounts.ts';
import type { PortalServices } from '../services.ts';
import { browserLabel } from '../sessions.ts';
import type { Client } from '../throttle.ts';
import { clearSessionCookie, clientOf, isBrowser, setDeviceCookie, setSessionCookie, signedIn } from './guard.ts';

const line = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const name = line(254);
const password = Type.String({ minLength: 1, maxLength: 256 });
const code = Type.String({ pattern: '^\\d{6}$' });
const nothing = Type.Object({});
const userSchema = Type.Object({ name: Type.String(), email: Type.String(), admin: Type.Boolean(), verified: Type.Boolean() });

export const sessionRoutes: FastifyPluginCallbackTypebox<{ services: PortalServices; secure: boolean }> = (server, { services, secure }, done) => {
	const { accounts, administration, sessions } = services;
	/** A browser gets a cookie that its scripts cannot read; a program gets the token itself. What the browser was signed in to before ends. */
	const welcome = async (request: FastifyRequest, reply: FastifyReply, { device }: Client, { user, token }: { user: User; token: string }) => {
		if (!isBrowser(request)) return { user: view(user), token };
		if (request.user) await sessions.end(request.user.id, request.user.sessionId);
		if (device !== undefined) setDeviceCookie(reply, device, secure);
		setSessionCookie(reply, token, secure);
		return { user: view(user) };
	};

	server.post('/sign-up', {
		schema: {
			summary: 'Sign up; a code comes by mail',
			body: Type.Object({ name, email: line(254), password, acceptTerms: Type.Literal(true) }),
			response: { 202: nothing },
		},
		handler: async (request, reply) => {
			await accounts.signUp(request.body, clientOf(request));
			return reply.status(202).send({});
		},
	});

	server.post('/verify', {
		schema: {
			summary: 'Confirm the sign-up',
			description: 'The password is needed only where the address was signed up more than once.',
			body: Type.Object({ name, code, password: Type.Optional(password) }),
			response: { 200: Type.Object({ user: userSchema, token: Type.Optional(Type.String()) }) },
		},
		handler: async (request, reply) => {
			const client = clientOf(request);
			const { name: who, code: given, password: chosen } = request.body;
			return welcome(request, reply, client, await accounts.verify(who, given, chosen, client));
		},
	});

	server.post('/verify/resend', {
		schema: { summary: 'Send the code again', body: Type.Object({ name }), response: { 202: nothing } },
		handler: async (request, reply) => {
			await accounts.resend(request.body.name, clientOf(request));
			return reply.status(202).send({});
		},
	});

	server.post('/session', {
		schema: {
			summary: 'Sign in',
			description: 'By user name or e-mail. Browsers are given a cookie, programs a token for "Authorization: Bearer".',
			body: Type.Object({ name, password, label: Type.Optional(line(253)) }),
			response: { 200: Type.Object({ user: userSchema, token: Type.Optional(Type.String()) }) },
		},
		handler: async (request, reply) => {
			const { name: who, password: secret, label = browserLabel } = request.body;
			const client = clientOf(request);
			return welcome(request, reply, client, await accounts.signIn(who, secret, label, client));
		},
	});

	server.get('/session', {
		schema: { summary: 'Who is signed in', response: { 200: Type.Object({ user: Type.Union([userSchema, Type.Null()]) }) } },
		handler: async ({ user }) => ({ user: user ? { name: user.name, email: user.email, admin: user.admin, verified: true } : null }),
	});

	server.delete('/session', {
		preHandler: signedIn,
		schema: { summary: 'Sign out', response: { 200: nothing } },
		handler: async ({ user }, reply) => {
			await sessions.end(user.id, user.sessionId);
			clearSessionCookie(reply);
			return {};
		},
	});

	server.post('/password/forgot', {
		schema: { summary: 'Have a code for a new password sent', body: Type.Object({ email: line(254) }), response: { 202: nothing } },
		handler: async (request, reply) => {
			await accounts.forgotPassword(request.body.email, clientOf(request));
			return reply.status(202).send({});
		},
	});

	server.post('/password/reset', {
		schema: { summary: 'Set a new password with the code', body: Type.Object({ email: line(254), code, password }), response: { 200: nothing } },
		handler: async (request) => {
			const { email, code: given, password: chosen } = request.body;
			await accounts.resetPassword(email, given, chosen, clientOf(request));
			return {};
		},
	});

	server.post('/set-up', {
		schema: {
			summary: 'Make the first administrator',
			body: Type.Object({ secret: line(100), name, email: line(254), password }),
			response: { 200: Type.Object({ user: userSchema, token: Type.Optional(Type.String()) }) },
		},
		handler: async (request, reply) => {
			const { secret, ...account } = request.body;
			const user = await administration.setUp(secret, account, request.ip);
			return welcome(request, reply, clientOf(request), { user, token: await sessions.create(user.id, browserLabel) });
		},
	});
	done();
};

function view({ name: who, email, admin, verified_at }: User) {
	return { name: who, email, admin: admin === 1, verified: verified_at !== null };
}

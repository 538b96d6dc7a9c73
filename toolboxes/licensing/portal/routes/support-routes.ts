/** The routes for support cases and their attachments. Each is a call of `Support`. */

import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { replyWithError } from '../../../../engine/server/errors.ts';
import type { PortalServices } from '../services.ts';
import { attachmentTooLarge, maxAttachmentBytes } from '../support.ts';
import { signedIn } from './guard.ts';

const params = Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) });
const written = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '\\S' });
const text = written(20_000);

export const supportRoutes: FastifyPluginAsyncTypebox<{ services: PortalServices }> = async (server, { services: { support } }) => {
	server.get('/cases', {
		preHandler: signedIn,
		schema: { summary: 'Your support cases; for administrators, all' },
		handler: async ({ user }) => ({ cases: await support.list(user) }),
	});

	server.post('/cases', {
		preHandler: signedIn,
		schema: { summary: 'Open a case', body: Type.Object({ subject: written(200), text }) },
		handler: async ({ user, body }, reply) => reply.status(201).send(await support.open(user, body)),
	});

	server.get('/cases/:id', {
		preHandler: signedIn,
		schema: { summary: 'A case with its messages', params },
		handler: ({ user, params: { id } }) => support.one(user, id),
	});

	server.post('/cases/:id/messages', {
		preHandler: signedIn,
		schema: { summary: 'Answer; opens a closed case again', params, body: Type.Object({ text }) },
		handler: async ({ user, params: { id }, body }, reply) => reply.status(201).send(await support.answer(user, id, body.text)),
	});

	server.post('/cases/:id/close', {
		preHandler: signedIn,
		schema: { summary: 'Close a case', params },
		handler: ({ user, params: { id } }) => support.close(user, id),
	});

	server.get('/attachments/:id', {
		preHandler: signedIn,
		schema: { summary: 'An attached file', params },
		handler: async ({ user, params: { id } }, reply) => {
			const { name, mediaType, content } = await support.attachment(user, id);
			// Never shown by the browser as a page of this portal, whatever it claims to be.
			return reply.type(mediaType).header('content-disposition', attachmentNamed(name)).header('content-security-policy', "default-src 'none'; sandbox").send(content);
		},
	});

	// A file is sent as it is, whatever its type.
	await server.register(async (raw) => {
		raw.removeAllContentTypeParsers();
		raw.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxAttachmentBytes }, (_request, body, done) => done(null, body));
		raw.post<{ Params: { id: number }; Querystring: { name: string } }>('/cases/:id/attachments', {
			preHandler: signedIn,
			schema: { summary: 'Attach a file', params, querystring: Type.Object({ name: written(500) }) },
			errorHandler: (error, request, reply) => replyWithError(error.code === 'FST_ERR_CTP_BODY_TOO_LARGE' ? attachmentTooLarge() : error, request, reply),
			handler: async ({ user, params: { id }, query: { name }, headers, body }, reply) => {
				const mediaType = /^[\w.+-]{1,60}\/[\w.+-]{1,100}/.exec(headers['content-type'] ?? '')?.[0] ?? 'application/octet-stream';
				return reply.status(201).send(await support.attach(user, id, { name, mediaType, content: Buffer.isBuffer(body) ? body : Buffer.alloc(0) }));
			},
		});
	});
};

/** RFC 6266: the name in UTF-8, and one in ASCII for who knows nothing else. */
function attachmentNamed(name: string): string {
	const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
	const utf8 = encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
	return `attachment; filename="${ascii}"; filename*=UTF-8''${utf8}`;
}

/**
 * The server: HTTP API, its reference page, the live stream and the dashboard's files, on one port. Puts the parts together and binds the
 * address; what it serves comes from the bench.
 *
 *     request ─► Host, Origin ─┬─► /api/…  ─► token ─► routes ─► bench
 *                              ├─► /api/live (upgrade) ─► token ─► live stream, or what another room serves at its path
 *                              └─► files of the page (public: they hold no data)
 *
 * Safe by default: loopback only; another address needs a token file.
 */

import { existsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { Type, type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import fastify, { type FastifyInstance, type FastifyPluginCallback, type FastifyServerOptions } from 'fastify';
import { MicrojouleError } from '../../drivers/errors.ts';
import { Admission, isLoopback, readToken } from './admission.ts';
import { analysisRoutes } from './analysis-routes.ts';
import type { BenchApi } from './bench-api.ts';
import { controlRoutes } from './control-routes.ts';
import { deviceRoutes } from './device-routes.ts';
import { editRoutes } from './edit-routes.ts';
import { asMicrojouleError, refuseUpgrade, replyWithError } from './errors.ts';
import { eventRoutes } from './event-routes.ts';
import { fileRoutes } from './file-routes.ts';
import { listenError, readTls, type TlsFiles } from './listen.ts';
import { LiveSocket, type OtherChange } from './live-socket.ts';
import { logRoutes } from './log-routes.ts';
import { projectRoutes } from './project-routes.ts';
import { recordingRoutes } from './recording-routes.ts';
import { errorResponses } from './schemas.ts';
import { TemporaryFiles } from './temporary-files.ts';
import { ViewSocket, viewsPath } from './view-socket.ts';

export interface ServerOptions {
	readonly bench: BenchApi;
	/** Default 127.0.0.1. */
	readonly host?: string;
	/** Default 1906; 0 is any free port. */
	readonly port?: number;
	/** Where projects lie that clients name by a relative path; off loopback, clients name nothing outside it. */
	readonly dataFolder?: string;
	/** Folder of the built page; without it, or where it does not exist, the address answers with a short text. */
	readonly uiFolder?: string;
	/** Required off loopback; honoured on it. */
	readonly tokenFile?: string;
	readonly tls?: TlsFiles;
	/** Origins of other pages that may use the API. */
	readonly allowOrigin?: readonly string[];
	/** Our version, for the status. */
	readonly version: string;
	/** Routes of other rooms, served under /api. */
	readonly plugins?: readonly FastifyPluginCallback[];
	/** Fastify's logger; default none. */
	readonly logger?: FastifyServerOptions['logger'];
}

/** Takes over a request to become a WebSocket: it was admitted already. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface Server extends AsyncDisposable {
	/** Where the page is. */
	readonly url: string;
	readonly port: number;
	/** What the operator should know, such as a token file that others can read. */
	readonly warnings: readonly string[];
	/** For tests: `inject`. */
	readonly http: FastifyInstance;
	/** WebSockets of other rooms, by their path. */
	readonly upgrades: Map<string, UpgradeHandler>;
	/** Sends a change of another room to the live stream's viewers, and the latest of its type to those that come later. */
	announce(change: OtherChange): void;
	/** Idempotent. */
	close(): Promise<void>;
}

/** INVALID_VALUE, NOT_FOUND (token or certificate file), ADDRESS_IN_USE. */
export async function createServer(options: ServerOptions): Promise<Server> {
	const { bench, host = '127.0.0.1', port = 1906, tls, allowOrigin = [] } = options;
	const warnings: string[] = [];
	if (!isLoopback(host) && options.tokenFile === undefined)
		throw new MicrojouleError('INVALID_VALUE', `--host ${host} opens the server to other machines; that needs --token-file FILE with a secret in it.`, { host });
	const token = options.tokenFile === undefined ? undefined : readToken(options.tokenFile, warnings);
	if (!isLoopback(host) && !tls) warnings.push(`Without --tls-cert and --tls-key the token crosses the network in the clear.`);
	const admission = new Admission({ host, secure: tls !== undefined, allowOrigin, token });

	const http = await build(options, admission);
	const live = new LiveSocket(bench, admission);
	const views = new ViewSocket(bench);
	const upgrades = new Map<string, UpgradeHandler>([[viewsPath, views.upgrade]]);
	http.server.on('upgrade', (request, socket, head) => {
		const [path, query] = (request.url ?? '').split('?', 2);
		const other = upgrades.get(path);
		if (!other) return live.upgrade(request, socket, head);
		socket.on('error', () => socket.destroy());
		try {
			admission.checkUpgrade(request.headers, new URLSearchParams(query));
			other(request, socket, head);
		} catch (thrown) {
			refuseUpgrade(socket, asMicrojouleError(thrown));
		}
	});
	// Before Fastify waits for open connections: a WebSocket would hold it for ever.
	http.addHook('preClose', async () => void (await Promise.all([live.close(), views.close()])));
	try {
		await http.listen({ host, port });
	} catch (error) {
		await http.close();
		throw listenError(error, host, port);
	}
	const address = http.server.address();
	const boundPort = typeof address === 'object' && address ? address.port : port;
	const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
	const close = () => http.close();
	const url = `${tls ? 'https' : 'http'}://${name}:${boundPort}`;
	if (isLoopback(name.replace(/[[\]]/g, ''))) bench.projects.announce(url);
	return { url, port: boundPort, warnings, http, upgrades, announce: (change) => live.announce(change), close, [Symbol.asyncDispose]: close };
}

async function build(options: ServerOptions, admission: Admission): Promise<FastifyInstance> {
	const { bench, uiFolder, tls, version } = options;
	const https = tls ? readTls(tls) : null;
	const http = fastify({ logger: options.logger ?? false, https, bodyLimit: 1024 * 1024, forceCloseConnections: true } as FastifyServerOptions)
		.withTypeProvider<TypeBoxTypeProvider>()
		.setValidatorCompiler(TypeBoxValidatorCompiler as never);
	http.setErrorHandler(replyWithError);
	http.setNotFoundHandler((request, reply) => replyWithError(new MicrojouleError('NOT_FOUND', `There is nothing at ${request.method} ${request.url}.`), request, reply));

	http.addHook('onRequest', async (request, reply) => {
		reply.headers({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' });
		admission.checkHost(request.headers);
		const foreign = admission.checkOrigin(request.headers);
		if (!request.url.startsWith('/api')) return;
		if (foreign !== undefined) {
			reply.headers({ 'access-control-allow-origin': foreign, vary: 'Origin' });
			if (request.method === 'OPTIONS')
				return reply
					.headers({
						'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
						'access-control-allow-headers': 'authorization, content-type, accept',
						'access-control-max-age': '600',
					})
					.status(204)
					.send();
		}
		// The reference page describes the API; it holds nothing of this bench.
		if (!/^\/api\/docs(?:[/?]|$)/.test(request.url)) admission.checkToken(request.headers);
		reply.header('cache-control', 'no-store');
	});

	await http.register(swagger, {
		openapi: {
			info: { title: 'Microjoule', version, description: 'Units are SI. The live stream is a WebSocket at /api/live.' },
			components: admission.needsToken ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : {},
			security: admission.needsToken ? [{ token: [] }] : [],
		},
	});
	await http.register(swaggerUi, { routePrefix: '/api/docs' });
	const startedAt = performance.now();
	await http.register(
		async (api) => {
			api.withTypeProvider<TypeBoxTypeProvider>().get('/status', {
				schema: {
					summary: 'Name, version and uptime',
					tags: ['server'],
					response: { 200: Type.Object({ name: Type.String(), version: Type.String(), uptime: Type.Number({ description: 's' }) }), ...errorResponses },
				},
				handler: async () => ({ name: 'microjoule', version, uptime: (performance.now() - startedAt) / 1000 }),
			});
			await api.register(deviceRoutes, { bench });
			await api.register(controlRoutes, { bench });
			const paths = { confined: !isLoopback(options.host ?? '127.0.0.1'), dataFolder: options.dataFolder };
			await api.register(recordingRoutes, { bench });
			await api.register(analysisRoutes, { bench });
			await api.register(eventRoutes, { bench });
			await api.register(projectRoutes, { bench, paths });
			await api.register(editRoutes, { bench, paths });
			await api.register(logRoutes, { bench });
			if (options.dataFolder !== undefined) {
				const files = new TemporaryFiles(options.dataFolder);
				http.addHook('onClose', () => files.close());
				await api.register(fileRoutes, { bench, files, dataFolder: options.dataFolder });
			}
			for (const plugin of options.plugins ?? []) await api.register(plugin);
		},
		{ prefix: '/api' },
	);
	if (uiFolder !== undefined && existsSync(join(uiFolder, 'index.html'))) {
		// Names of built files carry a hash of their content; index.html's does not.
		await http.register(fastifyStatic, {
			root: uiFolder,
			setHeaders: (reply, path) => void reply.header('cache-control', path.endsWith('.html') ? 'no-cache' : 'public, max-age=604800, immutable'),
		});
	} else {
		http.get('/', { schema: { hide: true } }, async (_request, reply) =>
			reply.type('text/plain; charset=utf-8').send('Microjoule is running; its page has not been built (npm run prepare). API: /api/docs\n'),
		);
	}
	return http as unknown as FastifyInstance;
}

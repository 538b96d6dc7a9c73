/**
 * The licence portal: a server of its own, in the engine's process or alone for a whole lab. Puts its parts together and binds the address.
 *
 *     request ─► Host, Origin ─► session ─┬─► /api/…     routes ─► services ─► database
 *                                          ├─► /api/engine (upgrade) ─► engines' WebSocket
 *                                          └─► pages (public: they hold no data)
 *
 * Several processes may share one PostgreSQL; what one changes, the others tell their engines (notices.ts).
 */

import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import fastifyCookie from '@fastify/cookie';
import fastifyStatic from '@fastify/static';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { MicrojouleError } from '../../../drivers/errors.ts';
import { isLoopback } from '../../../engine/server/admission.ts';
import { replyWithError } from '../../../engine/server/errors.ts';
import { listenError, readTls, type TlsFiles } from '../../../engine/server/listen.ts';
import { Accounts } from './accounts.ts';
import { Administration } from './administration.ts';
import { PortalAdmission } from './admission.ts';
import { Audit } from './audit.ts';
import type { PortalContext } from './context.ts';
import { openDatabase } from './database/database.ts';
import { EngineSocket } from './engine-socket.ts';
import { Hardware } from './hardware.ts';
import { Keys } from './keys.ts';
import { checkOfflineHours, defaultOfflineHours } from './lease-signing.ts';
import { Licences } from './licences.ts';
import { createMailer } from './mail/mailer.ts';
import { createNotices } from './notices.ts';
import { Proxies } from './proxies.ts';
import { recogniseSessions } from './routes/guard.ts';
import { apiRoutes } from './routes/routes.ts';
import type { PortalServices } from './services.ts';
import { Sessions } from './sessions.ts';
import { Shop } from './shop/shop.ts';
import { Support } from './support.ts';
import { Sweep } from './sweep.ts';
import { checkTexts } from './text.ts';
import { Throttle } from './throttle.ts';

export interface PortalOptions {
	/** A SQLite file, or postgres://… */
	readonly database: string;
	/** Default 127.0.0.1. */
	readonly host?: string;
	/** Default 1907; 0 is any free one. */
	readonly port?: number;
	readonly tls?: TlsFiles;
	/** Where people reach it, if not at its own address: behind a proxy, or by a name. */
	readonly publicUrl?: string;
	/** Addresses or networks (CIDR) of proxies in front of it, beside this machine's own; only these are believed who a request is from. */
	readonly proxies?: readonly string[];
	/** smtp:// or smtps://; without it mails are written to the outbox. */
	readonly smtp?: string;
	readonly mailFrom?: string;
	readonly outbox: string;
	/** Folder of the built pages. */
	readonly pagesFolder?: string;
	/** ms since 1970; default: the system's clock. */
	readonly now?: () => number;
	/** Off loopback the sandbox takes orders only with this. */
	readonly allowSandboxPayments?: boolean;
	/** A price list of one's own, YAML. */
	readonly priceFile?: string;
	/** How long a licence works without the portal, h, unless an administrator has set it; default 24. */
	readonly offlineHours?: number;
	readonly logger?: FastifyServerOptions['logger'];
}

export interface Portal extends AsyncDisposable {
	readonly url: string;
	readonly port: number;
	readonly services: PortalServices;
	readonly engines: EngineSocket;
	/** For tests: `inject`. */
	readonly http: FastifyInstance;
	/** Does now what is due; otherwise done every few seconds. */
	sweep(): Promise<void>;
	readonly context: PortalContext;
	/** A new one-time link that makes the first administrator; undefined once there is one. */
	readonly setUpLink: string | undefined;
	/** Idempotent. */
	close(): Promise<void>;
}

/** INVALID_VALUE, NOT_FOUND (certificate), ADDRESS_IN_USE, DISK, NEWER_VERSION. */
export async function createPortal(options: PortalOptions): Promise<Portal> {
	const { host = '127.0.0.1', port = 1907, tls, publicUrl } = options;
	const publicOrigin = publicUrl === undefined ? undefined : originOf(publicUrl);
	const secure = tls !== undefined || publicOrigin?.startsWith('https:') === true;
	if (!isLoopback(host) && !secure)
		throw new MicrojouleError(
			'INVALID_VALUE',
			`--host ${host} opens the portal to other machines, where passwords must not cross the network in the clear: give --tls-cert and --tls-key, or --public-url https://… where a proxy in front of it has the certificate.`,
			{ host },
		);
	await using made = new AsyncDisposableStack();
	// What was asked for wrongly is refused before anything is made on the disk.
	const proxies = publicOrigin !== undefined && tls === undefined ? new Proxies(options.proxies ?? []) : undefined;
	const trustProxy = proxies ? (address: string) => proxies.trusts(address) : false;
	const https = tls ? readTls(tls) : null;
	const mail = createMailer({ smtp: options.smtp, outbox: options.outbox, from: options.mailFrom ?? mailFrom(publicOrigin) });
	made.defer(() => mail.close());
	const database = made.use(await openDatabase(options.database));
	const notices = made.use(await createNotices(database));
	const http = fastify({ logger: options.logger ?? false, https, bodyLimit: 256 * 1024, forceCloseConnections: true, trustProxy } as FastifyServerOptions)
		.withTypeProvider<TypeBoxTypeProvider>()
		.setValidatorCompiler(TypeBoxValidatorCompiler as never) as unknown as FastifyInstance;

	let address = publicOrigin ?? '';
	let listening = '';
	const context: PortalContext = {
		database,
		notices,
		mail,
		now: options.now ?? Date.now,
		get publicUrl() {
			return address;
		},
		offlineHours: checkOfflineHours(options.offlineHours ?? defaultOfflineHours),
		log: http.log,
	};
	const audit = new Audit(context);
	const sessions = new Sessions(context);
	const throttle = new Throttle(context);
	const keys = await Keys.open(context);
	const licences = new Licences(context, audit, keys);
	const hardware = new Hardware(context);
	const accounts = new Accounts(context, audit, sessions, throttle, licences);
	made.defer(() => accounts.close());
	const administration = new Administration(context, accounts, licences, audit);
	const reachable = !isLoopback(host) || (publicOrigin !== undefined && !isLoopback(new URL(publicOrigin).hostname));
	const sandbox = !reachable || options.allowSandboxPayments === true;
	const shop = await Shop.open(context, licences, audit, { priceFile: options.priceFile, sandbox, address: () => listening });
	made.defer(() => shop.close());
	const support = new Support(context);
	made.defer(() => support.settle());
	const services: PortalServices = { context, audit, accounts, sessions, administration, licences, keys, hardware, shop, support };

	const admission = new PortalAdmission({ host, tls: tls !== undefined, publicOrigin });
	const engines = new EngineSocket({
		context,
		licences,
		hardware,
		checkHost: (headers) => admission.checkHost(headers),
		addressOf: (request) => proxies?.clientOf(request) ?? request.socket.remoteAddress,
		sessions,
	});
	http.addHook('preClose', () => engines.close());
	const sweep = new Sweep(context, [
		{ name: 'end of leases', work: () => licences.reservations.lapse() },
		{ name: 'round of the engines', work: () => engines.sweep() },
		{ name: 'look for a new key', work: () => keys.reload() },
		{ name: 'tidying', work: async () => void (await Promise.all([accounts.tidy(), sessions.tidy(), throttle.tidy()])) },
		...shop.chores,
	]);
	made.defer(() => sweep.close());
	// Closed first: what was answered may still have a mail to send.
	made.defer(() => http.close());

	http.setErrorHandler((thrown, request, reply) => {
		if (thrown instanceof MicrojouleError && typeof thrown.details.retryAfterS === 'number') reply.header('retry-after', String(thrown.details.retryAfterS));
		replyWithError(thrown, request, reply);
	});
	http.addHook('onRequest', async (request, reply) => {
		reply.headers({
			'x-content-type-options': 'nosniff',
			'x-frame-options': 'DENY',
			// With no referrer at all a form would not name its origin either, and be refused.
			'referrer-policy': 'same-origin',
			'content-security-policy': "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
		});
		admission.checkHost(request.headers);
		admission.checkOrigin(request.headers);
		if (request.url.startsWith('/api')) reply.header('cache-control', 'no-store');
	});
	await http.register(fastifyCookie);
	recogniseSessions(http, sessions);
	http.addHook('preValidation', async ({ body, params, query }) => checkTexts([body, params, query]));
	await http.register(apiRoutes, { prefix: '/api', services, secure });
	await servePages(http, options.pagesFolder);
	http.server.on('upgrade', (request, socket, head) => void engines.upgrade(request, socket, head));
	try {
		await http.listen({ host, port });
	} catch (error) {
		throw listenError(error, host, port, '--portal-port');
	}
	const bound = http.server.address();
	const boundPort = typeof bound === 'object' && bound ? bound.port : port;
	const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
	const url = `${tls ? 'https' : 'http'}://${name}:${boundPort}`;
	listening = url;
	if (address === '') address = https !== null && (host === '0.0.0.0' || host === '::') ? `https://${nameIn(https.cert)}:${boundPort}` : url;
	const secret = await administration.newSetUpSecret();
	const cleanup = made.move();
	const close = () => cleanup.disposeAsync();
	return {
		url,
		port: boundPort,
		services,
		engines,
		http,
		sweep: () => sweep.run(),
		context,
		setUpLink: secret && `${address}/set-up#${secret}`,
		close,
		[Symbol.asyncDispose]: close,
	};
}

/** The built pages; an address that is no file is a page of theirs. */
async function servePages(http: FastifyInstance, folder: string | undefined): Promise<void> {
	const built = folder !== undefined && existsSync(join(folder, 'index.html'));
	if (built)
		await http.register(fastifyStatic, {
			root: folder,
			setHeaders: (reply, path) => void reply.header('cache-control', path.endsWith('.html') ? 'no-cache' : 'public, max-age=604800, immutable'),
		});
	http.setNotFoundHandler((request, reply) => {
		const isPage = request.method === 'GET' && !request.url.startsWith('/api') && !/\.\w+$/.test(request.url.split('?', 1)[0]);
		if (isPage && built) return reply.header('cache-control', 'no-cache').sendFile('index.html');
		if (isPage) return reply.type('text/plain; charset=utf-8').send('The licence portal is running; its pages have not been built (npm run prepare).\n');
		return replyWithError(new MicrojouleError('NOT_FOUND', `There is nothing at ${request.method} ${request.url}.`), request, reply);
	});
}

function originOf(url: string): string {
	const parsed = URL.canParse(url) ? new URL(url) : undefined;
	if (parsed && /^https?:$/.test(parsed.protocol) && parsed.pathname === '/' && parsed.search === '') return parsed.origin;
	throw new MicrojouleError('INVALID_VALUE', `--public-url ${url} must read like https://licences.example.com.`, { publicUrl: url });
}

/** The name in a certificate: where the portal listens on every address, people know it by that. */
function nameIn(certificate: Buffer): string {
	const names = new X509Certificate(certificate).subjectAltName ?? '';
	return /DNS:([\w.-]+)/.exec(names)?.[1] ?? /IP Address:([\d.]+)/.exec(names)?.[1] ?? hostname();
}

function mailFrom(publicOrigin: string | undefined): string {
	return `Microjoule licences <licences@${publicOrigin === undefined ? 'localhost' : new URL(publicOrigin).hostname}>`;
}

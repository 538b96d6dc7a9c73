/**
 * `microjoule portal`: the licence portal on its own, for a whole lab. `portal admin` makes an account an administrator, `portal rotate-key` a new
 * signing key: for whoever has the database.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import envPaths from 'env-paths';
import { MicrojouleError } from '../drivers/errors.ts';
import { portalPages } from './embedded-portal.ts';
import { listOption, numberOption } from './options.ts';
import { untilStopped } from './signals.ts';

interface DatabaseOptions {
	readonly data?: string;
	readonly database?: string;
}

interface Options extends DatabaseOptions {
	readonly portalPort: number;
	readonly host: string;
	readonly tlsCert?: string;
	readonly tlsKey?: string;
	readonly smtp?: string;
	readonly mailFrom?: string;
	readonly publicUrl?: string;
	readonly proxy?: string[];
	readonly prices?: string;
	readonly allowSandboxPayments?: boolean;
	readonly offlineHours?: number;
}

export function portalCommand(): Command {
	const admin = new Command('admin')
		.description('Makes a confirmed account an administrator of the portal.')
		.argument('<name>', 'user name')
		.exitOverride()
		.action((name: string, _options: unknown, command: Command) => promote(name, command.optsWithGlobals<DatabaseOptions>()));
	const rotate = new Command('rotate-key')
		.description('Makes a new key for signing leases; engines follow by themselves, since the key before vouches for it.')
		.exitOverride()
		.action((_options: unknown, command: Command) => rotateSigningKey(command.optsWithGlobals<DatabaseOptions>()));
	return new Command('portal')
		.description('Runs the licence portal for a whole lab until stopped. Engines join it with `microjoule serve --portal URL`.')
		.option('--portal-port <N>', 'its port; 0 is any free one', numberOption('--portal-port', { integer: true, min: 0, max: 65_535 }), 1907)
		.option('--host <ADDRESS>', 'opens it to other machines; needs TLS', '127.0.0.1')
		.option('--tls-cert <FILE>', 'certificate, PEM')
		.option('--tls-key <FILE>', 'its key, PEM')
		.option('--public-url <URL>', 'where people reach it, if not at its own address: by a name, or through a proxy')
		.option('--proxy <ADDRESS,…>', 'proxies in front of it on other machines: addresses or networks; only these are believed who a request is from', listOption(String))
		.option('--data <DIR>', "folder of its SQLite file and its outbox (default: the platform's data folder)")
		.option('--database <FILE|postgres://…>', 'its database (default: DATA/portal.db)')
		.option('--smtp <URL>', 'mail server, smtp:// or smtps:// (default: mails are written to DATA/outbox); MICROJOULE_SMTP keeps its password out of the process list')
		.option('--mail-from <ADDRESS>', 'sender of its mails')
		.option(
			'--offline-hours <H>',
			'how long a reserved licence works without the portal, unless an administrator has set it (default: 24)',
			numberOption('--offline-hours', { above: 0, max: 336, unit: 'h' }),
		)
		.option('--prices <FILE>', 'price list, YAML (default: the example that comes along)')
		.option('--allow-sandbox-payments', 'lets the payment sandbox sell off this machine too: whoever signs up can help themselves')
		.addCommand(admin)
		.addCommand(rotate)
		.action(serve);
}

function databaseOf({ data, database = process.env.MICROJOULE_PORTAL_DATABASE }: DatabaseOptions): { data: string; database: string } {
	const folder = data ?? envPaths('microjoule', { suffix: '' }).data;
	return { data: folder, database: database ?? join(folder, 'portal.db') };
}

async function serve(options: Options): Promise<void> {
	if ((options.tlsCert === undefined) !== (options.tlsKey === undefined)) throw new MicrojouleError('INVALID_VALUE', '--tls-cert and --tls-key belong together; give both.');
	const { createPortal } = await import('../toolboxes/licensing/portal/portal.ts');
	const { data, database } = databaseOf(options);
	const stopped = untilStopped();
	await using portal = await createPortal({
		database,
		host: options.host,
		port: options.portalPort,
		tls: options.tlsCert !== undefined && options.tlsKey !== undefined ? { certFile: options.tlsCert, keyFile: options.tlsKey } : undefined,
		publicUrl: options.publicUrl,
		proxies: options.proxy,
		smtp: options.smtp ?? process.env.MICROJOULE_SMTP,
		mailFrom: options.mailFrom,
		outbox: join(data, 'outbox'),
		pagesFolder: portalPages,
		allowSandboxPayments: options.allowSandboxPayments,
		priceFile: options.prices,
		offlineHours: options.offlineHours,
		logger: { level: 'warn' },
	});
	console.log(`The licence portal is at ${portal.context.publicUrl}`);
	if (portal.setUpLink) console.log(`It has no administrator yet. This link makes one, once: ${portal.setUpLink}`);
	console.log('Stop with Ctrl-C.');
	await stopped;
}

async function promote(name: string, options: DatabaseOptions): Promise<void> {
	const { promoteAdministrator } = await import('../toolboxes/licensing/portal/administration.ts');
	await promoteAdministrator(existing(options), name);
	console.log(`${name} is an administrator now.`);
}

async function rotateSigningKey(options: DatabaseOptions): Promise<void> {
	const { rotateKey } = await import('../toolboxes/licensing/portal/keys.ts');
	console.log(`The portal signs with the key ${await rotateKey(existing(options))} now; one that is running takes it up within seconds.`);
}

/** NOT_FOUND: a mistyped path must not become a new portal. */
function existing(options: DatabaseOptions): string {
	const { database } = databaseOf(options);
	if (/^postgres(?:ql)?:\/\//.test(database) || existsSync(database)) return database;
	throw new MicrojouleError('NOT_FOUND', `There is no portal's database ${database}. Name it with --database or --data.`, { database });
}

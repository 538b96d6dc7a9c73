/** `microjoule portal`: the licence portal on its own, for a whole lab; `microjoule portal admin` makes an account an administrator. */

import { join } from 'node:path';
import { Command } from 'commander';
import envPaths from 'env-paths';
import { MicrojouleError } from '../drivers/errors.ts';
import { portalPages } from './embedded-portal.ts';
import { numberOption } from './options.ts';
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
	readonly allowSandboxPayments?: boolean;
	readonly offlineHours?: number;
}

export function portalCommand(): Command {
	const admin = new Command('admin')
		.description('Makes a confirmed account an administrator of the portal.')
		.argument('<name>', 'user name')
		.exitOverride()
		.action((name: string, _options: unknown, command: Command) => promote(name, command.optsWithGlobals<DatabaseOptions>()));
	return new Command('portal')
		.description('Runs the licence portal for a whole lab until stopped. Engines join it with `microjoule serve --portal URL`.')
		.option('--portal-port <N>', 'its port; 0 is any free one', numberOption('--portal-port', { integer: true, min: 0, max: 65_535 }), 1907)
		.option('--host <ADDRESS>', 'opens it to other machines; needs TLS', '127.0.0.1')
		.option('--tls-cert <FILE>', 'certificate, PEM')
		.option('--tls-key <FILE>', 'its key, PEM')
		.option('--public-url <URL>', 'where people reach it, if not at its own address: by a name, or through a proxy')
		.option('--data <DIR>', "folder of its SQLite file and its outbox (default: the platform's data folder)")
		.option('--database <FILE|postgres://…>', 'its database (default: DATA/portal.db)')
		.option('--smtp <URL>', 'mail server, smtp:// or smtps:// (default: mails are written to DATA/outbox); MICROJOULE_SMTP keeps its password out of the process list')
		.option('--mail-from <ADDRESS>', 'sender of its mails')
		.option('--offline-hours <H>', 'how long a reserved licence works without the portal', numberOption('--offline-hours', { above: 0, max: 336, unit: 'h' }))
		.option('--allow-sandbox-payments', 'lets the payment sandbox sell off this machine too: whoever signs up can help themselves')
		.addCommand(admin)
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
		smtp: options.smtp ?? process.env.MICROJOULE_SMTP,
		mailFrom: options.mailFrom,
		outbox: join(data, 'outbox'),
		pagesFolder: portalPages,
		allowSandboxPayments: options.allowSandboxPayments,
		offlineHours: options.offlineHours,
		logger: { level: 'warn' },
	});
	console.log(`The licence portal is at ${options.publicUrl ?? portal.url}`);
	if (portal.setUpLink) console.log(`It has no administrator yet. This link makes one, once: ${portal.setUpLink}`);
	console.log('Stop with Ctrl-C.');
	await stopped;
}

async function promote(name: string, options: DatabaseOptions): Promise<void> {
	const { promoteAdministrator } = await import('../toolboxes/licensing/portal/administration.ts');
	await promoteAdministrator(databaseOf(options).database, name);
	console.log(`${name} is an administrator now.`);
}

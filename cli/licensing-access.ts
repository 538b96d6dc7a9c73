/**
 * The account and licences as the commands of the program see them: those of the running engine, or, with --portal, of this computer at a portal
 * directly. Both keep what they hold in the data folder.
 */

import { join } from 'node:path';
import { type Command, Option } from 'commander';
import envPaths from 'env-paths';
import { MicrojouleError } from '../drivers/errors.ts';
import { describeHolder, lockHolder } from '../engine/project/lock.ts';
import { version } from '../engine/version.ts';
import type { LicensingStatus } from '../toolboxes/licensing/status.ts';
import { EngineClient } from './engine-client.ts';

const defaultEngine = 'http://127.0.0.1:1906';

export interface AccessFlags {
	readonly engine?: string;
	readonly portal?: string;
	readonly data?: string;
}

export interface LicensingAccess extends AsyncDisposable {
	/** Afresh. NOT_LOGGED_IN. */
	refresh(): Promise<LicensingStatus>;
	login(name: string, password: string): Promise<LicensingStatus>;
	logout(): Promise<LicensingStatus>;
	reserve(licence: number, ttlS?: number): Promise<LicensingStatus>;
	return(licence: number): Promise<LicensingStatus>;
}

export function addAccessOptions(command: Command): Command {
	return command
		.addOption(new Option('--engine <URL>', `the running engine (default: the one of the data folder, else ${defaultEngine})`).conflicts('portal'))
		.option('--portal <URL>', 'asks this portal directly, without an engine')
		.option('--data <DIR>', "the data folder (default: the platform's)");
}

export function dataFolder(given: string | undefined): string {
	return given ?? envPaths('microjoule', { suffix: '' }).data;
}

/** The engine that owns the leases of a data folder. Another that runs here is told apart from it by its own. */
export async function engineOf(data: string): Promise<EngineClient | undefined> {
	const address = (await lockHolder(join(data, 'leases')))?.engine;
	return address === undefined ? undefined : engineAt(address);
}

export function engineAt(url: string): EngineClient {
	if (!URL.canParse(url)) throw new MicrojouleError('INVALID_VALUE', `--engine ${url} must be an address such as ${defaultEngine}.`, { value: url });
	return EngineClient.at(
		url,
		(reason) => new MicrojouleError('NOT_FOUND', `No engine answers at ${url} (${reason}). Start one with \`microjoule serve\`, or name a portal with --portal.`, { engine: url }),
	);
}

export async function openAccess({ engine, portal, data: given }: AccessFlags): Promise<LicensingAccess> {
	const data = dataFolder(given);
	if (portal !== undefined) return directly(portal, data);
	return through(engine === undefined ? ((await engineOf(data)) ?? engineAt(defaultEngine)) : engineAt(engine));
}

function through(engine: EngineClient): LicensingAccess {
	const post = (path: string, body: object = {}) => engine.call<LicensingStatus>('POST', `/licensing/${path}`, body);
	return {
		refresh: () => post('refresh'),
		login: (name, password) => post('login', { name, password }),
		logout: () => post('logout'),
		reserve: (licence, ttl) => post(`licences/${licence}/reserve`, ttl === undefined ? {} : { ttl }),
		return: (licence) => post(`licences/${licence}/return`),
		[Symbol.asyncDispose]: async () => {},
	};
}

async function directly(portal: string, data: string): Promise<LicensingAccess> {
	// Loaded here and not by every command that only asks an engine.
	const { Licensing } = await import('../toolboxes/licensing/licensing.ts');
	const { LeaseStore } = await import('../toolboxes/licensing/lease-store.ts');
	const { loadComputer } = await import('../toolboxes/licensing/computer.ts');
	await using cleanup = new AsyncDisposableStack();
	const store = cleanup.use(await LeaseStore.open(data));
	if (store.owner)
		throw new MicrojouleError(
			'PROJECT_BUSY',
			`The licences in ${data} are used by ${describeHolder(store.owner)}. Ask that engine (without --portal), or name another folder with --data.`,
			{ data },
		);
	const licensing = cleanup.use(await Licensing.create({ portal, store, computer: loadComputer(data), version }));
	const used = cleanup.move();
	await licensing.settled();
	const after = async (work: Promise<unknown>) => {
		await work;
		return licensing.status();
	};
	return {
		refresh: () => after(licensing.licences()),
		login: (name, password) => after(licensing.login(name, password)),
		logout: () => after(licensing.logout()),
		async reserve(licence, ttl) {
			using connection = licensing.connection();
			return await after(connection.reserve(licence, { ttl }));
		},
		return: (licence) => after(licensing.returnNow(licence)),
		[Symbol.asyncDispose]: () => used.disposeAsync(),
	};
}

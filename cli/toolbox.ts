/**
 * Lets a command of the program use a toolbox, by the first of these that there is: the gate of the engine that runs on the data folder, a lease
 * stored there, credentials from a file or the environment, the data folder's own embedded portal. The last two reserve a licence for as
 * long as the command runs.
 */

import { MicrojouleError } from '../drivers/errors.ts';
import { version } from '../engine/version.ts';
import { chooseLicence } from '../toolboxes/licensing/choose.ts';
import { loadComputer } from '../toolboxes/licensing/computer.ts';
import type { Gate } from '../toolboxes/licensing/gate.ts';
import { LeaseStore } from '../toolboxes/licensing/lease-store.ts';
import type { Toolbox } from '../toolboxes/licensing/licence.ts';
import { Licensing } from '../toolboxes/licensing/licensing.ts';
import { type CredentialFlags, type Credentials, givenCredentials } from './credentials.ts';
import { embeddedPortalName, localCredentials, openEmbeddedPortal } from './embedded-portal.ts';
import { type AccessFlags, dataFolder, engineAt, engineOf } from './licensing-access.ts';
import { RemoteGate } from './remote-gate.ts';

/** A licence comes back so long after the command was killed, s. */
const ttlS = 60;

export type ToolboxFlags = AccessFlags & CredentialFlags;

/** Runs `work` with an open gate. `work` stops when the gate closes (`gate.on`). NO_LICENCE, LOGIN_FAILED, LICENCE_TAKEN, PORTAL_UNREACHABLE. */
export async function withToolbox<T>(toolbox: Toolbox, flags: ToolboxFlags, work: (gate: Gate) => Promise<T>): Promise<T> {
	const data = dataFolder(flags.data);
	const credentials = givenCredentials(flags);
	await using cleanup = new AsyncDisposableStack();
	const engine = flags.engine === undefined ? await engineOf(data) : engineAt(flags.engine);
	const remote = engine && cleanup.use(await RemoteGate.open(engine));
	if (remote?.gate.isOpen(toolbox)) return await work(remote.gate);

	const store = cleanup.use(await LeaseStore.open(data));
	const named = flags.portal ?? remote?.portal ?? storedPortal(store);
	const portal = named ?? cleanup.use(await openEmbeddedPortal(data, 0, (message) => console.error(`microjoule: ${message}`))).url;
	const portalName = named === undefined ? embeddedPortalName : undefined;
	const common = { portal, portalName, computer: loadComputer(data), version };
	if (store.get('leases').leases.length > 0) {
		await using licensing = await Licensing.create({ ...common, store });
		await licensing.settled();
		if (licensing.gate.isOpen(toolbox)) return await work(licensing.gate);
	}

	store.close(); // nothing of it is used: an engine may start meanwhile

	const account = credentials ?? (named === undefined ? localCredentials(data) : undefined);
	if (!account) {
		remote?.gate.require(toolbox);
		throw new MicrojouleError(
			'NO_LICENCE',
			`No licence for the ${toolbox} toolbox is reserved here. Reserve one with \`microjoule reserve\`, or give --password-file or OTII_USERNAME and OTII_PASSWORD.`,
			{
				toolbox,
			},
		);
	}
	await using licensing = await Licensing.create({ ...common, store: LeaseStore.inMemory(store.get('keys')) });
	return await reservedWhile(licensing, toolbox, account, work);
}

async function reservedWhile<T>(licensing: Licensing, toolbox: Toolbox, { name, password }: Credentials, work: (gate: Gate) => Promise<T>): Promise<T> {
	using connection = licensing.connection();
	await connection.login(name, password);
	try {
		const licence = chooseLicence(await connection.licences(), toolbox);
		if (!licence)
			throw new MicrojouleError('NO_LICENCE', `${licensing.user} has no free licence for the ${toolbox} toolbox. Return one, or wait until one is returned.`, { toolbox });
		await connection.reserve(licence.id, { ttl: ttlS });
		try {
			return await work(licensing.gate);
		} finally {
			await connection.return(licence.id).catch(() => {}); // unreachable: it comes back by itself
		}
	} finally {
		await connection.logout();
	}
}

/** The portal that this data folder was signed in at last, if it is a shared one. */
function storedPortal(store: LeaseStore): string | undefined {
	const portal = store.get('session')?.portal;
	return portal === embeddedPortalName ? undefined : portal;
}

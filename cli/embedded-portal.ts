/** The licence portal inside the engine's process: its database and its outbox in the data folder, reachable from this computer only. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Portal } from '../toolboxes/licensing/portal/portal.ts';
import { type Credentials, readPasswordFile } from './credentials.ts';

/** What its session, keys and leases are filed under: its port may be another one at each start. */
export const embeddedPortalName = 'embedded';

export const portalPages = fileURLToPath(new URL(import.meta.url.includes('/dist/cli/') ? '../portal/' : '../dist/portal/', import.meta.url));

/**
 * Port 0 is any free one. At the first start it makes the account `local` with a licence of each toolbox; `say` is told its password then.
 * ADDRESS_IN_USE, DISK.
 */
export async function openEmbeddedPortal(data: string, port: number, say: (message: string) => void): Promise<Portal> {
	const { createPortal } = await import('../toolboxes/licensing/portal/portal.ts');
	const { ensureLocalAccount } = await import('../toolboxes/licensing/portal/local-account.ts');
	await using cleanup = new AsyncDisposableStack();
	const portal = cleanup.use(await createPortal({ database: join(data, 'portal.db'), port, outbox: join(data, 'outbox'), pagesFolder: portalPages }));
	const made = await ensureLocalAccount(portal.services, data);
	if (made) say(`The licence portal at ${portal.url} has the account ${made.name} with the password ${made.password}, kept in ${join(data, 'credentials.json')}.`);
	cleanup.move();
	return portal;
}

/** NOT_FOUND, INVALID_VALUE: the file was removed or changed. */
export function localCredentials(data: string): Credentials {
	const { name = 'local', password } = readPasswordFile(join(data, 'credentials.json'));
	return { name, password };
}

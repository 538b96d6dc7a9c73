/** The account of an embedded portal: `local`, with a licence of each toolbox, and its password in the data folder for the engine and for scripts. */

import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PortalServices } from './services.ts';

/** Undefined where the account is there already. DISK faults as Node reports them. */
export async function ensureLocalAccount({ context, accounts, licences }: PortalServices, dataFolder: string): Promise<{ name: string; password: string } | undefined> {
	const name = 'local';
	if (await context.database.db.selectFrom('users').select('id').where('name_key', '=', name).executeTakeFirst()) return undefined;
	const password = randomBytes(15).toString('base64url');
	// The file first: an account whose password nobody knows would be of no use.
	await writePrivately(join(dataFolder, 'credentials.json'), dataFolder, `${JSON.stringify({ username: name, password })}\n`);
	await accounts.create(
		{ name, email: 'local@localhost', password },
		{
			also: async (tx, user) => {
				for (const type of ['Automation', 'Battery'] as const) await licences.grant(tx, user, { ownerId: user.id, type, term: 'perpetual', expiresAt: null });
			},
		},
	);
	return { name, password };
}

/** In the place of a file that is there, whose mode may let others read it. */
async function writePrivately(file: string, folder: string, text: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	const fresh = `${file}.${randomBytes(4).toString('hex')}`;
	try {
		await writeFile(fresh, text, { mode: 0o600, flag: 'wx' });
		await rename(fresh, file);
	} catch (error) {
		await rm(fresh, { force: true });
		throw error;
	}
}

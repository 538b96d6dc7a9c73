/** `microjoule logout`: signs the engine out; what is reserved stays reserved. */

import { Command } from 'commander';
import { type AccessFlags, addAccessOptions, openAccess } from './licensing-access.ts';
import { print } from './program.ts';

export function logoutCommand(): Command {
	return addAccessOptions(new Command('logout').description('Signs the engine out of its licence portal. Reserved licences stay reserved until they are returned.'))
		.option('--json', 'machine-readable output')
		.action(async (options: AccessFlags & { json?: boolean }) => {
			await using access = await openAccess(options);
			print(await access.logout(), options.json, () => 'Signed out.');
		});
}

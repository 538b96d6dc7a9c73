/** `microjoule login`: signs the engine in at its licence portal. */

import { Command } from 'commander';
import { askCredentials, type CredentialFlags, passwordFileOption, userOption } from './credentials.ts';
import { type AccessFlags, addAccessOptions, openAccess } from './licensing-access.ts';
import { print } from './program.ts';

export function loginCommand(): Command {
	const command = new Command('login')
		.description('Signs the engine in at its licence portal. The password comes from the terminal, a file or the environment, never from an argument.')
		.addOption(userOption())
		.addOption(passwordFileOption());
	return addAccessOptions(command)
		.option('--json', 'machine-readable output')
		.action(async (options: AccessFlags & CredentialFlags & { json?: boolean }) => {
			const { name, password } = await askCredentials(options);
			await using access = await openAccess(options);
			print(await access.login(name, password), options.json, ({ user, portal }) => `Signed in as ${user} at ${portal}.`);
		});
}

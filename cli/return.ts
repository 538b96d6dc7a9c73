/** `microjoule return ID`: gives a licence back. */

import { Command } from 'commander';
import { describeLicences } from './licences.ts';
import { type AccessFlags, addAccessOptions, openAccess } from './licensing-access.ts';
import { print } from './program.ts';
import { licenceArgument } from './reserve.ts';

export function returnCommand(): Command {
	return addAccessOptions(
		new Command('return')
			.description('Returns a licence at once, so that another computer can reserve it.')
			.argument('<ID>', 'number of the licence, see `microjoule licences`', licenceArgument),
	)
		.option('--json', 'machine-readable output')
		.action(async (id: number, options: AccessFlags & { json?: boolean }) => {
			await using access = await openAccess(options);
			const status = await access.return(id);
			print(status, options.json, (each) => (each.user === null ? `Licence ${id} is returned.` : describeLicences(each)));
		});
}

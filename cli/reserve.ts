/** `microjoule reserve ID`: reserves a licence for this computer. */

import { Command } from 'commander';
import { describeLicences } from './licences.ts';
import { type AccessFlags, addAccessOptions, openAccess } from './licensing-access.ts';
import { numberOption } from './options.ts';
import { print } from './program.ts';

export const licenceArgument = numberOption('The licence', { integer: true, min: 1 });

export function reserveCommand(): Command {
	return addAccessOptions(
		new Command('reserve')
			.description('Reserves a licence for this computer, which unlocks its toolbox until the licence is returned.')
			.argument('<ID>', 'number of the licence, see `microjoule licences`', licenceArgument)
			.option('--ttl <S>', 'returns it by itself after so many seconds', numberOption('--ttl', { unit: 's', min: 1, max: 86_400 })),
	)
		.option('--json', 'machine-readable output')
		.action(async (id: number, options: AccessFlags & { ttl?: number; json?: boolean }) => {
			await using access = await openAccess(options);
			print(await access.reserve(id, options.ttl), options.json, describeLicences);
		});
}

/** `microjoule licences`: the account's licences and who uses them. */

import { Command } from 'commander';
import type { Licence } from '../toolboxes/licensing/licence.ts';
import type { LicensingStatus } from '../toolboxes/licensing/status.ts';
import { table } from './format.ts';
import { type AccessFlags, addAccessOptions, openAccess } from './licensing-access.ts';
import { print } from './program.ts';

export function licencesCommand(): Command {
	return addAccessOptions(new Command('licences').description('Lists the licences of the signed-in account, and where each is reserved.'))
		.option('--json', 'machine-readable output')
		.action(async (options: AccessFlags & { json?: boolean }) => {
			await using access = await openAccess(options);
			print(await access.refresh(), options.json, describeLicences);
		});
}

export function describeLicences({ licences, computer, user, state, problem }: LicensingStatus): string {
	const list =
		licences.length === 0
			? `${user} has no licence.`
			: table([
					['id', 'type', 'term', 'expires', 'owner', 'state'],
					...licences.map((licence) => [`${licence.id}`, licence.type, licence.term, licence.expires?.slice(0, 10) ?? 'never', licence.owner, stateOf(licence, computer.id)]),
				]);
	return state === 'offline' ? `${list}\nOffline: ${problem ?? 'the portal is not connected.'}` : list;
}

function stateOf({ expired, reservedTo }: Licence, computer: string): string {
	if (reservedTo === null) return expired ? 'expired' : 'free';
	const { user, hostname, returningUntil } = reservedTo;
	const where = reservedTo.computer === computer ? 'reserved here' : `reserved to ${user} on ${hostname}`;
	return `${expired ? 'expired, ' : ''}${where}${returningUntil === null ? '' : `, returning until ${returningUntil}`}`;
}

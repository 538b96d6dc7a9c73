/**
 * Reserves what a script needs when it connects and gives it back when it leaves, as the official Python client does. A reservation lives on only for a
 * while after its script has died.
 */

import { ScriptingError } from '../scripting-error.ts';
import type { Client } from './client.ts';

export type WantedLicence = 'Automation' | 'Battery';

export interface Credentials {
	readonly username: string;
	readonly password: string;
}

export interface LicenceOptions {
	readonly licences: readonly WantedLicence[];
	readonly credentials?: Credentials;
	/** How long a reservation outlives a script that died, s. */
	readonly ttlS: number;
	/** How long to wait for a licence that is taken, s. */
	readonly waitS: number;
}

type Licence = Awaited<ReturnType<Client['otii_get_licenses']>>['licenses'][number];

/** Licence types that give each, the one that gives least first. */
export const givingTypes: Readonly<Record<WantedLicence, readonly string[]>> = {
	Automation: ['Automation', 'Enterprise', 'All', 'Admin'],
	Battery: ['Battery', 'Enterprise', 'All', 'Admin'],
};
const againMs = 1000;

/** `Could not login`; `Not logged in` and `No license`, with what to do about it. */
export async function reserveLicences(client: Client, { licences, credentials, ttlS, waitS }: LicenceOptions): Promise<void> {
	if (!(await client.otii_is_logged_in()).logged_in) {
		if (await all(licences, async (wanted) => (await client.otii_has_license({ license_type: wanted })).has_license)) return;
		if (!credentials)
			throw new ScriptingError('Not logged in', `The engine is not signed in, and a licence for ${licences.join(' and ')} is needed: give credentials, or sign in on its page.`);
		await client.otii_login(credentials);
		client.beforeClosing(() => client.otii_logout());
	}
	const reserved = new Set<number>();
	client.beforeClosing(async () => {
		for (const license_id of reserved) await client.otii_return_license({ license_id });
	});
	const giveUpAt = performance.now() + waitS * 1000;
	for (const wanted of licences) {
		for (;;) {
			const licence = choose((await client.otii_get_licenses()).licenses, wanted);
			const refused = licence ? await reserve(client, licence, ttlS) : new ScriptingError('No license', `No licence for ${wanted} is free.`);
			if (licence && !refused) {
				// One that was reserved before is somebody's who counts on it: here it is only kept while this script runs.
				if (licence.reserved_to === '') reserved.add(licence.id);
				break;
			}
			if (performance.now() + againMs > giveUpAt) throw refused;
			await new Promise((resolve) => setTimeout(resolve, againMs));
		}
	}
}

/** One that is reserved here already, else a free one; of these the one that gives least. */
function choose(licences: readonly Licence[], wanted: WantedLicence): Licence | undefined {
	const rank = ({ type, reserved_to }: Licence) => givingTypes[wanted].indexOf(type) + (reserved_to === '' ? 100 : 0);
	return licences.filter(({ available, type }) => available && givingTypes[wanted].includes(type)).sort((a, b) => rank(a) - rank(b))[0];
}

/** What refused it: somebody may have been faster. */
async function reserve(client: Client, { id }: Licence, ttl: number): Promise<ScriptingError | undefined> {
	try {
		await client.otii_reserve_license({ license_id: id, ttl });
	} catch (error) {
		if (error instanceof ScriptingError && error.code === 'License could not be reserved') return error;
		throw error;
	}
	return undefined;
}

async function all<T>(list: readonly T[], is: (item: T) => Promise<boolean>): Promise<boolean> {
	for (const item of list) if (!(await is(item))) return false;
	return true;
}

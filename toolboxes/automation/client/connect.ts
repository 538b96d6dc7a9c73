/** What connecting has in common, in Node and in browsers. */

import { type Credentials, reserveLicences, type WantedLicence } from './auto-licence.ts';
import { type Client, openClient } from './client.ts';
import type { OpenTransport } from './transport.ts';

export interface LicensingOptions {
	/** What the script needs; it is reserved, and returned by `close`. Default Automation; an empty list leaves licences alone. */
	readonly licences?: readonly WantedLicence[];
	/** Of the account, where the engine is not signed in. */
	readonly credentials?: Credentials;
	/** How long a reservation outlives a script that died, s; default 60. */
	readonly ttlS?: number;
	/** How long to wait for a licence that is taken, s; default 10. */
	readonly waitS?: number;
}

export async function connectBy(open: OpenTransport, { licences = ['Automation'], credentials, ttlS = 60, waitS = 10 }: LicensingOptions): Promise<Client> {
	const client = await openClient(open);
	try {
		if (licences.length > 0) await reserveLicences(client, { licences, credentials, ttlS, waitS });
	} catch (error) {
		await client.close().catch(() => {}); // what went wrong before counts
		throw error;
	}
	return client;
}

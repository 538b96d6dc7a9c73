/** What a licence is at the moment, in a colour and in words. */

import type { Licence } from '../types.ts';

export interface LicenceState {
	readonly color: string;
	readonly text: string;
	/** It can be returned from here. */
	readonly here: boolean;
	/** It can be reserved from here. */
	readonly free: boolean;
}

const colors = { here: 'var(--mantine-color-green-6)', free: 'var(--mantine-color-gray-5)', elsewhere: 'var(--mantine-color-orange-6)', expired: 'var(--mantine-color-red-7)' };

export function licenceState({ expired, reservedTo, available }: Licence, computer: string): LicenceState {
	if (expired) return { color: colors.expired, text: 'Expired', here: reservedTo?.computer === computer, free: false };
	if (reservedTo === null) return { color: colors.free, text: available ? 'Free' : 'Free; cannot be reserved while the portal is not connected', here: false, free: available };
	const { user, hostname, returningUntil } = reservedTo;
	if (returningUntil !== null)
		return { color: colors.elsewhere, text: `Returning: ${user} on ${hostname} cannot be reached, free at ${localTime(returningUntil)} at the latest`, here: false, free: false };
	if (reservedTo.computer === computer) return { color: colors.here, text: available ? 'Reserved here' : `Reserved to ${user} on this computer`, here: available, free: false };
	return { color: colors.elsewhere, text: `Reserved to ${user} on ${hostname}`, here: false, free: false };
}

export function localTime(iso: string): string {
	return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** A licence's state as one word, for its circle, and in words. */

import { soon } from '../format.ts';
import type { Licence } from '../types.ts';

export type LicenceState = 'yours' | 'free' | 'taken' | 'expired';

export function stateOf({ expired, reservedTo }: Licence, me: string): LicenceState {
	if (reservedTo) return reservedTo.user === me ? 'yours' : 'taken';
	return expired ? 'expired' : 'free';
}

export function stateInWords({ expired, reservedTo }: Licence, me: string): string {
	if (!reservedTo) return expired ? 'Expired' : 'Free';
	const holder = `${reservedTo.user === me ? 'you' : reservedTo.user} on ${reservedTo.hostname}`;
	return reservedTo.returningUntil ? `Returning until ${soon(reservedTo.returningUntil)}, from ${holder}` : `Reserved to ${holder}`;
}

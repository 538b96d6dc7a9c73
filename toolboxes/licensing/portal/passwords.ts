/** Passwords and codes as they are stored: argon2id, never in the clear. */

import { hash, verify } from '@node-rs/argon2';
import { MicrojouleError } from '../../../drivers/errors.ts';

/** OWASP's recommendation for argon2id: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const minLength = 8;
const maxLength = 256;

/** Stands in for the hash of an account that does not exist, so that a guess costs the same work either way. */
let nobodysHash: Promise<string> | undefined;

export function hashSecret(secret: string): Promise<string> {
	return hash(secret, cost);
}

/** `stored` undefined: as much work, and false. */
export async function verifySecret(stored: string | undefined, secret: string): Promise<boolean> {
	nobodysHash ??= hash('nobody', cost);
	const matches = await verify(stored ?? (await nobodysHash), secret).catch(() => false);
	return stored !== undefined && matches;
}

/** INVALID_VALUE; the message does not repeat the password. */
export function checkNewPassword(password: string, name: string): void {
	if (password.length < minLength || password.length > maxLength)
		throw new MicrojouleError('INVALID_VALUE', `The password has ${password.length} characters; it must have ${minLength} to ${maxLength}.`, { field: 'password' });
	if (password.toLowerCase() === name.toLowerCase()) throw new MicrojouleError('INVALID_VALUE', 'The password must not be the user name.', { field: 'password' });
}

/** What the portal writes to people about their accounts. Plain text. */

import type { Mail } from './mailer.ts';

interface Person {
	readonly name: string;
	readonly email: string;
}

export function verificationCode({ name, email }: Person, code: string): Mail {
	return {
		to: email,
		subject: `Your Microjoule code: ${code}`,
		text: `Hello ${name},\n\nyour code is ${code}. It works for 15 minutes.\n\nIf you did not sign up for a Microjoule licence portal, ignore this mail: without the code nothing happens.\n`,
	};
}

export function resetCode({ name, email }: Person, code: string): Mail {
	return {
		to: email,
		subject: `Your Microjoule code: ${code}`,
		text: `Hello ${name},\n\nsomebody asked to reset your password. If it was you, the code is ${code}. It works for 15 minutes.\n\nIf it was not you, ignore this mail: your password stays as it is.\n`,
	};
}

export function alreadyHasAccount({ name, email }: Person, url: string): Mail {
	return {
		to: email,
		subject: 'You have a Microjoule account already',
		text: `Hello ${name},\n\nsomebody tried to sign up with this address, which has an account already: ${name}. If it was you, sign in, or reset your password, at ${url}.\n\nIf it was not you, there is nothing to do.\n`,
	};
}

export function passwordChanged({ name, email }: Person): Mail {
	return {
		to: email,
		subject: 'Your Microjoule password was changed',
		text: `Hello ${name},\n\nthe password of your account was changed just now. If that was not you, reset it at once and tell your administrator.\n`,
	};
}

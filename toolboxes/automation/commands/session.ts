/** Commands of the session: account, licences, the program's end. They work without a licence, since clients use them to get one. */

import { Type } from 'typebox';
import { MicrojouleError } from '../../../drivers/errors.ts';
import type { Licence } from '../../licensing/licence.ts';
import { command } from '../command.ts';
import { invalidValue, ScriptingError, wireError } from '../scripting-error.ts';

/** An example's template of credentials has the number in quotes. */
const licenceId = Type.Union([Type.Integer(), Type.String({ pattern: '^\\d+$' })]);

const licence = Type.Object({
	id: Type.Integer(),
	type: Type.String(),
	available: Type.Boolean(),
	reserved_to: Type.String(),
	reservedTo: Type.String(),
	hostname: Type.String(),
	addons: Type.Array(Type.Object({ id: Type.String() })),
});

export const sessionCommands = [
	command('otii_is_logged_in', {
		brief: 'Whether an account is signed in.',
		needs: 'nothing',
		response: Type.Object({ logged_in: Type.Boolean() }),
		handle: ({ licensing }) => ({ logged_in: licensing.user !== null }),
	}),
	command('otii_login', {
		brief: 'Signs the engine in. As the same user again succeeds; as another only while nothing is reserved.',
		needs: 'nothing',
		request: { username: Type.String(), password: Type.String() },
		handle: async (_context, { username, password }, { account }) => {
			try {
				await account.login(username, password);
			} catch (error) {
				throw new ScriptingError('Could not login', wireError(error).message);
			}
		},
	}),
	command('otii_logout', {
		brief: 'Signs out what this connection signed in; else succeeds without effect. Reservations stay.',
		needs: 'nothing',
		handle: (_context, _data, { account }) => account.logout(),
	}),
	command('otii_get_licenses', {
		brief: 'The licences of the account.',
		needs: 'nothing',
		response: Type.Object({ licenses: Type.Array(licence) }),
		handle: async (_context, _data, { account }) => ({ licenses: (await account.licences()).map(wireLicence) }),
	}),
	command('otii_has_license', {
		brief: 'Whether a reserved licence gives this type, such as "Automation".',
		needs: 'nothing',
		request: { license_type: Type.String() },
		response: Type.Object({ has_license: Type.Boolean() }),
		handle: ({ licensing: { gate } }, { license_type }) => ({
			has_license: (license_type === 'Automation' && gate.isOpen('automation')) || (license_type === 'Battery' && gate.isOpen('battery')),
		}),
	}),
	command('otii_reserve_license', {
		brief: 'Reserves a licence for this computer; one that is reserved here already succeeds. With `ttl` (s) it is returned so long after this connection has closed.',
		needs: 'nothing',
		request: { license_id: licenceId, ttl: Type.Optional(Type.Number({ minimum: 1, maximum: 86_400 })) },
		handle: async ({ licensing }, { license_id, ttl }, { account }) => {
			requireAccount(licensing.user);
			try {
				await account.reserve(Number(license_id), { ttl });
			} catch (error) {
				throw refused('License could not be reserved', license_id, error);
			}
		},
	}),
	command('otii_return_license', {
		brief: 'Returns a licence; one that is not reserved succeeds.',
		needs: 'nothing',
		request: { license_id: licenceId },
		handle: async (_context, { license_id }, { account }) => {
			try {
				await account.return(Number(license_id));
			} catch (error) {
				throw refused('License could not be returned', license_id, error);
			}
		},
	}),
	command('otii_shutdown', {
		brief: 'Ends the program: outputs off, recordings finished.',
		needs: 'nothing',
		handle: ({ options }) => options.shutdown(),
	}),
];

function wireLicence({ id, type, available, reservedTo }: Licence) {
	const user = reservedTo?.user ?? '';
	return { id, type, available, reserved_to: user, reservedTo: user, hostname: reservedTo?.hostname ?? '', addons: [] };
}

function requireAccount(user: string | null): void {
	if (user === null) throw new MicrojouleError('NOT_LOGGED_IN', 'Sign in first.');
}

function refused(code: 'License could not be reserved' | 'License could not be returned', id: number | string, error: unknown): ScriptingError {
	if (error instanceof MicrojouleError && error.code === 'NOT_FOUND') return invalidValue('license_id', id, error.message);
	const { code: known, message } = wireError(error);
	return known === 'Not logged in' ? new ScriptingError(known, message) : new ScriptingError(code, message);
}

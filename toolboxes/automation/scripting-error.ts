/**
 * Errors as the scripting protocol knows them: a code in words, and `data` with the keys and types that clients read. Whatever the engine throws
 * becomes one of them here.
 */

import { type ErrorCode, MicrojouleError, messageOf } from '../../drivers/errors.ts';

/** Every code, when it is sent, and the keys of `data` that clients read beside `message`. `docs/reference/scripting.md` lists the same. */
export const wireCodes = {
	'Command failure': { brief: 'It could not be done; the message says why.', data: [] },
	'Command not valid for device type': { brief: 'The device cannot do this, or the other model only.', data: [] },
	'Command timeout': { brief: 'The device did not answer in time.', data: [] },
	'Connection denied': { brief: 'The connection was refused: its network is not admitted, or too many clients are connected.', data: [] },
	'Could not login': { brief: 'Wrong user name or password, another account is signed in, or the licence portal does not answer.', data: [] },
	'Device not connected': { brief: 'There is no such device, or it is unplugged.', data: ['device_id'] },
	'Invalid command': { brief: 'There is no such command.', data: [] },
	'Invalid key type': { brief: 'A key has a value of the wrong JSON type.', data: ['key', 'expected_type', 'received_type'] },
	'Invalid key value': { brief: 'A value is out of range, names nothing that there is, or contradicts another one.', data: ['key', 'value'] },
	'License could not be reserved': { brief: 'It is reserved elsewhere or has expired, or the licence portal does not answer.', data: [] },
	'License could not be returned': { brief: 'The licence portal does not answer.', data: [] },
	'Missing key in request': { brief: 'A key that is needed is absent or null.', data: ['key'] },
	'No license': { brief: 'The command needs a toolbox that is locked: no licence for it is reserved here.', data: [] },
	'Not logged in': { brief: 'No account is signed in where one is needed.', data: [] },
	'Not ready': { brief: 'There is no value at the moment.', data: [] },
	'Not able to parse request': { brief: 'The request is no JSON object of type request.', data: ['parse_error', 'data'] },
	'Operation not supported': { brief: 'The command is known, and this version cannot do it.', data: [] },
	'Project does not exist': { brief: 'No project of this number is open.', data: [] },
	'Request too large': { brief: 'A request has more than 1 MiB; the connection is closed.', data: ['read_size', 'max_size'] },
} as const satisfies Readonly<Record<string, { readonly brief: string; readonly data: readonly string[] }>>;

export type WireCode = keyof typeof wireCodes;

export class ScriptingError extends Error {
	override readonly name = 'ScriptingError';
	readonly code: WireCode;
	readonly data: Readonly<Record<string, unknown>>;

	constructor(code: WireCode, message: string, data: Record<string, unknown> = {}) {
		super(message);
		this.code = code;
		this.data = { ...data, message };
	}
}

export function invalidValue(key: string, value: unknown, message: string): ScriptingError {
	return new ScriptingError('Invalid key value', message, { key, value });
}

export function missingKey(key: string): ScriptingError {
	return new ScriptingError('Missing key in request', `The request lacks the key ${key}.`, { key });
}

/** Codes of the engine that have a word of their own; all others are a `Command failure` with its message. */
const codes: Partial<Record<ErrorCode, WireCode>> = {
	NO_LICENCE: 'No license',
	NOT_LOGGED_IN: 'Not logged in',
	LOGIN_FAILED: 'Could not login',
	LOGGED_IN_AS_OTHER: 'Could not login',
	TOO_MANY_TRIES: 'Could not login',
	LICENCE_TAKEN: 'License could not be reserved',
	LICENCE_EXPIRED: 'License could not be reserved',
	DEVICE_TIMEOUT: 'Command timeout',
	NOT_SUPPORTED: 'Command not valid for device type',
};

/** `data` is the request's: a value that the engine refused is looked for among its keys. */
export function wireError(thrown: unknown, data: Readonly<Record<string, unknown>> = {}): ScriptingError {
	if (thrown instanceof ScriptingError) return thrown;
	const message = messageOf(thrown);
	if (!(thrown instanceof MicrojouleError)) return new ScriptingError('Command failure', message);
	const { code, details } = thrown;
	if ((code === 'DEVICE_GONE' || code === 'NOT_FOUND') && typeof data.device_id === 'string' && (code === 'DEVICE_GONE' || details.id === data.device_id))
		return new ScriptingError('Device not connected', message, { device_id: data.device_id });
	if (code === 'INVALID_VALUE' || code === 'NOT_FOUND' || code === 'DEVICE_REJECTED') {
		const key = Object.keys(data).find((name) => name !== 'device_id' && name !== 'project_id' && (name === details.name || Object.values(details).includes(data[name])));
		if (key !== undefined) return new ScriptingError('Invalid key value', message, { key, value: data[key] });
	}
	return new ScriptingError(codes[code] ?? 'Command failure', message);
}

/**
 * Errors as the scripting protocol knows them: a code in words, and `data` with the keys and types that clients read. Whatever the engine throws
 * becomes one of them here.
 */

import { type ErrorCode, MicrojouleError, messageOf } from '../../drivers/errors.ts';

export type WireCode =
	| 'Command failure'
	| 'Command not valid for device type'
	| 'Command timeout'
	| 'Connection denied'
	| 'Could not login'
	| 'Device not connected'
	| 'Invalid command'
	| 'Invalid key type'
	| 'Invalid key value'
	| 'License could not be reserved'
	| 'License could not be returned'
	| 'Missing key in request'
	| 'No license'
	| 'Not logged in'
	| 'Not ready'
	| 'Not able to parse request'
	| 'Operation not supported'
	| 'Project does not exist'
	| 'Request too large';

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

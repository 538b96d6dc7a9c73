/**
 * The one error class of the house and the one list of its codes. It lies in the lowest room so that every other may reach it.
 * A message says what happened, names the value, and says what to do about it. The HTTP status and the program's exit code
 * follow from the code, never from the place that throws.
 */

/** Every error code: the HTTP status it answers with, and what it means. `docs/reference/errors.md` lists the same. */
export const errorCodes = {
	INVALID_VALUE: { status: 400, brief: 'A value is out of range, of the wrong kind, or not one of the choices.' },
	NOT_FOUND: { status: 404, brief: 'The named device, channel, recording, file or project does not exist.' },
	NO_PORT: { status: 404, brief: 'The named serial port does not exist.' },
	PORT_BUSY: { status: 409, brief: 'Another program, or this one, holds the serial port.' },
	PORT_PERMISSION: { status: 403, brief: 'The operating system refuses access to the serial port.' },
	PORT_FAILED: { status: 502, brief: 'The serial port failed while opening, reading or writing.' },
	NOT_AN_INSTRUMENT: { status: 502, brief: 'What answers at the port is not an instrument that Microjoule knows.' },
	DEVICE_TIMEOUT: { status: 504, brief: 'The instrument did not answer in time.' },
	DEVICE_REJECTED: { status: 422, brief: 'The instrument refused a setting and says which value is in force.' },
	DEVICE_GONE: { status: 410, brief: 'The instrument was unplugged or its link closed.' },
	DEVICE_BUSY: { status: 409, brief: 'The instrument is already measuring, or is used by another recording.' },
	NOT_SUPPORTED: { status: 400, brief: 'This instrument, or this format, cannot do what was asked.' },
	NOT_EMPTY: { status: 409, brief: 'The folder holds something that is not a Microjoule project; nothing is overwritten.' },
	PROJECT_BUSY: { status: 409, brief: 'Another program has the project open; here it can be read, not changed.' },
	UNSAVED: { status: 409, brief: 'The project has changes that are not saved; save or discard them.' },
	DAMAGED: { status: 422, brief: 'A file is not what it should be: truncated, altered or of another kind.' },
	NEWER_VERSION: { status: 422, brief: 'The file was written by a newer version of Microjoule.' },
	DISK: { status: 507, brief: 'The disk is full, read-only, or failed.' },
	NOT_RECORDING: { status: 409, brief: 'There is no recording in progress.' },
	ADDRESS_IN_USE: { status: 409, brief: 'The network port is taken.' },
	FORBIDDEN: { status: 403, brief: 'The request comes from an origin or host that is not admitted, or lacks its token.' },
	ENGINE_UNREACHABLE: { status: 503, brief: 'The engine that a script talks to does not answer, or has hung up.' },
	NOT_LOGGED_IN: { status: 401, brief: 'No account is signed in where one is needed.' },
	LOGIN_FAILED: { status: 401, brief: 'The user name or the password is wrong, or the account is not verified.' },
	LOGGED_IN_AS_OTHER: { status: 409, brief: 'Another account is signed in and holds reservations; return them first.' },
	TOO_MANY_TRIES: { status: 429, brief: 'Too many failed attempts; try again later. The details say when.' },
	NO_LICENCE: { status: 403, brief: 'The toolbox is locked: no licence that unlocks it is reserved here.' },
	LICENCE_TAKEN: { status: 409, brief: 'The licence is reserved elsewhere. The details say by whom, on which computer, and whether it is on its way back.' },
	LICENCE_EXPIRED: { status: 409, brief: 'The licence has expired.' },
	LICENCE_RESERVED: { status: 409, brief: 'A licence can be moved only while it is not reserved.' },
	LEASE_INVALID: { status: 403, brief: 'A lease is forged, altered, of another computer or portal, or the clock was set back.' },
	PORTAL_UNREACHABLE: { status: 503, brief: 'The licence portal does not answer.' },
	PORTAL_CHANGED: { status: 502, brief: 'The licence portal does not show the key that was pinned at the first sign-in.' },
	ALREADY_EXISTS: { status: 409, brief: 'The name, address or serial number is taken.' },
	CODE_INVALID: { status: 400, brief: 'The code is wrong, used or too old.' },
	PAYMENT_FAILED: { status: 402, brief: 'The payment was declined.' },
	UNSAFE: { status: 409, brief: 'A cell is connected backwards or not at all, or passed a limit of voltage, current or temperature; the output is off.' },
	INTERNAL: { status: 500, brief: 'A fault of Microjoule itself; please report it.' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** An error a user can act on. `details` carries the offending value and what is allowed, for programs. */
export class MicrojouleError extends Error {
	override readonly name = 'MicrojouleError';
	readonly code: ErrorCode;
	readonly details: Readonly<Record<string, unknown>>;

	constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
		super(message, cause === undefined ? undefined : { cause });
		this.code = code;
		this.details = details;
	}

	/** The HTTP status this error answers with. */
	get status(): number {
		return errorCodes[this.code].status;
	}
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

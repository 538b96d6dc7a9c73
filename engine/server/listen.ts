/** What any of our servers needs to bind its address: certificates, and what went wrong in words. */

import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import { asMicrojouleError } from './errors.ts';

export interface TlsFiles {
	readonly certFile: string;
	readonly keyFile: string;
}

/** Of --tls-cert and --tls-key. NOT_FOUND, INVALID_VALUE. */
export function readTls({ certFile, keyFile }: TlsFiles): { cert: Buffer; key: Buffer } {
	const [cert, key] = [readPem('--tls-cert', certFile), readPem('--tls-key', keyFile)];
	try {
		createSecureContext({ cert, key });
	} catch (error) {
		const message = `--tls-cert ${certFile} and --tls-key ${keyFile} must be a certificate and its key without a password, both PEM files (${messageOf(error)}).`;
		throw new MicrojouleError('INVALID_VALUE', message, { certFile, keyFile }, error);
	}
	return { cert, key };
}

function readPem(option: string, file: string): Buffer {
	try {
		return readFileSync(file);
	} catch (error) {
		throw new MicrojouleError('NOT_FOUND', `${option} ${file} cannot be read (${messageOf(error)}).`, { file }, error);
	}
}

/** ADDRESS_IN_USE, INVALID_VALUE. `option` names the one that chooses the port. */
export function listenError(error: unknown, host: string, port: number, option = '--port'): MicrojouleError {
	switch ((error as NodeJS.ErrnoException).code) {
		case 'EADDRINUSE':
			return new MicrojouleError(
				'ADDRESS_IN_USE',
				`Port ${port} on ${host} is taken. Stop the program that holds it, or choose another with ${option} (0 is any free one).`,
				{ host, port },
				error,
			);
		case 'EADDRNOTAVAIL':
		case 'ENOTFOUND':
			return new MicrojouleError('INVALID_VALUE', `--host ${host} is not an address of this machine.`, { host }, error);
		case 'EACCES':
			return new MicrojouleError('INVALID_VALUE', `The operating system does not let this user listen on port ${port}; choose one above 1023 with ${option}.`, { port }, error);
		default:
			return asMicrojouleError(error);
	}
}

/** A user name and password from a file, the environment, or the terminal; never from an argument, where every user of the machine could read it. */

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Option } from 'commander';
import { MicrojouleError, messageOf } from '../drivers/errors.ts';

export interface Credentials {
	readonly name: string;
	readonly password: string;
}

export interface CredentialFlags {
	readonly user?: string;
	readonly passwordFile?: string;
}

export const userOption = () => new Option('--user <NAME>', 'user name or e-mail address (default: OTII_USERNAME)');
export const passwordFileOption = () =>
	new Option('--password-file <FILE>', 'file with the password in its first line, or JSON with "username" and "password" (default: OTII_PASSWORD)');

/** From the file or the environment; undefined where neither has both. NOT_FOUND, INVALID_VALUE: the file. */
export function givenCredentials({ user, passwordFile }: CredentialFlags): Credentials | undefined {
	const file = passwordFile === undefined ? undefined : readPasswordFile(passwordFile);
	const name = user ?? file?.name ?? process.env.OTII_USERNAME;
	const password = file?.password ?? process.env.OTII_PASSWORD;
	return name && password ? { name, password } : undefined;
}

/** What was given, and the rest asked for on the terminal. INVALID_VALUE where there is none. */
export async function askCredentials(flags: CredentialFlags): Promise<Credentials> {
	const given = givenCredentials(flags);
	if (given) return given;
	if (!process.stdin.isTTY)
		throw new MicrojouleError('INVALID_VALUE', 'There is no terminal to ask for the password: name --password-file FILE, or set OTII_USERNAME and OTII_PASSWORD.');
	const name = flags.user ?? process.env.OTII_USERNAME ?? (await ask('User name: ', true));
	return { name, password: process.env.OTII_PASSWORD ?? (await ask('Password: ', false)) };
}

export function readPasswordFile(file: string): { readonly name?: string; readonly password: string } {
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (error) {
		throw new MicrojouleError('NOT_FOUND', `--password-file ${file} cannot be read (${messageOf(error)}).`, { file }, error);
	}
	const password = text.split(/\r?\n/, 1)[0];
	if (!text.trimStart().startsWith('{')) {
		if (password !== '') return { password };
		throw new MicrojouleError('INVALID_VALUE', `The first line of --password-file ${file} is empty; it must be the password.`, { file });
	}
	try {
		const { username, password: secret } = JSON.parse(text) as { username?: unknown; password?: unknown };
		if (typeof username === 'string' && typeof secret === 'string') return { name: username, password: secret };
	} catch {
		return { password }; // a password may well begin with a brace
	}
	throw new MicrojouleError('INVALID_VALUE', `--password-file ${file} must hold "username" and "password", or the password alone.`, { file });
}

/** Asks on standard error, so that standard output holds results only. */
async function ask(question: string, echo: boolean): Promise<string> {
	process.stderr.write(question);
	const output = echo ? process.stderr : new Writable({ write: (_chunk, _encoding, done) => done() });
	const terminal = createInterface({ input: process.stdin, output, terminal: true });
	const stop = new AbortController();
	terminal.on('SIGINT', () => stop.abort());
	try {
		return await terminal.question('', { signal: stop.signal });
	} catch (error) {
		throw new MicrojouleError('INVALID_VALUE', 'Nothing was entered.', {}, error);
	} finally {
		terminal.close();
		if (!echo) process.stderr.write('\n');
	}
}

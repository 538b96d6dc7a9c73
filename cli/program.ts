/**
 * What every command shares: how it ends. Exit code 0 when done, 1 when it failed (a device, a disk, a file), 2 when the call itself was
 * wrong. An error is one message on standard error; with --json also as {"error": {…}} there, so that standard output holds results only.
 */

import { Command, CommanderError } from 'commander';
import { MicrojouleError, messageOf } from '../drivers/errors.ts';
import { version } from '../engine/version.ts';

export async function run(commands: readonly Command[]): Promise<void> {
	const program = new Command('microjoule')
		.description('Measures how much energy a battery-powered device uses, and how long its battery will last.')
		.version(version, '-V, --version');
	program.showHelpAfterError('(add --help for what is possible)');
	program.exitOverride();
	for (const command of commands) {
		command.exitOverride().showHelpAfterError('(add --help for what is possible)');
		program.addCommand(command);
	}
	try {
		await program.parseAsync();
	} catch (error) {
		process.exitCode = report(error, process.argv.includes('--json'));
	}
}

/** Says what went wrong; returns the exit code. */
export function report(error: unknown, json: boolean): number {
	if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has said it
	const known = error instanceof MicrojouleError;
	const code = known ? error.code : 'INTERNAL';
	if (json) console.error(JSON.stringify({ error: { code, message: messageOf(error), details: known ? error.details : {} } }));
	else console.error(`microjoule: ${messageOf(error)}`);
	if (!known && !json && error instanceof Error) console.error(error.stack);
	return code === 'INVALID_VALUE' ? 2 : 1;
}

/** Prints a result: as JSON, or as the text `human` makes of it. */
export function print<T>(result: T, json: boolean | undefined, human: (result: T) => string): void {
	process.stdout.write(`${json ? JSON.stringify(result) : human(result)}\n`);
}

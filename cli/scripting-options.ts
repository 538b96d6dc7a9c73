/** The options of `microjoule serve` that concern scripts. */

import { type Command, Option } from 'commander';
import { listOption, numberOption } from './options.ts';

export interface ScriptingFlags {
	readonly scriptingPort?: number;
	readonly scriptingHost?: string;
	readonly allowFrom?: string[];
	readonly scriptingCompat?: 'java';
}

export function addScriptingOptions(command: Command): Command {
	return command
		.option(
			'--scripting-port <N>',
			'port for scripts, Otii-compatible; 0 is any free one (default: 1905, with --port 0 any free one)',
			numberOption('--scripting-port', { integer: true, min: 0, max: 65_535 }),
		)
		.option('--scripting-host <ADDRESS>', 'opens the scripting port to other machines; needs --allow-from')
		.option('--allow-from <NETWORK,…>', 'networks whose machines may run scripts, such as 192.168.1.0/24', listOption(String))
		.addOption(new Option('--scripting-compat <CLIENT>', 'java: leaves out of recordings what the Java client cannot read').choices(['java']));
}

/** The table of commands. The battery toolbox brings rows of its own, which whoever serves the table adds. */

import type { Command } from './command.ts';
import { applicationCommands } from './commands/application.ts';
import { deviceCommands } from './commands/device.ts';
import { expansionCommands } from './commands/expansion.ts';
import { importLogCommands } from './commands/import-log.ts';
import { projectCommands } from './commands/project.ts';
import { recordingCommands } from './commands/recording.ts';
import { sessionCommands } from './commands/session.ts';
import { userLogCommands } from './commands/user-log.ts';

export const commands: readonly Command[] = [
	...sessionCommands,
	...applicationCommands,
	...deviceCommands,
	...expansionCommands,
	...projectCommands,
	...recordingCommands,
	...userLogCommands,
	...importLogCommands,
];

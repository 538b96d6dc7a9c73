/** `microjoule simulate`: a simulated instrument on a pseudo-terminal, for this program or any other that speaks to an Arc. */

import { Command } from 'commander';
import type { InstrumentKind } from '../drivers/instrument.ts';
import { choiceOption } from './options.ts';
import { untilStopped } from './signals.ts';
import { addSimulatorOptions, buildSimulator, instrumentKinds, type SimulatorFlags } from './simulators.ts';

export function simulateCommand(): Command {
	const command = new Command('simulate')
		.description('Opens a pseudo-terminal with a simulated instrument behind it, prints its path as the first line, and runs until stopped.')
		.argument('<arc|ace>', 'the model', choiceOption('The model', instrumentKinds));
	addSimulatorOptions(command);
	command.option('--while-stdin', 'also ends when standard input closes');
	command.option('--json', 'prints {"path": …} instead of the bare path');
	return command.action(async (kind: InstrumentKind, options: SimulatorFlags & { whileStdin?: boolean; json?: boolean }) => {
		const simulator = await buildSimulator(kind, options);
		try {
			const { path } = await simulator.attachPty();
			process.stdout.write(`${options.json ? JSON.stringify({ path }) : path}\n`);
			await untilStopped(options.whileStdin);
		} finally {
			await simulator.close();
		}
	});
}

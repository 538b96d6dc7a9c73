/** `microjoule battery`: everything about cells. Each part is a file of its own, `battery-*.ts`; they are gathered here. */

import { Command } from 'commander';
import { estimateCommand } from './battery-estimate.ts';
import { fitCommand } from './battery-fit.ts';
import { predictCommand } from './battery-predict.ts';
import { profileCommand } from './battery-profile.ts';
import { deleteCommand, exportCommand, importCommand, plotCommand, profilesCommand, showCommand } from './battery-profiles.ts';
import { runsCommand } from './battery-runs.ts';
import { validateCommand } from './battery-validate.ts';

export function batteryCommand(): Command {
	const command = new Command('battery').description('Battery profiles, and how long a battery lasts. Needs the Battery Toolbox.');
	for (const sub of [
		profilesCommand(),
		showCommand(),
		plotCommand(),
		importCommand(),
		exportCommand(),
		deleteCommand(),
		fitCommand(),
		predictCommand(),
		profileCommand(),
		validateCommand(),
		runsCommand(),
		estimateCommand(),
	])
		command.addCommand(sub.exitOverride());
	return command;
}

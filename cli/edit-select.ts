/** `microjoule edit PROJECT select …`: named windows. */

import { Command } from 'commander';
import type { RunEdit } from './edit.ts';
import { numberOption } from './options.ts';

interface Options {
	readonly name?: string;
	readonly from?: number;
	readonly to?: number;
	readonly recording?: string;
	readonly color?: string;
	readonly note?: string;
	readonly json?: boolean;
}

export function selectCommand(run: RunEdit): Command {
	const select = new Command('select').description('named selections');
	const add = (name: string, description: string) => select.command(name).description(description).option('--json', 'machine-readable output, SI units');
	const window = (command: Command, required: boolean) => {
		for (const [option, what] of [
			['--from', 'beginning, in s'],
			['--to', 'end, in s, exclusive'],
		] as const)
			command[required ? 'requiredOption' : 'option'](`${option} <S>`, what, numberOption(option, { unit: 's' }));
		return command.option('--color <#RRGGBB>', 'colour').option('--note <TEXT>', 'note');
	};
	window(add('add <name>', 'adds a selection'), true)
		.option('--recording <ID>', 'in this recording only')
		.action((name: string, { json, from = 0, to = 0, recording, color, note }: Options) =>
			run(json, async (project) => {
				await project.edit.addSelection({ name, from, to, recording, color, note });
				return undefined;
			}),
		);
	window(add('change <name>', 'changes a selection'), false)
		.option('--name <NAME>', 'new name')
		.action((name: string, { json, ...change }: Options) =>
			run(json, async (project) => {
				await project.edit.selection(name, change);
				return undefined;
			}),
		);
	for (const [verb, hidden] of [
		['hide', true],
		['show', false],
	] as const)
		add(`${verb} <name>`, `${verb}s a selection`).action((name: string, { json }: Options) =>
			run(json, async (project) => {
				await project.edit.selection(name, { hidden });
				return undefined;
			}),
		);
	add('delete <name>', 'deletes a selection').action((name: string, { json }: Options) =>
		run(json, async (project) => {
			await project.edit.deleteSelection(name);
			return undefined;
		}),
	);
	return select;
}

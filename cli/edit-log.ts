/** `microjoule edit PROJECT log …`: user logs of a recording. */

import { Command } from 'commander';
import { Project } from '../engine/project/project.ts';
import type { RunEdit } from './edit.ts';
import { numberOption } from './options.ts';
import { print } from './program.ts';

interface Options {
	readonly time?: number;
	readonly filter?: string;
	readonly from?: number;
	readonly to?: number;
	readonly skip?: number;
	readonly limit?: number;
	readonly json?: boolean;
}

export function logCommand(folder: string, run: RunEdit): Command {
	const log = new Command('log').description('user logs; a log goes by its id or its name');
	const add = (name: string, description: string) => log.command(name).description(description).option('--json', 'machine-readable output, SI units');
	add('create <recording> <name>', 'makes a user log (at once; it can be deleted, not undone)').action((id: string, name: string, { json }: Options) =>
		run(json, async (project) => ({ log: await project.createLog(id, name) })),
	);
	add('append <recording> <log> <text>', 'appends a line (at once; it cannot be undone)')
		.option('--time <S>', "when, in s since the recording's start (default: now, of a recording that a running serve makes)", numberOption('--time', { unit: 's' }))
		.action((id: string, name: string, text: string, { json, time }: Options) =>
			run(json, async (project) => {
				await project.appendLog(id, name, [{ time, text }]);
				return undefined;
			}),
		);
	add('offset <recording> <log> <seconds>', 'shifts a log against its recording').action((id: string, name: string, seconds: string, { json }: Options) =>
		run(json, async (project) => {
			await project.edit.log(id, name, { offset: numberOption('the offset', { unit: 's' })(seconds) });
			return undefined;
		}),
	);
	add('rename <recording> <log> <name>', 'names a log').action((id: string, old: string, name: string, { json }: Options) =>
		run(json, async (project) => {
			await project.edit.log(id, old, { name });
			return undefined;
		}),
	);
	add('delete <recording> <log>', 'deletes a log').action((id: string, name: string, { json }: Options) =>
		run(json, async (project) => {
			await project.edit.deleteLog(id, name);
			return undefined;
		}),
	);
	add('read <recording> <log>', 'prints a log, a page at a time')
		.option('--filter <TEXT>', 'only lines with this text')
		.option('--from <S>', 'only from this time on, in s', numberOption('--from', { unit: 's' }))
		.option('--to <S>', 'only before this time, in s', numberOption('--to', { unit: 's' }))
		.option('--skip <N>', 'lines to leave out before', numberOption('--skip', { integer: true, min: 0 }), 0)
		.option('--limit <N>', 'lines at most', numberOption('--limit', { integer: true, min: 0 }), 1000)
		.action(async (id: string, name: string, { json, ...query }: Options) => {
			const project = await Project.open(folder);
			print(await project.readLog(id, name, query), json, ({ lines, total }) =>
				[...lines.map(({ time, text }) => `${time.toFixed(6)}  ${text}`), `${lines.length} of ${total} lines`].join('\n'),
			);
		});
	return log;
}

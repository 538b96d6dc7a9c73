/** The command table, as the engine describes it: all commands, or the keys of one. */

import { Text } from '@mantine/core';
import type { DescribedCommand } from '../types.ts';
import { answerKeysOf, keysOf } from './arguments.ts';
import classes from './console.module.css';

interface ListProps {
	readonly commands: readonly DescribedCommand[];
	readonly search: string;
	readonly onChoose: (name: string) => void;
}

export function CommandList({ commands, search, onChoose }: ListProps) {
	const shown = commands.filter(({ name, brief, aliases }) => `${name} ${aliases.join(' ')} ${brief}`.toLowerCase().includes(search.toLowerCase()));
	return (
		<div className={classes.list} data-testid="commands">
			{shown.map(({ name, brief }) => (
				<button type="button" key={name} className={classes.command} onClick={() => onChoose(name)}>
					<code>{name}</code> <span className={classes.quiet}>{brief.replaceAll('`', '')}</span>
				</button>
			))}
			{shown.length === 0 && (
				<Text size="sm" p="sm">
					No command is called “{search}”.
				</Text>
			)}
		</div>
	);
}

const needsText = { nothing: 'no licence', automation: 'an Automation licence', battery: 'an Automation and a Battery licence' } as const;

export function CommandKeys({ command, onKey }: { readonly command: DescribedCommand; readonly onKey: (name: string) => void }) {
	const keys = keysOf(command);
	const answered = answerKeysOf(command);
	return (
		<div>
			<Text size="sm">
				{command.brief.replaceAll('`', '')} <span className={classes.quiet}>Needs {needsText[command.needs]}.</span>
			</Text>
			{keys.length > 0 && (
				<table className={classes.keys}>
					<tbody>
						{keys.map(({ name, type, required }) => (
							<tr key={name}>
								<th scope="row">
									<button type="button" className={classes.command} onClick={() => onKey(name)} aria-label={`Add ${name} to the arguments`}>
										<code>{name}</code>
									</button>
								</th>
								<td>{type}</td>
								<td className={classes.quiet}>{required ? 'required' : 'optional'}</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
			{answered.length > 0 && (
				<Text size="xs" className={classes.quiet}>
					Answers {answered.map(({ name, type }) => `${name} (${type})`).join(', ')}.
				</Text>
			)}
		</div>
	);
}

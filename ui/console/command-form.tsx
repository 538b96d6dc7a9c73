/** A command, its keys, its arguments as JSON, and what it answered. */

import { Alert, Autocomplete, Button, Group, Kbd, Stack, Text, Textarea } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useBench } from '../bench.ts';
import { usePage } from '../page.ts';
import { keyLabel } from '../shortcuts.ts';
import type { DescribedCommand } from '../types.ts';
import { draft, parseArguments, withKey } from './arguments.ts';
import { CommandKeys, CommandList } from './command-reference.tsx';
import classes from './console.module.css';
import { type Answer, ScriptingClient } from './scripting-client.ts';

export function CommandForm({ commands }: { readonly commands: readonly DescribedCommand[] }) {
	const { bench } = usePage();
	const { devices, recordings, licensing } = useBench(bench);
	const [client] = useState(() => new ScriptingClient());
	const [name, setName] = useState('');
	const [text, setText] = useState('');
	const [busy, setBusy] = useState(false);
	const [answer, setAnswer] = useState<Answer>();
	const [failure, setFailure] = useState<string>();
	useEffect(() => () => client.close(), [client]);
	const known = { device_id: devices[0]?.id, channel: 'mc', project_id: 1, recording_id: recordings.length > 0 ? Number(recordings.at(-1)?.id) : undefined };
	const command = commands.find((candidate) => candidate.name === name || candidate.aliases.includes(name));
	const given = parseArguments(text);
	const choose = (next: string) => {
		setName(next);
		const chosen = commands.find((candidate) => candidate.name === next);
		if (chosen) setText(JSON.stringify(draft(chosen, known), undefined, 2));
	};
	const send = async () => {
		if (given === undefined || name === '') return;
		setBusy(true);
		setFailure(undefined);
		try {
			setAnswer(await client.send(name, given));
		} catch (error) {
			setFailure((error as Error).message);
		} finally {
			setBusy(false);
		}
	};
	const missing = command && licensing ? missingLicence(command, licensing.toolboxes) : undefined;
	return (
		<Stack gap="xs">
			<Autocomplete
				size="xs"
				label="Command"
				placeholder="Type a part of its name"
				data={commands.map((candidate) => candidate.name)}
				value={name}
				onChange={choose}
				limit={12}
				autoComplete="off"
				spellCheck={false}
			/>
			{command ? (
				<CommandKeys
					command={command}
					onKey={(key) => {
						const added = withKey(text, key, command, known);
						if (added !== undefined) setText(added);
					}}
				/>
			) : (
				<CommandList commands={commands} search={name} onChoose={choose} />
			)}
			{missing && (
				<Text size="xs" c="red">
					{missing}
				</Text>
			)}
			<Textarea
				size="xs"
				label="Arguments"
				className={classes.mono}
				autosize
				minRows={2}
				maxRows={12}
				value={text}
				spellCheck={false}
				error={given === undefined ? 'This is no JSON object such as {"device_id": "…"}.' : undefined}
				onChange={(event) => setText(event.currentTarget.value)}
				onKeyDown={(event) => {
					if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
					event.preventDefault();
					void send();
				}}
			/>
			<Group gap="xs">
				<Button size="xs" disabled={name === '' || given === undefined} loading={busy} onClick={() => void send()}>
					Send
				</Button>
				<Kbd size="xs">{keyLabel('Ctrl+')}Enter</Kbd>
			</Group>
			<div role="status" aria-label="Answer">
				{failure !== undefined ? (
					<Alert color="red" variant="light">
						{failure}
					</Alert>
				) : (
					answer && (
						// biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
						<pre className={classes.answer} data-failed={answer.type === 'error' || undefined} tabIndex={0}>
							{answer.type === 'error' ? `${answer.errorcode}\n` : ''}
							{answer.data === undefined ? 'Done.' : JSON.stringify(answer.data, undefined, 2)}
						</pre>
					)
				)}
			</div>
		</Stack>
	);
}

function missingLicence({ needs }: DescribedCommand, toolboxes: Readonly<Record<'automation' | 'battery', { readonly open: boolean }>>): string | undefined {
	if (needs === 'nothing') return undefined;
	const closed = (needs === 'battery' ? (['automation', 'battery'] as const) : (['automation'] as const)).filter((toolbox) => !toolboxes[toolbox].open);
	if (closed.length === 0) return undefined;
	const names = closed.map((toolbox) => (toolbox === 'battery' ? 'Battery' : 'Automation')).join(' and ');
	return `It needs a licence that is not reserved here: ${names}. Reserve it in File, User Management.`;
}

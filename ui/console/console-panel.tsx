/** The script console: the commands with what they take, one that is sent by hand, and what all scripts say. Loaded when it is opened. */

import { Alert, CloseButton, Group, Loader, Title } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { json } from '../api.ts';
import type { DescribedCommand } from '../types.ts';
import { CommandForm } from './command-form.tsx';
import classes from './console.module.css';
import { TrafficLog } from './traffic-log.tsx';

export default function ConsolePanel({ onClose }: { readonly onClose: () => void }) {
	const [commands, setCommands] = useState<readonly DescribedCommand[]>();
	const [failure, setFailure] = useState<string>();
	const heading = useRef<HTMLHeadingElement>(null);
	useEffect(() => {
		heading.current?.focus();
		heading.current?.scrollIntoView({ block: 'nearest' });
		const controller = new AbortController();
		json<DescribedCommand[]>('GET', '/scripting/commands', undefined, controller.signal).then(setCommands, (error: Error) => {
			if (!controller.signal.aborted) setFailure(error.message);
		});
		return () => controller.abort();
	}, []);
	return (
		<section className={classes.console} aria-labelledby="console-heading" data-testid="console">
			<Group justify="space-between" mb={6}>
				<Title order={2} size="h5" id="console-heading" ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
					Script console
				</Title>
				<CloseButton aria-label="Close the script console" onClick={onClose} />
			</Group>
			<div className={classes.columns}>
				{failure !== undefined ? <Alert color="red">{failure}</Alert> : commands ? <CommandForm commands={commands} /> : <Loader size="sm" aria-label="Loading the commands" />}
				<TrafficLog />
			</div>
		</section>
	);
}

/** Instruments that were found and are not open, and simulated ones: a click adds one. */

import { Button, Group, Loader, Popover, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { api } from '../api.ts';
import type { FoundInstrument } from '../types.ts';
import { attempt } from './actions.ts';
import classes from './devices.module.css';

export function AddDevice() {
	const [opened, setOpened] = useState(false);
	return (
		<Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="md" trapFocus returnFocus width="min(340px, calc(100vw - 24px))">
			<Popover.Target>
				<Button size="compact-xs" variant="default" onClick={() => setOpened(!opened)} aria-label="Add a device">
					Add
				</Button>
			</Popover.Target>
			<Popover.Dropdown aria-label="Instruments found">{opened && <Found onAdded={() => setOpened(false)} />}</Popover.Dropdown>
		</Popover>
	);
}

function Found({ onAdded }: { onAdded(): void }) {
	const [found, setFound] = useState<readonly FoundInstrument[]>();
	const [adding, setAdding] = useState<string>();
	const [error, setError] = useState<string>();
	const look = () => {
		setFound(undefined);
		setError(undefined);
		api.discovery().then(setFound, (thrown: Error) => setError(thrown.message));
	};
	useEffect(look, []);
	const add = async ({ path, title }: FoundInstrument) => {
		setAdding(path);
		const done = await attempt(`Add ${title}`, () => api.openDevice(path));
		setAdding(undefined);
		if (done) onAdded();
	};
	return (
		<>
			<Group justify="space-between" mb={4}>
				<Text size="sm" fw={600}>
					Found
				</Text>
				<Button size="compact-xs" variant="subtle" onClick={look} disabled={!found && !error}>
					Look again
				</Button>
			</Group>
			{error && (
				<Text size="sm" c="red" role="alert">
					{error}
				</Text>
			)}
			{!found && !error && <Loader size="sm" />}
			{found?.map((instrument) => (
				<div key={instrument.path} className={classes.found}>
					<div className={classes.name}>
						<Text size="sm" truncate>
							{instrument.title}
						</Text>
						<Text size="xs" c="dimmed" truncate>
							{instrument.path.startsWith('sim:') ? 'With a device under test on it' : [instrument.path, instrument.serial].filter(Boolean).join(' · ')}
						</Text>
					</div>
					<Button
						size="compact-sm"
						variant="light"
						disabled={instrument.open || (adding !== undefined && adding !== instrument.path)}
						loading={adding === instrument.path}
						aria-label={`Add ${instrument.title}`}
						onClick={() => void add(instrument)}
					>
						{instrument.open ? 'Open' : 'Add'}
					</Button>
				</div>
			))}
			{found?.every(({ path }) => path.startsWith('sim:')) && (
				<Text size="xs" c="dimmed" mt={6}>
					No instrument is plugged in. Connect one by USB and look again. Another program may hold its port.
				</Text>
			)}
		</>
	);
}

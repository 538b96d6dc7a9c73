/** A profiler's run: how far each cell is, and its stop and resume. */

import { Alert, Badge, Button, Group, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { noValue, quantity } from '../format.ts';
import type { DeviceState, ProfileSummary, Run } from '../types.ts';
import classes from './battery.module.css';
import { batteryApi } from './battery-api.ts';
import { SureButton } from './sure-button.tsx';
import { charge, longTime } from './words.ts';

interface Props {
	readonly run: Run;
	readonly devices: readonly DeviceState[];
	readonly profiles: readonly ProfileSummary[];
}

const colors = { running: 'red', stopped: 'orange', finished: 'green' } as const;

export function RunCard({ run: { id, kind, name, state, startedAt, resumable, cells }, devices, profiles }: Props) {
	const [busy, setBusy] = useState(false);
	const [failure, setFailure] = useState<string>();
	const attempt = async (work: () => Promise<unknown>) => {
		setBusy(true);
		setFailure(undefined);
		try {
			await work(); // how it goes on comes over the live connection
		} catch (error) {
			setFailure((error as Error).message);
		} finally {
			setBusy(false);
		}
	};
	const deviceName = (device: string) => devices.find((candidate) => candidate.id === device)?.name ?? device;
	const saved = cells.flatMap(({ profileId }) => profiles.find((profile) => profile.id === profileId)?.name ?? []);
	return (
		<Stack component="section" gap="xs" aria-label={`Run ${name}`} data-run={id}>
			<Group justify="space-between" gap="xs">
				<Group gap="xs">
					<Text fw={600}>{name}</Text>
					<Badge color={colors[state]} variant={state === 'running' ? 'filled' : 'default'} tt="none" data-state>
						{state}
					</Badge>
					<Text size="xs" className={classes.quiet}>
						since {new Date(startedAt).toLocaleString()}
					</Text>
				</Group>
				{state === 'running' && <SureButton label="Stop" sure="Stop the discharge?" about={name} loading={busy} onSure={() => void attempt(() => batteryApi.stopRun(id))} />}
				{state !== 'running' && resumable && (
					<Group gap="xs">
						<Button size="xs" loading={busy} aria-label={`Resume ${name}`} onClick={() => void attempt(() => batteryApi.resumeRun(id))}>
							Resume
						</Button>
						{kind === 'profile' && cells.some(({ profileId, iteration }) => profileId === undefined && iteration > 1) && (
							<Button size="xs" variant="default" loading={busy} aria-label={`Save what there is of ${name}`} onClick={() => void attempt(() => batteryApi.saveRun(id))}>
								Save what there is
							</Button>
						)}
					</Group>
				)}
				{state !== 'running' && (
					<SureButton label="Delete" sure="Delete what it measured?" about={name} loading={busy} onSure={() => void attempt(() => batteryApi.deleteRun(id))} />
				)}
			</Group>
			<div role="alert">
				{failure !== undefined && (
					<Alert color="red" variant="light">
						{failure}
					</Alert>
				)}
			</div>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it where it is too wide */}
			<section className={classes.scrolled} tabIndex={0} aria-label={`Cells of ${name}`}>
				<Table className={classes.table} verticalSpacing={4} horizontalSpacing="sm">
					<Table.Thead>
						<Table.Tr>
							{['Cell at', 'State', 'Phase', 'Iteration', 'Voltage', 'Resistance', 'Used', 'Elapsed', 'Remaining'].map((heading) => (
								<Table.Th key={heading} scope="col">
									{heading}
								</Table.Th>
							))}
						</Table.Tr>
					</Table.Thead>
					<Table.Tbody>
						{cells.map((cell) => (
							<Table.Tr key={cell.deviceId} data-cell={cell.deviceId}>
								<Table.Th scope="row">{deviceName(cell.deviceId)}</Table.Th>
								<Table.Td>{cell.state}</Table.Td>
								<Table.Td>{cell.phase ?? noValue}</Table.Td>
								<Table.Td>{cell.iteration.toLocaleString('en')}</Table.Td>
								<Table.Td>{quantity(cell.voltageV, 'V')}</Table.Td>
								<Table.Td>{quantity(cell.resistanceOhm, 'Ω', 3)}</Table.Td>
								<Table.Td>{charge(cell.usedC)}</Table.Td>
								<Table.Td>{longTime(cell.elapsedS)}</Table.Td>
								<Table.Td>{cell.remainingS === undefined ? noValue : longTime(cell.remainingS)}</Table.Td>
							</Table.Tr>
						))}
					</Table.Tbody>
				</Table>
			</section>
			<div role="status">
				{cells.map(
					({ deviceId, problem }) =>
						problem !== undefined && (
							<Text key={deviceId} size="sm">
								{deviceName(deviceId)}: {problem}
							</Text>
						),
				)}
				{saved.length > 0 && <Text size="sm">Saved as {saved.join(', ')}.</Text>}
			</div>
		</Stack>
	);
}

/** One device's supply: which it is, what it is to be, and, while it is a battery, the emulated cell. */

import { Alert, Badge, Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Bench } from '../bench.ts';
import type { DeviceState, ProfileSummary, Supply } from '../types.ts';
import { batteryApi } from './battery-api.ts';
import { EmulatedCell } from './emulated-cell.tsx';
import { EmulatorSetup } from './emulator-setup.tsx';

interface Props {
	readonly bench: Bench;
	readonly device: DeviceState;
	readonly supply: Supply | undefined;
	readonly profiles: readonly ProfileSummary[];
}

export function SupplyCard({ bench, device, supply: told, profiles }: Props) {
	/** What the server answered last, until it tells something newer. */
	const [answered, setAnswered] = useState<{ readonly supply: Supply; readonly over: Supply | undefined }>();
	const supply = answered && answered.over === told ? answered.supply : told;
	const mode = supply?.mode ?? 'power-box';
	/** What is being looked at; undefined: what is in force. */
	const [wanted, setWanted] = useState<Supply['mode']>();
	const [failure, setFailure] = useState<string>();
	const [busy, setBusy] = useState(false);
	const shown = wanted ?? mode;

	const run = async (work: () => Promise<Supply>): Promise<boolean> => {
		setBusy(true);
		try {
			const answer = await work();
			setAnswered({ supply: answer, over: told });
			setFailure(undefined);
			return true;
		} catch (error) {
			setFailure((error as Error).message);
			return false;
		} finally {
			setBusy(false);
		}
	};
	const start = async (work: () => Promise<Supply>) => {
		if (await run(work)) setWanted(undefined);
	};
	return (
		<Stack component="section" gap="sm" aria-label={`Supply of ${device.name}`} data-supply={device.id}>
			<div>
				<Group justify="space-between" gap="xs">
					<Group gap="xs">
						<Text fw={600}>{device.name}</Text>
						<Badge variant={device.settings.main ? 'filled' : 'default'} color="red" tt="none">
							{device.settings.main ? 'Output on' : 'Output off'}
						</Badge>
					</Group>
					<SegmentedControl
						size="xs"
						aria-label={`Supply of ${device.name}`}
						value={shown}
						onChange={(value) => setWanted(value as Supply['mode'])}
						data={[
							{ value: 'power-box', label: 'Power box' },
							{ value: 'battery-emulator', label: 'Battery' },
						]}
					/>
				</Group>
				<div role="alert">
					{failure !== undefined && (
						<Alert color="red" variant="light" mt="sm" withCloseButton closeButtonLabel="Dismiss" onClose={() => setFailure(undefined)}>
							{failure}
						</Alert>
					)}
				</div>
			</div>
			{shown === 'power-box' &&
				(mode === 'power-box' ? (
					<>
						{supply?.endedBecause !== undefined && (
							<Alert color="orange" variant="light" role="status">
								{supply.endedBecause}
							</Alert>
						)}
						<Text size="sm">A steady voltage, as it is set on the device.</Text>
					</>
				) : (
					<Group gap="sm">
						<Button size="sm" loading={busy} onClick={() => void start(() => batteryApi.setSupply(device.id, { mode: 'power-box' }))}>
							Switch to the power box
						</Button>
						<Text size="sm">Turns the output off.</Text>
					</Group>
				))}
			{shown === 'battery-emulator' &&
				(mode === 'battery-emulator' && supply?.emulator ? (
					<EmulatedCell bench={bench} device={device} emulator={supply.emulator} profiles={profiles} busy={busy} run={run} />
				) : (
					<EmulatorSetup device={device} profiles={profiles} busy={busy} onStart={(setup) => void start(() => batteryApi.setSupply(device.id, setup))} />
				))}
		</Stack>
	);
}

/** Discharges real cells to make their profiles: what is under way, what may be resumed, and the start of another. */

import { Alert, Stack, Text } from '@mantine/core';
import type { DeviceState } from '../types.ts';
import { RunCard } from './run-card.tsx';
import { RunForm } from './run-form.tsx';
import type { BatteryState } from './use-battery.ts';

export function ProfilerPanel({ devices, battery: { runs, profiles } }: { readonly devices: readonly DeviceState[]; readonly battery: BatteryState }) {
	const newestFirst = runs.toSorted((a, b) => Number(b.state === 'running') - Number(a.state === 'running') || b.startedAt.localeCompare(a.startedAt));
	return (
		<Stack gap="lg">
			{newestFirst.map((run) => (
				<RunCard key={run.id} run={run} devices={devices} profiles={profiles?.profiles ?? []} />
			))}
			<Alert variant="light" color="orange" title="A real cell is discharged, for hours or days">
				<Text size="sm">
					Check its polarity, keep it where a failing cell does no harm, and use short, thick leads or four wires. A cell that is connected backwards is refused; a voltage, current
					or temperature outside of the limits stops the run. However it ends, the output goes off, also when this program does, and the run can be resumed.
				</Text>
			</Alert>
			<RunForm devices={devices} />
		</Stack>
	);
}

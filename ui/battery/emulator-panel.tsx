/** What supplies each device: a plain voltage source or an emulated battery. */

import { Stack, Text } from '@mantine/core';
import type { Bench } from '../bench.ts';
import type { DeviceState } from '../types.ts';
import { SupplyCard } from './supply-card.tsx';
import type { BatteryState } from './use-battery.ts';

export function EmulatorPanel({ bench, devices, battery }: { readonly bench: Bench; readonly devices: readonly DeviceState[]; readonly battery: BatteryState }) {
	if (devices.length === 0) return <Text size="sm">No instrument is open.</Text>;
	return (
		<Stack gap="lg">
			{devices.map((device) => (
				<SupplyCard
					key={device.id}
					bench={bench}
					device={device}
					supply={battery.supplies.find(({ deviceId }) => deviceId === device.id)}
					profiles={battery.profiles?.profiles ?? []}
				/>
			))}
		</Stack>
	);
}

/** In a device's card: the battery that it is supplied as, and how full that is; a click opens the emulator. Nothing while it is a power box. */

import { Button } from '@mantine/core';
import { useBench } from '../bench.ts';
import { usePage } from '../page.ts';

export function SupplyNote({ device }: { readonly device: string }) {
	const page = usePage();
	const { battery, licensing } = useBench(page.bench);
	const emulator = battery?.supplies.find(({ deviceId }) => deviceId === device)?.emulator;
	if (!emulator || !licensing?.toolboxes.battery.open) return null;
	const { profileName, series, parallel, soc } = emulator;
	return (
		<Button
			size="compact-xs"
			variant="light"
			mt="xs"
			fullWidth
			justify="space-between"
			rightSection={`${soc.toFixed(1)} %`}
			title="The battery that is emulated; opens the emulator"
			onClick={() => page.battery.set({ tab: 'emulator' })}
			data-supply-note
		>
			{profileName}
			{series * parallel > 1 && ` ${series}S${parallel}P`}
		</Button>
	);
}

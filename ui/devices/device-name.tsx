/** A device's name, and a field for another one: Enter takes it, Escape leaves it. */

import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api.ts';
import type { DeviceState } from '../types.ts';

export function DeviceName({ device, renaming, onDone }: { readonly device: DeviceState; readonly renaming: boolean; onDone(): void }) {
	const [error, setError] = useState<string>();
	if (!renaming)
		return (
			<Text fw={600} truncate title={`Serial number ${device.serial}`}>
				{device.name}
			</Text>
		);
	const leave = () => {
		setError(undefined);
		onDone();
	};
	const apply = async (text: string) => {
		const name = text.trim();
		if (name === '' || name === device.name) return leave();
		try {
			await api.renameDevice(device.id, name);
			leave();
		} catch (thrown) {
			setError((thrown as Error).message);
		}
	};
	return (
		<TextInput
			size="xs"
			autoFocus
			defaultValue={device.name}
			maxLength={100}
			error={error}
			aria-label={`New name of ${device.name}`}
			onFocus={(event) => event.currentTarget.select()}
			onBlur={(event) => void apply(event.currentTarget.value)}
			onKeyDown={(event) => {
				if (event.key === 'Enter') void apply(event.currentTarget.value);
				if (event.key === 'Escape') leave();
			}}
		/>
	);
}

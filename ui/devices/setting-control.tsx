/** Any setting, as its description says: a switch, a choice or a figure. Where it means nothing at present it says why. */

import { Select, Switch } from '@mantine/core';
import { api } from '../api.ts';
import type { DeviceState, SettingName, SettingSpec } from '../types.ts';
import { attempt } from './actions.ts';
import { SettingField } from './setting-field.tsx';

const labels: Partial<Record<SettingName, string>> = {
	mainCurrent: 'Regulated current',
	currentLimitMode: 'At the current limit',
	powerRegulation: 'Regulation',
	range: 'Current range',
	legacySink: 'Sink as older firmware does',
	fourWire: 'Four-wire (sense pins)',
	adcShunt: 'Shunt of the ADC',
};

const choices: Readonly<Record<string, string>> = {
	cutoff: 'Cut off',
	limit: 'Hold the current there',
	voltage: 'Voltage',
	current: 'Current',
	inline: 'In line with another supply',
	off: 'None',
	low: 'Automatic',
	high: 'High range only',
};

export function SettingControl({ device, spec }: { readonly device: DeviceState; readonly spec: SettingSpec }) {
	const { name, type, unit } = spec;
	const label = labels[name] ?? name;
	const reason = device.connected ? whyNot(device, name) : 'The device is unplugged.';
	const change = (value: unknown) => void attempt(`${label} of ${device.name}`, () => api.set(device.id, { [name]: value }));
	const accessible = `${label} of ${device.name}`;
	if (type === 'boolean')
		return (
			<Switch
				size="xs"
				label={label}
				description={reason}
				title={spec.brief}
				aria-label={accessible}
				checked={device.settings[name] as boolean}
				disabled={reason !== undefined}
				onChange={(event) => change(event.currentTarget.checked)}
			/>
		);
	if (spec.choices)
		return (
			<Select
				size="xs"
				label={label}
				description={reason}
				title={spec.brief}
				aria-label={accessible}
				allowDeselect={false}
				disabled={reason !== undefined}
				value={String(device.settings[name])}
				data={spec.choices.map((choice) => ({ value: String(choice), label: typeof choice === 'number' ? `${choice} ${unit}` : (choices[choice] ?? choice) }))}
				onChange={(value) => value !== null && change(type === 'number' ? Number(value) : value)}
			/>
		);
	return <SettingField device={device} name={name} label={label} reason={reason} />;
}

/** Why a setting has no effect at present. */
function whyNot({ settings }: DeviceState, name: SettingName): string | undefined {
	if (name === 'mainCurrent' && settings.powerRegulation !== 'current') return 'Only with regulation of the current.';
	return undefined;
}

/** A numeric setting: typed with or without prefix and unit, applied on Enter or when the field is left, refusals shown under it. */

import { TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { api } from '../api.ts';
import { parseQuantity, quantity } from '../format.ts';
import type { DeviceState, SettingName } from '../types.ts';

interface SettingFieldProps {
	readonly device: DeviceState;
	readonly name: SettingName;
	readonly label: string;
	/** Why it cannot be changed at present. */
	readonly reason?: string;
}

export function SettingField({ device, name, label, reason }: SettingFieldProps) {
	const spec = device.settingSpecs.find((candidate) => candidate.name === name);
	const inForce = device.settings[name] as number;
	const unit = spec?.unit ?? '';
	/** What is being typed, or was just accepted; undefined: show the value in force. */
	const [draft, setDraft] = useState<string>();
	const typing = useRef(false);
	const text = draft ?? written(inForce, unit);
	const [error, setError] = useState<string>();
	const [busy, setBusy] = useState(false);
	// A script may have changed it; what someone is typing stays.
	// biome-ignore lint/correctness/useExhaustiveDependencies: a new value in force is the occasion
	useEffect(() => {
		if (!typing.current) setDraft(undefined);
	}, [inForce]);

	const discard = () => {
		typing.current = false;
		setDraft(undefined);
		setError(undefined);
	};
	const apply = async () => {
		if (draft === undefined || text.trim() === written(inForce, unit)) return discard();
		const value = parseQuantity(text, unit);
		const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = spec ?? {};
		if (Number.isNaN(value)) return setError(`Type a number in ${unit}.`);
		if (value < min || value > max) return setError(`From ${quantity(min, unit, 3)} to ${quantity(max, unit, 3)}.`);
		setBusy(true);
		setError(undefined); // not after the answer: another refusal may stand there by then
		try {
			const settings = await api.set(device.id, { [name]: value });
			setDraft((now) => {
				// Someone may have typed on meanwhile.
				if (now !== draft) return now;
				typing.current = false;
				return written(settings[name] as number, unit);
			});
		} catch (thrown) {
			setError((thrown as Error).message);
		} finally {
			setBusy(false);
		}
	};

	return (
		<TextInput
			size="xs"
			label={label}
			title={spec?.brief}
			aria-label={`${label} of ${device.name}`}
			inputMode="decimal"
			value={text}
			error={error}
			disabled={!device.connected || reason !== undefined}
			description={reason}
			aria-busy={busy}
			onChange={(event) => {
				typing.current = true;
				setDraft(event.currentTarget.value);
			}}
			onBlur={() => void apply()}
			onKeyDown={(event) => {
				if (event.key === 'Enter') void apply();
				if (event.key === 'Escape') discard();
			}}
		/>
	);
}

/** A setting as it is typed: exact, no more digits than it has. */
function written(value: number, unit: string): string {
	const small = Math.abs(value) < 1 && value !== 0 && unit === 'A';
	return small ? `${Number((value * 1000).toPrecision(12))} m${unit}` : `${value} ${unit}`;
}

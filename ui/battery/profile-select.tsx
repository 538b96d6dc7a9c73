/** Chooses one of the profiles. */

import { NativeSelect, type NativeSelectProps } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ProfileSummary } from '../types.ts';
import { charge } from './words.ts';

interface Props extends Omit<NativeSelectProps, 'value' | 'onChange' | 'data'> {
	readonly profiles: readonly ProfileSummary[];
	/** Empty: none yet. */
	readonly value: string;
	readonly onChange: (id: string) => void;
	/** Choices of another kind, before the profiles. */
	readonly before?: ReactNode;
}

export function ProfileSelect({ profiles, value, onChange, before, ...rest }: Props) {
	return (
		<NativeSelect label="Profile" {...rest} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
			{before ?? (
				<option value="" disabled>
					Choose a profile
				</option>
			)}
			{profiles.map(({ id, name, capacityC }) => (
				<option key={id} value={id}>
					{name} · {charge(capacityC)}
				</option>
			))}
		</NativeSelect>
	);
}

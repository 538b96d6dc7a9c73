/** Whether an emulated cell discharges. */

import { Group, SegmentedControl, Text } from '@mantine/core';

interface Props {
	readonly about: string;
	readonly tracking: boolean;
	readonly onChange: (tracking: boolean) => void;
}

export function FollowControl({ about, tracking, onChange }: Props) {
	return (
		<Group gap="sm">
			<SegmentedControl
				size="xs"
				aria-label={`Discharge of ${about}`}
				value={tracking ? 'follow' : 'fixed'}
				onChange={(value) => onChange(value === 'follow')}
				data={[
					{ value: 'follow', label: 'Follow' },
					{ value: 'fixed', label: 'Fixed' },
				]}
			/>
			<Text size="sm">{tracking ? 'Discharges as the current flows.' : 'Stays at this state of charge.'}</Text>
		</Group>
	);
}

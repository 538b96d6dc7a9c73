/** What a device is to be supplied as, before it is. */

import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { DeviceState, ProfileSummary, SetSupply } from '../types.ts';
import classes from './battery.module.css';
import { ChargeFields } from './charge-fields.tsx';
import { EmulatorCurve } from './emulator-curve.tsx';
import { FollowControl } from './follow-control.tsx';
import { PackPicker } from './pack-picker.tsx';
import { ProfileSelect } from './profile-select.tsx';

interface Props {
	readonly device: DeviceState;
	readonly profiles: readonly ProfileSummary[];
	readonly busy: boolean;
	readonly onStart: (supply: SetSupply) => void;
}

export function EmulatorSetup({ device, profiles, busy, onStart }: Props) {
	const [profileId, setProfileId] = useState('');
	const [pack, setPack] = useState({ series: 1, parallel: 1 });
	/** By the one that was set last, so that it comes back as it was set. */
	const [charged, setCharged] = useState<{ readonly soc: number } | { readonly usedC: number }>({ soc: 100 });
	const [tracking, setTracking] = useState(true);
	const profile = profiles.find(({ id }) => id === profileId);
	const capacityC = (profile?.capacityC ?? 0) * pack.parallel;
	const soc = 'soc' in charged ? charged.soc : Math.max(0, 100 * (1 - charged.usedC / capacityC));
	const usedC = 'usedC' in charged ? charged.usedC : capacityC * (1 - charged.soc / 100);
	return (
		<div className={classes.columns}>
			<Stack gap="md">
				<ProfileSelect profiles={profiles} value={profileId} onChange={setProfileId} aria-label={`Profile of ${device.name}`} />
				{profile && (
					<>
						<PackPicker pack={pack} onChange={setPack} />
						<ChargeFields
							about={device.name}
							soc={soc}
							usedC={usedC}
							capacityC={capacityC}
							onSoc={(value) => setCharged({ soc: value })}
							onUsed={(value) => setCharged({ usedC: value })}
						/>
						<FollowControl about={device.name} tracking={tracking} onChange={setTracking} />
						<Group gap="sm">
							<Button size="sm" loading={busy} onClick={() => onStart({ mode: 'battery-emulator', profileId, ...pack, ...charged, tracking })}>
								Emulate this battery
							</Button>
							<Text size="sm">Turns the output off.</Text>
						</Group>
					</>
				)}
			</Stack>
			{profile && <EmulatorCurve profileId={profileId} soc={soc} />}
		</div>
	);
}

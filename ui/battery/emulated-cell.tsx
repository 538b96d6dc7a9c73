/** The cell that a device is supplied as: what it is at the moment, and what may be changed while the output stays on. */

import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Bench } from '../bench.ts';
import { Reading } from '../devices/reading.tsx';
import { quantity } from '../format.ts';
import type { ChangeEmulator, DeviceState, EmulatorStatus, ProfileSummary, Supply } from '../types.ts';
import classes from './battery.module.css';
import { batteryApi } from './battery-api.ts';
import { ChargeFields } from './charge-fields.tsx';
import { EmulatorCurve } from './emulator-curve.tsx';
import { FollowControl } from './follow-control.tsx';
import { latest } from './latest.ts';
import { PackPicker } from './pack-picker.tsx';
import { ProfileSelect } from './profile-select.tsx';
import { charge, percent } from './words.ts';

interface Props {
	readonly bench: Bench;
	readonly device: DeviceState;
	readonly emulator: EmulatorStatus;
	readonly profiles: readonly ProfileSummary[];
	readonly busy: boolean;
	/** False when it failed; why is shown by then. */
	readonly run: (work: () => Promise<Supply>) => Promise<boolean>;
}

export function EmulatedCell({ bench, device, emulator, profiles, busy, run }: Props) {
	const { profileId, profileName, series, parallel, soc, usedC, capacityC, tracking, openCircuitV, resistanceOhm, empty, mode, rateHz, problem } = emulator;
	const [nextProfile, setNextProfile] = useState<string>();
	const [nextPack, setNextPack] = useState<{ readonly series: number; readonly parallel: number }>();
	const change = (what: ChangeEmulator) => run(() => batteryApi.changeEmulator(device.id, what));
	const now = useRef(change);
	now.current = change;
	const slide = useMemo(() => latest((value: number) => now.current({ soc: value })), []);
	// biome-ignore lint/correctness/useExhaustiveDependencies: what was about to be changed is another supply's
	useEffect(() => {
		setNextPack(undefined);
		setNextProfile(undefined);
	}, [emulator.id, profileId]);
	const otherProfile = nextProfile !== undefined && nextProfile !== profileId;
	const otherPack = nextPack !== undefined && (nextPack.series !== series || nextPack.parallel !== parallel);
	return (
		<div className={classes.columns}>
			<Stack gap="md">
				<dl className={classes.figures}>
					<Figure name="State of charge">{percent(soc)}</Figure>
					<Figure name="Open circuit">{quantity(openCircuitV, 'V')}</Figure>
					<Figure name="Resistance">{quantity(resistanceOhm, 'Ω', 3)}</Figure>
					<Figure name="Used">{charge(usedC)}</Figure>
					<Figure name="At the terminals">
						<Reading bench={bench} device={device.id} channel="mv" unit="V" />
					</Figure>
					<Figure name="Current">
						<Reading bench={bench} device={device.id} channel="mc" unit="A" />
					</Figure>
				</dl>
				<div role="status">
					{empty && (
						<Alert color="orange" variant="light" mb="xs">
							The cell is empty.
						</Alert>
					)}
					{problem !== undefined && (
						<Alert color="orange" variant="light" mb="xs">
							{problem}
						</Alert>
					)}
					<Text size="xs" className={classes.quiet}>
						{profileName}, {series} in series, {parallel} in parallel.{' '}
						{mode === 'simulated'
							? 'Computed within the simulated instrument, for every sample.'
							: `A loop on this computer sets the voltage${rateHz === undefined ? '' : ` ${rateHz.toFixed(0)} times a second`}.`}
					</Text>
				</div>
				<ChargeFields about={device.name} soc={soc} usedC={usedC} capacityC={capacityC} onSoc={slide} onUsed={(value) => void change({ usedC: value })} />
				<FollowControl about={device.name} tracking={tracking} onChange={(value) => void change({ tracking: value })} />
			</Stack>
			<Stack gap="md">
				<EmulatorCurve profileId={profileId} soc={soc} />
				<ProfileSelect profiles={profiles} value={nextProfile ?? profileId} onChange={setNextProfile} aria-label={`Profile of ${device.name}`} />
				{otherProfile && (
					<Group gap="xs">
						<Button size="xs" loading={busy} onClick={() => void change({ profileId: nextProfile, keep: 'soc' })}>
							Change, keep the state of charge
						</Button>
						<Button size="xs" variant="default" loading={busy} onClick={() => void change({ profileId: nextProfile })}>
							Change, start full
						</Button>
						<Text size="sm">The output stays as it is.</Text>
					</Group>
				)}
				<PackPicker pack={nextPack ?? { series, parallel }} onChange={setNextPack} />
				{otherPack && (
					<Group gap="xs">
						<Button
							size="xs"
							loading={busy}
							onClick={() => void run(() => batteryApi.setSupply(device.id, { mode: 'battery-emulator', profileId, ...nextPack, soc: Number(soc.toFixed(3)), tracking }))}
						>
							Emulate this pack
						</Button>
						<Text size="sm">Turns the output off.</Text>
					</Group>
				)}
			</Stack>
		</div>
	);
}

function Figure({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
	return (
		<div>
			<dt>{name}</dt>
			<dd data-figure={name}>{children}</dd>
		</div>
	);
}

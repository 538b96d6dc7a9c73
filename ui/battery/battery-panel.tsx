/** The battery toolbox in the page: four tabs, or what keeps them closed. Loaded on demand: `battery-place.tsx`. */

import { Alert, Button, Group, Tabs, Title } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { type Bench, useBench } from '../bench.ts';
import type { LicensingStatus } from '../types.ts';
import classes from './battery.module.css';
import { type AskedAbout, type BatteryTab, batteryTabs } from './battery-choice.ts';
import { EmulatorPanel } from './emulator-panel.tsx';
import { LifePanel } from './life-panel.tsx';
import { Locked } from './locked.tsx';
import { ProfilerPanel } from './profiler-panel.tsx';
import { ProfilesPanel } from './profiles-panel.tsx';
import { useBattery } from './use-battery.ts';

interface Props {
	readonly bench: Bench;
	readonly licensing: LicensingStatus;
	readonly tab: BatteryTab;
	readonly asked: AskedAbout | undefined;
	/** It is on the page; hidden, it keeps what was typed. */
	readonly shown: boolean;
	readonly onTab: (tab: BatteryTab) => void;
	readonly onClose: () => void;
	readonly onManage: () => void;
}

export default function BatteryPanel({ licensing, onManage, onClose, shown, ...rest }: Props) {
	const heading = useRef<HTMLHeadingElement>(null);
	useEffect(() => {
		if (shown) heading.current?.focus();
	}, [shown]);
	return (
		<section className={classes.panel} aria-labelledby="battery-heading" data-testid="battery">
			<Group justify="space-between" mb="xs" wrap="nowrap">
				<Title order={2} size="h4" id="battery-heading" ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
					Battery
				</Title>
				<Button size="xs" variant="default" onClick={onClose}>
					Back to the chart
				</Button>
			</Group>
			{licensing.toolboxes.battery.open ? <Unlocked {...rest} /> : <Locked status={licensing} onManage={onManage} />}
		</section>
	);
}

function Unlocked({ bench, tab, asked, onTab }: Pick<Props, 'bench' | 'tab' | 'asked' | 'onTab'>) {
	const { devices, recordings } = useBench(bench);
	const battery = useBattery(bench);
	return (
		<Tabs value={tab} onChange={(value) => onTab(value as BatteryTab)}>
			<Tabs.List aria-label="Battery toolbox" mb="md">
				{Object.entries(batteryTabs).map(([value, title]) => (
					<Tabs.Tab key={value} value={value}>
						{title}
					</Tabs.Tab>
				))}
			</Tabs.List>
			<div role="alert">
				{battery.error !== undefined && (
					<Alert color="red" variant="light" mb="sm">
						{battery.error}
					</Alert>
				)}
			</div>
			<Tabs.Panel value="profiles">
				<ProfilesPanel battery={battery} />
			</Tabs.Panel>
			<Tabs.Panel value="emulator">
				<EmulatorPanel bench={bench} devices={devices} battery={battery} />
			</Tabs.Panel>
			<Tabs.Panel value="profiler">
				<ProfilerPanel devices={devices} battery={battery} />
			</Tabs.Panel>
			<Tabs.Panel value="life">
				<LifePanel devices={devices} recordings={recordings} battery={battery} asked={asked} />
			</Tabs.Panel>
		</Tabs>
	);
}

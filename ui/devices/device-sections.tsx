/** What of a device is folded away until somebody wants it, and loaded then: settings, channels, expansion port, the UART's terminal. */

import { Button, Skeleton, Text } from '@mantine/core';
import { lazy, Suspense, useId, useState } from 'react';
import type { DeviceState } from '../types.ts';
import classes from './devices.module.css';

const SettingsPanel = lazy(() => import('./settings-panel.tsx'));
const ChannelsPanel = lazy(() => import('./channels-panel.tsx'));
const ExpansionPanel = lazy(() => import('./expansion.tsx').then((module) => ({ default: module.ExpansionPanel })));
const UartTerminal = lazy(() => import('./expansion.tsx').then((module) => ({ default: module.UartTerminal })));

const sections = [
	{ id: 'settings', short: 'Settings', title: 'Settings', Content: SettingsPanel },
	{ id: 'channels', short: 'Channels', title: 'Channels', Content: ChannelsPanel },
	{ id: 'expansion', short: 'Expansion', title: 'Expansion port', Content: ExpansionPanel },
	{ id: 'uart', short: 'UART', title: 'UART terminal', Content: UartTerminal },
] as const;

export function DeviceSections({ device }: { readonly device: DeviceState }) {
	const [open, setOpen] = useState<readonly string[]>([]);
	const prefix = useId();
	return (
		<>
			<div className={classes.sections}>
				{sections.map(({ id, short, title }) => {
					const isOpen = open.includes(id);
					return (
						<Button
							key={id}
							size="compact-xs"
							px={6}
							variant={isOpen ? 'light' : 'subtle'}
							aria-expanded={isOpen}
							aria-controls={isOpen ? `${prefix} ${id}`.replaceAll(' ', '-') : undefined}
							aria-label={`${title} of ${device.name}`}
							onClick={() => setOpen(isOpen ? open.filter((other) => other !== id) : [...open, id])}
						>
							{short}
						</Button>
					);
				})}
			</div>
			{sections
				.filter(({ id }) => open.includes(id))
				.map(({ id, title, Content }) => (
					<div key={id} id={`${prefix} ${id}`.replaceAll(' ', '-')} className={classes.section}>
						<Text size="xs" fw={600} c="dimmed" mb={6}>
							{title}
						</Text>
						<Suspense fallback={<Skeleton height={120} />}>
							<Content device={device} />
						</Suspense>
					</div>
				))}
		</>
	);
}

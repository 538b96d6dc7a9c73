/** Over a pane: what it shows, the live readings of its traces, and how its y axis is scaled. */

import { Button } from '@mantine/core';
import { Reading } from '../devices/reading.tsx';
import classes from '../page.module.css';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';

export function PaneHeader({ id, label, unit }: { readonly id: string; readonly label: string; readonly unit: string }) {
	const { bench, chart } = usePage();
	const { tracks } = useStore(chart.layout);
	const { logarithmic, locked } = chart.scaleOf(id);
	return (
		<header className={classes.paneHeader}>
			<span className={classes.paneName}>{label}</span>
			{tracks
				.filter(({ pane }) => pane === id)
				.map(({ key, origin, color }) => origin.kind === 'live' && <Reading key={key} bench={bench} device={origin.device} channel={origin.channel} unit={unit} color={color} />)}
			<span className={classes.paneTools}>
				<Button
					size="compact-xs"
					variant={logarithmic ? 'filled' : 'subtle'}
					color="gray"
					aria-pressed={logarithmic}
					aria-label={`Logarithmic axis of ${label}`}
					onClick={() => chart.setScale(id, { logarithmic: !logarithmic })}
				>
					log
				</Button>
				{locked && (
					<Button size="compact-xs" variant="subtle" color="gray" onClick={() => chart.setScale(id, { locked: null })}>
						fit
					</Button>
				)}
			</span>
		</header>
	);
}

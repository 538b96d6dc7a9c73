/** The two markers: where they are, and how far from each other. Nothing while none is set. */

import { ActionIcon, Button, Group, Switch } from '@mantine/core';
import { quantity } from '../format.ts';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import classes from './chart.module.css';
import { momentText, parseTime } from './time-text.ts';
import { TypedField } from './typed-field.tsx';

export function MarkerBar() {
	const { chart } = usePage();
	const { markers, zeroAtMarker } = useStore(chart.marks);
	const { from, to } = useStore(chart.settled);
	const [a, b] = markers;
	if (a === null && b === null) return null;
	const resolution = (to - from) * 1e-5;
	const { zeroS } = chart;
	return (
		<Group gap="xs" mb={6} className={classes.markers} data-testid="markers">
			{markers.map((marker, index) => {
				const which = index as 0 | 1;
				const letter = 'AB'[index];
				return (
					<Group key={letter} gap={4} wrap="nowrap" align="start">
						<span className={classes.markerLetter} data-marker={letter}>
							{letter}
						</span>
						<TypedField
							label={`Marker ${letter}`}
							quiet
							width={112}
							placeholder="not set"
							text={marker === null ? '' : momentText(marker - zeroS, resolution)}
							parse={parseTime}
							hint="1.5, 500 ms or 1:02.5"
							take={(value) => void chart.mark(which, value + zeroS)}
							clear={() => chart.mark(which, null)}
						/>
						{marker !== null && (
							<ActionIcon variant="subtle" color="gray" aria-label={`Remove marker ${letter}`} onClick={() => chart.mark(which, null)}>
								×
							</ActionIcon>
						)}
					</Group>
				);
			})}
			{a !== null && b !== null && (
				<span className={classes.figures} data-testid="between">
					Δt {momentText(Math.abs(b - a), resolution)} · 1/Δt {quantity(a === b ? null : 1 / Math.abs(b - a), 'Hz')}
				</span>
			)}
			{a !== null && <Switch size="xs" label="Zero at A" checked={zeroAtMarker} onChange={(event) => chart.marks.set({ zeroAtMarker: event.currentTarget.checked })} />}
			{a !== null && b !== null && (
				<Button
					size="compact-xs"
					variant="default"
					onClick={() => {
						chart.select({ from: Math.min(a, b), to: Math.max(a, b) }, true);
					}}
				>
					Select between
				</Button>
			)}
		</Group>
	);
}

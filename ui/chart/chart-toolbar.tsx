/** The chart's tools: how much time is shown, following or holding, moving or selecting, zooming. */

import { ActionIcon, Button, Group, SegmentedControl, Switch } from '@mantine/core';
import { useCallback, useEffect } from 'react';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';

const windowChoicesS = [1, 2, 5, 10, 30, 60] as const;

export function ChartToolbar() {
	const { chart, choice, shortcuts } = usePage();
	const { mode, following, extent } = useStore(chart.layout);
	const { chosen } = useStore(chart.marks);
	const { from, to } = useStore(chart.settled);
	const { selecting, stacked } = useStore(choice);
	const live = mode === 'live';
	const zoomBy = useCallback((factor: number) => chart.zoomAt((chart.window.from + chart.window.to) / 2, factor), [chart]);

	useEffect(() => {
		const recorded = () => chart.layout.state.mode === 'recorded';
		const selected = () => chart.marks.state.chosen;
		return shortcuts.bind([
			{ keys: 'Alt+A', group: 'Selection', what: 'Select everything', when: recorded, run: () => chart.select(chart.layout.state.extent, true) },
			{ keys: 'Ctrl+A', group: 'Selection', what: 'Select everything', when: recorded, run: () => chart.select(chart.layout.state.extent, true) },
			{ keys: 'Esc', group: 'Selection', what: 'Select nothing', run: () => chart.select(null, true) },
			{ keys: 'Alt+Z', group: 'Chart', what: 'Zoom to the selection', run: () => chart.show(selected() ?? chart.layout.state.extent, { remember: true }) },
			{ keys: '*', group: 'Chart', what: 'Show everything', run: () => chart.showAll() },
			{ keys: 'F', group: 'Chart', what: 'Show everything', run: () => chart.showAll() },
			{ keys: '+', group: 'Chart', what: 'Zoom in', run: () => zoomBy(0.5) },
			{ keys: '-', group: 'Chart', what: 'Zoom out', run: () => zoomBy(2) },
			{ keys: '↑', group: 'Chart', what: 'Zoom in', run: () => zoomBy(0.5) },
			{ keys: '↓', group: 'Chart', what: 'Zoom out', run: () => zoomBy(2) },
			{ keys: '←', group: 'Chart', what: 'Move left', run: () => chart.panBy(-0.25) },
			{ keys: '→', group: 'Chart', what: 'Move right', run: () => chart.panBy(0.25) },
			{ keys: 'Backspace', group: 'Chart', what: 'Back to the window before', run: () => chart.back() },
		]);
	}, [chart, shortcuts, zoomBy]);

	return (
		<Group justify="space-between" gap="xs" mb={6}>
			<Group gap="xs">
				{live ? (
					<SegmentedControl
						size="xs"
						aria-label="Time window"
						disabled={!following}
						value={String(windowChoicesS.find((seconds) => Math.abs(to - from - seconds) < 1e-6) ?? '')}
						onChange={(value) => chart.show({ from: -Number(value), to: 0 })}
						data={windowChoicesS.map((seconds) => ({ value: String(seconds), label: `${seconds} s` }))}
					/>
				) : (
					<SegmentedControl
						size="xs"
						aria-label="Dragging"
						value={selecting ? 'select' : 'move'}
						onChange={(value) => choice.set({ selecting: value === 'select' })}
						data={[
							{ value: 'move', label: 'Move' },
							{ value: 'select', label: 'Select' },
						]}
					/>
				)}
				<Switch size="xs" label="Stacked" checked={stacked} onChange={(event) => choice.set({ stacked: event.currentTarget.checked })} />
			</Group>
			<Group gap={4}>
				{live && (
					<Button size="xs" variant={following ? 'default' : 'filled'} onClick={() => chart.follow(!following)} aria-pressed={!following}>
						{following ? 'Pause' : 'Resume'}
					</Button>
				)}
				<ActionIcon variant="default" onClick={() => zoomBy(2)} aria-label="Zoom out">
					−
				</ActionIcon>
				<ActionIcon variant="default" onClick={() => zoomBy(0.5)} aria-label="Zoom in">
					+
				</ActionIcon>
				{!live && (
					<>
						<Button size="xs" variant="default" disabled={!chosen} onClick={() => chosen && chart.show(chosen, { remember: true })}>
							Zoom to selection
						</Button>
						<Button size="xs" variant="default" disabled={from <= extent.from && to >= extent.to} onClick={() => chart.showAll()}>
							All
						</Button>
					</>
				)}
			</Group>
		</Group>
	);
}

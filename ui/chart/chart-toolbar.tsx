/** The chart's tools: what is shown and how much of it, following or holding, moving or selecting, zooming. */

import { ActionIcon, Button, Group, SegmentedControl } from '@mantine/core';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { ChannelChooser } from './channel-chooser.tsx';
import { RecordingChooser } from './recording-chooser.tsx';
import { WindowFields } from './window-fields.tsx';

const windowChoicesS = [1, 2, 5, 10, 30, 60] as const;

export function ChartToolbar({ onSave }: { onSave(): void }) {
	const { chart, choice } = usePage();
	const { mode, following, extent, lock } = useStore(chart.layout);
	const { chosen } = useStore(chart.marks);
	const { from, to } = useStore(chart.settled);
	const { selecting } = useStore(choice);
	const live = mode === 'live';
	const locked = !live && lock !== null;
	const zoomBy = (factor: number) => chart.zoomAt((chart.window.from + chart.window.to) / 2, factor);
	return (
		<Group justify="space-between" gap="xs" mb={6} role="toolbar" aria-label="Chart tools">
			<Group gap="xs">
				{live && (
					<SegmentedControl
						size="xs"
						aria-label="Time window"
						disabled={!following}
						value={String(windowChoicesS.find((seconds) => Math.abs(to - from - seconds) < 1e-6) ?? '')}
						onChange={(value) => chart.show({ from: -Number(value), to: 0 })}
						data={windowChoicesS.map((seconds) => ({ value: String(seconds), label: `${seconds} s` }))}
					/>
				)}
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
				<ChannelChooser />
				<RecordingChooser />
				<WindowFields />
			</Group>
			<Group gap={4}>
				{live && (
					<Button size="xs" variant={following ? 'default' : 'filled'} onClick={() => chart.follow(!following)} aria-pressed={!following}>
						{following ? 'Pause' : 'Resume'}
					</Button>
				)}
				<ActionIcon variant="default" disabled={locked} onClick={() => zoomBy(2)} aria-label="Zoom out">
					−
				</ActionIcon>
				<ActionIcon variant="default" disabled={locked} onClick={() => zoomBy(0.5)} aria-label="Zoom in">
					+
				</ActionIcon>
				{!live && (
					<>
						{chosen && (
							<>
								<Button size="xs" variant="default" disabled={locked} onClick={() => chart.show(chosen, { remember: true })}>
									Zoom to selection
								</Button>
								<Button size="xs" variant="default" onClick={onSave}>
									Save selection
								</Button>
							</>
						)}
						<Button size="xs" variant="default" disabled={locked || (from <= extent.from && to >= extent.to)} onClick={() => chart.showAll()}>
							All
						</Button>
					</>
				)}
			</Group>
		</Group>
	);
}

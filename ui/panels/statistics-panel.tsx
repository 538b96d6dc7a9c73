/** The statistics of what is selected in the chart, or of everything, a column for each channel of every recording shown. */

import { Alert, Button, Group, Loader, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { api } from '../api.ts';
import { useBench } from '../bench.ts';
import { duration } from '../format.ts';
import { usePage } from '../page.ts';
import { StatisticsTable } from '../recordings/statistics-table.tsx';
import { useStore } from '../store.ts';
import type { ChannelStatistics } from '../types.ts';

export function StatisticsPanel() {
	const { bench, chart, battery } = usePage();
	const { recordings, licensing } = useBench(bench);
	const { tracks, extent } = useStore(chart.layout);
	const { chosen } = useStore(chart.marks);
	const [figures, setFigures] = useState<readonly { readonly recording: string; readonly figure: ChannelStatistics }[]>([]);
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<string>();
	const shifts = JSON.stringify([...new Map(tracks.flatMap(({ origin, shiftS }) => (origin.kind === 'recorded' ? [[origin.recording, shiftS] as const] : [])))]);

	useEffect(() => {
		const controller = new AbortController();
		setBusy(true);
		setError(undefined);
		Promise.all(
			(JSON.parse(shifts) as [string, number][]).map(async ([recording, shiftS]) => {
				const window = chosen && { from: chosen.from - shiftS, to: chosen.to - shiftS };
				return (await api.statistics(recording, window, controller.signal)).map((figure) => ({ recording, figure }));
			}),
		).then(
			(all) => {
				if (controller.signal.aborted) return;
				setFigures(all.flat());
				setBusy(false);
			},
			(thrown: Error) => {
				if (controller.signal.aborted) return;
				setError(thrown.message);
				setBusy(false);
			},
		);
		return () => controller.abort();
	}, [shifts, chosen]);

	const trackOf = ({ device, channel }: ChannelStatistics) => tracks.find(({ origin }) => origin.device === device && origin.channel === channel);
	const labels = (figure: ChannelStatistics) =>
		recordings.flatMap(({ channels }) => channels).find(({ device, id }) => device === figure.device && id === figure.channel)?.label ?? figure.channel;
	const span = chosen ?? extent;
	/** What the chart selects, in the time of the first recording shown. */
	const askHowLong = () => {
		const [[recording, shiftS]] = JSON.parse(shifts) as [string, number][];
		battery.set({ tab: 'life', asked: { recording, ...(chosen && { from: chosen.from - shiftS, to: chosen.to - shiftS }) } });
	};
	return (
		<>
			{error && (
				<Alert color="red" mb="xs">
					{error}
				</Alert>
			)}
			<Group justify="space-between" gap="xs" mb={4}>
				<Text size="sm" data-testid="selection" aria-live="polite">
					<strong>{chosen ? 'Selection' : 'Whole recording'}</strong> {duration(span.to - span.from, 5)}
					{chosen && ` (${duration(chosen.from, 5)} to ${duration(chosen.to, 5)})`}
				</Text>
				<Group gap="xs">
					{licensing && shifts !== '[]' && (
						<Button size="compact-xs" variant="light" onClick={askHowLong}>
							How long will it last?
						</Button>
					)}
					{busy ? (
						<Loader size="xs" />
					) : chosen ? (
						<Button size="compact-xs" variant="subtle" onClick={() => chart.select(null, true)}>
							Clear (Esc)
						</Button>
					) : (
						<Text size="xs" c="dimmed">
							Shift-drag to select · drag to move · wheel to zoom
						</Text>
					)}
				</Group>
			</Group>
			<StatisticsTable
				statistics={figures.map(({ figure }) => figure)}
				labelOf={labels}
				deviceOf={(figure) => (new Set(figures.map((other) => other.figure.device)).size > 1 ? figure.device : undefined)}
				colorOf={(figure) => trackOf(figure)?.color ?? 'transparent'}
			/>
		</>
	);
}

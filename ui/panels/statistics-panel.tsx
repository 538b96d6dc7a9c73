/** The statistics of what is selected in the chart, of what is in sight, or of everything: a column for each channel of every recording shown. */

import { Button } from '@mantine/core';
import { useBench } from '../bench.ts';
import { usePage } from '../page.ts';
import { statisticsCsv, statisticsText } from '../recordings/statistics-figures.ts';
import { StatisticsTable } from '../recordings/statistics-table.tsx';
import type { ComparedRecording } from '../types.ts';
import { analysis } from './analysis-api.ts';
import { CopyMenu } from './copy-menu.tsx';
import { ScopeBar } from './scope-bar.tsx';
import { useAnswer } from './use-answer.ts';
import { hasSeveralDevices, ownWindow, useScope } from './use-scope.ts';

export function StatisticsPanel() {
	const { bench, chart, battery } = usePage();
	const { recordings: known, devices, licensing } = useBench(bench);
	const of = useScope();
	const { recordings, tracks, window, grown } = of;
	const { value: columns = [], error, busy } = useAnswer(JSON.stringify([recordings, window, grown]), (signal) => analysis.statistics(recordings, window, signal));

	const labelOf = ({ recording, statistics: { device, channel } }: ComparedRecording) =>
		known.find(({ id }) => id === recording)?.channels.find((each) => each.device === device && each.id === channel)?.label ?? channel;
	const severalDevices = hasSeveralDevices(columns.map(({ recording, statistics: { device } }) => ({ recording, device })));
	const nameOfRecording = (id: string) => recordings.find((recording) => recording.id === id)?.name ?? id;
	const detailOf = ({ recording, statistics: { device } }: ComparedRecording) =>
		[recordings.length > 1 && nameOfRecording(recording), severalDevices && (devices.find(({ id }) => id === device)?.name ?? device)].filter(Boolean).join(', ');
	const colorOf = ({ recording, statistics }: ComparedRecording) =>
		tracks.find((track) => track.recording === recording && track.device === statistics.device && track.channel === statistics.channel)?.track.color ?? 'transparent';
	const [first] = recordings;
	const copied = [...new Set(columns.map(({ recording }) => nameOfRecording(recording)))].join(' and ');

	return (
		<>
			<ScopeBar of={of} span={of.span} busy={busy} error={error}>
				{licensing && first && (
					<Button
						size="compact-xs"
						variant="light"
						onClick={() => battery.set({ tab: 'life', asked: { recording: first.id, ...(of.scope === 'selection' && ownWindow(window, first.shiftS)) } })}
					>
						How long will it last?
					</Button>
				)}
				{of.scope === 'selection' && (
					<Button size="compact-xs" variant="subtle" onClick={() => chart.select(null, true)}>
						Clear (Esc)
					</Button>
				)}
				<CopyMenu
					name={`Statistics of ${copied}`}
					disabled={columns.length === 0}
					text={() => statisticsText(columns, (column) => [labelOf(column), detailOf(column)].filter(Boolean).join(', '))}
					csv={() => statisticsCsv(columns, ({ recording }) => nameOfRecording(recording))}
				/>
			</ScopeBar>
			<StatisticsTable columns={columns} labelOf={labelOf} detailOf={detailOf} colorOf={colorOf} />
		</>
	);
}

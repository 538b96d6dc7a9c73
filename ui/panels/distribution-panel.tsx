/** How the values of a channel are distributed: a histogram by time or by charge, and percentiles, of every recording shown. */

import { Group, SegmentedControl, Switch } from '@mantine/core';
import { useMemo, useState } from 'react';
import { quantity } from '../format.ts';
import type { Spacing } from '../types.ts';
import { analysis } from './analysis-api.ts';
import { ChannelSelect, chosenTrack } from './channel-select.tsx';
import { CopyMenu } from './copy-menu.tsx';
import { Histogram, type HistogramOf, nameOfSum, type Weight } from './histogram.tsx';
import classes from './panels.module.css';
import { type PercentilesOf, PercentilesTable, percentLabel, percents } from './percentiles-table.tsx';
import { ScopeBar } from './scope-bar.tsx';
import { useAnswer } from './use-answer.ts';
import { ownWindow, useScope } from './use-scope.ts';

const bins = 120;

export default function DistributionPanel() {
	const of = useScope();
	const { window, grown } = of;
	const [key, setKey] = useState<string>();
	const [spacing, setSpacing] = useState<Spacing>('logarithmic');
	const [weight, setWeight] = useState<Weight>('time');
	const [logarithmicShares, setLogarithmicShares] = useState(false);

	const chosen = chosenTrack(of.tracks, key);
	const unit = chosen?.track.unit ?? '';
	const hasSum = unit === 'A' || unit === 'W';
	// The same channel of every recording, whatever device it was measured with.
	const wanted = of.recordings.flatMap((recording) => {
		const tracks = of.tracks.filter((track) => track.recording === recording.id);
		const track = tracks.find((each) => each.key === chosen?.key) ?? tracks.find(({ channel }) => channel === chosen?.channel);
		return track ? [{ recording, key: track.key, color: track.track.color, rate: track.track.rate }] : [];
	});
	const question = wanted.map(({ recording, key: channel }) => [recording, channel]);
	const counted = useAnswer(JSON.stringify([question, window, grown, spacing]), async (signal) => {
		const all: Omit<HistogramOf, 'color'>[] = [];
		for (const { recording, key: channel, rate } of wanted)
			all.push({
				recording: recording.id,
				name: recording.name,
				rate,
				...(await analysis.histogram(recording.id, channel, ownWindow(window, recording.shiftS), bins, spacing, signal)),
			});
		return { all, unit, spacing };
	});
	const ranked = useAnswer(JSON.stringify([question, window, grown]), async (signal) => {
		const all: Omit<PercentilesOf, 'color'>[] = [];
		for (const { recording, key: channel } of wanted) {
			const found = await analysis.percentiles(recording.id, channel, ownWindow(window, recording.shiftS), percents, signal);
			all.push({ recording: recording.id, name: recording.name, values: found.map(({ value }) => value) });
		}
		return { all, unit };
	});
	const colors = JSON.stringify(wanted.map(({ recording, color }) => [recording.id, color]));
	const histograms = useMemo((): readonly HistogramOf[] => {
		const colorOf = new Map(JSON.parse(colors) as [string, string][]);
		return (counted.value?.all ?? []).map((each) => ({ ...each, color: colorOf.get(each.recording) ?? '#228be6' }));
	}, [counted.value, colors]);
	const columns = (ranked.value?.all ?? []).map((each) => ({ ...each, color: wanted.find(({ recording }) => recording.id === each.recording)?.color ?? '#228be6' }));
	const shownUnit = counted.value?.unit ?? unit;

	return (
		<>
			<ScopeBar of={of} span={of.span} busy={counted.busy || ranked.busy} error={counted.error ?? ranked.error}>
				<CopyMenu
					name="Histogram"
					label="Copy histogram"
					disabled={histograms.length === 0}
					text={() => histogramText(histograms, shownUnit)}
					csv={() => histogramCsv(histograms, shownUnit)}
				/>
				<CopyMenu
					name="Percentiles"
					label="Copy percentiles"
					disabled={columns.length === 0}
					text={() => [
						['Percentile', ...columns.map(({ name }) => name)],
						...percents.map((percent, k) => [percentLabel(percent), ...columns.map(({ values }) => quantity(values[k], unit, 5))]),
					]}
					csv={() => [['percent', ...columns.map(({ name }) => `${name} (${unit})`)], ...percents.map((percent, k) => [percent, ...columns.map(({ values }) => values[k])])]}
				/>
			</ScopeBar>
			<Group gap="sm" align="flex-end" mb={6}>
				<ChannelSelect tracks={of.tracks} value={chosen?.key} onChange={setKey} />
				<SegmentedControl
					size="xs"
					aria-label="Bins"
					value={spacing}
					onChange={(value) => setSpacing(value as Spacing)}
					data={[
						{ value: 'linear', label: 'Linear' },
						{ value: 'logarithmic', label: 'Logarithmic' },
					]}
				/>
				{hasSum && (
					<SegmentedControl
						size="xs"
						aria-label="Height of the bins"
						value={weight}
						onChange={(value) => setWeight(value as Weight)}
						data={[
							{ value: 'time', label: 'Share of time' },
							{ value: 'sum', label: `Share of ${nameOfSum(unit)}` },
						]}
					/>
				)}
				<Switch size="xs" label="Logarithmic shares" mb={6} checked={logarithmicShares} onChange={(event) => setLogarithmicShares(event.currentTarget.checked)} />
			</Group>
			<div className={classes.distribution}>
				<Histogram
					histograms={histograms}
					unit={shownUnit}
					weight={hasSum ? weight : 'time'}
					logarithmic={{ values: counted.value?.spacing === 'logarithmic' && histograms.some(({ edges }) => edges.length > 0), shares: logarithmicShares }}
				/>
				<PercentilesTable columns={columns} unit={ranked.value?.unit ?? unit} />
			</div>
		</>
	);
}

type Rows = readonly HistogramOf[];

function histogramCsv(histograms: Rows, unit: string): (string | number)[][] {
	const rows = histograms.flatMap(({ name, rate, edges, counts, sums }) => counts.map((count, k) => [name, edges[k], edges[k + 1], count, count / rate, sums[k] / rate]));
	const sum = unit === 'A' ? 'charge_C' : unit === 'W' ? 'energy_J' : `sum_${unit}s`;
	return [['recording', `from_${unit}`, `to_${unit}`, 'samples', 'time_s', sum], ...rows];
}

function histogramText(histograms: Rows, unit: string): string[][] {
	const rows = histograms.flatMap(({ name, edges, counts, below }) => {
		const all = counts.reduce((sum, count) => sum + count, below.count);
		return counts.map((count, k) => [name, quantity(edges[k], unit), quantity(edges[k + 1], unit), `${((100 * count) / all).toPrecision(3)} %`]);
	});
	return [['Recording', 'From', 'To', 'Time'], ...rows];
}

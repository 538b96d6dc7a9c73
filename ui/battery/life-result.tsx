/** The answer: how long, how sure, what ended it and what would help; voltage and state of charge on the way there. */

import { Alert, Stack, Table, Text } from '@mantine/core';
import { useEffect, useMemo, useRef } from 'react';
import { quantity, tickLabels } from '../format.ts';
import type { Estimate } from '../types.ts';
import classes from './battery.module.css';
import type { CurveAxis, CurveSeries } from './curve-chart.ts';
import { Curves, curveColor, Legend } from './curves.tsx';
import { charge, longTime, longTimeBelow, longTimeLabels, longTimeSplits, percent } from './words.ts';

const timeAxis: CurveAxis = { label: 'time', ticks: longTimeLabels, splits: longTimeSplits };
const voltageAxis: CurveAxis = { label: 'voltage', ticks: (ticks) => tickLabels(ticks, 'V') };
const socAxis: CurveAxis = { label: 'state of charge', include: [0, 100], ticks: (ticks) => ticks.map((tick) => `${tick} %`) };
const volts = (value: number) => quantity(value, 'V');
const share = (value: number) => percent(value);

const bySize = (a: { readonly lifeS: number }, b: { readonly lifeS: number }) => b.lifeS - a.lifeS;
const signedShare = (value: number) => `${value > 0 ? '+' : ''}${percent(value)}`;

const endings: Readonly<Record<string, string>> = {
	'cut-off under peak': 'At the worst peak the voltage falls below the cut-off.',
	capacity: 'The capacity is used up.',
	margin: 'All but the reserve is used up.',
	shelf: 'Self-discharge, more than the load, has emptied it.',
};

export function LifeResult({ estimate, cutoffV }: { readonly estimate: Estimate; readonly cutoffV: number | undefined }) {
	const { lifeS, endedBy, usedC, leftC, meanA, spread, sensitivities, notes, curve } = estimate;
	const words = useRef<HTMLParagraphElement>(null);
	// Whoever asked at the end of a long form looks there.
	// biome-ignore lint/correctness/useExhaustiveDependencies: another answer is the occasion
	useEffect(() => {
		words.current?.scrollIntoView({ block: 'nearest' });
	}, [estimate]);
	const voltage = useMemo(() => {
		const { timeS, openCircuitV, loadedV } = curve;
		// An ideal cell may have no voltage.
		if (!openCircuitV || !loadedV) return [];
		const series: CurveSeries[] = [
			{ key: 'open', label: 'Open circuit', color: curveColor(0), x: timeS, y: openCircuitV },
			{ key: 'loaded', label: 'At the worst peak', color: curveColor(1), x: timeS, y: loadedV },
		];
		const end = timeS.at(-1);
		if (cutoffV !== undefined && end !== undefined) series.push({ key: 'cut-off', label: 'Cut-off', color: '#868e96', x: [timeS[0], end], y: [cutoffV, cutoffV] });
		return series;
	}, [curve, cutoffV]);
	const charged = useMemo<CurveSeries[]>(() => [{ key: 'soc', label: 'State of charge', color: curveColor(2), x: curve.timeS, y: curve.soc }], [curve]);
	const below = longTimeBelow(lifeS);
	return (
		<Stack component="section" gap="md" aria-label="Result">
			<div>
				<Text className={classes.life} data-testid="life" ref={words}>
					{longTime(lifeS)}
				</Text>
				<Text size="sm">
					{below !== undefined && `${below}. `}
					{endings[endedBy] ?? endedBy}
				</Text>
				{spread && (
					<Text size="sm" data-testid="spread">
						Of 100 cells, 90 last between {longTime(spread.p5S)} and {longTime(spread.p95S)}; the middle one {longTime(spread.p50S)}.
					</Text>
				)}
			</div>
			<dl className={classes.figures}>
				<div>
					<dt>Mean current</dt>
					<dd>{quantity(meanA, 'A')}</dd>
				</div>
				<div>
					<dt>Drawn</dt>
					<dd>{charge(usedC)}</dd>
				</div>
				<div>
					<dt>Left behind</dt>
					<dd>
						{charge(leftC)}
						{usedC + leftC > 0 && ` (${percent((100 * leftC) / (usedC + leftC), 0)})`}
					</dd>
				</div>
			</dl>
			<div>
				{voltage.length > 0 && (
					<>
						<Legend series={voltage} />
						<Curves title="Voltage" series={voltage} x={timeAxis} y={voltageAxis} format={volts} formatX={longTime} />
					</>
				)}
				<Curves title="State of charge" series={charged} x={timeAxis} y={socAxis} format={share} formatX={longTime} />
			</div>
			{sensitivities.length > 0 && (
				<Table className={classes.table} verticalSpacing={4} horizontalSpacing="sm">
					<Table.Thead>
						<Table.Tr>
							<Table.Th scope="col">What if</Table.Th>
							<Table.Th scope="col" ta="right">
								Then
							</Table.Th>
							<Table.Th scope="col" ta="right">
								Change
							</Table.Th>
						</Table.Tr>
					</Table.Thead>
					<Table.Tbody>
						{sensitivities.toSorted(bySize).map(({ change, lifeS: then }) => (
							<Table.Tr key={change}>
								<Table.Td style={{ whiteSpace: 'normal' }}>{change}</Table.Td>
								<Table.Td ta="right">{longTime(then)}</Table.Td>
								<Table.Td ta="right">{signedShare(100 * (then / lifeS - 1))}</Table.Td>
							</Table.Tr>
						))}
					</Table.Tbody>
				</Table>
			)}
			{notes.map((note) => (
				<Alert key={note} variant="light" color="gray" p="xs">
					<Text size="sm">{note}</Text>
				</Alert>
			))}
		</Stack>
	);
}

/** Figures of the live window, or of what is selected in it while it stands still. Made of the traces drawn; the exact ones are those of recordings. */

import { Group, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { duration, quantity } from '../format.ts';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { CopyMenu } from './copy-menu.tsx';
import { type LiveFigures, liveFigures } from './live-figures.ts';
import classes from './panels.module.css';
import type { Column } from './table-data.ts';

interface Row extends LiveFigures {
	readonly key: string;
	readonly label: string;
	readonly unit: string;
	readonly color: string;
}

/** How often the figures are made, ms. */
const everyMs = 250;

export default function LiveStatistics() {
	const { chart, renderer } = usePage();
	const { tracks } = useStore(chart.layout);
	const { chosen } = useStore(chart.marks);
	const [rows, setRows] = useState<readonly Row[]>([]);

	useEffect(() => {
		const look = () =>
			setRows(
				tracks.flatMap(({ key, label, unit, color, origin }) => {
					const trace = origin.kind === 'live' ? renderer.trace(key) : undefined;
					return trace ? [{ key, label, unit, color, ...liveFigures(trace, chosen ?? chart.window) }] : [];
				}),
			);
		look();
		const timer = setInterval(look, everyMs);
		return () => clearInterval(timer);
	}, [chart, renderer, tracks, chosen]);

	if (rows.length === 0) return null;
	return (
		<section aria-label="Live figures">
			<Group justify="space-between" gap="xs" mb={4}>
				<Text size="sm">
					<strong>{chosen ? 'Selection' : 'Live window'}</strong>{' '}
					<Text span size="xs" c="dimmed">
						Of the picture above. Record for exact figures with their uncertainty.
					</Text>
				</Text>
				<CopyMenu
					name="Live figures"
					text={() => [['Channel', ...columns.map(({ label }) => label)], ...rows.map((row) => [row.label, ...columns.map(({ text }) => text(row))])]}
					csv={() => [['channel', 'unit', ...columns.map(({ csv }) => csv)], ...rows.map((row) => [row.label, row.unit, ...columns.map((column) => column.value(row))])]}
				/>
			</Group>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer must be able to scroll it */}
			<section className={classes.scroll} tabIndex={0} aria-label="Table of live figures">
				<table className={classes.table} data-testid="live-figures">
					<thead>
						<tr>
							<th scope="col" data-words>
								Channel
							</th>
							{columns.map(({ id, label }) => (
								<th key={id} scope="col">
									{label}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{rows.map((row) => (
							<tr key={row.key} data-row={row.key}>
								<td data-words>
									<span className={classes.swatch} style={{ background: row.color }} />
									{row.label}
								</td>
								{columns.map(({ id, text }) => (
									<td key={id} data-column={id}>
										{text(row)}
									</td>
								))}
							</tr>
						))}
					</tbody>
				</table>
			</section>
		</section>
	);
}

const hourly = (row: Row) => (row.average * row.durationS) / 3600;
const sumOf = (row: Row, unit: 'A' | 'W') => (row.unit === unit ? row.average * row.durationS : undefined);

const columns: readonly Column<Row>[] = [
	{ id: 'average', label: 'Average', csv: 'average', value: ({ average }) => average, text: ({ average, unit }) => quantity(average, unit) },
	{ id: 'min', label: 'Minimum', csv: 'min', value: ({ min }) => min, text: ({ min, unit }) => quantity(min, unit) },
	{ id: 'max', label: 'Maximum', csv: 'max', value: ({ max }) => max, text: ({ max, unit }) => quantity(max, unit) },
	{
		id: 'charge',
		label: 'Charge',
		csv: 'charge_C',
		value: (row) => sumOf(row, 'A'),
		text: (row) => (row.unit === 'A' ? `${quantity(sumOf(row, 'A'), 'C')} (${quantity(hourly(row), 'Ah')})` : ''),
	},
	{
		id: 'energy',
		label: 'Energy',
		csv: 'energy_J',
		value: (row) => sumOf(row, 'W'),
		text: (row) => (row.unit === 'W' ? `${quantity(sumOf(row, 'W'), 'J')} (${quantity(hourly(row), 'Wh')})` : ''),
	},
	{ id: 'duration', label: 'Duration', csv: 'duration_s', value: ({ durationS }) => durationS, text: ({ durationS }) => duration(durationS) },
];

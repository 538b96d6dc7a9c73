/** Statistics of a window: a column for each channel of every recording, a row a figure, each with how far to trust it and how it differs from the first recording's. */

import { Table, Text } from '@mantine/core';
import classes from '../page.module.css';
import { usePage } from '../page.ts';
import panels from '../panels/panels.module.css';
import { useStore } from '../store.ts';
import type { ComparedRecording } from '../types.ts';
import { differenceText, keyOf, rowsOf } from './statistics-figures.ts';

export interface StatisticsTableProps {
	readonly columns: readonly ComparedRecording[];
	/** `Main current`. */
	labelOf(column: ComparedRecording): string;
	/** Device and recording, as far as they tell it from others. */
	detailOf(column: ComparedRecording): string;
	colorOf(column: ComparedRecording): string;
}

export function StatisticsTable({ columns, labelOf, detailOf, colorOf }: StatisticsTableProps) {
	const { units } = useStore(usePage().preferences);
	return (
		<Table.ScrollContainer minWidth={300} type="native" tabIndex={0} role="region" aria-label="Statistics">
			<Table className={classes.statistics} verticalSpacing={4} horizontalSpacing="sm" highlightOnHover data-testid="statistics">
				<Table.Thead>
					<Table.Tr>
						<Table.Th />
						{columns.map((column) => (
							<Table.Th key={keyOf(column)} ta="right" scope="col">
								<span className={classes.swatch} style={{ background: colorOf(column) }} />
								{labelOf(column)}
								{detailOf(column) && (
									<Text component="span" display="block" size="xs" c="dimmed">
										{detailOf(column)}
									</Text>
								)}
							</Table.Th>
						))}
					</Table.Tr>
				</Table.Thead>
				<Table.Tbody>
					{rowsOf(columns, units).map(({ id, label, text, uncertainty }) => (
						<Table.Tr key={id} data-figure={label}>
							<Table.Th scope="row">{label}</Table.Th>
							{columns.map((column) => (
								<Table.Td
									key={keyOf(column)}
									ta="right"
									data-channel={column.statistics.channel}
									data-recording-of={column.recording}
									c={id === 'lost' && column.statistics.lost > 0 ? 'red' : undefined}
								>
									{text(column.statistics)}
									{uncertainty?.(column.statistics) && (
										<Text component="span" display="block" size="xs" c="dimmed">
											{uncertainty(column.statistics)}
										</Text>
									)}
									{differenceText(id, column) && <span className={panels.difference}>{differenceText(id, column)}</span>}
								</Table.Td>
							))}
						</Table.Tr>
					))}
				</Table.Tbody>
			</Table>
		</Table.ScrollContainer>
	);
}

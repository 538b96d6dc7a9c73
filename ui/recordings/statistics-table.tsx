/** Statistics of a window: a column a channel, a row a figure, each with how far to trust it. */

import { Table, Text } from '@mantine/core';
import { noValue, plusMinus, quantity } from '../format.ts';
import classes from '../page.module.css';
import type { ChannelStatistics } from '../types.ts';

interface Figure {
	readonly label: string;
	readonly value: (figure: ChannelStatistics) => string;
	readonly uncertainty?: (figure: ChannelStatistics) => string | undefined;
	/** Left out where no channel has it. */
	readonly optional?: boolean;
}

const coulombsPerAh = 3600;
const sumOf = (value: number | undefined | null, unit: string) => (value === undefined || value === null ? noValue : quantity(value, unit, 5));
const hourly = (value: number | undefined | null) => (value === undefined || value === null ? undefined : value / coulombsPerAh);

const figures: readonly Figure[] = [
	{ label: 'Average', value: ({ average, unit }) => quantity(average, unit, 5), uncertainty: ({ uncertainty, unit }) => plusMinus(uncertainty?.average, unit) },
	{ label: 'Minimum', value: ({ min, unit }) => quantity(min, unit) },
	{ label: 'Maximum', value: ({ max, unit }) => quantity(max, unit) },
	{ label: 'RMS', value: ({ rms, unit }) => quantity(rms, unit) },
	{ label: 'Std deviation', value: ({ standardDeviation, unit }) => quantity(standardDeviation, unit) },
	{ label: 'Charge', value: ({ charge }) => sumOf(charge, 'C'), uncertainty: ({ uncertainty }) => plusMinus(uncertainty?.charge, 'C'), optional: true },
	{ label: 'in ampere-hours', value: ({ charge }) => sumOf(hourly(charge), 'Ah'), optional: true },
	{ label: 'Energy', value: ({ energy }) => sumOf(energy, 'J'), uncertainty: ({ uncertainty }) => plusMinus(uncertainty?.energy, 'J'), optional: true },
	{ label: 'in watt-hours', value: ({ energy }) => sumOf(hourly(energy), 'Wh'), optional: true },
	{ label: 'Samples', value: ({ samples }) => samples.toLocaleString('en') },
	{ label: 'Lost', value: ({ lost }) => lost.toLocaleString('en') },
	{ label: 'Saturated', value: ({ saturated }) => saturated.toLocaleString('en'), optional: true },
];

interface StatisticsTableProps {
	readonly statistics: readonly ChannelStatistics[];
	/** `Main current`. */
	readonly labelOf: (figure: ChannelStatistics) => string;
	/** The device's name, where several were recorded. */
	readonly deviceOf: (figure: ChannelStatistics) => string | undefined;
	readonly colorOf: (figure: ChannelStatistics) => string;
}

export function StatisticsTable({ statistics, labelOf, deviceOf, colorOf }: StatisticsTableProps) {
	const rows = figures.filter(({ optional, value }) => !optional || statistics.some((figure) => ![noValue, '0'].includes(value(figure))));
	return (
		<Table.ScrollContainer minWidth={300} type="native">
			<Table className={classes.statistics} verticalSpacing={4} horizontalSpacing="sm" highlightOnHover data-testid="statistics">
				<Table.Thead>
					<Table.Tr>
						<Table.Th />
						{statistics.map((figure) => (
							<Table.Th key={keyOf(figure)} ta="right">
								<span className={classes.swatch} style={{ background: colorOf(figure) }} />
								{labelOf(figure)}
								{deviceOf(figure) && (
									<Text component="span" display="block" size="xs" c="dimmed">
										{deviceOf(figure)}
									</Text>
								)}
							</Table.Th>
						))}
					</Table.Tr>
				</Table.Thead>
				<Table.Tbody>
					{rows.map(({ label, value, uncertainty }) => (
						<Table.Tr key={label} data-figure={label}>
							<Table.Th scope="row">{label}</Table.Th>
							{statistics.map((figure) => (
								<Table.Td key={keyOf(figure)} ta="right" data-channel={figure.channel} c={label === 'Lost' && figure.lost > 0 ? 'red' : undefined}>
									{value(figure)}
									{uncertainty?.(figure) && value(figure) !== noValue && (
										<Text component="span" display="block" size="xs" c="dimmed">
											{uncertainty(figure)}
										</Text>
									)}
								</Table.Td>
							))}
						</Table.Tr>
					))}
				</Table.Tbody>
			</Table>
		</Table.ScrollContainer>
	);
}

function keyOf({ device, channel }: ChannelStatistics): string {
	return `${device}.${channel}`;
}

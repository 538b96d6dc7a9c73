/** The figures of the statistics table: what each is called, how it is written for people, and all of them in SI units for CSV. Pure. */

import { duration, noValue, plusMinus, quantity } from '../format.ts';
import type { Cell } from '../panels/table-data.ts';
import type { UnitChoice } from '../settings/preferences.ts';
import type { ChannelStatistics, ComparedRecording, Difference } from '../types.ts';

export const coulombsPerAh = 3600;

type FigureId =
	| 'average'
	| 'min'
	| 'max'
	| 'rms'
	| 'standardDeviation'
	| 'charge'
	| 'chargeAh'
	| 'energy'
	| 'energyWh'
	| 'duration'
	| 'samples'
	| 'lost'
	| 'saturated'
	| 'settling';

interface Figure {
	readonly id: FigureId;
	readonly label: string;
	text(figure: ChannelStatistics): string;
	uncertainty?(figure: ChannelStatistics): string | undefined;
	/** Left out where no channel has it. */
	readonly optional?: boolean;
}

const sumOf = (value: number | undefined | null, unit: string) => quantity(value, unit, 5);
const hourly = (value: number | undefined | null) => (value === undefined || value === null ? undefined : value / coulombsPerAh);
const counted = (count: number) => count.toLocaleString('en');

const figures: readonly Figure[] = [
	{ id: 'average', label: 'Average', text: ({ average, unit }) => quantity(average, unit, 5), uncertainty: ({ uncertainty, unit }) => plusMinus(uncertainty?.average, unit) },
	{ id: 'min', label: 'Minimum', text: ({ min, unit }) => quantity(min, unit) },
	{ id: 'max', label: 'Maximum', text: ({ max, unit }) => quantity(max, unit) },
	{ id: 'rms', label: 'RMS', text: ({ rms, unit }) => quantity(rms, unit) },
	{ id: 'standardDeviation', label: 'Std deviation', text: ({ standardDeviation, unit }) => quantity(standardDeviation, unit) },
	{ id: 'charge', label: 'Charge', text: ({ charge }) => sumOf(charge, 'C'), uncertainty: ({ uncertainty }) => plusMinus(uncertainty?.charge, 'C'), optional: true },
	{
		id: 'chargeAh',
		label: 'in ampere-hours',
		text: ({ charge }) => sumOf(hourly(charge), 'Ah'),
		uncertainty: ({ uncertainty }) => plusMinus(hourly(uncertainty?.charge), 'Ah'),
		optional: true,
	},
	{ id: 'energy', label: 'Energy', text: ({ energy }) => sumOf(energy, 'J'), uncertainty: ({ uncertainty }) => plusMinus(uncertainty?.energy, 'J'), optional: true },
	{
		id: 'energyWh',
		label: 'in watt-hours',
		text: ({ energy }) => sumOf(hourly(energy), 'Wh'),
		uncertainty: ({ uncertainty }) => plusMinus(hourly(uncertainty?.energy), 'Wh'),
		optional: true,
	},
	{ id: 'duration', label: 'Duration', text: ({ duration: seconds }) => duration(seconds, 5) },
	{ id: 'samples', label: 'Samples', text: ({ samples }) => counted(samples) },
	{ id: 'lost', label: 'Lost', text: ({ lost }) => counted(lost) },
	{ id: 'saturated', label: 'Saturated', text: ({ saturated }) => counted(saturated), optional: true },
	{ id: 'settling', label: 'Settling', text: ({ settling }) => counted(settling), optional: true },
];

const leftOut: Readonly<Record<UnitChoice, readonly FigureId[]>> = { both: [], si: ['chargeAh', 'energyWh'], hours: ['charge', 'energy'] };

/** Without the rows that they follow otherwise. */
const labelAlone: Readonly<Partial<Record<FigureId, string>>> = { chargeAh: 'Charge', energyWh: 'Energy' };

/** The rows that say something of these columns. */
export function rowsOf(columns: readonly ComparedRecording[], units: UnitChoice): readonly Figure[] {
	const left: ReadonlySet<FigureId> = new Set(leftOut[units]);
	const named = units === 'hours' ? figures.map((figure) => ({ ...figure, label: labelAlone[figure.id] ?? figure.label })) : figures;
	return named.filter(({ id, optional, text }) => !left.has(id) && (!optional || columns.some(({ statistics }) => ![noValue, '0'].includes(text(statistics)))));
}

export function keyOf({ recording, statistics: { device, channel } }: ComparedRecording): string {
	return `${recording} ${device}.${channel}`;
}

/** `+1.20 mA, +3.4 %`; undefined where there is nothing to compare. */
export function differenceText(id: FigureId, { difference, statistics: { unit } }: ComparedRecording): string | undefined {
	const base = ({ chargeAh: 'charge', energyWh: 'energy' } as const)[id as 'chargeAh' | 'energyWh'] ?? id;
	const found = (difference as Readonly<Partial<Record<FigureId, Difference>>> | undefined)?.[base];
	if (!found) return undefined;
	const units: Partial<Record<FigureId, string>> = { charge: 'C', chargeAh: 'Ah', energy: 'J', energyWh: 'Wh', duration: 's' };
	const value = base === id ? found.absolute : found.absolute / coulombsPerAh;
	const signed = (text: string, negative: boolean) => (negative ? text : `+${text}`);
	const share = found.relative === null ? '' : `, ${signed(`${(100 * found.relative).toFixed(2).replace('-', '−')} %`, found.relative < 0)}`;
	return `${signed(quantity(value, units[id] ?? unit, 3), value < 0)}${share}`;
}

/** A row for each column of the table; differences are from the first recording. */
export function statisticsCsv(columns: readonly ComparedRecording[], nameOf: (column: ComparedRecording) => string): Cell[][] {
	const heading = [
		...['recording', 'name', 'device', 'channel', 'unit', 'rate_Hz', 'from_s', 'to_s', 'duration_s', 'samples', 'lost', 'saturated', 'settling'],
		...['average', 'average_uncertainty', 'min', 'max', 'rms', 'standard_deviation'],
		...['charge_C', 'charge_uncertainty_C', 'charge_Ah', 'energy_J', 'energy_uncertainty_J', 'energy_Wh'],
		...['average_difference', 'charge_difference_C', 'energy_difference_J'],
	];
	return [
		heading,
		...columns.map((column): Cell[] => {
			const { recording, difference, statistics: of } = column;
			return [
				...[recording, nameOf(column), of.device, of.channel, of.unit, of.rate, of.from, of.to, of.duration, of.samples, of.lost, of.saturated, of.settling],
				...[of.average, of.uncertainty?.average, of.min, of.max, of.rms, of.standardDeviation],
				...[of.charge, of.uncertainty?.charge, hourly(of.charge), of.energy, of.uncertainty?.energy, hourly(of.energy)],
				...[difference?.average?.absolute, difference?.charge?.absolute, difference?.energy?.absolute],
			];
		}),
	];
}

/** As people see it: a column for each channel, uncertainties and differences behind the figures. */
export function statisticsText(columns: readonly ComparedRecording[], nameOf: (column: ComparedRecording) => string): string[][] {
	return [
		['', ...columns.map(nameOf)],
		...rowsOf(columns, 'both').map(({ id, label, text, uncertainty }) => [
			label,
			...columns.map((column) => {
				const difference = differenceText(id, column);
				return [text(column.statistics), uncertainty?.(column.statistics), difference && `(${difference})`].filter(Boolean).join(' ');
			}),
		]),
	];
}

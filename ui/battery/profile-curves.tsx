/** Open-circuit voltage and resistance of several profiles, every table a curve of its own. */

import { Stack } from '@mantine/core';
import { useMemo } from 'react';
import { quantity, tickLabels } from '../format.ts';
import type { Profile } from '../types.ts';
import type { CurveAxis, CurveSeries } from './curve-chart.ts';
import { Curves, curveColor, Legend } from './curves.tsx';
import { charge, coulombsPerAh, percent, temperature } from './words.ts';

export type CurveOver = 'used' | 'soc';

type Table = Profile['tables'][number];

/** Resistances further apart than this need decades to be seen together. */
const decadesFrom = 30;

const usedAxis: CurveAxis = { label: 'used capacity', ticks: (ticks) => tickLabels(ticks, 'Ah') };
export const socAxis: CurveAxis = { label: 'state of charge', ticks: (ticks) => ticks.map((tick) => `${tick} %`), reversed: true };
export const voltageAxis: CurveAxis = { label: 'voltage', ticks: (ticks) => tickLabels(ticks, 'V') };
export const volts = (value: number) => quantity(value, 'V');
export const atSoc = (value: number) => percent(value);
const ohms = (value: number) => quantity(value, 'Ω', 3);
const atUsed = (value: number) => charge(value * coulombsPerAh);

export function ProfileCurves({ profiles, over }: { readonly profiles: readonly Profile[]; readonly over: CurveOver }) {
	const { voltage, resistance, resistanceAxis } = useMemo(() => {
		const tables = profiles.flatMap((profile) => profile.tables.map((table) => ({ label: labelOf(profile, table), table })));
		const curvesOf = (values: (table: Table) => readonly number[]): CurveSeries[] =>
			tables.map(({ label, table }, index) => ({ key: table.id, label, color: curveColor(index), ...curveOver(over, table, values(table)) }));
		const ohm = tables.flatMap(({ table }) => table.resistanceOhm);
		const [least, most] = ohm.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Number.POSITIVE_INFINITY, 0]);
		const logarithmic = least > 0 && most / least > decadesFrom;
		const axis: CurveAxis = logarithmic
			? { label: 'resistance', logarithmic, ticks: (ticks) => ticks.map((tick) => (tick === null ? '' : quantity(tick, 'Ω', 1))) }
			: { label: 'resistance', include: [0], ticks: (ticks) => tickLabels(ticks, 'Ω') };
		return { voltage: curvesOf(({ openCircuitV }) => openCircuitV), resistance: curvesOf(({ resistanceOhm }) => resistanceOhm), resistanceAxis: axis };
	}, [profiles, over]);
	const x = over === 'used' ? usedAxis : socAxis;
	const formatX = over === 'used' ? atUsed : atSoc;
	return (
		<Stack gap="xs">
			<Legend series={voltage} />
			<Curves title="Open-circuit voltage" series={voltage} x={x} y={voltageAxis} format={volts} formatX={formatX} />
			<Curves title={resistanceAxis.logarithmic ? 'Resistance (logarithmic)' : 'Resistance'} series={resistance} x={x} y={resistanceAxis} format={ohms} formatX={formatX} />
		</Stack>
	);
}

/** A table's column over Ah used or over the state of charge in percent, ascending. */
export function curveOver(over: CurveOver, { usedC }: Table, y: readonly number[]): Pick<CurveSeries, 'x' | 'y'> {
	if (over === 'used') return { x: usedC.map((used) => used / coulombsPerAh), y };
	const capacityC = usedC[usedC.length - 1];
	return { x: usedC.map((used) => 100 * (1 - used / capacityC)).toReversed(), y: y.toReversed() };
}

/** The name, and what tells this table from the others of the profile. */
function labelOf({ name, tables }: Profile, { temperatureC, currentA }: Table): string {
	const differ = (of: (table: Table) => number | undefined) => new Set(tables.map(of)).size > 1;
	return [
		name,
		temperatureC !== undefined && differ((table) => table.temperatureC) && temperature(temperatureC),
		currentA !== undefined && differ((table) => table.currentA) && quantity(currentA, 'A', 3),
	]
		.filter((part) => part !== false)
		.join(' ');
}

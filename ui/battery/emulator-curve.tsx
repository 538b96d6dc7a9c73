/** The profile's open-circuit voltage over the state of charge, and where the emulated cell is. */

import { useMemo, useState } from 'react';
import type { Profile } from '../types.ts';
import type { CurveSeries } from './curve-chart.ts';
import { Curves, curveColor } from './curves.tsx';
import { atSoc, curveOver, socAxis, voltageAxis, volts } from './profile-curves.tsx';
import { useCurvesOf } from './use-battery.ts';

/** °C: of several tables, emulation takes those nearest to it. */
const roomC = 20;

export function EmulatorCurve({ profileId, soc }: { readonly profileId: string; readonly soc: number }) {
	const [problem, setProblem] = useState<string>();
	const ids = useMemo(() => [profileId], [profileId]);
	const [profile] = useCurvesOf(ids, setProblem);
	const series = useMemo(() => (profile ? [curveOf(profile)] : []), [profile]);
	if (problem !== undefined) return <div role="alert">{problem}</div>;
	return <Curves title="Open-circuit voltage of one cell" series={series} x={socAxis} y={voltageAxis} format={volts} formatX={atSoc} mark={soc} />;
}

function curveOf({ name, tables }: Profile): CurveSeries {
	const distance = (temperatureC = roomC) => Math.abs(temperatureC - roomC);
	const [table] = tables.toSorted((a, b) => distance(a.temperatureC) - distance(b.temperatureC) || (a.currentA ?? 0) - (b.currentA ?? 0));
	return { key: table.id, label: name, color: curveColor(0), ...curveOver('soc', table, table.openCircuitV) };
}

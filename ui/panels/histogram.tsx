/** The frame of a histogram, and in words what is under the pointer. */

import { Text, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { duration, quantity } from '../format.ts';
import type { Histogram as Counted } from '../types.ts';
import { binAt, HistogramChart } from './histogram-chart.ts';
import classes from './panels.module.css';

export interface HistogramOf extends Counted {
	readonly recording: string;
	/** Of the recording. */
	readonly name: string;
	readonly color: string;
	/** Hz. */
	readonly rate: number;
}

/** What the height of a bin is. */
export type Weight = 'time' | 'sum';

interface HistogramProps {
	readonly histograms: readonly HistogramOf[];
	readonly unit: string;
	readonly weight: Weight;
	readonly logarithmic: { readonly values: boolean; readonly shares: boolean };
}

const total = (list: readonly number[], below: number) => list.reduce((sum, x) => sum + x, below);
const percent = (share: number) => `${(100 * share).toPrecision(3)} %`;

export function Histogram({ histograms, unit, weight, logarithmic }: HistogramProps) {
	const box = useRef<HTMLDivElement>(null);
	const dark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark';
	const [value, setValue] = useState<number | null>(null);
	const { values, shares } = logarithmic;

	useEffect(() => {
		const element = box.current;
		if (!element) return;
		const chart = new HistogramChart(element, {
			label: `Histogram, ${weight === 'time' ? 'share of the time' : `share of the ${nameOfSum(unit)}`} by value`,
			series: histograms.map(({ name, color, edges, counts, sums, below }) => {
				const [list, all] = weight === 'time' ? [counts, total(counts, below.count)] : [sums, total(sums, below.sum)];
				return { label: name, color, edges, shares: list.map((part) => Math.max(0, part / all)) };
			}),
			unit,
			logarithmic: { values, shares },
			dark,
			onCursor: setValue,
		});
		const observer = new ResizeObserver(() => chart.resize(element.clientWidth, element.clientHeight));
		observer.observe(element);
		return () => {
			observer.disconnect();
			chart.destroy();
		};
	}, [histograms, unit, weight, values, shares, dark]);

	return (
		<div>
			<div ref={box} className={classes.histogram} data-testid="histogram" />
			<Text size="xs" className={classes.readout} data-testid="histogram-readout">
				{value === null
					? histograms
							.map((each) => belowText(each, unit))
							.filter(Boolean)
							.join(' ')
					: histograms.map((each) => binText(each, value, unit, histograms.length > 1)).join(' · ')}
			</Text>
		</div>
	);
}

export const nameOfSum = (unit: string) => (unit === 'A' ? 'charge' : 'energy');

/** `1.20 mA to 1.30 mA: 12.0 % of the time (1.2 s), 45.0 % of the charge (1.5 mC)`. */
function binText({ edges, counts, sums, below, rate, name }: HistogramOf, value: number, unit: string, several: boolean): string {
	const bin = binAt(edges, value);
	const place = bin < 0 ? quantity(value, unit, 3) : `${quantity(edges[bin], unit, 3)} to ${quantity(edges[bin + 1], unit, 3)}`;
	const count = counts[bin] ?? 0;
	const sum = sums[bin] ?? 0;
	const time = `${percent(count / total(counts, below.count))} of the time (${duration(count / rate, 3)})`;
	const added = unit === 'A' || unit === 'W' ? `, ${percent(sum / total(sums, below.sum))} of the ${nameOfSum(unit)} (${quantity(sum / rate, unit === 'A' ? 'C' : 'J', 3)})` : '';
	return `${several ? `${name}, ` : ''}${place}: ${time}${added}`;
}

function belowText({ edges, counts, below, name }: HistogramOf, unit: string): string {
	if (below.count === 0) return '';
	const all = total(counts, below.count);
	if (edges.length === 0) return `${name} has no value above zero, so nothing stands on a logarithmic axis.`;
	return `${percent(below.count / all)} of ${name} lies below ${quantity(edges[0], unit, 3)}, where this axis begins.`;
}

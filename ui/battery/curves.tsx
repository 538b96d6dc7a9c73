/** A chart of curves in the page: made anew for other curves or another colour scheme, resized with its place, its values at the pointer beside the title. */

import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import classes from './battery.module.css';
import { type CurveAxis, CurveChart, type CurveSeries } from './curve-chart.ts';

interface Props {
	readonly title: string;
	/** Keep these from one rendering to the next while they do not change: a new one is a new chart. */
	readonly series: readonly CurveSeries[];
	readonly x: CurveAxis;
	readonly y: CurveAxis;
	/** A value at the pointer, in words. */
	readonly format: (value: number) => string;
	readonly formatX: (value: number) => string;
	/** Where on the x axis a line is drawn. */
	readonly mark?: number;
}

export function Curves({ title, series, x, y, format, formatX, mark }: Props) {
	const shown = useRef<CurveChart>(null);
	const marked = useRef(mark);
	marked.current = mark;
	const slot = useRef<HTMLDivElement>(null);
	const readout = useRef<HTMLSpanElement>(null);
	const dark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark';
	useEffect(() => {
		const element = slot.current;
		if (!element) return;
		const chart = new CurveChart(element, {
			label: `${title} over ${x.label}: ${series.map(({ label }) => label).join(', ')}`,
			series,
			x,
			y,
			dark,
			onCursor: (at, values) => {
				const text = readout.current;
				if (!text) return;
				text.replaceChildren();
				if (at === null) return;
				text.append(formatX(at));
				for (const [index, value] of values.entries()) {
					if (Number.isNaN(value)) continue;
					const swatch = document.createElement('span');
					swatch.className = classes.swatch;
					swatch.style.background = series[index].color;
					text.append(swatch, format(value));
				}
			},
		});
		shown.current = chart;
		chart.mark(marked.current);
		const resize = () => element.clientWidth > 0 && chart.resize(element.clientWidth, element.clientHeight);
		resize();
		const observer = new ResizeObserver(resize);
		observer.observe(element);
		return () => {
			observer.disconnect();
			shown.current = null;
			chart.destroy();
		};
	}, [title, series, x, y, dark, format, formatX]);
	useEffect(() => shown.current?.mark(mark), [mark]);
	return (
		<section className={classes.curves} aria-label={title}>
			<header className={classes.curvesHeader}>
				<span className={classes.curvesTitle}>{title}</span>
				<span className={classes.readout} ref={readout} aria-hidden="true" />
			</header>
			<div ref={slot} className={classes.curvesPlot} />
		</section>
	);
}

/** What the colours of the curves stand for. */
export function Legend({ series }: { readonly series: readonly CurveSeries[] }) {
	return (
		<ul className={classes.legend}>
			{series.map(({ key, label, color }) => (
				<li key={key}>
					<span className={classes.swatch} style={{ background: color }} aria-hidden="true" />
					{label}
				</li>
			))}
		</ul>
	);
}

/** Told apart on light and dark ground. */
const colors = ['#228be6', '#e8740c', '#0ca678', '#e64980', '#845ef7', '#74940d', '#1098ad', '#c2255c'] as const;

export function curveColor(index: number): string {
	return colors[index % colors.length];
}

/** The minimap's place under the panes: its canvas, which is a slider for keyboards and screen readers, and the channel it shows. */

import { useComputedColorScheme } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import classes from './chart.module.css';
import { type ChartLayout, channelOf } from './chart-model.ts';
import { Minimap, minimapColors } from './minimap.ts';
import { placed } from './named-selections.ts';
import { markersOverlay, marksColors, namedSelectionsOverlay, selectionOverlay } from './overlays.ts';
import { Overview } from './overview.ts';
import { momentText } from './time-text.ts';

export function MinimapView() {
	const page = usePage();
	const { bench, chart, choice, renderer } = page;
	const canvas = useRef<HTMLCanvasElement>(null);
	const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
	const { extent } = useStore(chart.layout);
	const { from, to } = useStore(chart.settled);

	useEffect(() => {
		if (!canvas.current) return;
		const trackOf = ({ tracks, panes }: ChartLayout) => {
			const wanted = choice.state.overview ?? (panes[0] && channelOf(panes[0].id));
			const real = tracks.filter(({ origin }) => origin.kind !== 'difference');
			return real.find(({ origin }) => origin.kind !== 'difference' && origin.channel === wanted) ?? real[0];
		};
		const colors = marksColors[scheme];
		const overview = new Overview((device) => renderer.edgeOf(device));
		const minimap = new Minimap(
			canvas.current,
			chart,
			minimapColors[scheme],
			[
				namedSelectionsOverlay(() => placed(bench.state().project?.selections ?? [], chart.layout.state.tracks), false),
				selectionOverlay(chart, colors),
				markersOverlay(chart, colors, false),
			],
			() => {
				const track = trackOf(chart.layout.state);
				return track !== undefined && chart.scaleOf(track.pane).logarithmic;
			},
		);
		overview.onChange = () => {
			minimap.trace = overview.trace;
			minimap.invalidate();
		};
		const update = () => overview.show(trackOf(chart.layout.state), chart.layout.state);
		update();
		const unsubscribers = [chart.layout.subscribe(update), choice.subscribe(update), bench.subscribe(minimap.invalidate)];
		const observer = new ResizeObserver(minimap.invalidate);
		observer.observe(canvas.current);
		return () => {
			for (const unsubscribe of unsubscribers) unsubscribe();
			observer.disconnect();
			overview.close();
			minimap.destroy();
		};
	}, [bench, chart, choice, renderer, scheme]);

	const keys: Readonly<Record<string, () => void>> = {
		ArrowLeft: () => chart.panBy(-0.1),
		ArrowRight: () => chart.panBy(0.1),
		ArrowUp: () => chart.zoomAt((chart.window.from + chart.window.to) / 2, 0.8),
		ArrowDown: () => chart.zoomAt((chart.window.from + chart.window.to) / 2, 1.25),
		PageUp: () => chart.panBy(-1),
		PageDown: () => chart.panBy(1),
	};
	const pressed = (event: KeyboardEvent) => {
		const run = keys[event.key];
		if (!run || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
		event.preventDefault();
		run();
	};
	const resolution = (to - from) * 1e-3;
	return (
		<div className={classes.minimap}>
			<canvas
				ref={canvas}
				role="slider"
				tabIndex={0}
				aria-label="Window over everything"
				aria-valuemin={extent.from}
				aria-valuemax={extent.to}
				aria-valuenow={Math.min(extent.to, Math.max(extent.from, (from + to) / 2))}
				aria-valuetext={`${momentText(from - chart.zeroS, resolution)} to ${momentText(to - chart.zeroS, resolution)}`}
				onKeyDown={pressed}
				data-testid="minimap"
			/>
		</div>
	);
}

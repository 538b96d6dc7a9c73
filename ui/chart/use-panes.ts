/** The panes of the chart in their places: made when the list of panes, a logarithmic axis or the colour scheme changes, resized with the page. */

import { useComputedColorScheme } from '@mantine/core';
import { type RefObject, useEffect } from 'react';
import { highlightOverlay } from '../lanes/highlight-overlay.ts';
import type { Page } from '../page.ts';
import { useStore } from '../store.ts';
import { attachGestures, type GestureOptions } from './gestures.ts';
import { placed } from './named-selections.ts';
import { conditionsOverlay, markersOverlay, marksColors, namedSelectionsOverlay, selectionOverlay } from './overlays.ts';
import { Pane, plotPixels } from './pane.ts';

const syncKey = 'chart';

/** `container` holds an element `[data-pane-id]` for every pane of the layout. */
export function usePanes(container: RefObject<HTMLElement | null>, page: Page, onMenu: GestureOptions['onMenu']): void {
	const dark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark';
	const { panes } = useStore(page.chart.layout);
	const { theme, grid } = useStore(page.preferences);
	const contrast = theme === 'contrast';
	const specs = JSON.stringify(panes.map(({ id, label, unit }) => ({ id, label, unit, logarithmic: page.chart.scaleOf(id).logarithmic })));
	useEffect(() => {
		const element = container.current;
		if (!element) return;
		const { bench, chart, renderer, choice, conditions } = page;
		const wanted = JSON.parse(specs) as { id: string; label: string; unit: string; logarithmic: boolean }[];
		const colors = marksColors[dark ? 'dark' : 'light'];
		const selections = () => placed(bench.state().project?.selections ?? [], chart.layout.state.tracks);
		const slots = new Map<string, HTMLElement>();
		const made = new Map<string, Pane>();
		for (const [index, { id, ...options }] of wanted.entries()) {
			const slot = element.querySelector<HTMLElement>(`[data-pane-id="${CSS.escape(id)}"]`);
			if (!slot) continue;
			const pane = new Pane(slot, { ...options, timeAxis: index === wanted.length - 1, dark, syncKey, grid, contrast });
			pane.under.push(namedSelectionsOverlay(selections, index === 0), selectionOverlay(chart, colors), conditionsOverlay(chart, conditions, id, colors));
			pane.over.push(markersOverlay(chart, colors, index === 0), highlightOverlay(page.highlight, dark));
			slots.set(id, slot);
			made.set(id, pane);
		}
		const detach = attachGestures(made, chart, { selecting: () => choice.state.selecting, onMenu });
		const unsubscribe = chart.cursor.subscribe(({ timeS, byKeys }) => {
			if (byKeys) for (const pane of made.values()) pane.pointAt(timeS);
		});
		const resize = () => {
			for (const [id, slot] of slots) if (slot.clientWidth > 0) made.get(id)?.resize(slot.clientWidth, slot.clientHeight);
			const [first] = slots.values();
			renderer.attach(made, first ? Math.round(plotPixels(first.clientWidth) * devicePixelRatio) : 0);
		};
		resize();
		const observer = new ResizeObserver(resize);
		observer.observe(element);
		return () => {
			observer.disconnect();
			detach();
			unsubscribe();
			renderer.attach(new Map(), 0);
			for (const pane of made.values()) pane.destroy();
		};
	}, [container, page, dark, specs, grid, contrast, onMenu]);
}

/** The panes of the chart in their places: made when the list of panes, a logarithmic axis or the colour scheme changes, resized with the page. */

import { useComputedColorScheme } from '@mantine/core';
import { type RefObject, useEffect } from 'react';
import type { Page } from '../page.ts';
import { useStore } from '../store.ts';
import { attachGestures } from './gestures.ts';
import { type ChartMarksColors, selectionOverlay } from './overlays.ts';
import { Pane, plotPixels } from './pane.ts';

const syncKey = 'chart';

/** `container` holds an element `[data-pane-id]` for every pane of the layout. */
export function usePanes(container: RefObject<HTMLElement | null>, page: Page): void {
	const dark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark';
	const { panes } = useStore(page.chart.layout);
	const specs = JSON.stringify(panes.map(({ id, label, unit }) => ({ id, label, unit, logarithmic: page.chart.scaleOf(id).logarithmic })));
	useEffect(() => {
		const element = container.current;
		if (!element) return;
		const { chart, renderer, choice } = page;
		const wanted = JSON.parse(specs) as { id: string; label: string; unit: string; logarithmic: boolean }[];
		const colors: ChartMarksColors = dark ? darkMarks : lightMarks;
		const slots = new Map<string, HTMLElement>();
		const made = new Map<string, Pane>();
		for (const [index, { id, ...options }] of wanted.entries()) {
			const slot = element.querySelector<HTMLElement>(`[data-pane-id="${CSS.escape(id)}"]`);
			if (!slot) continue;
			const pane = new Pane(slot, { ...options, timeAxis: index === wanted.length - 1, dark, syncKey });
			pane.under.push(selectionOverlay(chart, colors));
			slots.set(id, slot);
			made.set(id, pane);
		}
		const detach = attachGestures(made, chart, { selecting: () => choice.state.selecting });
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
			renderer.attach(new Map(), 0);
			for (const pane of made.values()) pane.destroy();
		};
	}, [container, page, dark, specs]);
}

const darkMarks: ChartMarksColors = { selection: 'rgba(116,192,252,0.22)', markers: ['#ffd43b', '#63e6be'] };
const lightMarks: ChartMarksColors = { selection: 'rgba(34,139,230,0.16)', markers: ['#c77700', '#0b7a5b'] };

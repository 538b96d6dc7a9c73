/** What a pane's traces show at the cursor, and what is to say of that moment; written straight into the page after every picture, past React. */

import { useEffect, useRef } from 'react';
import pageClasses from '../page.module.css';
import { usePage } from '../page.ts';
import classes from './chart.module.css';
import { conditionsAt } from './overlays.ts';
import { figuresAt, figuresText } from './readout.ts';

/** CSS pixels within which a condition counts as under the cursor. */
const nearPixels = 5;

export function PaneReadout({ id, unit }: { readonly id: string; readonly unit: string }) {
	const { chart, renderer, conditions } = usePage();
	const element = useRef<HTMLSpanElement>(null);
	useEffect(() => {
		let written = '';
		const write = () => {
			const line = element.current;
			if (!line) return;
			const { timeS } = chart.cursor.state;
			const parts: { text: string; color?: string }[] = [];
			if (timeS !== null) {
				for (const { key, pane, color } of chart.layout.state.tracks) {
					const trace = pane === id ? renderer.trace(key) : undefined;
					const text = trace ? figuresText(figuresAt(trace, timeS), unit) : '';
					if (text !== '') parts.push({ text, color });
				}
				const { from, to } = chart.window;
				const said = conditionsAt(chart, conditions, id, timeS, ((to - from) * nearPixels) / Math.max(1, line.parentElement?.clientWidth ?? 1));
				if (said !== '') parts.push({ text: said });
			}
			const all = JSON.stringify(parts);
			if (all === written) return;
			written = all;
			line.replaceChildren(
				...parts.map(({ text, color }) => {
					const part = document.createElement('span');
					part.textContent = text;
					if (color) {
						const swatch = document.createElement('span');
						swatch.className = pageClasses.swatch;
						swatch.style.background = color;
						part.prepend(swatch);
					} else part.className = classes.condition;
					return part;
				}),
			);
		};
		const unsubscribers = [renderer.onPainted(write), chart.cursor.subscribe(write)];
		return () => {
			for (const unsubscribe of unsubscribers) unsubscribe();
		};
	}, [chart, renderer, conditions, id, unit]);
	return <span ref={element} className={classes.readout} data-readout={id} />;
}

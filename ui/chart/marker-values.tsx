/** What the traces of a pane show at the two markers; of columns in the picture, so only while they are in sight. */

import { useEffect, useState } from 'react';
import { quantity } from '../format.ts';
import pageClasses from '../page.module.css';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import classes from './chart.module.css';
import { figuresAt } from './readout.ts';

export function MarkerValues({ pane }: { readonly pane: string }) {
	const { chart, renderer } = usePage();
	const { tracks } = useStore(chart.layout);
	const { markers } = useStore(chart.marks);
	const [texts, setTexts] = useState<readonly { key: string; color: string; text: string }[]>([]);
	useEffect(() => {
		const read = () => {
			const next = tracks.flatMap(({ key, color, unit, pane: ofPane }) => {
				if (ofPane !== pane) return [];
				const trace = renderer.trace(key);
				const [a, b] = markers.map((marker) => (marker === null || !trace ? undefined : figuresAt(trace, marker)?.mean));
				if (a === undefined && b === undefined) return [];
				const text = [a, b].map((value) => (value === undefined ? '' : quantity(value, unit))).filter(Boolean);
				return [{ key, color, text: text.join(' → ') + (a !== undefined && b !== undefined ? ` (Δ ${quantity(b - a, unit)})` : '') }];
			});
			setTexts((before) => (JSON.stringify(before) === JSON.stringify(next) ? before : next));
		};
		read();
		// The columns change a little after the window and with every answer: often enough for eyes.
		let timer: number | undefined;
		const unsubscribe = renderer.onPainted(() => {
			timer ??= window.setTimeout(() => {
				timer = undefined;
				read();
			}, 150);
		});
		return () => {
			unsubscribe();
			clearTimeout(timer);
		};
	}, [renderer, tracks, markers, pane]);
	return (
		<>
			{texts.map(({ key, color, text }) => (
				<span key={key} className={classes.figures} data-marker-value={key}>
					<span className={pageClasses.swatch} style={{ background: color }} />
					{text}
				</span>
			))}
		</>
	);
}

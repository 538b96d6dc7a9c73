/** The time under the cursor, and its distance from marker A; written straight into the page. */

import { useEffect, useRef } from 'react';
import { usePage } from '../page.ts';
import classes from './chart.module.css';
import { momentText } from './time-text.ts';

export function CursorTime() {
	const { chart } = usePage();
	const element = useRef<HTMLSpanElement>(null);
	useEffect(() => {
		const write = () => {
			if (!element.current) return;
			const { timeS } = chart.cursor.state;
			const { from, to } = chart.window;
			const [a] = chart.marks.state.markers;
			const resolution = (to - from) * 1e-4;
			const distance = timeS !== null && a !== null ? ` · ${momentText(timeS - a, resolution)} from A` : '';
			element.current.textContent = timeS === null ? '' : `${momentText(timeS - chart.zeroS, resolution)}${distance}`;
		};
		const unsubscribers = [chart.cursor.subscribe(write), chart.marks.subscribe(write)];
		return () => {
			for (const unsubscribe of unsubscribers) unsubscribe();
		};
	}, [chart]);
	return <span ref={element} className={classes.cursorTime} data-testid="cursor-time" />;
}

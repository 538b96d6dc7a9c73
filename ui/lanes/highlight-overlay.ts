/** The moment that something outside of the chart points to, such as a line of the log, over the panes. */

import { type Overlay, xOf } from '../chart/pane.ts';
import type { Store } from '../store.ts';

export const highlightColors = { light: '#d6336c', dark: '#f783ac' } as const;

export function highlightOverlay(highlight: Store<{ readonly timeS: number | null }>, dark: boolean): Overlay {
	return (context, area) => {
		const { timeS } = highlight.state;
		if (timeS === null) return;
		context.fillStyle = highlightColors[dark ? 'dark' : 'light'];
		context.fillRect(Math.round(xOf(area, timeS) - area.hairline), area.top, Math.max(2, Math.round(2 * area.hairline)), area.height);
	};
}

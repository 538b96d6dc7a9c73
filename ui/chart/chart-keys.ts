/** The keys of the chart: the window, the selection, the markers. */

import type { Page } from '../page.ts';
import type { Shortcut } from '../shortcuts.ts';
import { fromStart } from './gestures.ts';
import { placed } from './named-selections.ts';

/** Windows by which a key moves the cursor. */
const cursorStep = 0.01;

/** `save`: opens the dialog that saves the selection. */
export function chartKeys({ bench, chart }: Page, save: () => void): Shortcut[] {
	const recorded = () => chart.layout.state.mode === 'recorded';
	const middle = () => (chart.window.from + chart.window.to) / 2;
	const selectAll = () => chart.select(chart.layout.state.extent, true);
	const zoomBy = (factor: number) => chart.zoomAt(middle(), factor);
	const cursorTo = (timeS: number) => chart.cursor.set({ timeS: Math.min(chart.window.to, Math.max(chart.window.from, timeS)), byKeys: true });
	const moveCursor = (windows: number) => cursorTo((chart.cursor.state.timeS ?? middle()) + windows * (chart.window.to - chart.window.from));
	const single = () => chart.mark(0, chart.cursor.state.timeS ?? middle());
	const dual = () => {
		const { from, to } = chart.window;
		const { timeS } = chart.cursor.state;
		if (timeS !== null && chart.marks.state.markers[0] !== null) return chart.mark(1, timeS);
		chart.mark(0, from + (to - from) / 4);
		chart.mark(1, to - (to - from) / 4);
	};
	const end = () => {
		const { from, to } = chart.window;
		const { extent } = chart.layout.state;
		chart.show({ from: extent.to - (to - from), to: extent.to }, { remember: true });
		chart.follow(true);
	};
	/** Markers first, then the named selections, as they are painted. */
	const goTo = (number: number) => {
		const moments = chart.marks.state.markers.filter((marker) => marker !== null);
		if (number <= moments.length) return chart.reveal(moments[number - 1]);
		const selection = placed(bench.state().project?.selections ?? [], chart.layout.state.tracks)[number - 1 - moments.length];
		if (selection) chart.showSelection(selection);
	};
	return [
		{ keys: 'Alt+A', group: 'Selection', what: 'Select everything', when: recorded, run: selectAll },
		{ keys: 'Ctrl+A', group: 'Selection', what: 'Select everything', when: recorded, run: selectAll },
		{ keys: 'Esc', group: 'Selection', what: 'Select nothing', run: () => chart.select(null, true) },
		{ keys: 'Alt+Z', group: 'Chart', what: 'Zoom to the selection', run: () => chart.show(chart.marks.state.chosen ?? chart.layout.state.extent, { remember: true }) },
		{ keys: 'Shift+S', group: 'Selection', what: 'Save the selection', when: () => recorded() && chart.marks.state.chosen !== null, run: save },
		{ keys: '*', group: 'Chart', what: 'Show everything', run: () => chart.showAll() },
		{ keys: 'F', group: 'Chart', what: 'Show everything', run: () => chart.showAll() },
		{ keys: '+', group: 'Chart', what: 'Zoom in', run: () => zoomBy(0.5) },
		{ keys: '-', group: 'Chart', what: 'Zoom out', run: () => zoomBy(2) },
		{ keys: '↑', group: 'Chart', what: 'Zoom in', run: () => zoomBy(0.5) },
		{ keys: '↓', group: 'Chart', what: 'Zoom out', run: () => zoomBy(2) },
		{ keys: '←', group: 'Chart', what: 'Move left', run: () => chart.panBy(-0.25) },
		{ keys: '→', group: 'Chart', what: 'Move right', run: () => chart.panBy(0.25) },
		{ keys: 'Shift+←', group: 'Chart', what: 'Move the cursor left', run: () => moveCursor(-cursorStep) },
		{ keys: 'Shift+→', group: 'Chart', what: 'Move the cursor right', run: () => moveCursor(cursorStep) },
		{ keys: 'Home', group: 'Chart', what: 'Go to the start', run: () => fromStart(chart) },
		{ keys: 'End', group: 'Chart', what: 'Go to the end, or back to live', run: end },
		{ keys: 'Backspace', group: 'Chart', what: 'Back to the window before', run: () => chart.back() },
		{ keys: 'S', group: 'Chart', what: 'Marker A at the cursor', run: single },
		{ keys: 'D', group: 'Chart', what: 'Marker B at the cursor, or both markers', run: dual },
		{ keys: 'Del', group: 'Chart', what: 'Remove the markers', when: () => chart.marks.state.markers.some((marker) => marker !== null), run: () => chart.clearMarkers() },
		...Array.from({ length: 9 }, (_, index): Shortcut => {
			const number = index + 1;
			return { keys: String(number), group: 'Chart', what: `Go to marker or selection ${number}`, run: () => goTo(number) };
		}),
	];
}

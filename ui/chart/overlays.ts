/** What is painted over or under the traces: the selection and the markers. Each is an overlay of a pane (`pane.ts`). */

import type { ChartModel } from './chart-model.ts';
import { type Overlay, xOf } from './pane.ts';

export interface ChartMarksColors {
	readonly selection: string;
	readonly markers: readonly [string, string];
}

export function selectionOverlay({ marks }: ChartModel, colors: ChartMarksColors): Overlay {
	return (context, area) => {
		const { selection, markers } = marks.state;
		if (selection) {
			const from = xOf(area, selection.from);
			context.fillStyle = colors.selection;
			context.fillRect(from, area.top, Math.max(xOf(area, selection.to) - from, area.hairline), area.height);
		}
		for (const [index, marker] of markers.entries()) {
			if (marker === null) continue;
			context.fillStyle = colors.markers[index];
			context.fillRect(Math.round(xOf(area, marker) - area.hairline / 2), area.top, Math.max(1, Math.round(area.hairline * 1.5)), area.height);
		}
	};
}

/** What is painted over or under the traces: the selection, named selections, markers, conditions. Each is an overlay of a pane (`pane.ts`). */

import type { ChartModel } from './chart-model.ts';
import type { ConditionFeed } from './condition-feed.ts';
import type { PlacedSelection } from './named-selections.ts';
import { type Overlay, xOf } from './pane.ts';

export interface ChartMarksColors {
	readonly selection: string;
	readonly markers: readonly [string, string];
	/** Range switches and settling. */
	readonly range: string;
	readonly fault: string;
}

export const marksColors: Readonly<Record<'light' | 'dark', ChartMarksColors>> = {
	dark: { selection: 'rgba(116,192,252,0.22)', markers: ['#ffd43b', '#63e6be'], range: '#e0a458', fault: '#ff6b6b' },
	light: { selection: 'rgba(34,139,230,0.16)', markers: ['#c77700', '#0b7a5b'], range: '#a86500', fault: '#e03131' },
};

/** Whatever the axes have left behind. */
function writeWith(context: CanvasRenderingContext2D, hairline: number): void {
	context.font = `600 ${Math.round(10 * hairline)}px system-ui, sans-serif`;
	context.textAlign = 'left';
	context.textBaseline = 'alphabetic';
}

export function selectionOverlay({ marks }: ChartModel, colors: ChartMarksColors): Overlay {
	return (context, area) => {
		const { selection } = marks.state;
		if (!selection) return;
		const from = xOf(area, selection.from);
		context.fillStyle = colors.selection;
		context.fillRect(from, area.top, Math.max(xOf(area, selection.to) - from, area.hairline), area.height);
	};
}

/** A bar along the upper edge and a faint ground; `labels`: with names. */
export function namedSelectionsOverlay(selections: () => readonly PlacedSelection[], labels: boolean): Overlay {
	return (context, area) => {
		const { hairline, top, height, left, width } = area;
		for (const { from, to, color, name } of selections()) {
			const x = xOf(area, from);
			const wide = Math.max(xOf(area, to) - x, hairline);
			if (x > left + width || x + wide < left) continue;
			context.fillStyle = color;
			context.globalAlpha = 0.12;
			context.fillRect(x, top, wide, height);
			context.globalAlpha = 1;
			context.fillRect(x, top, wide, 3 * hairline);
			if (!labels || wide < 24 * hairline) continue;
			const begin = Math.max(x, left);
			context.save();
			context.beginPath();
			context.rect(begin, top, x + wide - begin, height);
			context.clip();
			writeWith(context, hairline);
			context.fillText(name, begin + 4 * hairline, top + 14 * hairline);
			context.restore();
		}
	};
}

/** `letters`: A and B at the lines. */
export function markersOverlay({ marks }: ChartModel, colors: ChartMarksColors, letters: boolean): Overlay {
	return (context, area) => {
		for (const [index, marker] of marks.state.markers.entries()) {
			if (marker === null) continue;
			const x = Math.round(xOf(area, marker) - area.hairline / 2);
			context.fillStyle = colors.markers[index];
			context.fillRect(x, area.top, Math.max(1, Math.round(area.hairline * 1.5)), area.height);
			if (!letters) continue;
			writeWith(context, area.hairline);
			context.fillText('AB'[index], x + 4 * area.hairline, area.top + 11 * area.hairline);
		}
	};
}

/** Range switches as ticks at the lower edge, settling as a hatched ground, faults as lines from top to bottom. Gaps are the traces' own. */
export function conditionsOverlay({ layout }: ChartModel, feed: ConditionFeed, pane: string, colors: ChartMarksColors): Overlay {
	let hatch: CanvasPattern | null = null;
	return (context, area) => {
		const { hairline, top, height } = area;
		const bottom = top + height;
		hatch ??= hatched(context, colors.range, hairline);
		let lastX = Number.NEGATIVE_INFINITY;
		for (const track of layout.state.tracks) {
			if (track.pane !== pane) continue;
			feed.visit(track, area.xMin, area.xMax, ({ kind }, from, to) => {
				const x = Math.round(xOf(area, from));
				if (kind === 'range' || kind === 'more') {
					const wide = xOf(area, to) - x;
					if (wide >= 2 * hairline && hatch) {
						context.fillStyle = hatch;
						if (kind === 'range') context.fillRect(x, top, wide, height);
						else context.fillRect(x, bottom - 6 * hairline, wide, 6 * hairline);
					}
					if (x - lastX < hairline) return; // ticks side by side are one
					lastX = x;
					context.fillStyle = colors.range;
					context.fillRect(x, bottom - 9 * hairline, hairline, 9 * hairline);
				} else if (kind === 'fault') {
					context.fillStyle = colors.fault;
					context.fillRect(x, top, Math.round(1.5 * hairline), height);
					context.beginPath();
					context.moveTo(x - 5 * hairline, top);
					context.lineTo(x + 6 * hairline, top);
					context.lineTo(x + hairline / 2, top + 8 * hairline);
					context.fill();
				}
			});
		}
	};
}

function hatched(context: CanvasRenderingContext2D, color: string, hairline: number): CanvasPattern | null {
	const size = Math.round(6 * hairline);
	const tile = document.createElement('canvas');
	tile.width = size;
	tile.height = size;
	const pen = tile.getContext('2d');
	if (!pen) return null;
	pen.strokeStyle = color;
	pen.globalAlpha = 0.5;
	pen.lineWidth = hairline;
	// Three strokes, so that the tile joins itself.
	for (const shift of [-size, 0, size]) {
		pen.beginPath();
		pen.moveTo(shift, size);
		pen.lineTo(shift + size, 0);
		pen.stroke();
	}
	return context.createPattern(tile, 'repeat');
}

/** What is said of a moment: conditions within `toleranceS` of it, each text once. */
export function conditionsAt({ layout }: ChartModel, feed: ConditionFeed, pane: string, timeS: number, toleranceS: number): string {
	const texts = new Set<string>();
	for (const track of layout.state.tracks) if (track.pane === pane) feed.visit(track, timeS - toleranceS, timeS + toleranceS, ({ text }) => texts.add(text));
	return [...texts].slice(0, 3).join(' · ');
}

/** What the chart shows as a picture: PNG from the pixels on the screen, SVG drawn once more from the same traces. Loaded when one is asked for. */

import { defaultSelectionColor, placed } from '../chart/named-selections.ts';
import type { Page } from '../page.ts';
import { saveFile } from './files-api.ts';
import { type DrawnPane, drawSvg } from './picture-svg.ts';

/** px of a PNG a px of the page, at least. */
const leastScale = 2;
const titleHeight = 34;

export async function savePicture(page: Page, kind: 'png' | 'svg'): Promise<void> {
	const title = titleOf(page);
	const content = kind === 'png' ? await png(title) : new Blob([svg(page, title)], { type: 'image/svg+xml' });
	saveFile(`${fileNameOf(title)}.${kind}`, content);
}

/** The recordings, or the devices, and the moment the first of them began. */
function titleOf({ bench, choice, chart }: Page): string {
	const { recordings, devices } = bench.state();
	const shown = (choice.state.recordings ?? []).flatMap((id) => recordings.find((recording) => recording.id === id) ?? []);
	if (shown.length > 0) return `${shown.map(({ name }) => name).join(', ')} · ${moment(new Date(shown[0].start))}`;
	const live = new Set(chart.layout.state.tracks.map(({ origin }) => ('device' in origin ? origin.device : '')));
	return `${
		devices
			.filter(({ id }) => live.has(id))
			.map(({ name }) => name)
			.join(', ') || 'Live'
	} · ${moment(new Date())}`;
}

/** `2026-11-24 16:14:20`, of this computer's time zone. */
function moment(date: Date): string {
	return date.toLocaleString('sv');
}

function fileNameOf(title: string): string {
	return title
		.replaceAll(' · ', ' ')
		.replaceAll(':', '.')
		.replace(/[\p{Cc}<>"/\\|?*]/gu, '_')
		.slice(0, 120);
}

/** The chart as it is painted now: its canvases, and the texts beside them. */
async function png(title: string): Promise<Blob> {
	const chart = document.querySelector<HTMLElement>('[data-testid=chart]');
	const shown = (element: HTMLElement) => element.offsetParent !== null && element.offsetWidth > 0 && element.offsetHeight > 0;
	const canvases = [...(chart?.querySelectorAll('canvas') ?? [])].filter(shown);
	const [first] = chart?.querySelectorAll<HTMLElement>('[data-pane-id]') ?? [];
	if (!chart || !first || canvases.length === 0) throw new Error('The chart is not shown; go back to it and try again.');
	const scale = Math.max(leastScale, devicePixelRatio);
	const outer = chart.getBoundingClientRect();
	const top = (first.parentElement as HTMLElement).getBoundingClientRect().top - 6;
	const bottom = Math.max(...canvases.map((canvas) => canvas.getBoundingClientRect().bottom)) + 8;
	const picture = document.createElement('canvas');
	picture.width = Math.round(outer.width * scale);
	picture.height = Math.round((bottom - top + titleHeight) * scale);
	const context = picture.getContext('2d') as CanvasRenderingContext2D;
	const style = getComputedStyle(chart);
	context.scale(scale, scale);
	context.fillStyle = style.backgroundColor;
	context.fillRect(0, 0, outer.width, bottom - top + titleHeight);
	context.fillStyle = style.color;
	context.font = `600 14px ${style.fontFamily}`;
	context.textBaseline = 'middle';
	context.fillText(title, 12, titleHeight / 2, outer.width - 24);
	context.translate(-outer.left, titleHeight - top);
	for (const canvas of canvases) {
		const { left, top: y, width, height } = canvas.getBoundingClientRect();
		context.drawImage(canvas, left, y, width, height);
	}
	for (const { text, parent, box } of textsOf(chart, top, bottom)) {
		const { color, fontSize, fontWeight, fontFamily } = getComputedStyle(parent);
		context.fillStyle = color;
		context.font = `${fontWeight} ${fontSize} ${fontFamily}`;
		context.fillText(text, box.left, box.top + box.height / 2);
	}
	const { promise, resolve, reject } = Promise.withResolvers<Blob>();
	picture.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture is too large for this browser; make the window smaller.'))), 'image/png');
	return promise;
}

/** Texts that are neither on a control nor only for screen readers. */
function* textsOf(chart: HTMLElement, top: number, bottom: number): Generator<{ text: string; parent: HTMLElement; box: DOMRect }> {
	const walker = document.createTreeWalker(chart, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) {
		const node = walker.currentNode;
		const parent = node.parentElement as HTMLElement;
		const text = node.textContent?.trim() ?? '';
		if (text === '' || parent.closest('button, input, label, [role=button], [role=tooltip]')) continue;
		const range = document.createRange();
		range.selectNodeContents(node);
		const box = range.getBoundingClientRect();
		if (box.width > 2 && box.height > 2 && box.top >= top && box.bottom <= bottom) yield { text, parent, box };
	}
}

function svg({ chart, renderer, bench }: Page, title: string): string {
	const { tracks, panes } = chart.layout.state;
	const drawn = panes.map(({ id, label, unit }): DrawnPane => {
		const own = tracks.filter(({ pane }) => pane === id);
		const traces = own.flatMap(({ key, label: name, color }) => {
			const trace = renderer.trace(key);
			return trace ? [{ name, color, trace }] : [];
		});
		return { label, unit, logarithmic: chart.scaleOf(id).logarithmic, range: renderer.yRange(id) ?? [0, 1], traces };
	});
	if (drawn.length === 0) throw new Error('The chart shows nothing; choose a channel or a recording.');
	const { selection, markers } = chart.marks.state;
	const named = placed(bench.state().project?.selections ?? [], tracks);
	const shades = selection ? [...named, { name: '', color: defaultSelectionColor, ...selection }] : named;
	return drawSvg(drawn, { title, window: chart.window, zeroS: chart.zeroS, shades, markers: markers.filter((marker) => marker !== null) });
}

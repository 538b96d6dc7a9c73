/**
 * What the chart shows, outside of React: which traces in which panes, the window of time, scales, selection, markers. React draws the frame from
 * `layout` and `marks`; the renderer draws the pictures whenever `onWindow` or a store says so. A window moves sixty times a second and is
 * therefore no store: only `settled` is, which follows when it has come to rest.
 *
 * Time on the axis: of live traces, s from now (negative); of recordings, s since each one's start plus its shift, so that several lie over each other.
 */

import type { Window } from '../api.ts';
import { Store } from '../store.ts';
import { pan, zoom } from './window-math.ts';

export type Origin =
	| { readonly kind: 'live'; readonly device: string; readonly channel: string }
	| { readonly kind: 'recorded'; readonly recording: string; readonly device: string; readonly channel: string };

export interface Track {
	/** Unique: `live DEVICE.CHANNEL`, `RECORDING DEVICE.CHANNEL`. */
	readonly key: string;
	readonly origin: Origin;
	/** For people: channel, device, recording as far as they tell it from others. */
	readonly label: string;
	readonly unit: string;
	readonly color: string;
	/** Hz. */
	readonly rate: number;
	/** Id of its pane. */
	readonly pane: string;
	/** s by which a recording is moved on the chart's axis. */
	readonly shiftS: number;
}

export interface PaneSpec {
	/** Begins with the channel, `mc`, `mv`, …; what follows tells it from others of the channel. */
	readonly id: string;
	readonly label: string;
	readonly unit: string;
}

/** How a pane's y axis is scaled. Kept by channel, so that it repeats from recording to recording. */
export interface YScale {
	readonly logarithmic: boolean;
	/** Locked to these values; null: fits what is shown. */
	readonly locked: readonly [number, number] | null;
}

export interface ChartLayout {
	readonly mode: 'live' | 'recorded';
	readonly tracks: readonly Track[];
	readonly panes: readonly PaneSpec[];
	readonly scales: Readonly<Record<string, YScale>>;
	/** All there is, on the axis. Live: the longest window. */
	readonly extent: Window;
	/** Live, and not paused; recorded, and the newest is kept in sight. */
	readonly following: boolean;
}

export interface ChartMarks {
	/** Being dragged, or chosen. */
	readonly selection: Window | null;
	/** The selection that figures are made of: follows the end of a drag. */
	readonly chosen: Window | null;
	/** Two markers, s; null where none is set. */
	readonly markers: readonly [number | null, number | null];
}

export const fitting: YScale = { logarithmic: false, locked: null };
/** s after which a window counts as come to rest. */
const restS = 0.12;
const scalesKey = 'microjoule.scales';
const maxHistory = 100;

export class ChartModel {
	readonly layout: Store<ChartLayout>;
	readonly marks = new Store<ChartMarks>({ selection: null, chosen: null, markers: [null, null] });
	/** The window at rest. */
	readonly settled: Store<Window>;
	/** s under the pointer; null when it is elsewhere. */
	readonly cursor = new Store<{ readonly timeS: number | null }>({ timeS: null });
	#window: Window = { from: -5, to: 0 };
	readonly #listeners = new Set<() => void>();
	#history: Window[] = [];
	#future: Window[] = [];
	#rest: number | undefined;

	constructor() {
		this.layout = new Store<ChartLayout>({ mode: 'live', tracks: [], panes: [], scales: storedScales(), extent: { from: -60, to: 0 }, following: true });
		this.settled = new Store<Window>(this.#window);
		this.layout.subscribe(({ scales }) => localStorage.setItem(scalesKey, JSON.stringify(scales)));
	}

	get window(): Window {
		return this.#window;
	}

	/** Called at every change of the window. Returns an unsubscriber. */
	onWindow(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => void this.#listeners.delete(listener);
	}

	/** Shows other traces. The window becomes `window`, or stays where it is as far as there is something. */
	present(layout: Pick<ChartLayout, 'mode' | 'tracks' | 'panes' | 'extent' | 'following'>, window?: Window): void {
		const other = layout.mode !== this.layout.state.mode;
		this.layout.set(layout);
		if (other) {
			this.marks.set({ selection: null, chosen: null, markers: [null, null] });
			this.#history = [];
			this.#future = [];
		}
		if (window || other) this.#move(window ?? layout.extent);
	}

	/** `remember`: back() returns to where it was before. */
	show(window: Window, { remember = false }: { readonly remember?: boolean } = {}): void {
		if (remember) this.#remember();
		const { extent } = this.layout.state;
		const spanS = window.to - window.from;
		this.#move(pan({ from: window.from - extent.from, to: window.from - extent.from + spanS }, 0, Math.max(extent.to - extent.from, spanS)), extent.from);
	}

	/** `factor` below 1 zooms in, about a moment that stays where it is. */
	zoomAt(aboutS: number, factor: number): void {
		const { extent, mode } = this.layout.state;
		// The newest stays at the right edge while it is followed.
		const about = mode === 'live' ? extent.to : aboutS;
		const { from, to } = this.#window;
		this.#move(zoom({ from: from - extent.from, to: to - extent.from }, about - extent.from, factor, extent.to - extent.from), extent.from);
	}

	/** By so many windows: 0.25 is a quarter to the right. */
	panBy(share: number): void {
		const { extent } = this.layout.state;
		const { from, to } = this.#window;
		this.#move(pan({ from: from - extent.from, to: to - extent.from }, share * (to - from), extent.to - extent.from), extent.from);
	}

	showAll(): void {
		this.#remember();
		this.#move(this.layout.state.extent);
	}

	back(): void {
		this.#travel(this.#history, this.#future);
	}

	forward(): void {
		this.#travel(this.#future, this.#history);
	}

	/** While dragging, and at its end (`done`). */
	select(selection: Window | null, done: boolean): void {
		this.marks.set(done ? { selection, chosen: selection } : { selection });
	}

	mark(which: 0 | 1, timeS: number | null): void {
		const [first, second] = this.marks.state.markers;
		this.marks.set({ markers: which === 0 ? [timeS, second] : [first, timeS] });
	}

	/** Panes of one channel share their scale, whatever device or recording they show. */
	scaleOf(pane: string): YScale {
		return this.layout.state.scales[channelOf(pane)] ?? fitting;
	}

	setScale(pane: string, change: Partial<YScale>): void {
		this.layout.set({ scales: { ...this.layout.state.scales, [channelOf(pane)]: { ...this.scaleOf(pane), ...change } } });
	}

	/** Pauses or follows: live pictures hold still, recordings no longer keep their end in sight. */
	follow(following: boolean): void {
		this.layout.set({ following });
	}

	#remember(): void {
		this.#history.push(this.#window);
		if (this.#history.length > maxHistory) this.#history.shift();
		this.#future = [];
	}

	#travel(from: Window[], to: Window[]): void {
		const window = from.pop();
		if (!window) return;
		to.push(this.#window);
		this.#move(window);
	}

	#move({ from, to }: Window, originS = 0): void {
		this.#window = { from: from + originS, to: to + originS };
		for (const listener of this.#listeners) listener();
		clearTimeout(this.#rest);
		this.#rest = window.setTimeout(() => this.settled.set(this.#window), 1000 * restS);
	}
}

export const channelOf = (pane: string): string => pane.split(' ')[0];

function storedScales(): Record<string, YScale> {
	try {
		return JSON.parse(localStorage.getItem(scalesKey) ?? '{}') as Record<string, YScale>;
	} catch {
		return {};
	}
}

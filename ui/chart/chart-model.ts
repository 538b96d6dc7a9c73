/**
 * What the chart shows, outside of React: which traces in which panes, the window of time, scales, selection, markers. React draws the frame from
 * `layout` and `marks`; the renderer draws the pictures whenever `onWindow` or a store says so. A window moves sixty times a second and is
 * therefore no store: only `settled` is, which follows when it has come to rest.
 *
 * Time on the axis: of live traces, s from now (negative); of recordings, s since each one's start plus its shift, so that several lie over each other.
 */

import type { Window } from '../api.ts';
import { Store } from '../store.ts';
import { leastS, pan, zoom } from './window-math.ts';

export type Origin =
	| { readonly kind: 'live'; readonly device: string; readonly channel: string }
	| { readonly kind: 'recorded'; readonly recording: string; readonly device: string; readonly channel: string }
	/** The first track less the second, both by their keys. */
	| { readonly kind: 'difference'; readonly of: readonly [string, string] };

export interface Track {
	/** Unique: `live DEVICE.CHANNEL`, `RECORDING DEVICE.CHANNEL`, `difference CHANNEL`. */
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
	/** Begins with the channel, `mc`, `mv`, …, or `mc-difference`; what follows tells it from others of the channel. */
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
	/** Recordings are shown over this window, each one that is opened, and only a typed one changes it; null: not locked. */
	readonly lock: Window | null;
}

export interface ChartMarks {
	/** Being dragged, or chosen. */
	readonly selection: Window | null;
	/** The selection that figures are made of: follows the end of a drag. */
	readonly chosen: Window | null;
	/** Two markers, s; null where none is set. */
	readonly markers: readonly [number | null, number | null];
	/** Times are counted from the first marker, where it is set. */
	readonly zeroAtMarker: boolean;
}

const noMarks: ChartMarks = { selection: null, chosen: null, markers: [null, null], zeroAtMarker: false };

export const fitting: YScale = { logarithmic: false, locked: null };
/** s after which a window counts as come to rest. */
const restS = 0.12;
const scalesKey = 'microjoule.scales';
const lockKey = 'microjoule.window';
const maxHistory = 100;

export class ChartModel {
	readonly layout: Store<ChartLayout>;
	readonly marks = new Store<ChartMarks>(noMarks);
	/** The window at rest. */
	readonly settled: Store<Window>;
	/** s under the pointer, or where keys have moved it; null when it is elsewhere. */
	readonly cursor = new Store<{ readonly timeS: number | null; readonly byKeys: boolean }>({ timeS: null, byKeys: false });
	#window: Window = { from: -5, to: 0 };
	readonly #listeners = new Set<() => void>();
	#history: Window[] = [];
	#future: Window[] = [];
	#rest: number | undefined;

	constructor() {
		this.layout = new Store<ChartLayout>({
			mode: 'live',
			tracks: [],
			panes: [],
			scales: stored<Record<string, YScale>>(scalesKey) ?? {},
			extent: { from: -60, to: 0 },
			following: true,
			lock: stored<Window>(lockKey),
		});
		this.settled = new Store<Window>(this.#window);
		let { scales, lock } = this.layout.state;
		this.layout.subscribe((layout) => {
			if (layout.scales !== scales) localStorage.setItem(scalesKey, JSON.stringify(layout.scales));
			if (layout.lock !== lock) localStorage.setItem(lockKey, JSON.stringify(layout.lock));
			({ scales, lock } = layout);
		});
	}

	get window(): Window {
		return this.#window;
	}

	/** Whether only a typed window moves the picture. */
	get locked(): boolean {
		return this.layout.state.mode === 'recorded' && this.layout.state.lock !== null;
	}

	/** s of the axis from which times are counted for people. */
	get zeroS(): number {
		const { zeroAtMarker, markers } = this.marks.state;
		return zeroAtMarker ? (markers[0] ?? 0) : 0;
	}

	/** Called at every change of the window. Returns an unsubscriber. */
	onWindow(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => void this.#listeners.delete(listener);
	}

	/** Shows other traces. The window becomes `window`, or stays where it is as far as there is something. */
	present(layout: Pick<ChartLayout, 'mode' | 'tracks' | 'panes' | 'extent' | 'following'>, window?: Window): void {
		const { mode, tracks, panes, extent } = this.layout.state;
		const other = layout.mode !== mode;
		// What stays the same stays the same object: nobody draws or asks again.
		this.layout.set({ ...layout, tracks: kept(tracks, layout.tracks), panes: kept(panes, layout.panes) });
		if (other) {
			this.marks.set(noMarks);
			this.#history = [];
			this.#future = [];
		}
		const { from, to } = this.#window;
		// How long a recording is that has just ended is heard a little later than that it has.
		const whole = layout.mode === 'recorded' && !this.locked && from === extent.from && to === extent.to;
		if (!window && !other && !whole) this.#follow(extent.to);
		else this.#move((layout.mode === 'recorded' && this.layout.state.lock) || (window ?? layout.extent));
	}

	/** A recording has grown to `endS`. */
	grow(endS: number): void {
		const { extent } = this.layout.state;
		if (!(endS > extent.to)) return;
		this.layout.set({ extent: { from: extent.from, to: endS } });
		this.#follow(extent.to);
	}

	/** While a recording is followed, a window that reached its end, `endS` before, moves along; one that shows everything widens. */
	#follow(endS: number): void {
		const { extent, following, mode } = this.layout.state;
		const { from, to } = this.#window;
		const byS = extent.to - to;
		if (mode === 'recorded' && following && !this.locked && byS > 0 && to >= endS - 1e-9) this.#move({ from: from <= extent.from ? from : from + byS, to: to + byS });
	}

	/** `remember`: back() returns to where it was before. */
	show(window: Window, { remember = false }: { readonly remember?: boolean } = {}): void {
		if (this.locked) return;
		if (remember) this.#remember();
		const { extent } = this.layout.state;
		const spanS = Math.max(window.to - window.from, leastS);
		this.#move(pan({ from: window.from - extent.from, to: window.from - extent.from + spanS }, 0, Math.max(extent.to - extent.from, spanS)), extent.from);
	}

	/** A window as it was typed, in sight of the data or not; what is locked is locked to it. */
	setWindow(window: Window): void {
		this.#remember();
		if (this.locked) this.layout.set({ lock: window });
		this.#move(window);
	}

	lockWindow(locked: boolean): void {
		this.layout.set({ lock: locked ? this.#window : null });
	}

	/** The same span about this moment, if it is out of sight. */
	reveal(timeS: number): void {
		const { from, to } = this.#window;
		if (timeS < from || timeS > to) this.show({ from: timeS - (to - from) / 2, to: timeS + (to - from) / 2 }, { remember: true });
	}

	/** `factor` below 1 zooms in, about a moment that stays where it is. */
	zoomAt(aboutS: number, factor: number): void {
		if (this.locked) return;
		const { extent, mode, following } = this.layout.state;
		// The newest stays at the right edge while it is followed.
		const about = mode === 'live' && following ? extent.to : aboutS;
		const { from, to } = this.#window;
		this.#move(zoom({ from: from - extent.from, to: to - extent.from }, about - extent.from, factor, extent.to - extent.from), extent.from);
	}

	/** By so many windows: 0.25 is a quarter to the right. */
	panBy(share: number): void {
		if (this.locked) return;
		const { extent } = this.layout.state;
		const { from, to } = this.#window;
		this.#move(pan({ from: from - extent.from, to: to - extent.from }, share * (to - from), extent.to - extent.from), extent.from);
	}

	showAll(): void {
		if (this.locked) return;
		this.#remember();
		this.#move(this.layout.state.extent);
	}

	back(): void {
		this.#travel(this.#history, this.#future);
	}

	forward(): void {
		this.#travel(this.#future, this.#history);
	}

	/** While dragging, and at its end (`done`). A live picture holds still for it. */
	select(selection: Window | null, done: boolean): void {
		if (selection && this.layout.state.mode === 'live') this.follow(false);
		this.marks.set(done ? { selection, chosen: selection } : { selection });
	}

	mark(which: 0 | 1, timeS: number | null): void {
		if (timeS !== null && this.layout.state.mode === 'live') this.follow(false);
		const [first, second] = this.marks.state.markers;
		this.marks.set({ markers: which === 0 ? [timeS, second] : [first, timeS] });
	}

	clearMarkers(): void {
		this.marks.set({ markers: [null, null], zeroAtMarker: false });
	}

	/** Selects a window and brings it in sight with some room around it. */
	showSelection({ from, to }: Window): void {
		this.select({ from, to }, true);
		const spanS = to - from;
		const shown = this.#window;
		if (from < shown.from || to > shown.to || spanS < (shown.to - shown.from) / 50) this.show({ from: from - spanS / 2, to: to + spanS / 2 }, { remember: true });
	}

	/** Panes of one channel share their scale, whatever device or recording they show. */
	scaleOf(pane: string): YScale {
		return this.layout.state.scales[channelOf(pane)] ?? fitting;
	}

	setScale(pane: string, change: Partial<YScale>): void {
		this.layout.set({ scales: { ...this.layout.state.scales, [channelOf(pane)]: { ...this.scaleOf(pane), ...change } } });
	}

	/** Pauses or follows: live pictures hold still, recordings no longer keep their end in sight. What was marked in a live picture goes when it moves on. */
	follow(following: boolean): void {
		if (following && this.layout.state.mode === 'live') this.marks.set(noMarks);
		this.layout.set({ following });
	}

	#remember(): void {
		this.#history.push(this.#window);
		if (this.#history.length > maxHistory) this.#history.shift();
		this.#future = [];
	}

	#travel(from: Window[], to: Window[]): void {
		const window = this.locked ? undefined : from.pop();
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

function kept<T>(before: T, after: T): T {
	return JSON.stringify(before) === JSON.stringify(after) ? before : after;
}

function stored<T>(key: string): T | null {
	try {
		return JSON.parse(localStorage.getItem(key) ?? 'null') as T | null;
	} catch {
		return null;
	}
}

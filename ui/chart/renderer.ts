/**
 * Draws the chart's pictures: fills the traces of every pane for the window the model shows, from the live stream or from the engine's views, and
 * paints, at most once a frame and only when something has changed. Knows no React.
 *
 * Recordings are asked for a little more than is seen, at the resolution of the screen; what is there is painted at its right place until the
 * answer for the new window has come, so the picture moves with the hand and every bar in it is true.
 */

import type { Window } from '../api.ts';
import type { LiveConnection } from '../live/live-connection.ts';
import type { ChartModel, Track } from './chart-model.ts';
import { fillDifference } from './difference.ts';
import { LiveEdge } from './live-edge.ts';
import type { Pane } from './pane.ts';
import { Trace } from './trace.ts';
import { fillTrace, type ViewClient, type ViewQuestion } from './view-client.ts';

/** What is asked for beyond the window on each side, in windows. */
const margin = 0.25;
/** Of the margin, what is left when more is asked for. */
const reserve = 0.1;
const maxPoints = 16_384;
/** The end of a recording in progress is asked for this often, s. */
const growthS = 0.1;
const liveSpanS = { least: 0.1, most: 60 };

export interface LiveChannel {
	readonly device: string;
	readonly id: string;
}

interface Drawn {
	readonly track: Track;
	readonly trace: Trace;
}

export class ChartRenderer {
	readonly #model: ChartModel;
	readonly #live: LiveConnection;
	readonly #views: ViewClient;
	readonly #edge = new LiveEdge();
	#panes: ReadonlyMap<string, Pane> = new Map();
	#drawn: readonly Drawn[] = [];
	/** The traces of each pane. */
	#ofPane: ReadonlyMap<string, readonly Trace[]> = new Map();
	#edges: ReadonlyMap<string, number> = new Map();
	readonly #painted = new Set<() => void>();
	/** Device pixels of the plotting area. */
	#pixels = 0;
	#requested = 0;
	/** What the recorded traces were last asked for. */
	#asked: { readonly window: Window; readonly at: number } | undefined;
	/** Channels whose readings are shown somewhere, whether drawn or not. */
	#watched: readonly LiveChannel[] = [];
	/** Recordings that still grow. */
	#growing: ReadonlySet<string> = new Set();
	/** Live, held: where the picture stands. */
	#heldAt: ReadonlyMap<string, number> | undefined;

	constructor(model: ChartModel, live: LiveConnection, views: ViewClient) {
		this.#model = model;
		this.#live = live;
		this.#views = views;
		let shown = model.layout.state;
		model.layout.subscribe((layout) => {
			const same = layout.tracks === shown.tracks && layout.mode === shown.mode && layout.following === shown.following;
			shown = layout;
			if (same) this.invalidate();
			else this.#layoutChanged();
		});
		model.settled.subscribe(() => this.#subscribe());
		model.marks.subscribe(() => this.invalidate());
		model.onWindow(() => this.invalidate());
		live.onFrame(() => {
			const { mode, following } = model.layout.state;
			if (mode === 'live' && following) this.invalidate();
		});
		this.#layoutChanged();
	}

	/** Traces as they are drawn, by their track's key. */
	trace(key: string): Trace | undefined {
		return this.#drawn.find(({ track }) => track.key === key)?.trace;
	}

	/** s of a live device's time that are 0 on the axis, in the picture painted last. */
	edgeOf(device: string): number | undefined {
		return this.#edges.get(device);
	}

	/** The y axis of a pane as it was painted last. */
	yRange(pane: string): readonly [number, number] | undefined {
		return this.#panes.get(pane)?.yRange;
	}

	/** Called after every picture. Returns an unsubscriber. */
	onPainted(listener: () => void): () => void {
		this.#painted.add(listener);
		return () => void this.#painted.delete(listener);
	}

	/** Takes the panes that React has made. `width`: device pixels of the plotting area. */
	attach(panes: ReadonlyMap<string, Pane>, width: number): void {
		this.#panes = panes;
		if (width !== this.#pixels) {
			this.#pixels = width;
			this.#asked = undefined;
			this.#subscribe();
		}
		this.invalidate();
	}

	watch(channels: readonly LiveChannel[]): void {
		this.#watched = channels;
		this.#subscribe();
	}

	growing(recordings: ReadonlySet<string>): void {
		this.#growing = recordings;
		this.invalidate();
	}

	/** Paints in the next frame. */
	readonly invalidate = (): void => {
		this.#requested ||= requestAnimationFrame(this.#frame);
	};

	/** The recordings' data are other ones: an edit, another project. */
	forget(): void {
		this.#asked = undefined;
		this.invalidate();
	}

	readonly #frame = (): void => {
		this.#requested = 0;
		const { mode, following } = this.#model.layout.state;
		if (mode === 'live') {
			this.#fillLive(following);
			if (following) this.invalidate();
		} else this.#ask();
		this.#paint();
	};

	#paint(): void {
		const { window, zeroS } = this.#model;
		for (const [id, pane] of this.#panes) pane.show(this.#ofPane.get(id) ?? [], window, this.#model.scaleOf(id), true, zeroS);
		for (const listener of this.#painted) listener();
	}

	#layoutChanged(): void {
		const { tracks, mode, following } = this.#model.layout.state;
		const before = new Map(this.#drawn.map((drawn) => [drawn.track.key, drawn]));
		this.#drawn = tracks.map((track) => {
			const known = before.get(track.key);
			const same = known?.trace.color === track.color && known.track.shiftS === track.shiftS && track.origin.kind !== 'difference';
			return { track, trace: same ? known.trace : new Trace(track.color, track.origin.kind === 'difference') };
		});
		this.#ofPane = new Map([...Map.groupBy(this.#drawn, ({ track }) => track.pane)].map(([pane, drawn]) => [pane, drawn.map(({ trace }) => trace)]));
		this.#fillDifferences();
		if (mode === 'live') this.#heldAt = following ? undefined : (this.#heldAt ?? this.#edgesNow());
		this.#asked = undefined;
		this.#subscribe();
		this.invalidate();
	}

	/** Where each device's time stands. */
	#edgesNow(): ReadonlyMap<string, number> {
		const now = performance.now() / 1000;
		const devices = new Map<string, number>();
		for (const { track } of this.#drawn) {
			if (track.origin.kind !== 'live') continue;
			const { device, channel } = track.origin;
			const endS = this.#live.track(device, channel)?.endS;
			if (endS !== undefined) devices.set(device, Math.max(devices.get(device) ?? Number.NEGATIVE_INFINITY, endS));
		}
		for (const [device, endS] of devices) devices.set(device, this.#edge.at(device, endS, now));
		return devices;
	}

	#fillLive(following: boolean): void {
		const { window } = this.#model;
		this.#edges = following ? this.#edgesNow() : (this.#heldAt ?? this.#edgesNow());
		for (const { track, trace } of this.#drawn) {
			if (track.origin.kind !== 'live') continue;
			const { device, channel } = track.origin;
			const edge = this.#edges.get(device);
			if (edge === undefined) trace.count = 0;
			else this.#live.track(device, channel)?.copyTo(trace, window.from + edge, window.to + edge, -edge);
		}
	}

	/** Tells the live stream what is looked at; readings go on while recordings are shown. */
	#subscribe(): void {
		if (this.#pixels === 0) return;
		const { mode, tracks, following } = this.#model.layout.state;
		if (mode === 'live' && !following) return; // what is held is not replaced by another resolution
		const drawn = tracks.flatMap(({ origin }) => (origin.kind === 'live' ? [{ device: origin.device, id: origin.channel }] : []));
		const channels = [...new Map([...this.#watched, ...drawn].map((channel) => [`${channel.device}.${channel.id}`, channel])).values()];
		const { from, to } = this.#model.window;
		const windowS = mode === 'live' ? Math.min(liveSpanS.most, Math.max(liveSpanS.least, to - from)) : 1;
		this.#live.subscribe({ channels, windowS, pixels: mode === 'live' ? Math.min(8192, this.#pixels) : 100 });
	}

	#ask(): void {
		if (this.#pixels === 0) return;
		const { window } = this.#model;
		const now = performance.now() / 1000;
		const grows = this.#drawn.some((drawn) => this.#grows(drawn) && drawn.trace.endS <= window.to);
		if (grows) this.invalidate();
		if (this.#asked && (!grows || now - this.#asked.at < growthS) && isWithin(window, this.#asked.window)) return;
		const spanS = window.to - window.from;
		const asked = { from: window.from - margin * spanS, to: window.to + margin * spanS };
		this.#asked = { window: asked, at: now };
		const recorded = this.#drawn.filter(({ track }) => track.origin.kind === 'recorded');
		const points = Math.min(maxPoints, Math.round(this.#pixels * (1 + 2 * margin)));
		const questions = recorded.map(({ track }) => questionOf(track, asked, points));
		this.#views.ask(questions, (answers) => {
			for (const [index, answer] of answers.entries()) {
				const { track, trace } = recorded[index];
				if (this.trace(track.key) === trace) fillTrace(trace, answer, track.rate, track.shiftS);
			}
			this.#fillDifferences();
			this.invalidate();
		});
	}

	#grows({ track: { origin } }: Drawn): boolean {
		return origin.kind === 'recorded' && this.#growing.has(origin.recording);
	}

	#fillDifferences(): void {
		for (const { track, trace } of this.#drawn) {
			if (track.origin.kind !== 'difference') continue;
			const [first, second] = track.origin.of.map((key) => this.trace(key));
			if (first && second) fillDifference(trace, first, second);
		}
	}
}

function questionOf({ origin, shiftS }: Track, window: Window, points: number): ViewQuestion {
	if (origin.kind !== 'recorded') throw new Error('only recorded traces are asked for');
	const { recording, device, channel } = origin;
	return { recording, channel: `${device}.${channel}`, from: window.from - shiftS, to: window.to - shiftS, points };
}

/** The same width, and not near the end of what was asked for. */
function isWithin(window: Window, asked: Window): boolean {
	const spanS = window.to - window.from;
	if (Math.abs((asked.to - asked.from) / (1 + 2 * margin) - spanS) > spanS * 1e-6) return false;
	return asked.from + reserve * spanS <= window.from && asked.to - reserve * spanS >= window.to;
}

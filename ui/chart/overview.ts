/**
 * The data of the minimap: one channel over everything there is. Of a recording it is asked for once, and again while that grows; of a live device it
 * comes over a stream of its own, slower and longer than the chart's.
 */

import { request } from '../api.ts';
import { LiveConnection } from '../live/live-connection.ts';
import type { ChartLayout, Track } from './chart-model.ts';
import { Trace } from './trace.ts';

const points = 1200;
/** A recording that grows is asked for again after this time, s. */
const growthS = 2;
const live = { windowS: 60, pixels: 600, rateHz: 5 } as const;

export class Overview {
	onChange: () => void = () => {};
	trace: Trace | undefined;
	/** s of a live device's time that is 0 on the axis; undefined while the picture is held. */
	readonly #edgeOf: (device: string) => number | undefined;
	#shown = '';
	#askedAt = Number.NEGATIVE_INFINITY;
	#connection: LiveConnection | undefined;
	#controller = new AbortController();

	constructor(edgeOf: (device: string) => number | undefined) {
		this.#edgeOf = edgeOf;
	}

	/** Shows this track over the layout's extent; none: nothing. */
	show(track: Track | undefined, { extent, following, mode }: ChartLayout): void {
		const now = performance.now() / 1000;
		const { from, to } = extent;
		const what = JSON.stringify([track?.key, track?.color, track?.shiftS]);
		const other = what !== this.#shown;
		this.#shown = what;
		if (other || mode !== 'live') this.#disconnect();
		if (other) this.trace = undefined;
		if (track?.origin.kind === 'recorded') {
			const ends = this.trace?.endS ?? Number.NEGATIVE_INFINITY;
			if (!other && (ends >= to - 1e-9 || now - this.#askedAt < growthS)) return;
			this.#askedAt = now;
			void this.#ask(track, from, to);
		} else if (track?.origin.kind === 'live') this.#follow(track, track.origin, from, following);
		this.onChange();
	}

	close(): void {
		this.#controller.abort();
		this.#disconnect();
	}

	async #ask(track: Track, from: number, to: number): Promise<void> {
		if (track.origin.kind !== 'recorded') return;
		const { recording, device, channel } = track.origin;
		this.#controller.abort();
		this.#controller = new AbortController();
		const { signal } = this.#controller;
		const query = new URLSearchParams({ channel: `${device}.${channel}`, from: String(Math.max(0, from - track.shiftS)), to: String(to - track.shiftS), points: String(points) });
		try {
			const response = await request('GET', `/recordings/${encodeURIComponent(recording)}/view?${query}`, { signal });
			const answer = (await response.json()) as {
				count: number;
				t: number[];
				begin: number[];
				min: (number | null)[];
				max: (number | null)[];
				mean: (number | null)[];
				valid: number[];
			};
			if (signal.aborted) return;
			const trace = new Trace(track.color);
			const { count, begin } = answer;
			trace.reserve(count);
			trace.count = count;
			for (let i = 0; i < count; i++) {
				trace.t[i] = answer.t[i] + track.shiftS;
				trace.min[i] = answer.min[i] ?? Number.NaN;
				trace.max[i] = answer.max[i] ?? Number.NaN;
				trace.mean[i] = answer.mean[i] ?? Number.NaN;
				trace.lossy[i] = answer.valid[i] < begin[i + 1] - begin[i] ? 1 : 0;
			}
			trace.endS = count > 0 ? trace.t[count - 1] + (begin[count] - begin[count - 1]) / track.rate : 0;
			this.trace = trace;
			this.onChange();
		} catch {
			// Superseded, or an engine that does not answer: the chart itself says so.
		}
	}

	#follow(track: Track, { device, channel }: { readonly device: string; readonly channel: string }, fromS: number, following: boolean): void {
		if (!following || this.#connection) {
			// What is held must not roll away.
			if (!following) this.#disconnect();
			return;
		}
		const connection = new LiveConnection({ state: () => {}, change: () => {} });
		this.#connection = connection;
		connection.onFrame(() => {
			const edge = this.#edgeOf(device);
			if (edge === undefined || this.#connection !== connection) return;
			this.trace ??= new Trace(track.color);
			connection.track(device, channel)?.copyTo(this.trace, fromS + edge, edge, -edge);
			this.onChange();
		});
		connection.subscribe({ channels: [{ device, id: channel }], ...live });
		connection.open();
	}

	#disconnect(): void {
		this.#connection?.close();
		this.#connection = undefined;
	}
}

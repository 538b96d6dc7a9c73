/**
 * Which lanes there are, and what they show: of live devices from the page's own memory, of recordings from the engine, reduced to the screen's
 * pixels and asked for again when the window has come to rest elsewhere. Knows no React and no canvas.
 */

import { api, type Window } from '../api.ts';
import type { Bench } from '../bench.ts';
import type { ChartModel } from '../chart/chart-model.ts';
import { Store } from '../store.ts';
import type { DrawnLane } from './lane.ts';
import type { LiveEvents } from './live-events.ts';

/** What is asked for beyond the window on each side, in windows. */
const margin = 0.5;
const maxPoints = 16_384;
/** A recording in progress is asked for this often, ms. */
const growthMs = 500;

interface Shown {
	readonly recording: string;
	readonly shiftS: number;
}

export class LanesModel {
	/** A new list where there are other lanes, or they show something else. */
	readonly list = new Store<{ readonly lanes: readonly DrawnLane[] }>({ lanes: [] });
	readonly #chart: ChartModel;
	readonly #bench: Bench;
	readonly #events: LiveEvents;
	#pixels = 1000;
	#asked: { readonly shown: string; readonly window: Window } | undefined;
	#request: AbortController | undefined;
	#growth: number | undefined;

	constructor(chart: ChartModel, bench: Bench, events: LiveEvents) {
		this.#chart = chart;
		this.#bench = bench;
		this.#events = events;
		chart.layout.subscribe(() => this.#refresh());
		chart.settled.subscribe(() => this.#refresh());
		events.news.subscribe(() => this.#showLive());
		bench.onLog((recording) => this.#shown().some((shown) => shown.recording === recording) && this.forget());
		let { project, current } = bench.state();
		bench.subscribe(() => {
			const state = bench.state();
			if (state.project === project && state.current === current) return;
			({ project, current } = state);
			this.forget();
		});
	}

	/** Device pixels of the plotting area. */
	set pixels(pixels: number) {
		if (pixels === this.#pixels || pixels < 1) return;
		this.#pixels = pixels;
		this.forget();
	}

	/** What was asked for is not good any more. */
	forget(): void {
		this.#asked = undefined;
		this.#refresh();
	}

	#refresh(): void {
		if (this.#chart.layout.state.mode === 'live') this.#showLive();
		else void this.#askRecorded();
	}

	/** Pins on which something has happened, of the devices that are shown. */
	#showLive(): void {
		const { mode, tracks } = this.#chart.layout.state;
		if (mode !== 'live') return;
		this.#request?.abort();
		this.#asked = undefined;
		const { devices } = this.#bench.state();
		const shown = [...new Set(tracks.flatMap(({ origin }) => (origin.kind === 'live' ? [origin.device] : [])))];
		const nameOf = (device: string) => (shown.length > 1 ? `${devices.find(({ id }) => id === device)?.name ?? device} ` : '');
		const lanes = shown.flatMap((device): DrawnLane[] => {
			const pins = [...this.#events.pins.values()]
				.filter((pin) => pin.device === device && pin.times.length > 0)
				.toSorted((a, b) => Number(a.channel.startsWith('gpo')) - Number(b.channel.startsWith('gpo')) || a.channel.localeCompare(b.channel));
			const lines = this.#events.lines.filter((line) => line.device === device && line.type === 'log' && !Number.isNaN(line.time)).map(({ time }) => time);
			return [
				...pins.map(({ channel, times, counts, levels, before }): DrawnLane => {
					const input = channel.startsWith('i');
					return {
						key: `live ${device}.${channel}`,
						device,
						channel,
						kind: input ? 'input' : 'output',
						label: `${nameOf(device)}${input ? `GPI${channel.slice(1)}` : channel.toUpperCase()}`,
						shiftS: 0,
						runs: { from: times, to: times, count: counts },
						level: before,
						levels,
					};
				}),
				...(lines.length > 0
					? [
							{
								key: `live ${device}.rx`,
								device,
								channel: 'rx',
								kind: 'text' as const,
								label: `${nameOf(device)}UART`,
								shiftS: 0,
								runs: { from: lines, to: lines, count: lines.map(() => 1) },
							},
						]
					: []),
			];
		});
		if (lanes.length > 0 || this.list.state.lanes.length > 0) this.list.set({ lanes });
	}

	#shown(): Shown[] {
		const { tracks } = this.#chart.layout.state;
		return [
			...new Map(tracks.flatMap(({ origin, shiftS }) => (origin.kind === 'recorded' ? [[origin.recording, { recording: origin.recording, shiftS }] as const] : []))).values(),
		];
	}

	async #askRecorded(): Promise<void> {
		clearTimeout(this.#growth);
		const shown = this.#shown();
		const { recordings, devices, current } = this.#bench.state();
		const { from, to } = this.#chart.settled.state;
		const spanS = to - from;
		const what = JSON.stringify(shown);
		const grows = shown.some(({ recording }) => recording === current?.id);
		if (grows) this.#growth = window.setTimeout(() => this.forget(), growthMs);
		if (this.#asked?.shown === what && isWithin({ from, to }, this.#asked.window)) return;
		const asked = { from: from - margin * spanS, to: to + margin * spanS };
		this.#asked = { shown: what, window: asked };
		this.#request?.abort();
		const request = new AbortController();
		this.#request = request;
		const points = Math.min(maxPoints, Math.round(this.#pixels * (1 + 2 * margin)));
		const several = (all: readonly string[], name: string) => (new Set(all).size > 1 ? `${name} ` : '');
		try {
			const found = await Promise.all(
				shown.map(async ({ recording, shiftS }) => ({
					recording,
					shiftS,
					lanes: await api.lanes(recording, { from: asked.from - shiftS, to: asked.to - shiftS }, points, request.signal),
				})),
			);
			if (request.signal.aborted) return;
			const sources = found.flatMap(({ lanes }) => lanes.map(({ device }) => device).filter((device) => device !== ''));
			this.list.set({
				lanes: found.flatMap(({ recording, shiftS, lanes }) =>
					lanes.map((lane): DrawnLane => {
						const ofRecording = shown.length > 1 ? `${recordings.find(({ id }) => id === recording)?.name ?? recording} ` : '';
						const ofDevice = lane.device === '' ? '' : several(sources, devices.find(({ id }) => id === lane.device)?.name ?? lane.device);
						return { ...lane, key: `${recording} ${lane.device}.${lane.channel}`, recording, label: `${ofRecording}${ofDevice}${lane.label}`, shiftS };
					}),
				),
			});
		} catch {
			// The chart says why the engine does not answer; the lanes stay as they were, and are asked for with the next window.
			if (!request.signal.aborted) this.#asked = undefined;
		}
	}
}

/** About the same width, and inside of what was asked for. */
function isWithin({ from, to }: Window, asked: Window): boolean {
	const zoom = (asked.to - asked.from) / (1 + 2 * margin) / (to - from);
	return from >= asked.from && to <= asked.to && zoom < 1.01 && zoom > 0.5;
}

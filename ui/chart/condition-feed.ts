/**
 * The conditions (`conditions.ts`) of what the chart shows: those of recordings are asked for when the window has come to rest, those of live devices
 * are kept as they come, as long as they can be seen.
 */

import { json } from '../api.ts';
import type { Bench } from '../bench.ts';
import type { AcquisitionEvent } from '../types.ts';
import type { ChartModel, Track } from './chart-model.ts';
import { type Condition, concerns, conditionOf, conditionTypes } from './conditions.ts';

/** s and events that are kept of a live device. */
const liveS = 65;
const mostLive = 4096;
/** Events of a recording that are painted; of more, the rest is one band. */
const mostAsked = 2000;
/** What is asked for beyond the window on each side, in windows. */
const margin = 0.25;

type Visit = (condition: Condition, fromS: number, toS: number) => void;

export class ConditionFeed {
	/** Called when recordings have others. */
	onChange: () => void = () => {};
	readonly #model: ChartModel;
	readonly #bench: Bench;
	/** s of the device's time that is 0 on the axis now. */
	readonly #edgeOf: (device: string) => number | undefined;
	readonly #live = new Map<string, Condition[]>();
	#recorded: ReadonlyMap<string, readonly Condition[]> = new Map();
	#asked = '';
	#controller: AbortController | undefined;

	constructor(model: ChartModel, bench: Bench, edgeOf: (device: string) => number | undefined) {
		this.#model = model;
		this.#bench = bench;
		this.#edgeOf = edgeOf;
		bench.onEvent((device, event) => this.#heard(device, event));
		model.settled.subscribe(() => void this.#ask());
		model.layout.subscribe(() => void this.#ask());
	}

	/** Those of a track that lie in [from, to], s of the axis. */
	visit({ origin, shiftS }: Track, from: number, to: number, visit: Visit): void {
		if (origin.kind === 'difference') return;
		const edge = origin.kind === 'live' ? this.#edgeOf(origin.device) : 0;
		const list = origin.kind === 'live' ? this.#live.get(origin.device) : this.#recorded.get(origin.recording);
		if (!list || edge === undefined) return;
		const shift = shiftS - edge;
		for (const condition of list)
			if (condition.from + shift <= to && condition.to + shift >= from && concerns(condition, origin.device, origin.channel))
				visit(condition, condition.from + shift, condition.to + shift);
	}

	#heard(device: string, event: AcquisitionEvent): void {
		const channels = this.#bench.state().devices.find(({ id }) => id === device)?.channels;
		const condition = conditionOf(device, event, (channel) => channels?.find(({ id }) => id === channel)?.settleS ?? 0);
		if (!condition) return;
		const list = this.#live.get(device) ?? [];
		this.#live.set(device, list);
		// Time that goes back is another measurement.
		if (condition.from < (list.at(-1)?.from ?? 0) - 1) list.length = 0;
		list.push(condition);
		if (list.length > mostLive || list[0].to < condition.from - 2 * liveS)
			list.splice(
				0,
				Math.max(
					list.length - mostLive,
					list.findIndex(({ to }) => to >= condition.from - liveS),
				),
			);
	}

	async #ask(): Promise<void> {
		const { mode, tracks, extent } = this.#model.layout.state;
		if (mode !== 'recorded') return;
		const { from, to } = this.#model.settled.state;
		const spanS = to - from;
		const shifts = new Map(tracks.flatMap(({ origin, shiftS }) => (origin.kind === 'recorded' ? [[origin.recording, shiftS] as const] : [])));
		// One that grows is asked for again once a second.
		const asked = JSON.stringify([[...shifts], from, to, to >= extent.to ? Math.floor(extent.to) : 0]);
		if (asked === this.#asked) return;
		this.#asked = asked;
		this.#controller?.abort();
		this.#controller = new AbortController();
		const { signal } = this.#controller;
		try {
			const lists = await Promise.all(
				[...shifts].map(
					async ([recording, shiftS]) => [recording, await this.#ofRecording(recording, from - margin * spanS - shiftS, to + margin * spanS - shiftS, signal)] as const,
				),
			);
			this.#recorded = new Map(lists);
			this.onChange();
		} catch {
			// A newer question, or an engine that does not answer: the next window asks again.
			if (this.#asked === asked) this.#asked = '';
		}
	}

	async #ofRecording(recording: string, from: number, to: number, signal: AbortSignal): Promise<Condition[]> {
		const { events, total } = await json<{ events: readonly ({ device: string } & AcquisitionEvent)[]; total: number }>(
			'GET',
			`/recordings/${encodeURIComponent(recording)}/events?from=${from}&to=${to}&types=${conditionTypes.join(',')}&limit=${mostAsked}`,
			undefined,
			signal,
		);
		const { channels = [] } = this.#bench.state().recordings.find(({ id }) => id === recording) ?? {};
		const conditions = events.flatMap(
			(event) => conditionOf(event.device, event, (channel) => channels.find(({ device, id }) => device === event.device && id === channel)?.settleS ?? 0) ?? [],
		);
		const last = events.at(-1);
		if (last && total > events.length)
			for (const device of new Set(channels.map((channel) => channel.device)))
				conditions.push({ kind: 'more', device, from: last.time, to, text: `${total - events.length} more range switches and faults: zoom in to see them` });
		return conditions;
	}
}

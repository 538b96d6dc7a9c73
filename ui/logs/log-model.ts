/**
 * What the log panel lists: the lines and events of the recordings that are shown, a page after the other as somebody scrolls, over the chart's window
 * or all of them; of the live picture, the lines that have come. Asks only while the panel is open, and only the newest question counts.
 */

import { api, type EventPage } from '../api.ts';
import type { Bench } from '../bench.ts';
import type { ChartModel } from '../chart/chart-model.ts';
import type { ChartRenderer } from '../chart/renderer.ts';
import type { LiveEvents } from '../lanes/live-events.ts';
import { Store } from '../store.ts';
import { type LogRow, liveRow, matcher, type RowType, recordedRow } from './log-row.ts';

export interface LogQuery {
	/** As it was typed: plain text, or an expression between slashes. */
	readonly text: string;
	/** Only what has the text is listed; otherwise it is looked for. */
	readonly filters: boolean;
	/** Only what lies in the chart's window. */
	readonly followsWindow: boolean;
	readonly types: readonly RowType[];
}

export interface LogRows {
	/** In the order of time. */
	readonly rows: readonly LogRow[];
	/** All that pass, whether loaded or not; null while it is not known. */
	readonly total: number | null;
	readonly more: boolean;
	readonly busy: boolean;
	readonly error: string | null;
}

export interface LogChoice {
	/** The row that was chosen last. */
	readonly active: string | null;
	/** Where a selection by rows begins. */
	readonly anchor: string | null;
	/** Grows with every row that is to be brought into sight. */
	readonly reveals: number;
}

const pageRows = 1000;
/** What a browser holds without trouble; who wants more narrows the question. */
export const mostRows = 200_000;
const typingMs = 200;
const growthMs = 500;

interface Source {
	readonly recording: string;
	readonly shiftS: number;
	readonly rows: LogRow[];
	after: string | undefined;
	done: boolean;
	total: number;
	/** s of the recording: when the last row was, and how many of the last ones were then. */
	lastS: number;
	atLast: number;
}

export class LogModel {
	readonly query = new Store<LogQuery>({ text: '', filters: true, followsWindow: true, types: ['log', 'user-log', 'fault', 'gap'] });
	readonly rows = new Store<LogRows>({ rows: [], total: null, more: false, busy: false, error: null });
	readonly choice = new Store<LogChoice>({ active: null, anchor: null, reveals: 0 });
	/** Told when something is to be seen here. */
	onShow: () => void = () => {};
	readonly #bench: Bench;
	readonly #chart: ChartModel;
	readonly #renderer: ChartRenderer;
	readonly #events: LiveEvents;
	readonly #highlight: Store<{ readonly timeS: number | null }>;
	#open = 0;
	#sources: readonly Source[] = [];
	#request: AbortController | undefined;
	#timer: number | undefined;
	#growth: number | undefined;
	/** A moment that was asked for before its row was there. */
	#wanted: number | undefined;
	#liveMode = false;

	constructor(bench: Bench, chart: ChartModel, renderer: ChartRenderer, events: LiveEvents, highlight: Store<{ readonly timeS: number | null }>) {
		this.#bench = bench;
		this.#chart = chart;
		this.#renderer = renderer;
		this.#events = events;
		this.#highlight = highlight;
		let { text } = this.query.state;
		this.query.subscribe((query) => {
			this.#later(query.text === text ? 0 : typingMs);
			({ text } = query);
		});
		let shown = '';
		chart.layout.subscribe(() => {
			const next = JSON.stringify([chart.layout.state.mode, this.#shown()]);
			if (next !== shown) this.#later(0);
			shown = next;
		});
		chart.settled.subscribe(() => this.query.state.followsWindow && chart.layout.state.mode === 'recorded' && this.#later(0));
		events.news.subscribe(() => this.#liveMode && this.#showLive());
		bench.onLog((recording) => this.#shown().some((each) => each.recording === recording) && this.#later(0));
		let { project, current } = bench.state();
		bench.subscribe(() => {
			const state = bench.state();
			if (state.project === project && state.current?.id === current?.id) return;
			({ project, current } = state);
			this.#later(0);
		});
	}

	/** The panel is there; returns a function that says that it has gone. */
	open(): () => void {
		this.#open++;
		this.#later(0);
		return () => {
			this.#open--;
			clearTimeout(this.#timer);
			clearTimeout(this.#growth);
			this.#request?.abort();
		};
	}

	/** Loads what follows, when somebody has scrolled there. */
	more(): void {
		const { more, busy, rows } = this.rows.state;
		if (more && !busy && rows.length < mostRows) void this.#load();
	}

	/** Brings the row nearest to a moment of the chart into sight. */
	goTo(timeS: number): void {
		this.onShow();
		this.#wanted = timeS;
		this.#arrive();
	}

	/** Chooses a row: the chart goes there and marks it; with `extend` the chart selects from the row chosen before to this one. */
	choose(row: LogRow, { extend = false } = {}): void {
		const { anchor } = this.choice.state;
		const timeS = this.timeOf(row);
		if (timeS === undefined) return;
		const first = extend ? this.rows.state.rows.find(({ key }) => key === anchor) : undefined;
		const firstS = first && this.timeOf(first);
		if (firstS !== undefined && firstS !== timeS) this.#chart.select({ from: Math.min(firstS, timeS), to: Math.max(firstS, timeS) }, true);
		else this.#chart.mark(0, timeS);
		this.#chart.reveal(timeS);
		this.choice.set({ active: row.key, anchor: extend ? (anchor ?? row.key) : row.key, reveals: this.choice.state.reveals + 1 });
	}

	/** The chart shows where a row is. */
	point(row: LogRow | undefined): void {
		this.#highlight.set({ timeS: (row && this.timeOf(row)) ?? null });
	}

	/** s on the chart's axis; undefined where the chart does not reach. */
	timeOf({ live, origin, timeS }: LogRow): number | undefined {
		if (!live) return timeS;
		const edge = this.#renderer.edgeOf(origin);
		return edge === undefined || Number.isNaN(timeS) ? undefined : timeS - edge;
	}

	/** The next or previous row with the text, from the chosen one on; loads on where it has to. Resolves to whether there is one. */
	async find(direction: 1 | -1): Promise<boolean> {
		const matches = matcher(this.query.state.text);
		if (!matches || this.query.state.text === '') return false;
		for (;;) {
			const { rows, more } = this.rows.state;
			const active = rows.findIndex(({ key }) => key === this.choice.state.active);
			const before = active < 0 && direction < 0 ? rows.length : active;
			for (let at = before + direction; at >= 0 && at < rows.length; at += direction)
				if (matches(rows[at].text)) {
					this.choose(rows[at]);
					return true;
				}
			if (direction < 0 || !more || rows.length >= mostRows) return false;
			await this.#load();
			if (this.rows.state.error !== null) return false;
		}
	}

	#shown(): { recording: string; shiftS: number }[] {
		const { tracks } = this.#chart.layout.state;
		return [
			...new Map(tracks.flatMap(({ origin, shiftS }) => (origin.kind === 'recorded' ? [[origin.recording, { recording: origin.recording, shiftS }] as const] : []))).values(),
		];
	}

	/** Asks afresh after so many ms. */
	#later(ms: number): void {
		if (this.#open === 0) return;
		clearTimeout(this.#timer);
		this.#timer = window.setTimeout(() => {
			clearTimeout(this.#growth);
			this.#liveMode = this.#chart.layout.state.mode === 'live';
			this.#request?.abort();
			if (this.#liveMode) this.#showLive();
			else {
				this.#sources = this.#shown().map((shown) => ({ ...shown, rows: [], after: undefined, done: false, total: 0, lastS: Number.NaN, atLast: 0 }));
				void this.#load();
			}
		}, ms);
	}

	#showLive(): void {
		if (this.#open === 0) return;
		const { text, filters, types } = this.query.state;
		const passes = filters ? matcher(text) : () => true;
		const nameOf = this.#names();
		const wanted = new Set<string>([...types, ...(types.includes('fault') ? ['disconnect'] : []), ...(types.includes('log') ? ['sent'] : [])]);
		const rows = passes ? this.#events.lines.filter((line) => wanted.has(line.type) && passes(line.text)).map((line) => liveRow(line, nameOf)) : [];
		this.rows.set({ rows, total: rows.length, more: false, busy: false, error: passes ? null : wrongExpression(text) });
		this.#arrive();
	}

	async #load(): Promise<void> {
		const request = new AbortController();
		this.#request?.abort();
		this.#request = request;
		const { text, filters, followsWindow, types } = this.query.state;
		const window_ = this.#chart.settled.state;
		const sources = this.#sources;
		if (filters && !matcher(text)) {
			this.rows.set({ rows: [], total: 0, more: false, busy: false, error: wrongExpression(text) });
			return;
		}
		this.rows.set({ busy: true, error: null });
		try {
			const pages = await Promise.all(
				sources.map((source): Promise<EventPage | undefined> => {
					if (source.done) return Promise.resolve(undefined);
					const { recording, shiftS, after } = source;
					const range = followsWindow ? { from: window_.from - shiftS, to: window_.to - shiftS } : {};
					const listed = [...types, ...(types.includes('fault') ? ['disconnect'] : [])].join(',');
					if (listed === '') return Promise.resolve({ events: [], total: 0, next: null });
					return api.events(recording, { ...range, types: listed, filter: filters && text !== '' ? text : undefined, limit: pageRows, after }, request.signal);
				}),
			);
			if (request.signal.aborted) return;
			const nameOf = this.#names();
			for (const [at, page] of pages.entries()) {
				if (!page) continue;
				const source = sources[at];
				for (const event of page.events) {
					source.rows.push(recordedRow(event, `${source.recording} ${event.type} ${event.time} ${source.rows.length}`, source.recording, source.shiftS, nameOf));
					source.atLast = event.time === source.lastS ? source.atLast + 1 : 1;
					source.lastS = event.time;
				}
				source.total = Math.max(page.total ?? source.total, source.rows.length);
				source.after = page.next ?? undefined;
				source.done = page.next === null;
			}
			this.#showSources();
		} catch (error) {
			if (request.signal.aborted) return;
			this.rows.set({ busy: false, error: (error as Error).message });
			// The engine may be back soon.
			if (sources.some(({ recording }) => recording === this.#bench.state().current?.id)) this.#growth = window.setTimeout(() => this.#goOn(sources), growthMs);
		}
	}

	/** What is loaded of all recordings, as far as nothing can come in between any more. */
	#showSources(): void {
		const sources = this.#sources;
		const until = Math.min(...sources.filter(({ done }) => !done).map(({ rows }) => rows.at(-1)?.timeS ?? Number.NEGATIVE_INFINITY));
		const [only] = sources;
		const rows = sources.length === 1 ? [...only.rows] : sources.flatMap((source) => source.rows.filter(({ timeS }) => timeS <= until)).sort((a, b) => a.timeS - b.timeS);
		const total = sources.reduce((sum, source) => sum + source.total, 0);
		this.rows.set({ rows, total, more: sources.some(({ done }) => !done), busy: false });
		this.#arrive();
		this.#keepUp();
	}

	/** A recording in progress is asked again soon, once all there was is here. */
	#keepUp(): void {
		const sources = this.#sources;
		const growing = this.#bench.state().current?.id;
		clearTimeout(this.#growth);
		if (sources.some(({ recording }) => recording === growing) && sources.every(({ done }) => done)) this.#growth = window.setTimeout(() => this.#goOn(sources), growthMs);
	}

	/** Asks a recording in progress for what has come since. */
	#goOn(sources: readonly Source[]): void {
		if (sources !== this.#sources || this.#open === 0) return;
		for (const source of sources) {
			if (source.recording !== this.#bench.state().current?.id) continue;
			source.done = false;
			source.after = source.rows.length > 0 ? `${source.lastS}~${source.atLast}` : undefined;
		}
		void this.#load();
	}

	/** Chooses the row of the moment that is wanted, once it is there. */
	#arrive(): void {
		if (this.#wanted === undefined || this.#open === 0) return;
		const { rows } = this.rows.state;
		if (rows.length === 0) return;
		const wanted = this.#wanted;
		const distance = (row: LogRow) => Math.abs((this.timeOf(row) ?? Number.POSITIVE_INFINITY) - wanted);
		const nearest = rows.reduce((best, row) => (distance(row) < distance(best) ? row : best));
		this.#wanted = undefined;
		this.choice.set({ active: nearest.key, anchor: nearest.key, reveals: this.choice.state.reveals + 1 });
	}

	#names(): (device: string) => string {
		const { devices } = this.#bench.state();
		return (device) => devices.find(({ id }) => id === device)?.name ?? device;
	}
}

function wrongExpression(text: string): string {
	return `${text} is no regular expression. Write plain text without the slashes, or correct it.`;
}

/**
 * What runs inside the page while the dashboard is measured. `installProbe` goes in before the page's own scripts: it wraps whatever lets a page's code
 * run (animation frames, timers, messages, sockets, observers) and adds up how long that code has the thread between two frames, so the share that is
 * ours stands apart from what the browser does with the picture. The other functions move the page as a hand would, a step a frame.
 *
 * Every function is sent to the browser as text: it must not use anything outside of itself.
 */

/** Between two frames, ms. */
export interface Frames {
	/** From frame to frame, as the browser states them. */
	readonly times: readonly number[];
	/** Our own script. */
	readonly scripts: readonly number[];
	/** From a question for envelopes until its answer is there. */
	readonly answers: readonly number[];
	/** s: the narrowest window that was shown, where the window was moved. */
	readonly narrowestS?: number;
}

/** What the probe offers in the page. */
export interface Probe {
	/** The browser's own, not wrapped. */
	readonly frame: typeof requestAnimationFrame;
	/** Counts the time of `work` as ours. */
	busy(work: () => void): void;
	start(): void;
	stop(): Frames;
}

export function installProbe(): void {
	let depth = 0;
	let busyMs = 0;
	let running = false;
	let times: number[] = [];
	let scripts: number[] = [];
	let answers: number[] = [];
	const busy = <Result>(work: () => Result): Result => {
		const from = depth++ === 0 ? performance.now() : 0;
		try {
			return work();
		} finally {
			if (--depth === 0) busyMs += performance.now() - from;
		}
	};
	// biome-ignore lint/suspicious/noExplicitAny: any function the browser calls back
	const wrapped = (work: any) => (typeof work === 'function' ? (...given: unknown[]) => busy(() => work(...given)) : work);
	const frame = requestAnimationFrame.bind(globalThis);
	globalThis.requestAnimationFrame = (work) => frame(wrapped(work));
	const { setTimeout: later, setInterval: often, ResizeObserver: Resized } = globalThis;
	globalThis.setTimeout = ((work: unknown, ...rest: unknown[]) => later(wrapped(work), ...(rest as []))) as typeof setTimeout;
	globalThis.setInterval = ((work: unknown, ...rest: unknown[]) => often(wrapped(work), ...(rest as []))) as typeof setInterval;
	globalThis.ResizeObserver = class extends Resized {
		constructor(work: ResizeObserverCallback) {
			super(wrapped(work));
		}
	};
	for (const prototype of [MessagePort.prototype, WebSocket.prototype]) {
		const { get, set } = Object.getOwnPropertyDescriptor(prototype, 'onmessage') as PropertyDescriptor;
		Object.defineProperty(prototype, 'onmessage', {
			configurable: true,
			get,
			set(work) {
				set?.call(this, wrapped(work));
			},
		});
	}
	const send = WebSocket.prototype.send;
	WebSocket.prototype.send = function (data) {
		if (this.url.endsWith('/api/views')) {
			const from = performance.now();
			this.addEventListener('message', () => answers.push(performance.now() - from), { once: true });
		}
		send.call(this, data);
	};
	const probe: Probe = {
		frame,
		busy,
		start() {
			[times, scripts, answers] = [[], [], []];
			running = true;
			let last: number | undefined;
			const next = (at: number) => {
				if (last !== undefined) {
					times.push(at - last);
					scripts.push(busyMs);
				}
				last = at;
				busyMs = 0;
				if (running) frame(next);
			};
			frame(next);
		},
		stop() {
			running = false;
			return { times, scripts, answers };
		},
	};
	Object.assign(globalThis, { probe });
}

/** For `seconds`, turns the wheel over the first pane as a hand does: in from everything to `deepestS`, sideways, out again, six seconds a turn. */
export async function moveAbout({ seconds, spanS, deepestS }: { seconds: number; spanS: number; deepestS: number }): Promise<Frames> {
	const { probe, microjoule } = globalThis as unknown as { probe: Probe; microjoule: { readonly chart: { readonly window: { readonly from: number; readonly to: number } } } };
	let narrowestS = Number.POSITIVE_INFINITY;
	const area = document.querySelector('[data-pane] .u-over') as HTMLElement;
	const { left, top, width, height } = area.getBoundingClientRect();
	const turnS = 6;
	// The wheel's factor is 1.0015 a unit: so many take the window from one end of the scale to the other.
	const units = Math.log(spanS / deepestS) / Math.log(1.0015);
	const { promise, resolve } = Promise.withResolvers<void>();
	const startedAt = performance.now();
	let last = startedAt;
	const step = () => {
		const now = performance.now();
		if (now - startedAt > 1000 * seconds) return resolve();
		const phase = ((now - startedAt) / 1000 / turnS) % 1;
		const share = (now - last) / 1000 / (turnS / 3);
		last = now;
		const turns = Math.floor((now - startedAt) / 1000 / turnS);
		const wheel = phase < 1 / 3 ? { deltaY: -units * share } : phase < 2 / 3 ? { deltaX: (phase < 1 / 2 ? 1 : -1) * width * share, deltaY: 0 } : { deltaY: units * share * 1.2 };
		const place = { clientX: left + width * (0.15 + 0.7 * ((turns * 0.618) % 1)), clientY: top + height / 2 };
		const { from, to } = microjoule.chart.window;
		narrowestS = Math.min(narrowestS, to - from);
		probe.busy(() => area.dispatchEvent(new WheelEvent('wheel', { ...wheel, ...place, bubbles: true, cancelable: true })));
		probe.frame(step);
	};
	probe.start();
	probe.frame(step);
	await promise;
	return { ...probe.stop(), narrowestS };
}

/** Lets the page run as it does. */
export async function lookOn(seconds: number): Promise<Frames> {
	const { probe } = globalThis as unknown as { probe: Probe };
	probe.start();
	await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
	return probe.stop();
}

/** What the browser alone takes: as many canvases of the same size, cleared and given 1000 bars each frame. */
export async function paintBars({ seconds, width, heights }: { seconds: number; width: number; heights: readonly number[] }): Promise<Frames> {
	const { probe } = globalThis as unknown as { probe: Probe };
	document.body.replaceChildren();
	const contexts = heights.map((height) => {
		const canvas = Object.assign(document.createElement('canvas'), { width, height });
		canvas.style.display = 'block';
		document.body.append(canvas);
		return canvas.getContext('2d') as CanvasRenderingContext2D;
	});
	let shift = 0;
	let running = true;
	const draw = () => {
		shift++;
		probe.busy(() => {
			for (const context of contexts) {
				const { height } = context.canvas;
				context.clearRect(0, 0, width, height);
				context.fillStyle = '#1971c2';
				for (let x = 0; x < 1000; x++) context.fillRect((x * width) / 1000, (((x * 7919 + shift * 13) % 97) / 97) * height * 0.6, 1.4, height * 0.3);
			}
		});
		if (running) probe.frame(draw);
	};
	probe.frame(draw);
	probe.start();
	await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
	running = false;
	return probe.stop();
}

/** When the first picture with samples in it was painted, ms since the navigation began; installed before the page's own scripts. */
export function watchFirstPicture(): void {
	const look = () => {
		const { microjoule } = globalThis as unknown as {
			microjoule?: {
				readonly renderer: { trace(key: string): { readonly count: number } | undefined; onPainted(listener: () => void): () => void; yRange(pane: string): unknown };
				readonly chart: { readonly layout: { readonly state: { readonly tracks: readonly { readonly key: string; readonly pane: string }[] } } };
			};
		};
		if (!microjoule) return void requestAnimationFrame(look);
		const stop = microjoule.renderer.onPainted(() => {
			const { tracks } = microjoule.chart.layout.state;
			const shown = tracks.some(({ key, pane }) => (microjoule.renderer.trace(key)?.count ?? 0) > 0 && microjoule.renderer.yRange(pane) !== undefined);
			if (!shown) return;
			stop();
			// On the screen with the next frame.
			requestAnimationFrame(() => Object.assign(globalThis, { firstPictureMs: performance.now() }));
		});
	};
	requestAnimationFrame(look);
}

/** A level of a live channel that began, and when it was first seen: s of the page's clock since 1970. */
export interface SeenStep {
	readonly up: boolean;
	readonly atS: number;
}

/** For `seconds`, notes when a step of the first live trace across `threshold` is first on the screen. */
export async function watchSteps({ seconds, threshold }: { seconds: number; threshold: number }): Promise<readonly SeenStep[]> {
	interface Trace {
		readonly count: number;
		readonly t: Float64Array;
		readonly mean: Float32Array;
	}
	const { microjoule } = globalThis as unknown as {
		microjoule: {
			readonly renderer: { trace(key: string): Trace | undefined; edgeOf(device: string): number | undefined; onPainted(listener: () => void): () => void };
			readonly chart: { readonly layout: { readonly state: { readonly tracks: readonly { readonly key: string; readonly origin: { readonly device: string } }[] } } };
		};
	};
	const { key, origin } = microjoule.chart.layout.state.tracks[0];
	const seen: SeenStep[] = [];
	let newestS = Number.NEGATIVE_INFINITY;
	const stop = microjoule.renderer.onPainted(() => {
		const trace = microjoule.renderer.trace(key);
		const edgeS = microjoule.renderer.edgeOf(origin.device);
		if (!trace || edgeS === undefined) return;
		const { t, mean, count } = trace;
		for (let index = count - 1; index > 0 && t[index] + edgeS > newestS + 0.1; index--) {
			const up = mean[index] > threshold;
			if (Number.isNaN(mean[index]) || Number.isNaN(mean[index - 1]) || up === mean[index - 1] > threshold) continue;
			newestS = t[index] + edgeS;
			// The canvas is on the screen when the next frame begins.
			requestAnimationFrame(() => seen.push({ up, atS: (performance.timeOrigin + performance.now()) / 1000 }));
			break;
		}
	});
	await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
	stop();
	return seen;
}

/**
 * The dashboard in a real Chromium, without a graphics card, on a real engine with simulated instruments.
 *
 * `moving` turns the wheel over recordings of 10⁶, 10⁸ and 10⁹ samples for 30 s, in to a millisecond, sideways and out again, a step a frame; `live` looks at
 * four panes of 50 kS/s. A frame time is what lies between two animation frames. `script` is the time all code of the page has the thread
 * from one frame to the next, by wrapping whatever can call it (ui-probe.ts); `main thread` is what the browser counts for all tasks, style, layout and
 * recording of the picture with it. `bars only` is a page that does nothing but paint as many bars on canvases of the same size: what this machine's
 * software rendering takes by itself, in the same run.
 *
 * `sample to screen` runs from the moment a step of the load is due on the simulated instrument's clock until the frame after the one that painted it. `first
 * picture` runs from the start of the navigation, nothing cached, until samples are on the screen. The heap is read after a collection.
 *
 * MICROJOULE_UI_SAMPLES (a list), MICROJOULE_UI_SECONDS and MICROJOULE_UI_MINUTES set other lengths. Left out: a graphics card, and a display's own delay.
 */

import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { Project } from '../engine/project/project.ts';
import { launchChromium } from '../engine/server/chromium-testing.ts';
import { type Bench, type BenchOptions, figure, type Reporter } from './harness.ts';
import { chunkSamples, rateHz, recordLong, signalChunk } from './long-recording.ts';
import { engineWith, type ServedEngine, SteppingLoad, serve } from './ui-engine.ts';
import { type Frames, installProbe, lookOn, moveAbout, paintBars, watchFirstPicture, watchSteps } from './ui-probe.ts';

const sizes = (process.env.MICROJOULE_UI_SAMPLES ?? '1e6,1e8,1e9').split(',').map(Number);
const seconds = Number(process.env.MICROJOULE_UI_SECONDS ?? 30);
const heapMinutes = Number(process.env.MICROJOULE_UI_MINUTES ?? 10);
const viewport = { width: 1400, height: 900 };
const deepestS = 1e-3;
const halfPeriodUs = 350_000;

/** Runs in the page. */
declare const microjoule: {
	readonly choice: { set(choice: object): void };
	readonly chart: { readonly layout: { readonly state: { readonly tracks: readonly { readonly key: string }[]; readonly panes: readonly unknown[] } } };
	readonly renderer: { trace(key: string): { readonly count: number } | undefined };
};

export const bench: Bench = {
	brief: 'the dashboard in Chromium: frames while moving about 10⁶ to 10⁹ samples and live, sample to screen, first picture, heap',
	async run(report, options) {
		const parent = await mkdtemp(join(tmpdir(), 'microjoule-ui-'));
		try {
			await using browser = await launchChromium();
			report.note(`Chromium ${browser.version()}, ${viewport.width} × ${viewport.height}, software rendering.`);
			await moving(report, browser, parent);
			await live(report, browser, parent);
			await sampleToScreen(report, browser, join(parent, 'steps'));
			await firstPicture(report, browser, join(parent, 'first'), options);
		} finally {
			await rm(parent, { recursive: true, force: true });
		}
	},
};

async function moving(report: Reporter, browser: Browser, parent: string): Promise<void> {
	const data = join(parent, 'moving');
	const project = join(data, 'project');
	const recorded = await makeRecordings(report, project);
	await using engine = await serve(data, ['--sim', 'ace', '--project', project]);
	await using page = await open(browser, engine.url);
	let canvases: readonly { readonly width: number; readonly height: number }[] = [];
	for (const { id, samples } of recorded) {
		await page.evaluate((recording) => microjoule.choice.set({ recordings: [recording], channels: ['mc'] }), id);
		await drawn(page, 1);
		canvases = await page.evaluate(() => [...document.querySelectorAll<HTMLCanvasElement>('[data-pane] canvas')].map(({ width, height }) => ({ width, height })));
		await tell(report, `moving about ${title(samples)}`, page, () => page.evaluate(moveAbout, { seconds, spanS: samples / rateHz, deepestS }));
	}
	const [{ width }] = canvases;
	await tell(report, 'bars only', page, () => page.evaluate(paintBars, { seconds: Math.min(10, seconds), width, heights: canvases.map(({ height }) => height) }));
}

interface Recorded {
	readonly id: string;
	readonly samples: number;
}

async function makeRecordings(report: Reporter, folder: string): Promise<readonly Recorded[]> {
	await using project = await Project.create(folder);
	const recorded: Recorded[] = [];
	const chunk = new Float32Array(chunkSamples);
	for (const samples of sizes) {
		const { bavail, bsize } = await statfs(folder);
		if (bavail * bsize < samples * 5) {
			report.note(`${title(samples)} samples are left out: there are ${Math.round((bavail * bsize) / 1e9)} GB free.`);
			continue;
		}
		const { id, folder: place } = await project.addRecording();
		const next = (index: number) => {
			signalChunk(index, chunk);
			return chunk;
		};
		await recordLong(place, samples, next, {}, id);
		recorded.push({ id, samples });
	}
	await project.save();
	return recorded;
}

async function live(report: Reporter, browser: Browser, parent: string): Promise<void> {
	await using engine = await serve(join(parent, 'live'), ['--sim', 'ace:Left,ace:Right', '--load', 'sensor']);
	await using page = await open(browser, engine.url);
	await fourPanes(page, engine);
	await tell(report, 'live, four panes of 50 kS/s', page, () => page.evaluate(lookOn, seconds));
	const heapAt = async (minutes: number, startedAt: number) => {
		await page.waitForTimeout(Math.max(0, startedAt + 60_000 * minutes - performance.now()));
		return heapMB(page);
	};
	const startedAt = performance.now();
	const early = await heapAt(heapMinutes / 10, startedAt);
	const late = await heapAt(heapMinutes, startedAt);
	report.figure(figure('ui', `heap, live, after ${heapMinutes / 10} min`, 'MB', [early]));
	report.figure(figure('ui', `heap, live, after ${heapMinutes} min`, 'MB', [late], { early: [early] }));
}

/** Current and power of both, each in a pane. */
async function fourPanes(page: Page, engine: ServedEngine): Promise<void> {
	const devices = (await (await fetch(`${engine.url}/api/devices`)).json()) as {
		readonly id: string;
		readonly channels: readonly { readonly id: string; readonly rate: number }[];
	}[];
	const slow = devices.flatMap(({ channels }) => channels.filter(({ id, rate }) => ['mc', 'mp'].includes(id) && rate !== rateHz));
	if (slow.length > 0) throw new Error('The simulated Aces do not measure at 50 kS/s.');
	await page.evaluate(
		(ids) => microjoule.choice.set({ devicesChosen: true, devices: ids, channels: ['mc', 'mp'], stacked: true }),
		devices.map(({ id }) => id),
	);
	await drawn(page, 4);
}

async function sampleToScreen(report: Reporter, browser: Browser, data: string): Promise<void> {
	const load = new SteppingLoad(halfPeriodUs);
	await using engine = await engineWith(load, data);
	await using page = await open(browser, engine.url);
	await drawn(page, 1);
	load.begin();
	const seen = await page.evaluate(watchSteps, { seconds: Math.max(seconds, 10), threshold: 5e-3 });
	const made = load.steps();
	const latencies = seen.flatMap(({ up, atS }) => {
		const step = made.findLast((candidate) => candidate.up === up && candidate.atS <= atS);
		return step ? [1000 * (atS - step.atS)] : [];
	});
	report.figure(figure('ui', 'sample to screen, p50', 'ms', [quantile(latencies, 0.5)]));
	report.figure(figure('ui', 'sample to screen, p99', 'ms', [quantile(latencies, 0.99)]));
	report.note(`${latencies.length} steps; the engine and the simulator share a process with the benchmark.`);
}

async function firstPicture(report: Reporter, browser: Browser, data: string, { rounds }: BenchOptions): Promise<void> {
	await using engine = await serve(data, ['--sim', 'arc,ace']);
	const times: number[] = [];
	for (let round = -1; round < rounds; round++) {
		await using context = await browser.newContext({ viewport });
		const page = await context.newPage();
		await page.addInitScript(watchFirstPicture);
		await page.goto(engine.url);
		const time = await page.waitForFunction(() => (globalThis as { firstPictureMs?: number }).firstPictureMs);
		if (round >= 0) times.push((await time.jsonValue()) as number);
	}
	report.figure(figure('ui', 'navigation to first picture, nothing cached', 'ms', times));
}

async function open(browser: Browser, url: string): Promise<Page> {
	const page = await browser.newPage({ viewport });
	page.on('pageerror', (error) => console.error(`The page: ${error.message}`));
	await page.addInitScript(installProbe);
	await page.goto(url);
	await drawn(page, 1);
	return page;
}

/** Resolves when so many panes are there, and samples in every trace. */
async function drawn(page: Page, panes: number): Promise<void> {
	await page.waitForFunction(() => 'microjoule' in globalThis);
	await page.waitForFunction(
		(wanted) => {
			const { tracks, panes: shown } = microjoule.chart.layout.state;
			return shown.length >= wanted && tracks.length > 0 && tracks.every(({ key }) => (microjoule.renderer.trace(key)?.count ?? 0) > 10);
		},
		panes,
		{ timeout: 60_000 },
	);
}

/** Reports the frames of what `run` does, and what the browser's main thread did meanwhile. */
async function tell(report: Reporter, name: string, page: Page, run: () => Promise<Frames>): Promise<void> {
	const session = await inspect(page);
	const before = await metrics(session);
	const { times, scripts, answers, narrowestS } = await run();
	const after = await metrics(session);
	await session.detach();
	const elapsedMs = times.reduce((sum, time) => sum + time, 0);
	const one = (what: string, unit: string, value: number) => report.figure(figure('ui', `${name}: ${what}`, unit, [value]));
	one('frames a second', 'fps', (1000 * times.length) / elapsedMs);
	one('frame time, p50', 'ms', quantile(times, 0.5));
	one('frame time, p99', 'ms', quantile(times, 0.99));
	one('script a frame, p50', 'ms', quantile(scripts, 0.5));
	one('script a frame, p99', 'ms', quantile(scripts, 0.99));
	one('script, share of the time', '1', scripts.reduce((sum, script) => sum + script, 0) / elapsedMs);
	one('main thread, share of the time', '1', (1000 * (after.busyS - before.busyS)) / elapsedMs);
	if (narrowestS === undefined) return;
	one('narrowest window', 'ms', 1000 * narrowestS);
	one('questions answered', '1/s', (1000 * answers.length) / elapsedMs);
	one('question to envelope, p50', 'ms', quantile(answers, 0.5));
	one('question to envelope, p99', 'ms', quantile(answers, 0.99));
}

/** s the main thread has been at work, of whatever kind, and bytes of the heap. */
async function metrics(session: CDPSession): Promise<{ readonly busyS: number; readonly heapBytes: number }> {
	const { metrics: all } = await session.send('Performance.getMetrics');
	const { TaskDuration: busyS, JSHeapUsedSize: heapBytes } = Object.fromEntries(all.map(({ name, value }) => [name, value]));
	return { busyS, heapBytes };
}

async function inspect(page: Page): Promise<CDPSession> {
	const session = await page.context().newCDPSession(page);
	await session.send('Performance.enable');
	return session;
}

async function heapMB(page: Page): Promise<number> {
	const session = await inspect(page);
	for (let times = 0; times < 3; times++) await session.send('HeapProfiler.collectGarbage');
	const { heapBytes } = await metrics(session);
	await session.detach();
	return heapBytes / 1e6;
}

function quantile(values: readonly number[], q: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

const title = (samples: number) => samples.toExponential().replace('e+', 'e');

/**
 * What the chart draws is true: over 200 random views of a recording with spikes and gaps its columns equal brute force, also in the pictures painted
 * before an answer has come; and in the pixels every spike of one sample stands where it belongs, as high as it is, and what is lost is marked.
 */

import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { models } from '../../drivers/models.ts';
import { Project } from '../../engine/project/project.ts';
import { formatVersion } from '../../engine/recording/format.ts';
import { RecordingWriter } from '../../engine/recording/writer.ts';
import { temporaryFolder } from '../testing.ts';
import { noDashboard, useDashboard } from './testing.ts';

interface Trace {
	readonly count: number;
	readonly endS: number;
	readonly t: Float64Array;
	readonly min: Float32Array;
	readonly max: Float32Array;
	readonly mean: Float32Array;
	readonly lossy: Uint8Array;
}

/** Runs in the page. */
declare const microjoule: {
	readonly choice: { set(choice: object): void };
	readonly chart: {
		readonly window: { readonly from: number; readonly to: number };
		readonly layout: { readonly state: { readonly tracks: readonly { readonly key: string; readonly color: string; readonly origin: { readonly recording?: string } }[] } };
		show(window: { from: number; to: number }): void;
	};
	readonly renderer: { trace(key: string): Trace | undefined; yRange(pane: string): readonly [number, number]; onPainted(listener: () => void): () => void };
};

const rateHz = 50_000;
const samples = 2_000_000;
const spacing = 20_000;
const spikes: { readonly at: number; readonly height: number }[] = [];
const gaps: { readonly from: number; readonly to: number }[] = [];

/** Numbers from 0 to 1, the same ones every time. */
function generator(seed: number): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}

/** Microamperes of noise; spikes of one sample, all of them apart; between them gaps of one sample to half the way. */
function makeSignal(): Float32Array {
	const random = generator(7);
	const signal = Float32Array.from({ length: samples }, () => 5e-6 + 4e-6 * (random() - 0.5));
	for (let start = 0; start < samples; start += spacing) {
		const spike = { at: start + Math.floor(random() * 5000), height: Math.fround(0.02 + 0.28 * random()) };
		signal[spike.at] = spike.height;
		spikes.push(spike);
		if (random() < 0.4) {
			const from = start + 8000;
			const gap = { from, to: from + Math.max(1, Math.floor(random() ** 3 * 8000)) };
			signal.fill(Number.NaN, gap.from, gap.to);
			gaps.push(gap);
		}
	}
	return signal;
}

interface Columns {
	readonly t: Float64Array;
	readonly endS: number;
	readonly min: Float32Array;
	readonly max: Float32Array;
	readonly mean: Float32Array;
	readonly lossy: Uint8Array;
}

/** Shows a window; the columns of the first picture after it, and those at rest, when each pixel has its own. */
async function columnsOf(page: Page, key: string, window: { from: number; to: number }): Promise<{ first: Columns; last: Columns; pixels: number }> {
	const { first, last, pixels } = await page.evaluate(
		async ({ key, window, rateHz }) => {
			const { chart, renderer } = microjoule;
			const pixels = (document.querySelector('[data-pane=mc] .u-over') as HTMLElement).clientWidth * devicePixelRatio;
			const packed = ({ count, t, endS, min, max, mean, lossy }: Trace) => {
				const text = (column: Float64Array | Float32Array | Uint8Array) =>
					(new Uint8Array(column.buffer, column.byteOffset, count * column.BYTES_PER_ELEMENT) as unknown as { toBase64(): string }).toBase64();
				return { endS, t: text(t), min: text(min), max: text(max), mean: text(mean), lossy: text(lossy) };
			};
			const { promise, resolve } = Promise.withResolvers<ReturnType<typeof packed>>();
			let first: ReturnType<typeof packed> | undefined;
			const stop = renderer.onPainted(() => {
				const trace = renderer.trace(key) as Trace;
				first ??= packed(trace);
				const { t, count, endS } = trace;
				const { from, to } = chart.window;
				// A column is a whole number of samples; of the coarser summaries some are longer and some shorter.
				const columnS = Math.ceil(((to - from) * rateHz) / pixels) / rateHz;
				const coarse = count < 2 || (t[count - 1] - t[0]) / (count - 1) > columnS * 1.01;
				if (!coarse && t[0] <= from + 1 / rateHz && endS >= to - 1 / rateHz) resolve(packed(trace));
			});
			chart.show(window);
			const last = await promise;
			stop();
			return { first: first as typeof last, last, pixels };
		},
		{ key, window, rateHz },
	);
	const unpacked = (packed: typeof last): Columns => {
		const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64')).buffer;
		const { endS, t, min, max, mean, lossy } = packed;
		return {
			endS,
			t: new Float64Array(bytes(t)),
			min: new Float32Array(bytes(min)),
			max: new Float32Array(bytes(max)),
			mean: new Float32Array(bytes(mean)),
			lossy: new Uint8Array(bytes(lossy)),
		};
	};
	return { first: unpacked(first), last: unpacked(last), pixels };
}

/** What of the columns is not as the samples say. */
function faults(signal: Float32Array, { t, endS, min, max, mean, lossy }: Columns): string[] {
	const found: string[] = [];
	for (let column = 0; column < t.length; column++) {
		const from = Math.round(t[column] * rateHz);
		const to = Math.round((column + 1 < t.length ? t[column + 1] : endS) * rateHz);
		let [least, most, sum, valid] = [Number.NaN, Number.NaN, 0, 0];
		for (let index = from; index < to; index++) {
			const value = signal[index];
			if (Number.isNaN(value)) continue;
			if (!(least <= value)) least = value;
			if (!(most >= value)) most = value;
			sum += value;
			valid++;
		}
		const same = Object.is(min[column], least) && Object.is(max[column], most) && lossy[column] === (valid < to - from ? 1 : 0);
		const average = valid === 0 ? Number.isNaN(mean[column]) : Math.abs(mean[column] - sum / valid) <= Math.abs(sum / valid) * 1e-6;
		if (!same || !average || to <= from) found.push(`samples ${from} to ${to}: ${min[column]} ${mean[column]} ${max[column]}, not ${least} ${sum / valid} ${most}`);
	}
	return found;
}

/** The plotting area as it was painted, device pixels, four bytes each. */
async function pictureOf(page: Page) {
	const { color, bytes, ...picture } = await page.evaluate(async () => {
		// After one more frame everything is painted.
		await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
		const canvas = document.querySelector('[data-pane=mc] canvas') as HTMLCanvasElement;
		const outer = canvas.getBoundingClientRect();
		const area = (document.querySelector('[data-pane=mc] .u-over') as HTMLElement).getBoundingClientRect();
		const scale = canvas.width / outer.width;
		const [left, top, width, height] = [area.left - outer.left, area.top - outer.top, area.width, area.height].map((value) => Math.round(value * scale));
		const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(left, top, width, height);
		return {
			width,
			height,
			window: microjoule.chart.window,
			y: microjoule.renderer.yRange('mc'),
			color: microjoule.chart.layout.state.tracks[0].color,
			bytes: (new Uint8Array(data.buffer) as unknown as { toBase64(): string }).toBase64(),
		};
	});
	return { ...picture, color: Number.parseInt(color.slice(1), 16), pixels: Buffer.from(bytes, 'base64') };
}

type Picture = Awaited<ReturnType<typeof pictureOf>>;

const colorAt = ({ pixels, width }: Picture, x: number, y: number): number => pixels.readUIntBE(4 * (y * width + x), 3);

/** The highest pixel of the trace in these columns. */
function highest(picture: Picture, fromX: number, toX: number): number {
	for (let y = 0; y < picture.height; y++) for (let x = Math.max(0, fromX); x <= Math.min(picture.width - 1, toX); x++) if (colorAt(picture, x, y) === picture.color) return y;
	return picture.height;
}

const lossColor = 0xe03131;

describe.skipIf(noDashboard)('the envelope that is drawn', () => {
	const folder = join(temporaryFolder(), 'project');
	let signal: Float32Array;
	beforeAll(async () => {
		signal = makeSignal();
		await using project = await Project.create(folder);
		const { id, folder: place } = await project.addRecording();
		const { label, unit, ranges, rail, settleS } = models.ace.channels.find((channel) => channel.id === 'mc')!;
		const channel = { device: 'ace-1', id: 'mc', label, unit, rate: rateHz, count: 0, ranges, rail, settleS };
		const start = new Date(0).toISOString();
		const writer = await RecordingWriter.create(
			place,
			{ version: formatVersion, id, name: 'spikes', start, offset: 0, software: 'microjoule test', devices: [], channels: [channel], finished: false },
			{},
		);
		for (let at = 0; at < samples; at += 100_000) await writer.append('ace-1', 'mc', signal.subarray(at, at + 100_000));
		await writer.close();
		await project.save();
	});
	const dashboard = useDashboard(['--sim', 'arc', '--project', folder]);

	async function opened(): Promise<{ page: Page; key: string }> {
		const page = await dashboard.open({ colorScheme: 'light' });
		await page.locator('[data-recording="001"]').click();
		const key = '001 ace-1.mc';
		await page.evaluate(() => microjoule.choice.set({ channels: ['mc'] }));
		await expect.poll(() => page.evaluate((wanted) => microjoule.renderer.trace(wanted)?.count ?? 0, key), { timeout: 15_000 }).toBeGreaterThan(100);
		return { page, key };
	}

	it('equals brute force over 200 views, from the whole to some samples, and before an answer has come', async () => {
		const { page, key } = await opened();
		const random = generator(1);
		const wholeS = samples / rateHz;
		let columns = 0;
		for (let view = 0; view < 200; view++) {
			const spanS = view % 20 === 0 ? wholeS : wholeS * 10 ** (-5 * random());
			const from = (wholeS - spanS) * random();
			const { first, last, pixels } = await columnsOf(page, key, { from, to: from + spanS });
			expect(faults(signal, first)).toEqual([]);
			expect(faults(signal, last)).toEqual([]);
			const inside = last.t.filter((time) => time >= from && time < from + spanS).length;
			expect(inside).toBeGreaterThanOrEqual(Math.floor((0.98 * spanS * rateHz) / Math.ceil((spanS * rateHz) / pixels)) - 1);
			columns += last.t.length;
		}
		expect(columns).toBeGreaterThan(100_000);
		await page.context().close();
	}, 120_000);

	it('shows every spike of one sample in its place and height, and marks what is lost', async () => {
		const { page, key } = await opened();
		const random = generator(2);
		const wholeS = samples / rateHz;
		let found = 0;
		let partly = 0;
		let whole = 0;
		for (let view = 0; view < 24; view++) {
			const spanS = view === 0 ? wholeS : wholeS * 10 ** (-1.5 * random());
			const from = (wholeS - spanS) * random();
			await columnsOf(page, key, { from, to: from + spanS });
			const picture = await pictureOf(page);
			const [low, high] = picture.y;
			const xOf = (index: number) => ((index / rateHz - from) / spanS) * picture.width;
			for (const { at, height } of spikes) {
				const x = xOf(at);
				if (x < 2 || x > picture.width - 3) continue;
				const y = ((high - height) / (high - low)) * picture.height;
				expect(Math.abs(highest(picture, Math.floor(x) - 1, Math.ceil(x) + 1) - y)).toBeLessThanOrEqual(2);
				// Beside it there is noise only, far below.
				expect(highest(picture, Math.round(x) + 4, Math.round(x) + 6)).toBeGreaterThan(picture.height * 0.8);
				found++;
			}
			for (const { from: begin, to: end } of gaps) {
				const [left, right] = [xOf(begin), xOf(end)];
				if (left < 2 || right > picture.width - 3) continue;
				const middle = Math.round((left + right) / 2);
				const marked = [middle - 1, middle, middle + 1].some((x) => colorAt(picture, x, picture.height - 3) === lossColor);
				expect(marked, `samples ${begin} to ${end}`).toBe(true);
				if (right - left < 1) partly++;
				else if (right - left > 6) {
					expect(highest(picture, middle - 1, middle + 1)).toBe(picture.height);
					whole++;
				}
			}
		}
		expect(found).toBeGreaterThan(200);
		expect(partly).toBeGreaterThan(50);
		expect(whole).toBeGreaterThan(10);
		await dashboard.shoot(page, 'envelope');
		await page.context().close();
	}, 120_000);
});

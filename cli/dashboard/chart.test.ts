/** The chart in a real browser: its window, scales, markers, selections, minimap, conditions, several recordings, gestures. */

import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { noDashboard, useDashboard } from './testing.ts';

const seconds = 3;
/** The chart and what opens over it. */
const chartOnly = '[data-testid=chart], [role=dialog], [role=tabpanel]';

/** Polls as long as a busy computer may need. */
const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 15_000 });

/** The page's own objects, `globalThis.microjoule`. */
// biome-ignore lint/suspicious/noExplicitAny: their types belong to the page
type Dashboard = any;

describe.skipIf(noDashboard)('the chart', { timeout: 60_000 }, () => {
	const dashboard = useDashboard();
	const ids: string[] = [];

	/** Two recordings of a few seconds. */
	beforeAll(async () => {
		if (noDashboard) return;
		const { engine } = dashboard;
		const [{ id: arc }] = await engine.api('GET', '/devices');
		const recorded = (durationS: number) =>
			vi.waitFor(async () => expect((await engine.api('GET', '/recordings')).current.duration).toBeGreaterThan(durationS), { timeout: 15_000 });
		for (const name of ['First', 'Second']) {
			const { id } = await engine.api('POST', '/recordings', { name });
			// Two switches of range.
			await recorded(seconds / 3);
			await engine.api('PATCH', `/devices/${arc}/settings`, { range: 'high' });
			await recorded((2 * seconds) / 3);
			await engine.api('PATCH', `/devices/${arc}/settings`, { range: 'low' });
			await recorded(seconds);
			await engine.api('POST', '/recordings/stop');
			ids.push(id);
		}
	}, 60_000);

	const pages: Page[] = [];
	const open = async (options?: BrowserContextOptions) => {
		const page = await dashboard.open(options);
		pages.push(page);
		return page;
	};
	// A live picture that nobody looks at takes time from the others.
	afterEach(() => Promise.all(pages.splice(0).map((page) => page.context().close())));

	/** Calls a function in the page with the page's own objects. */
	const inPage = (page: Page, run: (dashboard: Dashboard) => unknown): Promise<Dashboard> => page.evaluate(`(${run})(microjoule)`);
	const windowOf = (page: Page) => inPage(page, ({ chart }) => chart.window);
	const spanOf = async (page: Page) => {
		const { from, to } = await windowOf(page);
		return to - from;
	};
	const extentOf = (page: Page) => inPage(page, ({ chart }) => chart.layout.state.extent);
	const markersOf = (page: Page) => inPage(page, ({ chart }) => chart.marks.state.markers);
	const area = async (page: Page, pane = 'mc') => (await page.locator(`[data-pane=${pane}] .u-over`).boundingBox())!;
	/** Opens recordings and waits until they are drawn. */
	const show = async (page: Page, recordings: readonly string[]) => {
		await page.evaluate((wanted) => (globalThis as Dashboard).microjoule.choice.set({ recordings: wanted }), recordings);
		await page.locator('[data-mode=recorded]').waitFor();
		await eventually(() =>
			inPage(page, ({ chart, renderer }) => chart.layout.state.tracks.length > 0 && chart.layout.state.tracks.every((track: Dashboard) => renderer.trace(track.key)?.count > 0)),
		).toBe(true);
	};
	const drag = async (page: Page, from: { x: number; y: number }, to: { x: number; y: number }, options: { shift?: boolean; button?: 'left' | 'middle' } = {}) => {
		if (options.shift) await page.keyboard.down('Shift');
		await page.mouse.move(from.x, from.y);
		await page.mouse.down(options);
		await page.mouse.move((from.x + to.x) / 2, to.y);
		await page.mouse.move(to.x, to.y);
		await page.mouse.up(options);
		if (options.shift) await page.keyboard.up('Shift');
	};

	it('shows what lies under the cursor and between two markers, and takes typed places', async () => {
		const page = await open();
		await show(page, [ids[0]]);
		const box = await area(page);
		await page.mouse.move(box.x + box.width / 2, box.y + 40);
		await eventually(() => page.locator('[data-readout=mc]').textContent()).toMatch(/\d.*A/);
		await eventually(() => page.locator('[data-readout=mv]').textContent()).toMatch(/3\.\d+ V/);
		await eventually(() => page.getByTestId('cursor-time').textContent()).toMatch(/^1\.\d+ s$/);
		await page.keyboard.press('s');
		await page.mouse.move(box.x + box.width * 0.75, box.y + 40);
		await page.keyboard.press('d');
		const { from, to } = await windowOf(page);
		const [a, b] = await markersOf(page);
		expect(a).toBeCloseTo(from + (to - from) / 2, 2);
		expect(b).toBeCloseTo(from + (to - from) * 0.75, 2);
		await eventually(() => page.getByTestId('between').textContent()).toMatch(/Δt [\d.]+ m?s · 1\/Δt [\d.]+ Hz/);
		await eventually(() => page.locator('[data-marker-value]').first().textContent()).toMatch(/→ .*Δ/);
		await page.getByLabel('Marker B', { exact: true }).fill('1 s');
		await page.getByLabel('Marker B', { exact: true }).press('Enter');
		expect((await markersOf(page))[1]).toBe(1);
		await page.getByLabel('Marker A', { exact: true }).fill('soon');
		await page.getByLabel('Marker A', { exact: true }).press('Enter');
		await page.getByText('"soon" is no value.').waitFor();
		await page.getByLabel('Marker A', { exact: true }).fill('500 ms');
		await page.getByLabel('Marker A', { exact: true }).press('Enter');
		await eventually(() => page.getByTestId('between').textContent()).toMatch(/Δt 500(\.0+)? ms · 1\/Δt 2\.000 Hz/);
		const labels = await labelsOf(page);
		await page.getByLabel('Zero at A').check({ force: true });
		await eventually(() => labelsOf(page)).not.toBe(labels);
		await eventually(() => page.getByLabel('Marker A', { exact: true }).inputValue()).toBe('0 s');
		await dashboard.shoot(page, 'chart-markers');
		await dashboard.expectAccessible(page, chartOnly);
		await page.getByRole('button', { name: 'Select between' }).click();
		expect(await inPage(page, ({ chart }) => chart.marks.state.chosen)).toEqual({ from: 0.5, to: 1 });
		await page.evaluate(() => (document.activeElement as HTMLElement).blur());
		await page.keyboard.press('Shift+ArrowRight');
		expect(await inPage(page, ({ chart }) => chart.cursor.state.byKeys)).toBe(true);
		await page.keyboard.press('Delete');
		expect(await markersOf(page)).toEqual([null, null]);
	});

	it('keeps typed and locked ranges from one recording to the next', async () => {
		const page = await open();
		await show(page, [ids[0]]);
		await page.getByRole('button', { name: /^Time/ }).click();
		await page.getByLabel('From', { exact: true }).fill('1');
		await page.getByLabel('From', { exact: true }).press('Enter');
		await page.getByLabel('To', { exact: true }).fill('1500 ms');
		await page.getByLabel('To', { exact: true }).press('Enter');
		await page.getByLabel('To', { exact: true }).fill('0.5');
		await page.getByLabel('To', { exact: true }).press('Enter');
		await page.getByText('it must begin before it ends').waitFor();
		await page.getByRole('switch', { name: 'Lock' }).check({ force: true });
		await dashboard.shoot(page, 'chart-time');
		await page.keyboard.press('Escape');
		await page.getByRole('button', { name: /axis of Main current$/ }).click();
		await page.getByLabel('Upper end').fill('50 mA');
		await page.getByLabel('Upper end').press('Enter');
		await page.getByLabel('Lower end').fill('-1 mA');
		await page.getByLabel('Lower end').press('Enter');
		await dashboard.shoot(page, 'chart-scale');
		await page.keyboard.press('Escape');
		await show(page, [ids[1]]);
		const box = await area(page);
		await page.mouse.move(box.x + 50, box.y + 30);
		await page.mouse.wheel(0, -500);
		await page.evaluate(() => (document.activeElement as HTMLElement).blur());
		await page.keyboard.press('f');
		expect(await windowOf(page)).toEqual({ from: 1, to: 1.5 });
		expect(await inPage(page, ({ chart, renderer }) => renderer.yRange(chart.layout.state.panes[0].id))).toEqual([-0.001, 0.05]);
		// Also after a reload.
		await page.reload();
		await show(page, [ids[0]]);
		expect(await windowOf(page)).toEqual({ from: 1, to: 1.5 });
		expect(await inPage(page, ({ chart, renderer }) => renderer.yRange(chart.layout.state.panes[0].id))).toEqual([-0.001, 0.05]);
		await page.getByRole('button', { name: /axis of Main current$/ }).click();
		await page.getByText('Logarithmic', { exact: true }).click();
		await eventually(() => inPage(page, ({ chart }) => chart.scaleOf('mc'))).toEqual({ logarithmic: true, locked: null });
		await page.keyboard.press('Escape');
		await dashboard.shoot(page, 'chart-logarithmic');
	});

	it('has a minimap that moves and widens the window, by mouse and by keys', async () => {
		const page = await open();
		await show(page, [ids[0]]);
		const extent = await extentOf(page);
		await page.evaluate(() => (globalThis as Dashboard).microjoule.chart.show({ from: 0.5, to: 1 }));
		const map = page.getByTestId('minimap');
		await eventually(() => inkOf(page)).toBeGreaterThan(50);
		const box = (await map.boundingBox())!;
		const at = (timeS: number) => ({ x: box.x + ((timeS - extent.from) / (extent.to - extent.from)) * box.width, y: box.y + 20 });
		const pixelS = (extent.to - extent.from) / box.width;
		await drag(page, at(0.75), at(1.75));
		expect((await windowOf(page)).from).toBeCloseTo(1.5, 1);
		expect(await spanOf(page)).toBeCloseTo(0.5, 6);
		const { to } = await windowOf(page);
		await drag(page, at(to), at(to + 0.5));
		expect(Math.abs((await windowOf(page)).to - (to + 0.5))).toBeLessThan(4 * pixelS);
		await page.mouse.click(at(0.2).x, at(0.2).y);
		expect((await windowOf(page)).from).toBe(extent.from);
		await map.focus();
		const before = await windowOf(page);
		await page.keyboard.press('ArrowRight');
		expect((await windowOf(page)).from).toBeGreaterThan(before.from);
		const span = await spanOf(page);
		await page.keyboard.press('ArrowUp');
		expect(await spanOf(page)).toBeLessThan(span);
		await eventually(() => map.getAttribute('aria-valuetext')).toMatch(/ to /);
		await dashboard.shoot(page, 'chart-minimap');
	});

	it('saves a selection with a name, colour and note, paints it, goes there, and undoes nothing of it on another page', async () => {
		const page = await open();
		const other = await open({ colorScheme: 'dark' });
		await show(page, [ids[0]]);
		const box = await area(page);
		await drag(page, { x: box.x + box.width * 0.3, y: box.y + 40 }, { x: box.x + box.width * 0.4, y: box.y + 40 }, { shift: true });
		await page.keyboard.press('Shift+s');
		await page.getByLabel('Name').fill('Burst');
		await page.getByLabel('Note', { exact: true }).fill('after <b>reset</b>');
		await dashboard.shoot(page, 'chart-save-selection');
		await page.getByRole('button', { name: 'Save', exact: true }).click();
		await eventually(async () => (await dashboard.engine.api('GET', '/selections')).length).toBe(1);
		const [saved] = await dashboard.engine.api('GET', '/selections');
		expect(saved).toMatchObject({ name: 'Burst', recording: ids[0], note: 'after <b>reset</b>' });
		const chosen = await inPage(page, ({ chart }) => chart.marks.state.chosen);
		expect(saved.from).toBeCloseTo(chosen!.from, 9);
		await show(other, [ids[0]]);
		await other.getByRole('tab', { name: 'Selections' }).click();
		const row = other.locator('[data-selection=Burst]');
		await row.getByRole('button', { name: 'Go to Burst' }).click();
		await eventually(() => inPage(other, ({ chart }) => chart.marks.state.chosen?.from)).toBeCloseTo(saved.from, 9);
		await row.getByLabel('Name of Burst').fill('Transmit');
		await row.getByLabel('Name of Burst').press('Enter');
		await other.locator('[data-selection=Transmit]').waitFor();
		await other.getByLabel('Colour of Transmit').fill('#e64980');
		await eventually(async () => (await dashboard.engine.api('GET', '/selections'))[0].color).toBe('#e64980');
		// The colour is in the pane of the other page too, at its place.
		await page.keyboard.press('Escape');
		const middle = (saved.from + saved.to) / 2;
		await eventually(() => pixelAt(page, 'mc', middle, 1)).toEqual([0xe6, 0x49, 0x80]);
		await dashboard.shoot(other, 'chart-selections-dark');
		await dashboard.expectAccessible(other, chartOnly);
		await other.getByRole('button', { name: 'Hide Transmit' }).click();
		await eventually(() => pixelAt(page, 'mc', middle, 1)).not.toEqual([0xe6, 0x49, 0x80]);
		await other.getByRole('button', { name: 'Delete Transmit' }).click();
		await eventually(async () => (await dashboard.engine.api('GET', '/selections')).length).toBe(0);
	});

	it('lays recordings over each other, aligned at an edge or at markers, with their difference', async () => {
		const page = await open();
		await show(page, [ids[0]]);
		await page.getByRole('button', { name: 'Compare' }).click();
		await page.getByRole('checkbox', { name: 'Second', exact: true }).check();
		await page.getByLabel('Difference: the first less the second').check({ force: true });
		await page.getByLabel('Aligned at').selectOption('edge');
		await page.getByLabel('Level of Main current').fill('never');
		await page.getByRole('button', { name: 'Align' }).click();
		await page.getByText('"never" is no level.').waitFor();
		await page.getByLabel('Level of Main current').fill('4 mA');
		await page.getByRole('button', { name: 'Align' }).click();
		await eventually(() => inPage(page, ({ choice }) => Object.keys(choice.state.alignment))).toEqual([ids[1]]);
		const shift = await inPage(page, ({ choice }) => Object.values(choice.state.alignment)[0]);
		const edges = await Promise.all(
			ids.map(async (id) => {
				const { channels } = await dashboard.engine.api('GET', `/recordings/${id}`);
				const { device } = channels.find(({ id: channel }: { id: string }) => channel === 'mc');
				const { segments } = await dashboard.engine.api('GET', `/recordings/${id}/segments?channel=${device}.mc&threshold=0.004&limit=2`);
				return segments.find(({ firstSample }: { firstSample: number }) => firstSample > 0).start;
			}),
		);
		expect(shift).toBeCloseTo(edges[0] - edges[1], 9);
		await dashboard.shoot(page, 'chart-compare');
		await page.keyboard.press('Escape');
		await page.locator('[data-pane=mc-difference]').waitFor();
		await eventually(() => inPage(page, ({ renderer }) => renderer.trace('difference mc')?.count ?? 0)).toBeGreaterThan(100);
		// Where both are there, the difference of any two columns is inside its bounds.
		const wrong = await inPage(page, ({ chart, renderer }) => {
			const { tracks } = chart.layout.state;
			const difference = tracks.find((track: Dashboard) => track.key === 'difference mc');
			const [first, second] = (difference.origin as { of: [string, string] }).of.map((key) => renderer.trace(key)!);
			const trace = renderer.trace('difference mc')!;
			const at = (t: Float64Array, count: number, time: number) => {
				let found = 0;
				while (found + 1 < count && t[found + 1] <= time) found++;
				return found;
			};
			let bad = 0;
			for (let i = 0; i + 1 < trace.count; i++) {
				const widthS = trace.t[i + 1] - trace.t[i];
				if (widthS < 1e-9) continue; // edges that rounding has parted
				const middle = trace.t[i] + widthS / 2;
				const a = at(first.t, first.count, middle);
				const b = at(second.t, second.count, middle);
				if (Math.abs(trace.mean[i] - Math.fround(first.mean[a] - second.mean[b])) > 1e-9) bad++;
				if (Math.abs(trace.min[i] - Math.fround(first.min[a] - second.max[b])) > 1e-9) bad++;
				if (Math.abs(trace.max[i] - Math.fround(first.max[a] - second.min[b])) > 1e-9) bad++;
			}
			return bad;
		});
		expect(wrong).toBe(0);
		await dashboard.shoot(page, 'chart-difference');
		await dashboard.expectAccessible(page, chartOnly);
		// B of the second onto A of the first.
		await page.evaluate(() => {
			const { chart } = (globalThis as Dashboard).microjoule;
			chart.mark(0, 1);
			chart.mark(1, 1.25);
		});
		await page.getByRole('button', { name: 'Compare' }).click();
		await page.getByLabel('Aligned at').selectOption('markers');
		await page.getByRole('button', { name: 'Align' }).click();
		await eventually(() => inPage(page, ({ choice }) => Object.values(choice.state.alignment)[0])).toBeCloseTo(shift - 0.25, 9);
		await page.getByLabel('Aligned at').selectOption('line');
		await page.getByLabel('Text in the line').fill('no such line');
		await page.getByRole('button', { name: 'Align' }).click();
		await page.getByText('First has no log line with "no such line".').waitFor();
	});

	it('paints range switches and says what they are', async () => {
		const page = await open();
		await show(page, [ids[0]]);
		const { channels } = await dashboard.engine.api('GET', `/recordings/${ids[0]}`);
		const { device, settleS } = channels.find(({ id }: { id: string }) => id === 'mc');
		const { events } = await dashboard.engine.api('GET', `/recordings/${ids[0]}/events?types=range`);
		const event = events.find((each: { device: string; time: number }) => each.device === device && each.time > 0.1);
		expect(event).toBeDefined();
		expect(settleS).toBeGreaterThan(0);
		await page.evaluate(([time, settle]) => (globalThis as Dashboard).microjoule.chart.show({ from: time - 2 * settle, to: time + 4 * settle }), [event.time, settleS] as const);
		const box = await area(page);
		await page.mouse.move(box.x + box.width * 0.4, box.y + 40);
		await eventually(() => page.locator('[data-readout=mc]').textContent()).toContain(`${event.range} range`);
		expect(await page.locator('[data-readout=mv]').textContent()).not.toContain('range');
		await dashboard.shoot(page, 'chart-range');
	});

	it('moves and zooms by touch, and selects where a finger rests', async () => {
		const page = await open({ viewport: { width: 400, height: 800 }, hasTouch: true, colorScheme: 'dark' });
		await show(page, [ids[0]]);
		expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
		await dashboard.shoot(page, 'chart-narrow-dark', { fullPage: true });
		const box = await area(page);
		const client = await page.context().newCDPSession(page);
		const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...xs: number[]) =>
			client.send('Input.dispatchTouchEvent', { type, touchPoints: xs.map((share, id) => ({ x: box.x + share * box.width, y: box.y + 40, id })) });
		const span = await spanOf(page);
		await touch('touchStart', 0.4, 0.6);
		await touch('touchMove', 0.2, 0.8);
		await touch('touchEnd');
		const zoomed = await spanOf(page);
		expect(zoomed).toBeLessThan(span * 0.6);
		const { from } = await windowOf(page);
		await touch('touchStart', 0.5);
		await touch('touchMove', 0.4);
		await touch('touchEnd');
		expect((await windowOf(page)).from).toBeGreaterThan(from);
		await touch('touchStart', 0.3);
		// The pane says when a finger has rested long enough.
		await eventually(() => page.locator('[data-pane=mc] .u-over').evaluate((element) => (element as HTMLElement).style.outlineStyle)).toBe('dashed');
		await touch('touchMove', 0.7);
		await touch('touchEnd');
		const { from: begin, to: end } = await inPage(page, ({ chart }) => chart.marks.state.chosen);
		expect((end - begin) / (await spanOf(page))).toBeCloseTo(0.4, 1);
	});

	it('offers a menu, goes to the start with the middle button, and holds a live picture for a selection', async () => {
		const page = await open();
		await eventually(() => inPage(page, ({ chart, renderer }) => renderer.trace(chart.layout.state.tracks[0]?.key)?.count ?? 0)).toBeGreaterThan(100);
		let box = await area(page);
		await drag(page, { x: box.x + 200, y: box.y + 40 }, { x: box.x + 400, y: box.y + 40 }, { shift: true });
		await page.getByRole('button', { name: 'Resume' }).waitFor();
		await dashboard.shoot(page, 'chart-held');
		await page.mouse.click(box.x + 300, box.y + 50, { button: 'right' });
		await dashboard.shoot(page, 'chart-menu');
		await page.getByRole('menuitem', { name: 'Back to live' }).click();
		await page.getByRole('button', { name: 'Pause' }).waitFor();
		expect(await inPage(page, ({ chart }) => chart.marks.state.chosen)).toBeNull();
		await dashboard.shoot(page, 'chart-live');

		await show(page, [ids[0]]);
		await page.evaluate(() => (globalThis as Dashboard).microjoule.chart.show({ from: 1, to: 1.2 }));
		box = await area(page);
		await page.mouse.click(box.x + 300, box.y + 50, { button: 'middle' });
		expect((await windowOf(page)).from).toBe(0);
		expect(await spanOf(page)).toBeCloseTo(0.2, 9);
		await page.mouse.click(box.x + 300, box.y + 50, { button: 'right' });
		await page.getByRole('menuitem', { name: 'Marker A here' }).click();
		expect((await markersOf(page))[0]).toBeGreaterThan(0);
	});

	it('chooses which channels have a pane', async () => {
		const page = await open();
		await show(page, [ids[0]]);
		await page.getByRole('button', { name: 'Channels', exact: true }).click();
		await dashboard.shoot(page, 'chart-channels');
		await page.getByRole('checkbox', { name: '(mv)' }).uncheck();
		await eventually(() => page.locator('[data-pane]').evaluateAll((panes) => panes.map((pane) => (pane as HTMLElement).dataset.pane))).toEqual(['mc', 'mp']);
		await dashboard.expectAccessible(page, chartOnly);
	});

	it('follows what is being recorded', async () => {
		const page = await open();
		const { id } = await dashboard.engine.api('POST', '/recordings', { name: 'Growing' });
		try {
			await eventually(() => inPage(page, ({ bench }) => bench.state().current?.id)).toBe(id);
			await show(page, [id]);
			const before = await extentOf(page);
			await eventually(async () => (await extentOf(page)).to).toBeGreaterThan(before.to + 1);
			const [{ to }, extent] = await inPage(page, ({ chart }) => [chart.window, chart.layout.state.extent]);
			expect(to).toBe(extent.to);
			await dashboard.shoot(page, 'chart-growing');
		} finally {
			await dashboard.engine.api('POST', '/recordings/stop');
		}
	});

	/** Pixels of the minimap that are blue, the colour of the first trace. */
	const inkOf = (page: Page) =>
		page.evaluate(() => {
			const canvas = document.querySelector<HTMLCanvasElement>('[data-testid=minimap]')!;
			const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
			let ink = 0;
			for (let at = 0; at < data.length; at += 4) if (data[at + 2] > data[at] + 60 && data[at + 3] > 200) ink++;
			return ink;
		});
	/** The picture of the time axis's labels, under the lowest pane. */
	const labelsOf = (page: Page) =>
		page.evaluate(() => {
			const canvas = [...document.querySelectorAll<HTMLCanvasElement>('[data-pane] canvas')].at(-1)!;
			const height = Math.round(22 * devicePixelRatio);
			return canvas
				.getContext('2d')!
				.getImageData(0, canvas.height - height, canvas.width, height)
				.data.join();
		});
	/** Red, green and blue of a pane at a moment, so many pixels under its upper edge. */
	const pixelAt = (page: Page, pane: string, timeS: number, down: number) =>
		page.evaluate(
			([id, time, y]) => {
				const { chart } = (globalThis as Dashboard).microjoule;
				const over = document.querySelector<HTMLElement>(`[data-pane=${id}] .u-over`)!;
				const canvas = document.querySelector<HTMLCanvasElement>(`[data-pane=${id}] canvas`)!;
				const { from, to } = chart.window;
				const x = over.offsetLeft + ((time - from) / (to - from)) * over.clientWidth;
				return [...canvas.getContext('2d')!.getImageData(Math.round(x), over.offsetTop + y, 1, 1).data].slice(0, 3);
			},
			[pane, timeS, down] as const,
		);
});

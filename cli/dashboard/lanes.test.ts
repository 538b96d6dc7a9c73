/** Digital lanes, UART and log lines, in a real Chromium on the real program: a sensor node that pulses its pins and prints. */

import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Lane } from '../../engine/recording/lanes.ts';
import { noDashboard, useDashboard } from './testing.ts';

/** What tests read of `globalThis.microjoule`. */
interface PageState {
	readonly chart: {
		readonly window: { readonly from: number; readonly to: number };
		readonly marks: { readonly state: { readonly chosen: { from: number; to: number } | null; readonly markers: readonly (number | null)[] } };
		show(window: { from: number; to: number }): void;
		showAll(): void;
	};
	readonly highlight: { readonly state: { readonly timeS: number | null } };
	readonly lanes: { readonly list: { readonly state: { readonly lanes: readonly { key: string; runs: Lane['runs']; levels?: readonly number[]; level?: number | null }[] } } };
}
/** Runs in the page. */
declare const microjoule: PageState;

/** Other work on this machine must not fail a test. */
const soon = { timeout: 10_000 };

describe.skipIf(noDashboard)('lanes and log', () => {
	const dashboard = useDashboard(['--sim', 'arc:Node', '--load', 'Node=sensor']);
	let device: string;
	/** A recording of 7 s: two reports and some readings at least. */
	let recording: string;

	beforeAll(async () => {
		if (noDashboard) return;
		const { engine } = dashboard;
		[{ id: device }] = await engine.api('GET', '/devices');
		await engine.api('PATCH', `/devices/${device}/settings`, { expansionPort: true, uart: true, mainVoltage: 3.3 });
		recording = (await engine.api('POST', '/recordings', { name: 'Two reports' })).id;
		await engine.api('POST', `/recordings/${recording}/logs`, { name: 'Bench' });
		await vi.waitFor(async () => expect((await engine.api('GET', `/recordings/${recording}/events?types=log&filter=TX`)).total).toBeGreaterThanOrEqual(2), {
			timeout: 30_000,
			interval: 200,
		});
		await engine.api('PATCH', `/devices/${device}/settings`, { gpo1: true });
		await engine.api('POST', `/recordings/${recording}/logs/1/lines`, { lines: [{ time: 0.5, text: 'began to heat' }] });
		await engine.api('POST', '/recordings/stop');
	}, 60_000);

	const openRecording = async (page: Page) => {
		await page.locator(`[data-recording="${recording}"]`).click();
		await page.getByTestId('chart').and(page.locator('[data-mode=recorded]')).waitFor();
	};
	const events = async (query: string) => (await dashboard.engine.api('GET', `/recordings/${recording}/events?${query}`)).events;
	const openLog = async (page: Page) => {
		await page.getByRole('tab', { name: 'Log' }).click();
		return page.getByRole('listbox', { name: 'Log' });
	};
	/** Pixels of a lane's row that are painted, from left to right. */
	const painted = (page: Page, row: number) =>
		page.getByRole('img', { name: 'Digital lanes over time' }).evaluate((element, lane) => {
			const canvas = element as HTMLCanvasElement;
			const height = 22 * devicePixelRatio;
			const { data, width } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(0, lane * height, canvas.width, height);
			// The lane is high where its upper line is drawn.
			return Array.from({ length: width }, (_, x) => [2, 3].some((y) => data[(y * devicePixelRatio * width + x) * 4 + 3] > 200));
		}, row);

	it('shows the pins of the recording where they were high', async () => {
		const page = await dashboard.open();
		await openRecording(page);
		await expect.poll(() => page.locator('[data-lane]').allTextContents(), soon).toEqual(['GPI1', 'GPI2', 'GPO1', 'UART', 'Bench']);
		const edges = await events('types=edge&channel=i1');
		const rise = edges.find(({ level }: { level: number }) => level === 1).time as number;
		const fall = edges.find(({ level, time }: { level: number; time: number }) => level === 0 && time > rise).time as number;
		await page.evaluate((window) => microjoule.chart.show(window), { from: rise - (fall - rise), to: fall + (fall - rise) });
		// High in the middle third.
		await expect
			.poll(async () => {
				const columns = await painted(page, 0);
				const plotted = columns.length - 14;
				const share = (from: number, to: number) => columns.slice(Math.round(plotted * from), Math.round(plotted * to)).filter(Boolean).length / (plotted * (to - from));
				return [share(0.02, 0.31), share(0.36, 0.64), share(0.69, 0.98)].map((part) => Math.round(part * 100) / 100);
			}, soon)
			.toEqual([0, 1, 0]);
		await dashboard.shoot(page, 'lanes-recorded');
		await dashboard.expectAccessible(page, '[aria-label="Digital lanes"]');
		await page.context().close();
	}, 60_000);

	it('lists what happened, finds it, and goes there', async () => {
		const page = await dashboard.open();
		await openRecording(page);
		const list = await openLog(page);
		const lines = await events('types=log,user-log,fault,gap&limit=1000');
		await expect.poll(() => page.getByTestId('log-count').textContent(), soon).toBe(`${lines.length} lines`);
		expect(await list.getByRole('option').first().textContent()).toContain(lines[0].text);
		await dashboard.shoot(page, 'log', { fullPage: true });
		await dashboard.expectAccessible(page, '[role=tabpanel]');

		await page.getByLabel('Filter the log').fill('/^tx \\d+/i');
		const reports = lines.filter(({ text }: { text: string }) => text.startsWith('TX'));
		await expect.poll(() => list.getByRole('option').count(), soon).toBe(reports.length);
		await list.getByRole('option').nth(0).click();
		expect(await page.evaluate(() => microjoule.chart.marks.state.markers[0])).toBe(reports[0].time);
		await list
			.getByRole('option')
			.nth(1)
			.click({ modifiers: ['Shift'] });
		await expect.poll(() => page.evaluate(() => microjoule.chart.marks.state.chosen), soon).toEqual({ from: reports[0].time, to: reports[1].time });
		await list.getByRole('option').nth(1).hover();
		expect(await page.evaluate(() => microjoule.highlight.state.timeS)).toBe(reports[1].time);
		await page.mouse.move(5, 5);
		expect(await page.evaluate(() => microjoule.highlight.state.timeS)).toBeNull();

		// Looked for instead: everything is listed, the next match is chosen.
		await page.getByRole('switch', { name: 'Only matches' }).click({ force: true });
		await expect.poll(() => page.getByTestId('log-count').textContent(), soon).toBe(`${lines.length} lines`);
		await page.getByLabel('Find in the log').fill('TX 2');
		await page.getByRole('button', { name: 'Next match' }).click();
		await expect.poll(() => list.locator('[aria-selected=true]').textContent(), soon).toContain('TX 2');

		await page.getByLabel('Find in the log').fill('/(/');
		await page.getByRole('switch', { name: 'Only matches' }).click({ force: true });
		await expect.poll(() => page.getByTestId('log-count').textContent(), soon).toContain('is no regular expression');
		await page.getByLabel('Filter the log').fill('');
		await page.setViewportSize({ width: 400, height: 800 });
		await expect.poll(() => list.getByRole('option').count(), soon).toBeGreaterThan(3);
		expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(400);
		await dashboard.shoot(page, 'log-narrow', { fullPage: true });
		await page.context().close();
	}, 60_000);

	it('follows the window, and goes to the lines of a lane that is clicked', async () => {
		const page = await dashboard.open();
		await openRecording(page);
		const list = await openLog(page);
		const reports = (await events('types=log')).filter(({ text }: { text: string }) => text.startsWith('TX'));
		const { time } = reports[1];
		await page.evaluate((at) => microjoule.chart.show({ from: at - 0.01, to: at + 0.01 }), time as number);
		const near = (await events('types=log')).filter((event: { time: number }) => Math.abs(event.time - time) < 0.01);
		await expect.poll(() => list.getByRole('option').allTextContents(), soon).toEqual(near.map(({ text }: { text: string }) => expect.stringContaining(text)));
		await page.getByRole('radiogroup', { name: 'Part of the log' }).getByText('All').click();
		await expect.poll(() => list.getByRole('option').count(), soon).toBeGreaterThan(near.length);

		const canvas = page.getByRole('img', { name: 'Digital lanes over time' });
		const row = (await page.locator('[data-lane]').allTextContents()).indexOf('UART');
		await expect.poll(() => page.evaluate(() => microjoule.lanes.list.state.lanes.find(({ key }) => key.endsWith('.rx'))?.runs.count.length), soon).toBeGreaterThan(0);
		const { width } = (await canvas.boundingBox()) as { width: number };
		const place = { x: (width - 14) / 2 + 2, y: row * 22 + 11 };
		await canvas.hover({ position: place });
		await expect.poll(() => page.getByRole('tooltip').textContent(), soon).toContain(reports[1].text);
		await canvas.click({ position: place });
		expect(await page.evaluate(() => microjoule.chart.marks.state.markers[0])).toBe(time);
		await expect.poll(() => list.locator('[aria-selected=true]').textContent(), soon).toContain(reports[1].text);
		await page.context().close();
	}, 60_000);

	it('notes lines, and keeps the user logs in order', async () => {
		const page = await dashboard.open();
		await openRecording(page);
		const list = await openLog(page);
		await list.getByRole('option').filter({ hasText: 'began to heat' }).click();
		await page.getByLabel(/^Note at marker A, 0:00.500/).fill('fan on');
		await page.getByRole('button', { name: 'Add note' }).click();
		await list.getByRole('option').filter({ hasText: 'fan on' }).waitFor();
		expect((await dashboard.engine.api('GET', `/recordings/${recording}/logs/1`)).lines).toContainEqual({ time: 0.5, text: 'fan on' });

		await page.getByRole('button', { name: /User logs/ }).click();
		const logs = page.getByRole('dialog', { name: 'User logs' });
		await logs.getByLabel('Name of Bench').fill('Oven');
		await logs.getByLabel('Shift of Bench').fill('250 ms');
		await expect.poll(async () => (await dashboard.engine.api('GET', `/recordings/${recording}/logs`))[0], soon).toMatchObject({ name: 'Oven' });
		await logs.getByLabel('Shift of Oven').fill('250 ms');
		await logs.getByLabel('Shift of Oven').press('Enter');
		await expect.poll(() => list.getByRole('option').filter({ hasText: 'fan on' }).textContent(), soon).toContain('0:00.750');
		await logs.getByPlaceholder('Name').fill('Second');
		await logs.getByRole('button', { name: 'Create' }).click();
		await logs.getByLabel('Name of Second').waitFor();
		await logs.getByRole('button', { name: 'Delete Second' }).click();
		await expect.poll(async () => (await dashboard.engine.api('GET', `/recordings/${recording}/logs`)).length, soon).toBe(1);
		await dashboard.expectAccessible(page, '[role=tabpanel]');
		await page.context().close();
	}, 60_000);

	it('goes on with a recording in progress, and notes what is seen now', async () => {
		const { engine } = dashboard;
		const page = await dashboard.open();
		const { id } = await engine.api('POST', '/recordings', { name: 'Running' });
		await page.locator(`[data-recording="${id}"]`).click();
		await page.getByTestId('chart').and(page.locator('[data-mode=recorded]')).waitFor();
		const list = await openLog(page);
		await page.getByRole('radiogroup', { name: 'Part of the log' }).getByText('All').click();
		await expect.poll(() => list.getByRole('option').filter({ hasText: /T=|TX/ }).count(), { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
		await page.getByLabel('Note now').fill('seen');
		await page.getByLabel('Note now').press('Enter');
		await list.getByRole('option').filter({ hasText: 'Notes' }).filter({ hasText: 'seen' }).waitFor();
		const before = await list.getByRole('option').count();
		await expect.poll(() => list.getByRole('option').count(), { timeout: 20_000 }).toBeGreaterThan(before);
		await engine.api('POST', '/recordings/stop');
		// Nothing was listed twice on the way.
		const { total } = await engine.api('GET', `/recordings/${id}/events?types=log,user-log,fault,gap`);
		await expect.poll(() => list.getByRole('option').count(), soon).toBe(total);
		await page.context().close();
	}, 60_000);

	it('shows pins and lines as they come', async () => {
		const page = await dashboard.open({ colorScheme: 'dark' });
		await expect.poll(() => page.locator('[data-lane]').allTextContents(), { timeout: 20_000 }).toEqual(['GPI1', 'GPI2', 'UART']);
		const list = await openLog(page);
		await list.getByRole('option').filter({ hasText: 'TX' }).first().waitFor();
		// Levels alternate, and what was high before the first change is known.
		const [lane] = await page.evaluate(() => microjoule.lanes.list.state.lanes.map(({ levels, level, runs }) => ({ levels, level, times: runs.from })));
		expect(lane.level).not.toBeNull();
		expect([lane.level, ...(lane.levels ?? [])].every((level, at, all) => at === 0 || level !== all[at - 1])).toBe(true);
		await dashboard.shoot(page, 'lanes-live-dark', { fullPage: true });
		await dashboard.expectAccessible(page, '[role=tabpanel]');
		await page.context().close();
	}, 60_000);
});

describe.skipIf(noDashboard)('the terminal and the expansion port', () => {
	const dashboard = useDashboard(['--sim', 'ace:Modem', '--load', 'Modem=modem']);

	it('talk to the device under test, and work its pins', async () => {
		const { engine } = dashboard;
		const [{ id }] = await engine.api('GET', '/devices');
		await engine.api('PATCH', `/devices/${id}/settings`, { uart: false });
		const page = await dashboard.open({ colorScheme: 'dark' });
		await page.getByRole('button', { name: 'UART terminal of Modem' }).click();
		const terminal = page.getByRole('log', { name: 'UART lines of Modem' });
		await terminal.getByText('The UART is off.').waitFor();
		await page.getByRole('switch', { name: 'UART of Modem' }).click({ force: true });
		const input = page.getByLabel('Send to the UART of Modem');
		await expect.poll(() => input.isEnabled(), soon).toBe(true);
		await page.getByLabel('Line end of what is sent').click();
		await page.getByRole('option', { name: 'CR', exact: true }).click();
		await input.fill('AT+CEREG=1');
		await input.press('Enter');
		await terminal.getByText('OK', { exact: true }).waitFor();
		expect(await terminal.locator('div').allTextContents()).toContain('› AT+CEREG=1');
		await input.fill('NONSENSE');
		await input.press('Enter');
		await terminal.getByText('ERROR', { exact: true }).waitFor();
		await input.press('ArrowUp');
		await input.press('ArrowUp');
		expect(await input.inputValue()).toBe('AT+CEREG=1');
		await input.press('ArrowDown');
		expect(await input.inputValue()).toBe('NONSENSE');

		await page.getByRole('button', { name: 'Expansion port of Modem' }).click();
		await page.getByRole('switch', { name: 'GPO1 of Modem' }).click({ force: true });
		await expect.poll(async () => (await engine.api('GET', `/devices/${id}`)).settings, soon).toMatchObject({ expansionPort: true, uart: true, gpo1: true });
		// The other way round: what a script sets shows at once.
		await engine.api('PATCH', `/devices/${id}/settings`, { gpo2: true, expansionVoltage: 1.8 });
		await expect.poll(() => page.getByRole('switch', { name: 'GPO2 of Modem' }).isChecked(), soon).toBe(true);
		await expect.poll(() => page.getByLabel('Level of Modem').inputValue(), soon).toBe('1.8 V');
		await dashboard.shoot(page, 'terminal-dark', { fullPage: true });
		await dashboard.expectAccessible(page, '[data-device]');
		await page.context().close();
	}, 60_000);

	it('says why nothing can be sent', async () => {
		const { engine } = dashboard;
		const [{ id }] = await engine.api('GET', '/devices');
		await engine.api('PATCH', `/devices/${id}/settings`, { uart: false });
		await expect(engine.api('POST', `/devices/${id}/uart`, { text: 'AT\r' })).rejects.toThrow('The UART of Modem is off, so nothing can be sent; switch it on first.');
		expect(await engine.api('GET', `/devices/${id}/levels`)).toEqual({ i1: expect.any(Number), i2: expect.any(Number) });
	});
});

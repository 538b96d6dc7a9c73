/** The page in a real Chromium, against the server with the bench of the tests. Skipped where there is no Chromium. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium, noChromium } from './chromium-testing.ts';
import { FakeBench } from './fake-bench.ts';
import { createServer, type Server } from './server.ts';

const screenshots = process.env.SCREENSHOTS;
const root = fileURLToPath(new URL('../../', import.meta.url));

describe.skipIf(noChromium)('the page', () => {
	const uiFolder = mkdtempSync(join(tmpdir(), 'microjoule-page-'));
	let browser: Browser;
	let bench: FakeBench;
	let server: Server;
	let page: Page;
	let faults: string[];

	beforeAll(async () => {
		await build({ configFile: join(root, 'vite.config.ts'), root: join(root, 'ui'), logLevel: 'warn', build: { outDir: uiFolder, emptyOutDir: true } });
		browser = await launchChromium();
	}, 120_000);
	afterAll(() => browser?.close());

	beforeEach(async () => {
		bench = new FakeBench();
		bench.run();
		server = await createServer({ bench, port: 0, version: '0', uiFolder });
		faults = [];
		page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
		page.setDefaultTimeout(10_000);
		page.on('pageerror', (error) => faults.push(error.message));
		page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
	});
	afterEach(async () => {
		await page.context().close();
		bench.stop();
		await server.close();
		// The bench of the tests has no project, and its recordings no events.
		expect(faults.filter((fault) => !/404 \(Not Found\)/.test(fault))).toEqual([]);
	});

	const shoot = async (name: string) => {
		if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: name.includes('narrow') });
	};
	/** Pixels of a pane that have the trace's colour (red, green, blue within 40). */
	const inkOf = (channel: string, rgb: [number, number, number]) =>
		page.evaluate(
			([pane, color]) => {
				const canvas = [...document.querySelectorAll<HTMLCanvasElement>(`[data-pane=${pane}] canvas`)].find((candidate) => candidate.offsetParent !== null);
				const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray();
				let ink = 0;
				for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200 && [0, 1, 2].every((part) => Math.abs(data[at + part] - (color as number[])[part]) < 40)) ink++;
				return ink;
			},
			[channel, rgb] as const,
		);

	it('shows a live trace and readings at once', async () => {
		await page.goto(server.url);
		await expect.poll(() => inkOf('mc', [0x22, 0x8b, 0xe6])).toBeGreaterThan(100);
		expect(await inkOf('mv', [0xe8, 0x74, 0x0c])).toBeGreaterThan(100);
		expect(await inkOf('mp', [0x84, 0x5e, 0xf7])).toBeGreaterThan(100);
		await expect.poll(() => page.locator('[data-device=arc-SIM1] [data-reading=mv]').textContent()).toMatch(/^3\.\d+ V$/);
		await page.getByLabel('Show Ace SIM2 in the chart').check();
		await expect.poll(() => inkOf('mc', [0x0c, 0xa6, 0x78])).toBeGreaterThan(100);
		await shoot('live');
		await page.getByText('60 s', { exact: true }).click();
		await page.getByRole('button', { name: 'Pause' }).click();
		await page.getByRole('button', { name: 'Resume' }).click();
	});

	it('switches the output and shows what a script changes', async () => {
		await page.goto(server.url);
		const output = page.getByRole('switch', { name: 'Output of Arc SIM1' });
		await expect.poll(() => output.isChecked()).toBe(true);
		await output.click({ force: true });
		await expect.poll(() => bench.devices()[0].settings.main).toBe(false);
		await expect.poll(() => output.isChecked()).toBe(false);
		await page.evaluate(() => (document.activeElement as HTMLElement).blur());
		await page.keyboard.press('Alt+p');
		await expect.poll(() => bench.devices()[0].settings.main).toBe(true);
		await bench.set('arc-SIM1', { main: false, mainVoltage: 1.8 });
		await expect.poll(() => output.isChecked()).toBe(false);
		await expect.poll(() => page.getByLabel('Voltage of Arc SIM1').inputValue()).toBe('1.8 V');
	});

	it('applies a voltage, and says why not', async () => {
		await page.goto(server.url);
		const voltage = page.getByLabel('Voltage of Arc SIM1');
		await voltage.fill('2,5');
		await voltage.press('Enter');
		await expect.poll(() => bench.devices()[0].settings.mainVoltage).toBe(2.5);
		await voltage.fill('99');
		await voltage.press('Enter');
		await page.getByText('From 0 V to 5.00 V.').waitFor();
		expect(bench.devices()[0].settings.mainVoltage).toBe(2.5);
		const limit = page.getByLabel('Current limit of Arc SIM1');
		await limit.fill('20 mA');
		await limit.blur();
		await expect.poll(() => bench.devices()[0].settings.maxCurrent).toBe(0.02);
	});

	it('records, opens, selects and shows statistics', async () => {
		await page.goto(server.url);
		await page.getByRole('button', { name: 'Record', exact: true }).click();
		await page.getByRole('button', { name: /Stop 0:0/ }).waitFor();
		bench.advance(2);
		await page.evaluate(() => (document.activeElement as HTMLElement).blur());
		await page.keyboard.press('Space');
		await expect.poll(() => bench.recording).toBeNull();
		await page.locator('[data-recording=r1]').click();
		await expect.poll(() => inkOf('mc', [0x22, 0x8b, 0xe6])).toBeGreaterThan(100);
		const cell = (figure: string, channel: string) => page.locator(`[data-figure="${figure}"] [data-channel=${channel}]`).first();
		await expect.poll(() => cell('Average', 'mc').textContent()).toMatch(/[µm]A± .*A$/);
		const area = page.locator('[data-mode=recorded] [data-pane=mc] .u-over');
		const box = (await area.boundingBox())!;
		await page.mouse.move(box.x + box.width * 0.25, box.y + 40);
		await page.keyboard.down('Shift');
		await page.mouse.down();
		await page.mouse.move(box.x + box.width * 0.5, box.y + 40, { steps: 4 });
		await page.mouse.up();
		await page.keyboard.up('Shift');
		await expect.poll(() => page.getByTestId('selection').textContent()).toMatch(/^Selection/);
		const { duration } = bench.recordings()[0];
		await expect.poll(async () => Number((await cell('Samples', 'mc').textContent())?.replaceAll(',', ''))).toBeLessThan(0.26 * duration * 4000);
		expect(await cell('Charge', 'mc').textContent()).toMatch(/C± /);
		expect(await cell('Energy', 'mc').textContent()).toMatch(/J± /);
		await shoot('recording');
		await page.mouse.wheel(0, -800);
		await page.keyboard.press('Escape');
		await expect.poll(() => page.getByTestId('selection').textContent()).toMatch(/^Whole recording/);
	});

	it('reconnects by itself', async () => {
		await page.goto(server.url);
		await page.locator('[data-device=arc-SIM1]').waitFor();
		const { port } = server;
		await server.close();
		await page.getByText('Reconnecting…').waitFor();
		server = await createServer({ bench, port, version: '0', uiFolder });
		await page.getByText('Reconnecting…').waitFor({ state: 'detached' });
		await expect.poll(() => inkOf('mc', [0x22, 0x8b, 0xe6])).toBeGreaterThan(100);
		faults = faults.filter((fault) => !/WebSocket|ERR_CONNECTION|Failed to load/.test(fault));
	});

	it('fits 400 px, in the dark too', async () => {
		await page.setViewportSize({ width: 400, height: 800 });
		await page.emulateMedia({ colorScheme: 'dark' });
		bench.update('arc-SIM1', { lost: 1234, clock: { deviation: 0.009, uncertainty: 1e-4 } });
		await page.goto(server.url);
		await expect.poll(() => inkOf('mc', [0x22, 0x8b, 0xe6])).toBeGreaterThan(100);
		await page.getByText('1,234 samples lost').waitFor();
		await page.getByText('Clock +0.90 %').waitFor();
		expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
		await shoot('narrow-dark');
	});
});

/** The battery panels in a real Chromium, against an engine with two simulated Aces, one of them with a cell at its terminals. Skipped where there is no Chromium. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { realClock } from '../../drivers/clock.ts';
import { parseLoad } from '../../drivers/simulator/loads/catalogue.ts';
import { createSimulator } from '../../drivers/simulator/simulator.ts';
import { launchChromium, noChromium } from '../../engine/server/chromium-testing.ts';
import { createServer, type Server } from '../../engine/server/server.ts';
import { device } from '../automation/testing.ts';
import { licensingRoutes } from '../licensing/routes.ts';
import { Cell } from './cell.ts';
import { announceBattery } from './live.ts';
import { libraryProfiles } from './profile/library/library.ts';
import { CellModel } from './profile/model.ts';
import { writeProfile } from './profile/otii-json.ts';
import { batteryRoutes } from './routes.ts';
import { type BatteryEngine, openBatteryEngine } from './testing.ts';

const screenshots = process.env.SCREENSHOTS;
const root = fileURLToPath(new URL('../../', import.meta.url));
const coin = libraryProfiles.find(({ name }) => name.startsWith('CR2032-Energizer'))!;

describe.skipIf(noChromium)('the battery panels', { timeout: 90_000 }, () => {
	const uiFolder = mkdtempSync(join(tmpdir(), 'microjoule-page-'));
	let browser: Browser;
	let opened: BatteryEngine;
	let server: Server;
	let endAnnouncing: () => void;
	let page: Page;
	let ace: string;
	const faults: string[] = [];

	beforeAll(async () => {
		await build({ configFile: join(root, 'vite.config.ts'), root: join(root, 'ui'), logLevel: 'warn', build: { outDir: uiFolder, emptyOutDir: true } });
		browser = await launchChromium();
	}, 120_000);
	afterAll(async () => {
		await browser?.close();
		rmSync(uiFolder, { recursive: true, force: true });
	});

	beforeEach(async () => {
		opened = await openBatteryEngine({
			clock: realClock,
			devices: (clock) => [
				device(clock, 'ace', 'resistor:330', 'Bench'),
				{
					simulator: createSimulator({ kind: 'ace', load: parseLoad('resistor:330'), noise: false, clock, name: 'Cell', serial: 'CELL', cell: new Cell(new CellModel(coin)) }),
					name: 'Cell',
				},
			],
		});
		const { bench, licensing } = opened.engine;
		const { battery } = opened;
		ace = bench.devices().find(({ name }) => name === 'Bench')!.id;
		server = await createServer({
			bench,
			port: 0,
			version: '0',
			uiFolder,
			plugins: [
				async (routes) => {
					await routes.register(licensingRoutes, { licensing });
					await routes.register(batteryRoutes, { battery });
				},
			],
		});
		const tell = () => server.announce({ type: 'licensing', licensing: licensing.status() });
		licensing.on(tell);
		tell();
		endAnnouncing = announceBattery(battery, server.announce);
		page = await (await browser.newContext({ viewport: { width: 1280, height: 860 }, acceptDownloads: true })).newPage();
		page.setDefaultTimeout(10_000);
		page.on('pageerror', (error) => faults.push(error.message));
		await page.goto(server.url);
	});
	afterEach(async () => {
		await page.context().close();
		endAnnouncing();
		await server.close();
		await opened[Symbol.asyncDispose]();
		expect(faults.splice(0)).toEqual([]);
	});

	const panel = () => page.getByTestId('battery');
	async function open(tab: string): Promise<void> {
		await page.getByRole('menuitem', { name: 'Battery', exact: true }).click();
		await page.getByRole('menuitem', { name: tab }).click();
		await panel().getByRole('tabpanel', { name: tab }).waitFor();
	}
	/** As drawn at this width and in this scheme: nothing sticks out, nothing that axe finds. */
	async function inspect(name: string, width = 1280, colorScheme: 'light' | 'dark' = 'light'): Promise<void> {
		await page.setViewportSize({ width, height: 860 });
		await page.emulateMedia({ colorScheme });
		await page.mouse.move(0, 0);
		await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'));
		if (screenshots) await page.screenshot({ path: join(screenshots, `battery-${name}-${width}-${colorScheme}.png`), fullPage: true });
		expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
		const { violations } = await new AxeBuilder({ page }).include('[data-testid=battery]').analyze();
		expect(violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
	}
	async function inspectAll(name: string): Promise<void> {
		await inspect(name);
		await inspect(name, 400, 'dark');
		await page.setViewportSize({ width: 1280, height: 860 });
		await page.emulateMedia({ colorScheme: 'light' });
	}
	/** Pixels of a chart that have this colour (within 40). */
	const inkOf = (chart: string, rgb: [number, number, number]) =>
		panel()
			.getByRole('region', { name: chart })
			.locator('canvas')
			.evaluate((canvas: HTMLCanvasElement, color) => {
				const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray();
				let ink = 0;
				for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200 && [0, 1, 2].every((part) => Math.abs(data[at + part] - color[part]) < 40)) ink++;
				return ink;
			}, rgb);

	it('are loaded only when somebody opens them, and stay closed without a licence', async () => {
		const loaded = () => page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('battery-panel')));
		await page.getByRole('menuitem', { name: 'Battery', exact: true }).waitFor();
		expect(await loaded()).toBe(false);
		await open('Profiles');
		expect(await loaded()).toBe(true);
		const { licensing, licences } = opened.engine;
		for (const licence of licences) await licensing.returnNow(licence);
		await panel().getByText('The battery toolbox is locked').waitFor();
		expect(await panel().getByRole('tab').count()).toBe(0);
		await inspect('locked');
		await panel().getByRole('button', { name: 'Open User Management' }).click();
		await page
			.getByRole('dialog', { name: 'User Management' })
			.getByRole('button', { name: /Reserve Battery/ })
			.click();
		await page.keyboard.press('Escape');
		await panel().getByRole('tab', { name: 'Profiles' }).waitFor();
		await panel().getByRole('button', { name: 'Back to the chart' }).click();
		await panel().waitFor({ state: 'hidden' });
		await page.getByTestId('chart').waitFor();
	});

	it('compare profiles, import one by drag and drop, export and delete it', async () => {
		await open('Profiles');
		const list = panel().getByRole('list', { name: 'Profiles' });
		await list.getByText(coin.name).click();
		await panel().getByText(coin.provenance!.source).waitFor();
		const [blue, orange] = [[0x22, 0x8b, 0xe6] as [number, number, number], [0xe8, 0x74, 0x0c] as [number, number, number]];
		await expect.poll(() => inkOf('Open-circuit voltage', blue)).toBeGreaterThan(100);
		expect(await inkOf('Open-circuit voltage', orange)).toBe(0);
		await panel().getByLabel('Search profiles').fill('varta aa');
		await panel().getByLabel('Compare AA-Varta-(25)').check();
		await expect.poll(() => inkOf('Open-circuit voltage', orange)).toBeGreaterThan(100);
		await expect.poll(() => inkOf('Resistance (logarithmic)', orange)).toBeGreaterThan(100);
		await panel().getByText('State of charge', { exact: true }).click();
		await panel().getByLabel('Search profiles').fill('');
		await inspectAll('profiles');

		const drop = (name: string, text: string) =>
			panel()
				.getByRole('region', { name: /Battery profiles/ })
				.evaluate(
					(target, [fileName, content]) => {
						const dataTransfer = new DataTransfer();
						dataTransfer.items.add(new File([content], fileName));
						for (const type of ['dragover', 'drop']) target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
					},
					[name, text] as const,
				);
		await drop('broken.json', '{"dischargetables": []}');
		await panel().getByRole('alert').getByText('broken.json: ').waitFor();
		const text = writeProfile({ ...coin, id: '5a8f7ff2-8b58-4b8f-b9a8-0ffe2c9c4a41', document: undefined });
		await drop('My coin.json', text);
		const mine = list.locator('[data-profile="My coin"]');
		await mine.getByText('Own').waitFor();
		await expect.poll(() => panel().getByRole('alert').allTextContents()).toEqual(['', '']);
		const [download] = await Promise.all([page.waitForEvent('download'), panel().getByRole('button', { name: 'Export' }).click()]);
		expect(download.suggestedFilename()).toBe('My coin.json');
		expect(JSON.parse(readFileSync(await download.path(), 'utf8'))).toEqual(JSON.parse(text));

		// Emulated, it cannot go.
		const [own] = (await opened.battery.profiles.list()).profiles.filter(({ builtIn }) => !builtIn);
		await opened.battery.setSupply(ace, { mode: 'battery-emulator', profileId: own.profile.id });
		await mine.getByText('In use').waitFor();
		const remove = panel().getByRole('button', { name: /^Delete/ });
		await remove.click();
		await remove.click();
		await panel().getByRole('alert').getByText('give it another supply first').waitFor();
		await opened.battery.setSupply(ace, { mode: 'power-box' });
		await remove.click();
		await remove.press('Enter');
		await mine.waitFor({ state: 'detached' });
		expect((await opened.battery.profiles.list()).profiles.every(({ builtIn }) => builtIn)).toBe(true);
	});

	it('emulate a battery, and show what a script does to it', async () => {
		const { bench } = opened.engine;
		await bench.set(ace, { main: true });
		await open('Emulator');
		const supply = panel().locator(`[data-supply="${ace}"]`);
		const figure = async (name: string) => supply.locator(`[data-figure="${name}"]`).textContent();
		await supply.getByText('Battery', { exact: true }).click();
		await supply.getByLabel('Profile of Bench').selectOption({ label: `${coin.name} · 230.2 mAh` });
		await supply.getByRole('radio', { name: '2 in series, 1 in parallel' }).click();
		await supply.getByLabel('Used capacity of Bench').fill('23.025');
		await supply.getByLabel('Used capacity of Bench').press('Enter');
		await expect.poll(() => supply.locator('[data-soc]').textContent()).toBe('90.0 %');
		await supply.getByText('Turns the output off.').waitFor();
		await inspect('emulator-setup');
		await supply.getByRole('button', { name: 'Emulate this battery' }).click();
		await expect.poll(() => figure('State of charge')).toBe('90.0 %');
		await supply.getByText('Output off').waitFor();
		const emulator = () => opened.battery.supplies.get(ace)!;
		expect(emulator().status()).toMatchObject({ series: 2, parallel: 1, tracking: true });

		await bench.set(ace, { main: true });
		await expect.poll(() => figure('At the terminals')).toMatch(/^5\.\d+ V$/);
		await supply.getByRole('slider').press('Home');
		await expect.poll(() => emulator().status().soc).toBeLessThan(0.1);
		await supply.getByRole('slider').press('End');
		await expect.poll(() => emulator().status().soc).toBeGreaterThan(99);
		await supply.getByText('Fixed', { exact: true }).click();
		await expect.poll(() => emulator().tracking).toBe(false);

		// A script.
		emulator().setSoc(20);
		await expect.poll(() => figure('State of charge')).toBe('20.0 %');
		expect(await page.locator('[data-supply-note]').textContent()).toContain('20.0 %');

		await supply.getByLabel('Profile of Bench').selectOption({ label: 'CR2450-Murata-40mA · 444.3 mAh' });
		await supply.getByRole('button', { name: 'Change, keep the state of charge' }).click();
		await expect.poll(() => supply.getByText(/CR2450-Murata-40mA, 2 in series/).count()).toBe(1);
		expect(emulator().status().soc).toBeCloseTo(20, 2);
		expect(bench.devices().find(({ id }) => id === ace)?.settings.main).toBe(true);
		await inspectAll('emulator');

		await supply.getByText('Power box', { exact: true }).click();
		await supply.getByRole('button', { name: 'Switch to the power box' }).click();
		await supply.getByText('A steady voltage').waitFor();
		expect(bench.devices().find(({ id }) => id === ace)?.settings.main).toBe(false);
	});

	it('profile a cell: start, stop, resume, and a profile at the end', async () => {
		const { bench } = opened.engine;
		const cell = bench.devices().find(({ name }) => name === 'Cell')!;
		await open('Profiler');
		const form = panel().getByRole('form', { name: 'Start a run' });
		await form.getByLabel('Iterations').fill('400');
		await form.getByLabel('Low current').fill('1 mA');
		await form.getByLabel('Low time').fill('150 ms');
		await form.getByLabel('High time').fill('0.1');
		const begin = () => form.getByRole('button', { name: 'Start the discharge' }).click();
		await begin();
		await form.getByText('Choose the devices that hold a cell.').waitFor();
		await form.getByLabel('Cell', { exact: true }).check();
		await form.getByLabel('Name').fill('measured');
		await inspectAll('profiler');
		await begin();

		const run = panel().getByRole('region', { name: 'Run measured' });
		const column = (index: number) => run.locator(`[data-cell="${cell.id}"] td`).nth(index).textContent();
		await expect.poll(() => run.locator('[data-state]').textContent(), { timeout: 10_000 }).toBe('running');
		await expect.poll(() => column(2).then(Number), { timeout: 20_000 }).toBeGreaterThan(3);
		expect(await column(3)).toMatch(/^[23]\.\d+ V$/);
		expect(await column(4)).toMatch(/^[789]\.\d\d Ω$/);
		await inspectAll('profiler-running');
		const stop = run.getByRole('button', { name: /measured/ });
		await stop.click();
		await stop.click();
		await expect.poll(() => run.locator('[data-state]').textContent(), { timeout: 10_000 }).toBe('stopped');
		expect(bench.devices().find(({ id }) => id === cell.id)?.settings.main).toBe(false);
		await run.getByRole('button', { name: 'Resume measured' }).click();
		await expect.poll(() => run.locator('[data-state]').textContent(), { timeout: 10_000 }).toBe('running');
		await stop.click();
		await stop.click();
		await run.getByRole('button', { name: 'Save what there is of measured' }).click();
		await run.getByText('Saved as measured.').waitFor();
		await open('Profiles');
		await panel().locator('[data-profile="measured"]').getByText('Own').waitFor();
	});

	it('tell how long a battery lasts, of phases and of what is selected in the chart', async () => {
		await open('Life');
		const form = panel().getByRole('form', { name: 'Life estimate' });
		const life = () => panel().getByTestId('life').textContent();
		const ask = () => form.getByRole('button', { name: 'Estimate' }).click();
		await form.getByLabel('Capacity', { exact: true }).fill('3350');
		await form.getByRole('button', { name: 'Remove phase 2' }).click();
		await form.getByLabel('Current of phase 1').fill('nothing');
		await ask();
		await form.getByText('What Active draws is missing.').waitFor();
		await form.getByLabel('Current of phase 1').fill('2,824229 mA');
		await form.getByLabel('Time of phase 1').fill('1 h');
		await ask();
		await expect.poll(life).toBe('49.4 days');

		await form.getByRole('button', { name: 'Add a phase' }).click();
		await form.getByLabel('Name of phase 2').fill('Sleep');
		await form.getByLabel('Current of phase 2').fill('2 µA');
		await form.getByLabel('Time of phase 2').fill('1 h');
		await form.getByLabel('Profile').selectOption({ label: `${coin.name} · 230.2 mAh` });
		await form.getByLabel('Spread of capacity').fill('5 %');
		await form.getByLabel('Capacitor to try').fill('470 µF');
		await form.getByLabel('Capacitor to try').press('Enter');
		await panel().getByTestId('spread').waitFor();
		expect(await life()).toMatch(/^\d\.\d\d days$/);
		await panel().getByRole('cell', { name: 'a capacitor of 470 µF across the battery' }).waitFor();
		await inspectAll('life');

		const { bench } = opened.engine;
		await bench.set(ace, { main: true, mainVoltage: 3.3 });
		const { id } = await bench.startRecording({});
		await expect.poll(() => bench.recording?.duration ?? 0, { timeout: 10_000 }).toBeGreaterThan(0.6);
		await bench.stopRecording();
		await page.locator(`[data-recording="${id}"]`).click();
		await panel().waitFor({ state: 'hidden' });
		await page.getByRole('button', { name: 'How long will it last?' }).click();
		await form.getByLabel('Recording', { exact: true }).waitFor();
		await expect.poll(() => form.getByLabel('Recording', { exact: true }).inputValue()).toBe(id);
		await form.getByLabel('Profile').selectOption({ label: 'Ideal cell' });
		await form.getByLabel('To', { exact: true }).fill('0.5');
		await form.getByLabel('Spread of capacity').fill('');
		await form.getByLabel('Capacity', { exact: true }).fill('1 Ah');
		await ask();
		// 10 mA of the resistor: 100 h.
		await expect.poll(life).toMatch(/^4\.1\d days$/);
	});
});

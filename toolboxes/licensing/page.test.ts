/** User Management in a real Chromium, against an engine's server and a portal. Skipped where there is no Chromium. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium, noChromium } from '../../engine/server/chromium-testing.ts';
import { FakeBench } from '../../engine/server/fake-bench.ts';
import { createServer, type Server } from '../../engine/server/server.ts';
import type { SignedIn } from './portal/licences.ts';
import { licensingRoutes } from './routes.ts';
import { password, type TestComputer, TestWorld } from './testing.ts';

const screenshots = process.env.SCREENSHOTS;
const root = fileURLToPath(new URL('../../', import.meta.url));

describe.skipIf(noChromium)('User Management', () => {
	const uiFolder = mkdtempSync(join(tmpdir(), 'microjoule-page-'));
	let browser: Browser;
	let world: TestWorld;
	let anna: SignedIn;
	let office: TestComputer;
	let server: Server;
	let page: Page;
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
		world = await TestWorld.open();
		anna = await world.user('Anna');
		await world.bench.licence(anna);
		await world.bench.licence(anna, { type: 'Battery', days: 2 });
		office = await world.computer('office');
		const licensing = await office.start();
		server = await createServer({
			bench: new FakeBench(),
			port: 0,
			version: '0',
			uiFolder,
			plugins: [(routes, _options, done) => void routes.register(licensingRoutes, { licensing }).then(() => done(), done)],
		});
		const tell = () => server.announce({ type: 'licensing', licensing: licensing.status() });
		licensing.on(tell);
		tell();
		page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
		page.setDefaultTimeout(10_000);
		page.on('pageerror', (error) => faults.push(error.message));
		await page.goto(server.url);
	});
	afterEach(async () => {
		await page.context().close();
		await server.close();
		await world[Symbol.asyncDispose]();
		expect(faults.splice(0)).toEqual([]);
	});

	const dialog = () => page.getByRole('dialog', { name: 'User Management' });
	const state = (licence: number) => dialog().locator(`[data-licence="${licence}"] [data-state]`);
	const color = (licence: number) =>
		dialog()
			.locator(`[data-licence="${licence}"] > span`)
			.evaluate((circle) => getComputedStyle(circle).backgroundColor);
	const enabled = () => page.getByRole('status', { name: 'Enabled licences' });
	async function logIn(): Promise<void> {
		await page.getByRole('menuitem', { name: 'File', exact: true }).waitFor();
		await page.keyboard.press('Control+u');
		await dialog().getByLabel('User name or e-mail').fill('anna');
		await dialog().getByLabel('Password', { exact: true }).fill(password);
		await page.keyboard.press('Enter');
		await dialog().getByText('Logged in as Anna').waitFor();
	}
	async function inspect(name: string): Promise<void> {
		await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'));
		if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`) });
		const { violations } = await new AxeBuilder({ page }).include('[role=dialog]').analyze();
		expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
	}

	it('opens by key and by menu, logs in, reserves and returns, by keyboard alone', async () => {
		await page.getByRole('menuitem', { name: 'File', exact: true }).click();
		await page.getByRole('menuitem', { name: /User Management/ }).click();
		await expect
			.poll(() =>
				dialog()
					.getByLabel('User name or e-mail')
					.evaluate((field) => field === document.activeElement),
			)
			.toBe(true);
		await inspect('user-management-signed-out');
		await dialog().getByLabel('Password', { exact: true }).fill('wrong');
		await dialog().getByLabel('User name or e-mail').fill('anna');
		await page.keyboard.press('Enter');
		await dialog().getByRole('alert').getByText('wrong').first().waitFor();
		await page.keyboard.press('Escape');
		await dialog().waitFor({ state: 'hidden' });

		await logIn();
		expect(await state(1).textContent()).toBe('Free');
		const free = await color(1);
		await dialog().getByRole('button', { name: 'Reserve Automation licence 1' }).focus();
		await page.keyboard.press('Enter');
		await expect.poll(() => state(1).textContent()).toBe('Reserved here');
		office.engine.gate.require('automation');
		expect(await color(1)).not.toBe(free);
		await expect.poll(() => enabled().textContent()).toBe('Automation');
		await inspect('user-management-reserved');
		await page.keyboard.press('Escape');
		if (screenshots) await page.screenshot({ path: join(screenshots, 'enabled.png') });

		await page.keyboard.press('Control+u');
		await dialog().getByRole('button', { name: 'Return Automation licence 1' }).press('Enter');
		await expect.poll(() => state(1).textContent()).toBe('Free');
		expect(office.engine.gate.isOpen('automation')).toBe(false);
		await expect.poll(() => enabled().textContent()).toBe('');
		await dialog().getByRole('button', { name: 'Log out' }).press('Enter');
		await dialog().getByRole('button', { name: 'Log in' }).waitFor();
	});

	it('shows what happens elsewhere at once, in colour and words', async () => {
		const home = await world.computer('home');
		const elsewhere = await home.start();
		await elsewhere.login('anna', password);
		await logIn();
		using script = elsewhere.connection();
		await script.reserve(1);
		await expect.poll(() => state(1).textContent()).toBe('Reserved to Anna on home');
		expect(
			await dialog()
				.getByRole('button', { name: /Automation licence 1/ })
				.count(),
		).toBe(0);
		await home.cut();
		await world.bench.licences.return(1, anna);
		await expect.poll(() => state(1).textContent()).toContain('home cannot be reached');
		await world.pass(2.1 * 86_400);
		await expect.poll(() => state(2).textContent()).toBe('Expired');
		const colors = await Promise.all([color(1), color(2)]);
		expect(new Set(colors).size).toBe(2);
		await inspect('user-management-elsewhere');
	});

	it('says that it is offline, and until when what is unlocked stays so', async () => {
		await logIn();
		await dialog().getByRole('button', { name: 'Reserve Battery licence 2' }).click();
		await expect.poll(() => state(2).textContent()).toBe('Reserved here');
		await office.cut();
		await dialog().getByRole('status').getByText('What is unlocked stays so until').waitFor();
		await page.setViewportSize({ width: 400, height: 800 });
		await page.emulateMedia({ colorScheme: 'dark' });
		await inspect('user-management-offline');
		expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
		await dialog().getByRole('button', { name: 'Return Battery licence 2' }).click();
		await dialog().getByRole('alert').getByText('locked here and will be given back').waitFor();
		expect(office.engine.gate.isOpen('battery')).toBe(false);
	});
});

/** WCAG 2.2 AA on every screen of the page, in the light, the dark and the high-contrast theme. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noDashboard, useDashboard } from './testing.ts';

const menus = ['File', 'View', 'Device', 'Tools', 'Battery', 'Help'];
const dialogs = { 'Control+u': 'User Management', 'Control+,': 'Settings', '?': 'Keys and gestures' };
const fileDialogs = { 'Control+o': 'Open project', 'Control+i': 'Import files', 'Control+e': 'Export', 'Control+Shift+s': 'Save project as' };
const soon = { timeout: 20_000 };

describe.skipIf(noDashboard).each(['light', 'dark', 'contrast'])('the page in the theme %s', (theme) => {
	const dashboard = useDashboard(['--sim', 'arc,ace', '--reserve', 'automation,battery']);

	const opened = async (viewport = { width: 1400, height: 900 }): Promise<Page> => {
		const page = await dashboard.open({ viewport, reducedMotion: 'reduce' });
		await page.evaluate((chosen) => localStorage.setItem('microjoule.preferences', JSON.stringify({ theme: chosen })), theme);
		await page.reload();
		await page.locator('[data-device]').first().waitFor();
		return page;
	};

	it('live, wide and narrow, with the console', async () => {
		const page = await opened();
		await dashboard.expectAccessible(page);
		await page.keyboard.press('Alt+c');
		await page.getByTestId('console').getByRole('button', { name: 'Send', exact: true }).waitFor();
		await dashboard.expectAccessible(page);
		await page.getByTestId('console').getByRole('button', { name: 'arc_set_main Switches' }).click();
		await page.getByTestId('console').getByRole('button', { name: 'Send', exact: true }).click();
		await page.getByTestId('console').getByRole('log').getByText('answer to').first().waitFor();
		await dashboard.expectAccessible(page);
		await dashboard.shoot(page, `accessibility-console-${theme}`, { fullPage: true });
		await page.context().close();
		const narrow = await opened({ width: 400, height: 850 });
		await dashboard.expectAccessible(narrow);
		await narrow.context().close();
	}, 90_000);

	it('menus and dialogs', async () => {
		const page = await opened();
		for (const menu of menus) {
			await page.getByRole('menuitem', { name: menu, exact: true }).click();
			await page.getByRole('menu').first().waitFor();
			await dashboard.expectAccessible(page);
			await page.keyboard.press('Escape');
			await page.getByRole('menu').first().waitFor({ state: 'detached' });
		}
		for (const [keys, title] of Object.entries(dialogs)) {
			await page.keyboard.press(keys);
			await page.getByRole('dialog', { name: title }).waitFor();
			await dashboard.expectAccessible(page);
			await page.keyboard.press('Escape');
			await page.getByRole('dialog').waitFor({ state: 'detached' });
		}
		await page.context().close();
	}, 120_000);

	it('a recording, with every tab under it', async () => {
		const recording = await dashboard.engine.api('POST', '/recordings', {});
		await expect.poll(async () => (await dashboard.engine.api('GET', '/recordings')).current.duration, soon).toBeGreaterThan(1.2);
		await dashboard.engine.api('POST', '/recordings/stop');
		const page = await opened();
		await page.locator(`[data-recording="${recording.id}"]`).first().click();
		await page.getByTestId('statistics').first().waitFor();
		await page.keyboard.press('Alt+a');
		await dashboard.expectAccessible(page);
		for (const tab of await page.getByRole('main').getByRole('tab').all()) {
			await tab.click();
			await page.getByRole('tabpanel').waitFor();
			await page.getByLabel('Loading').waitFor({ state: 'detached' });
			// What lies half under the header is no smaller for it.
			await page.evaluate(() => scrollTo(0, 0));
			await dashboard.expectAccessible(page);
		}
		await dashboard.shoot(page, `accessibility-recording-${theme}`, { fullPage: true });
		await page.context().close();
	}, 120_000);

	it('what a device and the header unfold, and the dialogs of files', async () => {
		const page = await opened();
		const device = page.locator('[data-device]').first();
		for (const section of ['Settings', 'Channels', 'Expansion port', 'UART terminal']) await device.getByRole('button', { name: new RegExp(`^${section} of`) }).click();
		await device.getByLabel(/^Send to the UART of/).waitFor();
		await dashboard.expectAccessible(page);
		for (const name of [/^Trigger, /, /^Notifications/, 'Add a device']) {
			const button = page.getByRole('button', { name });
			await button.click();
			await page.getByRole('dialog').waitFor();
			await dashboard.expectAccessible(page);
			await page.keyboard.press('Escape');
			await page.getByRole('dialog').waitFor({ state: 'detached' });
		}
		for (const [keys, title] of Object.entries(fileDialogs)) {
			await page.keyboard.press(keys);
			await page.getByRole('dialog', { name: title }).waitFor();
			await dashboard.expectAccessible(page);
			await dashboard.shoot(page, `accessibility-${title.replaceAll(' ', '-')}-${theme}`);
			await page.keyboard.press('Escape');
			await page.getByRole('dialog').waitFor({ state: 'detached' });
		}
		await page.context().close();
	}, 120_000);

	it('the battery toolbox', async () => {
		const page = await opened();
		for (const tab of ['Profiles', 'Emulator', 'Profiler', 'Life']) {
			await page.getByRole('menuitem', { name: 'Battery', exact: true }).click();
			await page.getByRole('menuitem', { name: tab, exact: true }).click();
			await page.getByTestId('battery').getByRole('tab', { name: tab, selected: true }).waitFor();
			await dashboard.expectAccessible(page);
		}
		await dashboard.shoot(page, `accessibility-battery-${theme}`);
		await page.context().close();
	}, 120_000);
});

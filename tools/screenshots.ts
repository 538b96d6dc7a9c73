/**
 * The pictures of `docs/guides/dashboard.md`: each screen of the page in the light and in the dark theme, of the real program with simulated instruments.
 * Build the page, then: `node tools/screenshots.ts [NAME…]`. CHROMIUM names another Chromium than /usr/bin/chromium.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { launchChromium } from '../engine/server/chromium-testing.ts';

const folder = fileURLToPath(new URL('../docs/images/dashboard/', import.meta.url));
const maxBytes = 150_000;

interface Screen {
	readonly name: string;
	readonly viewport?: { readonly width: number; readonly height: number };
	/** Only this part, by its test id. */
	readonly part?: string;
	/** Makes the page show it. */
	show(page: Page, url: string): Promise<unknown>;
}

const openRecording = async (page: Page) => {
	await page.locator('[data-recording]').first().click();
	await page.getByTestId('statistics').first().waitFor();
	await page.keyboard.press('Alt+a');
};

const screens: readonly Screen[] = [
	{ name: 'live', show: async () => {} },
	{ name: 'phone', viewport: { width: 400, height: 850 }, show: async () => {} },
	{ name: 'recording', viewport: { width: 1280, height: 1100 }, show: openRecording },
	{
		name: 'events',
		viewport: { width: 1280, height: 1100 },
		show: async (page) => {
			await openRecording(page);
			await page.getByRole('tab', { name: 'Events' }).click();
			await page.getByLabel('Loading').waitFor({ state: 'detached' });
		},
	},
	{ name: 'menu', show: (page) => page.getByRole('menuitem', { name: 'View', exact: true }).click() },
	{ name: 'keys', show: (page) => page.keyboard.press('?') },
	{ name: 'settings', show: (page) => page.keyboard.press('Control+,') },
	{ name: 'user-management', show: (page) => page.keyboard.press('Control+u') },
	{
		name: 'console',
		part: 'console',
		show: async (page) => {
			await page.keyboard.press('Alt+c');
			const panel = page.getByTestId('console');
			await panel.getByTestId('commands').getByRole('button', { name: 'otii_get_devices' }).click();
			await panel.getByRole('button', { name: 'Send', exact: true }).click();
			await panel.getByRole('log').getByText('answer to').waitFor();
		},
	},
	{
		name: 'battery',
		show: async (page) => {
			await page.getByRole('menuitem', { name: 'Battery', exact: true }).click();
			await page.getByRole('menuitem', { name: 'Profiles', exact: true }).click();
			await page.getByTestId('battery').getByRole('tab', { name: 'Profiles' }).waitFor();
		},
	},
];

const data = mkdtempSync(join(tmpdir(), 'microjoule-screenshots-'));
const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
const program = spawn(process.execPath, [main, 'serve', '--port', '0', '--data', data, '--sim', 'arc,ace', '--reserve', 'automation,battery'], {
	stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = new Promise((resolve) => program.once('close', resolve));
const browser = await launchChromium();
try {
	const url = await announcedAddress();
	await fetch(`${url}/api/recordings`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
	// Long enough for some bursts of the sensor node; a picture needs nothing exact.
	await new Promise((resolve) => setTimeout(resolve, 12_000));
	await fetch(`${url}/api/recordings/stop`, { method: 'POST' });
	const wanted = process.argv.slice(2);
	for (const screen of screens) {
		if (wanted.length > 0 && !wanted.includes(screen.name)) continue;
		for (const theme of ['light', 'dark']) await take(screen, theme, url);
	}
} finally {
	await browser.close();
	program.kill();
	await ended;
	rmSync(data, { recursive: true, force: true });
}

async function announcedAddress(): Promise<string> {
	for await (const line of createInterface({ input: program.stdout })) {
		const found = /is at (http\S+?);/.exec(line)?.[1];
		if (found) return found;
	}
	throw new Error('The program has ended before it told its address.');
}

async function take({ name, viewport = { width: 1280, height: 800 }, part, show }: Screen, theme: string, url: string): Promise<void> {
	const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
	const page = await context.newPage();
	await page.addInitScript((chosen) => localStorage.setItem('microjoule.preferences', JSON.stringify({ theme: chosen })), theme);
	await page.goto(url);
	await page.locator('[data-device]').first().waitFor();
	await show(page, url);
	// Until what was asked for is drawn.
	await page.waitForLoadState('networkidle').catch(() => {});
	await page.waitForTimeout(1500);
	const path = join(folder, `${name}-${theme}.png`);
	await (part === undefined ? page : page.getByTestId(part)).screenshot({ path, animations: 'disabled' });
	await context.close();
	const { size } = await stat(path);
	console.log(`${name}-${theme}.png ${Math.round(size / 1000)} kB${size > maxBytes ? ': too large' : ''}`);
	if (size > maxBytes) process.exitCode = 1;
}

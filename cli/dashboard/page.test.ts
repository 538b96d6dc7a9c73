/** The page as a whole, in a real Chromium on the real program: menus, keys, settings, layout, the first visit, the script console, and an engine that comes back. */

import { connect } from 'node:net';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noDashboard, startEngine, useDashboard } from './testing.ts';

interface Shortcut {
	readonly keys: string;
	readonly what: string;
	readonly group: string;
	readonly when?: unknown;
}

/** What tests read of `globalThis.microjoule`. */
interface PageState {
	readonly shortcuts: { readonly list: { readonly state: { readonly bound: readonly Shortcut[] } } };
	readonly chart: {
		readonly window: { readonly from: number; readonly to: number };
		readonly marks: { readonly state: { readonly chosen: unknown; readonly markers: unknown } };
		readonly layout: { readonly state: { readonly mode: string; readonly tracks: readonly { readonly key: string }[] } };
		show(window: { from: number; to: number }): void;
		select(window: { from: number; to: number }, done: boolean): void;
		mark(which: 0 | 1, timeS: number): void;
	};
	readonly renderer: { trace(key: string): { readonly count: number; readonly endS: number } | undefined };
	readonly bench: {
		state(): { readonly connection: string; readonly devices: readonly { readonly id: string }[] };
		readonly live: { track(device: string, channel: string): { readonly endS: number } | undefined };
	};
}

/** Runs in the page. */
declare const microjoule: PageState;

/** A browser and an engine that have two cores between them, with other tests. */
const soon = { timeout: 15_000 };
const menus = ['File', 'View', 'Device', 'Tools', 'Battery', 'Help'];
const stored = (page: Page) => page.evaluate(() => JSON.parse(localStorage.getItem('microjoule.preferences') ?? '{}'));
const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const hasFocus = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '');

/** Sends lines over the scripting port and waits for as many answers, after the greeting. */
async function script(port: number, requests: readonly object[]): Promise<void> {
	const socket = connect(port, '127.0.0.1');
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	let text = '';
	socket.on('error', reject).on('data', (data) => {
		text += data;
		if (text.split('\r\n').length > requests.length + 1) resolve();
	});
	for (const request of requests) socket.write(`${JSON.stringify({ type: 'request', trans_id: '1', ...request })}\n`);
	await promise;
	socket.destroy();
}

describe.skipIf(noDashboard)('the page', () => {
	const dashboard = useDashboard();

	it('has a menu bar that the keyboard alone can use', async () => {
		const page = await dashboard.open();
		await page.locator('[data-device]').first().waitFor();
		await page.keyboard.press('F10');
		await expect.poll(() => hasFocus(page), soon).toBe('File');
		for (const menu of menus.slice(1)) {
			await page.keyboard.press('ArrowRight');
			await expect.poll(() => hasFocus(page), soon).toBe(menu);
		}
		await page.keyboard.press('ArrowDown');
		await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).waitFor();
		await expect.poll(() => hasFocus(page), soon).toContain('Keyboard shortcuts');
		// On to the neighbour, open as this one was.
		await page.keyboard.press('ArrowLeft');
		await page.getByRole('menuitem', { name: 'Emulator' }).waitFor();
		await page.keyboard.press('Escape');
		await page.getByRole('menuitem', { name: 'Emulator' }).waitFor({ state: 'hidden' });

		await page.getByRole('menuitem', { name: 'View', exact: true }).click();
		await page.getByRole('menuitemradio', { name: 'Dark' }).click();
		await expect.poll(() => page.locator('html').getAttribute('data-mantine-color-scheme'), soon).toBe('dark');
		await page.context().close();
	}, 60_000);

	it('binds each key once, and lists all of them under ?', async () => {
		const page = await dashboard.open();
		await page.locator('[data-device]').first().waitFor();
		const bound = await page.evaluate(() => microjoule.shortcuts.list.state.bound.map(({ keys, what, group, when }) => ({ keys, what, group, conditional: when !== undefined })));
		const byKeys = Map.groupBy(bound, ({ keys }) => keys);
		// Of those that share a key, all but one apply under a condition of their own only.
		const clashes = [...byKeys]
			.filter(([, same]) => same.filter(({ conditional }) => !conditional).length > 1)
			.map(([keys, same]) => `${keys}: ${same.map(({ what }) => what).join(', ')}`);
		expect(clashes).toEqual([]);
		// What the hand knows from the Power Profiler, the Joulescope UI and PulseView.
		for (const keys of ['Space', 'Alt+A', 'Esc', 'Alt+Z', 'Alt+P', '*', 'F', '+', '-', '←', '→', 'G', '?']) expect([...byKeys.keys()]).toContain(keys);

		await page.keyboard.press('?');
		const dialog = page.getByRole('dialog');
		await dialog.getByRole('row', { name: /Record, or stop/ }).waitFor();
		for (const { what } of bound) expect(await dialog.getByRole('rowheader', { name: what, exact: true }).count()).toBeGreaterThan(0);
		await dialog.getByLabel('Search').fill('zoom in');
		await expect.poll(() => dialog.getByRole('row').count(), soon).toBe(1);
		await dialog.getByLabel('Search').fill('no such key');
		await dialog.getByText('Nothing here is called').waitFor();
		await page.context().close();
	}, 60_000);

	it('keeps its settings', async () => {
		const page = await dashboard.open();
		await page.locator('[data-pane=mp]').waitFor();
		await page.keyboard.press('Control+,');
		const dialog = page.getByRole('dialog');
		await dialog.getByLabel('High contrast').check();
		await dialog.getByRole('combobox', { name: 'Window of the live picture' }).click();
		await page.getByRole('option', { name: '30 s' }).click();
		await dialog.getByText('Selects', { exact: true }).click();
		await dialog.getByRole('switch', { name: 'Grid in the chart' }).click();
		await dialog.getByRole('combobox', { name: 'Channels that are shown' }).press('Backspace');
		await page.locator('[data-pane=mp]').waitFor({ state: 'detached' });
		await dialog.getByRole('button', { name: 'Done' }).click();
		await page.reload();
		await page.locator('[data-pane=mv]').waitFor();
		expect(await page.locator('[data-pane=mp]').count()).toBe(0);
		expect(await page.locator('html').getAttribute('data-contrast')).not.toBeNull();
		await expect.poll(() => page.evaluate(() => microjoule.chart.window.from), soon).toBe(-30);
		expect(await stored(page)).toMatchObject({ theme: 'contrast', windowS: 30, dragSelects: true, grid: false, channels: ['mc', 'mv'] });

		await page.keyboard.press('Control+,');
		await dialog.getByRole('button', { name: 'As a new user has it' }).click();
		await page.locator('[data-pane=mp]').waitFor();
		expect(await stored(page)).toMatchObject({ theme: 'system', dragSelects: false, grid: true });
		await page.context().close();
	}, 60_000);

	it('says on the first visit what to try, until somebody puts it away', async () => {
		const page = await dashboard.open();
		const line = page.getByText('to record;');
		await line.waitFor();
		await page.getByRole('button', { name: 'Put this line away' }).click();
		await line.waitFor({ state: 'detached' });
		await page.reload();
		await page.locator('[data-device]').first().waitFor();
		expect(await line.count()).toBe(0);
		await page.context().close();
	}, 60_000);

	it('fits 400 pixels and a wall screen, and its side bar as somebody wants it', async () => {
		const narrow = await dashboard.open({ viewport: { width: 400, height: 800 } });
		await narrow.locator('[data-device]').first().waitFor();
		await expect.poll(() => overflow(narrow), soon).toBe(0);
		for (const menu of menus) expect(await narrow.getByRole('menuitem', { name: menu, exact: true }).isVisible()).toBe(true);
		expect(await narrow.getByRole('button', { name: 'Record' }).isVisible()).toBe(true);
		await narrow.keyboard.press('Alt+c');
		await narrow.getByTestId('console').getByRole('button', { name: 'Send', exact: true }).waitFor();
		expect(await overflow(narrow)).toBe(0);
		await narrow.context().close();

		const wide = await dashboard.open({ viewport: { width: 2560, height: 1440 } });
		await wide.locator('[data-device]').first().waitFor();
		const right = (selector: string) =>
			wide
				.locator(selector)
				.first()
				.evaluate((element) => Math.round(element.getBoundingClientRect().right));
		expect(await right('section[aria-label=Recordings]')).toBeGreaterThan(2540);
		expect(await right('[data-testid=chart]')).toBeGreaterThan(2200);
		await wide.context().close();

		const page = await dashboard.open();
		const edge = page.getByRole('separator', { name: 'Width of the side bar' });
		await edge.focus();
		await page.keyboard.press('ArrowRight');
		await expect.poll(() => edge.getAttribute('aria-valuenow'), soon).toBe('340');
		const { x, y } = (await edge.boundingBox()) as { x: number; y: number };
		await page.mouse.move(x + 5, y + 200);
		await page.mouse.down();
		await page.mouse.move(x + 65, y + 200, { steps: 3 });
		await page.mouse.up();
		await expect.poll(() => edge.getAttribute('aria-valuenow'), soon).toBe('400');
		await page.keyboard.press('Control+b');
		await page.locator('[data-device]').first().waitFor({ state: 'hidden' });
		await page.reload();
		await page.getByRole('button', { name: 'Show the side bar' }).click();
		await page.locator('[data-device]').first().waitFor();
		expect(await edge.getAttribute('aria-valuenow')).toBe('400');
		await page.context().close();
	}, 90_000);

	it('has a script console: the commands, one sent by hand, and what all scripts say', async () => {
		const page = await dashboard.open();
		await page.locator('[data-device]').first().waitFor();
		await page.keyboard.press('Alt+c');
		const panel = page.getByTestId('console');
		const command = panel.getByRole('combobox', { name: 'Command' });
		await panel.getByTestId('commands').getByRole('button', { name: 'arc_set_main Switches' }).click();
		await expect.poll(() => panel.getByRole('textbox', { name: 'Arguments' }).inputValue(), soon).toContain('arc-');
		await command.fill('otii_get_licenses');
		await panel.getByText('Needs no licence.').waitFor();
		await page.keyboard.press('Escape');
		await panel.getByRole('textbox', { name: 'Arguments' }).press('Control+Enter');
		await expect.poll(() => panel.getByRole('status', { name: 'Answer' }).innerText(), soon).toMatch(/licenses|No user|"message"/);
		const log = panel.getByRole('log');
		await expect.poll(() => log.innerText(), soon).toContain('"cmd":"otii_get_licenses"');

		// Another client's, without its password.
		await script(dashboard.engine.scriptingPort, [{ cmd: 'otii_login', data: { username: 'nobody', password: 'hunter2hunter2' } }, { cmd: 'no_such_command' }]);
		await expect.poll(() => log.innerText(), soon).toContain('no_such_command');
		await expect.poll(() => log.innerText(), soon).toContain('Invalid command');
		expect(await log.innerText()).toMatch(/request of TCP 127\.0\.0\.1:\d+/);
		expect(await log.innerText()).toContain('"password":"•••"');
		expect(await page.content()).not.toContain('hunter2hunter2');
		await panel.getByLabel('Show only traffic that contains').fill('no_such');
		await expect.poll(() => log.innerText(), soon).not.toContain('otii_login');

		await panel.getByRole('textbox', { name: 'Arguments' }).fill('[1]');
		await panel.getByText('This is no JSON object').waitFor();
		expect(await panel.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
		await page.context().close();
	}, 60_000);

	it('comes back with the engine, and everything is where it was', async () => {
		// Also what is asked of an engine that has not opened its devices yet.
		dashboard.ignore(/WebSocket connection to|net::ERR_|404 \(Not Found\)/);
		const first = await startEngine(['--sim', 'arc']);
		const { port } = new URL(first.url);
		const page = await dashboard.open();
		await page.goto(first.url);
		await page.locator('[data-device]').first().waitFor();
		const recording = await first.api('POST', '/recordings', {});
		await page.locator(`[data-recording="${recording.id}"]`).waitFor();
		await expect.poll(async () => (await first.api('GET', '/recordings')).current.duration, soon).toBeGreaterThan(1.5);
		await first.api('POST', '/recordings/stop');
		await page.locator(`[data-recording="${recording.id}"]`).click();
		await expect.poll(() => page.evaluate(() => microjoule.chart.layout.state.mode), soon).toBe('recorded');
		await page.evaluate(() => {
			microjoule.chart.show({ from: 0.25, to: 0.75 });
			microjoule.chart.select({ from: 0.3, to: 0.4 }, true);
			microjoule.chart.mark(0, 0.5);
		});
		const seen = () =>
			page.evaluate(() => ({ window: microjoule.chart.window, marks: microjoule.chart.marks.state, tracks: microjoule.chart.layout.state.tracks.map(({ key }) => key) }));
		const before = await seen();
		const count = () => page.evaluate(() => microjoule.renderer.trace(microjoule.chart.layout.state.tracks[0].key)?.count ?? 0);
		await expect.poll(count, soon).toBeGreaterThan(100);

		first.program.process.kill('SIGKILL');
		await first.program.ended;
		await page.getByText('Reconnecting…').waitFor();
		expect(await seen()).toEqual(before);
		await startEngine(['--sim', 'arc', '--port', port], first.data);
		await page.getByText('Reconnecting…').waitFor({ state: 'hidden' });
		await page.locator('[data-device]').first().waitFor();
		expect(await seen()).toEqual(before);
		// It is drawn anew from the new engine, not only remembered.
		await page.evaluate(() => microjoule.chart.show({ from: 0.8, to: 1.2 }));
		await expect.poll(() => page.evaluate(() => microjoule.renderer.trace(microjoule.chart.layout.state.tracks[0].key)?.endS ?? 0), soon).toBeGreaterThan(1.15);

		// The live picture runs again too.
		await page.keyboard.press('l');
		await expect.poll(() => page.evaluate(() => microjoule.chart.layout.state.mode), soon).toBe('live');
		const liveEnd = () => page.evaluate(() => microjoule.bench.live.track(microjoule.bench.state().devices[0].id, 'mc')?.endS ?? 0);
		const at = await liveEnd();
		await expect.poll(liveEnd, soon).toBeGreaterThan(at);
		await expect.poll(count, soon).toBeGreaterThan(100);
		await page.context().close();
	}, 90_000);
});

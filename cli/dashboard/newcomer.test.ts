/**
 * A newcomer's path, as the README shows it: start, see the sensor node live, record, select one transmit burst, read its energy, reserve the Battery licence,
 * ask how long a CR2032 lasts. Its pictures are those of `docs/images/newcomer/`: `SCREENSHOTS=docs/images/newcomer` draws them anew.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noDashboard, useDashboard } from './testing.ts';

interface Trace {
	readonly count: number;
	readonly t: Float64Array;
	readonly max: Float32Array;
}

/** Runs in the page. */
declare const microjoule: {
	readonly chart: {
		readonly window: { readonly from: number; readonly to: number };
		readonly marks: { readonly state: { readonly chosen: { readonly from: number; readonly to: number } | null } };
		readonly layout: { readonly state: { readonly mode: string; readonly tracks: readonly { readonly key: string }[] } };
	};
	readonly renderer: { trace(key: string): Trace | undefined };
};

const soon = { timeout: 20_000 };
/** A: what only the radio draws. */
const transmitA = 0.02;

/** First and last moment at which the current in sight is that of the radio, s; null where it is silent. */
function burstInSight(page: Page): Promise<{ from: number; to: number } | null> {
	return page.evaluate((threshold) => {
		const { tracks } = microjoule.chart.layout.state;
		const trace = microjoule.renderer.trace(tracks.find(({ key }) => key.endsWith('.mc'))?.key ?? '');
		if (!trace) return null;
		const { from, to } = microjoule.chart.window;
		const loud = [...trace.t.subarray(0, trace.count)].filter((time, index) => time >= from && time < to && trace.max[index] > threshold);
		// The first burst only: 5 s later comes another.
		const first = loud.filter((time) => time - loud[0] < 1);
		return first.length > 0 ? { from: first[0], to: first[first.length - 1] } : null;
	}, transmitA);
}

describe.skipIf(noDashboard)("a newcomer's path", () => {
	const dashboard = useDashboard(['--sim', 'arc', '--seed', '1']);

	it('leads from the start to how long a coin cell lasts', async () => {
		const page = await dashboard.open({ viewport: { width: 1280, height: 800 } });
		const place = async (timeS: number) => {
			const { x, y, width, height } = (await page.locator('[data-pane=mc] .u-over').boundingBox())!;
			const { from, to } = await page.evaluate(() => microjoule.chart.window);
			return { x: x + ((timeS - from) / (to - from)) * width, y: y + height / 2 };
		};

		// The sensor node is there, live, and has sent a report by now.
		await page.locator('[data-device]').first().waitFor();
		await expect.poll(() => burstInSight(page), soon).not.toBeNull();
		await dashboard.shoot(page, '1-live');

		await page.getByRole('button', { name: 'Record', exact: true }).click();
		await page.getByRole('button', { name: /Stop/ }).first().waitFor();
		// A report comes every 5 s.
		await expect.poll(async () => (await dashboard.engine.api('GET', '/recordings')).current.duration, soon).toBeGreaterThan(10);
		await dashboard.shoot(page, '2-record');
		await page.getByRole('button', { name: /Stop/ }).first().click();
		const row = page.locator('[data-recording]').first();
		await row.waitFor();
		if ((await page.evaluate(() => microjoule.chart.layout.state.mode)) !== 'recorded') await row.click();
		await expect.poll(() => page.evaluate(() => microjoule.chart.layout.state.mode), soon).toBe('recorded');

		// In to the burst with the wheel, until it fills a good part of the picture.
		await expect.poll(() => burstInSight(page), soon).not.toBeNull();
		for (;;) {
			const burst = (await burstInSight(page))!;
			const { from, to } = await page.evaluate(() => microjoule.chart.window);
			if (to - from < 0.4) break;
			const { x, y } = await place((burst.from + burst.to) / 2);
			await page.mouse.move(x, y);
			await page.mouse.wheel(0, -400);
			await expect.poll(() => page.evaluate(() => microjoule.chart.window.to - microjoule.chart.window.from), soon).toBeLessThan(to - from);
			await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
		}
		const burst = (await burstInSight(page))!;
		const from = await place(burst.from - 0.025);
		const to = await place(burst.to + 0.03);
		await page.keyboard.down('Shift');
		await page.mouse.move(from.x, from.y);
		await page.mouse.down();
		await page.mouse.move((from.x + to.x) / 2, from.y, { steps: 4 });
		await page.mouse.move(to.x, to.y, { steps: 4 });
		await page.mouse.up();
		await page.keyboard.up('Shift');
		await expect.poll(() => page.evaluate(() => microjoule.chart.marks.state.chosen !== null), soon).toBe(true);

		// Its energy, as the page and as the engine state it: 45 mA at 3.3 V for some hundredths of a second are millijoules.
		const chosen = (await page.evaluate(() => microjoule.chart.marks.state.chosen))!;
		const id = await row.getAttribute('data-recording');
		const figures = await dashboard.engine.api('GET', `/recordings/${id}/statistics?from=${chosen.from}&to=${chosen.to}`);
		const { energy } = figures.find(({ channel }: { channel: string }) => channel === 'mc');
		expect(energy).toBeGreaterThan(1e-3);
		expect(energy).toBeLessThan(20e-3);
		const cell = page.locator('[data-figure=Energy] [data-channel=mc]').first();
		await expect.poll(async () => Number.parseFloat(await cell.innerText()), soon).toBeCloseTo(1000 * energy, 1);
		expect(await cell.innerText()).toContain('mJ');
		await page.mouse.move(5, 5);
		await page.setViewportSize({ width: 1160, height: 700 });
		await page.evaluate(() => scrollTo(0, 0));
		await dashboard.shoot(page, '3-energy', { fullPage: true, clip: (await page.locator('main').boundingBox())! });
		await page.setViewportSize({ width: 1280, height: 800 });

		// The account of the portal that serve brings, as it prints it at its start.
		const [, file] = /kept in (\S+)\.$/.exec(await dashboard.engine.program.line(/has the account/)) as RegExpExecArray;
		expect(file).toBe(join(dashboard.engine.data, 'credentials.json'));
		const line = await dashboard.engine.program.line(/has the account/);
		const [, account, password] = /account (\S+) with the password (\S+),/.exec(line) as RegExpExecArray;
		expect(readFileSync(file, 'utf8')).toContain(password);
		await page.getByRole('menuitem', { name: 'File', exact: true }).click();
		await page.getByRole('menuitem', { name: 'User Management' }).click();
		const dialog = page.getByRole('dialog');
		await dialog.getByRole('button', { name: /Log (in|out)/ }).waitFor();
		if (await dialog.getByRole('button', { name: 'Log in' }).isVisible()) {
			await dialog.getByLabel('User name or e-mail').fill(account);
			await dialog.getByRole('textbox', { name: 'Password' }).fill(password);
			await dialog.getByRole('button', { name: 'Log in' }).click();
		}
		await dialog.getByRole('button', { name: /Reserve Battery/ }).click();
		await dialog.getByRole('button', { name: /Return Battery/ }).waitFor();
		await dashboard.shoot(page, '4-licence');
		await page.keyboard.press('Escape');
		await dialog.waitFor({ state: 'hidden' });

		// What was selected is but a burst: the cell is asked about the whole, sleep and all.
		await page.keyboard.press('Escape');
		await expect.poll(() => page.evaluate(() => microjoule.chart.marks.state.chosen), soon).toBeNull();
		await page.getByRole('button', { name: 'How long will it last?' }).click();
		const form = page.getByRole('form', { name: 'Life estimate' });
		const profile = form.getByLabel('Profile');
		const coin = await profile.locator('option', { hasText: 'CR2032' }).first().getAttribute('value');
		await profile.selectOption(coin);
		await form.getByLabel('Cut-off under load').fill('2 V');
		await form.getByRole('button', { name: 'Estimate' }).click();
		const life = page.getByTestId('life');
		await life.waitFor();
		// A report of some 2 mC every 5 s, a third of a milliampere on average, empty a cell of some 200 mAh within weeks.
		expect(await life.innerText()).toMatch(/day|week|month/);
		await page.setViewportSize({ width: 1280, height: 720 });
		await page.evaluate(() => scrollTo(0, 0));
		await dashboard.shoot(page, '5-life');
		await page.context().close();
	}, 120_000);
});

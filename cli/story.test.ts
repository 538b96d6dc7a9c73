/**
 * A licence's whole life, through the programs that people have: a portal with a real mail server, two engines (`microjoule serve`) on two computers with
 * their dashboards, and a colleague's. Ctrl-U, Reserve, the gate, Return from home, move, share, stop sharing.
 */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noChromium } from '../engine/server/chromium-testing.ts';
import { heading, password, payByCard, usePages } from '../toolboxes/licensing/portal/pages/testing.ts';
import type { LicensingStatus } from '../toolboxes/licensing/status.ts';
import { start, temporaryFolder } from './testing.ts';

const noDashboard = !existsSync(fileURLToPath(new URL('../dist/ui/index.html', import.meta.url)));
if (noDashboard) console.warn('The story is skipped: the dashboard is not built (npm run prepare).');

describe.skipIf(noChromium || noDashboard)('a licence', () => {
	const bench = usePages();

	interface Engine {
		readonly page: Page;
		readonly state: (licence: number) => Promise<string | null>;
		readonly color: (licence: number) => Promise<string>;
		readonly button: (name: string) => Promise<void>;
		/** What a toolbox asks. */
		readonly isOpen: (toolbox: 'automation' | 'battery') => Promise<boolean>;
	}

	/** An engine on a computer of its own, its dashboard open at User Management, signed in. */
	async function engine(user: string): Promise<Engine> {
		const program = start(['serve', '--port', '0', '--data', temporaryFolder(), '--sim', 'arc', '--portal', bench.portal.url]);
		const url = /http:\S+?(?=[;,]|$| )/.exec(await program.line(/is at http/))?.[0] as string;
		const page = await bench.open();
		await page.goto(url);
		await page.getByRole('menuitem', { name: 'File', exact: true }).waitFor();
		await page.keyboard.press('Control+u');
		const dialog = page.getByRole('dialog', { name: 'User Management' });
		await dialog.getByLabel('User name or e-mail').fill(user);
		await dialog.getByLabel('Password', { exact: true }).fill(password);
		await page.keyboard.press('Enter');
		await dialog.getByText(`Logged in as ${user}`).waitFor();
		const row = (licence: number) => dialog.locator(`[data-licence="${licence}"]`);
		return {
			page,
			state: (licence) => row(licence).locator('[data-state]').textContent(),
			color: (licence) =>
				row(licence)
					.locator('> span')
					.first()
					.evaluate((circle) => getComputedStyle(circle).backgroundColor),
			button: (name) => dialog.getByRole('button', { name }).click(),
			isOpen: async (toolbox) => ((await (await fetch(`${url}/api/licensing`)).json()) as LicensingStatus).toolboxes[toolbox].open,
		};
	}

	it('is bought, reserved at the office, returned from home, moved and shared; never open in two places', async () => {
		const portal = await bench.join('anna');
		await portal.getByRole('link', { name: 'Buy', exact: true }).click();
		const line = (number: number) => portal.getByRole('group', { name: `Line ${number}` });
		await line(1).getByLabel('Quantity').fill('2');
		await portal.getByRole('button', { name: 'Add a line' }).click();
		await line(2).getByLabel('Type').selectOption('Battery');
		await portal.getByLabel('Country').selectOption({ label: 'Germany' });
		await portal.locator('[data-role=total]').waitFor();
		await portal.getByRole('button', { name: 'Buy', exact: true }).click();
		await heading(portal, 'Checkout');
		for (const number of ['4000 0000 0000 0002', '4242 4242 4242 4242']) {
			await payByCard(portal, number);
			if (number.endsWith('0002')) await portal.getByRole('alert').waitFor();
		}
		await heading(portal, 'Order');
		await portal.getByRole('link', { name: 'Show the licences.' }).click();
		await expect.poll(() => portal.locator('[data-licence]').count()).toBe(3);
		const [id, other, battery] = await portal.locator('[data-licence]').evaluateAll((cards) => cards.map((card) => Number((card as HTMLElement).dataset.licence)));
		const card = (page: Page, licence: number) => page.locator(`[data-licence="${licence}"]`);

		const office = await engine('anna');
		const free = await office.color(id);
		await office.button(`Reserve Automation licence ${id}`);
		await expect.poll(() => office.state(id)).toBe('Reserved here');
		expect(await office.color(id)).not.toBe(free);
		expect(await office.isOpen('automation')).toBe(true);

		const home = await engine('anna');
		await expect.poll(() => home.state(id)).toMatch(/Reserved/);
		expect(await home.isOpen('automation')).toBe(false);
		await card(portal, id)
			.getByRole('button', { name: /^Return/ })
			.click();
		await expect.poll(() => office.isOpen('automation'), { timeout: 1000, interval: 20 }).toBe(false);
		await expect.poll(() => home.state(id)).toBe('Free');
		await home.button(`Reserve Automation licence ${id}`);
		await expect.poll(() => home.isOpen('automation')).toBe(true);
		expect(await office.isOpen('automation')).toBe(false);

		const colleague = await bench.join('bert');
		const lab = await engine('bert');
		await card(portal, other).getByRole('button', { name: /^Move/ }).click();
		await portal.getByLabel('User name').fill('bert');
		await portal.getByRole('button', { name: 'Move', exact: true }).click();
		await card(colleague, other).waitFor();
		await expect.poll(() => lab.state(other)).toBe('Free');
		await expect.poll(() => card(portal, other).count()).toBe(0);

		await card(portal, battery)
			.getByRole('button', { name: /^Share/ })
			.click();
		await portal.getByLabel('User name').fill('bert');
		await portal.getByRole('button', { name: 'Share', exact: true }).click();
		await expect.poll(() => lab.state(battery)).toBe('Free');
		await lab.button(`Reserve Battery licence ${battery}`);
		await expect.poll(() => lab.isOpen('battery')).toBe(true);
		await card(portal, battery)
			.getByRole('button', { name: /^Stop sharing/ })
			.click();
		await expect.poll(() => lab.isOpen('battery'), { timeout: 1000, interval: 20 }).toBe(false);
		await home.button(`Reserve Battery licence ${battery}`);
		await expect.poll(() => home.isOpen('battery')).toBe(true);
	}, 180_000);
});

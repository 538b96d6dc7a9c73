/**
 * The portal's whole story, in real browsers against a real SMTP server, with two engines of the same user and one of a colleague:
 * sign up, mail, code, buy, decline, pay, confirmation mail, three licences; reserve at the office, return it from home, reserve it there;
 * move, share, the colleague reserves, stop sharing takes it back. At no time two engines hold one licence.
 */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noChromium } from '../../../engine/server/chromium-testing.ts';
import { TestEngine } from './pages/test-engine.ts';
import { eventually, heading, password, payByCard, usePages } from './pages/testing.ts';

describe.skipIf(noChromium)('the portal', () => {
	const bench = usePages();
	const card = (page: Page, id: number) => page.locator(`[data-licence="${id}"]`);
	const state = (page: Page, id: number, text: string) => card(page, id).locator('[data-role=state]').getByText(text, { exact: true }).waitFor();
	const circle = (page: Page, id: number) => card(page, id).locator('.circle').getAttribute('data-state');

	it('leads from the sign-up to a colleague’s licence and back', async () => {
		const home = await bench.join('anna');

		// Two lines: two Automation, one Battery. The first card is declined.
		await home.getByRole('link', { name: 'Buy', exact: true }).click();
		const line = (number: number) => home.getByRole('group', { name: `Line ${number}` });
		await line(1).getByLabel('Quantity').fill('2');
		await home.getByRole('button', { name: 'Add a line' }).click();
		await line(2).getByLabel('Type').selectOption('Battery');
		await line(2).getByLabel('Term').selectOption('perpetual');
		await home.getByLabel('Country').selectOption({ label: 'Germany' });
		const shown = home.locator('[data-role=total]');
		await shown.waitFor();
		const total = await shown.textContent();
		await home.getByRole('button', { name: 'Buy', exact: true }).click();
		await heading(home, 'Checkout');
		expect(await shown.textContent()).toBe(total);
		const seen = [...bench.mailbox.mails];
		await payByCard(home, '4000 0000 0000 0002');
		await home.getByRole('alert').waitFor();
		await payByCard(home, '4242 4242 4242 4242');
		await heading(home, 'Order');
		await home.getByRole('status').getByText('Paid', { exact: true }).waitFor();
		const confirmation = await bench.mailbox.next('anna@example.org', seen);
		expect(confirmation.text).toMatch(/reserve/i);
		await home.getByRole('link', { name: 'Show the licences.' }).click();
		await expect.poll(() => home.getByRole('list', { name: 'Licences' }).locator('[data-licence]').count(), eventually).toBe(3);
		const ids = await home.locator('[data-licence]').evaluateAll((cards) => cards.map((each) => Number((each as HTMLElement).dataset.licence)));
		expect(await home.getByRole('heading', { level: 2 }).allTextContents()).toEqual([`Automation ${ids[0]}`, `Automation ${ids[1]}`, `Battery ${ids[2]}`]);
		const [id] = ids;

		// At the office it is reserved; the second computer is refused until the first has given it back, from home.
		await using office = await TestEngine.signIn(bench.portal.url, 'anna', password, 'office-pc');
		await using laptop = await TestEngine.signIn(bench.portal.url, 'anna', password, 'home-laptop');
		expect(await circle(home, id)).toBe('free');
		await office.reserve(id);
		await state(home, id, 'Reserved to you on office-pc');
		expect(await circle(home, id)).toBe('yours');
		await expect(laptop.reserve(id)).rejects.toThrow(/^LICENCE_TAKEN: .*office-pc/);
		await card(home, id)
			.getByRole('button', { name: /^Return/ })
			.click();
		await home.getByRole('status').getByText(`Automation licence ${id} is free.`).waitFor();
		expect(office.holds(id)).toBe(false);
		await laptop.reserve(id);
		await state(home, id, 'Reserved to you on home-laptop');
		expect([office.holds(id), laptop.holds(id)]).toEqual([false, true]);

		// Another one is moved to a colleague; it cannot be as long as it is reserved.
		const bert = await bench.join('bert');
		expect(await card(home, id).getByRole('button', { name: /^Move/ }).isDisabled()).toBe(true);
		await card(home, ids[1]).getByRole('button', { name: /^Move/ }).click();
		await home.getByLabel('User name').fill('bert');
		await home.getByRole('button', { name: 'Move', exact: true }).click();
		await home.getByRole('status').getByText('now belongs to bert').waitFor();
		await expect.poll(() => card(home, ids[1]).count(), eventually).toBe(0);
		await card(bert, ids[1]).waitFor();

		// The third is shared: the colleague reserves it, and stop sharing takes it back.
		await card(home, ids[2])
			.getByRole('button', { name: /^Share/ })
			.click();
		await home.getByLabel('User name').fill('bert');
		await home.getByRole('button', { name: 'Share', exact: true }).click();
		await card(home, ids[2])
			.getByRole('button', { name: /^Stop sharing/ })
			.waitFor();
		await card(bert, ids[2]).waitFor();
		await using lab = await TestEngine.signIn(bench.portal.url, 'bert', password, 'lab-3');
		await lab.reserve(ids[2]);
		await state(home, ids[2], 'Reserved to bert on lab-3');
		expect(await circle(home, ids[2])).toBe('taken');
		await bench.inspect(home, 'story-licences');
		await expect(laptop.reserve(ids[2])).rejects.toThrow(/^LICENCE_TAKEN: .*bert/);
		await card(home, ids[2])
			.getByRole('button', { name: /^Stop sharing/ })
			.click();
		await home.getByRole('status').getByText('no longer shared with bert').waitFor();
		await expect.poll(() => lab.holds(ids[2])).toBe(false);
		await state(home, ids[2], 'Free');
		await expect.poll(() => card(bert, ids[2]).count(), eventually).toBe(0);
		await expect(lab.reserve(ids[2])).rejects.toThrow();
		await laptop.reserve(ids[2]);
		expect(laptop.holds(ids[2])).toBe(true);
	});
});

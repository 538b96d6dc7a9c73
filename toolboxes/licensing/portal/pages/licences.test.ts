/** Licences in the browser: what each shows, returning, moving, sharing; text of others is text. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noChromium } from '../../../../engine/server/chromium-testing.ts';
import { TestEngine } from './test-engine.ts';
import { eventually, password, usePages } from './testing.ts';

describe.skipIf(noChromium)('licences', () => {
	const bench = usePages();

	/** Gives a user a licence and returns its id. */
	const give = async (user: string, type: 'Automation' | 'Battery' = 'Automation'): Promise<number> => {
		const { db } = bench.portal.context.database;
		const { id: owner_id } = await db.selectFrom('users').select('id').where('name_key', '=', user).executeTakeFirstOrThrow();
		const row = { type, term: 'perpetual', owner_id, expires_at: null, subscription_id: null, created_at: bench.portal.context.now() } as const;
		const empty = { reservation: null, reserved_user_id: null, reserved_computer: null, reserved_hostname: null, reserved_at: null, returning_at: null, returning_reason: null };
		return (
			await db
				.insertInto('licences')
				.values({ ...row, ...empty })
				.returning('id')
				.executeTakeFirstOrThrow()
		).id;
	};
	const card = (page: Page, id: number) => page.locator(`[data-licence="${id}"]`);
	const state = (page: Page, id: number) => card(page, id).locator('[data-role=state]');

	it('shows who has a licence, and returns it while an engine holds it', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'anna');
		const id = await give('anna');
		await page.goto(`${bench.portal.url}/licences`);
		await state(page, id).getByText('Free', { exact: true }).waitFor();
		expect(
			await card(page, id)
				.getByRole('button', { name: /^Return/ })
				.count(),
		).toBe(0);

		await using engine = await TestEngine.signIn(bench.portal.url, 'anna', password, 'office-pc');
		await engine.reserve(id);
		await state(page, id).getByText('Reserved to you on office-pc').waitFor();
		expect(await card(page, id).locator('.circle').getAttribute('data-state')).toBe('yours');
		expect(await card(page, id).getByRole('button', { name: /^Move/ }).isDisabled()).toBe(true);
		await bench.inspect(page, 'licences');

		await card(page, id)
			.getByRole('button', { name: /^Return/ })
			.click();
		await page.getByRole('status').getByText('is free.').waitFor();
		await state(page, id).getByText('Free', { exact: true }).waitFor();
		expect(engine.held.size).toBe(0);
	});

	it('says until when a licence is on its way back from a computer that cannot be reached', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'bert');
		const id = await give('bert', 'Battery');
		const engine = await TestEngine.signIn(bench.portal.url, 'bert', password, 'train-laptop');
		await engine.reserve(id);
		await engine[Symbol.asyncDispose]();
		await page.goto(`${bench.portal.url}/licences`);
		await card(page, id)
			.getByRole('button', { name: /^Return/ })
			.click();
		await state(page, id)
			.getByText(/^Returning until .*, from you on train-laptop$/)
			.waitFor();
		await page.getByRole('status').getByText('at the latest').waitFor();
		expect(
			await card(page, id)
				.getByRole('button', { name: /^Return/ })
				.count(),
		).toBe(0);
		await bench.inspect(page, 'licences-returning');
	});

	it('shares with several users by keyboard, stops sharing, and moves', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'carla');
		const colleague = await bench.open('/sign-up');
		await bench.signUp(colleague, 'dora');
		const third = await bench.open('/sign-up');
		await bench.signUp(third, 'emil');
		const id = await give('carla');
		await page.goto(`${bench.portal.url}/licences`);
		const share = async (user: string) => {
			await card(page, id)
				.getByRole('button', { name: /^Share/ })
				.focus();
			await page.keyboard.press('Enter');
			await page.keyboard.type(user);
			await page.keyboard.press('Enter');
		};
		await share('nobody');
		await card(page, id).getByRole('alert').waitFor();
		await bench.inspect(page, 'licences-share');
		await page.getByLabel('User name').press('Escape');
		await share('dora');
		await page.getByRole('status').getByText('is shared with dora').waitFor();
		await share('emil');
		await page.getByRole('status').getByText('is shared with emil').waitFor();
		expect(await card(page, id).getByRole('listitem').allTextContents()).toEqual(['doraStop sharing', 'emilStop sharing']);

		await colleague.goto(`${bench.portal.url}/licences`);
		await state(colleague, id).waitFor();
		expect(await card(colleague, id).getByText('carla').count()).toBe(1);
		expect(await card(colleague, id).getByRole('button').count()).toBe(0);

		await card(page, id)
			.getByRole('button', { name: /^Stop sharing .* dora$/ })
			.click();
		await page.getByRole('status').getByText('no longer shared with dora').waitFor();
		await expect.poll(() => card(colleague, id).count(), eventually).toBe(0);

		await card(page, id).getByRole('button', { name: /^Move/ }).click();
		await page.getByLabel('User name').fill('DORA');
		await page.getByRole('button', { name: 'Move', exact: true }).click();
		await page.getByRole('status').getByText('now belongs to').waitFor();
		await page.getByText('There are no licences yet.').waitFor();
		await colleague.reload();
		await card(colleague, id)
			.getByRole('button', { name: /^Share/ })
			.waitFor();
		await third.goto(`${bench.portal.url}/licences`);
		await third.getByText('There are no licences yet.').waitFor();
	});

	it('shows the name of a computer as text, whatever it holds', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'frida');
		const id = await give('frida');
		const hostname = '<img src=x onerror=document.title=1>';
		await using engine = await TestEngine.signIn(bench.portal.url, 'frida', password, hostname);
		await engine.reserve(id);
		await page.goto(`${bench.portal.url}/licences`);
		await state(page, id).getByText(hostname).waitFor();
		expect(await page.title()).toBe('Licences – Microjoule portal');
	});
});

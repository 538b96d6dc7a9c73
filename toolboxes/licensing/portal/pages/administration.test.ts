/** Administration in the browser: the one-time link, users, grants, returns, audit log, settings; and that nobody else gets there. */

import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { noChromium } from '../../../../engine/server/chromium-testing.ts';
import { TestEngine } from './test-engine.ts';
import { eventually, heading, password, usePages } from './testing.ts';

describe.skipIf(noChromium)('administration', () => {
	const bench = usePages();
	let setUpPath: string;
	beforeAll(() => {
		const { pathname, hash } = new URL(bench.portal.setUpLink as string);
		setUpPath = pathname + hash;
	});

	const signIn = async (name: string): Promise<Page> => {
		const page = await bench.open('/sign-in');
		await bench.post(page, '/session', { name, password });
		return page;
	};

	it('makes the first administrator through the link, once', async () => {
		const page = await bench.open(setUpPath);
		await heading(page, 'Set up the portal');
		await bench.inspect(page, 'set-up');
		await page.getByLabel('User name').fill('root');
		await page.getByLabel('E-mail').fill('root@example.org');
		await page.getByRole('textbox', { name: 'Password' }).fill(password);
		await page.getByRole('button', { name: 'Make the administrator' }).click();
		await heading(page, 'Users');
		await page.getByRole('cell', { name: 'root (administrator)' }).waitFor();
		const second = await bench.open(setUpPath);
		await second.getByLabel('User name').fill('mallory');
		await second.getByLabel('E-mail').fill('mallory@example.org');
		await second.getByRole('textbox', { name: 'Password' }).fill(password);
		await second.getByRole('button', { name: 'Make the administrator' }).click();
		await second.getByRole('alert').waitFor();
		const third = await bench.open('/set-up');
		await third.getByRole('alert').waitFor();
	});

	it('finds a user, grants licences, returns a reservation, and keeps a log of it', async () => {
		const anna = await bench.open('/sign-up');
		await bench.signUp(anna, 'anna');
		const page = await signIn('root');
		await page.goto(`${bench.portal.url}/admin/users`);
		await page.getByLabel('Search by name or e-mail').fill('ANNA@');
		await page.getByRole('button', { name: 'Grant licences to anna' }).click();
		await page.getByLabel('Type').selectOption('Enterprise');
		await page.getByLabel('Term').selectOption('yearly');
		await page.getByLabel('Quantity').fill('2');
		await page.getByLabel('Last day').fill('2099-12-31');
		await bench.inspect(page, 'users');
		await page.getByRole('button', { name: 'Grant', exact: true }).click();
		await page.getByRole('status').getByText('2 Enterprise licences granted to anna.').waitFor();

		await anna.goto(`${bench.portal.url}/licences`);
		await expect.poll(() => anna.getByText('31 Dec 2099').count(), eventually).toBe(2);
		await using engine = await TestEngine.signIn(bench.portal.url, 'anna', password, 'office-pc');
		await engine.reserve(1);

		await page.getByRole('link', { name: 'All licences' }).click();
		await page.getByText('Reserved to anna on office-pc').waitFor();
		await bench.inspect(page, 'all-licences');
		await page.getByRole('button', { name: 'Return licence 1' }).click();
		await page.getByRole('status').getByText('Licence 1 is free.').waitFor();
		expect(engine.holds(1)).toBe(false);

		await page.getByRole('link', { name: 'Audit log' }).click();
		await heading(page, 'Audit log');
		await page.getByRole('table', { name: 'Audit log' }).getByRole('cell', { name: 'root' }).first().waitFor();
		await bench.inspect(page, 'audit');
	});

	it('sets the offline time, and refuses more than two weeks', async () => {
		const page = await signIn('root');
		await page.goto(`${bench.portal.url}/admin/settings`);
		const hours = page.getByLabel('Offline time, hours');
		expect(await hours.inputValue()).toBe('24');
		await bench.inspect(page, 'settings');
		await hours.fill('337');
		await page.getByRole('button', { name: 'Save' }).click();
		expect(await hours.evaluate((field: HTMLInputElement) => field.validity.rangeOverflow)).toBe(true);
		await hours.fill('48');
		await page.getByRole('button', { name: 'Save' }).click();
		await page.getByRole('status').getByText('Saved.').waitFor();
		await page.reload();
		expect(await hours.inputValue()).toBe('48');
	});

	it('is closed to everybody else', async () => {
		const page = await signIn('anna');
		await page.goto(`${bench.portal.url}/admin/users`);
		await heading(page, 'Not for this account');
		await bench.inspect(page, 'not-for-this-account');
		expect(await page.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
	});
});

/** Buying in the browser: the price follows every change, a declined card is tried again, confirmation, PayPal, invoices, cancelling. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noChromium } from '../../../../engine/server/chromium-testing.ts';
import { eventually, heading, usePages } from './testing.ts';

describe.skipIf(noChromium)('the shop', () => {
	const bench = usePages();
	const total = (page: Page) => page.locator('[data-role=total]');
	const amount = async (page: Page) => Number((await total(page).textContent())?.replaceAll(/[^\d.]/g, ''));

	/** Puts one line into the basket and goes to the checkout. */
	const order = async (page: Page, type = 'Automation', term = 'Monthly') => {
		await page.goto(`${bench.portal.url}/buy`);
		await page.getByLabel('Type').selectOption(type);
		await page.getByLabel('Term').selectOption({ label: term });
		await page.getByLabel('Country').selectOption({ label: 'Germany' });
		await total(page).waitFor();
		await page.getByRole('button', { name: 'Buy', exact: true }).click();
		await heading(page, 'Checkout');
	};
	const card = async (page: Page, number: string) => {
		await page.getByLabel('Card number').fill(number);
		await page.getByLabel('Expiry').fill('09/40');
		await page.getByLabel('Security code').fill('123');
		await page.getByRole('button', { name: /^Pay/ }).click();
	};

	it('updates the price with every change, tax of the country included', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'anna');
		await page.goto(`${bench.portal.url}/buy`);
		await heading(page, 'Buy licences');
		await page.getByText('Choose the country, on which the tax depends.').waitFor();
		await page.getByLabel('Country').selectOption({ label: 'Germany' });
		await total(page).waitFor();
		const one = await amount(page);
		await page.getByText('Tax, 19 %').waitFor();
		await page.getByLabel('Quantity').fill('3');
		await expect.poll(() => amount(page), eventually).toBeCloseTo(3 * one, 1);
		await page.getByLabel('Quantity').fill('x');
		await page.getByText('A whole number from 1.').waitFor();
		expect(await page.getByRole('button', { name: 'Buy', exact: true }).isDisabled()).toBe(true);
		await page.getByLabel('Quantity').fill('1');
		await expect.poll(() => amount(page), eventually).toBe(one);
		await page.getByRole('button', { name: 'Add a line' }).click();
		await expect.poll(() => amount(page), eventually).toBeCloseTo(2 * one, 1);
		await bench.inspect(page, 'buy');
		await page.getByRole('button', { name: 'Remove line 2' }).click();
		await expect.poll(() => amount(page), eventually).toBe(one);
		await page.getByLabel('Country').selectOption({ label: 'Sweden' });
		await page.getByText('Tax, 25 %').waitFor();
		await expect.poll(() => amount(page), eventually).toBeCloseTo((one / 1.19) * 1.25, 1);
		await page.getByLabel('Currency').selectOption('USD');
		await total(page).getByText('$').waitFor();
	});

	it('shows a declined card, and takes another', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'bert');
		await order(page);
		await card(page, '4000 0000 0000 0002');
		await page.getByRole('alert').waitFor();
		await bench.inspect(page, 'checkout-declined');
		await card(page, '4242 4242 4242 4242');
		await heading(page, 'Order');
		await page.getByRole('status').getByText('Paid', { exact: true }).waitFor();
		await bench.inspect(page, 'order');
		const [invoice] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: /^Invoice \d+/ }).click()]);
		await invoice.getByText('bert', { exact: false }).first().waitFor();
		await bench.inspect(invoice, 'invoice');
		await page.getByRole('link', { name: 'Orders' }).click();
		await heading(page, 'Orders');
		expect(await page.getByRole('table', { name: 'Orders' }).getByRole('row').count()).toBe(2);
		await bench.inspect(page, 'orders');
	});

	it('asks for a confirmation where the card wants one', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'carla');
		await order(page);
		await card(page, '4000 0025 0000 3155');
		await page.getByRole('button', { name: /confirm|approve/i }).waitFor();
		await bench.inspect(page, 'confirm');
		await page.getByRole('button', { name: /confirm|approve/i }).click();
		await heading(page, 'Order');
		await page.getByRole('status').getByText('Paid', { exact: true }).waitFor();
	});

	it('pays by PayPal, also after having cancelled there', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'dora');
		await order(page, 'Battery', 'Yearly');
		await page.getByLabel('PayPal').check();
		await bench.inspect(page, 'checkout-paypal');
		await page.getByRole('button', { name: 'Go to PayPal' }).click();
		await page.getByRole('button', { name: /cancel/i }).click();
		await heading(page, 'Order');
		await page.getByRole('button', { name: 'Pay' }).click();
		await page.getByLabel('PayPal').check();
		await page.getByRole('button', { name: 'Go to PayPal' }).click();
		await page.getByRole('button', { name: /approve/i }).click();
		await heading(page, 'Order');
		await page.getByRole('status').getByText('Paid', { exact: true }).waitFor();
	});

	it('cancels the renewal of a licence', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'emil');
		await order(page);
		await card(page, '4242 4242 4242 4242');
		await page.getByRole('link', { name: 'Show the licences.' }).click();
		await heading(page, 'Licences');
		await page.getByText('Renews', { exact: true }).waitFor();
		await page.getByRole('button', { name: /^Cancel renewal/ }).click();
		await page.getByRole('status').getByText('does not renew any more').waitFor();
		await page.getByText('Expires', { exact: true }).waitFor();
		expect(await page.getByRole('button', { name: /^Cancel renewal/ }).count()).toBe(0);
	});
});

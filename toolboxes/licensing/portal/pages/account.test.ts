/** Accounts in the browser: sign up, code, sign in, password, sessions, deletion; and what every page owes to keyboards and screen readers. */

import { describe, expect, it } from 'vitest';
import { noChromium } from '../../../../engine/server/chromium-testing.ts';
import { codeIn, eventually, heading, password, usePages } from './testing.ts';

describe.skipIf(noChromium)('accounts', () => {
	const bench = usePages();

	it('signs up with the code from the mail, once the terms are accepted', async () => {
		const page = await bench.open();
		await heading(page, 'Sign in');
		await bench.inspect(page, 'sign-in');
		await page.getByRole('main').getByRole('link', { name: 'Sign up' }).click();
		await heading(page, 'Sign up');
		await bench.inspect(page, 'sign-up');
		await page.getByLabel('User name').fill('anna');
		await page.getByLabel('E-mail').fill('anna@example.org');
		await page.getByRole('textbox', { name: 'Password' }).fill(password);
		await page.getByRole('button', { name: 'Sign up' }).click();
		// Nothing is sent without the terms.
		await heading(page, 'Sign up');
		expect(bench.mailbox.mails).toEqual([]);
		await page.getByLabel('I accept the terms').check();
		await page.getByRole('button', { name: 'Sign up' }).click();
		await heading(page, 'Enter the code');
		await bench.inspect(page, 'verify');
		expect(await page.getByLabel('User name').inputValue()).toBe('anna');
		const code = codeIn(await bench.mailbox.next('anna@example.org'));
		await page.getByLabel('Code').fill(code === '000000' ? '000001' : '000000');
		await page.getByRole('button', { name: 'Confirm' }).click();
		await page.getByRole('alert').waitFor();
		await page.getByLabel('Code').fill(code);
		await page.getByRole('button', { name: 'Confirm' }).click();
		await heading(page, 'Licences');
		await page.getByText('There are no licences yet.').waitFor();
	});

	it('sends a new code when asked, and only that one counts', async () => {
		const page = await bench.open('/sign-up');
		await bench.post(page, '/sign-up', { name: 'bert', email: 'bert@example.org', password, acceptTerms: true });
		const first = await bench.mailbox.next('bert@example.org');
		bench.ahead += 2 * 60_000;
		await page.goto(`${bench.portal.url}/verify?name=bert`);
		await page.getByRole('button', { name: 'Send a new code' }).click();
		await page.getByRole('status').getByText('a new one is on its way').waitFor();
		const second = await bench.mailbox.next('bert@example.org', [first]);
		await page.getByLabel('Code').fill(codeIn(second));
		await page.getByRole('button', { name: 'Confirm' }).click();
		await heading(page, 'Licences');
	});

	it('asks for the password where somebody else signed up with the same address', async () => {
		const page = await bench.open('/sign-up');
		await bench.post(page, '/sign-up', { name: 'gerd', email: 'gerd@example.org', password: 'password of a stranger', acceptTerms: true });
		const first = await bench.mailbox.next('gerd@example.org');
		await bench.post(page, '/sign-up', { name: 'gerd', email: 'gerd@example.org', password, acceptTerms: true });
		const second = await bench.mailbox.next('gerd@example.org', [first]);
		await page.goto(`${bench.portal.url}/verify?name=gerd`);
		await page.getByLabel('Code').fill(codeIn(second));
		expect(await page.getByRole('textbox', { name: 'Password' }).count()).toBe(0);
		await page.getByRole('button', { name: 'Confirm' }).click();
		await page.getByRole('alert').getByText('signed up more than once').waitFor();
		await page.getByRole('textbox', { name: 'Password' }).fill(password);
		await page.getByRole('button', { name: 'Confirm' }).click();
		await heading(page, 'Licences');
	});

	it('goes on to the page that asked for signing in, says why it did not work, and signs out', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'carla');
		const other = await bench.open('/orders');
		await heading(other, 'Sign in');
		await other.getByLabel('User name or e-mail').fill('carla@example.org');
		await other.getByRole('textbox', { name: 'Password' }).fill('not the password');
		await other.getByRole('button', { name: 'Sign in' }).click();
		await other.getByRole('alert').waitFor();
		await other.getByRole('textbox', { name: 'Password' }).fill(password);
		await other.getByRole('textbox', { name: 'Password' }).press('Enter');
		await heading(other, 'Orders');
		await other.getByRole('button', { name: 'Sign out' }).click();
		await heading(other, 'Sign in');
		await other.goto(`${bench.portal.url}/account`);
		await heading(other, 'Sign in');
	});

	it('never leaves the portal for the address that a link names', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'dora');
		const victim = await bench.open('/sign-in?next=//evil.example/licences');
		await victim.getByLabel('User name or e-mail').fill('dora');
		await victim.getByRole('textbox', { name: 'Password' }).fill(password);
		await victim.getByRole('button', { name: 'Sign in' }).click();
		await heading(victim, 'Licences');
		expect(new URL(victim.url()).origin).toBe(bench.portal.url);
	});

	it('sets a forgotten password by mail', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'emil');
		const seen = [...bench.mailbox.mails];
		const other = await bench.open('/sign-in');
		await other.getByRole('link', { name: 'Forgot the password?' }).click();
		await heading(other, 'Forgotten password');
		await bench.inspect(other, 'forgot');
		await other.getByLabel('E-mail').fill('emil@example.org');
		await other.getByRole('button', { name: 'Send the code' }).click();
		await heading(other, 'New password');
		await bench.inspect(other, 'reset');
		await other.getByLabel('Code').fill(codeIn(await bench.mailbox.next('emil@example.org', seen)));
		await other.getByLabel('New password').fill('quite another password');
		await other.getByRole('button', { name: 'Set the password' }).click();
		await heading(other, 'Sign in');
		await other.getByRole('status').getByText('The new password is set.').waitFor();
		await other.getByLabel('User name or e-mail').fill('emil');
		await other.getByRole('textbox', { name: 'Password' }).fill('quite another password');
		await other.getByRole('button', { name: 'Sign in' }).click();
		await heading(other, 'Licences');
	});

	it('changes the password, ends other sessions, and deletes the account', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'frida');
		const second = await bench.open('/sign-in');
		await bench.post(second, '/session', { name: 'frida', password });
		await page.goto(`${bench.portal.url}/account`);
		await heading(page, 'Account');
		await bench.inspect(page, 'account');
		const sessions = page.getByRole('table', { name: 'Sessions' });
		await sessions.getByRole('button', { name: /^Sign out/ }).click();
		await expect.poll(() => sessions.getByRole('button').count(), eventually).toBe(0);
		await second.goto(`${bench.portal.url}/account`);
		await heading(second, 'Sign in');

		const change = page.getByRole('form', { name: 'Change the password' });
		await change.getByLabel('Current password').fill('wrong wrong wrong');
		await change.getByLabel('New password').fill('a better password');
		await change.getByRole('button').last().click();
		await change.getByRole('alert').waitFor();
		await change.getByLabel('Current password').fill(password);
		await change.getByRole('button', { name: 'Change the password' }).click();
		await page.getByRole('status').getByText('The password is changed.').waitFor();

		const removal = page.getByRole('form', { name: 'Delete the account' });
		await removal.getByLabel('Password, to be sure').fill('a better password');
		await removal.getByRole('button', { name: 'Delete the account' }).click();
		await heading(page, 'Sign in');
		await page.getByLabel('User name or e-mail').fill('frida');
		await page.getByRole('textbox', { name: 'Password' }).fill('a better password');
		await page.getByRole('button', { name: 'Sign in' }).click();
		await page.getByRole('alert').waitFor();
	});

	it('puts the focus on the heading of a new page, and skips to the content', async () => {
		const page = await bench.open('/sign-in');
		await heading(page, 'Sign in');
		await page.getByRole('link', { name: 'Sign up' }).first().focus();
		await page.keyboard.press('Enter');
		await heading(page, 'Sign up');
		await expect.poll(() => page.evaluate(() => document.activeElement?.textContent), eventually).toBe('Sign up');
		expect(await page.title()).toBe('Sign up – Microjoule portal');
		await page.goBack();
		await heading(page, 'Sign in');
		await page.reload();
		await heading(page, 'Sign in');
		await page.keyboard.press('Tab');
		expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Skip to the content');
		await page.keyboard.press('Enter');
		expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
	});

	it('hides its ways behind one button where it is narrow', async () => {
		const page = await bench.open('/sign-in');
		await page.setViewportSize({ width: 400, height: 800 });
		await heading(page, 'Sign in');
		const signUp = page.getByRole('navigation').getByRole('link', { name: 'Sign up' });
		expect(await signUp.isVisible()).toBe(false);
		await page.getByRole('button', { name: 'Menu' }).click();
		await bench.inspect(page, 'menu');
		await page.setViewportSize({ width: 400, height: 800 });
		await signUp.focus();
		await page.keyboard.press('Escape');
		expect(await signUp.isVisible()).toBe(false);
		expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Menu');
		await page.getByRole('button', { name: 'Menu' }).click();
		await signUp.click();
		await heading(page, 'Sign up');
		expect(await signUp.isVisible()).toBe(false);
	});

	it('offers to load a page again whose code did not arrive', async () => {
		const page = await bench.open('/sign-in');
		await page.route(/forgot-page/, (route) => route.abort());
		await page.getByRole('link', { name: 'Forgot the password?' }).click();
		await heading(page, 'This page could not be shown');
		await page.unroute(/forgot-page/);
		await page.getByRole('button', { name: 'Load again' }).click();
		await heading(page, 'Forgotten password');
	});

	it('shows the terms, and says so where there is no page', async () => {
		const page = await bench.open('/terms');
		await heading(page, 'Terms');
		await bench.inspect(page, 'terms');
		await page.goto(`${bench.portal.url}/nothing/here`);
		await heading(page, 'No such page');
		await bench.inspect(page, 'no-page');
	});
});

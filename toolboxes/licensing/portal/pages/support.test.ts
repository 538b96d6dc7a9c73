/** Support, hardware and downloads in the browser. */

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { noChromium } from '../../../../engine/server/chromium-testing.ts';
import { heading, usePages } from './testing.ts';

describe.skipIf(noChromium)('support', () => {
	const bench = usePages();

	it('opens a case, attaches a file, answers and closes it', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'anna');
		await page.goto(`${bench.portal.url}/support`);
		await page.getByText('No case was opened yet.').waitFor();
		await page.getByLabel('Subject').fill('A licence <b>stays</b> taken');
		await page.getByLabel('What happened').fill('It is returned\nand stays taken. <script>document.title = 1</script>');
		await page.getByRole('button', { name: 'Open the case' }).click();
		await heading(page, 'A licence <b>stays</b> taken');
		await page.getByText('<script>document.title = 1</script>').waitFor();
		await page.getByRole('textbox', { name: 'Answer' }).fill('See the file.');
		await page.getByLabel(/^Attach a file/).setInputFiles({ name: 'log “1”.txt', mimeType: 'text/plain', buffer: Buffer.from('what happened') });
		await page.getByRole('button', { name: 'Send' }).click();
		await page.getByRole('status').getByText('The answer is sent.').waitFor();
		const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /log “1”\.txt/ }).click()]);
		expect(await readFile(await download.path(), 'utf8')).toBe('what happened');
		await bench.inspect(page, 'case');
		await page.getByRole('button', { name: 'Close the case' }).click();
		await page.getByText('Closed', { exact: true }).waitFor();
		await page.getByRole('link', { name: 'All cases' }).click();
		await heading(page, 'Support');
		await page.getByRole('table', { name: 'Support cases' }).getByText('Closed').waitFor();
		await bench.inspect(page, 'support');
	});

	it('shows nobody the case of somebody else', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'bert');
		await page.goto(`${bench.portal.url}/support/1`);
		await page.getByRole('alert').waitFor();
		expect(await page.getByText('stays taken').count()).toBe(0);
	});

	it('registers an instrument and removes it', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'carla');
		await page.goto(`${bench.portal.url}/hardware`);
		await page.getByLabel('Serial number').fill('7B3F0011');
		await page.getByLabel('Model').fill('Arc');
		await page.getByRole('textbox', { name: 'Name' }).fill('Left bench');
		await page.getByRole('button', { name: 'Register' }).click();
		await page.getByRole('cell', { name: 'Left bench' }).waitFor();
		await bench.inspect(page, 'hardware');
		await page.getByRole('button', { name: 'Remove 7B3F0011' }).click();
		await page.getByText('No instrument is registered.').waitFor();
	});

	it('says how to install this version', async () => {
		const page = await bench.open('/sign-up');
		await bench.signUp(page, 'dora');
		await page.goto(`${bench.portal.url}/downloads`);
		await heading(page, 'Downloads');
		await page.getByText(/npm/).first().waitFor();
		await bench.inspect(page, 'downloads');
	});
});

/**
 * What the pages' tests share: the pages as they are built, a real portal on SQLite that mails to a real SMTP server, and a real Chromium.
 * SCREENSHOTS names a folder for pictures of every page, wide and narrow, light and dark.
 */

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { launchChromium } from '../../../../engine/server/chromium-testing.ts';
import { portalPages } from '../../../../vite.config.ts';
import { Mailbox, type ReceivedMail } from '../mail/testing.ts';
import { createPortal, type Portal } from '../portal.ts';

const screenshots = process.env.SCREENSHOTS;

/** Width, scheme, and whether it is tested, or for the pictures only. */
const views = [
	[1280, 'light', true],
	[1280, 'dark', false],
	[400, 'light', false],
	[400, 'dark', true],
] as const;

/** How long a test waits for what a page, or a mail, will show by itself. */
export const eventually = { timeout: 20_000 };

/** The mailbox of a test that waits for what comes. */
class AwaitedMailbox extends Mailbox {
	/** The newest mail to an address that is none of `seen`, as soon as it is there. */
	async next(to: string, seen: readonly ReceivedMail[] = []): Promise<ReceivedMail> {
		let found: ReceivedMail | undefined;
		await expect
			.poll(() => {
				found = this.mails.findLast((mail) => mail.to === to && !seen.includes(mail));
				return found;
			}, eventually)
			.toBeDefined();
		return found as ReceivedMail;
	}
}

export function codeIn(mail: ReceivedMail): string {
	const code = /\b\d{6}\b/.exec(mail.text)?.[0];
	if (!code) throw new Error(`There is no code in the mail “${mail.subject}”: ${mail.text}`);
	return code;
}

export const password = 'a long enough password';

export class PagesBench {
	readonly mailbox = new AwaitedMailbox();
	portal!: Portal;
	/** Added to the portal's clock, ms. */
	ahead = 0;
	readonly #faults: string[] = [];
	#browser!: Browser;
	#folder!: string;
	readonly #contexts = new Set<BrowserContext>();

	async start(): Promise<void> {
		this.#folder = await mkdtemp(join(tmpdir(), 'microjoule-pages-'));
		if (screenshots) await mkdir(screenshots, { recursive: true });
		const pagesFolder = join(this.#folder, 'pages');
		await build({ ...portalPages, logLevel: 'warn', build: { ...portalPages.build, outDir: pagesFolder, emptyOutDir: true } });
		const smtp = await this.mailbox.listen();
		this.portal = await createPortal({
			database: join(this.#folder, 'portal.db'),
			port: 0,
			smtp,
			outbox: join(this.#folder, 'outbox'),
			pagesFolder,
			now: () => Date.now() + this.ahead,
		});
		this.#browser = await launchChromium();
	}

	async stop(): Promise<void> {
		await this.#browser?.close();
		await this.portal?.close();
		await this.mailbox.close();
		await rm(this.#folder, { recursive: true, force: true });
	}

	/** A browser of its own, as another person at another computer has it. */
	async open(path = '/'): Promise<Page> {
		const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
		this.#contexts.add(context);
		const page = await context.newPage();
		page.setDefaultTimeout(20_000);
		page.on('pageerror', (error) => this.#faults.push(error.message));
		// A refused request is an error to the browser; here it is what a test asks for, and the page says so in words.
		page.on('console', (message) => message.type() === 'error' && !/Failed to (load resource|fetch)/.test(message.text()) && this.#faults.push(message.text()));
		await page.goto(this.portal.url + path);
		return page;
	}

	/** Closes every browser and returns what went wrong in one. */
	async settle(): Promise<readonly string[]> {
		for (const context of this.#contexts) await context.close();
		this.#contexts.clear();
		return this.#faults.splice(0);
	}

	/** Signs up as a person does, in a browser of one's own; resolves at the licences. */
	async join(name: string): Promise<Page> {
		const page = await this.open();
		await page.getByRole('navigation').getByRole('link', { name: 'Sign up' }).click();
		await page.getByLabel('User name').fill(name);
		await page.getByLabel('E-mail').fill(`${name}@example.org`);
		await page.getByRole('textbox', { name: 'Password' }).fill(password);
		await page.getByLabel('I accept the terms').check();
		await page.getByRole('button', { name: 'Sign up' }).click();
		await page.getByLabel('Code').fill(codeIn(await this.mailbox.next(`${name}@example.org`)));
		await page.getByRole('button', { name: 'Confirm' }).click();
		await heading(page, 'Licences');
		return page;
	}

	/** An account as a person makes it, without the clicks; `page` is signed in as it. */
	async signUp(page: Page, name: string): Promise<void> {
		const seen = [...this.mailbox.mails];
		const email = `${name}@example.org`;
		await this.post(page, '/sign-up', { name, email, password, acceptTerms: true });
		await this.post(page, '/verify', { name, code: codeIn(await this.mailbox.next(email, seen)) });
	}

	/** A request of a page, with its cookies. */
	async post(page: Page, path: string, data: Record<string, unknown>): Promise<void> {
		const response = await page.context().request.post(`${this.portal.url}/api${path}`, { data, headers: { origin: this.portal.url } });
		if (!response.ok()) throw new Error(`${path}: ${await response.text()}`);
	}

	/** Expects axe to find nothing wrong in the page as it is shown, and nothing to stick out: wide and light, narrow and dark. */
	async inspect(page: Page, name: string): Promise<void> {
		for (const [width, colorScheme, tested] of views) {
			if (!tested && !screenshots) continue;
			await page.setViewportSize({ width, height: 800 });
			await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
			// Documents that the portal writes itself have no Mantine that must follow.
			await expect.poll(() => page.evaluate((scheme) => document.documentElement.dataset.mantineColorScheme ?? scheme, colorScheme), eventually).toBe(colorScheme);
			if (screenshots) await page.screenshot({ path: join(screenshots, `${name}-${width}-${colorScheme}.png`), fullPage: true });
			if (!tested) continue;
			const { violations } = await new AxeBuilder({ page }).analyze();
			const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
			expect(found, `${name} at ${width} px, ${colorScheme}`).toEqual([]);
			expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${name} is too wide for ${width} px`).toBeLessThanOrEqual(0);
		}
		await page.setViewportSize({ width: 1280, height: 800 });
		await page.emulateMedia({ colorScheme: 'light' });
	}
}

/** A bench for the tests of one file. Nothing may go wrong in a browser that no test asked for. */
export function usePages(): PagesBench {
	const bench = new PagesBench();
	// axe takes a second a page; on a busy machine that adds up.
	vi.setConfig({ testTimeout: 120_000 });
	beforeAll(() => bench.start(), 120_000);
	afterAll(() => bench.stop());
	afterEach(async () => expect(await bench.settle()).toEqual([]));
	return bench;
}

/** Waits until the page has this heading. */
export async function heading(page: Page, title: string): Promise<void> {
	await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
}

/** Pays at the checkout with a card of the sandbox. */
export async function payByCard(page: Page, number: string): Promise<void> {
	await page.getByLabel('Card number').fill(number);
	await page.getByLabel('Expiry').fill('09/40');
	await page.getByLabel('Security code').fill('123');
	await page.getByRole('button', { name: /^Pay/ }).click();
}

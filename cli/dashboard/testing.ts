/**
 * For tests of the dashboard: the real program with simulated instruments, and real browser windows on it. Where there is no Chromium, or the page is not
 * built, such tests are skipped and say so.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page, PageScreenshotOptions } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { launchChromium, noChromium } from '../../engine/server/chromium-testing.ts';
import { type Started, start, temporaryFolder } from '../testing.ts';

const notBuilt = !existsSync(fileURLToPath(new URL('../../dist/ui/index.html', import.meta.url)));
if (notBuilt) console.warn('Tests of the dashboard are skipped: it is not built (npm run prepare).');

/** For `describe.skipIf`. */
export const noDashboard = noChromium || notBuilt;
/** Where pictures go, when somebody wants to look at them. */
const pictures = process.env.SCREENSHOTS;

export interface Engine {
	readonly url: string;
	readonly data: string;
	readonly program: Started;
	/** Port of scripts. */
	readonly scriptingPort: number;
	/** The HTTP API: the parsed answer; throws for an error. */
	// biome-ignore lint/suspicious/noExplicitAny: tests look at any shape
	api(method: string, path: string, body?: unknown): Promise<any>;
}

export interface Dashboard {
	/** The engine of this file's tests. */
	readonly engine: Engine;
	/** A window of its own on it; `1400 × 900`, light, nothing fading in, unless said otherwise. Errors in the page fail the test file. */
	open(options?: BrowserContextOptions & { readonly path?: string }): Promise<Page>;
	/** `$SCREENSHOTS/<name>.png`, where that is set. */
	shoot(page: Page, name: string, options?: Pick<PageScreenshotOptions, 'fullPage' | 'clip'>): Promise<void>;
	/** WCAG 2.2 AA; of the whole page, or of what a selector names. */
	expectAccessible(page: Page, within?: string): Promise<void>;
	/** Messages of the page that are expected, such as a connection that a test cuts. */
	ignore(pattern: RegExp): void;
}

/** `args` of `microjoule serve`; by default an Arc and an Ace. */
export function useDashboard(args: readonly string[] = ['--sim', 'arc,ace']): Dashboard {
	let browser: Browser;
	let engine: Engine;
	const faults: string[] = [];
	const ignored: RegExp[] = [];
	beforeAll(async () => {
		if (noDashboard) return;
		[browser, engine] = await Promise.all([launchChromium(), startEngine(args)]);
	}, 60_000);
	afterAll(async () => {
		await browser?.close();
		expect(faults.filter((fault) => !ignored.some((pattern) => pattern.test(fault)))).toEqual([]);
	});
	return {
		get engine() {
			return engine;
		},
		async open({ path = '/', ...options } = {}) {
			const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 }, acceptDownloads: true, reducedMotion: 'reduce', ...options })).newPage();
			page.setDefaultTimeout(15_000);
			page.on('pageerror', (error) => faults.push(error.message));
			page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
			await page.goto(`${engine.url}${path}`);
			return page;
		},
		async shoot(page, name, options) {
			if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), ...options });
		},
		async expectAccessible(page, within) {
			const axe = new AxeBuilder({ page });
			const { violations } = await (within === undefined ? axe : axe.include(within)).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
			expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
		},
		ignore: (pattern) => void ignored.push(pattern),
	};
}

/** Another engine than the file's own. */
export async function startEngine(args: readonly string[], data = temporaryFolder()): Promise<Engine> {
	const program = start(['serve', '--port', '0', '--data', data, ...args]);
	const announced = await program.line(/is at http/);
	const url = /http:\S+?(?=[;,]|$| )/.exec(announced)?.[0] as string;
	return {
		url,
		data,
		program,
		scriptingPort: Number(/port (\d+)/.exec(announced)?.[1]),
		async api(method, path, body) {
			const response = await fetch(`${url}/api${path}`, {
				method,
				headers: body === undefined ? {} : { 'content-type': 'application/json' },
				body: body === undefined ? undefined : JSON.stringify(body),
			});
			const text = await response.text();
			const answer = text === '' ? undefined : JSON.parse(text);
			if (!response.ok) throw new Error(`${method} ${path}: ${answer?.error?.message ?? response.status}`);
			return answer;
		},
	};
}

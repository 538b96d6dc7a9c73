/** The real Chromium of tests. Where there is none, tests that need it are skipped, and say so. */

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const flags = '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(' ');

export const noChromium = !existsSync(executablePath);
if (noChromium) console.warn(`Tests of pages are skipped: there is no Chromium at ${executablePath} (CHROMIUM names another).`);

export function launchChromium(more: readonly string[] = []): Promise<Browser> {
	return chromium.launch({ executablePath, args: [...flags, ...more] });
}

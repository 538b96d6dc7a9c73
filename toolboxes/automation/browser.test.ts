/** What pages in a real Chromium can do to the scripting port: nothing. Skipped where there is no Chromium. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, noChromium } from '../../engine/server/chromium-testing.ts';
import { ScriptingEngine } from './testing.ts';

/** A name of an attacker, who lets it point to this machine. */
const rebound = 'rebound.example';

describe.skipIf(noChromium)('a page', () => {
	let browser: Browser;
	beforeAll(async () => {
		// Newer Chromiums keep pages from this machine by themselves; other browsers do not.
		browser = await launchChromium(['--disable-features=LocalNetworkAccessChecks', `--host-resolver-rules=MAP ${rebound} 127.0.0.1`]);
	}, 60_000);
	afterAll(() => browser?.close());

	/** Lets a page of one address do something to the scripting port, as `host`; nothing may have been run, and it must have come so far as to be hung up on. */
	async function attack(name: 'post' | 'form' | 'beacon' | 'socket' | 'method', host: string, from: (port: number) => string) {
		await using engine = await ScriptingEngine.open();
		const { port } = engine.tcp;
		const [{ id, settings }] = engine.bench.devices();
		const before = settings.expansionVoltage;
		const body = `\n${JSON.stringify({ type: 'request', cmd: 'arc_set_exp_voltage', trans_id: '1', data: { device_id: id, value: before === 2.5 ? 3 : 2.5 } })}\n`;
		const context = await browser.newContext();
		const page = await context.newPage();
		// The page itself comes from the attacker's own server.
		await page.route(`${from(port)}/`, (route) => route.fulfill({ contentType: 'text/html', body: '<p>page</p>' }));
		await page.goto(`${from(port)}/`);
		await page.evaluate(
			async ({ name, url, body }) => {
				const ended = (work: Promise<unknown>) => work.catch(() => {});
				if (name === 'post') await ended(fetch(url, { method: 'POST', mode: 'no-cors', headers: { 'content-type': 'text/plain' }, body }));
				if (name === 'method') await ended(fetch(url, { method: 'foo-bar', headers: { 'x-line': 'y' }, body }));
				if (name === 'beacon') navigator.sendBeacon(url, body);
				if (name === 'socket') await new Promise((resolve) => new WebSocket(url.replace('http', 'ws')).addEventListener('error', resolve));
				if (name !== 'form') return;
				const form = Object.assign(document.createElement('form'), { action: url, method: 'post', enctype: 'text/plain' });
				form.append(Object.assign(document.createElement('textarea'), { name: body, value: body }));
				document.body.append(form);
				form.submit();
			},
			{ name, url: `http://${host}:${port}/run`, body },
		);
		// Whoever came is gone by the time the log says so; a script that comes afterwards sees what was run.
		await expect.poll(() => engine.logged.length, { timeout: 15_000 }).toBeGreaterThan(0);
		await context.close();
		using client = await engine.client();
		expect(await client.do('arc_get_exp_voltage', { device_id: id })).toEqual({ value: before });
		expect(new Set(engine.logged)).toEqual(new Set(['scripting: hung up on an HTTP client']));
	}

	it.each(['post', 'form', 'beacon', 'socket'] as const)('of another origin runs nothing with a %s', (name) => attack(name, '127.0.0.1', () => 'http://127.0.0.1'));

	it('of a name that was rebound to this machine runs nothing with a method of its own', () => attack('method', rebound, (port) => `http://${rebound}:${port}`));
});

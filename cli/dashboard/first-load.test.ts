/** What a first visit costs: the JavaScript that comes before the first picture, compressed as a server on the way would; `npm run bench -- ui` has the time. */

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { noDashboard, useDashboard } from './testing.ts';

/** Bytes. */
const most = 400_000;

/** Runs in the page. */
declare const microjoule: {
	readonly chart: { readonly layout: { readonly state: { readonly tracks: readonly { readonly key: string }[] } } };
	readonly renderer: { trace(key: string): { readonly count: number } | undefined };
};

describe.skipIf(noDashboard)('the first visit', () => {
	const dashboard = useDashboard();

	it('needs at most 400 kB of compressed JavaScript before the first picture', async () => {
		const page = await (await dashboard.open()).context().browser()!.newPage(); // nothing cached
		const scripts: { readonly name: string; readonly body: Promise<Buffer> }[] = [];
		page.on('response', (response) => {
			const { pathname } = new URL(response.url());
			if (/javascript/.test(response.headers()['content-type'] ?? '')) scripts.push({ name: pathname, body: response.body() });
		});
		await page.goto(dashboard.engine.url);
		await page.waitForFunction(() => 'microjoule' in globalThis);
		await page.waitForFunction(() => microjoule.chart.layout.state.tracks.some(({ key }) => (microjoule.renderer.trace(key)?.count ?? 0) > 0));
		const sizes = await Promise.all(scripts.map(async ({ name, body }) => ({ name, bytes: gzipSync(await body).length })));
		expect(sizes.length).toBeGreaterThan(0);
		const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
		expect(total, JSON.stringify(sizes)).toBeLessThanOrEqual(most);
		// The toolboxes, the files and the settings come when they are opened.
		expect(sizes.filter(({ name }) => /battery-panel|settings-dialog|console-panel|file-dialogs/.test(name))).toEqual([]);
		await page.close();
	}, 60_000);
});

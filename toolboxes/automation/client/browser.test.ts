/** The client library in a real Chromium: bundled for browsers, on a page of the engine's own. Skipped where there is no Chromium. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, noChromium } from '../../../engine/server/chromium-testing.ts';
import { WebSocketEngine } from '../web-socket-testing.ts';
import type { Client } from './client.ts';

/** The library as one file, as a page loads it. */
async function bundled(): Promise<string> {
	const entry = fileURLToPath(new URL('./browser.ts', import.meta.url));
	const result = await build({ configFile: false, logLevel: 'silent', build: { write: false, minify: false, target: 'es2022', lib: { entry, formats: ['es'] } } });
	const [{ output }] = result as { output: { code: string; imports: string[] }[] }[];
	expect(output.length).toBe(1);
	return output[0].code;
}

describe('the bundle for browsers', () => {
	it('is one file that needs nothing of Node', async () => {
		const code = await bundled();
		expect(code).not.toMatch(/\bnode:|^import |\brequire\(|\bBuffer\b|\bprocess\.|__vite-browser-external/m);
		expect(code.length).toBeLessThan(50_000);
	}, 60_000);
});

describe.skipIf(noChromium)('a page', () => {
	let browser: Browser;
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'microjoule-client-'));
		await writeFile(
			join(folder, 'index.html'),
			'<!doctype html><title>client</title><script type="module">import * as library from "./client.js"; globalThis.library = library;</script>',
		);
		await writeFile(join(folder, 'client.js'), await bundled());
		browser = await launchChromium();
	}, 60_000);
	afterAll(async () => {
		await browser?.close();
		await rm(folder, { recursive: true, force: true });
	});

	it('measures, subscribes to samples and reads a recording', async () => {
		await using opened = await WebSocketEngine.open({}, { uiFolder: folder });
		const { engine, server } = opened;
		const page = await browser.newPage();
		await page.goto(server.url);
		// biome-ignore lint/suspicious/noExplicitAny: the page's own module
		const inPage = <T>(work: (client: Client, state: any) => Promise<T>) =>
			engine.answered(
				page.evaluate(async (source) => {
					// biome-ignore lint/suspicious/noExplicitAny: the page's own globals
					const world = globalThis as any;
					world.state ??= {};
					world.client ??= await world.library.connect();
					return await new Function(`return (${source})`)()(world.client, world.state);
				}, work.toString()) as Promise<T>,
			);
		const settings = await inPage(async (client, state) => {
			const [device] = (await client.otii_get_devices()).devices;
			state.id = device.device_id;
			await client.arc_set_main_voltage({ device_id: state.id, value: 3.3 });
			await client.arc_set_main({ device_id: state.id, enable: true });
			return { server: client.server, voltage: (await client.arc_get_main_voltage({ device_id: state.id })).value };
		});
		expect(settings).toMatchObject({ voltage: 3.3, server: { capabilities: expect.arrayContaining(['subscribe']) } });

		const live = await inPage(async (client, state) => {
			const subscription = await client.subscribe({ channels: [{ device_id: state.id, channel: 'mc' }] });
			const values: number[] = [];
			for await (const message of subscription) {
				if (message.type === 'samples') values.push(...message.values);
				if (values.length >= 4000) break;
			}
			return values;
		});
		expect(live.length).toBeGreaterThanOrEqual(4000);
		expect(live.at(-1)).toBeCloseTo(0.01, 3);

		await inPage(async (client) => client.project_start_recording(await client.otii_get_active_project()));
		await engine.pass(2);
		const recorded = await inPage(async (client, state) => {
			const { project_id } = await client.otii_get_active_project();
			await client.project_stop_recording({ project_id });
			const { recording_id } = await client.project_get_last_recording({ project_id });
			const { count } = await client.recording_get_channel_data_count({ recording_id, device_id: state.id, channel: 'mc' });
			let read = 0;
			for await (const message of await client.subscribe({ recording_id, channels: [{ device_id: state.id, channel: 'mc' }] }))
				if (message.type === 'samples') read += message.values.length;
			const refused = await client.arc_get_value({ device_id: 'none', channel: 'mc' }).catch(({ name, code }) => ({ name, code }));
			await client.close();
			return { count, read, refused };
		});
		expect(recorded.read).toBe(recorded.count);
		expect(recorded.count).toBeGreaterThan(7000);
		expect(recorded.refused).toEqual({ name: 'ScriptingError', code: 'Device not connected' });
		await page.close();
	}, 60_000);

	it('of another origin gets nothing, and is told what to look at', async () => {
		await using opened = await WebSocketEngine.open();
		await using other = await WebSocketEngine.open({}, { uiFolder: folder });
		const page = await browser.newPage();
		await page.goto(other.server.url);
		const refused = await page.evaluate(
			// biome-ignore lint/suspicious/noExplicitAny: the page's own global
			(url) => (globalThis as any).library.connect({ url }).catch(({ code, message }: { code: string; message: string }) => ({ code, message })),
			opened.server.url,
		);
		expect(refused).toMatchObject({ code: 'ENGINE_UNREACHABLE', message: expect.stringMatching(/does not admit this page/) });
		await page.close();
	}, 60_000);
});

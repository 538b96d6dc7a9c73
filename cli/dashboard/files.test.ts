/** Projects and files from the page: open, save, undo, import and export of every format, dropped files, pictures, the report that opens without a server. */

import { readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing.ts';
import { noDashboard, useDashboard } from './testing.ts';

/** This machine may have much else to do. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000 });

describe.skipIf(noDashboard)('projects and files', { timeout: 120_000 }, () => {
	const dashboard = useDashboard();
	const folder = temporaryFolder();
	const api = (method: string, path: string, body?: unknown) => dashboard.engine.api(method, path, body);
	/** A CSV of Otii's: a current of known shape, 1 kS/s. */
	const samples = Array.from({ length: 4000 }, (_, k) => (k >= 1000 && k < 1500 ? 0.02 : 2e-6));
	const otiiCsv = `"Timestamp","Value"\n${samples.map((value, k) => `${(k / 1000).toFixed(6)},${value}`).join('\n')}\n`;

	const menu = async (page: Page, entry: string | RegExp) => {
		await page.getByRole('menuitem', { name: 'File', exact: true }).click();
		await page.getByRole('menuitem', { name: entry }).click();
	};
	/** What is downloaded by `act`, under its suggested name. */
	const downloaded = async (page: Page, act: () => Promise<unknown>) => {
		const [download] = await Promise.all([page.waitForEvent('download'), act()]);
		const path = join(folder, download.suggestedFilename());
		await download.saveAs(path);
		return path;
	};
	const newest = async () => (await api('GET', '/recordings')).recordings.at(-1);
	const importFile = async (page: Page, files: string | readonly string[], settings?: () => Promise<void>) => {
		const before = (await api('GET', '/recordings')).recordings.length;
		await page.keyboard.press('Control+i');
		const dialog = page.getByRole('dialog', { name: 'Import files' });
		await dialog.locator('input[type=file]').or(page.locator('input[type=file]')).first().setInputFiles(files);
		await settings?.();
		await dialog.getByRole('button', { name: 'Import', exact: true }).click();
		await dialog.waitFor({ state: 'detached', timeout: 60_000 });
		await eventually(async () => (await api('GET', '/recordings')).recordings.length).toBe(before + 1);
		return newest();
	};
	const exportAs = (page: Page, title: RegExp, settings?: (dialog: ReturnType<Page['getByRole']>) => Promise<void>) =>
		downloaded(page, async () => {
			await page.keyboard.press('Control+e');
			const dialog = page.getByRole('dialog', { name: 'Export' });
			await dialog.getByRole('combobox', { name: 'Format' }).click();
			await page.getByRole('option', { name: title }).click();
			await settings?.(dialog);
			await dialog.getByRole('button', { name: 'Export', exact: true }).click();
		});

	it('imports a chosen file, and what it exports of it comes back the same in every format', async () => {
		const page = await dashboard.open();
		await page.locator('[data-testid=project]').waitFor();
		const path = join(folder, 'Main current - Otii Arc.csv');
		writeFileSync(path, otiiCsv);
		const first = await importFile(page, path, async () => {
			await page.getByLabel('Supply voltage').fill('3');
			await dashboard.shoot(page, 'import');
			await dashboard.expectAccessible(page, '[role=dialog]');
		});
		const figures = await api('GET', `/recordings/${first.id}/statistics`);
		expect(figures.map(({ channel }: { channel: string }) => channel)).toEqual(['mc', 'mp']);
		expect(figures[0].charge).toBeCloseTo(0.5 * 0.02 + 3.5 * 2e-6, 8);
		await eventually(() => page.getByTestId('chart').getAttribute('data-mode')).toBe('recorded');

		for (const [title, ending, samplesOf] of [
			[/Timestamp","Value/, '.zip', 4000],
			[/Power Profiler/, '.csv', 4000],
			[/little-endian float32/, '.zip', 4000],
			[/a column a channel/, '.zip', 4000],
			[/a row a sample of each channel/, '.zip', 4000],
		] as const) {
			await page.evaluate((id) => (globalThis as unknown as { microjoule: { choice: { set(change: unknown): void } } }).microjoule.choice.set({ recordings: [id] }), first.id);
			const file = await exportAs(page, title, async (dialog) => {
				if (title.source.includes('Profiler')) await dialog.getByLabel('Main power').uncheck();
				if (title.source.includes('Value')) {
					await dashboard.shoot(page, 'export');
					await dashboard.expectAccessible(page, '[role=dialog]');
				}
			});
			expect(file.endsWith(ending)).toBe(true);
			const again = await importFile(page, file);
			const mc = (await api('GET', `/recordings/${again.id}/statistics`)).find(({ channel }: { channel: string }) => channel === 'mc');
			expect(mc).toMatchObject({ samples: samplesOf, lost: 0, rate: 1000 });
			expect(mc.charge).toBeCloseTo(figures[0].charge, 9);
			await api('DELETE', `/recordings/${again.id}`);
		}
		// Nothing that was sent stays.
		await eventually(() => readdir(join(dashboard.engine.data, 'temporary'))).toEqual([]);
	});

	it('exports the selection, at a lower rate, under a name that says so', async () => {
		const page = await dashboard.open();
		const { id, name } = await newest();
		await page.locator(`[data-recording="${id}"]`).click();
		await eventually(() => page.getByTestId('chart').getAttribute('data-mode')).toBe('recorded');
		await page.evaluate(() =>
			(globalThis as unknown as { microjoule: { chart: { select(window: unknown, done: boolean): void } } }).microjoule.chart.select({ from: 1, to: 1.5 }, true),
		);
		const path = await exportAs(page, /Power Profiler/, async (dialog) => {
			await dialog.getByLabel('Main power').uncheck();
			await dialog.getByLabel('Sample rate at most').fill('100');
		});
		expect(basename(path)).toBe(`${name.replace(/\.csv$/, '')} 1-1.5 s.csv`);
		const lines = readFileSync(path, 'utf8').trim().split('\n');
		expect(lines).toHaveLength(51);
		expect(lines[1]).toBe('1000.000,20000.000');
	});

	it('takes dropped files, and says what is wrong with one', async () => {
		const page = await dashboard.open();
		await page.locator('[data-testid=project]').waitFor();
		const drop = async (files: readonly { name: string; text: string }[]) => {
			const transfer = await page.evaluateHandle((all) => {
				const data = new DataTransfer();
				for (const { name, text } of all) data.items.add(new File([text], name));
				return data;
			}, files);
			await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
			await page.getByText('Drop the files to import them').waitFor();
			await dashboard.shoot(page, 'drop');
			await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
			return page.getByRole('dialog', { name: 'Import files' });
		};
		const dialog = await drop([{ name: '../../<img src=x onerror=alert(1)>.csv', text: 'nothing of the kind' }]);
		await dialog.getByText('<img src=x').waitFor();
		await dialog.getByRole('button', { name: 'Import', exact: true }).click();
		dashboard.ignore(/status of 4/);
		await eventually(() => dialog.getByRole('alert').textContent()).toMatch(/cannot be read as measured samples/);
		await dashboard.shoot(page, 'import-refused');
		await dialog.getByRole('button', { name: 'Cancel' }).click();
		const second = await drop([{ name: 'power <b>.csv', text: otiiCsv.replace(/.*/, 'time_s,current_A') }]);
		await second.getByLabel('Name', { exact: true }).fill('Dropped <b>');
		await second.getByRole('button', { name: 'Import', exact: true }).click();
		await page.locator('[data-recording]', { hasText: 'Dropped <b>' }).waitFor();
		expect((await newest()).name).toBe('Dropped <b>');
		await eventually(() => readdir(join(dashboard.engine.data, 'temporary'))).toEqual([]);
	});

	it('asks about unsaved edits, saves, undoes, and opens what it lists', async () => {
		const page = await dashboard.open();
		const { id } = await newest();
		const before = (await api('GET', '/project')).project.folder;
		await api('POST', '/project/save', {});
		await api('PATCH', `/recordings/${id}`, { note: 'soldered' });
		const project = page.getByTestId('project');
		await eventually(() => project.getAttribute('data-unsaved')).toBe('true');
		await menu(page, /^Undo/);
		await eventually(async () => (await api('GET', '/project')).project.recordings.at(-1).note).toBeUndefined();
		await page.keyboard.press('Control+y');
		await eventually(async () => (await api('GET', '/project')).project.recordings.at(-1).note).toBe('soldered');

		await menu(page, 'New project…');
		await page.getByLabel('Folder').fill('second');
		await page.getByRole('button', { name: 'Create' }).click();
		const asked = page.getByRole('dialog', { name: 'Create second' });
		await asked.getByText('edits that are not saved').waitFor();
		await dashboard.shoot(page, 'unsaved');
		await dashboard.expectAccessible(page, '[role=dialog]');
		await asked.getByRole('button', { name: 'Cancel' }).click();
		expect((await api('GET', '/project')).project.folder).toBe(before);

		await page.keyboard.press('Control+s');
		await eventually(() => project.getAttribute('data-unsaved')).toBe('false');
		await menu(page, 'New project…');
		await page.getByLabel('Folder').fill('second');
		await page.getByRole('button', { name: 'Create' }).click();
		await eventually(() => project.textContent()).toBe('second');
		await page.keyboard.press('Control+Shift+s');
		await page.getByLabel('Folder').fill('third');
		await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
		await eventually(() => project.textContent()).toBe('third');
		await menu(page, 'Close project');
		await page.getByText('No project', { exact: true }).waitFor();
		await page.keyboard.press('Control+o');
		const dialog = page.getByRole('dialog', { name: 'Open project' });
		await dialog.getByRole('button', { name: /^default/ }).waitFor();
		await dashboard.shoot(page, 'open');
		await dashboard.expectAccessible(page, '[role=dialog]');
		await dialog.getByRole('button', { name: /^default/ }).click();
		await eventually(async () => (await api('GET', '/project')).project?.folder).toBe(before);
		expect((await api('GET', '/project')).project.recordings.at(-1).note).toBe('soldered');
	});

	it('saves pictures of what the chart shows', async () => {
		const page = await dashboard.open();
		const { id } = await newest();
		await page.locator(`[data-recording="${id}"]`).click();
		await eventually(() => page.getByTestId('chart').getAttribute('data-mode')).toBe('recorded');
		await page.evaluate(() => {
			const { chart } = (globalThis as unknown as { microjoule: { chart: { select(window: unknown, done: boolean): void; mark(which: number, at: number): void } } }).microjoule;
			chart.select({ from: 0.9, to: 1.6 }, true);
			chart.mark(0, 1.25);
		});
		const shownTrace = () =>
			page.evaluate(() => {
				const { chart, renderer } = (
					globalThis as unknown as { microjoule: { chart: { layout: { state: { tracks: { key: string }[] } } }; renderer: { trace(key: string): { count: number } | undefined } } }
				).microjoule;
				return renderer.trace(chart.layout.state.tracks[0]?.key)?.count ?? 0;
			});
		await eventually(shownTrace).toBeGreaterThan(100);
		const png = await downloaded(page, () => menu(page, 'Picture of the chart, PNG'));
		expect(basename(png)).toMatch(/^Dropped _b_ \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png$/);
		const bytes = await readFile(png);
		expect([...bytes.subarray(1, 4)].map((code) => String.fromCharCode(code)).join('')).toBe('PNG');
		expect(bytes.readUInt32BE(16)).toBeGreaterThan(1500);
		const svg = readFileSync(await downloaded(page, () => menu(page, 'Picture of the chart, SVG')), 'utf8');
		expect(svg).toContain('Dropped &lt;b&gt;');
		expect(svg).toContain('20 mA');
		// Read as a picture, it shows the burst in the trace's own colour.
		const drawn = await page.evaluate(async (text) => {
			const image = new Image();
			image.src = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
			await image.decode();
			const canvas = new OffscreenCanvas(image.width, image.height);
			const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
			context.drawImage(image, 0, 0);
			const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
			let ink = 0;
			for (let at = 0; at < data.length; at += 4) if (Math.abs(data[at] - 0x22) < 30 && Math.abs(data[at + 1] - 0x8b) < 30 && Math.abs(data[at + 2] - 0xe6) < 30) ink++;
			return ink;
		}, svg);
		expect(drawn).toBeGreaterThan(100);
	});

	it('makes a report that opens without a server, and that hostile texts cannot change', async () => {
		const page = await dashboard.open();
		const { id } = await newest();
		await api('POST', '/selections', { name: 'Burst </script>', from: 1, to: 1.5, recording: id, note: '<script>globalThis.hacked = 1</script>', color: '#e03131' });
		const { log } = await api('POST', `/recordings/${id}/logs`, { name: 'steps' });
		await api('POST', `/recordings/${id}/logs/${log}/lines`, { lines: [{ time: 1.25, text: '</script><img src=x onerror="globalThis.hacked = 1">' }] });
		await page.locator(`[data-recording="${id}"]`).click();
		const path = await downloaded(page, () => menu(page, 'Report as HTML'));
		expect(basename(path)).toBe('Dropped _b_ report.html');
		expect(readFileSync(path).byteLength).toBeLessThan(2e6);

		await page.context().setOffline(true);
		const report = await page.context().newPage();
		const requests: string[] = [];
		const faults: string[] = [];
		report.on('request', (request) => requests.push(request.url()));
		report.on('pageerror', (error) => faults.push(error.message));
		report.on('console', (message) => faults.push(message.text()));
		await report.goto(pathToFileURL(path).href);
		await report.getByRole('heading', { name: 'Dropped <b>' }).waitFor();
		await report.getByText('<script>globalThis.hacked = 1</script>').waitFor();
		await report.getByText('</script><img src=x').waitFor();
		const section = report.getByRole('region', { name: 'Burst </script>' });
		// 20 mA for half a second.
		await eventually(() => section.getByRole('row', { name: /current/ }).textContent()).toMatch(/20 mA.*10 mC/);
		await section.getByRole('button', { name: 'Show in the chart' }).click();
		await eventually(() => report.locator('#readout').textContent()).toMatch(/^990 ms to 1.51 s/);
		const chart = report.locator('#chart');
		const box = (await chart.boundingBox())!;
		await report.mouse.move(box.x + box.width / 2, box.y + 60);
		await eventually(() => report.locator('#readout').textContent()).toMatch(/current 20 mA/);
		await report.mouse.wheel(0, -600);
		await report.mouse.move(box.x + 5, box.y - 30);
		await eventually(async () => Number(/, ([\d.]+) ms$/.exec((await report.locator('#readout').textContent()) ?? '')?.[1])).toBeLessThan(500);
		expect(await report.evaluate(() => (globalThis as { hacked?: number }).hacked)).toBeUndefined();
		await dashboard.expectAccessible(report);
		await dashboard.shoot(report, 'report', { fullPage: true });
		await report.emulateMedia({ colorScheme: 'dark' });
		await report.setViewportSize({ width: 400, height: 800 });
		await dashboard.expectAccessible(report);
		await dashboard.shoot(report, 'report-narrow-dark', { fullPage: true });
		expect(await report.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
		expect(faults).toEqual([]);
		expect(requests).toHaveLength(1);
		await page.context().setOffline(false);
		dashboard.ignore(/ERR_INTERNET|WebSocket|Failed to load/);
	});
});

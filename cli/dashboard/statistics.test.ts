/** The figures under the chart, against the engine's own answers and against sums over the recorded file, for known simulated loads. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { run, temporaryFolder } from '../testing.ts';
import { noDashboard, useDashboard } from './testing.ts';

/** Polls as long as a busy computer may need. */
const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 15_000 });

// biome-ignore lint/suspicious/noExplicitAny: the page's own objects
type Any = any;

describe.skipIf(noDashboard)('figures', { timeout: 60_000 }, () => {
	const dashboard = useDashboard(['--sim', 'arc']);
	const folder = join(temporaryFolder(), 'project');
	/** A sensor node that sends now and then; the same at another moment of its life; 1 mA for ever. */
	let ids: string[] = [];
	let device = '';

	beforeAll(async () => {
		if (noDashboard) return;
		for (const [name, load, seed] of [
			['First', 'sensor', '1'],
			['Second', 'sensor', '2'],
			['Constant', 'current:0.001', '1'],
		]) {
			const { code, stderr } = await run(['record', '--sim', 'arc', '--load', load, '--seed', seed, '--clock', 'virtual', '--duration', '25', '--name', name, '--out', folder]);
			if (code !== 0) throw new Error(stderr);
		}
		await dashboard.engine.api('POST', '/project/open', { folder });
		const { recordings } = await dashboard.engine.api('GET', '/recordings');
		ids = recordings.map(({ id }: Any) => id);
		device = recordings[0].channels[0].device;
	}, 120_000);

	const inPage = (page: Page, body: (microjoule: Any, argument: Any) => unknown, argument?: unknown): Promise<Any> =>
		page.evaluate(`(${body})(microjoule, ${JSON.stringify(argument)})`);
	const open = async (recordings: readonly string[], options = {}) => {
		const page = await dashboard.open(options);
		await page.getByTestId('chart').waitFor();
		await eventually(() => inPage(page, ({ bench }) => bench.state().recordings.length)).toBe(3);
		await inPage(page, ({ choice }, wanted) => choice.set({ recordings: wanted }), recordings);
		await page.locator('[data-mode=recorded]').waitFor();
		await page.locator('[data-figure=Average] [data-channel=mc]').first().waitFor();
		return page;
	};
	/** A table as CSV, as it is downloaded: a record a row. */
	const csvOf = async (page: Page, name: string) => {
		await page.getByRole('button', { name: `Copy ${name}` }).click();
		const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Download CSV' }).click()]);
		const [heading, ...rows] = readFileSync(await file.path(), 'utf8')
			.trimEnd()
			.split('\r\n')
			.map((line) => line.split(','));
		return rows.map((row) => Object.fromEntries(row.map((cell, k) => [heading[k], cell])));
	};
	const column = (id: string, channel: string) => {
		const { buffer, byteOffset, byteLength } = readFileSync(join(folder, 'recordings', id, `${device}.${channel}.f32`));
		return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
	};
	const near = (value: unknown, expected: number) => expect(Math.abs(Number(value) - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected));

	/** What people see, `13.91 mC`, is the figure to four digits. */
	const isRounded = (text: string | null, expected: number) => {
		const [, value, prefix] = /^([\d.]+) ([nµm]?)\w$/.exec(text ?? '') ?? [];
		const shown = Number(value) * { n: 1e-9, µ: 1e-6, m: 1e-3, '': 1 }[prefix as 'n' | 'µ' | 'm' | ''];
		expect(Math.abs(shown / expected - 1)).toBeLessThanOrEqual(5e-4);
	};

	it('of the selection, of what is in sight and of all equal sums over the file', async () => {
		const page = await open([ids[0]]);
		const { rate } = (await dashboard.engine.api('GET', `/recordings/${ids[0]}`)).channels.find(({ id }: Any) => id === 'mc');
		const samples = column(ids[0], 'mc');
		const check = async (label: RegExp, from: number, to: number) => {
			await eventually(() => page.getByTestId('selection').textContent()).toMatch(label);
			const part = samples.subarray(Math.round(from * rate), Math.round(to * rate));
			await eventually(() => page.locator('[data-figure=Samples] [data-channel=mc]').textContent()).toBe(part.length.toLocaleString('en'));
			const row = (await csvOf(page, 'Statistics of First')).find(({ channel }) => channel === 'mc') as Any;
			const sum = part.reduce((total, x) => total + x, 0);
			const squares = part.reduce((total, x) => total + x * x, 0);
			near(row.average, sum / part.length);
			near(row.charge_C, sum / rate);
			near(row.charge_Ah, sum / rate / 3600);
			near(row.rms, Math.sqrt(squares / part.length));
			near(
				row.min,
				part.reduce((least, x) => Math.min(least, x)),
			);
			near(
				row.max,
				part.reduce((most, x) => Math.max(most, x)),
			);
			near(row.duration_s, to - from);
			const [told] = (await dashboard.engine.api('GET', `/recordings/${ids[0]}/statistics?from=${from}&to=${to}`)).filter(({ channel }: Any) => channel === 'mc');
			expect(Number(row.energy_J)).toBe(told.energy);
			expect(Number(row.standard_deviation)).toBe(told.standardDeviation);
			expect(Number(row.charge_uncertainty_C)).toBe(told.uncertainty.charge);
			expect(await page.locator('[data-figure=Charge] [data-channel=mc]').textContent()).toMatch(/C± .*C$/);
		};
		await check(/^Whole recording/, 0, samples.length / rate);
		await inPage(page, ({ chart }) => chart.select({ from: 2, to: 7.5 }, true));
		await check(/^Selection 5\.5000 s/, 2, 7.5);
		await inPage(page, ({ chart }) => chart.show({ from: 10, to: 11 }));
		await page.getByText('In sight', { exact: true }).click();
		await check(/^In sight/, 10, 11);
		await dashboard.shoot(page, 'statistics');
		await dashboard.expectAccessible(page, '[role=tabpanel]');
		await page.context().close();
	});

	it('of several recordings stand side by side, with differences from the first, each in its own time', async () => {
		const page = await open([ids[0], ids[2]], { colorScheme: 'dark' });
		await inPage(page, ({ choice }, id) => choice.set({ alignment: { [id]: 3 } }), ids[2]);
		await inPage(page, ({ chart }) => chart.select({ from: 5, to: 9 }, true));
		const cell = page.locator(`[data-figure=Average] [data-channel=mc][data-recording-of="${ids[2]}"]`);
		const of = async (id: string, from: number, to: number) =>
			(await dashboard.engine.api('GET', `/recordings/${id}/statistics?from=${from}&to=${to}`)).find(({ channel }: Any) => channel === 'mc');
		const [first, other] = [await of(ids[0], 5, 9), await of(ids[2], 2, 6)];
		const share = (100 * (other.average - first.average)) / first.average;
		await eventually(() => cell.textContent()).toContain(`+${share.toFixed(2)} %`);
		const rows = await csvOf(page, 'Statistics of First and Constant');
		const row = rows.find(({ channel, recording }) => channel === 'mc' && recording === ids[2]) as Any;
		near(row.from_s, 2);
		near(row.average_difference, other.average - first.average);
		await dashboard.shoot(page, 'statistics-compared-dark');
		await dashboard.expectAccessible(page, '[role=tabpanel]');
		await page.context().close();
	});

	it('show how values are distributed, by time and by charge, and their percentiles', async () => {
		const page = await open([ids[0]]);
		await page.getByRole('tab', { name: 'Distribution' }).click();
		await page.locator('[data-testid=histogram] canvas').waitFor();
		await page.getByText('Linear', { exact: true }).click();
		const samples = column(ids[0], 'mc');
		const all = samples.reduce((sum, x) => sum + x, 0);
		await eventually(async () => (await csvOf(page, 'Histogram')).reduce((sum, { samples: count }) => sum + Number(count), 0)).toBe(samples.length);
		const bins = await csvOf(page, 'Histogram');
		expect(bins).toHaveLength(120);
		for (const [k, bin] of bins.entries()) {
			const inside = samples.filter((x) => x >= Number(bin.from_A) && (k === 119 || x < Number(bin.to_A)));
			expect(Number(bin.samples)).toBe(inside.length);
		}
		near(
			bins.reduce((sum, { charge_C }) => sum + Number(charge_C), 0),
			all / (samples.length / 25),
		);
		const ascending = samples.toSorted();
		const percentiles = await csvOf(page, 'Percentiles');
		const median = percentiles.find(({ percent }) => percent === '50') as Any;
		const middle = (ascending.length - 1) / 2;
		near(median['First (A)'], (ascending[Math.floor(middle)] + ascending[Math.ceil(middle)]) / 2);
		expect(await page.locator('[data-percent="100"] td').textContent()).toMatch(/mA$/);
		await page.getByText('Logarithmic', { exact: true }).click();
		await page.getByText('Share of charge', { exact: true }).click();
		await eventually(async () => {
			await page.locator('[data-testid=histogram] .u-over').hover();
			await page.locator('[data-testid=histogram] .u-over').hover({ position: { x: 40, y: 50 } });
			return page.getByTestId('histogram-readout').textContent();
		}).toMatch(/ to .*A: .* % of the time \(.*s\), .* % of the charge/);
		await dashboard.shoot(page, 'distribution');
		await dashboard.expectAccessible(page, '[role=tabpanel]');
		await inPage(page, ({ choice }, wanted) => choice.set({ recordings: wanted }), ids);
		await eventually(() => page.locator('[data-testid=percentiles] thead th').count()).toBe(4);
		await page.emulateMedia({ colorScheme: 'dark' });
		await dashboard.shoot(page, 'distribution-dark');
		await page.context().close();
	});

	it('list events that are selected, walked through, sorted and added up', async () => {
		const page = await open([ids[0]]);
		await page.getByRole('tab', { name: 'Events' }).click();
		const told = await dashboard.engine.api('GET', `/recordings/${ids[0]}/segments?channel=mc`);
		await eventually(() => page.getByTestId('events-found').textContent()).toContain(`${told.total} events above`);
		const row = (number: number) => page.getByTestId('Events').getByRole('button', { name: `Show event ${number}`, exact: true });
		await row(1).click();
		await eventually(() => inPage(page, ({ chart }) => chart.marks.state.chosen)).toEqual({ from: told.segments[0].start, to: told.segments[0].start + told.segments[0].duration });
		await page.keyboard.press('ArrowDown');
		await eventually(() => inPage(page, ({ chart }) => chart.marks.state.chosen.from)).toBe(told.segments[1].start);
		const { from, to } = await inPage(page, ({ chart }) => chart.window);
		expect(from).toBeLessThan(told.segments[1].start);
		expect(to).toBeGreaterThan(told.segments[1].start + told.segments[1].duration);
		// Picking one narrows nothing.
		await eventually(() => page.getByTestId('events-found').textContent()).toContain(`${told.total} events above`);
		await dashboard.shoot(page, 'events');
		await page.getByRole('button', { name: 'Charge', exact: true }).click();
		await page.getByRole('button', { name: /^Charge/ }).click();
		const rows = await csvOf(page, 'Events of First');
		const charges = told.segments.map(({ charge }: Any) => charge).toSorted((a: number, b: number) => b - a);
		expect(rows.map(({ charge_C }) => Number(charge_C))).toEqual(charges);
		const total = charges.reduce((sum: number, charge: number) => sum + charge, 0);
		isRounded(await page.locator('[data-testid=Events] tfoot [data-column=charge]').textContent(), total);
		// Thousands of them, and none.
		await page.getByLabel('Above').fill('2,4 uA');
		await page.getByLabel('Above').press('Enter');
		const many = await dashboard.engine.api('GET', `/recordings/${ids[0]}/segments?channel=mc&threshold=2.4e-6&limit=0`);
		await eventually(() => page.getByTestId('events-found').textContent()).toContain(`${many.total.toLocaleString('en')} events above 2.400 µA`);
		expect(many.total).toBeGreaterThan(1000);
		expect(await page.locator('[data-testid=Events] tbody tr').count()).toBeLessThan(60);
		await page.getByLabel('Above').fill('4 A');
		await page.getByLabel('Above').press('Enter');
		await page.getByText('Nothing is above 4.000 A.').waitFor();
		await page.getByLabel('Above').fill('lots');
		await page.getByLabel('Above').press('Enter');
		await page.getByText('Type a figure such as 20 mA.').waitFor();
		await inPage(page, ({ choice }, id) => choice.set({ recordings: [id] }), ids[2]);
		await page.getByLabel('Above').fill('');
		await page.getByLabel('Above').press('Enter');
		await page.getByText('The values form one group').waitFor();
		await dashboard.expectAccessible(page, '[role=tabpanel]');
		await page.context().close();
	});

	it('of named selections are a table, and are copied as text', async () => {
		await dashboard.engine.api('POST', '/selections', { name: 'Boot', from: 0, to: 1, recording: ids[0] });
		await dashboard.engine.api('POST', '/selections', { name: 'Rest', from: 1, to: 20, recording: ids[1] });
		const page = await open([ids[0]]);
		await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
		await page.getByRole('tab', { name: 'Selections' }).click();
		const charge = page.getByTestId('Figures of selections').locator(`[data-row="${ids[1]} Rest"] [data-column=charge]`);
		const told = (await dashboard.engine.api('GET', `/recordings/${ids[1]}/statistics?from=1&to=20`)).find(({ channel }: Any) => channel === 'mc');
		await eventually(() => charge.textContent()).toMatch(/C$/);
		isRounded(await charge.textContent(), told.charge);
		await page.getByRole('button', { name: /^Copy Selections/ }).click();
		await page.getByRole('menuitem', { name: 'Copy as text' }).click();
		await eventually(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^Selection +Recording.*\nBoot +First.*\nRest +Second/);
		await dashboard.shoot(page, 'selections', { fullPage: true });
		await dashboard.expectAccessible(page, '[role=tabpanel]');
		await page.context().close();
	});

	it('of the live picture follow it, and fit 400 px in the dark', async () => {
		const page = await dashboard.open({ viewport: { width: 400, height: 900 }, colorScheme: 'dark' });
		const row = page.getByTestId('live-figures').locator('tbody tr').first();
		await eventually(() => row.locator('[data-column=average]').textContent()).toMatch(/A$/);
		const figure = await inPage(page, ({ chart, renderer }) => {
			const trace = renderer.trace(chart.layout.state.tracks[0].key);
			return { min: Math.min(...trace.min.subarray(0, trace.count)), max: Math.max(...trace.max.subarray(0, trace.count)) };
		});
		expect(figure.min).toBeLessThanOrEqual(figure.max);
		expect(await row.locator('[data-column=charge]').textContent()).toMatch(/C \(.*Ah\)$/);
		expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
		await dashboard.shoot(page, 'figures-live-narrow-dark', { fullPage: true });
		for (const name of ['Distribution', 'Events', 'Selections', 'Statistics']) {
			await inPage(page, ({ choice }, id) => choice.set({ recordings: [id] }), ids[0]);
			await page.getByRole('tab', { name }).click();
			await page.getByRole('tabpanel', { name }).getByRole('button', { name: /^Copy/ }).first().waitFor();
			expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(400);
			await dashboard.shoot(page, `figures-narrow-${name.toLowerCase()}`, { fullPage: true });
		}
		await page.context().close();
	});
});

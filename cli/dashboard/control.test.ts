/** Control of the bench from the page, in a real Chromium on the real program: devices, outputs, channels, the trigger, recordings, notifications; and scripts beside it. */

import { connect } from 'node:net';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { noDashboard, useDashboard } from './testing.ts';

vi.setConfig({ testTimeout: 90_000 });
/** A browser and an engine that have two cores between them, with other tests. */
const soon = { timeout: 15_000 };

describe.skipIf(noDashboard)('control', () => {
	const dashboard = useDashboard(['--sim', 'arc,ace', '--sim-output', 'on', '--reserve', 'automation']);
	let page: Page;
	const cards = () => page.locator('[data-device]');
	/** A switch's input lies under what is seen of it. */
	const press = (control: Locator) => control.evaluate((element: HTMLElement) => element.click());
	const card = (name: string): Locator => page.getByRole('region', { name, exact: true });
	const api = (method: string, path: string, body?: unknown) => dashboard.engine.api(method, path, body);
	const idOf = async (name: string): Promise<string> => (await api('GET', '/devices')).find((device: { name: string }) => device.name === name).id;
	const settings = async (name: string) => (await api('GET', `/devices/${await idOf(name)}`)).settings;
	const record = async (name: string) => {
		const { id } = await api('POST', '/recordings', { name });
		await expect.poll(async () => (await api('GET', '/recordings')).current?.duration ?? 0, soon).toBeGreaterThan(0.1);
		await api('POST', '/recordings/stop');
		return id as string;
	};

	// Refusals that are asked for.
	dashboard.ignore(/status of 4\d\d/);
	beforeAll(async () => {
		if (!noDashboard) page = await dashboard.open();
	}, 60_000);

	it('shows whether an output is on, switches it, and switches all of them off with one key', async () => {
		await expect.poll(() => cards().count(), soon).toBe(2);
		const arc = card('Otii Arc');
		await expect.poll(() => arc.getByTestId('output-state').textContent(), soon).toBe('Output on, 3.300 V');
		await press(arc.getByRole('switch', { name: 'Output of Otii Arc' }));
		await expect.poll(() => arc.getByTestId('output-state').textContent(), soon).toBe('Output off');
		expect((await settings('Otii Arc')).main).toBe(false);
		await press(arc.getByRole('switch', { name: 'Output of Otii Arc' }));
		await expect.poll(() => arc.getAttribute('data-output'), soon).toBe('on');
		await page.keyboard.press('Alt+o');
		await expect.poll(() => page.locator('[data-output="off"]').count(), soon).toBe(2);
		expect([(await settings('Otii Arc')).main, (await settings('Otii Ace')).main]).toEqual([false, false]);
		expect(await page.getByRole('button', { name: 'All outputs off' }).isDisabled()).toBe(true);
		await dashboard.shoot(page, 'control-off');
	});

	it('changes every setting by its description, and says why one means nothing', async () => {
		const arc = card('Otii Arc');
		await arc.getByRole('button', { name: 'Settings of Otii Arc' }).click();
		const regulated = arc.getByLabel('Regulated current of Otii Arc');
		await expect.poll(() => regulated.isDisabled(), soon).toBe(true);
		expect(await arc.getByText('Only with regulation of the current.').isVisible()).toBe(true);
		await arc.getByRole('combobox', { name: 'Regulation of Otii Arc', exact: true }).click();
		await page.getByRole('option', { name: 'Current', exact: true }).click();
		await expect.poll(() => regulated.isDisabled(), soon).toBe(false);
		await regulated.fill('12 mA');
		await regulated.press('Enter');
		await expect.poll(async () => (await settings('Otii Arc')).mainCurrent, soon).toBeCloseTo(0.012, 9);
		await arc.getByRole('combobox', { name: 'At the current limit of Otii Arc' }).click();
		await page.getByRole('option', { name: 'Hold the current there' }).click();
		await expect.poll(async () => (await settings('Otii Arc')).currentLimitMode, soon).toBe('limit');
		await press(arc.getByRole('switch', { name: 'Four-wire (sense pins) of Otii Arc' }));
		await expect.poll(() => arc.getByText(/^Sense pins/).textContent(), soon).toMatch(/Sense pins (in use|not at the output)/);
		// What the instrument itself lives on.
		await expect.poll(() => arc.locator('[data-value="vb"]').textContent(), soon).toMatch(/VBUS5\.0\d V/);
		await dashboard.shoot(page, 'control-settings', { fullPage: true });
		await dashboard.expectAccessible(page);
		await api('PATCH', `/devices/${await idOf('Otii Arc')}/settings`, { powerRegulation: 'voltage', fourWire: false, currentLimitMode: 'cutoff' });
		await expect.poll(() => regulated.isDisabled(), soon).toBe(true);
		await arc.getByRole('button', { name: 'Settings of Otii Arc' }).click();
	});

	it('cycles the power in the engine', async () => {
		const ace = card('Otii Ace');
		await press(ace.getByRole('switch', { name: 'Output of Otii Ace' }));
		await expect.poll(() => ace.getAttribute('data-output'), soon).toBe('on');
		await ace.getByRole('button', { name: 'More of Otii Ace' }).click();
		await page.getByRole('menuitem', { name: 'Power cycle…' }).click();
		await page.getByLabel('Off for').fill('0.8');
		await page.getByRole('button', { name: 'Off and on again' }).click();
		await expect.poll(() => ace.getAttribute('data-output'), { ...soon, interval: 20 }).toBe('off');
		await expect.poll(() => ace.getAttribute('data-output'), soon).toBe('on');
	});

	it('renames a device for good, and refuses a name that is taken', async () => {
		await card('Otii Ace').getByRole('button', { name: 'More of Otii Ace' }).click();
		await page.getByRole('menuitem', { name: 'Rename' }).click();
		const field = page.getByLabel('New name of Otii Ace');
		await field.fill('Otii Arc');
		await field.press('Enter');
		await expect.poll(() => page.getByText('Another device is called Otii Arc').count(), soon).toBe(1);
		await field.fill('Tracker');
		await field.press('Enter');
		await expect.poll(() => card('Tracker').count(), soon).toBe(1);
		// Closed and opened again it has the name still.
		const { id, port } = await api('GET', `/devices/${await idOf('Tracker')}`);
		expect(port).toContain('sim:');
		expect(id).toContain('ace');
	});

	it('adds a simulated instrument, shows it, and closes it', async () => {
		await page.getByRole('button', { name: 'Add a device' }).click();
		await page.getByRole('button', { name: 'Add Simulated Otii Arc' }).waitFor();
		await dashboard.shoot(page, 'control-add');
		await dashboard.expectAccessible(page);
		await page.getByRole('button', { name: 'Add Simulated Otii Arc' }).click();
		await expect.poll(() => cards().count(), soon).toBe(3);
		await card('Otii Arc 2').getByRole('button', { name: 'More of Otii Arc 2' }).click();
		await page.getByRole('menuitem', { name: 'Close…' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
		await expect.poll(() => cards().count(), soon).toBe(2);
	});

	it('chooses channels and rates', async () => {
		const ace = card('Tracker');
		await ace.getByRole('button', { name: 'Channels of Tracker' }).click();
		expect(await ace.getByRole('checkbox', { name: 'Measure Main current of Tracker' }).isDisabled()).toBe(true);
		await ace.getByRole('checkbox', { name: 'Measure ADC voltage of Tracker' }).check();
		await ace.getByLabel('Rate of Main current of Tracker').selectOption('10000');
		const channel = async (id: string) => (await api('GET', `/devices/${await idOf('Tracker')}`)).channels.find((each: { id: string }) => each.id === id);
		await expect.poll(async () => [(await channel('av')).measured, (await channel('mc')).rate], soon).toEqual([true, 10_000]);
		await dashboard.shoot(page, 'control-channels', { fullPage: true });
		await dashboard.expectAccessible(page);
		await ace.getByRole('button', { name: 'Channels of Tracker' }).click();
	});

	it('arms a trigger that records by itself, and shows its state in the header', async () => {
		const arc = card('Otii Arc');
		await press(arc.getByRole('switch', { name: 'Output of Otii Arc' }));
		await expect.poll(() => arc.getAttribute('data-output'), soon).toBe('on');
		await page.getByRole('button', { name: /^Trigger/ }).click();
		await page.getByRole('textbox', { name: 'Start: Level' }).fill('no figure');
		await page.getByRole('button', { name: 'Arm' }).click();
		await expect.poll(() => page.getByText('"no figure" is no level').count(), soon).toBe(1);
		await page.getByRole('textbox', { name: 'Start: Level' }).fill('5 mA');
		await page.getByLabel('Time before it').fill('200 ms');
		await page.getByLabel('Time after it').fill('300 ms');
		await page.getByLabel('Recordings', { exact: true }).last().fill('2');
		await page.getByLabel('Names').fill('Burst');
		await dashboard.shoot(page, 'control-trigger');
		await dashboard.expectAccessible(page);
		await page.getByRole('button', { name: 'Arm' }).click();
		await expect.poll(() => page.getByTestId('trigger-state').textContent(), soon).toMatch(/^Done 2\/2Main current of Otii Arc rises through 0\.005 A, 200\.0 ms into Burst 2$/);
		await page.keyboard.press('Escape');
		// The last samples may still be on their way to the disk.
		await expect
			.poll(async () => (await api('GET', '/recordings')).recordings, soon)
			.toMatchObject([
				{ name: 'Burst 1', finished: true },
				{ name: 'Burst 2', finished: true },
			]);
		const { recordings } = await api('GET', '/recordings');
		for (const { channels } of recordings) {
			const mc = channels.find((each: { device: string; id: string }) => each.device.startsWith('arc') && each.id === 'mc');
			expect(mc.count).toBe(0.5 * 4000);
		}
		// The header tells of one that waits for something.
		await api('PUT', '/trigger', { start: { type: 'manual' }, preS: 0, stop: null, afterS: null, times: null, name: null });
		await expect.poll(() => page.locator('[data-trigger="armed"]').textContent(), soon).toBe('Armed');
		await dashboard.shoot(page, 'control-armed');
		await api('DELETE', '/trigger');
		await expect.poll(() => page.locator('[data-trigger="off"]').count(), soon).toBe(1);
		for (const { id } of recordings) await api('DELETE', `/recordings/${id}`);
	});

	it('records, goes on to the next without a gap, and stops', async () => {
		await page.getByRole('button', { name: 'Record', exact: true }).click();
		await page.getByRole('button', { name: 'Next', exact: true }).waitFor();
		await expect.poll(async () => (await api('GET', '/recordings')).current?.duration ?? 0, soon).toBeGreaterThan(0.2);
		await page.getByRole('button', { name: 'Next', exact: true }).click();
		await expect.poll(async () => (await api('GET', '/recordings')).recordings.length, soon).toBe(2);
		await page.getByRole('button', { name: /^Stop/ }).click();
		await expect.poll(async () => (await api('GET', '/recordings')).recordings.map(({ finished }: { finished: boolean }) => finished), soon).toEqual([true, true]);
		const { recordings } = await api('GET', '/recordings');
		for (const { id } of recordings) await api('DELETE', `/recordings/${id}`);
	});

	it('orders, names, colours, annotates and overlays recordings, and deletes one with the way back', async () => {
		const [a, b, c] = [await record('A'), await record('B'), await record('C')];
		const names = () => page.locator('[data-recording-row]').evaluateAll((rows) => rows.map((row) => row.querySelector('[data-recording]')?.textContent?.slice(0, 1)));
		await expect.poll(names, soon).toEqual(['C', 'B', 'A']);
		const order = async () => (await api('GET', '/recordings')).recordings.map(({ id }: { id: string }) => id);
		// By key.
		await page.locator(`[data-recording="${c}"]`).focus();
		await page.keyboard.press('Alt+ArrowDown');
		await expect.poll(order, soon).toEqual([a, c, b]);
		// By drag.
		await page.locator(`[data-recording-row="${a}"]`).dragTo(page.locator(`[data-recording-row="${b}"]`));
		await expect.poll(order, soon).toEqual([c, b, a]);
		await expect.poll(names, soon).toEqual(['A', 'B', 'C']);
		await page.getByRole('button', { name: 'Newest first' }).click();
		await expect.poll(names, soon).toEqual(['C', 'B', 'A']);
		// Name, note, colour, shift.
		await page.locator(`[data-recording="${a}"]`).focus();
		await page.keyboard.press('F2');
		await page.getByLabel('New name of A').fill('Alpha');
		await page.keyboard.press('Enter');
		await expect.poll(() => page.locator(`[data-recording="${a}"]`).textContent(), soon).toContain('Alpha');
		await page.getByRole('button', { name: 'More of Alpha' }).click();
		await page.getByRole('menuitem', { name: 'Note, colour and shift…' }).click();
		await page.getByLabel('Note').fill('With the new firmware');
		await page.getByRole('radio', { name: 'Pink' }).click();
		await page.getByLabel('Shift in time').fill('-20 ms');
		await dashboard.shoot(page, 'control-details');
		await dashboard.expectAccessible(page);
		await page.getByRole('button', { name: 'Save' }).click();
		await expect
			.poll(async () => (await api('GET', '/project')).project.recordings.find(({ id }: { id: string }) => id === a), soon)
			.toMatchObject({
				name: 'Alpha',
				note: 'With the new firmware',
				color: '#c2255c',
				offset: -0.02,
			});
		// Over each other.
		await page.getByRole('checkbox', { name: 'Show Alpha in the chart' }).check();
		await page.getByRole('checkbox', { name: 'Show B in the chart' }).check();
		const tracks = () =>
			page.evaluate(() =>
				(globalThis as unknown as { microjoule: { chart: { layout: { state: { tracks: { key: string }[] } } } } }).microjoule.chart.layout.state.tracks.map(
					({ key }) => key.split(' ')[0],
				),
			);
		await expect.poll(async () => [...new Set(await tracks())], soon).toEqual([a, b]);
		await dashboard.shoot(page, 'control-recordings');
		await dashboard.expectAccessible(page);
		// Gone, and back.
		await page.locator(`[data-recording="${b}"]`).focus();
		await page.keyboard.press('Delete');
		await expect.poll(order, soon).toEqual([c, a]);
		await expect.poll(async () => [...new Set(await tracks())], soon).toEqual([a]);
		await page.getByRole('alert').getByRole('button', { name: 'Undo' }).click();
		await expect.poll(order, soon).toEqual([c, b, a]);
		await page.keyboard.press('Control+y');
		await expect.poll(order, soon).toEqual([c, a]);
		await page.keyboard.press('Control+z');
		await expect.poll(order, soon).toEqual([c, b, a]);
		await page.getByRole('button', { name: 'Live' }).first().click();
	});

	it('keeps what has happened behind a bell', async () => {
		await page.getByLabel('Voltage of Otii Arc').waitFor();
		// What the engine refuses pops up, and stays in the list.
		await dashboard.engine.api('POST', '/project/close', { force: true });
		await page.getByRole('button', { name: 'Record', exact: true }).click();
		await expect.poll(() => page.getByRole('alert').filter({ hasText: 'No project is open' }).count(), soon).toBeGreaterThan(0);
		// A short circuit: the output cuts off.
		const arc = await idOf('Otii Arc');
		await api('PATCH', `/devices/${arc}/settings`, { maxCurrent: 0.001 });
		await api('PUT', `/devices/${arc}/output`, { on: true });
		const bell = page.getByRole('button', { name: /^Notifications/ });
		await expect.poll(() => page.getByRole('alert').filter({ hasText: 'switched its output off by itself' }).count(), { timeout: 30_000 }).toBeGreaterThan(0);
		expect(await bell.getAttribute('aria-label')).toMatch(/\d+ new/);
		await page.getByRole('alert').filter({ hasText: 'switched its output off by itself' }).click();
		const list = page.getByRole('dialog', { name: 'Notifications' });
		await expect
			.poll(() => list.getByRole('listitem').allTextContents(), soon)
			.toEqual(
				expect.arrayContaining([
					expect.stringMatching(/Fault Record.*No project is open/),
					expect.stringMatching(/Fault Otii Arc.*Raise the maximum current, or look for a short/),
				]),
			);
		await dashboard.shoot(page, 'control-notices');
		await dashboard.expectAccessible(page);
		expect(await bell.getAttribute('aria-label')).toBe('Notifications');
		await list.getByRole('button', { name: 'Clear' }).click();
		await expect.poll(() => list.getByRole('listitem').count(), soon).toBe(0);
		await page.keyboard.press('Escape');
	});

	it('shows at once what a script does, and a script sees what the page does', async () => {
		const device = await idOf('Otii Arc');
		await using script = await openScript(dashboard.engine.scriptingPort);
		await script.call('arc_set_max_current', { device_id: device, value: 0.5 });
		await script.call('arc_set_main_voltage', { device_id: device, value: 2.5 });
		await expect.poll(() => page.getByLabel('Voltage of Otii Arc').inputValue(), soon).toBe('2.5 V');
		await script.call('arc_set_main', { device_id: device, enable: true });
		await expect.poll(() => card('Otii Arc').getAttribute('data-output'), soon).toBe('on');
		await press(page.getByRole('switch', { name: 'Output of Otii Arc' }));
		await expect.poll(async () => (await script.call('arc_get_main', { device_id: device })).value, soon).toBe(false);
	});

	it('looks the same on a phone and in the dark', async () => {
		for (const [width, scheme] of [
			[400, 'light'],
			[400, 'dark'],
			[1400, 'dark'],
		] as const) {
			const other = await dashboard.open({ viewport: { width, height: 900 }, colorScheme: scheme });
			await other.locator('[data-device]').first().waitFor();
			await other.getByRole('button', { name: 'Settings of Otii Arc' }).click();
			await other.getByLabel('Regulated current of Otii Arc').waitFor();
			expect(await other.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
			await dashboard.expectAccessible(other);
			await dashboard.shoot(other, `control-${width}-${scheme}`, { fullPage: true });
			await other.getByRole('button', { name: /^Trigger/ }).click();
			await other.getByRole('button', { name: 'Arm' }).waitFor();
			await dashboard.expectAccessible(other);
			await dashboard.shoot(other, `control-trigger-${width}-${scheme}`);
			await other.context().close();
		}
	});
});

interface Script extends AsyncDisposable {
	// biome-ignore lint/suspicious/noExplicitAny: answers have any shape
	call(cmd: string, data: object): Promise<any>;
}

/** A client of the scripting port, one call after the other. */
async function openScript(port: number): Promise<Script> {
	const socket = connect(port, '127.0.0.1');
	const lines: string[] = [];
	let wake = () => {};
	let rest = '';
	socket.on('data', (data) => {
		const parts = (rest + data).split('\r\n');
		rest = parts.pop() ?? '';
		lines.push(...parts);
		wake();
	});
	const line = async () => {
		while (lines.length === 0)
			await new Promise<void>((resolve) => {
				wake = resolve;
			});
		return JSON.parse(lines.shift() as string);
	};
	await line(); // the greeting
	let number = 0;
	return {
		async call(cmd, data) {
			socket.write(`${JSON.stringify({ type: 'request', cmd, data, trans_id: String(++number) })}\r\n`);
			const answer = await line();
			if (answer.type === 'error') throw new Error(`${cmd}: ${JSON.stringify(answer)}`);
			return answer.data;
		},
		[Symbol.asyncDispose]: async () => void socket.destroy(),
	};
}

import { beforeAll, expect, it, vi } from 'vitest';
import type { Bench } from '../bench.ts';
import type { AcquisitionEvent } from '../types.ts';
import { LiveEvents } from './live-events.ts';

beforeAll(() => {
	vi.stubGlobal('window', globalThis);
	vi.stubGlobal('sessionStorage', { getItem: () => null });
	vi.stubGlobal('fetch', async () => Response.json({ i1: 1 }));
});

/** What of the page's bench the events need: a device, and a way to make something happen. */
function made() {
	let happen: (device: string, event: AcquisitionEvent) => void = () => {};
	let changed = () => {};
	const bench = {
		onEvent: (listener: typeof happen) => {
			happen = listener;
		},
		subscribe: (listener: typeof changed) => {
			changed = listener;
		},
		state: () => ({ connection: 'open', devices: [{ id: 'a', settings: { gpo1: false, gpo2: true } }] }),
	};
	const events = new LiveEvents(bench as unknown as Bench);
	changed();
	const edge = (time: number, level: 0 | 1) => happen('a', { type: 'edge', channel: 'i1', time, level });
	return { events, happen: (event: AcquisitionEvent) => happen('a', event), edge };
}

it('knows the levels from before the first change', async () => {
	const { events, edge } = made();
	expect([events.level('a', 'gpo1'), events.level('a', 'gpo2'), events.level('a', 'i2')]).toEqual([0, 1, null]);
	await vi.waitFor(() => expect(events.level('a', 'i1')).toBe(1));
	edge(1, 1);
	expect(events.pins.get('a.i1')).toMatchObject({ before: 1, times: [] });
	edge(2, 0);
	expect(events.pins.get('a.i1')).toMatchObject({ before: 1, times: [2], levels: [0], counts: [1] });
});

it('knows the level before a change that came first', () => {
	const { events, happen } = made();
	happen({ type: 'edge', channel: 'i2', time: 7, level: 1 });
	expect(events.pins.get('a.i2')).toMatchObject({ before: 0, times: [7], levels: [1] });
});

it('keeps a bounded past, and the level before it', () => {
	const { events, edge } = made();
	edge(0, 0);
	for (let n = 1; n <= 100_000; n++) edge(n * 1e-3, (n % 2) as 0 | 1);
	const pin = events.pins.get('a.i1');
	expect(pin?.times.length).toBeLessThanOrEqual(8192);
	expect(pin?.times.length).toBeGreaterThan(1000);
	expect(pin?.times.at(-1)).toBe(100);
	expect(pin?.counts.length).toBe(pin?.times.length);
	expect(pin?.before).toBe(1 - (pin?.levels[0] ?? 2));
	for (let n = 0; n < 20_000; n++) edge(101 + n, (n % 2 ? 0 : 1) as 0 | 1);
	expect(pin?.times.length).toBeLessThan(1000);
});

it('begins anew with another measurement, and keeps its lines to be read', () => {
	const { events, happen, edge } = made();
	edge(50, 0);
	happen({ type: 'log', channel: 'rx', time: 51, text: 'before' });
	edge(0.5, 1);
	expect(events.pins.get('a.i1')).toMatchObject({ before: 0, times: [0.5], levels: [1] });
	expect(events.lines.map(({ text, time }) => [text, time])).toEqual([['before', Number.NaN]]);
	for (let n = 0; n < 10_000; n++) happen({ type: 'log', channel: 'rx', time: 1, text: `${n}` });
	expect(events.lines.length).toBeLessThanOrEqual(6000);
	expect(events.lines.at(-1)?.text).toBe('9999');
});

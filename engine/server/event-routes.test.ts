import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realClock } from '../../drivers/clock.ts';
import { Bench } from '../acquisition/bench.ts';
import { DecodePool } from '../decode/pool.ts';
import { projectWith } from '../project/testing.ts';
import type { RecordedEvent } from '../recording/format.ts';
import { device, temporaryFolder } from '../recording/testing.ts';
import type { TimelineEvent } from '../recording/timeline.ts';
import { createServer, type Server } from './server.ts';

let bench: Bench;
let server: Server;
let folder: string;
const temporary = temporaryFolder();
const decoder = new DecodePool();

/** Edges 1 ms apart, lines in between: enough for many stretches of the file. */
const pulses = 2000;
const made: RecordedEvent[] = [
	{ device, type: 'edge', time: 0, channel: 'i1', level: 0 },
	{ device, type: 'edge', time: 0, channel: 'i2', level: 1 },
	{ device, type: 'setting', time: 0.1, setting: 'gpo1', value: true },
	...Array.from({ length: pulses }, (_, k): RecordedEvent[] => [
		{ device, type: 'edge', time: 0.2 + k * 1e-3, channel: 'i1', level: ((k + 1) % 2) as 0 | 1 },
		...(k % 10 === 0 ? [{ device, type: 'log', time: 0.2 + k * 1e-3, channel: 'rx', text: `line ${k / 10} of "i1" /x/` } as RecordedEvent] : []),
	]).flat(),
	{ device, type: 'gap', time: 2.5, duration: 0.5, reason: 'lost' },
	{ device, type: 'range', time: 2.6, channel: 'mc', range: 'coarse' },
	{ device, type: 'fault', time: 2.7, fault: 'over-current', message: 'Over-current: the output is off.' },
	{ device, type: 'setting', time: 2.8, setting: 'gpo1', value: false },
];

beforeAll(async () => {
	folder = join(temporary.path, 'p');
	const project = await projectWith(folder, 2, { seconds: 4, events: made });
	await project.createLog('001', 'notes');
	await project.appendLog('001', '1', [
		{ time: 3, text: 'third' },
		{ time: 1, text: 'first' },
		{ time: 2, text: 'second' },
	]);
	bench = await Bench.create({ project, decoder, clock: realClock, openPath: () => Promise.reject(new Error('none')), discover: async () => [] });
	server = await createServer({ bench, port: 0, version: '0' });
});
afterAll(async () => {
	await server.close();
	await bench.shutdown();
	await bench.projects[Symbol.asyncDispose]();
	await decoder.close();
	temporary.remove();
});

const get = async (url: string) => (await server.http.inject({ url: `/api${url}`, headers: { host: '127.0.0.1' } })).json();
const query = (values: Record<string, unknown>) =>
	new URLSearchParams(Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]))).toString();

interface Page {
	readonly events: TimelineEvent[];
	readonly total: number | null;
	readonly truncated: boolean;
	readonly next: string | null;
}

async function pages(values: Record<string, unknown>): Promise<Page[]> {
	const all: Page[] = [];
	let after: string | null | undefined;
	do {
		const page: Page = await get(`/recordings/001/events?${query({ ...values, after })}`);
		all.push(page);
		after = page.next;
	} while (after !== null);
	return all;
}

describe('events', () => {
	it('are those of the file and of the user logs, in one order', async () => {
		const [{ events, total, truncated, next }] = await pages({ limit: 10_000 });
		expect({ total, truncated, next }).toEqual({ total: made.length + 3, truncated: false, next: null });
		expect(events.map(({ time }) => time)).toEqual(events.map(({ time }) => time).toSorted((a, b) => a - b));
		const ranks = ['log', 'edge'];
		const ordered = made.toSorted((a, b) => a.time - b.time || ranks.indexOf(a.type) - ranks.indexOf(b.type));
		expect(events.filter(({ type }) => type !== 'user-log')).toEqual(ordered);
		expect(events.filter(({ type }) => type === 'user-log')).toEqual([
			{ type: 'user-log', device: '', time: 1, log: '1', name: 'notes', text: 'first' },
			{ type: 'user-log', device: '', time: 2, log: '1', name: 'notes', text: 'second' },
			{ type: 'user-log', device: '', time: 3, log: '1', name: 'notes', text: 'third' },
		]);
	});

	it('come in pages that miss and repeat nothing, whatever is asked for', async () => {
		const types = fc.subarray(['log', 'edge', 'gap', 'range', 'fault', 'setting', 'user-log'], { minLength: 1 });
		const time = fc.integer({ min: -5, max: 35 }).map((tenth) => tenth / 10);
		await fc.assert(
			fc.asyncProperty(types, time, time, fc.constantFrom(1, 7, 400, 3000), fc.constantFrom(undefined, 'LINE 1'), async (wanted, from, to, limit, filter) => {
				const [{ events: everything }] = await pages({ limit: 10_000 });
				const expected = everything.filter(
					(event) =>
						wanted.includes(event.type) &&
						event.time < to &&
						(event.time >= from || (event.type === 'gap' && event.time + event.duration > from)) &&
						(filter === undefined || ('text' in event && event.text.toLowerCase().includes('line 1'))),
				);
				fc.pre(expected.length / limit < 60);
				const all = await pages({ types: wanted, from, to, limit, filter });
				expect(all.flatMap(({ events }) => events)).toEqual(expected);
				expect(all[0].total).toBe(expected.length);
				expect(all.slice(1).every(({ total }) => total === null)).toBe(true);
			}),
			{ numRuns: 40 },
		);
	}, 30_000);

	it('that happen at one moment are told apart by pages', async () => {
		const all = await pages({ types: 'edge', from: 0, to: 0.1, limit: 1 });
		expect(all.map(({ events }) => events)).toEqual([[made[0]], [made[1]]]);
	});

	it('are found by text and by expression', async () => {
		const [{ total }] = await pages({ filter: 'over-current' });
		expect(total).toBe(1);
		const [{ events }] = await pages({ filter: '/^LINE \\d{2} /i', types: 'log', limit: 1000 });
		expect(events).toHaveLength(90);
		expect((await get(`/recordings/001/events?${query({ filter: '/(/' })}`)).error).toMatchObject({
			code: 'INVALID_VALUE',
			message: expect.stringContaining('no regular expression'),
		});
	});

	it('of a channel that the project moves are moved', async () => {
		await bench.projects.change((project) => project.edit.channel('002', `${device}.rx`, { offset: 10 }));
		const { events } = await get('/recordings/002/events?types=log,fault&from=5');
		expect(events).toHaveLength(200);
		expect(events[0].time).toBeCloseTo(10.2, 9);
		const lanes = await get('/recordings/002/lanes?from=0&to=20&points=1000');
		expect(lanes.find(({ channel }: { channel: string }) => channel === 'rx').runs.from[0]).toBeCloseTo(10.2, 9);
	});

	it.each([
		['types=nonsense', 'types names "nonsense"'],
		['after=nonsense', 'after is "nonsense"'],
	])('refuse %s', async (text, message) => {
		expect((await get(`/recordings/001/events?${text}`)).error.message).toContain(message);
		expect((await get('/recordings/009/events')).error.code).toBe('NOT_FOUND');
	});
});

describe('lanes', () => {
	interface Lane {
		readonly channel: string;
		readonly total: number;
		readonly level?: number | null;
		readonly levels?: number[];
		readonly runs: { readonly from: number[]; readonly to: number[]; readonly count: number[] };
	}
	const lanes = async (from: number, to: number, points: number): Promise<Map<string, Lane>> =>
		new Map((await get(`/recordings/001/lanes?${query({ from, to, points })}`)).map((lane: Lane) => [lane.channel, lane]));

	it('are those on which something happens', async () => {
		const all = await lanes(0, 4, 1000);
		expect([...all.keys()]).toEqual(['i1', 'gpo1', 'rx', '1']);
		expect(all.get('gpo1')).toMatchObject({ total: 2, level: 0, levels: [1, 0], runs: { from: [0.1, 2.8], to: [0.1, 2.8], count: [1, 1] } });
		expect(all.get('1')?.runs.from).toEqual([1, 2, 3]);
	});

	it('show many edges as one block, and count them', async () => {
		const { runs, levels, level } = (await lanes(0, 4, 100)).get('i1') as Lane;
		expect(runs.count).toEqual([1, pulses]);
		expect(runs.from[1]).toBeCloseTo(0.2, 9);
		expect(runs.to[1]).toBeCloseTo(0.2 + (pulses - 1) * 1e-3, 9);
		expect([level, levels]).toEqual([null, [0, 0]]);
	});

	it('show each level where there is room, and the one before the window', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 0, max: 2100 }), fc.integer({ min: 1, max: 300 }), async (first, length) => {
				const [from, to] = [0.2 + (first - 0.5) * 1e-3, 0.2 + (first - 0.5 + length) * 1e-3];
				const { runs, levels, level } = (await lanes(from, to, 16_384)).get('i1') as Lane;
				const expected = made.filter((event) => event.type === 'edge' && event.channel === 'i1' && event.time >= from && event.time < to);
				expect(runs.from).toEqual(expected.map(({ time }) => time));
				expect(runs.count).toEqual(expected.map(() => 1));
				expect(levels).toEqual(expected.map((event) => (event.type === 'edge' ? event.level : undefined)));
				expect(level).toBe(first <= 0 ? 0 : Math.min(first, pulses) % 2);
			}),
			{ numRuns: 60 },
		);
	});

	it('refuse an empty window', async () => {
		expect((await get('/recordings/001/lanes?from=1&to=1')).error.message).toContain('is empty');
	});
});

it('leaves damaged lines out', async () => {
	appendFileSync(join(folder, 'recordings', '002', 'events.jsonl'), '{"device":"arc-1","type":"fault"\n');
	expect((await get('/recordings/002/events?types=fault')).total).toBe(1);
});

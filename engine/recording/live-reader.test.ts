/** Questions about a recording while it is written: the answer is that over everything appended by then, be it on the disk or in memory. */

import { pbkdf2 } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { levels, type RecordedEvent } from './format.ts';
import { histogram } from './histogram.ts';
import { percentiles } from './percentiles.ts';
import { plainEnergy, plainStatistics } from './plain-statistics.ts';
import { RecordingReader } from './reader.ts';
import { segments } from './segments.ts';
import { fromMemory, type StagedRecording } from './staged.ts';
import { statistics } from './statistics.ts';
import { arcChannel, between, device, recordingInfo, temporaryFolder } from './testing.ts';
import { view } from './view.ts';
import { RecordingWriter } from './writer.ts';

let folder: ReturnType<typeof temporaryFolder>;
let runs = 0;
const fresh = () => `${folder.path}/${runs++}`;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

const rate = 4000;
const voltageRate = 1000;
const { ranges } = arcChannel('mc', rate);

/** A current that visits two ranges, with losses; a different one for every seed. */
function signal(length: number, seed: number, quiet = 0.004): Float32Array {
	const samples = new Float32Array(length);
	let state = seed >>> 0 || 1;
	for (let k = 0; k < length; k++) {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		samples[k] = state % 701 === 0 ? Number.NaN : state % 997 < 3 ? 0.5 + (state % 64) / 64 : quiet * (1 + (state % 128) / 128);
	}
	return samples;
}

const share = between(0, 1);
const steps = fc.array(
	fc.oneof(
		{ weight: 6, arbitrary: fc.record({ kind: fc.constant('current' as const), length: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 9000 })) }) },
		{ weight: 2, arbitrary: fc.record({ kind: fc.constant('voltage' as const), length: fc.integer({ min: 1, max: 2500 }) }) },
		{ weight: 1, arbitrary: fc.record({ kind: fc.constant('range' as const), share: between(0.7, 1.1) }) },
		{ weight: 2, arbitrary: fc.constantFrom({ kind: 'flush' as const }, { kind: 'turn' as const }, { kind: 'crowd' as const }) },
		{ weight: 5, arbitrary: fc.record({ kind: fc.constant('ask' as const), from: share, to: share, points: fc.integer({ min: 1, max: 700 }) }) },
	),
	{ minLength: 4, maxLength: 40 },
);

/** Everything appended up to a moment. */
interface Known {
	readonly current: Float32Array;
	readonly voltage: Float32Array;
	readonly events: readonly RecordedEvent[];
	/** Sample intervals in which the coarse range was forced. */
	readonly forced: readonly (readonly [number, number])[];
}

function forcedIntervals(events: readonly RecordedEvent[]): [number, number][] {
	const changes = events.flatMap((event) => (event.type === 'setting' ? [{ index: Math.ceil(event.time * rate - 1e-6), forced: event.value === 'high' }] : []));
	// Announced late or not: the order is that of their times.
	changes.sort((a, b) => a.index - b.index);
	return changes.flatMap(({ index, forced }, i) => (forced ? [[index, changes[i + 1]?.index ?? Number.POSITIVE_INFINITY] as [number, number]] : []));
}

/** All kinds of questions over [from, to) in s, against the long way. */
async function ask(staged: StagedRecording, known: Known, fromS: number, toS: number, points: number): Promise<void> {
	using reader = RecordingReader.live(staged);
	const { current, voltage, events, forced } = known;
	const channel = reader.channel(device, 'mc');
	expect(channel.count).toBe(current.length);
	expect(reader.channel(device, 'mv').count).toBe(voltage.length);
	expect(await reader.read(channel, 0, current.length)).toEqual(current);
	expect(await Array.fromAsync(reader.events())).toEqual(events);

	const plain = plainStatistics({ samples: current, rate, ranges, forced }, fromS, toS);
	const result = await statistics(reader, { channel: 'mc', from: fromS, to: toS });
	expect(result).toMatchObject({ samples: plain.samples, lost: plain.lost, min: plain.min, max: plain.max, saturated: plain.saturated });
	expect(result.settling).toBe(Math.min(plain.samples, plain.switches * 4));
	expect(Math.abs((result.charge as number) - plain.integral)).toBeLessThanOrEqual(1e-12);
	if (plain.samples > 0) expect(Math.abs((result.uncertainty.average as number) / plain.uncertainty - 1)).toBeLessThanOrEqual(1e-9);
	if (toS - fromS < 0.05) {
		const energy = plainEnergy({ samples: current, rate }, { samples: voltage, rate: voltageRate }, fromS, toS);
		expect(Math.abs((result.energy as number) - energy)).toBeLessThanOrEqual(1e-12);
	}

	const first = Math.floor(snapped(fromS * rate));
	// A window without length has no samples, wherever it lies.
	const last = snapped(toS * rate) > snapped(fromS * rate) ? Math.ceil(snapped(toS * rate)) : first;
	const inside = current.subarray(first, last);
	const sorted = inside.filter((x) => !Number.isNaN(x)).sort();
	const [lowest, median] = await percentiles(reader, channel, fromS, toS, [0, 50]);
	if (sorted.length > 0) {
		expect(lowest.value).toBe(sorted[0]);
		const middle = (sorted.length - 1) / 2;
		expect(median.value).toBeCloseTo((sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2, 12);
	}
	const { counts } = await histogram(reader, channel, fromS, toS, 7);
	expect(counts.reduce((sum, count) => sum + count, 0)).toBe(sorted.length);
	const above = await Array.fromAsync(segments(reader, channel, { from: fromS, to: toS, threshold: 0.4 }));
	expect(above.reduce((sum, { samples }) => sum + samples, 0)).toBe(sorted.filter((x) => x > 0.4).length);

	const picture = await view(reader, channel, fromS, toS, points);
	for (let p = 0; p < picture.count; p++) {
		const valid = current.subarray(picture.begin[p], picture.begin[p + 1]).filter((x) => !Number.isNaN(x));
		expect([picture.valid[p], picture.min[p], picture.max[p]]).toEqual(
			valid.length > 0 ? [valid.length, valid.reduce((a, b) => Math.min(a, b)), valid.reduce((a, b) => Math.max(a, b))] : [0, Number.NaN, Number.NaN],
		);
		if (valid.length > 0) expect(picture.mean[p]).toBeCloseTo(valid.reduce((sum, x) => sum + x, 0) / valid.length, 12);
	}
	if (picture.count > 0) expect([picture.begin[0], picture.begin[picture.count]]).toEqual([first, Math.min(last, current.length)]);
}

/** Keeps the thread pool busy for some milliseconds: writes wait. */
function crowd(): Promise<void>[] {
	return Array.from({ length: 4 }, () => new Promise((resolve, reject) => pbkdf2('a', 'b', 10_000, 32, 'sha256', (error) => (error ? reject(error) : resolve()))));
}

function snapped(edge: number): number {
	return Math.abs(edge - Math.round(edge)) <= 1e-6 ? Math.round(edge) : edge;
}

describe('a recording in progress', () => {
	it('answers exactly over what was appended by then, at any moment, also while more arrives', async () => {
		await fc.assert(
			fc.asyncProperty(steps, fc.integer(), fc.constantFrom(2048, 4096, 16_384), async (list, seed, stageSamples) => {
				const channels = [arcChannel('mc', rate), arcChannel('mv', voltageRate)];
				const writer = await RecordingWriter.create(fresh(), recordingInfo(channels), { flushIntervalS: 0, stageSamples });
				const current = signal(400_000, seed);
				const voltage = signal(100_000, seed + 1, 3);
				const count = { current: 0, voltage: 0 };
				const events: RecordedEvent[] = [];
				let high = false;
				const asked: Promise<void>[] = [];
				try {
					for (const step of list) {
						if (step.kind === 'current' || step.kind === 'voltage') {
							const from = count[step.kind];
							const [id, samples] = step.kind === 'current' ? ['mc', current] : ['mv', voltage];
							await writer.append(device, id, samples.slice(from, from + step.length));
							count[step.kind] += step.length;
						} else if (step.kind === 'range') {
							high = !high;
							const time = (count.current * step.share) / rate;
							const event = { device, type: 'setting' as const, setting: 'range', value: high ? 'high' : 'low', time };
							writer.event(event);
							events.push(event);
						} else if (step.kind === 'flush') asked.push(writer.flush());
						else if (step.kind === 'crowd') asked.push(...crowd());
						else if (step.kind === 'turn') await new Promise((resolve) => setImmediate(resolve));
						else {
							const lengthS = count.current / rate;
							const known = {
								current: current.slice(0, count.current),
								voltage: voltage.slice(0, count.voltage),
								events: [...events],
								forced: forcedIntervals(events),
							};
							const edges = [step.from * lengthS, step.to * lengthS].sort((a, b) => a - b);
							asked.push(ask(writer.staged() as StagedRecording, known, edges[0], edges[1], step.points));
						}
					}
					await Promise.all(asked);
				} finally {
					await Promise.allSettled(asked);
					await writer.close();
				}
			}),
			{ numRuns: 60 },
		);
	}, 120_000);

	it('writes and waits for nothing to answer', async () => {
		const path = fresh();
		const writer = await RecordingWriter.create(path, recordingInfo([arcChannel('mc', rate)]), { flushIntervalS: 0 });
		const samples = signal(3000, 5);
		await writer.append(device, 'mc', samples);
		writer.event({ device, type: 'log', channel: 'rx', text: 'hello', time: 0.1 });
		const sizes = () => readdirSync(path).map((name) => [name, statSync(`${path}/${name}`).size]);
		const before = sizes();
		expect(before).toContainEqual(['arc-1.mc.f32', 0]);
		using reader = RecordingReader.live(writer.staged() as StagedRecording);
		const result = await statistics(reader, { channel: 'mc' });
		expect(result.samples + result.lost).toBe(3000);
		expect(await Array.fromAsync(reader.events())).toHaveLength(1);
		expect(sizes()).toEqual(before);
		await writer.close();
	});

	it('serves the summaries of all levels while they are made, and reads on when it has been finished meanwhile', async () => {
		const writer = await RecordingWriter.create(fresh(), recordingInfo([arcChannel('mc', 1e6)]), { flushIntervalS: 0 });
		const samples = signal(2 * levels[3] + 300_001, 9);
		const readers: { reader: RecordingReader; length: number }[] = [];
		const checked = async ({ reader, length }: { reader: RecordingReader; length: number }) => {
			const part = samples.subarray(0, length);
			const { min, max, samples: valid, lost } = await statistics(reader, { channel: 'mc' });
			const sorted = part.filter((x) => !Number.isNaN(x)).sort();
			expect([min, max, valid, lost]).toEqual([sorted[0], sorted.at(-1), sorted.length, length - sorted.length]);
			const picture = await view(reader, reader.channel(device, 'mc'), 0, length / 1e6, 40);
			expect(picture.valid.reduce((sum, count) => sum + count, 0)).toBe(sorted.length);
			expect(Math.max(...picture.max)).toBe(max);
		};
		for (let at = 0; at < samples.length; at += 77_777) {
			await writer.append(device, 'mc', samples.slice(at, at + 77_777));
			const one = { reader: RecordingReader.live(writer.staged() as StagedRecording), length: Math.min(samples.length, at + 77_777) };
			await checked(one);
			readers.push(one);
		}
		expect(readers.at(-1)?.reader.entryCount(readers[0].reader.channel(device, 'mc'), 3)).toBe(2);
		await writer.close();
		expect(writer.staged()).toBeUndefined();
		for (const one of readers) {
			await checked(one);
			one.reader.close();
		}
	});
});

describe('an overlay of memory on a file', () => {
	it('covers every byte once, from memory where it is there', () => {
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 30 })), { maxLength: 5 }),
				fc.integer({ min: 0, max: 60 }),
				fc.integer({ min: 0, max: 40 }),
				(pieces, position, length) => {
					const content = (at: number) => at + 1;
					const unwritten = pieces.map(([from, size]) => ({ position: from, bytes: Uint8Array.from({ length: size }, (_, i) => content(from + i)) }));
					const target = new Uint8Array(length);
					for (const stretch of fromMemory(unwritten, position, target))
						for (let i = stretch.at; i < stretch.at + stretch.length; i++) {
							expect(target[i]).toBe(0); // neither from memory nor asked for twice
							target[i] = content(position + i);
						}
					expect([...target]).toEqual(Array.from({ length }, (_, i) => content(position + i)));
				},
			),
		);
	});
});

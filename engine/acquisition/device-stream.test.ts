import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currentOf, type Frame, handFed, run, streamLayout } from './testing.ts';

/** The current of frames by their counters; undefined: a lost frame. */
const currents = (counters: readonly (number | undefined)[]) =>
	counters.flatMap((counter) => [0, 1, 2, 3].map((sample) => (counter === undefined ? Number.NaN : currentOf(counter, sample))));
const lost = (count: number) => new Array<undefined>(count).fill(undefined);
const counters = (from: number, count: number) => run(from, count).map(({ counter }) => counter);

describe('losses', () => {
	it('that the counter shows become NaN and a gap where they are', async () => {
		const { stream, tap, send } = handFed();
		send([...run(100, 3), ...run(105, 2)]);
		send(run(110, 2), 0.05);
		await stream.finish();
		expect(tap.of('mc')).toEqual(currents([...counters(100, 3), undefined, undefined, ...counters(105, 2), ...lost(3), ...counters(110, 2)]));
		expect(tap.of('mv')).toHaveLength(12);
		expect(tap.all('gap')).toEqual([
			{ type: 'gap', time: 0.003, duration: 0.002, reason: 'lost' },
			{ type: 'gap', time: 0.007, duration: 0.003, reason: 'lost' },
		]);
		expect(stream.statistics).toEqual({ frames: 12, lostFrames: 5, damagedFrames: 0, staleFrames: 0 });
	});

	it('by a failed checksum likewise; the frame is offered for rescanning', async () => {
		const { stream, tap, send, rescanned } = handFed();
		send([...run(7, 2), { counter: 9, damaged: true }, ...run(10, 1)]);
		await stream.finish();
		expect(tap.of('mc')).toEqual(currents([7, 8, undefined, 10]));
		expect(tap.all('gap')).toEqual([{ type: 'gap', time: 0.002, duration: 0.001, reason: 'checksum' }]);
		expect(stream.statistics).toEqual({ frames: 4, lostFrames: 1, damagedFrames: 1, staleFrames: 0 });
		expect(rescanned.map(({ length }) => length)).toEqual([streamLayout.frameBytes]);
	});

	it('at the very beginning, across batches, and at the very end are placed too', async () => {
		const { stream, tap, send } = handFed();
		send([{ counter: 1, damaged: true }, { counter: 2, damaged: true }, ...run(3, 1), { counter: 4, damaged: true }]);
		send([{ counter: 5, damaged: true }, ...run(6, 1), { counter: 7, damaged: true }]);
		await stream.finish();
		expect(tap.of('mc')).toEqual(currents([undefined, undefined, 3, undefined, undefined, 6, undefined]));
		expect(tap.all('gap').map(({ time, duration }) => [time, duration])).toEqual([
			[0, 0.002],
			[0.003, 0.002],
			[0.006, 0.001],
		]);
		expect(stream.statistics).toEqual({ frames: 7, lostFrames: 5, damagedFrames: 5, staleFrames: 0 });
	});

	it('a batch of nothing but damaged frames waits for a counter to place it', async () => {
		const { stream, tap, send } = handFed();
		send(run(1, 2));
		send([3, 4].map((counter) => ({ counter, damaged: true })));
		send(run(8, 1));
		await stream.finish();
		expect(tap.of('mc')).toEqual(currents([1, 2, ...lost(5), 8]));
		expect(tap.all('gap')).toEqual([{ type: 'gap', time: 0.002, duration: 0.005, reason: 'lost' }]);
	});
});

describe('counters', () => {
	it('wrap around at 2³² without a loss, and with one', async () => {
		const { stream, tap, send } = handFed();
		send(run(0xffff_fffe, 4));
		await stream.finish();
		expect(tap.of('mc')).toEqual(currents([0xffff_fffe, 0xffff_ffff, 0, 1]));
		expect(tap.all('gap')).toEqual([]);
		const other = handFed();
		other.send([...run(0xffff_fffe, 1), ...run(1, 1)]);
		await other.stream.finish();
		expect(other.tap.of('mc')).toEqual(currents([0xffff_fffe, undefined, undefined, 1]));
	});

	it('seen before are dropped and counted', async () => {
		const { stream, tap, send } = handFed();
		send([...run(10, 3), ...run(11, 2), ...run(13, 1)]);
		send([...run(9, 1), ...run(14, 1)]);
		await stream.finish();
		expect(tap.of('mc')).toEqual(currents(counters(10, 5)));
		expect(stream.statistics).toEqual({ frames: 5, lostFrames: 0, damagedFrames: 0, staleFrames: 3 });
	});

	it('that jump by more than can have passed are a restart: said, and never a made-up gap', async () => {
		const { stream, tap, send } = handFed();
		send(run(10, 2));
		send(run(5_000_000, 2), 0.05);
		await stream.finish();
		expect(tap.of('mc')).toEqual(currents([10, 11, 5_000_000, 5_000_001]));
		expect(tap.all('gap')).toEqual([]);
		expect(tap.all('fault')).toMatchObject([{ fault: 'device', time: 0.002, message: expect.stringContaining('5000000') }]);
	});

	it('that jump as far as the host has waited are a loss', async () => {
		const { stream, tap, send } = handFed();
		send(run(10, 2));
		send(run(60_010, 1), 60);
		await stream.finish();
		expect(tap.all('gap')).toEqual([{ type: 'gap', time: 0.002, duration: 59.998, reason: 'lost' }]);
		expect(tap.of('mv')).toHaveLength(60_001);
	});

	it('tell the same whatever the batches: every valid sample at its place, every other one NaN', async () => {
		const fate = fc.oneof({ weight: 8, arbitrary: fc.constant('good') }, fc.constantFrom('lost', 'damaged', 'twice'));
		await fc.assert(
			fc.asyncProperty(
				fc.nat(0xffff_ffff),
				fc.array(fate, { minLength: 1, maxLength: 60 }),
				fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 }),
				async (first, fates, cuts) => {
					const { stream, tap, send } = handFed();
					const frames: Frame[] = [{ counter: first }];
					const expected: (number | undefined)[] = [first];
					for (const [index, what] of fates.entries()) {
						const counter = (first + 1 + index) >>> 0;
						if (what !== 'lost') frames.push({ counter, damaged: what === 'damaged' });
						if (what === 'twice') frames.push({ counter });
						expected.push(what === 'good' || what === 'twice' ? counter : undefined);
					}
					frames.push({ counter: (first + 1 + fates.length) >>> 0 });
					expected.push((first + 1 + fates.length) >>> 0);
					for (let at = 0, cut = 0; at < frames.length; at += cuts[cut++ % cuts.length]) send(frames.slice(at, at + cuts[cut % cuts.length]));
					await stream.finish();
					expect(tap.of('mc')).toEqual(currents(expected));
					expect(tap.all('gap').reduce((sum, { duration }) => sum + Math.round(duration * 1000), 0)).toBe(expected.filter((counter) => counter === undefined).length);
					expect(stream.statistics.damagedFrames).toBe(fates.filter((what) => what === 'damaged').length);
					expect(stream.statistics.staleFrames).toBe(fates.filter((what) => what === 'twice').length);
				},
			),
			{ numRuns: 60 },
		);
	});
});

describe('order', () => {
	it('is that of the device, in whatever order batches are decoded; events keep their place', async () => {
		const { stream, tap, send, decoder } = handFed();
		decoder.holding = true;
		send(run(1, 2));
		send(run(3, 2));
		stream.event({ type: 'log', channel: 'rx', text: 'hello', time: 0.004 });
		send(run(5, 2));
		decoder.handOver[2]();
		decoder.handOver[1]();
		await new Promise((resolve) => setImmediate(resolve));
		expect(tap.of('mc')).toEqual([]);
		expect(tap.events).toEqual([]);
		decoder.handOver[0]();
		await stream.finish();
		expect(tap.of('mc')).toEqual(currents(counters(1, 6)));
		expect(tap.all('log')).toHaveLength(1);
		expect(decoder.released).toBe(3);
	});

	it('a slow tap holds the stream up, and every batch is released', async () => {
		const { stream, tap, send, decoder } = handFed();
		let goOn = () => {};
		tap.hold = new Promise((resolve) => {
			goOn = resolve;
		});
		send(run(1, 2));
		send(run(3, 2));
		await new Promise((resolve) => setImmediate(resolve));
		expect(tap.of('mc')).toEqual(currents([1, 2]));
		expect(stream.nextFrame).toBe(0);
		expect(stream.settledFrame).toBe(2);
		expect(decoder.released).toBe(0);
		tap.hold = undefined;
		goOn();
		await stream.finish();
		expect(tap.of('mc')).toEqual(currents(counters(1, 4)));
		expect(decoder.released).toBe(2);
	});

	it('a batch that cannot be decoded ends the stream, said once, and everything is released', async () => {
		const { stream, tap, send, decoder } = handFed();
		send(run(1, 1));
		await stream.finish();
		decoder.holding = true;
		send(run(2, 1));
		send(run(3, 1));
		decoder.handOver[0](new Error('worker gone'));
		decoder.handOver[1]();
		await stream.finish();
		expect(stream.failure).toMatchObject({ message: 'worker gone' });
		expect(tap.of('mc')).toEqual(currents([1]));
		expect(tap.all('fault')).toMatchObject([{ message: expect.stringContaining('worker gone') }]);
		expect(decoder.released).toBe(2);
	});
});

describe('events from samples', () => {
	it('states every input once, then every edge at its millisecond, and knows what stands', async () => {
		const { stream, tap, send } = handFed();
		send([0, 1, 1, 3].map((gpi, index) => ({ counter: index, gpi })));
		send([{ counter: 6, gpi: 2 }]);
		await stream.finish();
		expect(tap.all('edge').map(({ time, channel, level }) => [time, channel, level])).toEqual([
			[0, 'i1', 0],
			[0, 'i2', 0],
			[0.001, 'i1', 1],
			[0.003, 'i2', 1],
			[0.006, 'i1', 0],
		]);
		expect([...stream.standing].filter(({ type }) => type === 'edge')).toMatchObject([
			{ channel: 'i1', level: 0 },
			{ channel: 'i2', level: 1 },
		]);
	});

	it('reports the first range and every change', async () => {
		const { stream, tap, send } = handFed();
		send([
			{ counter: 0, current: [0.001, 0.001, 0.5, 0.5] },
			{ counter: 1, current: [0.5, 0.018, 0.001, 0.001] },
		]);
		await stream.finish();
		expect(tap.all('range').map(({ time, range }) => [time, range])).toEqual([
			[0, 'fine'],
			[0.0005, 'middle'],
			[0.0015, 'fine'],
		]);
	});
});

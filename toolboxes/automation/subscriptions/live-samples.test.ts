import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveSamples } from './live-samples.ts';
import { decodeSampleFrame, type SampleFrame } from './sample-frame.ts';

/** A client that takes frames while it has room. */
class Sink {
	readonly frames: SampleFrame[] = [];
	hasRoom = true;
	#waiting: (() => void)[] = [];

	whenRoom(callback: () => void): void {
		this.#waiting.push(callback);
	}

	async send(frame: Uint8Array): Promise<void> {
		this.frames.push(decodeSampleFrame(frame.buffer as ArrayBuffer) as SampleFrame);
	}

	room(has: boolean): void {
		this.hasRoom = has;
		if (has) for (const callback of this.#waiting.splice(0)) callback();
	}
}

const channel = { device: 'arc-1', id: 'mc', unit: 'A', rate: 4000 };
const wanted = [{ device_id: 'arc-1', channel: 'mc' }];
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const ramp = (from: number, length: number) => Float32Array.from({ length }, (_, k) => from + k);

describe('live samples', () => {
	it('reach the client whole, in frames that follow each other; other channels do not', async () => {
		const sink = new Sink();
		const live = new LiveSamples(7, wanted, undefined, sink);
		live.samples(channel, 100, ramp(100, 40));
		live.samples({ ...channel, id: 'mv' }, 100, ramp(0, 40));
		live.samples(channel, 140, ramp(140, 10));
		await settled();
		live.samples(channel, 150, Float32Array.of(150, Number.NaN));
		await settled();
		expect(sink.frames).toMatchObject([
			{ subscription: 7, place: 0, rateHz: 4000, index: 100, missing: 0, lost: 0, restarted: false },
			{ index: 150, missing: 0, lost: 1, restarted: false },
		]);
		expect(sink.frames.flatMap(({ values }) => [...values])).toEqual([...ramp(100, 51), Number.NaN]);
	});

	it('leave out what a slow client cannot take, and tell exactly how much', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 1, max: 9000 }), fc.boolean()), { maxLength: 12 }), fc.constantFrom(undefined, 1000, 150), async (batches, rateHz) => {
				const sink = new Sink();
				const live = new LiveSamples(1, wanted, rateHz, sink);
				let at = 3;
				for (const [length, room] of batches) {
					sink.room(room);
					live.samples(channel, at, ramp(at, length));
					at += length;
					await settled();
				}
				sink.room(true);
				await settled();
				const block = rateHz === undefined ? 1 : Math.ceil(4000 / rateHz);
				let next = Math.ceil(3 / block);
				for (const { index, missing, values } of sink.frames) {
					expect(index).toBe(next + missing);
					expect([...values]).toEqual(Array.from(values, (_, k) => Math.fround((index + k) * block + (block - 1) / 2)));
					next = index + values.length;
				}
				if (sink.frames.length > 0) expect(next).toBeLessThanOrEqual(Math.floor(at / block));
				// What follows says what was left out at the end.
				live.samples(channel, at, ramp(at, block * 2));
				await settled();
				const last = sink.frames.at(-1) as SampleFrame;
				expect(last.index).toBe(next + last.missing);
			}),
			{ numRuns: 50 },
		);
	});

	it('start afresh with a new measurement, whose end before is sent', async () => {
		const sink = new Sink();
		const live = new LiveSamples(1, wanted, undefined, sink);
		live.samples(channel, 0, ramp(0, 5));
		live.samples({ ...channel, rate: 1000 }, 0, ramp(0, 3));
		await settled();
		expect(sink.frames).toMatchObject([
			{ rateHz: 4000, index: 0, restarted: false },
			{ rateHz: 1000, index: 0, restarted: true, missing: 0 },
		]);
		expect(sink.frames.map(({ values }) => values.length)).toEqual([5, 3]);
	});

	it('end', async () => {
		const sink = new Sink();
		const live = new LiveSamples(1, wanted, undefined, sink);
		live.samples(channel, 0, ramp(0, 5));
		live.end();
		await settled();
		expect(sink.frames).toEqual([]);
	});
});

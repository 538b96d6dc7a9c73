import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock.ts';
import type { FrameBatch, MeasurementSink } from '../instrument.ts';
import { Batcher } from './batcher.ts';
import { FrameCutter } from './cutter.ts';
import { checksum, encodeFrame, isIntactFrame, writeHeader } from './frame.ts';
import { packedTemplate } from './packed.ts';
import { getPayload, uartTextPayload, wireIds, wordResponsePayload } from './protocol.ts';

const arcChannels = [
	{ wireId: wireIds.mc, count: 4 },
	{ wireId: wireIds.mv, count: 1 },
	{ wireId: wireIds.mp, count: 4 },
];

/** Frames with counters from `first`, whose samples repeat the counter. */
function capture(frames: number, first = 1, channels = arcChannels): Uint8Array {
	const { frame, layout } = packedTemplate(channels);
	const bytes = new Uint8Array(frames * frame.length);
	const view = new DataView(frame.buffer);
	for (let n = 0; n < frames; n++) {
		view.setUint32(layout.counterOffset, first + n, true);
		for (const { offset, count } of layout.channels) for (let k = 0; k < count; k++) view.setFloat32(offset + 4 * k, (first + n) / 1024, true);
		writeHeader(frame, 0, frame.length - 8);
		bytes.set(frame, n * frame.length);
	}
	return bytes;
}

/** Verifies checksums as the decoder does, and notes what came in which order. */
class Receiver implements MeasurementSink {
	readonly log: string[] = [];
	readonly counters: number[] = [];
	readonly batches: FrameBatch[] = [];
	damaged = 0;
	free = Number.POSITIVE_INFINITY;
	#freed: (() => void)[] = [];

	take(byteLength: number) {
		if (this.free <= 0) return undefined;
		this.free--;
		return { bytes: new Uint8Array(byteLength), release: () => {} };
	}

	freed(callback: () => void) {
		this.#freed.push(callback);
	}

	release() {
		this.free++;
		for (const callback of this.#freed.splice(0)) callback();
	}

	batch(batch: FrameBatch) {
		this.batches.push(batch);
		const { bytes } = batch.buffer;
		const { frameBytes, counterOffset } = batch.layout;
		for (let frame = 0; frame < batch.frames; frame++) {
			const at = frame * frameBytes;
			if (!isIntactFrame(bytes, at, frameBytes)) {
				this.damaged++;
				continue;
			}
			const counter = new DataView(bytes.buffer).getUint32(at + counterOffset, true);
			this.counters.push(counter);
			this.log.push(`${frameBytes}:${counter}`);
		}
	}

	event() {}
}

function rig(options: { batchBytes?: number; latencyS?: number } = {}) {
	const clock = new VirtualClock();
	// Time stands still unless a test says otherwise.
	const release = clock.hold();
	const receiver = new Receiver();
	const controls: Uint8Array[] = [];
	const batcher: Batcher = new Batcher(receiver, clock, {
		batchBytes: options.batchBytes ?? 1 << 16,
		latencyS: options.latencyS ?? 1,
		accepts: () => true,
		started: () => {},
		roomAgain: () => cutter.resume(),
	});
	const cutter: FrameCutter = new FrameCutter(
		{
			get layout() {
				return batcher.layout;
			},
			append: (bytes, at, frames) => batcher.append(bytes, at, frames),
			packed: (bytes, at, frameBytes) => batcher.packed(bytes, at, frameBytes),
			control: (payload) => {
				controls.push(payload.slice());
				batcher.flush();
				receiver.log.push(`control:${checksum(payload)}`);
			},
		},
		clock,
	);
	/** Lets the line fall silent, then hands over what is left. */
	const silence = async () => {
		const passed = clock.delay(0.2);
		release();
		await passed;
		batcher.flush();
	};
	const end = () => {
		batcher.flush();
		cutter.close();
	};
	return { clock, receiver, controls, batcher, cutter, silence, end };
}

const concat = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

describe('FrameCutter', () => {
	const mixed = concat(
		capture(5),
		encodeFrame(wordResponsePayload(0x1000, 0, 115_200)),
		capture(4, 6),
		Uint8Array.of(0xde, 0xad, 0xa3, 0x2c),
		capture(3, 10),
		encodeFrame(uartTextPayload(Buffer.from('boot ok\n'))),
		capture(2, 13, [...arcChannels, { wireId: wireIds.gpi, count: 1 }]),
		capture(3, 15),
	);
	// One damaged frame, recognisable only by its sum, at the end of what may be a chunk.
	mixed[2 * 84 + 30] ^= 0x10;

	it('yields the same frames in the same order for every split', () => {
		const whole = rig();
		whole.cutter.push(mixed);
		whole.end();
		const expected = whole.receiver.log;
		expect(whole.receiver.counters).toEqual(numbers(1, 17).filter((counter) => counter !== 3));
		expect(whole.receiver.damaged).toBe(1);
		for (let split = 1; split < mixed.length; split++) {
			const { cutter, receiver, end } = rig();
			cutter.push(mixed.subarray(0, split));
			cutter.push(mixed.subarray(split));
			end();
			expect(receiver.log, `split at ${split}`).toEqual(expected);
			expect(receiver.damaged).toBe(1);
			expect(cutter.statistics).toEqual(whole.cutter.statistics);
		}
		fc.assert(
			fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 60 }), (sizes) => {
				const { cutter, receiver, end } = rig();
				let at = 0;
				for (const size of sizes) {
					cutter.push(mixed.subarray(at, at + size));
					at += size;
				}
				cutter.push(mixed.subarray(at));
				end();
				expect(receiver.log).toEqual(expected);
				expect(receiver.damaged).toBe(1);
			}),
			{ numRuns: 200 },
		);
	});

	it('hands events over after the batches whose frames precede them', () => {
		const { cutter, receiver, end } = rig();
		cutter.push(mixed);
		end();
		const reply = receiver.log.findIndex((entry) => entry.startsWith('control'));
		expect(receiver.log.slice(0, reply)).toEqual([1, 2, 4, 5].map((counter) => `84:${counter}`));
	});

	it('loses at most the damaged frame to any single flipped bit, a false length included', async () => {
		const good = capture(100);
		const all = numbers(1, 100);
		const rigs: { bit: number; line: ReturnType<typeof rig> }[] = [];
		for (let bit = 0; bit < good.length * 8; bit++) {
			const bytes = good.slice();
			bytes[bit >> 3] ^= 1 << (bit & 7);
			const line = rig({ batchBytes: 8400 });
			line.cutter.push(bytes);
			rigs.push({ bit, line });
			if (rigs.length === 512 || bit === good.length * 8 - 1) {
				await Promise.all(rigs.map(({ line }) => line.silence()));
				for (const { bit, line } of rigs.splice(0)) {
					const frame = Math.floor(bit / 8 / 84) + 1;
					const { counters } = line.receiver;
					// The frame itself is lost (a flipped magic of the next can only be seen from it); everything else is there, in order, once.
					if (counters.length !== 99 || counters.some((counter, index) => counter !== (index < frame - 1 ? index + 1 : index + 2)))
						expect(counters, `bit ${bit}`).toEqual(all.filter((counter) => counter !== frame));
					line.end();
				}
			}
		}
	});

	it('survives every truncation of a capture, and goes on with what follows', async () => {
		const good = capture(100);
		const later = capture(3, 1000);
		for (let length = 0; length < good.length; length += length < 600 || length > good.length - 300 ? 1 : 7) {
			const line = rig();
			line.cutter.push(good.subarray(0, length));
			line.cutter.push(later);
			await line.silence();
			expect(line.receiver.counters, `cut at ${length}`).toEqual([...numbers(1, Math.floor(length / 84)), 1000, 1001, 1002]);
			line.end();
		}
	});

	it('survives bytes missing in the middle, whatever the chunks', async () => {
		const good = capture(20);
		for (let from = 84; from < 300; from++)
			for (const missing of [1, 3, 8, 83, 84, 85, 200]) {
				const { cutter, receiver, silence, end } = rig({ batchBytes: 2100 });
				cutter.push(good.subarray(0, from));
				cutter.push(good.subarray(from + missing, from + missing + 100));
				cutter.push(good.subarray(from + missing + 100));
				await silence();
				end();
				const lost = receiver.counters.length < 20 ? numbers(1, 20).filter((counter) => !receiver.counters.includes(counter)) : [];
				const touched = numbers(Math.floor(from / 84) + 1, Math.floor((from + missing - 1) / 84) - Math.floor(from / 84) + 1);
				expect(touched, `${missing} missing from ${from}`).toEqual(expect.arrayContaining(lost));
			}
	});

	it('finds frames held back by a false length when the line falls silent', async () => {
		const reply = encodeFrame(wordResponsePayload(0x1000, 0, 1));
		const line = rig();
		const false16k = Uint8Array.of(0xa3, 0x2c, 0xb5, 0x7f, 0x00, 0x40, 0, 0);
		line.cutter.push(concat(false16k, reply, reply.subarray(0, 10)));
		expect(line.controls).toHaveLength(0);
		await line.silence();
		expect(line.controls).toHaveLength(1);
		// The unfinished one behind them may still be finished.
		line.cutter.push(reply.subarray(10));
		expect(line.controls).toHaveLength(2);
		expect(line.cutter.statistics.failedChecksums).toBe(1);
		line.end();
	});

	it('keeps an unfinished frame over a silence', async () => {
		const line = rig();
		const bytes = capture(2);
		line.cutter.push(bytes.subarray(0, 120));
		await line.silence();
		line.cutter.push(bytes.subarray(120));
		line.end();
		expect(line.receiver.counters).toEqual([1, 2]);
		expect(line.cutter.statistics.failedChecksums).toBe(0);
	});

	it('invents nothing from random bytes, and finds good frames behind them', async () => {
		let state = 12_345;
		const noise = Uint8Array.from({ length: 1_000_000 }, () => {
			state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
			return state >>> 24;
		});
		// Magics and headers strewn in, so that every path is taken.
		const good = capture(1);
		for (let at = 1000; at + 2000 < noise.length; at += 997) noise.set(good.subarray(0, 4 + (at % 20)), at);
		const line = rig();
		line.cutter.push(capture(2));
		for (let at = 0; at < noise.length; at += 4093) line.cutter.push(noise.subarray(at, at + 4093));
		line.cutter.push(capture(5, 500));
		await line.silence();
		expect(line.receiver.counters).toEqual([1, 2, ...numbers(500, 5)]);
		expect(line.controls).toHaveLength(0);
		const { statistics } = line.cutter;
		expect(statistics.failedChecksums).toBeGreaterThan(900);
		expect(statistics.frames).toBe(7 + line.receiver.damaged);
		line.end();
	});

	it('rejects a shortened frame whose sum happens to agree', () => {
		// The sentinel ends in zeros, so the sum still fits when the length loses four bytes.
		const bytes = capture(3);
		bytes[84 + 4] = 72;
		const { cutter, receiver, end } = rig();
		cutter.push(bytes);
		end();
		expect(receiver.counters).toEqual([1, 3]);
	});

	it('finds replies inside a damaged sample frame', () => {
		const { cutter, controls, end } = rig();
		const frame = capture(1);
		const reply = encodeFrame(wordResponsePayload(7, 0, 9));
		frame.set(reply, 30);
		cutter.rescan(frame);
		expect(controls.map((payload) => Buffer.from(payload).toString('hex'))).toEqual([Buffer.from(reply.subarray(8)).toString('hex')]);
		end();
	});

	it('stops when the sink has no room, keeps what arrives, and goes on in order', async () => {
		const { cutter, receiver, end } = rig({ batchBytes: 10 * 84 });
		receiver.free = 2;
		const bytes = concat(capture(35), encodeFrame(getPayload(1, 2)), capture(15, 36));
		for (let at = 0; at < bytes.length; at += 333) cutter.push(bytes.subarray(at, at + 333));
		expect(cutter.full).toBe(true);
		expect(receiver.counters).toEqual(numbers(1, 20));
		while (cutter.full) {
			receiver.release();
			await Promise.resolve();
			await Promise.resolve();
		}
		receiver.free = 9;
		end();
		expect(receiver.counters).toEqual(numbers(1, 50));
		expect(receiver.batches.every(({ frames }) => frames <= 10)).toBe(true);
	});

	it('counts position by the frame counter, lost frames included, past damaged ones', () => {
		const { cutter, batcher, end } = rig();
		cutter.push(capture(10, 0xffff_fffc));
		expect(batcher.position()).toBe(10);
		cutter.push(capture(5, 100 - 4));
		expect(batcher.position()).toBe(105);
		const damaged = capture(2, 101);
		damaged[84 + 12] ^= 0x40;
		cutter.push(damaged);
		batcher.flush();
		expect(batcher.position()).toBe(106);
		cutter.push(capture(1, 103));
		expect(batcher.position()).toBe(108);
		end();
	});

	it('fills batches with multiples of 64 frames', () => {
		const { cutter, receiver, end } = rig({ batchBytes: 84 * 200 });
		cutter.push(capture(300));
		end();
		expect(receiver.batches.map(({ frames }) => frames)).toEqual([192, 108]);
	});
});

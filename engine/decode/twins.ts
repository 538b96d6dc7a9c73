/**
 * The kernels in plain TypeScript, on ordinary typed arrays: the reference that tests hold the WebAssembly against, and what benchmarks
 * compare it with. Written to be fast for what they are: aligned views, a word at a time, several accumulators, no allocation a sample.
 *
 * Frames, summaries and power agree with the kernels to the last bit (of a minimum or maximum of zero the sign is left open); energies to
 * n·2⁻⁵³·Σ|i·v|, since the kernels add in another order.
 */

import type { FrameLayout } from '../../drivers/instrument.ts';
import type { RateRatio } from './ratio.ts';

/**
 * Decodes `frames` frames, whose bytes begin at a multiple of 4. Returns the number of damaged frames, whose indices are listed ascending
 * in `damaged`; their samples become NaN.
 */
export function decodeFrames(bytes: Uint8Array, frames: number, layout: FrameLayout, columns: readonly Float32Array[], counters: Uint32Array, damaged: Uint32Array): number {
	// Signed words: unsigned ones do not fit the engine's small integers.
	const words = new Int32Array(bytes.buffer, bytes.byteOffset, (frames * layout.frameBytes) >> 2);
	const frameWords = layout.frameBytes >> 2;
	const payloadBytes = layout.frameBytes - 8;
	const counterAt = layout.counterOffset >> 2;
	// Samples are copied as words: a NaN keeps its bits.
	const targets = columns.map((column) => new Int32Array(column.buffer, column.byteOffset, column.length));
	let count = 0;
	for (let frame = 0, at = 0; frame < frames; frame++, at += frameWords) {
		counters[frame] = words[at + counterAt];
		if (words[at + 1] !== ((byteSum(words, at + 2, at + frameWords) << 16) | payloadBytes)) damaged[count++] = frame;
	}
	layout.channels.forEach((channel, c) => {
		copyRuns(words, channel.offset >> 2, frameWords, frames, channel.count, targets[c]);
		for (let d = 0; d < count; d++) columns[c].fill(Number.NaN, damaged[d] * channel.count, (damaged[d] + 1) * channel.count);
	});
	return count;
}

/** Copies one channel's run of `samples` words out of each frame: long runs at one go, short ones word by word. */
function copyRuns(words: Int32Array, offset: number, frameWords: number, frames: number, samples: number, target: Int32Array): void {
	for (let frame = 0, from = offset, to = 0; frame < frames; frame++, from += frameWords, to += samples) {
		if (samples >= 16) target.set(words.subarray(from, from + samples), to);
		else for (let s = 0; s < samples; s++) target[to + s] = words[from + s];
	}
}

/** Sum of the bytes of words [from, to) mod 65536. Two 16-bit lanes hold the sums of 128 words without a carry. */
function byteSum(words: Int32Array, from: number, to: number): number {
	let sum = 0;
	while (from < to) {
		const stop = Math.min(to, from + 128);
		let lanes = 0;
		for (; from < stop; from++) {
			const word = words[from];
			lanes = (lanes + (word & 0x00ff00ff) + ((word >>> 8) & 0x00ff00ff)) | 0;
		}
		sum += (lanes & 0xffff) + (lanes >>> 16);
	}
	return sum & 0xffff;
}

/**
 * Summarises blocks of `block` samples (the last may be shorter) into 32-byte entries (recording/format.ts) that begin at a multiple of 8;
 * returns their number. Sums run in four lanes, sample n of a block in lane n mod 4: the order is part of the definition.
 */
export function summarize(samples: Float32Array, entries: Uint8Array, block = 128): number {
	const count32 = new Uint32Array(entries.buffer, entries.byteOffset, entries.byteLength >> 2);
	const extreme = new Float32Array(entries.buffer, entries.byteOffset, entries.byteLength >> 2);
	const sum = new Float64Array(entries.buffer, entries.byteOffset, entries.byteLength >> 3);
	const blocks = Math.ceil(samples.length / block);
	for (let b = 0; b < blocks; b++) {
		const end = Math.min((b + 1) * block, samples.length);
		let valid = 0;
		let min = Number.POSITIVE_INFINITY;
		let max = Number.NEGATIVE_INFINITY;
		let s0 = 0;
		let s1 = 0;
		let s2 = 0;
		let s3 = 0;
		let q0 = 0;
		let q1 = 0;
		let q2 = 0;
		let q3 = 0;
		let i = b * block;
		for (; i + 3 < end; i += 4) {
			const x0 = samples[i];
			if (!Number.isNaN(x0)) {
				valid++;
				if (x0 < min) min = x0;
				if (x0 > max) max = x0;
				s0 += x0;
				q0 += x0 * x0;
			}
			const x1 = samples[i + 1];
			if (!Number.isNaN(x1)) {
				valid++;
				if (x1 < min) min = x1;
				if (x1 > max) max = x1;
				s1 += x1;
				q1 += x1 * x1;
			}
			const x2 = samples[i + 2];
			if (!Number.isNaN(x2)) {
				valid++;
				if (x2 < min) min = x2;
				if (x2 > max) max = x2;
				s2 += x2;
				q2 += x2 * x2;
			}
			const x3 = samples[i + 3];
			if (!Number.isNaN(x3)) {
				valid++;
				if (x3 < min) min = x3;
				if (x3 > max) max = x3;
				s3 += x3;
				q3 += x3 * x3;
			}
		}
		for (let lane = 0; i < end; i++, lane++) {
			const x = samples[i];
			if (Number.isNaN(x)) continue;
			valid++;
			if (x < min) min = x;
			if (x > max) max = x;
			if (lane === 0) {
				s0 += x;
				q0 += x * x;
			} else if (lane === 1) {
				s1 += x;
				q1 += x * x;
			} else {
				s2 += x;
				q2 += x * x;
			}
		}
		count32[b * 8] = valid;
		count32[b * 8 + 1] = 0;
		extreme[b * 8 + 2] = valid > 0 ? min : Number.NaN;
		extreme[b * 8 + 3] = valid > 0 ? max : Number.NaN;
		sum[b * 4 + 2] = s0 + s2 + (s1 + s3);
		sum[b * 4 + 3] = q0 + q2 + (q1 + q3);
	}
	return blocks;
}

/** Σ i·v over samples whose product is a number, and how many those are. Times the current's sample interval, it is the energy. */
export function energy(current: Float32Array, voltage: Float32Array, ratio: RateRatio, phase = 0): { sum: number; valid: number } {
	if (ratio.currentTicks === 1) return energyHeld(current, voltage, ratio.voltageTicks, phase);
	let sum = 0;
	let valid = 0;
	let tick = phase;
	for (let n = 0; n < current.length; n++, tick += ratio.currentTicks) {
		const product = current[n] * averageVoltage(voltage, ratio, tick);
		if (!Number.isNaN(product)) {
			sum += product;
			valid++;
		}
	}
	return { sum, valid };
}

function energyHeld(current: Float32Array, voltage: Float32Array, hold: number, phase: number): { sum: number; valid: number } {
	// Two accumulators: additions that wait for one another would halve the speed.
	let even = 0;
	let odd = 0;
	let valid = 0;
	let n = 0;
	for (let group = 0; n < current.length; group++) {
		const v = voltage[group];
		const end = Math.min(current.length, (group + 1) * hold - phase);
		for (; n + 1 < end; n += 2) {
			const a = current[n] * v;
			const b = current[n + 1] * v;
			if (!Number.isNaN(a)) {
				even += a;
				valid++;
			}
			if (!Number.isNaN(b)) {
				odd += b;
				valid++;
			}
		}
		if (n < end) {
			const a = current[n++] * v;
			if (!Number.isNaN(a)) {
				even += a;
				valid++;
			}
		}
	}
	return { sum: even + odd, valid };
}

/** i·v of every current sample, rounded to float32 once. */
export function power(current: Float32Array, voltage: Float32Array, ratio: RateRatio, out: Float32Array, phase = 0): void {
	let tick = phase;
	for (let n = 0; n < current.length; n++, tick += ratio.currentTicks) out[n] = current[n] * averageVoltage(voltage, ratio, tick);
}

/** The voltage's step function averaged over the current sample that begins at `tick`. */
function averageVoltage(voltage: Float32Array, { currentTicks, voltageTicks }: RateRatio, tick: number): number {
	let left = currentTicks;
	let at = tick;
	// −0 adds nothing, not even a sign.
	let sum = -0;
	while (left > 0) {
		const sample = Math.floor(at / voltageTicks);
		const ticks = Math.min(left, (sample + 1) * voltageTicks - at);
		sum += voltage[sample] * ticks;
		at += ticks;
		left -= ticks;
	}
	return sum / currentTicks;
}

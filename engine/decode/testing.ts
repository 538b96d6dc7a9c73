/** Frames for tests and benchmarks of the decoder: the layouts of an Arc and an Ace, and frames filled with given samples. */

import type { FrameLayout, LayoutChannel } from '../../drivers/instrument.ts';

/** The layout of packed frames: header 8, magic 4, counter 4, then a record of 8 + 4·count bytes for each channel, and 8 bytes at the end. */
export function packedLayout(channels: readonly (readonly [id: string, count: number])[]): FrameLayout {
	let offset = 16;
	const placed: LayoutChannel[] = [];
	for (const [id, count] of channels) {
		placed.push({ id, offset: offset + 8, count, rate: 1000 * count });
		offset += 8 + 4 * count;
	}
	return { frameBytes: offset + 8, counterOffset: 12, frameRate: 1000, channels: placed };
}

/** mc and mp at 4 kHz, mv at 1 kHz: 84 bytes. */
export const arcLayout = packedLayout([
	['mc', 4],
	['mv', 1],
	['mp', 4],
]);

/** mc, mv and mp at 50 kHz: 648 bytes. */
export const aceLayout = packedLayout([
	['mc', 50],
	['mv', 50],
	['mp', 50],
]);

/** Writes `frames` frames with counters from `firstCounter` on; sample n of channel c is sample(c, n). */
export function fillFrames(bytes: Uint8Array, frames: number, layout: FrameLayout, sample: (channel: number, n: number) => number, firstCounter = 1): void {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	for (let frame = 0; frame < frames; frame++) {
		const at = frame * layout.frameBytes;
		bytes.set([0xa3, 0x2c, 0xb5, 0x7f], at);
		view.setUint16(at + 4, layout.frameBytes - 8, true);
		bytes.set([0x69, 0x83, 0x2a, 0xff], at + 8);
		view.setUint32(at + layout.counterOffset, firstCounter + frame, true);
		layout.channels.forEach(({ offset, count }, c) => {
			for (let s = 0; s < count; s++) view.setFloat32(at + offset + 4 * s, sample(c, frame * count + s), true);
		});
		let sum = 0;
		for (let i = 8; i < layout.frameBytes; i++) sum += bytes[at + i];
		view.setUint16(at + 6, sum & 0xffff, true);
	}
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

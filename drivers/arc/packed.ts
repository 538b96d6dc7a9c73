/**
 * Packed sample frames: `69 83 2A FF`, a u32 frame counter, one record a channel in ascending wire id — u16 wire id, u16 sample count k,
 * u32 rate, k × f32, oldest first — and a sentinel that reads as an empty record of channel 0x17. One frame a millisecond.
 *
 * This file turns a frame into a `FrameLayout` and a layout's channels into an empty frame. Samples are decoded elsewhere, whole batches
 * at a time.
 */

import type { FrameLayout, LayoutChannel } from '../instrument.ts';
import { headerBytes } from './frame.ts';
import { channelOf, payloadKind, wireIds } from './protocol.ts';

/** Frames a second of both models. */
export const packedFrameRate = 1000;
/** Byte offset of the frame counter in a whole frame. */
export const packedCounterOffset = headerBytes + 4;
/** Byte offset of the first record in a whole frame. */
const firstRecordOffset = headerBytes + 8;

/** A layout with what the cutter needs to recognise a frame of it without parsing: the words at the start of each record. */
export interface PackedLayout extends FrameLayout {
	/** Byte offsets in a frame, one a record and the sentinel's… */
	readonly wordOffsets: Int32Array;
	/** …and the u32 that stands there: k << 16 | wire id. */
	readonly words: Uint32Array;
}

/**
 * Layout of the whole frame at `at`, or undefined when its records do not fill it exactly up to the sentinel. What lies behind the
 * sentinel's id is accepted (text may travel there) and left alone.
 */
export function parsePackedLayout(bytes: Uint8Array, at: number, frameBytes: number): PackedLayout | undefined {
	if (frameBytes < firstRecordOffset + 8) return undefined;
	const view = new DataView(bytes.buffer, bytes.byteOffset + at, frameBytes);
	if (view.getUint32(headerBytes, true) !== payloadKind.packed) return undefined;
	const channels: LayoutChannel[] = [];
	const offsets: number[] = [];
	const words: number[] = [];
	let offset = firstRecordOffset;
	let previousId = -1;
	while (offset + 8 <= frameBytes) {
		const wireId = view.getUint16(offset, true);
		const count = view.getUint16(offset + 2, true);
		offsets.push(offset);
		words.push(view.getUint32(offset, true));
		if (wireId === wireIds.rx) {
			if (channels.length === 0) return undefined;
			return {
				frameBytes,
				counterOffset: packedCounterOffset,
				frameRate: packedFrameRate,
				channels,
				wordOffsets: Int32Array.from(offsets),
				words: Uint32Array.from(words),
			};
		}
		if (count === 0 || wireId <= previousId || offset + 8 + 4 * count > frameBytes) return undefined;
		// The rate word repeats what count and frame rate say; samples are placed by count, so nothing hangs on it.
		channels.push({ id: channelOf(wireId), offset: offset + 8, count, rate: count * packedFrameRate });
		previousId = wireId;
		offset += 8 + 4 * count;
	}
	return undefined;
}

export function sameLayout(a: PackedLayout, b: PackedLayout): boolean {
	return a.frameBytes === b.frameBytes && a.words.length === b.words.length && a.words.every((word, index) => word === b.words[index]);
}

/**
 * A frame of these channels with everything in place but counter, samples and checksum, and its layout: fill in the samples at each
 * channel's offset, then call `writeHeader`.
 */
export function packedTemplate(channels: readonly { readonly wireId: number; readonly count: number }[]): { frame: Uint8Array<ArrayBuffer>; layout: PackedLayout } {
	const ascending = [...channels].sort((a, b) => a.wireId - b.wireId);
	const frameBytes = firstRecordOffset + ascending.reduce((sum, { count }) => sum + 8 + 4 * count, 0) + 8;
	const frame = new Uint8Array(frameBytes);
	const view = new DataView(frame.buffer);
	view.setUint32(headerBytes, payloadKind.packed, true);
	let offset = firstRecordOffset;
	for (const { wireId, count } of ascending) {
		view.setUint16(offset, wireId, true);
		view.setUint16(offset + 2, count, true);
		view.setUint32(offset + 4, count * packedFrameRate, true);
		offset += 8 + 4 * count;
	}
	view.setUint16(offset, wireIds.rx, true);
	const layout = parsePackedLayout(frame, 0, frameBytes);
	if (!layout) throw new TypeError('packedTemplate: a channel twice, or none at all');
	return { frame, layout };
}

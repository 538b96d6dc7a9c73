/**
 * A decode job as it lies in shared memory: one table of u32 that says where the frames are and where their columns go. Its pointer is all
 * that is ever posted to a worker. The kernel `decodeFrames` reads the same table (kernels/frames.ts).
 */

import { MicrojouleError } from '../../drivers/errors.ts';
import type { FrameLayout } from '../../drivers/instrument.ts';
import type { DecodedBatch } from './decoded.ts';
import type { MemoryBlock, SharedMemory } from './memory.ts';

const headWords = 8;
const channelWords = 4;
/** Magic, u16 length, u16 sum, then the payload, which the kernel reads in pieces of 16 bytes. */
const smallestFrame = 8 + 16;

/** Throws INTERNAL when frames of this layout cannot be decoded: a driver's fault. */
export function checkLayout(layout: FrameLayout): void {
	const { frameBytes, counterOffset, channels } = layout;
	const whole = (value: number) => Number.isInteger(value) && value >= 0 && value % 4 === 0;
	const fits = (offset: number, bytes: number) => whole(offset) && offset >= 8 && offset + bytes <= frameBytes;
	if (!whole(frameBytes) || frameBytes < smallestFrame || frameBytes > 8 + 65_535 || !fits(counterOffset, 4))
		throw new MicrojouleError('INTERNAL', `Frames of ${frameBytes} bytes with their counter at ${counterOffset} cannot be decoded.`, { layout });
	for (const { id, offset, count } of channels)
		if (!Number.isInteger(count) || count < 1 || !fits(offset, 4 * count))
			throw new MicrojouleError('INTERNAL', `Channel ${id}, ${count} samples at byte ${offset}, does not fit a frame of ${frameBytes} bytes.`, { layout });
}

const lined = (bytes: number) => Math.ceil(bytes / 64) * 64;

/** A job with its output, in one block of memory. */
export interface Job {
	readonly ptr: number;
	/** Bytes of the table and the output together. */
	readonly byteLength: number;
	/** The batch as decoded, once the kernel has run and said how many frames are damaged. */
	result(damaged: number, release: () => void): DecodedBatch;
	free(): void;
}

/** Lays out a job for frames at `framesPtr`. The layout must have passed `checkLayout`. */
export function createJob(memory: SharedMemory, framesPtr: number, frames: number, layout: FrameLayout): Job {
	const { channels } = layout;
	const tableBytes = lined(4 * (headWords + channelWords * channels.length));
	const listBytes = lined(4 * frames);
	let byteLength = tableBytes + 2 * listBytes;
	for (const channel of channels) byteLength += lined(4 * frames * channel.count);
	const block: MemoryBlock = memory.alloc(byteLength);
	const countersPtr = block.ptr + tableBytes;
	const damagedPtr = countersPtr + listBytes;
	const table = memory.uint32(block.ptr, headWords + channelWords * channels.length);
	table[0] = framesPtr;
	table[1] = frames;
	table[2] = layout.frameBytes;
	table[3] = layout.counterOffset;
	table[4] = countersPtr;
	table[5] = damagedPtr;
	table[6] = channels.length;
	let columnPtr = damagedPtr + listBytes;
	const columns: Float32Array[] = [];
	for (let c = 0; c < channels.length; c++) {
		const { offset, count } = channels[c];
		const at = headWords + channelWords * c;
		table[at] = offset;
		table[at + 1] = count;
		table[at + 2] = columnPtr;
		columns.push(memory.float32(columnPtr, frames * count));
		columnPtr += lined(4 * frames * count);
	}
	return {
		ptr: block.ptr,
		byteLength,
		result: (damaged, release) => ({ frames, columns, counters: memory.uint32(countersPtr, frames), damaged: Array.from(memory.uint32(damagedPtr, damaged)), release }),
		free: () => block.free(),
	};
}

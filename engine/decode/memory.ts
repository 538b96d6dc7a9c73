/**
 * The memory that all threads share: drivers write frames into it, workers decode them in place, the main thread reads the columns.
 *
 * Owns one WebAssembly memory and hands out blocks of it, on the main thread only; workers get pointers and never allocate. Blocks come in
 * size classes (four an octave, so at most a fifth is wasted) with a free list each, last in, first out: the first touch of a page costs
 * about 12 µs, so memory that was touched before, and may still lie in a cache, goes out again first. Memory is never given back to the system;
 * what was never touched costs none.
 */

import { MicrojouleError } from '../../drivers/errors.ts';

const pageBytes = 65_536;
/** As compiled into the kernels by build.ts. */
const maximumPages = 16_384;
/** A cache line; every block begins at one. */
const alignment = 64;
/** The memory grows by at least this much at a time. */
const growthBytes = 16 * 1024 * 1024;

/** A piece of the shared memory. */
export interface MemoryBlock {
	/** Where it lies, for the kernels. */
	readonly ptr: number;
	/** The bytes asked for. Their content is whatever was there before. */
	readonly bytes: Uint8Array;
	/** Gives the block back. More calls do nothing. */
	free(): void;
}

/** Bytes of the smallest size class that holds `bytes`: 64, 128, 192, 256, 320, 384, 448, 512, 640, 768, 896, 1024, … */
export function sizeClass(bytes: number): number {
	const lines = Math.max(1, Math.ceil(bytes / alignment));
	const step = 2 ** Math.max(0, Math.floor(Math.log2(lines)) - 2);
	return Math.ceil(lines / step) * step * alignment;
}

export class SharedMemory {
	/** What the kernels import. */
	readonly wasm: WebAssembly.Memory;
	#buffer: ArrayBufferLike;
	/** Growing yields a new buffer object over the same bytes; views of the older ones stay good. */
	readonly #buffers = new WeakSet<ArrayBufferLike>();
	readonly #free = new Map<number, number[]>();
	/** First byte never handed out. Pointer 0 stays unused: it means no job. */
	#top = alignment;
	#inUse = 0;
	readonly #maximumBytes: number;

	/** `maximumBytes` (at most 1 GiB) bounds the memory's size. */
	constructor(options: { readonly maximumBytes?: number } = {}) {
		this.#maximumBytes = options.maximumBytes ?? maximumPages * pageBytes;
		if (!(this.#maximumBytes >= pageBytes && this.#maximumBytes <= maximumPages * pageBytes))
			throw new MicrojouleError('INVALID_VALUE', `maximumBytes is ${this.#maximumBytes}; it must be from ${pageBytes} to ${maximumPages * pageBytes}.`);
		this.wasm = new WebAssembly.Memory({ initial: 1, maximum: maximumPages, shared: true });
		this.#buffer = this.wasm.buffer;
		this.#buffers.add(this.#buffer);
	}

	/** Bytes of the blocks in use, as rounded to their size classes. */
	get bytesInUse(): number {
		return this.#inUse;
	}

	/** Bytes ever handed out: no more than these can have been touched. */
	get bytesTouched(): number {
		return this.#top;
	}

	/** A block of at least `bytes` bytes, aligned to 64. Throws INTERNAL when the memory is full. */
	alloc(bytes: number): MemoryBlock {
		if (!Number.isInteger(bytes) || bytes < 0) throw new MicrojouleError('INTERNAL', `A block of ${bytes} bytes was asked for.`, { bytes });
		const size = sizeClass(bytes);
		const ptr = this.#free.get(size)?.pop() ?? this.#fresh(size);
		this.#inUse += size;
		let live = true;
		return {
			ptr,
			bytes: new Uint8Array(this.#buffer, ptr, bytes),
			free: () => {
				if (!live) return;
				live = false;
				this.#inUse -= size;
				const list = this.#free.get(size);
				if (list) list.push(ptr);
				else this.#free.set(size, [ptr]);
			},
		};
	}

	/** Whether a view lies in this memory: its byteOffset is then its pointer. */
	owns(view: ArrayBufferView): boolean {
		return this.#buffers.has(view.buffer);
	}

	/** `length` float32 from `ptr` on. */
	float32(ptr: number, length: number): Float32Array {
		return new Float32Array(this.#buffer, ptr, length);
	}

	/** `length` u32 from `ptr` on. */
	uint32(ptr: number, length: number): Uint32Array {
		return new Uint32Array(this.#buffer, ptr, length);
	}

	/** `length` bytes from `ptr` on. */
	uint8(ptr: number, length: number): Uint8Array {
		return new Uint8Array(this.#buffer, ptr, length);
	}

	#fresh(size: number): number {
		const ptr = this.#top;
		const end = ptr + size;
		if (end > this.#maximumBytes)
			throw new MicrojouleError(
				'INTERNAL',
				`The sample memory is full: ${this.#inUse} of at most ${this.#maximumBytes} bytes are in use and ${size} more were asked for. Measure fewer devices at once, or at lower rates.`,
				{ inUse: this.#inUse, maximum: this.#maximumBytes, wanted: size },
			);
		const missing = end - this.#buffer.byteLength;
		if (missing > 0) {
			const wanted = Math.min(Math.max(missing, growthBytes), this.#maximumBytes - this.#buffer.byteLength);
			this.wasm.grow(Math.ceil(Math.max(wanted, missing) / pageBytes));
			this.#buffer = this.wasm.buffer;
			this.#buffers.add(this.#buffer);
		}
		this.#top = end;
		return ptr;
	}
}

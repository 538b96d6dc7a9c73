/**
 * Rows of Otii's CSV by the WebAssembly kernel, in blocks; rows that it leaves to exact arithmetic are written here. The text is that of printf,
 * to the last digit, whichever wrote it. Owns a piece of the kernels' memory until free().
 */

import { digitTableBytes, fillDigitTables } from '../../decode/digit-tables.ts';
import { processKernels } from '../../decode/kernels.ts';
import type { MemoryBlock } from '../../decode/memory.ts';
import { longestNumber, writeFixed6, writeGeneral } from '../printf.ts';

/** A time below 24 characters, a value below 17, and two separators. */
const rowBytes = 48;

export class CsvRows {
	readonly #memory: MemoryBlock;
	readonly #samples: Float32Array;
	readonly #text: Uint8Array;
	readonly #textPtr: number;
	readonly #row = new Uint8Array(2 * longestNumber + 2);

	constructor(mostRows: number) {
		const sampleBytes = 4 * mostRows;
		this.#memory = processKernels().memory.alloc(digitTableBytes + sampleBytes + mostRows * rowBytes + 64);
		const { bytes, ptr } = this.#memory;
		fillDigitTables(bytes);
		this.#samples = processKernels().memory.float32(ptr + digitTableBytes, mostRows);
		this.#textPtr = ptr + digitTableBytes + sampleBytes;
		this.#text = bytes.subarray(digitTableBytes + sampleBytes);
	}

	/** The rows of consecutive samples, the first with index `start`; valid until the next call. */
	rows(samples: Float32Array, start: number, rate: number): Uint8Array {
		this.#samples.set(samples);
		let length = 0;
		for (let done = 0; done < samples.length; ) {
			const { rows, bytes } = processKernels().csvRows(this.#samples.subarray(done, samples.length), start + done, rate, this.#memory.ptr, this.#textPtr + length);
			length += bytes;
			done += rows;
			if (done < samples.length) length = this.#exact(length, (start + done) / rate, samples[done++]);
		}
		return this.#text.subarray(0, length);
	}

	free(): void {
		this.#memory.free();
	}

	#exact(at: number, time: number, value: number): number {
		let end = writeFixed6(this.#row, 0, time);
		this.#row[end++] = 44;
		end = writeGeneral(this.#row, end, value);
		this.#row[end++] = 10;
		this.#text.set(this.#row.subarray(0, end), at);
		return at + end;
	}
}

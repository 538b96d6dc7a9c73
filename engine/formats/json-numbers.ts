/**
 * Samples as numbers of JSON: the shortest decimal that reads back as the same float32, written by a WebAssembly kernel in blocks; what the
 * kernel leaves to exact arithmetic is written here. JSON has no NaN: a lost sample is written as the valid one before it (0 at the start).
 */

import { digitTableBytes, fillDigitTables } from '../decode/digit-tables.ts';
import { processKernels } from '../decode/kernels.ts';
import type { MemoryBlock } from '../decode/memory.ts';

/** The longest: a sign, nine digits, a point, five zeros before them, and the comma. The kernel stores a few bytes beyond. */
const numberBytes = 20;
const comma = 44;

export class JsonNumbers {
	readonly #memory: MemoryBlock;
	readonly #samples: Float32Array;
	readonly #text: Uint8Array;
	readonly #textPtr: number;
	/** What stands for a lost sample. */
	#held = 0;

	constructor(mostSamples: number) {
		const sampleBytes = 4 * mostSamples;
		this.#memory = processKernels().memory.alloc(digitTableBytes + sampleBytes + mostSamples * numberBytes + 64);
		const { bytes, ptr } = this.#memory;
		fillDigitTables(bytes);
		this.#samples = processKernels().memory.float32(ptr + digitTableBytes, mostSamples);
		this.#textPtr = ptr + digitTableBytes + sampleBytes;
		this.#text = bytes.subarray(digitTableBytes + sampleBytes);
	}

	/** The numbers of consecutive samples, a comma after each; valid until the next call. */
	numbers(samples: Float32Array): Uint8Array {
		this.#samples.set(samples);
		let length = 0;
		for (let done = 0; done < samples.length; ) {
			const { written, bytes } = processKernels().shortestNumbers(this.#samples.subarray(done, samples.length), this.#memory.ptr, this.#textPtr + length);
			length += bytes;
			done += written;
			if (written > 0) this.#held = samples[done - 1];
			if (done === samples.length) break;
			const value = samples[done++];
			if (Number.isFinite(value)) this.#held = value;
			for (const character of shortestText(this.#held)) this.#text[length++] = character.charCodeAt(0);
			this.#text[length++] = comma;
		}
		return this.#text.subarray(0, length);
	}

	/** Forgets the last valid sample: what follows is another channel. */
	reset(): void {
		this.#held = 0;
	}

	free(): void {
		this.#memory.free();
	}
}

/** The shortest decimal that reads back as the same float32 as `value`, the nearest of those; for a finite float32. */
export function shortestText(value: number): string {
	if (value === 0) return '0';
	for (let digits = 1; digits <= 9; digits++) {
		const nearest = Number(value.toPrecision(digits));
		if (Math.fround(nearest) === value) return String(nearest);
		// Below a power of two the neighbours lie nearer than above it: the shorter text may be the one farther away.
		const [mantissa, exponent] = nearest.toExponential(digits - 1).split('e');
		const away = Number(`${Number(mantissa) + (Math.abs(nearest) < Math.abs(value) ? 1 : -1) * Math.sign(value) * 10 ** (1 - digits)}e${exponent}`);
		const other = Number(away.toPrecision(digits));
		if (Math.fround(other) === value) return String(other);
	}
	return String(Number(value.toPrecision(9)));
}

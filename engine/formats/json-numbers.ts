/**
 * Samples as numbers of JSON: the shortest decimal that reads back as the same float32, written by a WebAssembly kernel in blocks; what the
 * kernel leaves to exact arithmetic is written here. JSON has no NaN: a lost sample is written as the valid one before it (0 at the start).
 */

import { digitTableBytes, fillDigitTables } from '../decode/digit-tables.ts';
import { processKernels } from '../decode/kernels.ts';
import type { MemoryBlock } from '../decode/memory.ts';

/** The longest: a sign, 21 digits, and the comma, and what the kernel stores beyond. */
const numberBytes = 24;
const comma = 44;
const encoder = new TextEncoder();
/** As compiled into the kernel: 4096 entries of 32 bytes. */
const memoBytes = 131_072;

/** What all writers share, for they write one after the other: digits, and the texts of the values written last. */
interface Shared {
	readonly tablesPtr: number;
	readonly memoPtr: number;
}

let shared: Shared | undefined;

export class JsonNumbers {
	readonly #memory: MemoryBlock;
	readonly #samples: Float32Array;
	/** Two in turn. */
	readonly #texts: readonly Uint8Array[];
	#turn = 0;
	/** What stands for a lost sample. */
	#held = 0;

	constructor(mostSamples: number) {
		shared ??= share();
		const sampleBytes = 4 * mostSamples;
		const textBytes = (mostSamples + 3) * numberBytes;
		const { memory } = processKernels();
		this.#memory = memory.alloc(sampleBytes + 2 * textBytes);
		const { ptr } = this.#memory;
		this.#samples = memory.float32(ptr, mostSamples);
		this.#texts = [0, 1].map((turn) => memory.uint8(ptr + sampleBytes + turn * textBytes, textBytes));
	}

	/** The numbers of consecutive samples, a comma before each; good until the call after the next. */
	numbers(samples: Float32Array): Uint8Array {
		const { tablesPtr, memoPtr } = shared as Shared;
		const text = this.#texts[this.#turn];
		this.#turn = 1 - this.#turn;
		this.#samples.set(samples);
		// The kernel writes a comma after each.
		text[0] = comma;
		let length = 1;
		for (let done = 0; done < samples.length; ) {
			const { written, bytes } = processKernels().shortestNumbers(this.#samples.subarray(done, samples.length), tablesPtr, memoPtr, text.byteOffset + length);
			length += bytes;
			done += written;
			if (written > 0) this.#held = samples[done - 1];
			if (done === samples.length) break;
			// One that the kernel leaves to us, or a run of lost ones.
			if (Number.isFinite(samples[done])) this.#held = samples[done];
			const number = encoder.encode(`${shortestText(this.#held)},`);
			do {
				text.set(number, length);
				length += number.length;
			} while (++done < samples.length && !Number.isFinite(samples[done]));
		}
		return text.subarray(0, length - 1);
	}

	/** Forgets the last valid sample: what follows is another channel. */
	reset(): void {
		this.#held = 0;
	}

	free(): void {
		this.#memory.free();
	}
}

function share(): Shared {
	const { ptr, bytes } = processKernels().memory.alloc(digitTableBytes + 16 + memoBytes);
	fillDigitTables(bytes);
	const at = Math.ceil(digitTableBytes / 16) * 16;
	// An empty entry has the bits of 0, which belong into the first: that one has those of another value.
	bytes.fill(0, at);
	bytes[at] = 1;
	return { tablesPtr: ptr, memoPtr: ptr + at };
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

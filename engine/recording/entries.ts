/**
 * The summary pyramid's entries as typed views, and how sixteen of one level fold into one of the next. This file owns the byte offsets
 * that format.ts and the reference page describe; it never touches a disk.
 *
 * A block without a valid sample has count 0 and NaN as minimum and maximum.
 */

import { blockEntryBytes, foldEntryBytes } from './format.ts';

/** Entries of one level that one entry of the next covers. */
export const fan = 16;

/** Word offsets inside an entry: u32 and f32 fields in units of 4 bytes, f64 fields in units of 8. */
const field = { count: 0, min: 2, max: 3, sum: 2, squares: 3, middleCount: 8, coarseCount: 9, middleSum: 5, coarseSum: 6, switches: 14, saturated: 15 } as const;

/** Bytes of an entry of a level, given by the level's place in `levels`. */
export function entryBytes(level: number): number {
	return level === 0 ? blockEntryBytes : foldEntryBytes;
}

/** The samples of a fold split by range; what is neither middle nor coarse is fine. */
export interface Split {
	middleCount: number;
	coarseCount: number;
	middleSum: number;
	coarseSum: number;
	switches: number;
	saturated: number;
}

/** What any stretch of samples comes to: valid samples, extremes (NaN without any), sum. */
export interface BlockSums {
	count: number;
	min: number;
	max: number;
	sum: number;
}

/** A view of consecutive entries; `bytes` must start at a multiple of 8. */
export class Entries {
	readonly bytes: Uint8Array;
	readonly entryBytes: number;
	readonly length: number;
	#u32: Uint32Array;
	#f32: Float32Array;
	#f64: Float64Array;

	constructor(bytes: Uint8Array, level: number) {
		this.bytes = bytes;
		this.entryBytes = entryBytes(level);
		this.length = Math.floor(bytes.byteLength / this.entryBytes);
		this.#u32 = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
		this.#f32 = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
		this.#f64 = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 3);
	}

	static allocate(length: number, level: number): Entries {
		return new Entries(new Uint8Array(length * entryBytes(level)), level);
	}

	/** Valid samples. */
	count(i: number): number {
		return this.#u32[((i * this.entryBytes) >> 2) + field.count];
	}
	min(i: number): number {
		return this.#f32[((i * this.entryBytes) >> 2) + field.min];
	}
	max(i: number): number {
		return this.#f32[((i * this.entryBytes) >> 2) + field.max];
	}
	sum(i: number): number {
		return this.#f64[((i * this.entryBytes) >> 3) + field.sum];
	}
	sumOfSquares(i: number): number {
		return this.#f64[((i * this.entryBytes) >> 3) + field.squares];
	}
	middleCount(i: number): number {
		return this.#u32[((i * this.entryBytes) >> 2) + field.middleCount];
	}
	coarseCount(i: number): number {
		return this.#u32[((i * this.entryBytes) >> 2) + field.coarseCount];
	}
	middleSum(i: number): number {
		return this.#f64[((i * this.entryBytes) >> 3) + field.middleSum];
	}
	coarseSum(i: number): number {
		return this.#f64[((i * this.entryBytes) >> 3) + field.coarseSum];
	}
	switches(i: number): number {
		return this.#u32[((i * this.entryBytes) >> 2) + field.switches];
	}
	saturated(i: number): number {
		return this.#u32[((i * this.entryBytes) >> 2) + field.saturated];
	}

	/** An entry of zeros was never written: a real block without a valid sample has NaN as its minimum. */
	unwritten(i: number): boolean {
		return this.count(i) === 0 && this.min(i) === 0;
	}

	/** Adds entries [from, to) to `sums`. Stops at one that was never written; returns where it stopped. */
	addTo(sums: BlockSums, from: number, to: number): number {
		const words = this.entryBytes >> 2;
		const doubles = this.entryBytes >> 3;
		let { count, min, max, sum } = sums;
		let i = from;
		for (; i < to; i++) {
			const valid = this.#u32[i * words + field.count];
			if (valid === 0) {
				if (this.unwritten(i)) break;
				continue;
			}
			const low = this.#f32[i * words + field.min];
			const high = this.#f32[i * words + field.max];
			count += valid;
			// Written so that the first number replaces NaN.
			if (!(min <= low)) min = low;
			if (!(max >= high)) max = high;
			sum += this.#f64[i * doubles + field.sum];
		}
		sums.count = count;
		sums.min = min;
		sums.max = max;
		sums.sum = sum;
		return i;
	}

	setBlock(i: number, count: number, min: number, max: number, sum: number, sumOfSquares: number): void {
		const word = (i * this.entryBytes) >> 2;
		const double = (i * this.entryBytes) >> 3;
		this.#u32[word + field.count] = count;
		this.#u32[word + 1] = 0;
		this.#f32[word + field.min] = count > 0 ? min : Number.NaN;
		this.#f32[word + field.max] = count > 0 ? max : Number.NaN;
		this.#f64[double + field.sum] = sum;
		this.#f64[double + field.squares] = sumOfSquares;
	}

	setSplit(i: number, split: Split): void {
		const word = (i * this.entryBytes) >> 2;
		const double = (i * this.entryBytes) >> 3;
		this.#u32[word + field.middleCount] = split.middleCount;
		this.#u32[word + field.coarseCount] = split.coarseCount;
		this.#f64[double + field.middleSum] = split.middleSum;
		this.#f64[double + field.coarseSum] = split.coarseSum;
		this.#u32[word + field.switches] = split.switches;
		this.#u32[word + field.saturated] = split.saturated;
	}
}

/** Folds `length` entries of `source` from `first` on into entry `at` of `target`. Blocks of level 128 carry no split: the caller sets it. */
export function fold(source: Entries, first: number, length: number, target: Entries, at: number): void {
	let count = 0;
	let min = Number.POSITIVE_INFINITY;
	let max = Number.NEGATIVE_INFINITY;
	let sum = 0;
	let squares = 0;
	for (let i = first; i < first + length; i++) {
		const valid = source.count(i);
		if (valid === 0) continue;
		count += valid;
		min = Math.min(min, source.min(i));
		max = Math.max(max, source.max(i));
		sum += source.sum(i);
		squares += source.sumOfSquares(i);
	}
	target.setBlock(at, count, min, max, sum, squares);
	if (source.entryBytes === foldEntryBytes) target.setSplit(at, foldSplits(source, first, length));
}

function foldSplits(source: Entries, first: number, length: number): Split {
	const split: Split = { middleCount: 0, coarseCount: 0, middleSum: 0, coarseSum: 0, switches: 0, saturated: 0 };
	for (let i = first; i < first + length; i++) {
		split.middleCount += source.middleCount(i);
		split.coarseCount += source.coarseCount(i);
		split.middleSum += source.middleSum(i);
		split.coarseSum += source.coarseSum(i);
		split.switches += source.switches(i);
		split.saturated += source.saturated(i);
	}
	return split;
}

/** Summarises consecutive samples into level-128 entries, the last one partial when the length is no multiple of 128. */
export type Summarize = (samples: Float32Array, entries: Entries) => void;

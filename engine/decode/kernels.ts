/**
 * The WebAssembly kernels as functions on typed arrays, for the thread that owns the shared memory. Views that lie in it are worked on in
 * place; others are copied into a scratch block first (and back), so that callers need not care.
 */

import { readFileSync } from 'node:fs';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import { blockEntryBytes, levels } from '../recording/format.ts';
import { type MemoryBlock, SharedMemory } from './memory.ts';
import { type RateRatio, voltageSamplesNeeded } from './ratio.ts';

/** What kernels.wasm exports (kernels/index.ts). Pointers and counts are u32: JavaScript sees those above 2³¹ as negative, and the memory ends at 2³⁰. */
export interface KernelExports {
	decodeFrames(job: number): number;
	summarize(samples: number, n: number, block: number, entries: number): number;
	energyHeld(current: number, n: number, voltage: number, hold: number, phase: number): number;
	energyResampled(current: number, n: number, voltage: number, currentTicks: number, voltageTicks: number, phase: number): number;
	powerHeld(current: number, n: number, voltage: number, hold: number, phase: number, power: number): void;
	powerResampled(current: number, n: number, voltage: number, currentTicks: number, voltageTicks: number, phase: number, power: number): void;
	readonly validSamples: WebAssembly.Global;
	csvRows(samples: number, n: number, start: number, rate: number, tables: number, out: number): number;
	readonly csvRowsWritten: WebAssembly.Global;
	shortestNumbers(samples: number, n: number, tables: number, memo: number, out: number): number;
	readonly shortestWritten: WebAssembly.Global;
}

let compiled: WebAssembly.Module | undefined;

/** The compiled kernels; compiled once, and shared with the workers. */
export function kernelModule(): WebAssembly.Module {
	if (compiled) return compiled;
	const file = new URL('./kernels/kernels.wasm', import.meta.url);
	try {
		compiled = new WebAssembly.Module(readFileSync(file));
	} catch (error) {
		throw new MicrojouleError(
			'INTERNAL',
			`The kernels cannot be loaded from ${file.pathname}: ${messageOf(error)}. In a clone, build them with \`node build.ts kernels\`.`,
			{},
			error,
		);
	}
	return compiled;
}

export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
	return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports;
}

/** A view as the kernel reaches it. */
interface Resident {
	readonly ptr: number;
	readonly scratch: MemoryBlock | undefined;
}

export class Kernels {
	readonly memory: SharedMemory;
	readonly #exports: KernelExports;

	constructor(memory = new SharedMemory()) {
		this.memory = memory;
		this.#exports = instantiateKernels(kernelModule(), memory.wasm);
	}

	/** Runs a decode job (job.ts) on this thread; returns the number of damaged frames. */
	decodeFrames(jobPtr: number): number {
		return this.#exports.decodeFrames(jobPtr);
	}

	/**
	 * Summarises blocks of `blockSamples` samples (the last may be shorter) into the 32-byte entries of the recording format; returns their
	 * number. NaN is not counted; a block of nothing else has NaN as minimum and maximum. `entries` begins at a multiple of 8.
	 */
	summarize(samples: Float32Array, entries: Uint8Array, blockSamples: number = levels[0]): number {
		const needed = Math.ceil(samples.length / blockSamples) * blockEntryBytes;
		if (!(Number.isInteger(blockSamples) && blockSamples > 0) || entries.byteLength < needed)
			throw new MicrojouleError('INTERNAL', `${samples.length} samples in blocks of ${blockSamples} need ${needed} bytes of entries; there are ${entries.byteLength}.`);
		const from = this.#resident(samples);
		const to = this.#resident(entries, false);
		try {
			return this.#exports.summarize(from.ptr, samples.length, blockSamples, to.ptr);
		} finally {
			if (to.scratch) entries.set(to.scratch.bytes.subarray(0, needed));
			this.#free(from, to);
		}
	}

	/**
	 * Σ i·v over the current samples whose product is a number, in W·samples (times the sample interval it is the energy in J), and how many
	 * those are. The first current sample begins `phase` ticks (less than ratio.voltageTicks) into the first voltage sample.
	 */
	energy(current: Float32Array, voltage: Float32Array, ratio: RateRatio, phase = 0): { sum: number; valid: number } {
		this.#checkVoltage(current, voltage, ratio, phase);
		const i = this.#resident(current);
		const v = this.#resident(voltage);
		const { currentTicks, voltageTicks } = ratio;
		const sum =
			currentTicks === 1
				? this.#exports.energyHeld(i.ptr, current.length, v.ptr, voltageTicks, phase)
				: this.#exports.energyResampled(i.ptr, current.length, v.ptr, currentTicks, voltageTicks, phase);
		this.#free(i, v);
		return { sum, valid: this.#exports.validSamples.value as number };
	}

	/** The power of every current sample, in W, rounded to float32 once; NaN where current or voltage is. */
	power(current: Float32Array, voltage: Float32Array, ratio: RateRatio, out: Float32Array, phase = 0): void {
		this.#checkVoltage(current, voltage, ratio, phase);
		if (out.length < current.length) throw new MicrojouleError('INTERNAL', `The power of ${current.length} samples does not fit a column of ${out.length}.`);
		const i = this.#resident(current);
		const v = this.#resident(voltage);
		const p = this.#resident(out, false);
		const { currentTicks, voltageTicks } = ratio;
		if (currentTicks === 1) this.#exports.powerHeld(i.ptr, current.length, v.ptr, voltageTicks, phase, p.ptr);
		else this.#exports.powerResampled(i.ptr, current.length, v.ptr, currentTicks, voltageTicks, phase, p.ptr);
		if (p.scratch) out.set(this.memory.float32(p.ptr, current.length));
		this.#free(i, v, p);
	}

	/**
	 * Rows of CSV (kernels/csv.ts) of samples that lie in the memory, the first with index `start`: how many rows were written at `outPtr`, and their
	 * bytes. It stops early before a row that needs exact arithmetic.
	 */
	csvRows(samples: Float32Array, start: number, rate: number, tablesPtr: number, outPtr: number): { rows: number; bytes: number } {
		if (!this.memory.owns(samples)) throw new MicrojouleError('INTERNAL', 'The samples of CSV rows must lie in the memory of the kernels.');
		const end = this.#exports.csvRows(samples.byteOffset, samples.length, start, rate, tablesPtr, outPtr);
		return { rows: this.#exports.csvRowsWritten.value as number, bytes: end - outPtr };
	}

	/**
	 * Samples that lie in the memory as the shortest numbers that read back as the same float32 (kernels/shortest.ts), a comma after each: how many were
	 * written at `outPtr`, and their bytes. It stops early before one that needs exact arithmetic, and before NaN.
	 */
	shortestNumbers(samples: Float32Array, tablesPtr: number, memoPtr: number, outPtr: number): { written: number; bytes: number } {
		if (!this.memory.owns(samples)) throw new MicrojouleError('INTERNAL', 'Samples to be written as text must lie in the memory of the kernels.');
		const end = this.#exports.shortestNumbers(samples.byteOffset, samples.length, tablesPtr, memoPtr, outPtr);
		return { written: this.#exports.shortestWritten.value as number, bytes: end - outPtr };
	}

	/** The kernels read as far as they are told: what is missing must be found here. */
	#checkVoltage(current: Float32Array, voltage: Float32Array, ratio: RateRatio, phase: number): void {
		const needed = voltageSamplesNeeded(current.length, ratio, phase);
		if (!Number.isInteger(phase) || phase < 0 || phase >= ratio.voltageTicks || voltage.length < needed)
			throw new MicrojouleError(
				'INTERNAL',
				`${current.length} current samples at phase ${phase} of ${ratio.voltageTicks} need ${needed} voltage samples; there are ${voltage.length}.`,
				{
					phase,
					ratio,
				},
			);
	}

	#resident(view: Float32Array | Uint8Array, filled = true): Resident {
		if (this.memory.owns(view)) return { ptr: view.byteOffset, scratch: undefined };
		const scratch = this.memory.alloc(view.byteLength);
		if (filled) scratch.bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
		return { ptr: scratch.ptr, scratch };
	}

	#free(...residents: Resident[]): void {
		for (const { scratch } of residents) scratch?.free();
	}
}

let shared: Kernels | undefined;

/** The process's own kernels, over the one memory that decoder and recorder share. */
export function processKernels(): Kernels {
	shared ??= new Kernels();
	return shared;
}

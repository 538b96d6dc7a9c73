/**
 * The decoder: hands out buffers of shared memory for frames, and has batches decoded by Piscina workers, or on the spot when a batch is
 * so small that posting it would cost more.
 *
 *   take ──► driver fills ──► decode ──► job table ──► worker (its pointer is all that is posted) ──► columns ──► release
 *
 * Owns the workers and bounds the memory in flight. A worker that dies is replaced and its jobs are run again: frames and table lie in
 * memory that no worker owns, so nothing is lost. Never looks into a frame.
 */

import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import type { BatchBuffer, FrameBatch, FrameLayout } from '../../drivers/instrument.ts';
import type { DecodedBatch, Decoder } from './decoded.ts';
import { checkLayout, createJob, type Job } from './job.ts';
import { type Kernels, kernelModule, processKernels } from './kernels.ts';
import type { MemoryBlock } from './memory.ts';

export interface DecodePoolOptions {
	/** Workers, started with the first batch that needs one. Default: one a core, the calling thread's left out, at most 4: on two cores a second one only takes its time. */
	readonly threads?: number;
	/** Bound of frames and columns in flight, in bytes (default 40 MiB). A single batch may always be in flight. */
	readonly memoryBytes?: number;
	/**
	 * Batches up to this many bytes are decoded on the calling thread. Default 128 KiB: the kernel takes 8 to 15 µs for them, posting a task
	 * and receiving its answer 20 to 40 µs of this thread.
	 */
	readonly inlineBytes?: number;
	/** Default: the process's own. */
	readonly kernels?: Kernels;
	/** The workers' file (default: worker.ts, or worker.js in the built package). */
	readonly workerFile?: string;
}

/** How often a job is tried before its failure is reported, and how many workers in a row may die before one has finished a job. */
const attempts = 3;

/** A taken buffer. `charge` is what it counts against the bound: its size, then what the batch really touches. */
class Slot implements BatchBuffer {
	readonly block: MemoryBlock;
	charge: number;
	readonly #released: (slot: Slot) => void;
	#live = true;

	constructor(block: MemoryBlock, released: (slot: Slot) => void) {
		this.block = block;
		this.charge = block.bytes.byteLength;
		this.#released = released;
	}

	get bytes(): Uint8Array {
		return this.block.bytes;
	}

	release(): void {
		if (!this.#live) return;
		this.#live = false;
		this.block.free();
		this.#released(this);
	}
}

export class DecodePool implements Decoder {
	readonly #kernels: Kernels;
	readonly #threads: number;
	readonly #memoryBytes: number;
	readonly #inlineBytes: number;
	readonly #workerFile: string;
	readonly #release = (slot: Slot) => this.#recharge(slot, 0);
	readonly #checked = new WeakSet<FrameLayout>();
	#charged = 0;
	#waiting: (() => void)[] = [];
	#piscina: Piscina<number, number> | undefined;
	/** Rejects of the jobs at the workers. */
	readonly #pending = new Set<(error: unknown) => void>();
	readonly #running = new Set<Promise<unknown>>();
	#deaths = 0;
	#closing: Promise<void> | undefined;

	constructor(options: DecodePoolOptions = {}) {
		this.#kernels = options.kernels ?? processKernels();
		this.#threads = atLeastOne('threads', options.threads ?? Math.min(4, Math.max(1, availableParallelism() - 1)));
		this.#memoryBytes = atLeastOne('memoryBytes', options.memoryBytes ?? 40 * 1024 * 1024);
		this.#inlineBytes = options.inlineBytes ?? 128 * 1024;
		this.#workerFile = options.workerFile ?? fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));
	}

	/** Bytes in flight, as they count against the bound. */
	get bytesInFlight(): number {
		return this.#charged;
	}

	/** The workers; none before the first batch that needs one. */
	get workers(): Piscina['threads'] {
		return this.#piscina?.threads ?? [];
	}

	take(byteLength: number): BatchBuffer | undefined {
		if (this.#closing || (this.#charged > 0 && this.#charged + byteLength > this.#memoryBytes)) return undefined;
		const slot = new Slot(this.#kernels.memory.alloc(byteLength), this.#release);
		this.#charged += slot.charge;
		return slot;
	}

	freed(callback: () => void): void {
		if (this.#closing) return;
		if (this.#charged === 0) queueMicrotask(callback);
		else this.#waiting.push(callback);
	}

	/** On failure (INTERNAL) the batch's buffer has been released. */
	decode(batch: FrameBatch): Promise<DecodedBatch> {
		const { buffer, frames, layout } = batch;
		const bytes = frames * layout.frameBytes;
		let foreign: MemoryBlock | undefined;
		let job: Job | undefined;
		const release = () => {
			job?.free();
			foreign?.free();
			buffer.release();
		};
		try {
			if (this.#closing) throw new MicrojouleError('INTERNAL', 'A batch came after the decoder was closed.');
			if (!this.#checked.has(layout)) {
				checkLayout(layout);
				this.#checked.add(layout);
			}
			if (bytes > buffer.bytes.byteLength)
				throw new MicrojouleError('INTERNAL', `${frames} frames of ${layout.frameBytes} bytes do not fit a buffer of ${buffer.bytes.byteLength}.`);
			let ptr = buffer.bytes.byteOffset;
			if (!this.#kernels.memory.owns(buffer.bytes)) {
				foreign = this.#kernels.memory.alloc(bytes);
				foreign.bytes.set(buffer.bytes.subarray(0, bytes));
				ptr = foreign.ptr;
			}
			job = createJob(this.#kernels.memory, ptr, frames, layout);
			if (buffer instanceof Slot) this.#recharge(buffer, bytes + job.byteLength);
			if (bytes <= this.#inlineBytes) return Promise.resolve(job.result(this.#kernels.decodeFrames(job.ptr), release));
		} catch (error) {
			release();
			return Promise.reject(error);
		}
		return this.#decodeByWorker(job, release);
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	async #close(): Promise<void> {
		this.#waiting = [];
		// What is under way ends within milliseconds; a worker that dies now still has its jobs run again.
		await Promise.allSettled(this.#running);
		await this.#piscina?.destroy();
	}

	async #decodeByWorker(job: Job, release: () => void): Promise<DecodedBatch> {
		const running = this.#runSafely(job.ptr);
		this.#running.add(running);
		try {
			return job.result(await running, release);
		} catch (error) {
			release();
			throw error;
		} finally {
			this.#running.delete(running);
		}
	}

	async #runSafely(jobPtr: number): Promise<number> {
		for (let attempt = 1; ; attempt++) {
			try {
				const damaged = await this.#run(jobPtr);
				this.#deaths = 0;
				return damaged;
			} catch (error) {
				if (attempt === attempts)
					throw new MicrojouleError('INTERNAL', `A batch of samples could not be decoded: ${attempts} workers failed on it, the last one with "${messageOf(error)}".`, {}, error);
			}
		}
	}

	#run(jobPtr: number): Promise<number> {
		return new Promise<number>((resolve, reject) => {
			this.#pending.add(reject);
			const settled = () => this.#pending.delete(reject);
			this.#workersStarted()
				.run(jobPtr)
				.then(
					(damaged) => {
						settled();
						resolve(damaged);
					},
					(error: unknown) => {
						settled();
						reject(error);
					},
				);
		});
	}

	#workersStarted(): Piscina<number, number> {
		if (this.#piscina) return this.#piscina;
		const piscina = new Piscina<number, number>({
			filename: this.#workerFile,
			minThreads: this.#threads,
			maxThreads: this.#threads,
			// A worker finds its next job already posted when it ends one, however busy this thread is.
			concurrentTasksPerWorker: 2,
			// An idle worker sleeps in Atomics.wait: it burns nothing and wakes up fast.
			atomics: 'sync',
			recordTiming: false,
			workerData: { module: kernelModule(), memory: this.#kernels.memory.wasm },
		});
		// A worker that dies without a job: `#revive` has heard of it already.
		piscina.on('error', () => {});
		piscina.on('workerDestroy', () => setImmediate(() => this.#revive()));
		this.#piscina = piscina;
		return piscina;
	}

	/**
	 * Piscina replaces a worker that dies, but not one that dies before it was ready, so jobs could wait for ever for workers that no longer
	 * exist. Waking one up brings it back, unless starting one is hopeless.
	 */
	#revive(): void {
		if (!this.#piscina || this.#pending.size === 0 || this.#piscina.threads.length > 0) return;
		if (++this.#deaths <= attempts) {
			this.#piscina.run(0).catch(() => {});
			return;
		}
		this.#deaths = 0;
		const stuck = [...this.#pending];
		this.#pending.clear();
		for (const reject of stuck) reject(new Error(`workers die before they start (${this.#workerFile})`));
	}

	#recharge(slot: Slot, charge: number): void {
		const less = charge < slot.charge;
		this.#charged += charge - slot.charge;
		slot.charge = charge;
		if (!less || this.#waiting.length === 0) return;
		const waiting = this.#waiting;
		this.#waiting = [];
		// Not at once: the callback may take a buffer in the middle of whatever releases this one.
		for (const callback of waiting) queueMicrotask(callback);
	}
}

function atLeastOne(name: string, value: number): number {
	if (Number.isInteger(value) && value >= 1) return value;
	throw new MicrojouleError('INVALID_VALUE', `${name} is ${value}; it must be a whole number of at least 1.`, { name, value, min: 1 });
}

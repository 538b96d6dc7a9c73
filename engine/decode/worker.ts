/**
 * A decode worker: gets the compiled kernels and the shared memory when it starts, then the pointer of one job after the other, and answers
 * with the number of damaged frames. It allocates nothing and holds nothing between jobs.
 */

import { workerData } from 'node:worker_threads';
import { instantiateKernels } from './kernels.ts';

const { module, memory } = workerData as { module: WebAssembly.Module; memory: WebAssembly.Memory };
const { decodeFrames } = instantiateKernels(module, memory);

/** Pointer 0 is no job: it only wakes a worker up. */
export default function decode(job: number): number {
	return job === 0 ? 0 : decodeFrames(job);
}

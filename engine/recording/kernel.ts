/** Stages in the memory that the measurement kernels run on, and the summary kernel run on them without a copy. */

import { processKernels } from '../decode/kernels.ts';
import type { Allocate } from './channel-writer.ts';
import type { Summarize } from './entries.ts';

export const kernelMemory: Allocate = (byteLength) => processKernels().memory.alloc(byteLength);

export const summarizeByKernel: Summarize = (samples, entries) => {
	processKernels().summarize(samples, entries.bytes);
};

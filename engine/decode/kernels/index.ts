/**
 * The measurement kernels, in AssemblyScript, compiled to WebAssembly SIMD by `node build.ts kernels`.
 *
 * All threads run this one module over one imported shared memory. The module owns no byte of it: no data segments, no heap, no
 * stack; every pointer comes from the caller, who guarantees that it lies inside and is 4-byte aligned (8 where float64 is stored).
 * Each kernel has a twin in `../twins.ts` that says the same in plain TypeScript.
 */

export { csvRows, csvRowsWritten } from './csv';
export { decodeFrames } from './frames';
export { shortestNumbers, shortestWritten } from './shortest';
export { summarize } from './summaries';
export { energyHeld, energyResampled, powerHeld, powerResampled, validSamples } from './energy';

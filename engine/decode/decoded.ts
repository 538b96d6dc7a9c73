/** What decoding a batch of frames yields, and the pool's interface as acquisition sees it. */

import type { BatchBuffer, FrameBatch } from '../../drivers/instrument.ts';

export interface DecodedBatch {
	readonly frames: number;
	/** One column for each channel of the layout, frames × count samples. Samples of a damaged frame are NaN. Views of shared memory: valid until release(). */
	readonly columns: readonly Float32Array[];
	/** Frame counters as read; that of a damaged frame means nothing. */
	readonly counters: Uint32Array;
	/** Indices of the frames whose checksum failed, ascending. */
	readonly damaged: readonly number[];
	/** Gives columns and frame bytes back for reuse. */
	release(): void;
}

export interface Decoder {
	/** A free buffer of at least `byteLength` bytes, or undefined when all are in use. */
	take(byteLength: number): BatchBuffer | undefined;
	/** Calls back once, as soon as a buffer is free. */
	freed(callback: () => void): void;
	/** Several may be under way; each resolves by itself, in any order. The frame bytes stay readable until release(). */
	decode(batch: FrameBatch): Promise<DecodedBatch>;
	close(): Promise<void>;
}

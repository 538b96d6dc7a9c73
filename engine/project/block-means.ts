/**
 * Means of consecutive blocks of `factor` samples, over a stream that arrives in pieces of any size. Lost samples do not count; a block
 * that has no other is lost itself. Sums are kept in float64.
 *
 * Of n samples floor((n − 1) / factor) blocks come out: the last one is always dropped, even when it is complete.
 */

export function blockCount(samples: number, factor: number): number {
	return Math.max(0, Math.floor((samples - 1) / factor));
}

export class BlockMeans {
	readonly #factor: number;
	#sum = 0;
	#valid = 0;
	/** Samples still missing in the block under way. */
	#missing: number;

	constructor(factor: number) {
		this.#factor = factor;
		this.#missing = factor;
	}

	/** The means of the blocks that `samples` completes. */
	add(samples: Float32Array): Float32Array<ArrayBuffer> {
		const means = new Float32Array(Math.floor((samples.length + this.#factor - this.#missing) / this.#factor));
		let at = 0;
		for (let block = 0; at < samples.length; ) {
			const end = Math.min(samples.length, at + this.#missing);
			let sum = this.#sum;
			let valid = this.#valid;
			for (let k = at; k < end; k++) {
				const x = samples[k];
				if (Number.isNaN(x)) continue;
				sum += x;
				valid++;
			}
			this.#missing -= end - at;
			at = end;
			this.#sum = sum;
			this.#valid = valid;
			if (this.#missing > 0) break;
			means[block++] = sum / valid; // 0 / 0 is NaN: lost
			this.#sum = 0;
			this.#valid = 0;
			this.#missing = this.#factor;
		}
		return means;
	}
}

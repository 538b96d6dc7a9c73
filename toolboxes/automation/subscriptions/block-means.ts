/**
 * Makes of a channel's samples fewer values: means of blocks of consecutive ones. Blocks begin at multiples of their length since the start of the
 * measurement or recording, so that all who ask for one rate get the same values.
 */

export class BlockMeans {
	/** Samples a value. */
	readonly block: number;
	/** NaN samples seen so far. */
	lost = 0;
	#sum = 0;
	#valid = 0;
	#filled = 0;

	/** For the highest rate that is not above `wantedHz`; all samples where it is undefined. */
	static forRate(rateHz: number, wantedHz: number | undefined): BlockMeans {
		return new BlockMeans(blockFor(rateHz, wantedHz));
	}

	constructor(block: number) {
		this.block = block;
	}

	/** The values of the blocks that `column` completes; it continues the one before. With one sample a block it is `column` itself. */
	fold(column: Float32Array): Float32Array {
		for (let at = 0; at < column.length; at++) if (Number.isNaN(column[at])) this.lost++;
		if (this.block === 1) return column;
		const values = new Float32Array(Math.floor((this.#filled + column.length) / this.block));
		let made = 0;
		for (let at = 0; at < column.length; ) {
			const end = Math.min(column.length, at + this.block - this.#filled);
			this.#filled += end - at;
			for (; at < end; at++) {
				const sample = column[at];
				if (Number.isNaN(sample)) continue;
				this.#sum += sample;
				this.#valid++;
			}
			if (this.#filled === this.block) values[made++] = this.#close();
		}
		return values;
	}

	/** Whether a block was begun that more samples would complete. */
	get isOpen(): boolean {
		return this.#filled > 0;
	}

	/** The mean of what an unfinished block has; undefined where it has nothing. */
	rest(): number | undefined {
		return this.#filled === 0 ? undefined : this.#close();
	}

	#close(): number {
		const mean = this.#valid === 0 ? Number.NaN : this.#sum / this.#valid;
		this.#sum = 0;
		this.#valid = 0;
		this.#filled = 0;
		return mean;
	}
}

/** Samples a value; a rate that is the sample rate but for rounding is the sample rate. */
export function blockFor(rateHz: number, wantedHz: number | undefined): number {
	return wantedHz === undefined ? 1 : Math.max(1, Math.ceil(rateHz / wantedHz - 1e-9));
}

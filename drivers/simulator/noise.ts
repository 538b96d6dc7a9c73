/**
 * Gaussian noise by table: one xorshift step and one look-up a sample. The table's mean is exactly 0 and its variance 1, so noise never
 * biases an average. Owns the table only; every meter owns its place in the sequence.
 */

import { Random } from './random.ts';

/** A power of two: the index is the low bits of the generator. */
export const gaussianSize = 4096;
export const gaussianMask = gaussianSize - 1;

/** Standard normal deviates in mirrored pairs. */
export const gaussian: Float64Array = buildTable();

function buildTable(): Float64Array {
	const table = new Float64Array(gaussianSize);
	const random = new Random(1, 0x6a09e667);
	let squares = 0;
	for (let i = 0; i < gaussianSize; i += 2) {
		// Box-Muller; 1 - u is never 0.
		const radius = Math.sqrt(-2 * Math.log(1 - random.uniform(0, 1)));
		const deviate = radius * Math.cos(2 * Math.PI * random.uniform(0, 1));
		table[i] = deviate;
		table[i + 1] = -deviate;
		squares += 2 * deviate * deviate;
	}
	const scale = Math.sqrt(gaussianSize / squares);
	for (let i = 0; i < gaussianSize; i++) table[i] *= scale;
	return table;
}

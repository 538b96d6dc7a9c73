/**
 * Cheap, seeded randomness for the simulator: same seed, same numbers, on every machine. Never for secrets.
 */

/** A well-mixed, non-zero 32-bit value of a seed and a salt: independent streams for the parts of one device. */
export function mix(seed: number, salt: number): number {
	let x = (Math.imul(seed | 0, 0x9e3779b1) + Math.imul(salt + 1, 0x85ebca77)) | 0;
	x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
	x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
	x ^= x >>> 15;
	return x === 0 ? 0x6d2b79f5 : x;
}

/** Marsaglia's xorshift32. Hot loops inline its three lines over a local copy of `state`, which is never zero. */
export class Random {
	state: number;

	constructor(seed: number, salt = 0) {
		this.state = mix(seed, salt);
	}

	/** A 32-bit integer, unsigned. */
	next(): number {
		let s = this.state;
		s ^= s << 13;
		s ^= s >>> 17;
		s ^= s << 5;
		this.state = s;
		return s >>> 0;
	}

	/** From `from` up to, but not including, `to`. */
	uniform(from: number, to: number): number {
		return from + (to - from) * (this.next() / 4294967296);
	}

	/** A whole number in [from, to]. */
	integer(from: number, to: number): number {
		return Math.floor(this.uniform(from, to + 1));
	}
}

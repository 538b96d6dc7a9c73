/**
 * Linear least squares from rows with few entries other than 0: the normal equations are summed row by row, so that the rows themselves need not be kept, and solved by
 * Cholesky's method. Unknowns that may not be negative are held at 0 where they would be (an active set, after Lawson and Hanson, 1974).
 */

export class NormalEquations {
	readonly unknowns: number;
	/** Lower triangle of the sum of rowᵀ·row; and of rowᵀ·y. */
	readonly #matrix: Float64Array;
	readonly #right: Float64Array;
	#squares = 0;

	constructor(unknowns: number) {
		this.unknowns = unknowns;
		this.#matrix = new Float64Array(unknowns * unknowns);
		this.#right = new Float64Array(unknowns);
	}

	/** Adds Σ values[k]·x[places[k]] = y for the first `count` entries. */
	add(places: Int32Array, values: Float64Array, count: number, y: number): void {
		const n = this.unknowns;
		const matrix = this.#matrix;
		for (let a = 0; a < count; a++) {
			const value = values[a];
			if (value === 0) continue;
			const row = places[a];
			this.#right[row] += value * y;
			for (let b = 0; b < count; b++) if (places[b] <= row) matrix[row * n + places[b]] += value * values[b];
		}
		this.#squares += y * y;
	}

	/** The solution in which nothing of `notNegative` is, and the sum of squares that it leaves. Unknowns that no row mentions are 0. */
	solve(notNegative: (unknown: number) => boolean): { x: Float64Array; squares: number } {
		const held = new Uint8Array(this.unknowns);
		for (;;) {
			const x = this.#solveFree(held);
			let found = false;
			for (let k = 0; k < x.length; k++)
				if (x[k] < 0 && notNegative(k)) {
					held[k] = 1;
					found = true;
				}
			if (!found) return { x, squares: Math.max(0, this.#squares - this.#right.reduce((sum, value, k) => sum + value * x[k], 0)) };
		}
	}

	/** The inverse of the matrix: the unknowns' covariance for errors of variance 1. */
	inverse(): Float64Array {
		const n = this.unknowns;
		const factor = this.#factor(new Uint8Array(n));
		const inverse = new Float64Array(n * n);
		const unit = new Float64Array(n);
		for (let k = 0; k < n; k++) {
			unit.fill(0);
			unit[k] = 1;
			inverse.set(substituted(factor, unit), k * n);
		}
		return inverse;
	}

	#solveFree(held: Uint8Array): Float64Array {
		const right = this.#right.map((value, k) => (held[k] ? 0 : value));
		return substituted(this.#factor(held), right);
	}

	/** L with L·Lᵀ = the matrix, in which held unknowns are alone. */
	#factor(held: Uint8Array): Float64Array {
		const n = this.unknowns;
		const factor = new Float64Array(n * n);
		for (let row = 0; row < n; row++) {
			for (let column = 0; column <= row; column++) {
				let sum = held[row] || held[column] ? 0 : this.#matrix[row * n + column];
				const diagonal = this.#matrix[row * n + row];
				for (let k = 0; k < column; k++) sum -= factor[row * n + k] * factor[column * n + k];
				if (column < row) factor[row * n + column] = sum / factor[column * n + column];
				// What nothing determines gets no say: a huge pivot leaves it at 0.
				else factor[row * n + row] = !held[row] && sum > 1e-12 * diagonal ? Math.sqrt(sum) : held[row] ? 1 : Math.sqrt(1e12 * (diagonal || 1));
			}
		}
		return factor;
	}
}

/** Solves L·Lᵀ·x = right. */
function substituted(factor: Float64Array, right: Float64Array): Float64Array {
	const n = right.length;
	const x = right.slice();
	for (let row = 0; row < n; row++) {
		for (let k = 0; k < row; k++) x[row] -= factor[row * n + k] * x[k];
		x[row] /= factor[row * n + row];
	}
	for (let row = n - 1; row >= 0; row--) {
		for (let k = row + 1; k < n; k++) x[row] -= factor[k * n + row] * x[k];
		x[row] /= factor[row * n + row];
	}
	return x;
}

/**
 * Monotone cubic interpolation (Fritsch and Carlson, SIAM J. Numer. Anal. 17, 1980, with the slopes of Fritsch and Butland, 1984): between two rows the curve stays between
 * their values, so that a table's noise makes no overshoot and a monotone table a monotone curve. Outside the table the nearest row holds.
 */

export class Curve {
	readonly #x: Float64Array;
	readonly #y: Float64Array;
	readonly #slope: Float64Array;
	/** The interval found last: the next question is usually about the same one. */
	#at = 0;

	/** `x` strictly ascending, at least two; `y` as long. */
	constructor(x: Float64Array, y: Float64Array) {
		this.#x = x;
		this.#y = y;
		this.#slope = slopes(x, y);
	}

	at(position: number): number {
		const x = this.#x;
		const y = this.#y;
		const last = x.length - 1;
		if (!(position > x[0])) return y[0];
		if (position >= x[last]) return y[last];
		const i = this.#find(position);
		const width = x[i + 1] - x[i];
		const t = (position - x[i]) / width;
		const u = 1 - t;
		return u * u * ((1 + 2 * t) * y[i] + t * width * this.#slope[i]) + t * t * ((3 - 2 * t) * y[i + 1] - u * width * this.#slope[i + 1]);
	}

	/** Index of the row at or before `position`, which lies inside the table. */
	#find(position: number): number {
		const x = this.#x;
		let i = this.#at;
		if (position >= x[i] && position < x[i + 1]) return i;
		if (i + 2 < x.length && position >= x[i + 1] && position < x[i + 2]) {
			this.#at = i + 1;
			return i + 1;
		}
		let low = 0;
		let high = x.length - 1;
		while (high - low > 1) {
			i = (low + high) >> 1;
			if (x[i] <= position) low = i;
			else high = i;
		}
		this.#at = low;
		return low;
	}
}

function slopes(x: Float64Array, y: Float64Array): Float64Array {
	const last = x.length - 1;
	const result = new Float64Array(x.length);
	const secant = (i: number) => (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
	if (last === 1) return result.fill(secant(0)); // a line
	for (let i = 1; i < last; i++) {
		const before = secant(i - 1);
		const after = secant(i);
		if (before * after <= 0) continue; // a turning point: level there
		const widthBefore = x[i] - x[i - 1];
		const widthAfter = x[i + 1] - x[i];
		const total = 3 * (widthBefore + widthAfter);
		result[i] = total / ((2 * widthAfter + widthBefore) / before + (widthAfter + 2 * widthBefore) / after);
	}
	result[0] = endSlope(secant(0), result[1]);
	result[last] = endSlope(secant(last - 1), result[last - 1]);
	return result;
}

/** One-sided, and never so steep or turned that the curve would leave the interval. */
function endSlope(secant: number, neighbour: number): number {
	const slope = (3 * secant - neighbour) / 2;
	if (slope * secant <= 0) return 0;
	return Math.abs(slope) > 3 * Math.abs(secant) ? 3 * secant : slope;
}

/**
 * A channel summed up as it comes: ∫ x dt from the start to any moment of the last seconds, exactly as its samples have it (a sample holds until the
 * next one). Means over any window, and sums up to any moment, are differences of it. A lost sample counts as the one before it, and is counted.
 */

/** How far back one can ask, s. */
const keptS = 10;

export class Integral {
	/** Hz. */
	readonly rate: number;
	/** Index of the next sample. */
	next: number;
	/** s of samples that were lost. */
	lostS = 0;
	last = Number.NaN;
	/** ∫ up to the beginning of sample i, at i modulo the length. */
	readonly #sums: Float64Array;
	readonly #first: number;
	#total = 0;

	/** `first`: index of the first sample. `before`: the same channel at another rate, which this one goes on with. */
	constructor(rate: number, first = 0, before?: Integral) {
		this.rate = rate;
		this.next = first;
		this.#first = first;
		this.#sums = new Float64Array(Math.ceil(rate * keptS) + 1);
		if (!before) return;
		const awayS = Math.max(0, first / rate - before.endS);
		this.last = before.last;
		this.lostS = before.lostS + awayS;
		this.#total = before.total + (Number.isNaN(before.last) ? 0 : before.last) * awayS;
		this.#sums[first % this.#sums.length] = this.#total;
	}

	get total(): number {
		return this.#total;
	}

	/** s, end of the last sample. */
	get endS(): number {
		return this.next / this.rate;
	}

	add(column: Float32Array): void {
		const step = 1 / this.rate;
		const sums = this.#sums;
		let total = this.#total;
		let { last, next } = this;
		for (const sample of column) {
			if (Number.isNaN(sample)) {
				this.lostS += step;
				if (!Number.isNaN(last)) total += last * step;
			} else {
				last = sample;
				total += sample * step;
			}
			next++;
			sums[next % sums.length] = total;
		}
		this.#total = total;
		this.last = last;
		this.next = next;
	}

	/** The samples before `index` do not come any more: they are lost. */
	skipTo(index: number): void {
		const sums = this.#sums;
		const count = index - this.next;
		const held = Number.isNaN(this.last) ? 0 : this.last / this.rate;
		for (let i = Math.max(1, count - sums.length); i <= count; i++) sums[(this.next + i) % sums.length] = this.#total + held * i;
		this.#total += held * count;
		this.lostS += count / this.rate;
		this.next = index;
	}

	/** ∫ up to `timeS`; the nearest that is known for one that is not kept any more, or not there yet. */
	at(timeS: number): number {
		const position = Math.min(Math.max(timeS * this.rate, this.#oldest), this.next);
		const index = Math.min(Math.floor(position), this.next);
		const sums = this.#sums;
		const before = sums[index % sums.length];
		if (index >= this.next) return before;
		return before + (sums[(index + 1) % sums.length] - before) * (position - index);
	}

	/** Mean from `fromS` to `toS`, of one sample at least. */
	mean(fromS: number, toS: number): number {
		const to = Math.min(toS, this.endS);
		const from = Math.max(Math.min(fromS, to - 1 / this.rate), this.#oldest / this.rate);
		return to > from ? (this.at(to) - this.at(from)) / (to - from) : this.last;
	}

	get #oldest(): number {
		return Math.max(this.#first, this.next - this.#sums.length + 1);
	}
}

/** The lowest and the highest value that lasted for `lasting` samples in a row: a single sample's noise is neither. */
export class Lasting {
	low = Number.POSITIVE_INFINITY;
	high = Number.NEGATIVE_INFINITY;
	readonly #recent: number[] = [];

	add(column: Float32Array): void {
		const recent = this.#recent;
		for (const sample of column) {
			if (Number.isNaN(sample)) continue;
			recent.push(sample);
			if (recent.length < lasting) continue;
			if (recent.length > lasting) recent.shift();
			const [a, b, c] = recent;
			const [low, high] = [Math.max(a, b, c), Math.min(a, b, c)];
			if (low < this.low) this.low = low;
			if (high > this.high) this.high = high;
		}
	}

	/** Forgets what was: from here on something else is done to the cell. */
	reset(): void {
		this.low = Number.POSITIVE_INFINITY;
		this.high = Number.NEGATIVE_INFINITY;
		this.#recent.length = 0;
	}
}
const lasting = 3;

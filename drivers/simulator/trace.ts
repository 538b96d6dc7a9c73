/**
 * A measured current trace, and its exact resampling. Each trace sample holds until the next one; a device's sample is the mean of that
 * staircase over the device's sample interval. Neighbouring intervals share their edge to the last bit, so no charge is lost or counted
 * twice at any ratio of rates. File readers elsewhere produce traces; nothing here reads a file.
 */

import { MicrojouleError } from '../errors.ts';

export interface Trace {
	/** Hz. */
	readonly rate: number;
	/** A, at `rate`. */
	readonly current: Float32Array;
	/** What follows the last sample: the first one again, or 0 A. */
	readonly end: 'loop' | 'stop';
}

/** Throws INVALID_VALUE for a trace that cannot be replayed; returns its largest current in A. */
export function validateTrace(trace: Trace): number {
	if (!(trace.rate > 0 && trace.rate < 1e9))
		throw new MicrojouleError('INVALID_VALUE', `The trace's rate is ${trace.rate} Hz; it must be above 0 and below 1e9 Hz.`, { rate: trace.rate });
	if (trace.current.length === 0) throw new MicrojouleError('INVALID_VALUE', 'The trace holds no samples; there is nothing to replay.');
	let largest = 0;
	for (let i = 0; i < trace.current.length; i++) {
		const value = trace.current[i];
		if (!Number.isFinite(value))
			throw new MicrojouleError('INVALID_VALUE', `Sample ${i} of the trace is ${value}; a trace to replay must have no gaps. Cut or fill the gap first.`, { index: i });
		if (value > largest) largest = value;
	}
	return largest;
}

/** Plays a trace from its first sample on, in steps of whole microseconds. */
export class TracePlayer {
	readonly #current: Float32Array;
	readonly #rate: number;
	readonly #loops: boolean;
	/** Microseconds since the start: an integer, exact for 285 years. */
	#elapsedUs = 0;
	/** Trace samples that whole loops have consumed. */
	#base = 0;

	constructor(trace: Trace) {
		this.#current = trace.current;
		this.#rate = trace.rate;
		this.#loops = trace.end === 'loop';
	}

	restart(): void {
		this.#elapsedUs = 0;
		this.#base = 0;
	}

	/** Writes the mean current of each of the intervals of `tickUs` µs into out[from … to). */
	fill(out: Float64Array, from: number, to: number, tickUs: number): void {
		const current = this.#current;
		const length = current.length;
		const rate = this.#rate;
		const loops = this.#loops;
		let elapsed = this.#elapsedUs;
		let base = this.#base;
		// The product of whole numbers is exact, so an edge that falls on a sample falls on it exactly.
		let start = (elapsed * rate) / 1e6 - base;
		for (let i = from; i < to; i++) {
			if (loops && start >= length) {
				base += length * Math.floor(start / length);
				start = (elapsed * rate) / 1e6 - base;
			}
			elapsed += tickUs;
			const end = (elapsed * rate) / 1e6 - base;
			if (start < length && end <= (start | 0) + 1) {
				out[i] = current[start | 0];
				start = end;
				continue;
			}
			let sum = 0;
			let begin = start;
			let rest = end;
			while (loops && rest > length) {
				sum += this.#integrate(begin, length);
				base += length;
				rest -= length;
				begin = 0;
			}
			out[i] = (sum + this.#integrate(begin, rest)) / (end - start);
			start = rest === end ? end : (elapsed * rate) / 1e6 - base;
		}
		this.#elapsedUs = elapsed;
		this.#base = base;
	}

	/** ∫ of the staircase from `start` to `end`, both in samples; 0 past the last sample. */
	#integrate(start: number, end: number): number {
		const current = this.#current;
		const limit = Math.min(end, current.length);
		if (limit <= start) return 0;
		const first = Math.floor(start);
		const last = Math.floor(limit);
		if (first === last) return current[first] * (limit - start);
		let sum = current[first] * (first + 1 - start);
		for (let k = first + 1; k < last; k++) sum += current[k];
		return last < limit ? sum + current[last] * (limit - last) : sum;
	}
}

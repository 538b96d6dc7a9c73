/**
 * The main current's meter: automatic ranging with hysteresis, the artefact of a switch, gain and offset error drawn once from the seed
 * within the accuracy, noise, quantisation. Ideal, it rounds the true current to a float32 and only tells the range.
 *
 * A range follows the sample's own magnitude at once in both directions, so whoever sees the samples can tell their range.
 * Owns range and errors; never the current.
 */

import type { Range } from '../instrument.ts';
import type { Model } from '../models.ts';
import { gaussian, gaussianMask } from './noise.ts';
import { mix, Random } from './random.ts';

/** Errors are drawn within this share of the accuracy: the rest is left to noise and quantisation. */
const errorShare = 0.8;
/** A, at the moment of a switch; it decays with a fifth of the settling time. Real captures show such negative excursions. */
const artefactUpA = -0.45e-3;
const artefactDownA = 45e-6;
/** Adding and subtracting it rounds to a whole number, ties to even: the fastest rounding there is. */
export const rounder = 6755399441055744;

export class Ammeter {
	readonly #ranges: readonly Range[];
	readonly #gain: Float64Array;
	readonly #offset: Float64Array;
	/** Above up[r] the range is r + 1; below down[r] it is r − 1. */
	readonly #up: Float64Array;
	readonly #down: Float64Array;
	readonly #settleS: number;
	readonly #ideal: boolean;
	#state: number;
	#range = 0;
	#artefactA = 0;
	#settlingS = 0;

	constructor(model: Model, seed: number, ideal: boolean) {
		this.#ranges = model.channels.find((channel) => channel.id === 'mc')?.ranges ?? [];
		const random = new Random(seed, 0xa33e);
		const { upA, downA, settleS } = model.autoRange;
		const errors = this.#ranges.map((range) => [1 + range.gain * errorShare * random.uniform(-1, 1), range.offset * errorShare * random.uniform(-1, 1)]);
		this.#gain = Float64Array.from(errors, ([gain]) => gain);
		this.#offset = Float64Array.from(errors, ([, offset]) => offset);
		this.#up = Float64Array.from(this.#ranges, (range, r) => (r === 0 ? upA : r + 1 < this.#ranges.length ? range.span : Number.POSITIVE_INFINITY));
		this.#down = Float64Array.from(this.#ranges, (_range, r) => (r === 0 ? -1 : (this.#up[r - 1] * downA) / upA));
		this.#settleS = settleS;
		this.#ideal = ideal;
		this.#state = mix(seed, 0xa33f);
	}

	/** Leaves a tenth of the offset error. */
	calibrate(): void {
		for (let r = 0; r < this.#offset.length; r++) this.#offset[r] /= 10;
	}

	/** Output off: nothing flows, nothing is measured. */
	rest(finest: number): void {
		this.#settlingS = 0;
		this.#range = finest;
	}

	/** Measures `samples` true currents into out[at …] and their ranges into ranges[at …]. `finest` is the finest range allowed. */
	measure(current: Float64Array, samples: number, sampleS: number, finest: number, out: Float32Array, ranges: Uint8Array, at: number): void {
		let low = Number.POSITIVE_INFINITY;
		let high = 0;
		for (let i = 0; i < samples; i++) {
			const magnitude = Math.abs(current[i]);
			if (magnitude < low) low = magnitude;
			if (magnitude > high) high = magnitude;
		}
		const range = this.#range;
		const stays = high <= this.#up[range] && range >= finest && (range === finest || low >= this.#down[range]);
		if (stays && this.#settlingS <= 0) {
			ranges.fill(range, at, at + samples);
			this.#block(current, 0, samples, out, at);
			return;
		}
		for (let i = 0; i < samples; i++) {
			this.#choose(Math.abs(current[i]), finest);
			ranges[at + i] = this.#range;
			this.#block(current, i, i + 1, out, at);
			if (this.#settlingS > 0) this.#settle(sampleS, out, at + i);
		}
	}

	#choose(magnitude: number, finest: number): void {
		let range = Math.max(this.#range, finest);
		while (range > finest && magnitude < this.#down[range]) range--;
		while (magnitude > this.#up[range]) range++;
		if (range === this.#range) return;
		this.#artefactA = range > this.#range ? artefactUpA : artefactDownA;
		this.#range = range;
		if (!this.#ideal) this.#settlingS = this.#settleS;
	}

	/** Adds the mean of the decaying artefact over one sample. */
	#settle(sampleS: number, out: Float32Array, at: number): void {
		const timeS = Math.min(sampleS, this.#settlingS);
		const tauS = this.#settleS / 5;
		const decay = Math.exp(-timeS / tauS);
		const step = this.#ranges[this.#range].step;
		out[at] = (out[at] / step + (this.#artefactA * (tauS / sampleS) * (1 - decay)) / step + rounder - rounder) * step;
		this.#artefactA *= decay;
		this.#settlingS -= timeS;
		if (this.#settlingS < 1e-9) this.#settlingS = 0;
	}

	/** The hot loop: one range, no switch. */
	#block(current: Float64Array, from: number, to: number, out: Float32Array, at: number): void {
		if (this.#ideal) {
			for (let i = from; i < to; i++) out[at + i] = current[i];
			return;
		}
		const { step, noise, span } = this.#ranges[this.#range];
		const gain = this.#gain[this.#range] / step;
		const offset = this.#offset[this.#range] / step;
		const sigma = noise / step;
		const largest = Math.floor(span / step) * (this.#range === this.#ranges.length - 1 ? 1 : 2);
		let s = this.#state;
		for (let i = from; i < to; i++) {
			s ^= s << 13;
			s ^= s >>> 17;
			s ^= s << 5;
			let steps = current[i] * gain + offset + gaussian[s & gaussianMask] * sigma + rounder - rounder;
			// The coarsest range saturates; a finer one is left long before.
			if (steps > largest) steps = largest;
			else if (steps < -largest) steps = -largest;
			out[at + i] = steps * step;
		}
		this.#state = s;
	}
}

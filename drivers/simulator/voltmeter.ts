/**
 * The main voltage's meter: gain and offset error drawn once from the seed within the accuracy, noise, quantisation. The set-point is exact;
 * what is measured of it is off. Ideal, it rounds the true voltage to a float32.
 */

import type { Range } from '../instrument.ts';
import type { Model } from '../models.ts';
import { rounder } from './ammeter.ts';
import { gaussian, gaussianMask } from './noise.ts';
import { mix, Random } from './random.ts';

const errorShare = 0.8;

export class Voltmeter {
	readonly #range: Range;
	readonly #gain: number;
	#offset: number;
	readonly #ideal: boolean;
	#state: number;

	constructor(model: Model, seed: number, ideal: boolean) {
		this.#range = (model.channels.find((channel) => channel.id === 'mv')?.ranges ?? [])[0];
		const random = new Random(seed, 0x7017);
		this.#gain = 1 + this.#range.gain * errorShare * random.uniform(-1, 1);
		this.#offset = this.#range.offset * errorShare * random.uniform(-1, 1);
		this.#ideal = ideal;
		this.#state = mix(seed, 0x7018);
	}

	/** Leaves a tenth of the offset error. */
	calibrate(): void {
		this.#offset /= 10;
	}

	/** `samples` samples of one true voltage into out[at …]. */
	constant(voltage: number, samples: number, out: Float32Array, at: number): void {
		if (this.#ideal) {
			out.fill(voltage, at, at + samples);
			return;
		}
		const { step, noise } = this.#range;
		const base = (voltage * this.#gain + this.#offset) / step;
		const sigma = noise / step;
		let s = this.#state;
		for (let i = at; i < at + samples; i++) {
			s ^= s << 13;
			s ^= s >>> 17;
			s ^= s << 5;
			out[i] = (base + gaussian[s & gaussianMask] * sigma + rounder - rounder) * step;
		}
		this.#state = s;
	}

	/** One sample each of changing voltages. */
	changing(voltages: Float64Array, samples: number, out: Float32Array, at: number): void {
		for (let i = 0; i < samples; i++) this.constant(voltages[i], 1, out, at + i);
	}

	/** A slow reading of another voltage through the same kind of meter; `deviate` is its standard normal noise. */
	slow(voltage: number, deviate: number): number {
		if (this.#ideal) return voltage;
		const { step, noise } = this.#range;
		return Math.round((voltage * this.#gain + this.#offset + deviate * noise) / step) * step;
	}
}

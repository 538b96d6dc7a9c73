/**
 * A wire from one simulated instrument's output to another's, bare or through a converter. To the source it is a load; the sink asks for a current
 * and takes what has arrived. Both benches must be moved on in lockstep (`time.ts`), the source first.
 *
 *     source's output stage ──fill──► wire (converter) ──take──► sink's output stage
 *                                         ▲─────────demandA──────────┘
 *
 * A diode lies in it: current flows from source to sink only. What the sink does in a millisecond is asked of the wire in the next one. Owns the
 * charge under way, so what the sink measures is what the source delivered.
 */

import { converterFigures, converterInputA } from './converter.ts';
import type { Load } from './loads/load.ts';

/** V: below it no sink holds its current; it falls in proportion. */
const knee = 0.5;

export class Wire implements Load {
	readonly levels = 0;
	/** A the sink draws. */
	demandA = 0;
	readonly #converter: boolean;
	#elapsedUs = 0;
	/** A·µs and V·µs since the last take(). */
	#charge = 0;
	#voltTime = 0;
	#voltageV = 0;

	constructor(converter: boolean) {
		this.#converter = converter;
	}

	fill(voltage: number, current: Float64Array, from: number, to: number, tickUs: number): void {
		current.fill(this.peak(voltage), from, to);
		const us = (to - from) * tickUs;
		const delivers = !this.#converter || converterInputA(voltage, this.demandA) !== undefined;
		this.#elapsedUs += us;
		this.#charge += us * (this.#converter ? (delivers ? this.demandA : 0) : this.#bareA(voltage));
		this.#voltTime += us * (this.#converter ? (delivers ? converterFigures.outputV : 0) : voltage);
	}

	peak(voltage: number): number {
		// A converter asked for more than it can deliver gives up, and draws what it draws without a load.
		return this.#converter ? (converterInputA(voltage, this.demandA) ?? converterInputA(voltage, 0) ?? 0) : this.#bareA(voltage);
	}

	/** Mean voltage and current at the sink's end since the last call. */
	take(): { readonly voltageV: number; readonly currentA: number } {
		const us = this.#elapsedUs;
		const currentA = us > 0 ? this.#charge / us : 0;
		if (us > 0) this.#voltageV = this.#voltTime / us;
		this.#elapsedUs = 0;
		this.#charge = 0;
		this.#voltTime = 0;
		return { voltageV: this.#voltageV, currentA };
	}

	#bareA(voltage: number): number {
		return voltage >= knee ? this.demandA : (this.demandA * voltage) / knee;
	}
}

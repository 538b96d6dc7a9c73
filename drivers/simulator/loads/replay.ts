/** A measured trace as a load: its current is drawn whatever the voltage. The bench draws nothing of it while the output is off. */

import { type Trace, TracePlayer, validateTrace } from '../trace.ts';
import type { Load } from './load.ts';

export class Replay implements Load {
	readonly levels = 0;
	readonly #player: TracePlayer;
	readonly #largestA: number;

	/** Throws INVALID_VALUE for a trace that cannot be replayed. */
	constructor(trace: Trace) {
		this.#largestA = validateTrace(trace);
		this.#player = new TracePlayer(trace);
	}

	/** Back to the first sample. */
	restart(): void {
		this.#player.restart();
	}

	fill(_voltage: number, current: Float64Array, from: number, to: number, tickUs: number): void {
		this.#player.fill(current, from, to, tickUs);
	}

	peak(): number {
		return this.#largestA;
	}
}

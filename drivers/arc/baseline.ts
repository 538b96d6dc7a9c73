/** The last baseline value of each channel, and who waits for the next one. The device sends them while idle, about six times a second. */

import type { Clock } from '../clock.ts';

export class BaselineValues {
	readonly #clock: Clock;
	#waiting = new Map<number, Set<(value: number) => void>>();
	/** Clock time of the last baseline record. */
	lastAt = Number.NEGATIVE_INFINITY;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	sample(wireId: number, value: number): void {
		this.lastAt = this.#clock.now();
		const waiting = this.#waiting.get(wireId);
		if (!waiting) return;
		this.#waiting.delete(wireId);
		for (const resolve of waiting) resolve(value);
	}

	/** The next value of the channel: one that was under way before a setting changed would not be the present one. Undefined when none comes in time. */
	next(wireId: number, timeoutS: number): Promise<number | undefined> {
		return new Promise((resolve) => {
			const waiting = this.#waiting.get(wireId) ?? new Set();
			this.#waiting.set(wireId, waiting);
			const arrived = (value: number) => {
				cancel();
				resolve(value);
			};
			const cancel = this.#clock.after(timeoutS, () => {
				waiting.delete(arrived);
				resolve(undefined);
			});
			waiting.add(arrived);
		});
	}
}

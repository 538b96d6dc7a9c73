/**
 * The time in which simulated devices live: milliseconds of theirs for seconds of a clock. Devices that share a bench share their time and are moved on
 * in lockstep, a millisecond each in the order they joined, so that the one's output is the other's input.
 */

import type { Clock } from '../clock.ts';
import type { SimulatedDevice } from './device.ts';

/** A device that slept longer than this (its machine was suspended) does not relive the time. */
const LONGEST_SLEEP_MS = 30_000;

export class SimulatedTime {
	readonly clock: Clock;
	readonly #msPerS: number;
	readonly #devices: SimulatedDevice[] = [];
	#origin: number;
	#timeMs = 0;

	/** The devices' clock is fast by `clockPpm` parts per million. */
	constructor(clock: Clock, clockPpm = 0) {
		this.clock = clock;
		this.#msPerS = 1000 * (1 + clockPpm * 1e-6);
		this.#origin = clock.now();
	}

	/** Before any time has passed. */
	join(device: SimulatedDevice): void {
		this.#devices.push(device);
	}

	/** Lets the devices pass up to `limitMs` of what the clock has passed; says whether they are still behind. */
	catchUp(limitMs: number): boolean {
		// The tiny addition keeps a sum of steps of 1 ms from falling short of a whole number of them.
		let due = Math.floor((this.clock.now() - this.#origin) * this.#msPerS + 1e-6) - this.#timeMs;
		if (due <= 0) return false;
		if (!this.clock.virtual && due > LONGEST_SLEEP_MS) {
			this.#origin += (due - LONGEST_SLEEP_MS) / this.#msPerS;
			due = LONGEST_SLEEP_MS;
		}
		const ms = Math.min(due, limitMs);
		this.#timeMs += ms;
		if (this.#devices.length === 1) this.#devices[0].advance(ms);
		else for (let passed = 0; passed < ms; passed++) for (const device of this.#devices) device.advance(1);
		return due > limitMs;
	}
}

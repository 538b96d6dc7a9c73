/**
 * A BLE beacon: asleep at 1.61 µA; about once a second an advertising event of 2.98 ms on three channels, 28.24 µJ at 3.3 V, peak about
 * 10 mA. The figures are those measured on an nRF52832 at 3.3 V with a PPK2; the event's shape is drawn after it.
 */

import type { LoadKind } from './load.ts';
import { type Program, ProgramLoad } from './program.ts';

/** A. */
const sleepA = 1.61e-6;
/** J at 3.3 V; C is that over 3.3 V. */
const eventC = 28.24e-6 / 3.3;
/** Start to start, in µs; the standard adds a random delay of 0 to 10 ms. */
const intervalUs = 1_000_000;
const largestDelayUs = 10_000;

/** One channel: ramp-up, transmission, turnaround, listening, pause. µs and relative current. */
const channel: readonly (readonly [number, number])[] = [
	[40, 3],
	[150, 10],
	[30, 2.5],
	[60, 4.6],
	[220, 0.9],
];
/** Wake-up, crystal, processor; three channels; clean-up. 2980 µs. */
const shape: readonly (readonly [number, number])[] = [[150, 0.4], [450, 0.7], [250, 1.9], ...channel, ...channel, ...channel, [200, 3.2], [230, 1.8], [200, 0.75]];
const shapeUs = shape.reduce((sum, [us]) => sum + us, 0);
/** Turns relative current into A such that the event's charge is eventC. */
const unitA = eventC / shape.reduce((sum, [us, relative]) => sum + us * 1e-6 * relative, 0);

export class BleBeacon extends ProgramLoad {
	constructor() {
		super({ powerUpV: 1.8, brownOutV: 1.7, peak: 10 * unitA });
	}

	protected override *program(): Program {
		yield this.draw(0.9e-3, 4_000);
		yield this.draw(sleepA, this.random.integer(50_000, 600_000));
		for (;;) {
			for (const [us, relative] of shape) yield this.draw(relative * unitA, us);
			yield this.draw(sleepA, intervalUs + this.random.integer(0, largestDelayUs) - shapeUs);
		}
	}
}

export const ble: LoadKind = {
	name: 'ble',
	brief: 'A BLE beacon: 1.61 µA asleep, about once a second an event of 2.98 ms and 28.24 µJ at 3.3 V; runs from 1.8 V.',
	create: () => new BleBeacon(),
};

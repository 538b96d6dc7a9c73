/**
 * A sensor node: asleep at 2.4 µA, a reading every second (GPI 2 high meanwhile, a line on the UART), every fifth reading sent by radio
 * (GPI 1 high meanwhile). Its figures are a model of a common class of device.
 */

import type { LoadKind } from './load.ts';
import { type Program, ProgramLoad } from './program.ts';

const periodUs = 1_000_000;
const readingsPerReport = 5;
const sleepA = 2.4e-6;
const baudRate = 115_200;

export class SensorNode extends ProgramLoad {
	constructor() {
		super({ powerUpV: 1.9, brownOutV: 1.8, peak: 45e-3, baudRate });
	}

	protected override *program(): Program {
		yield this.draw(6.5e-3, 60_000);
		this.print('Sensor node ready');
		yield this.draw(sleepA, 40_000);
		let temperature = 21.5;
		let humidity = 45;
		for (let reading = 1; ; reading++) {
			temperature = clamp(temperature + this.random.uniform(-0.15, 0.15), 18, 26);
			humidity = clamp(humidity + this.random.uniform(-0.5, 0.5), 35, 60);
			let usedUs = yield* this.#read(`T=${temperature.toFixed(1)} C RH=${humidity.toFixed(0)} %`);
			if (reading % readingsPerReport === 0) usedUs += yield* this.#report(reading / readingsPerReport);
			yield this.draw(sleepA, periodUs - usedUs);
		}
	}

	/** Warms the sensor up, converts, computes. Returns its duration in µs. */
	*#read(line: string): Generator<number, number, void> {
		this.levels |= 2;
		yield this.draw(1.2e-3, 4_000);
		yield this.draw(3.4e-3, 12_000);
		for (let conversion = 0; conversion < 4; conversion++) {
			yield this.draw(5.2e-3, 1_500);
			yield this.draw(2.1e-3, 1_000);
		}
		this.print(line);
		yield this.draw(4.1e-3, 3_000);
		this.levels &= ~2;
		return 29_000;
	}

	/** Wakes the radio, listens for a free channel, sends packets, waits for the acknowledgement. Returns its duration in µs. */
	*#report(number: number): Generator<number, number, void> {
		const packets = this.random.integer(3, 5);
		this.levels |= 1;
		this.print(`TX ${number}: ${packets} packets`);
		yield this.draw(4.5e-3, 6_000);
		yield this.draw(9e-3, 3_000);
		yield this.draw(13.5e-3, 8_000);
		for (let packet = 0; packet < packets; packet++) {
			yield this.draw(22e-3, 500);
			yield this.draw(45e-3, 1_000);
			yield this.draw(41e-3, 9_000);
			yield this.draw(13.5e-3, 4_500);
		}
		yield this.draw(13.5e-3, 20_000);
		yield this.draw(4.5e-3, 5_000);
		this.levels &= ~1;
		return 42_000 + packets * 15_000;
	}
}

function clamp(x: number, from: number, to: number): number {
	return Math.min(to, Math.max(from, x));
}

export const sensor: LoadKind = {
	name: 'sensor',
	brief: 'A sensor node: 2.4 µA asleep, a reading every second (GPI 2), a radio report of up to 45 mA every 5 s (GPI 1), UART at 115200 Bd; runs from 1.9 V.',
	baudRate,
	create: () => new SensorNode(),
};

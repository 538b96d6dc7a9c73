/**
 * A cellular tracker behind a switching converter: it draws power, so its current rises as its voltage falls. It boots once, then every
 * 15 s connects, transmits and sleeps: about 3 J a cycle, 50 mA on average at 4 V. It says so on its UART, answers AT commands and pulses
 * GPI 1 once a cycle. It starts at 3.1 V and browns out below 2.9 V. Its figures are a model of a common class of device.
 */

import type { LoadKind } from './load.ts';
import { type Program, ProgramLoad } from './program.ts';

const cycleUs = 15_000_000;
const pulseUs = 10_000;
const baudRate = 115_200;
/** W. At 4 V 0.8 W is 200 mA, which an Arc fed by USB alone can still supply. */
const peakW = 0.8;
const sleepW = 0.6e-3;

const answers: Readonly<Record<string, readonly string[]>> = {
	AT: [],
	ATE0: [],
	ATE1: [],
	ATI: ['Microjoule simulated tracker', 'Revision: 1.4.2'],
	'AT+CGMI': ['Microjoule'],
	'AT+CGMM': ['Simulated tracker'],
	'AT+CGMR': ['1.4.2'],
	'AT+CPIN?': ['+CPIN: READY'],
	'AT+CFUN?': ['+CFUN: 1'],
};

export class Tracker extends ProgramLoad {
	#ready = false;
	#registered = false;

	constructor() {
		super({ powerUpV: 3.1, brownOutV: 2.9, peak: peakW, constantPower: true, unpoweredOhm: 500e3, baudRate });
	}

	protected override *program(): Program {
		this.#ready = false;
		this.#registered = false;
		yield this.draw(0.12, 300_000);
		for (let step = 0; step < 12; step++) {
			yield this.draw(0.42, 40_000);
			yield this.draw(0.2, 100_000);
		}
		this.print('Ready');
		this.#ready = true;
		yield this.draw(0.08, 320_000);
		for (;;) {
			const usedUs = yield* this.#cycle();
			yield this.draw(sleepW, cycleUs - usedUs);
		}
	}

	/** Everything of a cycle but its sleep. Returns its duration in µs. */
	*#cycle(): Generator<number, number, void> {
		this.#registered = false;
		this.levels = 1;
		this.print('Connecting...');
		yield this.draw(0.3, pulseUs);
		this.levels = 0;
		let usedUs = pulseUs;

		// Searches and attaches: the receiver on, a random-access burst now and then.
		for (let attempt = 0; attempt < 20; attempt++) {
			const listenUs = this.random.integer(190_000, 210_000);
			yield this.draw(0.24, listenUs);
			yield this.draw(0.78, 20_000);
			yield this.draw(0.36, 30_000);
			usedUs += listenUs + 50_000;
		}
		this.#registered = true;

		// Transmits: subframes at full power, pauses between them.
		const bursts = this.random.integer(48, 52);
		for (let burst = 0; burst < bursts; burst++) {
			yield this.draw(peakW, 20_000);
			yield this.draw(0.31, 24_000);
		}
		usedUs += bursts * 44_000;
		this.print('OK');

		// Waits for the network's release, paging in between.
		for (let page = 0; page < 9; page++) {
			yield this.draw(0.05, 280_000);
			yield this.draw(0.32, 40_000);
		}
		usedUs += 9 * 320_000;
		this.print('Entering sleep mode');
		yield this.draw(0.06, 20_000);
		return usedUs + 20_000;
	}

	protected override command(line: string): void {
		if (!this.#ready) return;
		const command = line.toUpperCase();
		const reply = this.#status(command) ?? (Object.hasOwn(answers, command) ? answers[command] : undefined);
		if (reply === undefined) {
			this.print('ERROR');
			return;
		}
		for (const text of reply) this.print(text);
		this.print('OK');
	}

	#status(command: string): readonly string[] | undefined {
		switch (command) {
			case 'AT+CSQ':
				return [`+CSQ: ${this.#registered ? 21 : 99},99`];
			case 'AT+CEREG?':
				return [`+CEREG: 0,${this.#registered ? 1 : 2}`];
			case 'AT+CBC':
				return [`+CBC: ${Math.round(this.supplyV * 1000)}`];
		}
		return undefined;
	}
}

export const tracker: LoadKind = {
	name: 'tracker',
	brief:
		'A cellular tracker: boots, then every 15 s connects, transmits and sleeps, about 50 mA on average at 4 V; a pulse on GPI 1 a cycle, UART with AT commands at 115200 Bd; starts at 3.1 V, browns out below 2.9 V.',
	baudRate,
	create: () => new Tracker(),
};

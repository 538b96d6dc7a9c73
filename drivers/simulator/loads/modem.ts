/**
 * A cellular modem on its UART: boots, prints `Ready`, and does what AT commands tell it: radio on and off, LTE-M or NB-IoT, power save (PSM) and
 * extended reception gaps (eDRX). Answers come after a moment, as a modem's do, because a script that sends and only then looks must not miss them.
 * Its figures are a model of a common class of part.
 */

import type { LoadKind } from './load.ts';
import { type Program, ProgramLoad } from './program.ts';

const baudRate = 115_200;
const tickUs = 10_000;
const answerUs = 100_000;
/** A. */
const uartA = 0.7e-3;
const floorA = 4e-6;
const processorA = 4e-3;
const receiveA = 42e-3;
const transmitA = 0.22;
const connectedA = 9e-3;

/** Ticks of 10 ms. */
const searchTicks = 250;
const connectedTicks = 600;
const pagingTicks = { lteM: 128, nbIot: 256 } as const;
const edrxTicks = 4096;

/** Commands that are accepted as they are. */
const accepted = [/^AT$/, /^ATE[01]$/, /^AT\+CEREG=[0-5]$/, /^AT\+CSCON=[0-3]$/, /^AT\+CPSMS=[01](,"[01]*"){0,4}$/, /^AT\+CEDRXS=[0-3](,[45](,"[01]{4}")?)?$/];
const texts: Readonly<Record<string, readonly string[]>> = {
	ATI: ['Microjoule simulated modem', 'Revision: 2.0.1'],
	'AT+CGMI': ['Microjoule'],
	'AT+CGMM': ['Simulated modem'],
	'AT+CGMR': ['2.0.1'],
	'AT+CPIN?': ['+CPIN: READY'],
};

type Radio = 'off' | 'searching' | 'connected' | 'idle' | 'asleep';

export class Modem extends ProgramLoad {
	#commands: string[] = [];
	#radio: Radio = 'off';
	/** Ticks in the present state of the radio. */
	#ticks = 0;
	#nbIot = false;
	#reports = false;
	#edrx = false;
	/** Ticks from idle to sleep; 0: no power save. */
	#activeTicks = 0;

	constructor() {
		super({ powerUpV: 3, brownOutV: 2.9, peak: transmitA + uartA, unpoweredOhm: 500e3, baudRate });
	}

	protected override *program(): Program {
		this.#commands = [];
		this.#enter('off');
		this.#nbIot = this.#reports = this.#edrx = false;
		this.#activeTicks = 0;
		yield this.draw(0.012, 700_000);
		for (let step = 0; step < 10; step++) {
			yield this.draw(0.035, 30_000);
			yield this.draw(processorA, 20_000);
		}
		this.print('Ready');
		for (;;) {
			const command = this.#commands.shift();
			if (command !== undefined) {
				yield this.draw(uartA + processorA, answerUs);
				this.#answer(command);
			}
			yield this.draw(uartA + this.#radioA(), tickUs);
		}
	}

	protected override command(line: string): void {
		if (this.#commands.length < 16) this.#commands.push(line.toUpperCase());
	}

	#answer(command: string): void {
		const text = this.#execute(command);
		for (const line of text ?? []) this.print(line);
		this.print(text ? 'OK' : 'ERROR');
	}

	/** The lines before `OK`; undefined for `ERROR`. */
	#execute(command: string): readonly string[] | undefined {
		const mode = /^AT%XSYSTEMMODE=([01]),([01]),[01],[0-4]$/.exec(command);
		if (mode) {
			// The system can be chosen only while the radio is off, and one it must be.
			if (this.#radio !== 'off' || mode[1] === mode[2]) return undefined;
			this.#nbIot = mode[2] === '1';
			return [];
		}
		const power = /^AT\+CFUN=([014])$/.exec(command);
		if (power) {
			if (power[1] !== '1') this.#enter('off');
			else if (this.#radio === 'off') this.#enter('searching');
			return [];
		}
		if (command === 'AT+CFUN?') return [`+CFUN: ${this.#radio === 'off' ? 0 : 1}`];
		if (command === 'AT+CEREG?') return [`+CEREG: 0,${this.#registered}`];
		if (command === 'AT%XVBAT') return [`%XVBAT: ${Math.round(this.supplyV * 1000)}`];
		if (Object.hasOwn(texts, command)) return texts[command];
		if (!accepted.some((pattern) => pattern.test(command))) return undefined;
		if (command.startsWith('AT+CEREG=')) this.#reports = !command.endsWith('=0');
		if (command.startsWith('AT+CEDRXS=')) this.#edrx = /=[12]/.test(command);
		if (command.startsWith('AT+CPSMS=')) this.#activeTicks = activeTicks(command);
		return [];
	}

	get #registered(): number {
		return this.#radio === 'off' ? 0 : this.#radio === 'searching' ? 2 : 1;
	}

	#enter(radio: Radio): void {
		this.#radio = radio;
		this.#ticks = 0;
	}

	/** What the radio draws in the coming tick; it moves on by one. */
	#radioA(): number {
		const tick = this.#ticks++;
		switch (this.#radio) {
			case 'off':
			case 'asleep':
				return floorA;
			case 'searching':
				if (tick < searchTicks) return tick % 25 === 24 ? transmitA : receiveA;
				this.#enter('connected');
				if (this.#reports) this.print(`+CEREG: 1,"0001","0000000A",${this.#nbIot ? 9 : 7}`);
				return connectedA;
			case 'connected':
				if (tick < connectedTicks) return tick < 20 ? transmitA : connectedA;
				this.#enter('idle');
				return floorA;
			case 'idle': {
				if (this.#activeTicks > 0 && tick >= this.#activeTicks) this.#enter('asleep');
				const gap = this.#edrx ? edrxTicks : this.#nbIot ? pagingTicks.nbIot : pagingTicks.lteM;
				return tick % gap === gap - 1 ? receiveA : floorA;
			}
		}
	}
}

/** T3324 of `AT+CPSMS=1,"","",T3412,T3324`: three bits of unit, five of value. */
function activeTicks(command: string): number {
	const bits = /=1,"[01]*","[01]*","[01]*","([01]{3})([01]{5})"/.exec(command);
	if (!bits) return 0;
	const unitS = { '000': 2, '001': 60, '010': 360 }[bits[1]] ?? 0;
	return unitS * Number.parseInt(bits[2], 2) * 100;
}

export const modem: LoadKind = {
	name: 'modem',
	brief:
		'A cellular modem: prints Ready 1.2 s after power-up, then obeys AT commands on its UART at 115200 Bd (radio, LTE-M or NB-IoT, PSM, eDRX); up to 221 mA, starts at 3 V, browns out below 2.9 V.',
	baudRate,
	create: () => new Modem(),
};

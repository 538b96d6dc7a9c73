/**
 * The parameters a simulated device answers GET and SET for: their power-up values, the values it accepts, and what each of them moves on
 * the bench. It owns the words in force; they survive everything but the end of the device.
 *
 * Ceilings of the Arc's main voltage follow its supply: on USB 3.75 V in the low range and 4.2 V in the high one, with a DC supply 5 V in
 * both. The Ace has one ceiling, its model's. Choosing a range whose ceiling lies below the present voltage lowers the voltage to it, which
 * is our choice: nobody has seen what an instrument does.
 */

import { fromMicro, fromMilli, fromSignedMicro, parameter, parseGpoWord, parseSampleRateWord, powerRegulationCodes, sampleRateWord, status, wireIds } from '../arc/protocol.ts';
import type { Model } from '../models.ts';
import type { BenchControls } from './bench.ts';

interface Parameter {
	/** Absent: unavailable until set. */
	readonly initial?: number;
	readonly signed?: boolean;
	/** Inclusive, in the wire's units; [0, 2³² − 1] where absent. */
	readonly bounds?: (device: { readonly rangeHigh: boolean; readonly supply: 'usb' | 'dc'; readonly model: Model }) => readonly [number, number];
	readonly accepts?: (value: number, model: Model) => boolean;
	readonly apply?: (controls: BenchControls, value: number) => void;
}

const flag = () => [0, 1] as const;
const regulationOf = new Map(Object.entries(powerRegulationCodes).map(([name, code]) => [code as number, name as BenchControls['powerRegulation']]));

const table: Readonly<Record<number, Parameter>> = {
	[parameter.fourWire]: { initial: 0, bounds: flag, apply: (controls, value) => (controls.fourWire = value === 1) },
	[parameter.currentLimitMode]: { initial: 1, bounds: flag, apply: (controls, value) => (controls.currentLimitMode = value === 1 ? 'limit' : 'cutoff') },
	[parameter.range]: { initial: 0, bounds: flag, apply: (controls, value) => (controls.range = value === 1 ? 'high' : 'low') },
	[parameter.main]: { initial: 0, bounds: flag, apply: (controls, value) => (controls.main = value === 1) },
	[parameter.powerRegulation]: {
		initial: 0,
		accepts: (value) => regulationOf.has(value),
		apply: (controls, value) => (controls.powerRegulation = regulationOf.get(value) ?? 'voltage'),
	},
	[parameter.mainVoltage]: {
		initial: 3_300_000,
		bounds: ({ model, supply, rangeHigh }) => [0, model.kind === 'ace' || supply === 'dc' ? Math.round(model.limits.maxVoltage * 1e6) : rangeHigh ? 4_200_000 : 3_750_000],
		apply: (controls, value) => (controls.mainVoltage = fromMicro(value)),
	},
	[parameter.maxCurrent]: {
		initial: 2500,
		bounds: ({ model }) => [0, Math.round(model.limits.maxCurrent * 1e3)],
		apply: (controls, value) => (controls.maxCurrent = fromMilli(value)),
	},
	[parameter.mainCurrent]: {
		initial: 0,
		signed: true,
		bounds: ({ model }) => [Math.round(model.limits.minCurrent * 1e6), Math.round(model.limits.maxCurrent * 1e6)],
		apply: (controls, value) => (controls.mainCurrent = fromSignedMicro(value)),
	},
	[parameter.adcShunt]: { initial: 1_000_000, bounds: () => [0, 1e9], apply: (controls, value) => (controls.adcShunt = fromMicro(value)) },
	[parameter.uart]: { initial: 0, bounds: flag, apply: (controls, value) => (controls.uart = value === 1) },
	[parameter.uartBaudRate]: { initial: 115_200, apply: (controls, value) => (controls.uartBaudRate = value) },
	[parameter.gpo]: { initial: 0, apply: applyGpo },
	[parameter.expansionVoltage]: { initial: 3_300_000, bounds: () => [1_200_000, 5_000_000], apply: (controls, value) => (controls.expansionVoltage = fromMicro(value)) },
	[parameter.expansionSupply]: {
		initial: 0,
		bounds: ({ model }) => [0, Math.round(model.limits.maxExpansionSupply * 1e6)],
		accepts: (value, { limits }) => !limits.expansionSupplyChoices || limits.expansionSupplyChoices.includes(fromMicro(value)),
		apply: (controls, value) => (controls.expansionSupply = fromMicro(value)),
	},
	[parameter.legacySink]: {},
};

function applyGpo(controls: BenchControls, value: number): void {
	const pin = parseGpoWord(value);
	if (pin?.pin === 3) controls.tx = pin.on;
	else if (pin) controls.gpo[pin.pin - 1] = pin.on;
}

export interface ParameterReply {
	readonly status: number;
	/** The word in force; absent when the parameter is unknown. */
	readonly value?: number;
}

/** `rejectValue`: what a value out of bounds leaves in force, the last good one or the nearest bound. */
export interface ParameterOptions {
	readonly model: Model;
	readonly controls: BenchControls;
	readonly supply: 'usb' | 'dc';
	readonly rejectValue: 'revert' | 'clamp';
}

export class Parameters {
	readonly #options: ParameterOptions;
	readonly #words = new Map<number, number>();
	/** Sample rate in Hz by wire id: the analog channels, in other words all but the digital inputs. */
	readonly #rates = new Map<number, number>();
	/** Changes with every accepted rate. */
	ratesVersion = 0;

	constructor(options: ParameterOptions) {
		this.#options = options;
		options.controls.supply = options.supply;
		for (const [key, { initial, apply }] of Object.entries(table)) {
			if (initial === undefined) continue;
			this.#words.set(Number(key), initial);
			apply?.(options.controls, initial);
		}
		for (const channel of options.model.channels) {
			if (channel.kind === 'analog') this.#rates.set(wireIds[channel.id], channel.defaultRate);
		}
	}

	/** Hz. */
	rateOf(wireId: number): number {
		return this.#rates.get(wireId) ?? 1000;
	}

	get(command: number): ParameterReply {
		if (command >= parameter.sampleRateOf && command < parameter.sampleRateOf + 0x80 && this.#options.model.kind === 'ace') {
			const rate = this.#rates.get(command - parameter.sampleRateOf);
			return rate === undefined ? { status: status.unknownParameter } : { status: status.ok, value: rate };
		}
		// The bench switches the output off by itself when it cuts off.
		const value = command === parameter.main ? Number(this.#options.controls.main) : this.#words.get(command);
		return value === undefined ? { status: status.unknownParameter } : { status: status.ok, value };
	}

	set(command: number, word: number): ParameterReply {
		if (command === parameter.sampleRate) return this.#setRate(word);
		const spec = table[command];
		if (!spec) return { status: status.unknownParameter };
		const { model, controls, rejectValue, supply } = this.#options;
		const value = spec.signed ? word | 0 : word;
		const [min, max] = spec.bounds?.({ model, supply, rangeHigh: controls.range === 'high' }) ?? [0, 0xffff_ffff];
		const inBounds = value >= min && value <= max;
		if (inBounds && (spec.accepts?.(value, model) ?? true)) {
			this.#put(command, word, spec);
			if (command === parameter.range) this.#lowerVoltage();
			return { status: status.ok, value: word };
		}
		if (rejectValue === 'clamp' && !inBounds) this.#put(command, Math.min(Math.max(value, min), max) >>> 0, spec);
		return { status: status.outOfRange, value: this.get(command).value };
	}

	#put(command: number, word: number, spec: Parameter): void {
		this.#words.set(command, word);
		spec.apply?.(this.#options.controls, word);
	}

	#lowerVoltage(): void {
		const { model, controls, supply } = this.#options;
		const spec = table[parameter.mainVoltage];
		const ceiling = spec.bounds?.({ model, supply, rangeHigh: controls.range === 'high' })[1] ?? 0;
		if ((this.#words.get(parameter.mainVoltage) ?? 0) > ceiling) this.#put(parameter.mainVoltage, ceiling, spec);
	}

	#setRate(word: number): ParameterReply {
		if (this.#options.model.kind !== 'ace') return { status: status.unknownParameter };
		const { wireId, rateHz } = parseSampleRateWord(word);
		const channel = this.#options.model.channels.find((candidate) => wireIds[candidate.id] === wireId && candidate.kind === 'analog');
		if (!channel?.rates.includes(rateHz)) return { status: status.outOfRange, value: channel ? sampleRateWord(wireId, this.rateOf(wireId)) : 0 };
		this.#rates.set(wireId, rateHz);
		this.ratesVersion++;
		return { status: status.ok, value: word };
	}
}

/**
 * Every setting of a power analyzer, described by data: type, unit, range, brief. The command line, the server and the page are
 * generated from these descriptions, and validation happens here, once, before anything reaches a device.
 */

import { MicrojouleError } from './errors.ts';

/** The settings in force. Units are SI. */
export interface Settings {
	/** Main output relay. */
	main: boolean;
	/** V. */
	mainVoltage: number;
	/** A, for constant-current regulation: positive sources, negative sinks. */
	mainCurrent: number;
	/** A: above it the output cuts off or limits. */
	maxCurrent: number;
	/** What happens at maxCurrent. */
	currentLimitMode: 'cutoff' | 'limit';
	powerRegulation: 'voltage' | 'current' | 'inline' | 'off';
	/** low: auto-ranging. high: the coarse range is forced. */
	range: 'low' | 'high';
	/** The older behaviour of sinking. The wire has a switch for it; what exactly it changes is not known. */
	legacySink: boolean;
	fourWire: boolean;
	/** Expansion port's digital part. */
	expansionPort: boolean;
	/** V: level of the digital pins. */
	expansionVoltage: number;
	/** V: supply pin of the expansion port, 0 = off. The Arc knows 0 and 5 V. */
	expansionSupply: number;
	/** Ω: shunt of the ADC current channel. */
	adcShunt: number;
	gpo1: boolean;
	gpo2: boolean;
	/** TX pin as an output while the UART is off. */
	tx: boolean;
	uart: boolean;
	uartBaudRate: number;
}

export type SettingName = keyof Settings;
export type SettingsChange = Partial<Settings>;

export interface SettingSpec {
	readonly name: SettingName;
	readonly type: 'boolean' | 'number' | 'choice';
	readonly unit: string;
	/** For numbers, inclusive. */
	readonly min?: number;
	readonly max?: number;
	/** For choices, and for numbers that know only a few values. */
	readonly choices?: readonly (string | number)[];
	readonly brief: string;
}

/** The order in which a change is applied: a voltage never reaches a device under test before its limit is in place. */
export const applyOrder: readonly SettingName[] = [
	'range',
	'maxCurrent',
	'currentLimitMode',
	'powerRegulation',
	'legacySink',
	'mainCurrent',
	'mainVoltage',
	'fourWire',
	'adcShunt',
	'expansionVoltage',
	'expansionSupply',
	'expansionPort',
	'uartBaudRate',
	'uart',
	'tx',
	'gpo1',
	'gpo2',
	'main',
];

/** What a model allows beyond the common range. */
export interface SettingLimits {
	readonly maxVoltage: number;
	readonly minCurrent: number;
	readonly maxCurrent: number;
	/** Highest voltage of the expansion port's supply pin; `expansionSupplyChoices` where only a few values exist. */
	readonly maxExpansionSupply: number;
	readonly expansionSupplyChoices?: readonly number[];
}

/** All settings of a model, in the order they are applied. */
export function settingSpecs(limits: SettingLimits): readonly SettingSpec[] {
	const boolean = (name: SettingName, brief: string): SettingSpec => ({ name, type: 'boolean', unit: '', brief });
	const number = (name: SettingName, unit: string, min: number, max: number, brief: string): SettingSpec => ({ name, type: 'number', unit, min, max, brief });
	const choice = (name: SettingName, choices: readonly string[], brief: string): SettingSpec => ({ name, type: 'choice', unit: '', choices, brief });
	const specs: SettingSpec[] = [
		boolean('main', 'Main output on or off.'),
		number('mainVoltage', 'V', 0, limits.maxVoltage, 'Voltage of the main output.'),
		number('mainCurrent', 'A', limits.minCurrent, limits.maxCurrent, 'Current in constant-current regulation; negative sinks.'),
		number('maxCurrent', 'A', 0.001, limits.maxCurrent, 'Current above which the output cuts off or limits.'),
		choice('currentLimitMode', ['cutoff', 'limit'], 'At the maximum current: cut the output off, or hold the current there.'),
		choice('powerRegulation', ['voltage', 'current', 'inline', 'off'], 'What the main output regulates.'),
		choice('range', ['low', 'high'], 'low: automatic ranging. high: the high range is forced.'),
		boolean('legacySink', 'Sink current the way older firmware does.'),
		boolean('fourWire', 'Measure the voltage at the sense pins.'),
		boolean('expansionPort', 'Digital part of the expansion port.'),
		number('expansionVoltage', 'V', 1.2, 5, 'Level of the digital pins.'),
		{ ...number('expansionSupply', 'V', 0, limits.maxExpansionSupply, 'Supply pin of the expansion port; 0 is off.'), choices: limits.expansionSupplyChoices },
		number('adcShunt', 'Ω', 0.001, 22, 'Shunt of the ADC current channel.'),
		boolean('gpo1', 'General-purpose output 1.'),
		boolean('gpo2', 'General-purpose output 2.'),
		boolean('tx', 'TX pin as an output while the UART is off.'),
		boolean('uart', 'UART on the RX and TX pins.'),
		number('uartBaudRate', 'Bd', 1, 5_000_000, 'Baud rate of the UART.'),
	];
	return applyOrder.map((name) => specs.find((spec) => spec.name === name) as SettingSpec);
}

/** Throws INVALID_VALUE naming the first setting whose value is not allowed; `label` says how the caller names it (an option, a key). */
export function validateChange(specs: readonly SettingSpec[], change: SettingsChange, label: (name: string) => string = (name) => name): void {
	for (const [name, value] of Object.entries(change)) {
		if (value === undefined) continue;
		const spec = specs.find((candidate) => candidate.name === name);
		if (!spec) throw new MicrojouleError('INVALID_VALUE', `There is no setting ${label(name)}. Settings: ${specs.map((known) => known.name).join(', ')}.`, { name });
		const problem = problemWith(spec, value);
		if (problem)
			throw new MicrojouleError('INVALID_VALUE', `${label(name)} is ${JSON.stringify(value)}; ${problem}.`, { name, value, min: spec.min, max: spec.max, choices: spec.choices });
	}
}

function problemWith(spec: SettingSpec, value: unknown): string | undefined {
	switch (spec.type) {
		case 'boolean':
			return typeof value === 'boolean' ? undefined : 'it must be true or false';
		case 'choice':
			return spec.choices?.includes(value as string) ? undefined : `it must be one of ${spec.choices?.join(', ')}`;
		case 'number': {
			const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, choices, unit } = spec;
			if (typeof value !== 'number' || !Number.isFinite(value)) return `it must be a number from ${min} to ${max} ${unit}`;
			if (value < min || value > max) return `it must be from ${min} to ${max} ${unit}`;
			return choices && !choices.includes(value) ? `it must be one of ${choices.join(', ')} ${unit}` : undefined;
		}
	}
}

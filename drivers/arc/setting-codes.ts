/**
 * Settings to parameters of the wire and back: which command carries a setting, in which unit. One row a setting. It owns no state; the
 * session sends, the instrument remembers.
 */

import type { SettingName, Settings } from '../settings.ts';
import { fromMicro, fromMilli, fromSignedMicro, gpoWord, parameter, powerRegulationCodes, toMicro, toMilli } from './protocol.ts';

export interface SettingCode<Value> {
	/** Undefined where no command is known: the value is only remembered. */
	readonly command: number | undefined;
	/** Whether GET of the same command reads it back. */
	readonly readable: boolean;
	encode(value: Value): number;
	/** Undefined for a word that means nothing. */
	decode(word: number): Value | undefined;
}

const flag = (command: number): SettingCode<boolean> => ({
	command,
	readable: true,
	encode: (on) => (on ? 1 : 0),
	decode: (word) => word !== 0,
});
/** One command sets all pins, one a time: what was set last is all it reads back, so pins are not read. */
const pin = (number: 1 | 2 | 3): SettingCode<boolean> => ({ command: parameter.gpo, readable: false, encode: (on) => gpoWord(number, on), decode: () => undefined });
const micro = (command: number): SettingCode<number> => ({ command, readable: true, encode: toMicro, decode: fromMicro });

export const settingCodes: { readonly [Name in SettingName]: SettingCode<Settings[Name]> } = {
	range: { command: parameter.range, readable: true, encode: (range) => (range === 'high' ? 1 : 0), decode: (word) => (word === 0 ? 'low' : 'high') },
	maxCurrent: { command: parameter.maxCurrent, readable: true, encode: toMilli, decode: fromMilli },
	currentLimitMode: { command: parameter.currentLimitMode, readable: true, encode: (mode) => (mode === 'limit' ? 1 : 0), decode: (word) => (word === 0 ? 'cutoff' : 'limit') },
	powerRegulation: {
		command: parameter.powerRegulation,
		readable: true,
		encode: (mode) => powerRegulationCodes[mode],
		decode: (word) => (Object.keys(powerRegulationCodes) as Settings['powerRegulation'][]).find((mode) => powerRegulationCodes[mode] === word),
	},
	legacySink: flag(parameter.legacySink),
	mainCurrent: { command: parameter.mainCurrent, readable: true, encode: toMicro, decode: fromSignedMicro },
	mainVoltage: micro(parameter.mainVoltage),
	fourWire: flag(parameter.fourWire),
	adcShunt: micro(parameter.adcShunt),
	expansionVoltage: micro(parameter.expansionVoltage),
	expansionSupply: micro(parameter.expansionSupply),
	// No command that enables the port's digital part has been seen, and the one for its supply pin must not stand in: it would power a load unasked.
	expansionPort: { command: undefined, readable: false, encode: () => 0, decode: () => undefined },
	uartBaudRate: { command: parameter.uartBaudRate, readable: true, encode: (rate) => Math.round(rate), decode: (word) => word },
	uart: flag(parameter.uart),
	tx: pin(3),
	gpo1: pin(1),
	gpo2: pin(2),
	main: flag(parameter.main),
};

/** What is assumed of settings that the device cannot tell. */
export const assumedSettings: Readonly<Settings> = {
	range: 'low',
	maxCurrent: 0.5,
	currentLimitMode: 'cutoff',
	powerRegulation: 'voltage',
	legacySink: false,
	mainCurrent: 0,
	mainVoltage: 0,
	fourWire: false,
	adcShunt: 1,
	expansionVoltage: 3.3,
	expansionSupply: 0,
	expansionPort: false,
	uartBaudRate: 115_200,
	uart: false,
	tx: false,
	gpo1: false,
	gpo2: false,
	main: false,
};

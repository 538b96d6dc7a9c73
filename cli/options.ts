/** Turns option texts into values, with errors that name the option, the value, and what is allowed. */

import { Option } from 'commander';
import { MicrojouleError } from '../drivers/errors.ts';

/** A parser for a number option; bounds are inclusive unless `above`. */
export function numberOption(
	option: string,
	{ min, max, above, unit = '', integer = false }: { min?: number; max?: number; above?: number; unit?: string; integer?: boolean } = {},
): (text: string) => number {
	const bounds = [above !== undefined && `above ${above}`, min !== undefined && `at least ${min}`, max !== undefined && `at most ${max}`].filter(Boolean).join(' and ');
	const wanted = `${integer ? 'a whole number' : 'a number'}${unit && ` of ${unit}`}${bounds && `, ${bounds}`}`;
	return (text) => {
		const value = text.trim() === '' ? Number.NaN : Number(text);
		const wrong =
			!Number.isFinite(value) ||
			(integer && !Number.isInteger(value)) ||
			(min !== undefined && value < min) ||
			(max !== undefined && value > max) ||
			(above !== undefined && value <= above);
		if (wrong) throw new MicrojouleError('INVALID_VALUE', `${option} is "${text}"; it must be ${wanted}.`, { option, value: text, min: min ?? above, max });
		return value;
	};
}

/** A parser for an amount of storage in bytes: `1GiB`, `500 MiB`, `0`. */
export function bytesOption(option: string): (text: string) => number {
	return (text) => {
		const match = /^\s*(\d+(?:\.\d+)?)\s*([KMGT]i?B|B)?\s*$/.exec(text);
		if (!match) throw new MicrojouleError('INVALID_VALUE', `${option} is "${text}"; it must be a number of bytes, or one with a unit: 500MiB, 1GiB, 2GB.`, { option, value: text });
		const [, number, unit = 'B'] = match;
		return Number(number) * (unit === 'B' ? 1 : (unit.includes('i') ? 1024 : 1000) ** ('KMGT'.indexOf(unit[0]) + 1));
	};
}

/** Free space below which a recording stops, before the disk is full. */
export function minFreeOption(): Option {
	return new Option('--min-free <BYTES>', 'free space on the disk below which a recording stops, such as 500MiB; 0 to use it all')
		.argParser(bytesOption('--min-free'))
		.default(2 ** 30, '1GiB');
}

/** A parser for an option with a few choices. */
export function choiceOption<T extends string>(option: string, choices: readonly T[]): (text: string) => T {
	return (text) => {
		if (!choices.includes(text as T))
			throw new MicrojouleError('INVALID_VALUE', `${option} is "${text}"; it must be one of ${choices.join(', ')}.`, { option, value: text, choices });
		return text as T;
	};
}

/** A parser for a comma-separated list. */
export function listOption<T>(item: (text: string) => T): (text: string) => T[] {
	return (text) =>
		text
			.split(',')
			.map((part) => part.trim())
			.filter((part) => part !== '')
			.map(item);
}

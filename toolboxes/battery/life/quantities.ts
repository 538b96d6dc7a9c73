/** Quantities as people write them when they ask about a battery's life: `3350 mAh`, `2u`, `10 y`, `5 %`. INVALID_VALUE names `where`. */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { perUnitOf } from '../../../engine/formats/units.ts';
import { parseQuantity, parseShare } from '../../automation/budget/quantity.ts';
import { yearS } from './battery-model.ts';
import type { TemperatureStretch } from './temperatures.ts';

const long: Readonly<Record<string, number>> = { d: 86_400, day: 86_400, days: 86_400, y: yearS, year: yearS, years: yearS };
const shape = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S*)$/u;

/** s: also days and years. */
export function durationOf(value: string | number, where: string): number {
	const [, digits, unit = ''] = shape.exec(String(value).trim()) ?? [];
	return Object.hasOwn(long, unit) ? Number(digits) * long[unit] : parseQuantity(value, 's', where);
}

/** C: from mAh, Ah or C. A bare number is C. */
export function chargeOf(value: string | number, where: string): number {
	const [, digits, unit = ''] = shape.exec(String(value).trim()) ?? [];
	const perUnit = unit === '' ? 1 : (perUnitOf(unit, 'C') ?? (perUnitOf(unit, 'Ah') ?? Number.NaN) / 3600);
	const charge = digits === undefined ? Number.NaN : Number(digits) / perUnit;
	if (Number.isFinite(charge)) return charge;
	throw new MicrojouleError('INVALID_VALUE', `${where} is ${JSON.stringify(value)}; it must be a charge such as "225 mAh", "2.6 Ah" or "810 C".`, { where, value });
}

/** A share: 5 % or 0.05. */
export function shareOf(value: string | number, where: string): number {
	return typeof value === 'string' && value.includes('%') ? parseShare(value, where) : parseQuantity(value, '', where);
}

/** `2 µA`, or `2u`: a prefix alone is one of the unit. */
export function quantityOf(value: string | number, unit: string, where: string): number {
	const text = String(value).trim();
	return parseQuantity(/\d\s*[pnuµμmk]$/u.test(text) ? text + unit : value, unit, where);
}

/** `2 µA`, `2u` or 2e-6 as a current, `5 mW` as a power. */
export function currentOrPower(value: string | number, where: string): { readonly currentA: number } | { readonly powerW: number } {
	return String(value).trim().endsWith('W') ? { powerW: parseQuantity(value, 'W', where) } : { currentA: quantityOf(value, 'A', where) };
}

/** `20`, or `-10:25%,20:75%`, or `-10:8h,20:16h`. */
export function temperatureOf(text: string, where: string): number | TemperatureStretch[] {
	const degrees = (part: string) => {
		const [, digits, unit] = shape.exec(part.trim()) ?? [];
		if (digits !== undefined && ['', '°C', 'C'].includes(unit)) return Number(digits);
		throw new MicrojouleError('INVALID_VALUE', `${where} is "${text}"; it must be in °C, such as 20, or a schedule such as -10:25%,20:75% or -10:8h,20:16h.`, {
			where,
			value: text,
		});
	};
	if (!text.includes(':')) return degrees(text);
	return text.split(',').map((part) => {
		const [temperature, length = ''] = part.split(':');
		const temperatureC = degrees(temperature);
		return length.includes('%') ? { temperatureC, share: parseShare(length, where) } : { temperatureC, durationS: durationOf(length, where) };
	});
}

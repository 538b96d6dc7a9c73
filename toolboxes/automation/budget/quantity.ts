/** Quantities as people write them in a budget, `3.5 mJ`, turned into SI, and back. */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { perUnitOf, scaleOf, timeUnit } from '../../../engine/formats/units.ts';

/** `3.5 mJ` with unit J → 0.0035. A bare number is SI. INVALID_VALUE names `where`. */
export function parseQuantity(value: string | number, unit: string, where: string): number {
	const text = String(value).trim();
	const [, digits, suffix] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S*)$/u.exec(text) ?? [];
	const perUnit = suffix === undefined ? undefined : suffix === '' ? 1 : unit === 's' ? timeUnit(suffix)?.perUnit : perUnitOf(suffix, unit);
	const number = perUnit === undefined ? Number.NaN : Number(digits) / perUnit;
	if (Number.isFinite(number)) return number;
	throw new MicrojouleError('INVALID_VALUE', `${where} is ${JSON.stringify(value)}; it must be a quantity in ${unit}, such as "1.5 m${unit}", or a number in ${unit}.`, {
		where,
		value,
	});
}

/** `5 %` → 0.05. */
export function parseShare(value: string, where: string): number {
	const [, digits] = /^\+?(\d+\.?\d*|\.\d+)\s*%$/.exec(value.trim()) ?? [];
	if (digits !== undefined) return Number(digits) / 100;
	throw new MicrojouleError('INVALID_VALUE', `${where} is ${JSON.stringify(value)}; it must be a percentage, such as "5 %".`, { where, value });
}

/** 0.0035, J → `3.5 mJ`, five significant digits. */
export function quantityText(value: number | null, unit: string): string {
	if (value === null || !Number.isFinite(value)) return '–';
	const [scale, prefix] = unit === 's' && Math.abs(value) >= 1 ? [1, ''] : scaleOf(Math.abs(value));
	return `${Number((value / scale).toPrecision(5))} ${prefix}${unit}`;
}

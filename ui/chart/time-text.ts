/**
 * Moments on the chart's time axis as people read and type them, from microseconds to years: which ticks the axis has, how they are written, how
 * exactly a moment is written, and what a typed one means. Pure.
 */

import { clock, parseQuantity, quantity, tickLabels } from '../format.ts';

const dayS = 86_400;

/** Steps between ticks, s: decimal below a minute, then what clocks have, then decimal days. */
export const timeSteps: number[] = [
	...Array.from({ length: 10 }, (_, exponent) => [1, 2, 5].map((step) => Number(`${step}e${exponent - 9}`))).flat(),
	...[10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200],
	...Array.from({ length: 7 }, (_, exponent) => [1, 2, 5].map((step) => step * 10 ** exponent * dayS)).flat(),
];

/** Multiples of the step, counted from `zeroS`, that lie in [fromS, toS]; s of the axis. */
export function ticksBetween(fromS: number, toS: number, stepS: number, zeroS: number): number[] {
	const first = Math.ceil((fromS - zeroS) / stepS - 1e-9);
	const last = Math.floor((toS - zeroS) / stepS + 1e-9);
	// Far out, a step may be less than what a number can tell apart.
	if (!(last - first < 1000)) return [];
	return Array.from({ length: last - first + 1 }, (_, index) => zeroS + (first + index) * stepS);
}

/** Labels of ticks `stepS` apart, s. */
export function timeTickLabels(ticks: readonly number[], stepS: number): string[] {
	const largest = Math.max(...ticks.map(Math.abs), 0);
	if (largest < 60) return tickLabels(ticks, 's');
	const decimals = decimalsOf(stepS);
	return ticks.map((tick) => clockText(tick, decimals, stepS >= dayS));
}

/** A moment, so exactly that `resolutionS` can be told. */
export function momentText(timeS: number, resolutionS: number): string {
	if (!Number.isFinite(timeS)) return '–';
	const resolution = Math.max(resolutionS, Math.abs(timeS) * 1e-15, 1e-15);
	if (Math.abs(timeS) < resolution / 2) return '0 s';
	if (Math.abs(timeS) < 60) return quantity(timeS, 's', Math.min(15, Math.max(1, Math.floor(Math.log10(Math.abs(timeS) / resolution) + 1e-9) + 1)));
	return clockText(timeS, decimalsOf(resolution), false);
}

/** What a person typed: `1:02:03.5`, `3 d 4:00:00`, `500 ms`, `12`; s. NaN when it is none of these. */
export function parseTime(text: string): number {
	const match = /^\s*([+\-−]?)\s*(?:(\d+)\s*d)?\s*(?:(?:(\d+):)?(\d+):(\d+(?:[.,]\d*)?))?\s*$/.exec(text);
	if (!match || (match[2] === undefined && match[5] === undefined)) return parseQuantity(text, 's');
	const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
	const timeS = Number(days) * dayS + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds.replace(',', '.'));
	return sign === '' || sign === '+' ? timeS : -timeS;
}

/** Decimal places that tell this much apart. */
function decimalsOf(resolutionS: number): number {
	return Math.min(9, Math.max(0, Math.ceil(-Math.log10(resolutionS) - 1e-9)));
}

function clockText(timeS: number, decimals: number, daysOnly: boolean): string {
	// In whole units of the last place: rounding must not make 59.9996 s "60.000".
	const units = Math.round(Math.abs(timeS) * 10 ** decimals);
	const whole = Math.floor(units / 10 ** decimals);
	const fraction = decimals > 0 ? `.${String(units - whole * 10 ** decimals).padStart(decimals, '0')}` : '';
	const days = Math.floor(whole / dayS);
	const sign = timeS < 0 && units > 0 ? '−' : '';
	if (daysOnly) return `${sign}${days} d`;
	return `${sign}${days > 0 ? `${days} d ${fullClock(whole % dayS)}` : clock(whole)}${fraction}`;
}

function fullClock(seconds: number): string {
	const two = (part: number) => String(part).padStart(2, '0');
	return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

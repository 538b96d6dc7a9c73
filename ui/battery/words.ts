/** The battery panels' figures in words, and back: charge in ampere-hours, long times, temperatures, shares. Pure functions. */

import { noValue, parseQuantity, quantity } from '../format.ts';

export const coulombsPerAh = 3600;
const minuteS = 60;
const hourS = 3600;
const dayS = 86_400;
const yearS = 365.25 * dayS;

/** `230.3 mAh`. */
export function charge(coulombs: number | undefined, significant = 4): string {
	return coulombs === undefined ? noValue : quantity(coulombs / coulombsPerAh, 'Ah', significant);
}

export function temperature(celsius: number): string {
	return `${String(celsius).replace('-', '−')}\u00a0°C`;
}

export function percent(value: number, digits = 1): string {
	return `${value.toFixed(digits).replace('-', '−')} %`;
}

/** A long time, in the unit that people would use, three digits: `84.0 days`. */
export function longTime(seconds: number): string {
	if (!Number.isFinite(seconds)) return seconds > 0 ? 'for ever' : noValue;
	const [unit, size] = unitOf(seconds);
	if (size === 1) return quantity(seconds, 's', 3);
	const text = (seconds / size).toPrecision(3);
	return `${text.includes('e') ? Math.round(seconds / size).toLocaleString('en') : text} ${Number(text) === 1 ? unit : `${unit}s`}`;
}

/** The same in the next smaller unit, for those who count in it: `1,242 days`; undefined where that would say nothing new. */
export function longTimeBelow(seconds: number): string | undefined {
	if (!Number.isFinite(seconds) || seconds < 2 * dayS) return undefined;
	const [, size] = unitOf(seconds);
	return size === yearS ? `${Math.round(seconds / dayS).toLocaleString('en')} days` : `${Math.round(seconds / hourS).toLocaleString('en')} hours`;
}

/** The unit in which the time is at least two, and its length in s. */
function unitOf(seconds: number): [string, number] {
	if (seconds >= 2 * yearS) return ['year', yearS];
	if (seconds >= 2 * dayS) return ['day', dayS];
	if (seconds >= 2 * hourS) return ['hour', hourS];
	return seconds >= 2 * minuteS ? ['minute', minuteS] : ['second', 1];
}

/** Labels of a long time's axis: one unit for all. */
export function longTimeLabels(ticks: readonly number[]): string[] {
	const [unit, size] = unitOf(Math.max(...ticks, 0));
	const short = { year: 'y', day: 'd', hour: 'h', minute: 'min', second: 's' }[unit];
	return ticks.map((tick) => `${Number((tick / size).toPrecision(6))} ${short}`);
}

/** Steps that give such an axis round numbers in its unit. */
export function longTimeSplits(from: number, to: number, most: number): number[] {
	const [, size] = unitOf(to);
	const rough = (to - from) / size / Math.max(1, most);
	const decade = 10 ** Math.floor(Math.log10(rough));
	const step = size * decade * ([1, 2, 5, 10].find((factor) => factor * decade >= rough) ?? 10);
	const splits: number[] = [];
	for (let tick = Math.ceil(from / step - 1e-9); tick * step <= to * (1 + 1e-9); tick++) splits.push(tick * step);
	return splits;
}

/** A kind of figure that is typed. */
export interface Kind {
	/** NaN where it is none. */
	readonly parse: (text: string) => number;
	/** Exact, in the unit that suits it. */
	readonly write: (value: number) => string;
	/** What a number is asked for in. */
	readonly hint: string;
}

/** No more digits than the figure has, with the prefix that leaves one to three of them before the point. */
export function exact(value: number, unit: string): string {
	if (value === 0) return `0 ${unit}`;
	const prefixes = ['p', 'n', 'µ', 'm', '', 'k'];
	const exponent = Math.min(1, Math.max(-4, Math.floor(Math.log10(Math.abs(value)) / 3 + 1e-9)));
	return `${String(Number((value / 1000 ** exponent).toPrecision(12))).replace('-', '−')} ${prefixes[exponent + 4]}${unit}`;
}

function scaled(unit: string): Kind {
	return { parse: (text) => parseQuantity(text, unit), write: (value) => exact(value, unit), hint: `in ${unit}, such as ${exact(0.0025, unit)}` };
}

const timeUnits: Readonly<Record<string, number>> = { min: minuteS, h: hourS, d: dayS, y: yearS };

export const kinds = {
	current: scaled('A'),
	voltage: scaled('V'),
	power: scaled('W'),
	resistance: scaled('Ω'),
	capacitance: scaled('F'),
	/** s; minutes, hours and days are understood. */
	time: {
		parse: (text) => {
			const [, number, unit] = /^(.*?)\s*(min|h|d|y)$/i.exec(text.trim()) ?? [];
			return unit === undefined ? parseQuantity(text, 's') : parseQuantity(number, '') * timeUnits[unit.toLowerCase()];
		},
		write: (value) => {
			const unit = value >= 60 && Object.entries(timeUnits).findLast(([name, size]) => name !== 'y' && value % size === 0);
			return unit ? `${value / unit[1]} ${unit[0]}` : value >= 1 ? `${Number(value.toPrecision(12))} s` : exact(value, 's');
		},
		hint: 'in s, min, h or d, such as 100 ms',
	},
	/** C; typed in mAh, which a bare number means. */
	charge: {
		parse: (text) => {
			const inAh = parseQuantity(text, 'Ah');
			return /[a-z]/i.test(text.replace(/e[+-]?\d/i, '')) ? inAh * coulombsPerAh : (inAh / 1000) * coulombsPerAh;
		},
		// No more than a nanoampere-hour: a live figure would not stand still.
		write: (value) => `${Number(Number(((value / coulombsPerAh) * 1000).toPrecision(7)).toFixed(6))} mAh`,
		hint: 'in mAh, such as 230 mAh',
	},
	/** A share of one; typed in percent. */
	share: { parse: (text) => parseQuantity(text.replace('%', ''), '') / 100, write: (value) => `${Number((value * 100).toPrecision(7))} %`, hint: 'in %, such as 5 %' },
	temperature: { parse: (text) => parseQuantity(text, '°C'), write: (value) => temperature(value), hint: 'in °C, such as 20 °C' },
	count: { parse: (text) => (/^\d+$/.test(text.trim()) ? Number(text) : Number.NaN), write: String, hint: 'a whole number' },
} satisfies Record<string, Kind>;
